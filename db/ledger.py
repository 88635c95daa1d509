"""The ledger of consent: what was said, when and under which notice; and what of it a restore has lost."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from db import erasure, recipients, replies
from db.journal import Entry, Journal
from db.models import Consent, ConsentEvent, Recipient
from db.recipients import Address
from db.vault import Vault

LEFT = (Consent.opt_out, Consent.erase)
# times of messages are whole seconds, and their order within one is not known: leaving counts
WEIGHT = {Consent.opt_in: 0, Consent.alerts_only: 1, Consent.opt_out: 2, Consent.erase: 3}
RESUME = "meta_resume"  # and of who took that back
STOP = "meta_stop"  # the word of who left in WhatsApp's own menu
MENU = (STOP, RESUME)
# what undoes a word comes next after it, before any message: the journal tells the two apart by time alone
NEXT = timedelta(microseconds=1)
Word = tuple[str, datetime, Consent]  # a subject, when, and what


@dataclass(frozen=True)
class Ledger:
    """Where every word of consent is written: the database's table, which refuses UPDATE and DELETE, and the
    journal beside it. `notice_sha256` is of the notice's text as published now.
    """

    vault: Vault = field(repr=False)
    journal: Journal
    notice_version: str
    notice_sha256: str

    def subjects(self, who: Address | Recipient) -> tuple[str, ...]:
        """The keyed hashes of a person, the phone's first. A known recipient is not opened."""
        if isinstance(who, Recipient):
            return who.hashes
        return tuple(self.vault.hash(value) for value in (who.phone, who.bsuid) if value)

    def record(
        self,
        session: Session,
        who: Address | Recipient,
        event: Consent,
        *,
        word: str,
        source: str,
        at: datetime,
        message_id: str | None = None,
        act: str | None = None,
    ) -> None:
        """Append, under the phone's hash (the BSUID's when no phone is known); ValueError without either.

        `at` is when the word was said: for a message, the time on the message. `word` is the command as
        understood, never a citizen's text.
        """
        subjects = self.subjects(who)
        if not subjects:
            raise ValueError("a consent needs an address")
        session.add(
            ConsentEvent(
                subject_hash=subjects[0],
                event=event,
                word=word,
                at=at,
                notice_version=self.notice_version,
                notice_sha256=self.notice_sha256,
                source=source,
                act=act,
                message_hash=self.vault.hash(message_id) if message_id else None,
            )
        )
        session.flush()  # refused here, it never reaches the journal
        self.journal.append(Entry(at, event, subjects))

    def history(self, session: Session, who: Address | Recipient) -> list[ConsentEvent]:
        """What this person said, oldest first."""
        return _of(session, self.subjects(who))

    def heard(self, session: Session, message_id: str) -> bool:
        """Whether this message is in the ledger: raw updates are kept for a week, the ledger for ever."""
        message_hash = self.vault.hash(message_id)
        query = select(ConsentEvent.id).where(ConsentEvent.message_hash == message_hash)
        return session.exec(query).first() is not None

    def own(self, session: Session, who: Address | Recipient) -> list[ConsentEvent]:
        """Their words without those of WhatsApp's menu, the one that counts last."""
        rows = [row for row in self.history(session, who) if row.word not in MENU]
        return sorted(rows, key=lambda row: (row.at, WEIGHT[row.event]))

    def outdated(self, session: Session, who: Address, *, at: datetime, event: Consent) -> bool:
        """Whether the ledger holds a later word of this sender than `event` of `at`.

        Webhooks keep no order: an ATTIVA that comes after the DISATTIVA which followed it changes nothing.
        Of `event` and another word of the same second, the one that leaves more counts. A wish to be erased
        stands until they join again. What was chosen in WhatsApp's menu is no later word than one to leave,
        and a stop that was taken back there is none at all.
        """
        rows = self.history(session, who)
        later = [row for row in rows if (row.at, WEIGHT[row.event]) > (at, WEIGHT[event])]
        own = [row for row in later if row.word not in MENU]
        if event == Consent.erase:
            return any(row.event not in LEFT for row in own)
        if own or event == Consent.opt_out:
            return bool(own)
        resumed = self._resumed_at(session, who)
        return any(row.word == STOP and (resumed is None or row.at > resumed) for row in later)

    def spoke_since(self, session: Session, who: Address, *, at: datetime) -> bool:
        """Whether there is a later word of theirs, or a choice in WhatsApp's menu."""
        resumed = self._resumed_at(session, who)
        return any(row.at > at for row in self.history(session, who)) or (
            resumed is not None and resumed > at
        )

    def has_left(self, session: Session, who: Address | Recipient) -> bool:
        """Whether their last word was to leave: no list brings such a person back."""
        rows, own = self.history(session, who), self.own(session, who)
        if own and own[-1].event in LEFT:
            return True
        resumes = [row.at for row in rows if row.word == RESUME]
        resumes += [resumed] if (resumed := self._resumed_at(session, who)) else []
        stops = [row.at for row in rows if row.word == STOP and row.at >= (own[-1].at if own else row.at)]
        return bool(stops) and max(stops) > max(resumes, default=datetime.min.replace(tzinfo=UTC))

    def is_erased(self, session: Session, who: Address | Recipient, *, at: datetime | None = None) -> bool:
        """Whether they asked to be erased and did not join again; with `at`: whether it was then or later."""
        own = self.own(session, who)
        asked = [row.at for row in own if row.event == Consent.erase]
        if at is not None:
            return bool(asked) and max(asked) >= at
        return bool(asked) and not any(row.event not in LEFT and row.at > max(asked) for row in own)

    def _resumed_at(self, session: Session, who: Address | Recipient) -> datetime | None:
        rows = recipients.of_hashes(session, self.subjects(who))
        return max((row.resumed_at for row in rows if row.resumed_at), default=None)

    def outlive_resume(self, session: Session, who: Address, *, at: datetime) -> None:
        """A word to leave of `at` came after a later resume that it makes void: that stands next after it.

        Else the journal, which knows times only, would end with somebody who is back.
        """
        resumed = [row.at for row in self.history(session, who) if row.word == RESUME and row.at >= at]
        if resumed:
            self.record(session, who, Consent.opt_out, word=RESUME, source="whatsapp", at=max(resumed) + NEXT)

    def stopped_at_provider(
        self,
        session: Session,
        recipient: Recipient,
        *,
        message_id: str | None = None,
        at: datetime,
        now: datetime,
    ) -> bool:
        """The citizen stopped us in WhatsApp's own menu: recorded like a word, and unsubscribed by it.

        Told by the menu itself, by a receipt or by the answer to a POST (131050), at `at`. A later word of
        the citizen, or a later resume in the menu, stands; without the entry a delayed ATTIVA from before
        the stop would subscribe them again. Tells whether they left by it.
        """
        session.refresh(recipient, with_for_update=True)
        if recipient.resumed_at and recipient.resumed_at >= at:
            return False  # it was taken back before we heard of it
        rows = self.history(session, recipient)
        if not any(row.at == at and row.word == STOP for row in rows):
            self.record(
                session,
                recipient,
                Consent.opt_out,
                word=STOP,
                source="whatsapp",
                message_id=message_id,
                at=at,
            )
        if any(row.at > at for row in rows) or not recipients.opt_out(session, recipient, now=now):
            return False
        replies.exited(session, recipient.id, now=now)
        return True

    def replay(self, session: Session, *, now: datetime) -> int:
        """After a restore: whoever left, narrowed or was erased since the backup does so again.

        The last word of each person counts, where the ledger knows no later one; a word to join enrols
        nobody here. Changes nothing in a database that was not restored. Returns how many persons it was.
        """
        last: dict[str, Entry] = {}
        for entry in self.journal.entries():
            for subject in entry.subjects:
                earlier = last.get(subject)
                if earlier is None or _moment(entry) >= _moment(earlier):
                    last[subject] = entry
        # a phone and a BSUID that were once named together are one person: any later word of either counts
        ends = [
            entry
            for entry in _distinct(last.values())
            if all(last[subject] is entry for subject in entry.subjects)
        ]
        newest, written = _written(session)
        missing = [entry for entry in ends if _is_missing(entry, newest, written)]
        for entry in missing:
            self._repeat(session, entry, now)
        return len(missing)

    def unwritten(self, session: Session, *, from_the_start: bool = False) -> list[Entry]:
        """The other way round: words of the ledger that the journal lacks, since its first line.

        `from_the_start`: those from before it, too, as when it was lost.
        """
        first = next(self.journal.entries(), None)
        query = select(ConsentEvent.subject_hash, ConsentEvent.at, ConsentEvent.event)
        if not from_the_start:
            if first is None:
                return []
            query = query.where(col(ConsentEvent.at) >= first.at)
        rows = session.exec(query.order_by(col(ConsentEvent.id))).all()
        # read after the rows: what is committed was written there before
        journalled = {
            (subject, entry.at, entry.event) for entry in self.journal.entries() for subject in entry.subjects
        }
        words = [(subject, at, Consent(event)) for subject, at, event in rows]
        lacking = dict.fromkeys(word for word in words if word not in journalled)
        return [Entry(at, event, (subject,)) for subject, at, event in lacking]

    def is_empty(self, session: Session) -> bool:
        return session.exec(select(ConsentEvent.id).limit(1)).first() is None

    def _repeat(self, session: Session, entry: Entry, now: datetime) -> None:
        session.add(
            ConsentEvent(
                subject_hash=entry.subjects[0],
                event=entry.event,
                word=entry.event.name.upper(),
                at=entry.at,
                notice_version=self.notice_version,
                notice_sha256=self.notice_sha256,
                source="journal",
            )
        )
        for recipient in recipients.of_hashes(session, entry.subjects):
            if entry.event == Consent.alerts_only:
                recipients.narrow(session, recipient)
                continue
            recipients.opt_out(session, recipient, now=now)
            if entry.event == Consent.erase:
                erasure.erase(session, recipient, now=now)
        session.flush()


