"""flow: each source -> NewsItem, WeatherAlert. One bad source, page or entry never costs the others."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from pydantic import Field
from sqlalchemy import Engine

from db import news_items, sources, weather_alerts
from db.engine import make_engine, transaction
from db.models import Hazard, Level, Origin, Source, SourceKind
from db.news_items import Change, NewsData
from flows import runs
from flows.settings import BollettinoError, Settings, load
from scrapers.alerts import require_fresh
from scrapers.alerts.dpc import parse_archive
from scrapers.errors import ScraperError
from scrapers.feeds import Entry, parse_feed
from scrapers.http import Fetcher, NotModified, Response
from scrapers.pages import Page, parse_page

Which = Literal["all", "news", "alerts"]
Choice = Literal["tutto", "notizie", "allerte"]
CHOICES: dict[Choice, Which] = {"tutto": "all", "notizie": "news", "allerte": "alerts"}
"""As the editor's form and the command line say it: the form shows the values themselves."""


@dataclass(frozen=True)
class Reading:
    """What came of reading one source."""

    source: str
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    unread_pages: int = 0
    undated: int = 0  # entries without a day, where only a period's are wanted
    problems: tuple[str, ...] = ()  # of single entries and pages
    found: tuple[str, ...] = ()  # of a dry run: day and title of what would be stored
    failure: str | None = None  # of the source as a whole
    not_modified: bool = False  # the source says that it is as it was

    def __str__(self) -> str:
        """For the operator."""
        if self.failure:
            return self.failure
        if self.not_modified:
            return f"{self.source}: not changed since the last reading"
        counts = f"{self.new} new, {self.updated} updated, {self.unchanged} unchanged"
        return f"{self.source}: {counts}" + (f", {self.undated} without a date" if self.undated else "")

    def in_italian(self) -> str:
        """For the logs that an editor sees; a failure's own words name addresses and stay as they are."""
        if self.failure:
            return f"Fonte non letta: {self.failure}"
        if self.not_modified:
            return f"{self.source}: nessun cambiamento dall'ultima lettura"
        counts = f"{self.new} nuove, {self.updated} aggiornate, {self.unchanged} invariate"
        return f"{self.source}: {counts}" + (f", {self.undated} senza data" if self.undated else "")


def planned(settings: Settings, which: Which) -> list[tuple[SourceKind, str]]:
    """The addresses that the profile names."""
    told = settings.profile.sources
    found = [(SourceKind.feed, str(address)) for address in told.feeds] if which != "alerts" else []
    return found + ([(SourceKind.dpc, str(told.alerts_dpc))] if which != "news" else [])


def fetcher(settings: Settings) -> Fetcher:
    profile = settings.profile
    agent = f"Bollettino/0.1 ({profile.names.comune}; +{profile.servers.public})"
    return Fetcher(user_agent=agent, hosts=profile.sources.redirect_hosts)


def read_source(
    settings: Settings, kind: SourceKind, address: str, *, dry_run: bool, now: datetime
) -> Reading:
    """Read one source and store what it gave; its failure is a value, marked in the database."""
    engine = make_engine(settings.database)
    with transaction(engine) as session:
        if dry_run:
            source = sources.find(session, address) or Source(id=0, kind=kind, address=address)
        else:
            source = sources.ensure(session, kind, address)
    try:
        with fetcher(settings) as client:
            answer = client.get(address, etag=source.etag, last_modified=source.last_modified)
            if isinstance(answer, NotModified):
                reading = _unchanged(engine, source, now)
                answer = Response(address, 304, b"", etag=source.etag, last_modified=source.last_modified)
            elif kind == SourceKind.feed:
                reading = _read_feed(engine, client, source, answer, dry_run=dry_run, now=now)
                if reading.unread_pages:  # a 304 next time would hide them until the feed changes
                    answer = replace(answer, etag=None, last_modified=None)
            else:
                reading = _read_alerts(settings, engine, source, answer, dry_run=dry_run, now=now)
    except ScraperError as exc:
        if not dry_run:
            with transaction(engine) as session:
                sources.failed(session, source.id, exc.message, now=now)
        return Reading(address, failure=str(exc))
    if not dry_run:
        with transaction(engine) as session:
            sources.succeeded(
                session, source.id, etag=answer.etag, last_modified=answer.last_modified, now=now
            )
    return reading


def _unchanged(engine: Engine, source: Source, now: datetime) -> Reading:
    """Nothing new; but an alert archive that stands still for days says nothing about today."""
    if source.kind == SourceKind.dpc:
        with transaction(engine) as session:
            sent = weather_alerts.newest(session, source.id)
        if sent is not None:
            require_fresh(source.address, sent, now)
    return Reading(source.address, not_modified=True)


