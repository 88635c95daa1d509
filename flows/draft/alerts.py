"""Alerts that do not wait for a bulletin: what holds, what urgent bulletins told of it, what is their own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from db import announced, recipients, told_news, weather_alerts
from db.announced import Announced
from db.models import PUBLIC, WAITING, Bulletin, BulletinKind, BulletinStatus, Hazard, Level, WeatherAlert
from flows.bulletin.alerts.statements import Span
from flows.bulletin.alerts.urgent import spoken, told_spans, untold, without
from flows.settings import Settings

DECIDED = (BulletinStatus.rejected, BulletinStatus.merged)
HELD = (*WAITING, BulletinStatus.approved, *PUBLIC, *DECIDED)
Statement = tuple[
    str, date, Hazard, Level, tuple[datetime, datetime] | None
]  # as `db.weather_alerts.statements`


@dataclass(frozen=True)
class AlertPicture:
    """The alerts of the Comune at one moment."""

    rows: list[WeatherAlert]  # ever said of hours that are still to come
    spans: list[Span]  # what holds
    now: datetime

    def stated_spans(self, statements: Sequence[Announced]) -> list[Span]:
        """The hours that bulletins told."""
        by_bulletin = defaultdict[int, list[Announced]](list)
        for statement in statements:
            by_bulletin[statement.bulletin.id].append(statement)
        return [
            span
            for own in by_bulletin.values()
            for span in told_spans(self.rows, {statement.row.id for statement in own}, own[0].at)
        ]


def picture_at(settings: Settings, session: Session, now: datetime) -> AlertPicture:
    rows = weather_alerts.ever_said(session, settings.profile.alert_zones, now=now)
    return AlertPicture(rows, spoken(rows, now), now)


def announced_by(
    settings: Settings, session: Session, picture: AlertPicture, *statuses: BulletinStatus
) -> list[Announced]:
    """What urgent bulletins of these statuses tell."""
    zones = settings.profile.alert_zones
    return announced.announced(session, zones, [BulletinKind.urgent], statuses, since=picture.now)


def cleared_by(
    settings: Settings, session: Session, picture: AlertPicture, *statuses: BulletinStatus
) -> dict[int, list[Span]]:
    """The hours that all-clears of these statuses took back, by bulletin."""
    spans = defaultdict[int, list[Span]](list)
    zones = settings.profile.alert_zones
    for bulletin, row, hours in announced.cleared(session, zones, statuses, since=picture.now):
        spans[bulletin.id].append(Span(row, hours.onset, hours.expires))
    return dict(spans)


def in_force(
    settings: Settings, session: Session, picture: AlertPicture, statements: Sequence[Announced]
) -> list[Span]:
    """What citizens were told, or an editor decided on, and no all-clear took back.

    `statements` are those of all urgent bulletins that are `HELD`.
    """
    decided = [statement for statement in statements if statement.bulletin.status not in WAITING]
    # of what did not reach all, the text that the rest got since counts: what both were told, all were
    spared = {
        original_id for statement in decided for original_id in told_news.of(session, statement.bulletin.id)
    }
    to_all = [statement for statement in decided if statement.bulletin.id not in spared]
    gone = cleared_by(settings, session, picture, BulletinStatus.approved, *PUBLIC)
    told = picture.stated_spans(to_all)
    return without(told, [span for spans in gone.values() for span in spans], picture.now)


def unreached(settings: Settings, session: Session, picture: AlertPicture) -> list[tuple[Bulletin, date]]:
    """Urgent bulletins that some were spared, with their day, as long as no later one is for these people.

    A later one that an editor decided on is: of a draft for them alone also the refusal.
    """
    statements = announced_by(settings, session, picture, *HELD)
    days = {statement.bulletin.id: (statement.bulletin, statement.row.day) for statement in statements}
    originals = []
    for bulletin, day in days.values():
        if bulletin.status != BulletinStatus.sent or not recipients.was_spared(session, bulletin):
            continue
        later = [other for other, its_day in days.values() if its_day == day and other.id > bulletin.id]
        puts_right = {other.id: told_news.of(session, other.id) for other in later}
        to_all = [other for other in later if not puts_right[other.id] and other.status not in DECIDED]
        if not to_all and not any(bulletin.id in puts_right[other.id] for other in later):
            originals.append((bulletin, day))
    return originals


def own_days(
    settings: Settings, session: Session, picture: AlertPicture, statements: Sequence[Announced]
) -> frozenset[date]:
    """Days with an alert at an urgent level that no urgent bulletin holds yet: theirs, no ordinary one's.

    All that holds on such a day is: half of it would tell that there is no more. What an editor postponed
    to the ordinary bulletin is held. `statements` are those of all urgent bulletins that are `HELD`.
    """
    drafted = [statement for statement in statements if statement.bulletin.status in WAITING]
    held = [*in_force(settings, session, picture, statements), *picture.stated_spans(drafted)]
    return frozenset(untold(picture.spans, held, settings.profile.urgent.levels, picture.now))


def refused(statements: Sequence[Announced]) -> frozenset[Statement]:
    """What an editor decided not to tell: it does not come back in an ordinary bulletin."""
    rows = [statement.row for statement in statements if statement.bulletin.status == BulletinStatus.rejected]
    return frozenset(
        (row.zone, row.day, row.hazard, row.level, (row.onset, row.expires) if row.hourly else None)
        for row in rows
    )