def _moment(entry: Entry) -> tuple[datetime, int]:
    return entry.at, WEIGHT[entry.event]


def _distinct(entries: Iterable[Entry]) -> list[Entry]:
    """Each object once."""
    return list({id(entry): entry for entry in entries}.values())


def _is_missing(entry: Entry, newest: dict[str, datetime], written: set[Word]) -> bool:
    """Whether it must be done again: the ledger knows of no later word, and not of this one.

    How often the journal holds it says nothing: what is rolled back is written there, and again when it is
    handled anew.
    """
    if entry.event == Consent.opt_in:
        return False
    if any(newest[subject] > entry.at for subject in entry.subjects if subject in newest):
        return False
    return not any((subject, entry.at, entry.event) in written for subject in entry.subjects)


def _written(session: Session) -> tuple[dict[str, datetime], set[Word]]:
    """When each subject said the last word that the ledger knows; and every word of it."""
    rows = session.exec(select(ConsentEvent.subject_hash, ConsentEvent.at, ConsentEvent.event))
    newest: dict[str, datetime] = {}
    written: set[Word] = set()
    for subject, at, event in rows:
        newest[subject] = max(at, newest.get(subject, at))
        written.add((subject, at, Consent(event)))
    return newest, written


def _of(session: Session, subjects: Iterable[str]) -> list[ConsentEvent]:
    query = select(ConsentEvent).where(col(ConsentEvent.subject_hash).in_(tuple(subjects)))
    return list(session.exec(query.order_by(col(ConsentEvent.at), col(ConsentEvent.id))))
