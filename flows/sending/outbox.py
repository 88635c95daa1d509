"""One bulletin's outbox as its sender sees it: each method is one transaction, for a thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from db import bulletins, claims, deliveries, recipients, senders, strikes
from db.claims import Queued, Rest, Result
from db.engine import transaction
from db.ledger import Ledger
from db.models import Attempt, Bulletin, BulletinStatus, DeliveryStatus, Outcome, Recipient
from db.recipients import Address
from db.vault import VaultError
from flows.sending import life
from flows.sending.judge import Judge, Posted, Verdict
from flows.whatsapp.errors import STRIKES
from flows.whatsapp.messages import Category, OutgoingTemplate

PATIENCE = timedelta(seconds=30)  # with those whose own message is not handled yet
AGAIN = timedelta(seconds=1)
BY_A_PERSON = "lo ha fermato una persona."
BY_THE_SENDER = "invio"  # who moved a bulletin that a sender stopped

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


class Outbox:
    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        bulletin_id: int,
        write: Write,
        *,
        sender_id: UUID | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.engine, self._ledger, self._vault = engine, ledger, ledger.vault
        self._bulletin, self._write, self._clock = bulletin_id, write, clock
        self._sender_id = sender_id

    def begin(self) -> None:
        """Give a sign of life; what dead senders left is uncertain from here on."""
        with transaction(self.engine) as session:
            now = self._clock()
            if self._sender_id is None:
                self._sender_id = life.begin(session, self._bulletin, now=now)
            life.reap(session, self._bulletin, now=now)

    def beat(self, session: Session) -> str | None:
        """Within the caller's transaction: a sign of life, and why to stop, if somebody says so."""
        assert self._sender_id, "begin comes first"  # noqa: S101
        senders.beat(session, self._sender_id, now=self._clock())
        bulletin = session.get_one(Bulletin, self._bulletin)
        if bulletin.status == BulletinStatus.sending:
            return None
        told = bulletin.status_reason if bulletin.status_by == BY_THE_SENDER else None
        return told or BY_A_PERSON

    def rest(self) -> Rest:
        """What is left, after dead senders' claims are told."""
        now = self._clock()
        with transaction(self.engine) as session:
            life.reap(session, self._bulletin, now=now)
            return claims.rest(session, self._bulletin, now=now)

    def claim(self, limit: int, category: Category) -> list[Ready] | None:
        """The next messages, their attempts committed; None when nothing waits or may leave any more.

        Who has left since the plan is skipped here, half a second before the send. Whose word we have not
        handled yet waits (it may be a DISATTIVA), and is skipped when it stays so.
        """
        now = self._clock()
        with transaction(self.engine) as session:
            if session.get_one(Bulletin, self._bulletin).status != BulletinStatus.sending:
                return None
            taken = claims.take(session, self._bulletin, limit=limit, now=now)
            if not taken:
                return None
            waiting = self._keep_away(session, taken, now)
            going = [one for one in taken if one.is_active and one.delivery_id not in waiting]
            ids = claims.begin(
                session, [one.delivery_id for one in going], sender_id=self._sender_id, now=now
            )
            opened = [self._open(one, number, category, now) for one, number in zip(going, ids, strict=True)]
            bad = [one for one in opened if isinstance(one, Result)]
            claims.settle(session, self._vault, bad, now=now)
            return [one for one in opened if isinstance(one, Ready)]

    def _keep_away(self, session: Session, taken: Sequence[Queued], now: datetime) -> set[int]:
        """Skip who left, put off whose word waits; the deliveries that were put off or skipped for it."""
        waiting = claims.speaking(session, taken)
        left = [one.delivery_id for one in taken if not one.is_active]
        given_up = [number for number, since in waiting.items() if now - since > PATIENCE]
        for numbers, reason in ((left, "opted_out"), (set(given_up) - set(left), "unread_message")):
            deliveries.move_all(
                session, list(numbers), DeliveryStatus.queued, DeliveryStatus.skipped, reason=reason, now=now
            )
        claims.defer(session, list(waiting.keys() - set(given_up)), until=now + AGAIN)
        return set(waiting)

    def _open(self, one: Queued, attempt_id: UUID, category: Category, now: datetime) -> Ready | Result:
        """A number that no phone has, or that no key opens, fails alone."""
        try:
            message = self._write(recipients.open_address(self._vault, one), str(attempt_id), category)
        except VaultError:
            return Result(attempt_id, Outcome.refused, code="unreadable_address")
        except ValueError:
            return Result(attempt_id, Outcome.refused, code="invalid_address")
        return Ready(attempt_id, one.delivery_id, one.recipient_id, message, now)

    def settle(self, judge: Judge, posted: Sequence[Posted]) -> Verdict:
        """Store what came of POSTs, by the judge's word."""
        now = self._clock()
        with transaction(self.engine) as session:
            verdict = judge.judge(posted, self._tried(session, posted), now)
            self._store(session, verdict, now)
        return verdict

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

    def _store(self, session: Session, verdict: Verdict, now: datetime) -> None:
        claims.settle(session, self._vault, verdict.results, now=now)
        for number in sorted(verdict.opted_out):
            recipient = session.get_one(Recipient, number)
            self._ledger.stopped_at_provider(session, recipient, at=now, now=now)
        for number in sorted(verdict.struck):
            strikes.count(session, number, STRIKES, now=now)

    def _tried(self, session: Session, posted: Sequence[Posted]) -> dict[tuple[int, str], int]:
        """How often these deliveries met the code that they met now."""
        troubled = {one.delivery_id for one in posted if one.answer.kind in ("refused", "not_sent")}
        if not troubled:
            return {}
        rows = session.exec(
            select(Attempt.delivery_id, Attempt.code, func.count())
            .where(col(Attempt.delivery_id).in_(troubled), Attempt.outcome == Outcome.not_sent)
            .group_by(col(Attempt.delivery_id), col(Attempt.code))
        )
        return {(number, code or ""): count for number, code, count in rows}

    def release(self, ready: Sequence[Ready]) -> None:
        """Messages that were never posted go back."""
        with transaction(self.engine) as session:
            claims.release(session, [one.attempt_id for one in ready], now=self._clock())

    def end(self) -> None:
        """No sender any more: what is still in flight of it is uncertain to whoever comes next."""
        with transaction(self.engine) as session:
            senders.end(session, [self._sender_id] if self._sender_id else [])
