"""Reads the sources that the profile names, and stores what they give: NewsItem, WeatherAlert.

One bad source, page or entry never costs the others.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from typing import Literal

from sqlalchemy import Engine
from sqlmodel import Session

from db import sources
from db.engine import alone, opened, transaction
from db.engine import reading as looking
from db.models import Source, SourceKind
from db.sources import Mark
from flows.profiles.comune import Profile
from flows.settings import Settings
from flows.sources.alerts import alert_addresses, read_alerts, unchanged_alerts
from flows.sources.already_stored import AlreadyStored
from flows.sources.asking import NEWS, Asked, ask
from flows.sources.news import PURPOSE, Plan, plan, read_pages, store_plan
from flows.sources.polling import Polling
from flows.sources.readings import Reading, defect, fetcher
from flows.sources.silence import GAP, silence
from scrapers.errors import ScraperError, StaleError
from scrapers.feeds.feeds import Feed
from scrapers.fetching.fetcher import Fetcher
from scrapers.fetching.pace import AT_ONCE

TOGETHER = 64  # sources of one transaction

Which = Literal["all", "news", "alerts"]


@dataclass(frozen=True)
class _Stored:
    """Of some sources, by their place: what is done with, what is planned, what to mark as read."""

    readings: dict[int, Reading]
    plans: dict[int, Plan]
    marks: list[Mark]


def planned(settings: Settings, which: Which) -> list[tuple[SourceKind, str]]:
    """The addresses that the profile names."""
    sources = settings.profile.sources
    news = [(SourceKind.feed, address) for address in sources.feeds]
    news += [(SourceKind.listing, page.address) for page in sources.listings]
    return [  # alerts first: whatever the news do, they are read
        *(alert_addresses(settings.profile) if which != "news" else ()),
        *(news if which != "alerts" else ()),
    ]


def read_sources(
    settings: Settings,
    wanted: Sequence[tuple[SourceKind, str]],
    *,
    dry_run: bool,
    now: datetime,
    polling: Polling | None = None,
    engine: Engine | None = None,
) -> list[Reading]:
    """Read sources and store what they gave; a failure is a value, marked in the database.

    Some dozens at a time: asked side by side, since one that is slow must not keep the others waiting, stored
    in one transaction, then the pages one by one. `polling` is the round that other Comuni read in too; of a
    Comune alone each reading is a round. `engine`: of its database, where somebody has it open.
    """
    polling = polling or Polling()
    readings: list[Reading] = []
    news_addresses = cache(lambda: frozenset(address for _, address in planned(settings, "news")))
    with (
        nullcontext(engine) if engine else opened(settings.database) as store,
        fetcher(settings, polling.pace) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        for start in range(0, len(wanted), TOGETHER):
            chunk = _states(store, wanted[start : start + TOGETHER], dry_run=dry_run)
            asked = list(pool.map(partial(_ask, client, polling, settings.profile, now=now), chunk))
            readings += _take(
                settings, store, client, polling, asked, news_addresses, dry_run=dry_run, now=now
            )
    return readings


def read_source(
    settings: Settings,
    kind: SourceKind,
    address: str,
    *,
    dry_run: bool,
    now: datetime,
    polling: Polling | None = None,
) -> Reading:
    """The same for one."""
    return read_sources(settings, [(kind, address)], dry_run=dry_run, now=now, polling=polling)[0]


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


def _ask(client: Fetcher, polling: Polling, profile: Profile, source: Source, *, now: datetime) -> Asked:
    try:
        return ask(client, polling, profile, source, now=now)
    except Exception as exc:  # noqa: BLE001  told as the source's failure: a defect must not cost the others
        message = defect(source.address, exc)
        return Asked(source, failure=f"{source.address}: {message}", message=message)


def _take(
    settings: Settings,
    engine: Engine,
    client: Fetcher,
    polling: Polling,
    asked: Sequence[Asked],
    news_addresses: Callable[[], Collection[str]],
    *,
    dry_run: bool,
    now: datetime,
) -> list[Reading]:
    """Store what was asked for; one reading a source, in the same order.

    `news_addresses` gives the addresses of news that the profile names. They are asked for only where an item
    of another source comes up: there may be thousands, and this is done for each few dozen of them.
    """
    with looking(engine) if dry_run else transaction(engine) as session:
        if not dry_run:
            alone(session, PURPOSE)
        is_read = cache(lambda source_id: sources.address_of(session, source_id) in news_addresses())
        store = partial(_stored, session, settings.profile, asked, is_read, dry_run=dry_run, now=now)
        try:
            with session.begin_nested():
                stored = store(each_apart=False)
        except Exception:  # noqa: BLE001  a savepoint each tells whose it was, and keeps what the others gave
            stored = store(each_apart=True)
        sources.succeeded(session, stored.marks, now=now)
    results, plans = stored.readings, stored.plans
    for place, answer in enumerate(asked):  # alerts first: pages take their time
        if place not in results and place not in plans:
            read = partial(_alerts, settings, engine, polling, answer)
            results[place] = _guarded(engine, answer, dry_run, now, read)
    for place, planned in plans.items():
        answer = asked[place]
        visit = partial(_news, settings, engine, client, answer, planned)
        results[place] = _guarded(engine, answer, dry_run, now, visit)
    return [results[place] for place in range(len(asked))]


def _stored(
    session: Session,
    profile: Profile,
    asked: Sequence[Asked],
    is_read: Callable[[int], bool],
    *,
    each_apart: bool,
    dry_run: bool,
    now: datetime,
) -> _Stored:
    """What the feeds gave, stored; with `each_apart` one that fails costs the others nothing."""
    stored = _Stored({}, {}, [])
    stock = AlreadyStored(session, [answer.feed for answer in asked if answer.feed])

    def store(place: int, answer: Asked, feed: Feed) -> None:
        planned = plan(
            session,
            answer.source,
            feed,
            profile,
            stocked=stock.may_hold(feed),
            is_read=is_read,
            whole=answer.whole,
            now=now,
        )
        if not dry_run:
            store_plan(session, answer.source, planned, now)
            stock.add(data for data, _ in planned.without_page)
            if not planned.visits:
                stored.marks.append(answer.mark(complete=planned.complete, now=now))
        stored.plans[place] = planned

    for place, answer in enumerate(asked):
        source = answer.source
        if answer.unchanged and source.kind in NEWS:
            stored.readings[place] = Reading(source.address, not_modified=True)
            stored.marks.extend([] if dry_run else [answer.mark(complete=True, now=now)])
        elif answer.failure:
            stored.readings[place] = Reading(source.address, failure=answer.failure)
            if not dry_run and answer.was_asked:
                sources.failed(session, source.id, answer.message, retry_after=answer.retry_after, now=now)
        elif answer.feed is not None:
            try:
                with session.begin_nested() if each_apart else nullcontext():
                    store(place, answer, answer.feed)
            except Exception as exc:  # told as the source's failure
                if not each_apart:
                    raise
                stored.readings[place] = _failed(session, answer, exc, dry_run=dry_run, now=now)
    return stored


def _failed(session: Session, answer: Asked, exc: Exception, *, dry_run: bool, now: datetime) -> Reading:
    message = defect(answer.source.address, exc)
    if not dry_run:
        sources.failed(session, answer.source.id, message, now=now)
    return Reading(answer.source.address, failure=f"{answer.source.address}: {message}")


def _guarded(
    engine: Engine, answer: Asked, dry_run: bool, now: datetime, read: Callable[..., Reading]
) -> Reading:
    ask_whole = False
    try:
        return read(dry_run=dry_run, now=now)
    except ScraperError as exc:
        message, failure = exc.message, str(exc)
        # not changed, but less is stored than what the validators stand for
        ask_whole = answer.response is None and not isinstance(exc, StaleError)
    except Exception as exc:  # noqa: BLE001  told as the source's failure: a defect must not cost the others
        message = defect(answer.source.address, exc)
        failure = f"{answer.source.address}: {message}"
    if not dry_run:
        with transaction(engine) as session:
            sources.failed(session, answer.source.id, message, ask_whole=ask_whole, now=now)
    return Reading(answer.source.address, failure=failure)


def _news(
    settings: Settings,
    engine: Engine,
    client: Fetcher,
    answer: Asked,
    planned: Plan,
    *,
    dry_run: bool,
    now: datetime,
) -> Reading:
    stored = Reading(answer.source.address)
    if dry_run:
        new = sum(visited.item is None for visited in planned.visits)
        stored = replace(stored, new=new, updated=len(planned.visits) - new)
    elif planned.visits:
        stored = read_pages(client, engine, answer.source, planned, settings.profile, now)
        with transaction(engine) as session:
            complete = not stored.unread_pages and not planned.waiting
            sources.succeeded(session, [answer.mark(complete=complete, now=now)], now=now)
    problems = [*(answer.feed.problems if answer.feed else ()), *stored.problems]
    if planned.gap:
        problems.append(GAP.format(address=answer.source.address))
    if answer.whole and not planned.first:
        with looking(engine) as session:
            problems += filter(None, [silence(session, answer.source, now)])
    return replace(
        stored,
        new=stored.new + len(planned.without_page),
        unchanged=stored.unchanged + len(planned.same),
        unread_pages=stored.unread_pages + planned.waiting,
        problems=tuple(problems),
    )


def _alerts(
    settings: Settings, engine: Engine, polling: Polling, answer: Asked, *, dry_run: bool, now: datetime
) -> Reading:
    source, came = answer.source, answer.response
    if came is None:
        reading = unchanged_alerts(settings.profile, engine, source, now)
    else:
        reading = read_alerts(settings, engine, polling, source, came, dry_run=dry_run, now=now)
    if not dry_run:
        with transaction(engine) as session:
            sources.succeeded(session, [answer.mark(complete=True, now=now)], now=now)
    return reading


def collect_sources(
    settings: Settings,
    which: Which = "all",
    *,
    dry_run: bool = False,
    now: datetime,
    read: Callable[..., Reading] | None = None,
    polling: Polling | None = None,
    engine: Engine | None = None,
) -> list[Reading]:
    """Read every source that the profile names; with `read`, one after the other by that function."""
    wanted = planned(settings, which)
    if read is None:
        return read_sources(settings, wanted, dry_run=dry_run, now=now, polling=polling, engine=engine)
    return [
        read(settings, kind, address, dry_run=dry_run, now=now, polling=polling) for kind, address in wanted
    ]
