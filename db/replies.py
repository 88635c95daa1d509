"""What citizens were answered of late, and what could not be said; how many answered a bulletin or left.

The counts are made at once, without keeping who it was.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, func, or_, select

from db.engine import insert_into
from db.models import Bulletin, BulletinStatus, Delivery, DeliveryStatus, Receipt, Tally

WELCOME = "benvenuto"
LATE_WELCOME = "iscrizione_attiva"
"""The template that says what a welcome says, once a free text is refused."""

OF_WHO_IS_IN = frozenset({WELCOME, LATE_WELCOME, "gia_attiva", "solo_allerte"})
OF_WHO_IS_OUT = frozenset({"arrivederci", "cancellazione", "non_iscritto"})
"""Answers that are true of a subscriber, or of somebody else, only."""

URGENT = "emergenza"  # waits for no other answer

WINDOW_CLOSED = "window_closed"
NOTHING_CAME = (DeliveryStatus.failed, DeliveryStatus.skipped)


def since(
    session: Session, recipient_id: int, moment: datetime, *, names: Collection[str] | None = None
) -> int:
    """How many answers (of these names) this person got, or is about to get, since then.

    Two machines that answer each other would talk for ever.
    """
    query = select(func.count()).where(
        Delivery.recipient_id == recipient_id,
        col(Delivery.bulletin_id).is_(None),
        col(Delivery.status).not_in(NOTHING_CAME),
        col(Delivery.status_at) > moment,
    )
    if names is not None:
        query = query.where(col(Delivery.reply).in_(names))
    return session.exec(query).one()


def late(session: Session, delivery_ids: Collection[int]) -> None:
    """These welcomes leave as the template: their text is not said."""
    session.connection().execute(
        update(Delivery).where(col(Delivery.id).in_(delivery_ids)).values(reply=LATE_WELCOME, body=None)
    )


def unsaid(session: Session, *, since: datetime) -> Counter[str]:
    """Answers that were dropped because their moment had passed, and late welcomes that failed, by name."""
    is_late = (Delivery.status == DeliveryStatus.skipped) & (Delivery.reason == WINDOW_CLOSED)
    is_refused = (Delivery.status == DeliveryStatus.failed) & (Delivery.reply == LATE_WELCOME)
    rows = session.exec(
        select(Delivery.reply, func.count())
        .where(
            col(Delivery.bulletin_id).is_(None), col(Delivery.status_at) >= since, or_(is_late, is_refused)
        )
        .group_by(col(Delivery.reply))
    )
    return Counter({name or "": count for name, count in rows})


ABOUT_IT = timedelta(hours=48)
"""How long after a bulletin what its recipients write, or their leaving, is put down to it."""

GOT = (DeliveryStatus.accepted, DeliveryStatus.uncertain, DeliveryStatus.declared)


def replied(session: Session, recipient_id: int, *, now: datetime) -> None:
    """Somebody wrote something that asks for an answer."""
    _count(session, recipient_id, "replies", now)


def exited(session: Session, recipient_id: int, *, now: datetime) -> None:
    """Somebody left."""
    _count(session, recipient_id, "exits", now)


def of(session: Session, bulletin_ids: Sequence[int]) -> dict[int, Tally]:
    """With receipts as they are known now; every bulletin asked for has one."""
    stored = {
        tally.bulletin_id: Tally(**tally.model_dump())
        for tally in session.exec(select(Tally).where(col(Tally.bulletin_id).in_(bulletin_ids)))
    }
    counts = session.exec(
        select(Delivery.bulletin_id, Delivery.receipt, func.count())
        .where(col(Delivery.bulletin_id).in_(bulletin_ids), col(Delivery.receipt).is_not(None))
        .group_by(col(Delivery.bulletin_id), col(Delivery.receipt))
    )
    tallies = {
        bulletin_id: stored.get(bulletin_id) or Tally(bulletin_id=bulletin_id) for bulletin_id in bulletin_ids
    }
    for bulletin_id, receipt, count in counts:
        if bulletin_id is not None:
            tallies[bulletin_id].delivered += count if receipt in (Receipt.delivered, Receipt.read) else 0
            tallies[bulletin_id].read += count if receipt == Receipt.read else 0
    return tallies


def add(session: Session, bulletin_id: int, **counts: int) -> None:
    """Add to a bulletin's counts; two may do so at the same moment."""
    columns = dict.fromkeys(("replies", "exits", "delivered", "read"), 0) | counts
    table = Tally.__table__  # type: ignore[attr-defined]
    session.execute(
        insert_into(session, Tally)
        .values(bulletin_id=bulletin_id, **columns)
        .on_conflict_do_update(
            index_elements=["bulletin_id"],
            set_={name: table.c[name] + count for name, count in counts.items()},
        )
    )


def _count(session: Session, recipient_id: int, name: str, now: datetime) -> None:
    """For the last bulletin that this person got, if it was of late; else nobody's."""
    bulletin_id = session.exec(
        select(Delivery.bulletin_id)
        .join(Bulletin, col(Bulletin.id) == Delivery.bulletin_id)
        .where(
            Delivery.recipient_id == recipient_id,
            col(Delivery.status).in_(GOT),
            col(Bulletin.sent_at) > now - ABOUT_IT,
        )
        .order_by(col(Bulletin.sent_at).desc(), col(Delivery.id).desc())
    ).first()
    if bulletin_id is not None:
        add(session, bulletin_id, **{name: 1})


def unusual(session: Session, *, since: datetime, least: int, times: float) -> dict[int, tuple[Tally, float]]:
    """Bulletins sent since then that more people answered or left than usual: tally, and usual number.

    At least `least` of them, and `times` as many as the mean of up to ten bulletins before it.
    """
    sent = session.exec(
        select(Bulletin.id)
        .where(
            col(Bulletin.sent_at).is_not(None),
            col(Bulletin.status).in_((BulletinStatus.sending, BulletinStatus.stopped, BulletinStatus.sent)),
        )
        .order_by(col(Bulletin.sent_at).desc(), col(Bulletin.id).desc())
        .limit(60)
    ).all()
    recent = set(session.exec(select(Bulletin.id).where(col(Bulletin.sent_at) >= since)))
    counted = of(session, sent)
    outliers = {}
    for index, bulletin_id in enumerate(sent):
        before = [counted[earlier] for earlier in sent[index + 1 : index + 11]]
        usual = sum(tally.replies + tally.exits for tally in before) / max(len(before), 1)
        reactions = counted[bulletin_id].replies + counted[bulletin_id].exits
        if bulletin_id in recent and reactions >= least and reactions > times * usual:
            outliers[bulletin_id] = (counted[bulletin_id], usual)
    return outliers
