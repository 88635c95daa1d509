"""Alerts that do not wait for a bulletin: what holds, what urgent bulletins told of it, what is their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from db import announced, recipients, telling, weather_alerts
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

    def stated_spans(self, one: Sequence[Announced]) -> list[Span]:
        """The hours that bulletins told."""
        found: list[Span] = []
        for number in dict.fromkeys(each.bulletin.id for each in one):
            mine = [each for each in one if each.bulletin.id == number]
            found += told_spans(self.rows, {each.row.id for each in mine}, mine[0].at)
        return found


def known_at(session: Session, settings: Settings, now: datetime) -> AlertPicture:
    rows = weather_alerts.ever_said(session, settings.profile.alert_zones, now=now)
    return AlertPicture(rows, spoken(rows, now), now)


def told_by(
    session: Session, settings: Settings, known: AlertPicture, kind: BulletinKind, *statuses: BulletinStatus
) -> list[Announced]:
    zones = settings.profile.alert_zones
    return announced.announced(session, zones, [kind], statuses, since=known.now)


def cleared_by(
    session: Session, settings: Settings, known: AlertPicture, *statuses: BulletinStatus
) -> dict[int, list[Span]]:
    """The hours that all-clears of these statuses took back, by bulletin."""
    found: dict[int, list[Span]] = {}
    zones = settings.profile.alert_zones
    for bulletin, row, hours in announced.cleared(session, zones, statuses, since=known.now):
        found.setdefault(bulletin.id, []).append(Span(row, hours.onset, hours.expires))
    return found


def in_force(session: Session, settings: Settings, known: AlertPicture) -> list[Span]:
    """What citizens were told, or an editor decided on, and no all-clear took back."""
    made = told_by(session, settings, known, BulletinKind.urgent, *HELD)
    made = [one for one in made if one.bulletin.status not in WAITING]
    # of what did not reach all, the text that the rest got since counts: what both were told, all were
    other = {number for one in made for number in telling.of(session, one.bulletin.id)}
    told = known.stated_spans([one for one in made if one.bulletin.id not in other])
    gone = cleared_by(session, settings, known, BulletinStatus.approved, *PUBLIC)
    return without(told, [span for spans in gone.values() for span in spans], known.now)


def unreached(session: Session, settings: Settings, known: AlertPicture) -> list[tuple[Bulletin, date]]:
    """Urgent bulletins that some were spared, with their day, as long as no later one is for these people.

    A later one that an editor decided on is: of a draft for them alone also the refusal.
    """
    made = told_by(session, settings, known, BulletinKind.urgent, *HELD)
    every = {one.bulletin.id: (one.bulletin, one.row.day) for one in made}
    found = []
    for bulletin, day in every.values():
        if bulletin.status != BulletinStatus.sent or not recipients.was_spared(session, bulletin):
            continue
        later = [one for one, of in every.values() if of == day and one.id > bulletin.id]
        puts_right = {one.id: telling.of(session, one.id) for one in later}
        to_all = [one for one in later if not puts_right[one.id] and one.status not in DECIDED]
        if not to_all and not any(bulletin.id in puts_right[one.id] for one in later):
            found.append((bulletin, day))
    return found


def own_days(session: Session, settings: Settings, at: datetime) -> set[date]:
    """Days with an alert at an urgent level that no urgent bulletin holds yet: theirs, no ordinary one's.

    All that holds on such a day is: half of it would tell that there is no more. What an editor postponed
    to the ordinary bulletin is held.
    """
    known = known_at(session, settings, at)
    drafted = known.stated_spans(told_by(session, settings, known, BulletinKind.urgent, *WAITING))
    held = [*in_force(session, settings, known), *drafted]
    return set(untold(known.spans, held, settings.profile.urgent.levels, at))


def refused(session: Session, settings: Settings, at: datetime) -> set[Statement]:
    """What an editor decided not to tell: it does not come back in an ordinary bulletin."""
    known = known_at(session, settings, at)
    rows = [
        one.row for one in told_by(session, settings, known, BulletinKind.urgent, BulletinStatus.rejected)
    ]
    return {
        (row.zone, row.day, row.hazard, row.level, (row.onset, row.expires) if row.hourly else None)
        for row in rows
    }
