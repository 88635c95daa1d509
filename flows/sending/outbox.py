"""One bulletin's outbox as its sender sees it: each method is one transaction, for a thread."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from db import bulletins, claims, deliveries, number_changes, recipients, senders
from db.claims import Queued, Rest, Result
from db.engine import reading, transaction
from db.handovers import Member
from db.ledger import Ledger
from db.models import Attempt, Bulletin, BulletinKind, BulletinStatus, DeliveryStatus, Outcome, Recipient
from db.recipients import Address
from db.vault import VaultError
from flows.sending import liveness
from flows.sending.judge import Exchange, Judge, Ruling
from flows.whatsapp.errors import STOPPED_US, STRIKES
from flows.whatsapp.messages import Category, OutgoingTemplate

PATIENCE = timedelta(seconds=30)  # with those whose own message is not handled yet
AGAIN = timedelta(seconds=1)
SOON = 0.05  # seconds
TODAY_IS_FULL = "in_parts"  # the reason of a bulletin that waits for its next part
ALERTS = (BulletinKind.urgent, BulletinKind.all_clear)
BY_A_PERSON = "lo ha fermato una persona."
BY_HAND = "stopped_by_hand"  # the reason of a bulletin that a person stopped
BY_THE_SENDER = "invio"  # who moved a bulletin that a sender stopped
BY_THE_WATCH = "sorveglianza"

log = logging.getLogger(__name__)

Write = Callable[[Address, str, Category], OutgoingTemplate]
"""The bulletin's message to one address, with our id; ValueError when no message can go there."""


@dataclass(frozen=True)
class Ready:
    """A message whose attempt is committed. `claimed_at`: when its recipient's consent was looked at."""

    attempt_id: UUID
    delivery_id: int
    recipient_id: int
    message: OutgoingTemplate
    claimed_at: datetime


def skipped(
    kind: BulletinKind,
    rows: Sequence[Queued] | Sequence[Member],
    unread: Mapping[int, datetime],
    now: datetime,
    *,
    stopped_us: Container[int] = (),
) -> dict[str, list[int]]:
    """The deliveries that must not leave, by reason: of who left or wants less, and whose word stays unread.

    `unread`: since when, by delivery. `stopped_us`: recipients who left by the provider's word.
    """
    by_reason: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        is_active = row.is_active and row.recipient_id not in stopped_us
        reason = recipients.turned_away(kind, is_active=is_active, scope=row.scope)
        if reason is None and now - unread.get(row.delivery_id, now) > PATIENCE:
            reason = "unread_message"
        if reason:
            by_reason[reason].append(row.delivery_id)
    return by_reason


def why_ended(bulletin: Bulletin) -> str:
    """Of a send that others have ended, in Italian or as the key of a reason."""
    # whoever of the programs it was: one that reads the alerts finds that the text is not so by now
    is_by_program = bulletin.status == BulletinStatus.stopped and bulletin.status_reason != BY_HAND
    if is_by_program or bulletin.status_by in (BY_THE_SENDER, BY_THE_WATCH):
        return bulletin.status_reason or BY_A_PERSON
    return BY_A_PERSON


