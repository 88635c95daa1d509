"""Bulletins of weather alerts, of each issuer -> stored statements."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import Engine

from db import sources, weather_alerts, weather_notices
from db.engine import reading, transaction
from db.models import Hazard, Level, NoticeColour, NoticeKind, Source, SourceKind
from db.models.columns import fields_of
from db.weather_alerts import AlertData
from db.weather_notices import NoticeData
from flows.profiles.comune import Profile
from flows.settings import Settings
from flows.sources.polling import Polling
from flows.sources.readings import Reading
from scrapers.alerts import Alert, IssuedBulletin, IssuedNotice, require_fresh
from scrapers.alerts.allertalom import QUERIES, parse_allertalom
from scrapers.alerts.cap12 import Place, parse_cap
from scrapers.alerts.dpc import open_archive
from scrapers.alerts.meteoalarm import open_meteoalarm
from scrapers.errors import ParseError, StaleError
from scrapers.fetching.fetcher import Response

TOO_OLD = timedelta(hours=3)
"""A last good reading older than this is as good as none: alerts are read every ten minutes, in a
fleet every half hour at least."""
CONDITIONAL = (SourceKind.dpc,)
"""Only these may be asked with validators: what the others state moves with the hour of the reading."""


def alert_addresses(profile: Profile) -> list[tuple[SourceKind, str]]:
    """Every source of alerts that the profile turns on."""
    sources = profile.sources
    addresses = [(SourceKind.dpc, sources.alerts_dpc)]
    addresses += [(SourceKind.allertalom, address) for address in allertalom_queries(profile).values()]
    addresses += [(SourceKind.cap, address) for address in sources.alerts_cap]
    if sources.alerts_meteoalarm:
        addresses.append((SourceKind.meteoalarm, sources.alerts_meteoalarm))
    return addresses


def allertalom_queries(profile: Profile) -> dict[str, str]:
    """Hazard -> the address that asks AllertaLOM about it for this Comune; empty when it is off."""
    base = profile.sources.alerts_allertalom
    if base is None:
        return {}
    return {
        hazard: f"{base}?{urlencode({'cdTipologiaGis': query, 'cdIstatComune': profile.istat})}"
        for hazard, query in QUERIES.items()
    }


def unchanged_alerts(profile: Profile, engine: Engine, source: Source, now: datetime) -> Reading:
    """Nothing new; but an archive that stands still for days says nothing about today.

    Raises StaleError for that, and ParseError where a zone of the profile has nothing stored of what the
    source last gave: a 304 then tells nothing of it, and the source must be asked for the whole. Of the
    other kinds see `CONDITIONAL`.
    """
    for zone in profile.alert_zones if source.kind == SourceKind.dpc else ():
        with reading(engine) as session:
            sent = weather_alerts.newest(session, source.id, zone)
            last = weather_alerts.newest(session, source.id)
        if sent is None or sent != last:
            raise ParseError(
                source.address,
                f"not changed, but nothing of it is stored for {zone}; the next run asks for the whole",
            )
        require_fresh(source.address, sent, now)
    return Reading(source.address, not_modified=True)


def read_alerts(
    settings: Settings,
    engine: Engine,
    polling: Polling,
    source: Source,
    answer: Response,
    *,
    dry_run: bool,
    now: datetime,
) -> Reading:
    """Read one answer and store what it states. Raises ParseError or StaleError; what could be read before
    is stored all the same.

    What of it is the same for all zones is read once a polling: the archive's tables, MeteoAlarm's JSON. A
    CAP is read for its place; AllertaLOM answers each Comune by itself.
    """
    profile = settings.profile
    bulletins, failure = _BY_KIND[source.kind](profile, polling, source.address, answer.content, now)
    if not bulletins and failure:
        raise failure
    alerts = [alert for bulletin in bulletins for alert in bulletin.alerts]
    notices = [notice for bulletin in bulletins for notice in bulletin.notices]
    problems = tuple(dict.fromkeys(line for bulletin in bulletins for line in bulletin.warnings))
    new = stored = 0
    if dry_run:
        new = len(alerts) + len(notices)
    else:
        taken_back = [reference for bulletin in bulletins for reference in bulletin.replaces]
        with transaction(engine) as session:
            stated = [_alert(alert) for alert in alerts]
            fresh = stated
            if source.kind == SourceKind.allertalom:
                fresh = weather_alerts.news_among(session, source.id, stated, now=now)
            new = weather_alerts.store(session, source.id, fresh, now=now)
            weather_alerts.replace(session, taken_back, now=now)
            if source.kind == SourceKind.dpc:  # a CAP's only warning is that it has run out: nothing to weigh
                sources.warn(session, source.id, problems)
            new += weather_notices.store(
                session,
                source.id,
                [_notice(notice) for notice in notices],
                taken_back={identifier for identifier, _ in taken_back},
                whole=source.kind == SourceKind.meteoalarm,
                now=now,
            )
        stored = len(alerts) + len(notices)
    if failure:
        raise failure
    return Reading(source.address, new=new, unchanged=max(stored - new, 0), problems=problems)


Read = tuple[list[IssuedBulletin], ParseError | None]


def _each_zone(zones: Sequence[str], parse: Callable[[str], IssuedBulletin]) -> Read:
    """Every zone on its own: one that is missing costs no other, but the source has failed."""
    bulletins, failure = [], None
    for zone in zones:
        try:
            bulletins.append(parse(zone))
        except ParseError as exc:
            failure = failure or exc
    return bulletins, failure


def _dpc(profile: Profile, polling: Polling, address: str, content: bytes, now: datetime) -> Read:
    archive = polling.opened(open_archive, content, address)

    def parse(zone: str) -> IssuedBulletin:
        bulletin = archive.bulletin(zone)
        require_fresh(address, bulletin.sent, now)
        return bulletin

    return _each_zone(profile.alert_zones, parse)


def _allertalom(profile: Profile, _polling: Polling, address: str, content: bytes, now: datetime) -> Read:
    hazard = next((name for name, query in allertalom_queries(profile).items() if query == address), None)
    if hazard is None:
        raise ParseError(address, "not one of the queries that the profile asks AllertaLOM")
    return _each_zone(profile.alert_zones, lambda zone: parse_allertalom(content, address, zone, hazard, now))


def _cap(profile: Profile, _polling: Polling, address: str, content: bytes, now: datetime) -> Read:
    try:
        return [parse_cap(content, address, place(profile), now)], None
    except StaleError as exc:  # an alert that has run out is what an address shows between two alerts
        return [IssuedBulletin("", now, (), (f"{exc.source}: l'avviso pubblicato è già scaduto",))], None


def _meteoalarm(profile: Profile, polling: Polling, address: str, content: bytes, now: datetime) -> Read:
    warned = polling.opened(open_meteoalarm, content, address)
    return [warned.bulletin(profile.sources.meteoalarm_area or "", now)], None


_BY_KIND: dict[SourceKind, Callable[[Profile, Polling, str, bytes, datetime], Read]] = {
    SourceKind.dpc: _dpc,
    SourceKind.allertalom: _allertalom,
    SourceKind.cap: _cap,
    SourceKind.meteoalarm: _meteoalarm,
}


def place(profile: Profile) -> Place:
    """The Comune in the codes that a CAP area may carry."""
    name = profile.names.comune
    bare = name.removeprefix("Comune di ").removeprefix("Città di ")
    return Place(
        tuple(profile.alert_zones),
        profile.istat,
        profile.sources.meteoalarm_area or "",
        tuple(dict.fromkeys((name, bare))),
    )


def _alert(alert: Alert) -> AlertData:
    ours = {"hazard": Hazard(alert.hazard), "level": Level(alert.level), "sent_at": alert.sent}
    return AlertData(**fields_of(AlertData, alert) | ours)


def _notice(notice: IssuedNotice) -> NoticeData:
    ours = {"kind": NoticeKind(notice.kind), "colour": NoticeColour(notice.colour), "sent_at": notice.sent}
    return NoticeData(**fields_of(NoticeData, notice) | ours)
