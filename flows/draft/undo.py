"""A draft that was postponed or discarded by mistake: until when it comes back, and with which lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from db import bulletins, news_items, told_news, weather_alerts
from db.models import (
    TURNED_DOWN,
    WAITING,
    Approval,
    Bulletin,
    BulletinItem,
    BulletinStatus,
    Decision,
    NewsItem,
)
from flows.bulletin.language.dates import giorno_ora, scadenza
from flows.bulletin.status import DECIDED, STATUS
from flows.draft.items import latest_items
from flows.settings import BollettinoError, Settings

MEMORY = timedelta(days=1)  # of one that has neither a slot nor a deadline


class UndoError(BollettinoError):
    """The draft does not come back, and nothing was changed. The text is Italian."""


@dataclass(frozen=True)
class Left:
    """A line that does not come back: citizens get it, or got it, from another bulletin; or it was discarded
    since by another decision.
    """

    item: BulletinItem
    by: Bulletin | None = None  # None: one that announces its alert
    is_discarded: bool = False  # by another decision

    @property
    def line(self) -> str:
        """For the editor."""
        if self.is_discarded:
            why = "nel frattempo è stata scartata"
        else:
            why = f"c'è già nel bollettino {self.by.id}" if self.by else "un altro bollettino la annuncia già"
        return f"Resta fuori «{' '.join(self.item.title.split())}»: {why}."


def until(bulletin: Bulletin) -> datetime:
    """When it can come back for the last time: its slot, else the deadline of its matter, else a day on."""
    return bulletin.slot_at or bulletin.deadline_at or bulletin.status_at + MEMORY


def hindrance(session: Session, bulletin: Bulletin, *, now: datetime) -> str:
    """Why a bulletin that was postponed or discarded does not come back (Italian); "" where it does."""
    number = bulletin.id
    if now > until(bulletin):
        if bulletin.slot_at:
            why = f"doveva partire {giorno_ora(bulletin.slot_at)}"
        elif bulletin.deadline_at:
            why = f"andava approvato entro {scadenza(bulletin.deadline_at)}"
        else:
            why = f"è {DECIDED[bulletin.status]} da più di un giorno"
        return f"Il bollettino {number} {why}: è tardi per riaprirlo."
    if rival := _rival(session, bulletin):
        return (
            f"Il bollettino {number} non si riapre: al suo posto c'è già il {rival.id}, "
            f"{STATUS[rival.status]}."
        )
    return ""


def can_come_back(session: Session, bulletin: Bulletin, *, now: datetime) -> bool:
    """Whether it was postponed or discarded and nothing hinders it; its lines may all be told by then."""
    return bulletin.status in TURNED_DOWN and not hindrance(session, bulletin, now=now)


def take_up(
    settings: Settings, session: Session, bulletin: Bulletin, *, by: str, now: datetime
) -> tuple[str, ...]:
    """The draft waits again with the text that stood there, and its news count as told by it again.

    Its deadline stays; one that is over before the slot lasts until the slot's grace ends, as for an approval
    that is taken back. What another bulletin tells by now is left out in a version of its own, and said in
    the lines that are returned. Alerts are judged when it is approved, as ever. Raises UndoError.

    The caller holds the bulletin, and is `alone` in taking news into drafts.
    """
    if why := hindrance(session, bulletin, now=now):
        raise UndoError(why)
    items = latest_items(session, bulletin.id)
    left = _told_elsewhere(settings, session, bulletin, items)
    told = {one.item.id for one in left}
    left += _discarded(session, bulletin, [item for item in items if item.id not in told])
    if left and len(left) == len(items):
        lines = " ".join(one.line for one in left)
        raise UndoError(f"Del bollettino {bulletin.id} non resta niente da riaprire. {lines}")
    for decision in bulletins.take_up(session, bulletin, by=by, now=now):
        if decision.decision == Decision.discard:
            news_items.take_back_discard(
                session, _discarded_by(session, decision), discarded_at=decision.decided_at
            )
    if bulletin.slot_at and bulletin.deadline_at and bulletin.deadline_at <= now:
        bulletin.deadline_at = bulletin.slot_at + timedelta(minutes=settings.profile.grace_minutes)
        session.add(bulletin)
    remarks = [one.line for one in left]
    if left:
        out = {one.item.id for one in left}
        kept = [bulletins.data_of(item) for item in items if item.id not in out]
        bulletins.add_version(session, bulletin, kept, author=by, now=now, remarks=remarks)
    return tuple(remarks)


def _rival(session: Session, bulletin: Bulletin) -> Bulletin | None:
    """A bulletin that was made in its place: two would tell the same people the same."""
    rivals = bulletins.rivals(session, bulletin)
    if bulletin.slot_at:
        return next(iter(rivals), None)
    originals = told_news.of(session, bulletin.id)
    alike = [other for other in rivals if told_news.of(session, other.id) == originals]
    if bulletin.template:
        subject = _subject(session, bulletin)
        alike = [other for other in alike if _subject(session, other) == subject]
    elif not originals:  # of what goes at approval there may be any number, but one draft
        undecided = (*WAITING, BulletinStatus.approved)
        alike = [other for other in alike if other.status in undecided]
    return next(iter(alike), None)


def _subject(session: Session, bulletin: Bulletin) -> str:
    """Of a fixed text: the day of an alert, the news that is put right, what a notice says."""
    items = latest_items(session, bulletin.id)
    return items[0].title if items else ""


def _told_elsewhere(
    settings: Settings, session: Session, bulletin: Bulletin, items: Sequence[BulletinItem]
) -> list[Left]:
    """The lines that living bulletins tell by now; of a fixed text none, whose lines all stay.

    What it puts right tells the same to others.
    """
    if bulletin.template:
        return []
    originals = told_news.of(session, bulletin.id)
    news_ids = [item.news_item_id for item in items if item.news_item_id]
    tellers = told_news.tellers(session, news_ids, excluding=[bulletin.id, *originals])
    left = []
    for item in items:
        teller = tellers.get(item.news_item_id) if item.news_item_id else None
        if teller or (not originals and _is_announced(settings, session, bulletin, item)):
            left.append(Left(item, teller))
    return left


def _discarded(session: Session, bulletin: Bulletin, items: Sequence[BulletinItem]) -> list[Left]:
    """The lines whose news somebody discarded by another decision than the one that is taken back."""
    if bulletin.template:  # whose lines all stay
        return []
    own = {
        decision.decided_at
        for decision in bulletins.decisions(session, bulletin)
        if decision.decision == Decision.discard
    }
    left = []
    for item in items:
        news = session.get(NewsItem, item.news_item_id) if item.news_item_id else None
        if news is not None and news.discarded_at is not None and news.discarded_at not in own:
            left.append(Left(item, is_discarded=True))
    return left


def _is_announced(settings: Settings, session: Session, bulletin: Bulletin, item: BulletinItem) -> bool:
    """Whether all that a line says of alerts is announced by another living bulletin."""
    if item.weather_alert_id is None:
        return False
    others = weather_alerts.statements(session, settings.profile.alert_zones, excluding=bulletin.id)
    own = {
        (row.zone, row.day, row.hazard, row.level, (row.onset, row.expires) if row.hourly else None)
        for row in weather_alerts.told_by(session, item)
    }
    return bool(own) and own <= others


def _discarded_by(session: Session, decision: Approval) -> list[int]:
    """The news that this decision discarded: those that its form showed."""
    version = bulletins.version_of(session, decision.bulletin_id, decision.version_number)
    shown = (
        bulletins.version_of(session, decision.bulletin_id, version.answered_version)
        if version and version.answered_version
        else version
    )
    items = bulletins.items(session, shown) if shown else []
    return [item.news_item_id for item in items if item.news_item_id]
