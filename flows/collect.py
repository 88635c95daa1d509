"""flow: each source -> NewsItem, WeatherAlert. One bad source, page or entry never costs the others."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Literal

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from pydantic import Field
from sqlalchemy import Engine

from db import news_items, sources
from db.engine import make_engine, transaction
from db.engine import reading as looking
from db.models import Source, SourceKind
from db.sources import Mark
from flows import runs
from flows.settings import BollettinoError, Settings, load
from flows.sources.alerts import alert_addresses, read_alerts, unchanged_alerts
from flows.sources.asking import NEWS, Asked, ask
from flows.sources.news import Plan, plan, read_pages, store_plan
from flows.sources.readings import Reading, fetcher
from flows.sources.silence import GAP, silence
from scrapers.errors import ScraperError
from scrapers.http import Fetcher

TOGETHER = 64  # sources of one transaction
SIDE_BY_SIDE = 8  # sources asked at once: one that is slow does not keep the others waiting

Which = Literal["all", "news", "alerts"]
Choice = Literal["tutto", "notizie", "allerte"]
CHOICES: dict[Choice, Which] = {"tutto": "all", "notizie": "news", "allerte": "alerts"}
"""As the editor's form and the command line say it: the form shows the values themselves."""


def planned(settings: Settings, which: Which) -> list[tuple[SourceKind, str]]:
    """The addresses that the profile names."""
    told = settings.profile.sources
    news = [(SourceKind.feed, address) for address in told.feeds]
    news += [(SourceKind.listing, page.address) for page in told.listings]
    return [
        *(news if which != "alerts" else ()),
        *(alert_addresses(settings.profile) if which != "news" else ()),
    ]


def read_sources(
    settings: Settings, wanted: Sequence[tuple[SourceKind, str]], *, dry_run: bool, now: datetime
) -> list[Reading]:
    """Read sources and store what they gave; a failure is a value, marked in the database.

    Some dozens at a time: asked side by side, stored in one transaction, then the pages one by one.
    """
    engine = make_engine(settings.database)
    readings: list[Reading] = []
    with fetcher(settings) as client, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for start in range(0, len(wanted), TOGETHER):
            chunk = _states(engine, wanted[start : start + TOGETHER], dry_run=dry_run)
            asked = list(pool.map(partial(ask, client, settings.profile, now=now), chunk))
            readings += _take(settings, engine, client, asked, dry_run=dry_run, now=now)
    return readings


def read_source(
    settings: Settings, kind: SourceKind, address: str, *, dry_run: bool, now: datetime
) -> Reading:
    """The same for one."""
    return read_sources(settings, [(kind, address)], dry_run=dry_run, now=now)[0]


def _states(engine: Engine, wanted: Sequence[tuple[SourceKind, str]], *, dry_run: bool) -> list[Source]:
    if not dry_run:
        with transaction(engine) as session:
            return sources.ensure_all(session, wanted)
    with looking(engine) as session:
        return [
            sources.find(session, address) or Source(id=0, kind=kind, address=address)
            for kind, address in wanted
        ]


def _take(
    settings: Settings,
    engine: Engine,
    client: Fetcher,
    asked: Sequence[Asked],
    *,
    dry_run: bool,
    now: datetime,
) -> list[Reading]:
    """Store what was asked for; one reading a source, in the same order."""
    plans: dict[int, Plan] = {}
    results: dict[int, Reading] = {}
    marks: list[Mark] = []
    with looking(engine) if dry_run else transaction(engine) as session:
        stocked = news_items.stocked(session, [one.source.id for one in asked if one.feed])
        for place, one in enumerate(asked):
            if one.failure:
                results[place] = Reading(one.source.address, failure=one.failure)
                if not dry_run and one.was_asked:
                    sources.failed(session, one.source.id, one.message, retry_after=one.retry_after, now=now)
            elif one.feed is not None:
                plans[place] = planned = plan(
                    session, one.source, one.feed, settings.profile, stocked=one.source.id in stocked, now=now
                )
                if not dry_run:
                    store_plan(session, one.source, planned, now)
                    if not planned.visits:
                        marks.append(one.mark(complete=planned.complete, now=now))
            elif one.unchanged and one.source.kind in NEWS:
                results[place] = Reading(one.source.address, not_modified=True)
                if not dry_run:
                    marks.append(one.mark(complete=True, now=now))
        sources.succeeded(session, marks, now=now)
    for place, one in enumerate(asked):  # alerts first: pages take their time
        if place not in results and place not in plans:
            results[place] = _alerts(settings, engine, one, dry_run=dry_run, now=now)
    for place, planned in plans.items():
        results[place] = _news(settings, engine, client, asked[place], planned, dry_run=dry_run, now=now)
    return [results[place] for place in range(len(asked))]


def _news(
    settings: Settings,
    engine: Engine,
    client: Fetcher,
    one: Asked,
    planned: Plan,
    *,
    dry_run: bool,
    now: datetime,
) -> Reading:
    stored = Reading(one.source.address)
    if dry_run:
        new = sum(visited.known is None for visited in planned.visits)
        stored = replace(stored, new=new, updated=len(planned.visits) - new)
    elif planned.visits:
        stored = read_pages(client, engine, one.source, planned, settings.profile, now)
        with transaction(engine) as session:
            complete = not stored.unread_pages and not planned.waiting
            sources.succeeded(session, [one.mark(complete=complete, now=now)], now=now)
    problems = [*(one.feed.problems if one.feed else ()), *stored.problems]
    if planned.gap:
        problems.append(GAP.format(address=one.source.address))
    if one.whole and not planned.first:
        with looking(engine) as session:
            problems += filter(None, [silence(session, one.source, now)])
    return replace(
        stored,
        new=stored.new + len(planned.without_page),
        unchanged=stored.unchanged + len(planned.same),
        unread_pages=stored.unread_pages + planned.waiting,
        problems=tuple(problems),
    )


def _alerts(settings: Settings, engine: Engine, one: Asked, *, dry_run: bool, now: datetime) -> Reading:
    try:
        if one.response is None:
            found = unchanged_alerts(settings.profile, engine, one.source, now)
        else:
            found = read_alerts(settings, engine, one.source, one.response, dry_run=dry_run, now=now)
    except ScraperError as exc:
        if not dry_run:
            with transaction(engine) as session:
                sources.failed(session, one.source.id, exc.message, now=now)
        return Reading(one.source.address, failure=str(exc))
    if not dry_run:
        with transaction(engine) as session:
            sources.succeeded(session, [one.mark(complete=True, now=now)], now=now)
    return found


def collect_sources(
    settings: Settings,
    which: Which = "all",
    *,
    dry_run: bool = False,
    now: datetime,
    read: Callable[..., Reading] | None = None,
) -> list[Reading]:
    """Read every source that the profile names; with `read`, one after the other by that function."""
    wanted = planned(settings, which)
    if read is None:
        return read_sources(settings, wanted, dry_run=dry_run, now=now)
    return [read(settings, kind, address, dry_run=dry_run, now=now) for kind, address in wanted]


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
