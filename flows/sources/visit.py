"""Reads the sources that the profile names, and stores what they give: NewsItem, WeatherAlert.

One bad source, page or entry never costs the others.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import Literal

from sqlalchemy import Engine
from sqlmodel import Session

from db import news_items, sources
from db.engine import alone, make_engine, transaction
from db.engine import reading as looking
from db.models import Source, SourceKind
from db.sources import Mark
from flows.profiles.comune import Profile
from flows.settings import Settings
from flows.sources.alerts import alert_addresses, read_alerts, unchanged_alerts
from flows.sources.asking import NEWS, Asked, ask
from flows.sources.news import PURPOSE, Plan, plan, read_pages, store_plan
from flows.sources.readings import Reading, defect, fetcher
from flows.sources.silence import GAP, silence
from scrapers.errors import ScraperError, StaleError
from scrapers.fetching.fetcher import Fetcher

TOGETHER = 64  # sources of one transaction
SIDE_BY_SIDE = 8  # sources asked at once: one that is slow does not keep the others waiting

Which = Literal["all", "news", "alerts"]


def planned(settings: Settings, which: Which) -> list[tuple[SourceKind, str]]:
    """The addresses that the profile names."""
    told = settings.profile.sources
    news = [(SourceKind.feed, address) for address in told.feeds]
    news += [(SourceKind.listing, page.address) for page in told.listings]
    return [  # alerts first: whatever the news do, they are read
        *(alert_addresses(settings.profile) if which != "news" else ()),
        *(news if which != "alerts" else ()),
    ]


def read_sources(
    settings: Settings, wanted: Sequence[tuple[SourceKind, str]], *, dry_run: bool, now: datetime
) -> list[Reading]:
    """Read sources and store what they gave; a failure is a value, marked in the database.

    Some dozens at a time: asked side by side, stored in one transaction, then the pages one by one.
    """
    engine = make_engine(settings.database)
    readings: list[Reading] = []
    named = cache(lambda: frozenset(address for _, address in planned(settings, "news")))
    with fetcher(settings) as client, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for start in range(0, len(wanted), TOGETHER):
            chunk = _states(engine, wanted[start : start + TOGETHER], dry_run=dry_run)
            asked = list(pool.map(partial(_ask, client, settings.profile, now=now), chunk))
            readings += _take(settings, engine, client, asked, named, dry_run=dry_run, now=now)
    return readings


def read_source(
    settings: Settings, kind: SourceKind, address: str, *, dry_run: bool, now: datetime
) -> Reading:
    """The same for one."""
    return read_sources(settings, [(kind, address)], dry_run=dry_run, now=now)[0]


def _states(engine: Engine, wanted: Sequence[tuple[SourceKind, str]], *, dry_run: bool) -> list[Source]:
    if not dry_run:
        with transaction(engine) as session:
            alone(session, PURPOSE)
            return sources.ensure_all(session, wanted)
    with looking(engine) as session:
        return [
            sources.find(session, address) or Source(id=0, kind=kind, address=address)
            for kind, address in wanted
        ]


def _ask(client: Fetcher, profile: Profile, source: Source, *, now: datetime) -> Asked:
    try:
        return ask(client, profile, source, now=now)
    except Exception as exc:  # noqa: BLE001  told as the source's failure: a defect must not cost the others
        message = defect(source.address, exc)
        return Asked(source, failure=f"{source.address}: {message}", message=message)


def _take(
    settings: Settings,
    engine: Engine,
    client: Fetcher,
    asked: Sequence[Asked],
    named: Callable[[], Collection[str]],
    *,
    dry_run: bool,
    now: datetime,
) -> list[Reading]:
    """Store what was asked for; one reading a source, in the same order.

    `named` gives the addresses of news that the profile names. They are asked for only where an item of
    another source comes up: there may be thousands, and this is done for each few dozen of them.
    """
    plans: dict[int, Plan] = {}
    results: dict[int, Reading] = {}
    marks: list[Mark] = []

    def take(place: int, one: Asked) -> None:
        if one.failure:
            results[place] = Reading(one.source.address, failure=one.failure)
            if not dry_run and one.was_asked:
                sources.failed(session, one.source.id, one.message, retry_after=one.retry_after, now=now)
        elif one.feed is not None:
            planned = plan(
                session,
                one.source,
                one.feed,
                settings.profile,
                stocked=stocked,
                is_read=is_read,
                whole=one.whole,
                now=now,
            )
            if not dry_run:
                store_plan(session, one.source, planned, now)
                if not planned.visits:
                    marks.append(one.mark(complete=planned.complete, now=now))
            plans[place] = planned
        elif one.unchanged and one.source.kind in NEWS:
            results[place] = Reading(one.source.address, not_modified=True)
            if not dry_run:
                marks.append(one.mark(complete=True, now=now))

    with looking(engine) if dry_run else transaction(engine) as session:
        if not dry_run:
            alone(session, PURPOSE)
        stocked = news_items.any_stored(session)
        is_read = cache(lambda number: sources.address_of(session, number) in named())
        for place, one in enumerate(asked):
            try:
                with session.begin_nested():
                    take(place, one)
            except Exception as exc:  # noqa: BLE001  told as the source's failure
                results[place] = _failed(session, one, exc, dry_run=dry_run, now=now)
        sources.succeeded(session, marks, now=now)
    for place, one in enumerate(asked):  # alerts first: pages take their time
        if place not in results and place not in plans:
            results[place] = _guarded(engine, one, dry_run, now, partial(_alerts, settings, engine, one))
    for place, planned in plans.items():
        one = asked[place]
        read = partial(_news, settings, engine, client, one, planned)
        results[place] = _guarded(engine, one, dry_run, now, read)
    return [results[place] for place in range(len(asked))]


def _failed(session: Session, one: Asked, exc: Exception, *, dry_run: bool, now: datetime) -> Reading:
    message = defect(one.source.address, exc)
    if not dry_run:
        sources.failed(session, one.source.id, message, now=now)
    return Reading(one.source.address, failure=f"{one.source.address}: {message}")


def _guarded(
    engine: Engine, one: Asked, dry_run: bool, now: datetime, read: Callable[..., Reading]
) -> Reading:
    ask_whole = False
    try:
        return read(dry_run=dry_run, now=now)
    except ScraperError as exc:
        message, failure = exc.message, str(exc)
        # not changed, but less is stored than what the validators stand for
        ask_whole = one.response is None and not isinstance(exc, StaleError)
    except Exception as exc:  # noqa: BLE001  told as the source's failure: a defect must not cost the others
        message = defect(one.source.address, exc)
        failure = f"{one.source.address}: {message}"
    if not dry_run:
        with transaction(engine) as session:
            sources.failed(session, one.source.id, message, ask_whole=ask_whole, now=now)
    return Reading(one.source.address, failure=failure)


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
    if one.response is None:
        found = unchanged_alerts(settings.profile, engine, one.source, now)
    else:
        found = read_alerts(settings, engine, one.source, one.response, dry_run=dry_run, now=now)
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