def _read_feed(
    engine: Engine,
    client: Fetcher,
    source: Source,
    answer: Response,
    *,
    dry_run: bool,
    now: datetime,
) -> Reading:
    feed = parse_feed(answer)
    problems = list(feed.problems)
    with transaction(engine) as session:
        stored = news_items.known(session, source.id, [entry.guid for entry in feed.entries])
    data, same = [], []
    for entry in feed.entries:
        before = stored.get(entry.guid)
        if before and before.entry_sha256 == fingerprint(entry) and not before.page_failure:
            same.append(entry.guid)
            continue
        item = visit(client, entry)
        if item.page_failure:
            problems.append(item.page_failure)
        data.append(item)
    if dry_run:
        new = sum(item.guid not in stored for item in data)
        return Reading(source.address, new, len(data) - new, len(same), problems=tuple(problems))
    with transaction(engine) as session:
        news_items.touch(session, source.id, same, now=now)
        changes = [
            news_items.store(session, source.id, item, origin=Origin.collected, now=now) for item in data
        ]
    return Reading(
        source.address,
        changes.count(Change.new),
        changes.count(Change.updated),
        changes.count(Change.same) + len(same),
        sum(item.page_failure is not None for item in data),
        problems=tuple(problems),
    )


def fingerprint(entry: Entry) -> str:
    """Of what the feed says of an item, but its dates: in 50 of 53 real feeds those are of the poll."""
    said = "\x00".join((entry.url, entry.title, entry.summary, entry.content_html))
    return hashlib.sha256(said.encode()).hexdigest()


def visit(client: Fetcher, entry: Entry) -> NewsData:
    """The entry with its page; where the page cannot be read, with what the feed carries, and why."""
    page: Page | None = None
    failure: str | None = None
    if entry.url:
        try:
            answer = client.get(entry.url)
            if isinstance(answer, Response):
                page = parse_page(answer.content, answer.url, answer.content_type)
        except ScraperError as exc:
            failure = str(exc)
    else:
        failure = f"{entry.title}: the entry has no address, only the feed's text is known"
    return NewsData(
        guid=entry.guid,
        url=entry.url,
        title=entry.title or (page.title if page else ""),
        abstract=page.abstract if page else "",
        body=page.body if page else entry.summary,
        category=entry.categories[0] if entry.categories else None,
        published_at=entry.published,
        updated_at=entry.updated,
        entry_sha256=fingerprint(entry),
        page_failure=failure,
    )


def _read_alerts(
    settings: Settings, engine: Engine, source: Source, answer: Response, *, dry_run: bool, now: datetime
) -> Reading:
    zone = settings.profile.alert_zone
    bulletin = parse_archive(answer.content, source.address, zone)
    require_fresh(source.address, bulletin.sent, now)
    data = [
        weather_alerts.AlertData(
            identifier=alert.identifier,
            issuer=alert.issuer,
            url=alert.url,
            zone=alert.zone,
            hazard=Hazard(alert.hazard),
            level=Level(alert.level),
            day=alert.day,
            onset=alert.onset,
            expires=alert.expires,
            sent_at=alert.sent,
        )
        for alert in bulletin.alerts
    ]
    if dry_run:
        return Reading(source.address, new=len(data), problems=tuple(bulletin.warnings))
    with transaction(engine) as session:
        added = weather_alerts.store(session, source.id, data, now=now)
    return Reading(source.address, new=added, unchanged=len(data) - added, problems=tuple(bulletin.warnings))


def collect_sources(
    settings: Settings,
    which: Which = "all",
    *,
    dry_run: bool = False,
    now: datetime,
    read: Callable[..., Reading] = read_source,
) -> list[Reading]:
    """Read every source that the profile names, one after the other."""
    return [
        read(settings, kind, address, dry_run=dry_run, now=now) for kind, address in planned(settings, which)
    ]


def tell_editor(readings: Sequence[Reading]) -> None:
    """Log what was read, in Italian; then BollettinoError if a source failed, so that the run is red."""
    log = get_run_logger()
    for reading in readings:
        (log.error if reading.failure else log.info)("%s", reading.in_italian())
        for title in reading.found:
            log.info("Si salverebbe: %s", title)
        for problem in reading.problems:
            log.warning("Da controllare: %s", problem)
    if not readings:
        log.warning("Nessuna fonte da leggere: il profilo non ne indica.")
    if failed := [reading.failure for reading in readings if reading.failure]:
        others = " (le altre sì)" if len(failed) < len(readings) else ""
        raise BollettinoError(
            f"Fonti non lette: {len(failed)} su {len(readings)}{others}. " + "; ".join(failed)
        )


@flow(name="raccogli", flow_run_name=runs.titled("Raccolta: {which}"))
def collect(which: Annotated[Choice, Field(title="Che cosa")] = "tutto") -> None:
    """Legge il sito del Comune e le allerte; se una fonte non risponde, le altre si leggono lo stesso."""
    reader = task(name="leggi", task_run_name="leggi {address}", cache_policy=NO_CACHE)(read_source)
    tell_editor(collect_sources(load(), CHOICES[which], now=datetime.now(UTC), read=reader))