class Outbox:
    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        bulletin_id: int,
        write: Write,
        *,
        sender_id: UUID | None,
        room: int | None = None,
        clock: Callable[[], datetime],
    ) -> None:
        self.engine, self._ledger, self._vault = engine, ledger, ledger.vault
        self._bulletin, self._write, self._clock = bulletin_id, write, clock
        self._sender_id = sender_id
        # of a send in parts: how many people this one may write to, and whom it wrote to
        self._room, self._reached = room, set[int]()
        # who stopped us by the answer to a POST, and when, as long as the ledger has not taken it
        self._unheard: dict[int, datetime] = {}

    def begin(self) -> None:
        """Give a sign of life; what dead senders left is uncertain from here on. Who stopped us is heard at
        last, where an earlier sender could not write it.
        """
        with transaction(self.engine) as session:
            now = self._clock()
            if self._sender_id is None:
                self._sender_id = liveness.begin(session, self._bulletin, now=now)
            senders.beat(session, self._sender_id, now=now)
            liveness.reap(session, self._bulletin, now=now)
        with reading(self.engine) as session:  # of all that is kept: no writer waits for it
            self._unheard = claims.stopped(session, STOPPED_US)
        self._hear()

    def beat(self, session: Session) -> str | None:
        """Within the caller's transaction: a sign of life, and why to stop, if somebody says so."""
        assert self._sender_id, "begin comes first"  # noqa: S101
        now = self._clock()
        senders.beat(session, self._sender_id, now=now)
        bulletin = session.get_one(Bulletin, self._bulletin)
        if bulletin.status == BulletinStatus.sending:
            return None
        is_sent = bulletin.status == BulletinStatus.sent
        if is_sent and not claims.rest(session, self._bulletin, now=now).queued:
            return None  # another sender's look came first: ours tells the same
        return why_ended(bulletin)

    def rest(self) -> Rest:
        """What is left, after dead senders' claims are told."""
        now = self._clock()
        with transaction(self.engine) as session:
            liveness.reap(session, self._bulletin, now=now)
            return claims.rest(session, self._bulletin, now=now)

    def claim(self, limit: int, category: Category) -> list[Ready] | None:
        """The next messages, their attempts committed; None when nothing waits or may leave any more.

        Who has left since the plan, or wants alerts only, is skipped here, half a second before the send.
        Whose word we have not handled yet waits (it may be a DISATTIVA), and is skipped when it stays so.
        """
        now, is_full, is_early = self._clock(), False, False
        with transaction(self.engine) as session:
            bulletin = session.get_one(Bulletin, self._bulletin)
            if bulletin.status != BulletinStatus.sending:
                return None
            taken = claims.take(session, self._bulletin, limit=limit, now=now)
            if not taken:
                return None
            away = self._keep_away(session, bulletin.kind, taken, now)
            going = self._within_room(session, [row for row in taken if row.delivery_id not in away])
            is_full = not going and len(away) < len(taken)
            # what is claimed leaves first: a stop would take it back
            is_early = is_full and claims.in_flight(session, self._sender_id) > 0
            ids = claims.begin(
                session, [row.delivery_id for row in going], sender_id=self._sender_id, now=now
            )
            opened = [self._open(row, id_, category, now) for row, id_ in zip(going, ids, strict=True)]
            bad = [message for message in opened if isinstance(message, Result)]
            claims.settle(session, self._vault, bad, now=now)
        if is_early:
            time.sleep(SOON)
            return []
        if is_full:
            self.stop(TODAY_IS_FULL)
            return None
        return [message for message in opened if isinstance(message, Ready)]

    def _within_room(self, session: Session, going: list[Queued]) -> list[Queued]:
        """Of a part as many as have room, who is tried again among them; nobody while an alert leaves, which
        goes first and needs the room itself.
        """
        if self._room is None:
            return going
        sending = bulletins.with_status(session, BulletinStatus.sending)
        if any(row.kind in ALERTS for row in sending):
            return []
        within = []
        for row in going:
            if row.recipient_id in self._reached or len(self._reached) < self._room:
                self._reached.add(row.recipient_id)
                within.append(row)
        return within

    def _keep_away(
        self, session: Session, kind: BulletinKind, taken: Sequence[Queued], now: datetime
    ) -> set[int]:
        """Skip who left or wants less, put off whose word waits; all these deliveries."""
        unread = claims.speaking(session, taken)
        by_reason = skipped(kind, taken, unread, now, stopped_us=self._unheard)
        for reason, ids in by_reason.items():
            deliveries.move_all(
                session, ids, DeliveryStatus.queued, DeliveryStatus.skipped, reason=reason, now=now
            )
        away = set().union(*by_reason.values())
        claims.defer(session, [id_ for id_ in unread if id_ not in away], until=now + AGAIN)
        return away | unread.keys()

    def _open(self, row: Queued, attempt_id: UUID, category: Category, now: datetime) -> Ready | Result:
        """A number that no phone has, or that no key opens, fails alone."""
        try:
            message = self._write(recipients.open_address(self._vault, row), str(attempt_id), category)
        except VaultError:
            return Result(attempt_id, Outcome.refused, code="unreadable_address")
        except ValueError:
            return Result(attempt_id, Outcome.refused, code="invalid_address")
        return Ready(attempt_id, row.delivery_id, row.recipient_id, message, now)

    def settle(self, judge: Judge, exchanges: Sequence[Exchange]) -> Ruling:
        """Store what came of POSTs, by the judge's word."""
        now = self._clock()
        with transaction(self.engine) as session:
            ruling = judge.judge(exchanges, self._tried(session, exchanges), now)
            self._store(session, ruling, now)
        self._hear()
        return ruling

    def stop(self, reason: str) -> None:
        """The provider said so: it holds for every sender at once, and for who comes after one that died."""
        now = self._clock()
        with transaction(self.engine) as session:
            bulletin = bulletins.locked(session, self._bulletin)
            if bulletin.status == BulletinStatus.sending:
                bulletins.move(
                    session, bulletin, BulletinStatus.stopped, by=BY_THE_SENDER, now=now, reason=reason
                )

    def close(self, judge: Judge) -> None:
        """Store what the judge held back."""
        now = self._clock()
        with transaction(self.engine) as session:
            self._store(session, judge.close(), now)
        self._hear()

    def _store(self, session: Session, ruling: Ruling, now: datetime) -> None:
        claims.settle(session, self._vault, ruling.results, now=now)
        for recipient_id in sorted(ruling.struck):
            number_changes.count(session, recipient_id, STRIKES, now=now)
        self._unheard |= dict.fromkeys(ruling.opted_out, now)

    def _hear(self) -> None:
        """Unsubscribe who stopped us, each in a transaction of its own: a journal that takes nothing more (a
        full disk) undoes no settlement, which would make sent messages uncertain. Tried again with each one.
        """
        for recipient_id, at in sorted(self._unheard.items()):
            try:
                with transaction(self.engine) as session:
                    recipient = session.get_one(Recipient, recipient_id)
                    self._ledger.stopped_at_provider(session, recipient, at=at, now=self._clock())
            except OSError as exc:
                log.error(
                    "sender: %d stopped us and the journal of consent cannot be written (%s): make room on "
                    "its disk; they get nothing meanwhile, and it is tried again",
                    len(self._unheard),
                    type(exc).__name__,
                )
                return
            del self._unheard[recipient_id]

    def _tried(self, session: Session, exchanges: Sequence[Exchange]) -> dict[tuple[int, str], int]:
        """How often these deliveries met the code that they met now; one that a person has tried again after
        it was refused begins anew.
        """
        unsent = ("refused", "not_sent")
        troubled = {exchange.delivery_id for exchange in exchanges if exchange.answer.kind in unsent}
        if not troubled:
            return {}
        later = aliased(Attempt)
        given_up = (
            select(later.id)
            .where(
                later.delivery_id == col(Attempt.delivery_id),
                later.outcome == Outcome.refused,
                col(later.started_at) >= col(Attempt.started_at),
            )
            .correlate(Attempt)
            .exists()
        )
        rows = session.exec(
            select(Attempt.delivery_id, Attempt.code, func.count())
            .where(col(Attempt.delivery_id).in_(troubled), Attempt.outcome == Outcome.not_sent, ~given_up)
            .group_by(col(Attempt.delivery_id), col(Attempt.code))
        )
        return {(delivery_id, code or ""): count for delivery_id, code, count in rows}

    def release(self, ready: Sequence[Ready]) -> None:
        """Messages that were never posted go back."""
        with transaction(self.engine) as session:
            claims.release(session, [message.attempt_id for message in ready], now=self._clock())

    def end(self) -> None:
        """No sender any more: what is still in flight of it is uncertain, whoever comes next."""
        with transaction(self.engine) as session:
            senders.end(session, [self._sender_id] if self._sender_id else [])
            liveness.reap(session, self._bulletin, now=self._clock())
