"""Why each alert of these days is in a draft or not, in Italian lines for the editor; only what is stored.

That no alert holds is never said: a source that is silent has said nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from db import announced, weather_alerts
from db.announced import Announced
from db.models import LIVING, Bulletin, BulletinItem, BulletinKind, BulletinStatus, WeatherAlert
from flows.bulletin.alerts.items import HORIZON, Announcement, is_told
from flows.bulletin.alerts.statements import Span, settle, standing
from flows.bulletin.alerts.text import hours, levels
from flows.bulletin.alerts.urgent import spoken
from flows.bulletin.language.dates import giorno_ora, in_rome
from flows.bulletin.status import STATUS, named
from flows.draft.items import Situation
from flows.settings import Settings

ANNOUNCING = (BulletinKind.ordinary, BulletinKind.urgent)


@dataclass(frozen=True)
class _Told:
    """What bulletins say of these alerts: this draft now, this draft before, the others, the refused ones."""

    here: tuple[tuple[WeatherAlert, int], ...]  # with the number of the item
    before: frozenset[int]  # statements that some version of it told
    elsewhere: tuple[Announced, ...]
    refused: tuple[Announced, ...]


def alert_lines(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    items: Sequence[BulletinItem],
    situation: Situation,
    *,
    made_at: datetime,
) -> tuple[str, ...]:
    """A line for all alerts of a day that share a reason, those of the nearest day first.

    Args:
        items: of the version that is shown, whose text is of `made_at`.
        situation: of the moment of its send, in which it is not counted itself.
    """
    now, sent_at = situation.times.now, situation.times.sent_at
    told = _told(settings, session, bulletin, items, now)
    rows = weather_alerts.not_over(session, settings.profile.alert_zones, now=now)
    ahead = settle(standing(situation.alerts, sent_at), sent_at)
    lines: dict[tuple[date, str], list[Span]] = defaultdict(list)
    for span in _run_out(rows, now):
        if not _place(span.row, told, now):
            lines[span.row.day, f"non c'è, è finita {giorno_ora(span.expires)}"].append(span)
    for span in spoken(rows, now):
        if span.expires <= sent_at and not _place(span.row, told, now):
            lines[span.row.day, "non c'è, finisce prima dell'invio"].append(span)
    for span in ahead:
        lines[span.row.day, _reason(span, situation, told, made_at)].append(span)
    return tuple(
        f"Allerta {levels(spans)}, {hours(spans)}: {reason}."
        for (_, reason), spans in sorted(lines.items(), key=lambda line: line[0])
    )


def _reason(span: Span, situation: Situation, told: _Told, made_at: datetime) -> str:
    """Of an alert that holds at the send, or after it."""
    row, sent_at = span.row, situation.times.sent_at
    if position := _place(row, told, sent_at):
        return f"c'è, è la notizia {position}"
    if row.day in situation.own_days:
        return "non c'è, la annuncia subito un messaggio urgente"
    if span.onset > sent_at + HORIZON:
        return "non c'è, comincia troppo tempo dopo l'invio"
    if is_told(row, situation.announced, sent_at):
        others = [one.bulletin for one in told.elsewhere if is_told(row, {_statement(one.row)}, sent_at)]
        by = f"il {named(others[-1])} ({STATUS[others[-1].status]})" if others else "un altro messaggio"
        return f"non c'è, la dice già {by}"
    if is_told(row, situation.refused, sent_at):
        decided = [one.bulletin for one in told.refused if is_told(row, {_statement(one.row)}, sent_at)]
        by = f"{decided[-1].status_by} ({giorno_ora(decided[-1].status_at)})" if decided else "un redattore"
        return f"non c'è, {by} ha deciso di non annunciarla"
    if row.id in told.before:
        return "non c'è, era in questa bozza ed è stata tolta"
    if row.seen_at > made_at:
        return f"non c'è, l'abbiamo letta {giorno_ora(row.seen_at)}, dopo la bozza"
    return "non è in questa bozza"


def _place(row: WeatherAlert, told: _Told, at: datetime) -> int:
    """The number of the item that tells it, or the same of an older statement; 0 where none does."""
    for own, position in told.here:
        if own.id == row.id or is_told(row, {_statement(own)}, at):
            return position
    return 0


def _statement(row: WeatherAlert) -> Announcement:
    return row.zone, row.day, row.hazard, row.level, (row.onset, row.expires) if row.hourly else None


def _run_out(rows: Iterable[WeatherAlert], now: datetime) -> list[Span]:
    """What held today, above green, until its own end."""
    today = in_rome(now).date()
    spans = [span for span in standing(rows, now) if span.row.day == today and span.rank]
    return [span for span in spans if span.expires <= now and span.expires == span.row.expires]


def _told(
    settings: Settings, session: Session, bulletin: Bulletin, items: Sequence[BulletinItem], now: datetime
) -> _Told:
    zones = settings.profile.alert_zones
    stated = announced.announced(session, zones, ANNOUNCING, LIVING, since=now)
    rejected = announced.announced(
        session, zones, [BulletinKind.urgent], [BulletinStatus.rejected], since=now
    )
    return _Told(
        here=tuple(
            (row, item.position)
            for item in items
            if item.weather_alert_id is not None
            for row in weather_alerts.told_by(session, item)
        ),
        before=frozenset(weather_alerts.ever_told(session, bulletin.id)),
        elsewhere=tuple(one for one in stated if one.bulletin.id != bulletin.id),
        refused=tuple(rejected),
    )
