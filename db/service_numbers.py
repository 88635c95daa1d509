"""How the service is doing, counted without saying who: subscribers, who came and went, what waits.

Nothing here is by person. The ledger of consent stands for ever, so that the past can be counted anew.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy import Subquery, literal_column
from sqlmodel import Session, col, func, or_, select

from db import replies
from db.ledger import LEFT
from db.models import (
    PUBLIC,
    Bulletin,
    BulletinKind,
    Call,
    CallStatus,
    Consent,
    ConsentEvent,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    Letter,
    LetterStatus,
    Recipient,
    RecipientStatus,
    Scope,
    Tally,
)
from db.number_changes import WORD as MOVED

SUBSCRIBED = (RecipientStatus.active, RecipientStatus.suspended)
FEWEST = 5  # accepted messages; of fewer, "read by all" would say what each did


def subscribers(session: Session) -> Counter[tuple[RecipientStatus, Scope]]:
    """Who is subscribed, and whom WhatsApp does not reach any more; test numbers are not counted."""
    rows = session.exec(
        select(Recipient.status, Recipient.scope, func.count())
        .where(col(Recipient.status).in_(SUBSCRIBED), col(Recipient.is_test).is_(False))
        .group_by(col(Recipient.status), col(Recipient.scope))
    )
    return Counter({(RecipientStatus(status), Scope(scope)): count for status, scope, count in rows})


def words(session: Session) -> Counter[tuple[Consent, str]]:
    """Entries of the ledger, by what was said and where it came from."""
    rows = session.exec(
        select(ConsentEvent.event, ConsentEvent.source, func.count()).group_by(
            col(ConsentEvent.event), col(ConsentEvent.source)
        )
    )
    return Counter({(Consent(event), source): count for event, source, count in rows})


@dataclass(frozen=True)
class Step:
    """Somebody came or went. `by_word`: by a message of theirs, not by a list or an operator."""

    at: datetime
    is_in: bool
    by_word: bool


def steps(session: Session, *, since: datetime | None = None) -> list[Step]:
    """Who came and went, oldest first: a second ATTIVA is none, and a number that moved is none."""
    entry = _entries(since).c
    before, event = entry.before, entry.event
    came = event.not_in(LEFT) & or_(before.is_(None), before.in_(LEFT))
    went = event.in_(LEFT) & before.not_in(LEFT)
    query = sql.select(entry.at, entry.event, entry.source).where(or_(came, went), entry.word != MOVED)
    if since is not None:
        query = query.where(entry.at >= since)
    return [
        Step(at, Consent(event) not in LEFT, source == "whatsapp")
        for at, event, source in session.execute(query.order_by(entry.at))
    ]


def _entries(since: datetime | None) -> Subquery[Any]:
    """Every word of the ledger beside the one before it of the same subject; of those who spoke `since`."""
    subject, at, event = col(ConsentEvent.subject_hash), col(ConsentEvent.at), col(ConsentEvent.event)
    before = func.lag(event).over(partition_by=subject, order_by=(at, col(ConsentEvent.id)))
    query = sql.select(
        at, event, col(ConsentEvent.source), col(ConsentEvent.word), before.label("before")
    )  # columns alone: SQLModel's own takes four at most
    if since is not None:
        spoke = select(ConsentEvent.subject_hash).where(at >= since)
        query = query.where(subject.in_(spoke))
    return query.subquery()


@dataclass(frozen=True)
class Shares:
    """Of the accepted messages of a bulletin, from 0 to 1. Who turned receipts off is never told as read."""

    delivered: float
    read: float


@dataclass(frozen=True)
class Sent:
    """A bulletin that left. `joined`: who came by a word of theirs within `replies.ABOUT_IT` after it, or
    until the next bulletin.
    """

    id: int
    kind: BulletinKind
    at: datetime
    outcomes: Counter[tuple[DeliveryStatus, str]] = field(default_factory=Counter)  # by status and code
    tally: Tally = field(default_factory=lambda: Tally(bulletin_id=0))
    joined: int = 0

    def count(self, *statuses: DeliveryStatus) -> int:
        return sum(count for (status, _), count in self.outcomes.items() if status in statuses)

    @property
    def accepted(self) -> int:
        return self.count(DeliveryStatus.accepted)

    @property
    def shares(self) -> Shares | None:
        """None where so few got it that a share would tell of each."""
        accepted = self.accepted
        if accepted < FEWEST:
            return None
        return Shares(min(1.0, self.tally.delivered / accepted), min(1.0, self.tally.read / accepted))


def last(session: Session, *, limit: int) -> list[Sent]:
    """The last bulletins that left, oldest first."""
    query = (
        select(Bulletin.id, Bulletin.kind, Bulletin.sent_at)
        .where(col(Bulletin.sent_at).is_not(None), col(Bulletin.status).in_(PUBLIC))
        .order_by(col(Bulletin.sent_at).desc(), col(Bulletin.id).desc())
        .limit(limit)
    )
    rows = [(bulletin_id, kind, at) for bulletin_id, kind, at in session.exec(query) if at is not None][::-1]
    bulletin_ids = [bulletin_id for bulletin_id, _, _ in rows]
    outcomes, tally = _outcomes(session, bulletin_ids), replies.of(session, bulletin_ids)
    joined = _joined(session, [at for _, _, at in rows])
    return [
        Sent(bulletin_id, BulletinKind(kind), at, outcomes[bulletin_id], tally[bulletin_id], came)
        for (bulletin_id, kind, at), came in zip(rows, joined, strict=True)
    ]


def _outcomes(session: Session, ids: Collection[int]) -> dict[int, Counter[tuple[DeliveryStatus, str]]]:
    rows = session.exec(
        select(Delivery.bulletin_id, Delivery.status, Delivery.reason, func.count())
        .where(col(Delivery.bulletin_id).in_(ids))
        .group_by(col(Delivery.bulletin_id), col(Delivery.status), col(Delivery.reason))
    )
    outcomes: dict[int, Counter[tuple[DeliveryStatus, str]]] = defaultdict(Counter)
    for bulletin_id, status, reason, count in rows:
        if bulletin_id is not None:
            outcomes[bulletin_id][DeliveryStatus(status), reason or ""] += count
    return outcomes


def _joined(session: Session, moments: Sequence[datetime]) -> list[int]:
    """How many came after each moment, the moments oldest first; nobody counts twice."""
    if not moments:
        return []
    came = [step.at for step in steps(session, since=moments[0]) if step.is_in and step.by_word]
    ends = [*moments[1:], datetime.max.replace(tzinfo=moments[0].tzinfo)]
    return [
        sum(start <= at < end and at - start < replies.ABOUT_IT for at in came)
        for start, end in zip(moments, ends, strict=True)
    ]


def answers(session: Session) -> Counter[DeliveryStatus]:
    """Welcomes and answers that retention has left, by what became of them."""
    rows = session.exec(
        select(Delivery.status, func.count())
        .where(col(Delivery.bulletin_id).is_(None))
        .group_by(col(Delivery.status))
    )
    return Counter({DeliveryStatus(status): count for status, count in rows})


def lengths(session: Session) -> dict[str, int]:
    """By name: bulletins and answers to citizens, calls and letters to editors, inbound updates."""
    queued = col(Delivery.status) == literal_column("'queued'")  # a parameter hides the partial index
    is_bulletins = col(Delivery.bulletin_id).is_not(None)
    waiting = {
        "bulletins": select(func.count(col(Delivery.id))).where(queued, is_bulletins),
        "answers": select(func.count(col(Delivery.id))).where(queued, ~is_bulletins),
        "calls": select(func.count(col(Call.id))).where(Call.status == CallStatus.queued),
        "letters": select(func.count(col(Letter.id))).where(Letter.status == LetterStatus.queued),
        "inbound": select(func.count(col(InboundEvent.id))).where(col(InboundEvent.handled_at).is_(None)),
    }
    return {name: session.exec(query).one() for name, query in waiting.items()}
