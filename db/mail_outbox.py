"""The outbox of e-mails to editors: each is queued once, tried with patience, and its failure kept.

A claim is a lease: who takes a letter pushes its next try away before it goes to the mail server. One that
dies in between leaves the letter to a later round, which may send it a second time, but never without end.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from db.engine import insert_into
from db.models import Letter, LetterStatus

SHEET = "foglio"  # the kind of a letter to a notice board
LEASE = timedelta(minutes=10)  # how long whoever took letters may need for all of them
PATIENCE = timedelta(minutes=1)  # after the first failure; doubled with each
LONGEST_PATIENCE = timedelta(hours=1)
TRIES = 16  # about 10 hours


def queue(
    session: Session,
    *,
    kind: str,
    about: str,
    editor: str,
    address: str,
    subject: str,
    text: str,
    sheet: str = "",
    bulletin_id: int | None = None,
    until: datetime | None = None,
    now: datetime,
) -> bool:
    """Queue a letter; False when this editor was told of this already, by whomever at the same moment."""
    inserted = session.exec(
        insert_into(session, Letter)
        .values(
            kind=kind,
            about=about,
            editor=editor,
            address=address,
            bulletin_id=bulletin_id,
            subject=subject,
            text=text,
            sheet=sheet,
            created_at=now,
            until=until,
            status=LetterStatus.queued,
            status_at=now,
            tries=0,
            retry_at=now,
        )
        .on_conflict_do_nothing(index_elements=["kind", "about", "editor"])
        .returning(col(Letter.id))
    )
    return inserted.first() is not None


def find(session: Session, kind: str, about: str, editor: str) -> Letter | None:
    return session.exec(
        select(Letter).where(Letter.kind == kind, Letter.about == about, Letter.editor == editor)
    ).first()


def addressees(session: Session, kind: str, about: str) -> set[str]:
    """Names of those who have this letter, sent or not yet."""
    rows = session.exec(select(Letter.editor).where(Letter.kind == kind, Letter.about == about))
    return set(rows)


def abouts(session: Session, kind: str, *, since: datetime) -> set[str]:
    """What letters of this kind told of since then."""
    rows = session.exec(select(Letter.about).where(Letter.kind == kind, col(Letter.created_at) > since))
    return set(rows)


def claim(session: Session, *, limit: int, now: datetime) -> list[Letter]:
    """Letters whose moment has come, oldest first, leased: commit before the mail server is asked.

    Those that are of no use any more become `late`, those tried too often `undeliverable`.
    """
    rows = session.exec(
        select(Letter)
        .where(Letter.status == LetterStatus.queued, col(Letter.retry_at) <= now)
        .order_by(col(Letter.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = []
    for letter in rows:
        if letter.tries >= TRIES:
            _end(letter, LetterStatus.undeliverable, now)
        elif letter.until is not None and now > letter.until:
            _end(letter, LetterStatus.late, now)
        else:
            letter.retry_at = now + LEASE
            letter.tries += 1
            taken.append(letter)
        session.add(letter)
    session.flush()
    return taken


def in_hand(session: Session, bulletin_id: int, kind: str) -> int:
    """How many of a bulletin's letters of this kind are being handed over for the first time."""
    return session.exec(
        select(func.count()).where(
            Letter.bulletin_id == bulletin_id,
            Letter.kind == kind,
            Letter.status == LetterStatus.queued,
            Letter.tries > 0,
            col(Letter.failure).is_(None),
        )
    ).one()


def sent(session: Session, letter_id: int, *, now: datetime) -> None:
    letter = session.get_one(Letter, letter_id, with_for_update=True)
    letter.failure = None
    _end(letter, LetterStatus.sent, now)
    session.add(letter)


def failed(session: Session, letter_id: int, why: str, *, is_final: bool, now: datetime) -> None:
    """Keep why it was not taken; a final refusal is not tried again."""
    letter = session.get_one(Letter, letter_id, with_for_update=True)
    if letter.status != LetterStatus.queued:  # another sender was luckier
        return
    letter.failure = why
    letter.retry_at = now + min(PATIENCE * 2 ** min(letter.tries - 1, 10), LONGEST_PATIENCE)
    if is_final or letter.tries >= TRIES:
        _end(letter, LetterStatus.undeliverable, now)
    session.add(letter)


def give_back(session: Session, letter_id: int, *, now: datetime) -> None:
    """A claimed letter that nobody came to: it waits for the next round, as if it had not been taken."""
    letter = session.get_one(Letter, letter_id, with_for_update=True)
    if letter.status == LetterStatus.queued:
        letter.retry_at, letter.tries = now, letter.tries - 1
        session.add(letter)


def without_sheet(session: Session, letter_id: int, *, now: datetime) -> None:
    """A mail server that refuses the file for good may take the text alone: once more, at the next round."""
    letter = session.get_one(Letter, letter_id, with_for_update=True)
    if letter.status == LetterStatus.queued:
        letter.sheet, letter.retry_at = "", now
        session.add(letter)


def take_back(session: Session, bulletin_id: int, kind: str, *, now: datetime) -> None:
    """What waits of this kind is of no use any more."""
    rows = session.exec(
        select(Letter)
        .where(Letter.bulletin_id == bulletin_id, Letter.kind == kind, Letter.status == LetterStatus.queued)
        .with_for_update()
    )
    for letter in rows:
        letter.failure = None
        _end(letter, LetterStatus.late, now)
        session.add(letter)
    session.flush()


def _end(letter: Letter, to: LetterStatus, now: datetime) -> None:
    letter.status, letter.status_at = to, now


def lost(session: Session, *, since: datetime) -> list[Letter]:
    """Those that were given up since then: undeliverable, or late after a try that failed."""
    rows = session.exec(
        select(Letter)
        .where(
            col(Letter.status).in_((LetterStatus.undeliverable, LetterStatus.late)),
            col(Letter.status_at) >= since,
        )
        .order_by(col(Letter.id))
    )
    return list(rows)


def stuck(session: Session, *, tries: int) -> int:
    """How many wait after so many tries or more: the mail server has a problem."""
    return session.exec(
        select(func.count()).where(Letter.status == LetterStatus.queued, col(Letter.tries) >= tries)
    ).one()


def waiting(session: Session, *, before: datetime) -> int:
    """How many were queued before then and have not left, tried or not, nor any other since they wait.

    Where others left meanwhile the mail server lives: what is wrong is one mailbox.
    """
    last = session.exec(select(func.max(Letter.status_at)).where(Letter.status == LetterStatus.sent)).one()
    queued = select(func.count()).where(Letter.status == LetterStatus.queued, col(Letter.created_at) < before)
    return session.exec(queued if last is None else queued.where(col(Letter.created_at) > last)).one()


def of_bulletin(session: Session, bulletin_id: int, kinds: Collection[str]) -> list[Letter]:
    """A bulletin's letters of these kinds, oldest first."""
    rows = session.exec(
        select(Letter)
        .where(Letter.bulletin_id == bulletin_id, col(Letter.kind).in_(kinds))
        .order_by(col(Letter.id))
    )
    return list(rows)
