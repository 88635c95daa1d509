"""flow: collects a past window. It cannot compose and cannot send: it imports neither, and what it brings
is marked so that no bulletin takes it by itself.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from prefect import flow, get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from pydantic import Field
from sqlalchemy import Engine

from db import news_items, sources
from db.engine import make_engine, transaction
from db.models import Origin, SourceKind
from flows import runs
from flows.bulletin.dates import ROME
from flows.collect import Reading, fetcher, visit
from flows.settings import BollettinoError, Settings, load
from scrapers.errors import PermanentError, ScraperError
from scrapers.feeds import Entry, parse_feed
from scrapers.http import Fetcher, NotModified

PAUSE = 1.0  # seconds between two requests: a town's server is small
PAGES = 500  # of one feed; no Comune has more, and a server that ignores `paged` must not loop


@dataclass(frozen=True)
class Window:
    """Days of publication, both included, in Europe/Rome."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BollettinoError(f"the window ends ({self.last}) before it begins ({self.first})")

    def holds(self, entry: Entry) -> bool:
        return (
            entry.published is not None and self.first <= entry.published.astimezone(ROME).date() <= self.last
        )

    def is_before(self, entries: list[Entry]) -> bool:
        """Whether all of these are older than the window: feeds run from new to old."""
        days = [entry.published.astimezone(ROME).date() for entry in entries if entry.published]
        return bool(days) and max(days) < self.first


def paged(address: str, number: int) -> str:
    """Page `number` of a WordPress feed; the first is the address itself."""
    if number == 1:
        return address
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("paged", str(number))]
    return urlunsplit(parts._replace(query=urlencode(query)))


def walk(client: Fetcher, address: str, window: Window, pause: float) -> Iterator[list[Entry]]:
    """The feed's pages, each without what was seen on earlier ones, until the window is passed."""
    seen: set[str] = set()
    for number in range(1, PAGES + 1):
        if number > 1:
            time.sleep(pause)
        try:
            answer = client.get(paged(address, number))
        except PermanentError:
            if number == 1:
                raise
            return  # WordPress answers 404 past the last page
        if isinstance(answer, NotModified):
            return
        entries = [entry for entry in parse_feed(answer).entries if entry.guid not in seen]
        if not entries or window.is_before(entries):
            return
        seen.update(entry.guid for entry in entries)
        yield entries


def backfill_source(
    settings: Settings,
    engine: Engine,
    address: str,
    window: Window,
    *,
    dry_run: bool,
    now: datetime,
    pause: float = PAUSE,
    progress: Callable[[Reading], None] = lambda _reading: None,
) -> Reading:
    """Store the window's items of one feed, page by page: a second run goes on where one was stopped."""
    new = known = 0
    problems: list[str] = []
    with transaction(engine) as session:
        source = sources.find(session, address)
        if source is None and not dry_run:
            source = sources.ensure(session, SourceKind.feed, address)
    try:
        with fetcher(settings) as client:
            for entries in walk(client, address, window, pause):
                wanted = [entry for entry in entries if window.holds(entry)]
                undated = sum(entry.published is None for entry in entries)
                problems += [f"{undated} items without a date were left out"] if undated else []
                with transaction(engine) as session:
                    guids = [entry.guid for entry in wanted]
                    stored = news_items.known(session, source.id, guids) if source else {}
                known += len(stored)
                for entry in wanted:
                    if entry.guid in stored:
                        continue
                    new += 1
                    if dry_run or source is None:
                        problems.append(f"would store: {entry.published:%Y-%m-%d} {entry.title}")
                        continue
                    time.sleep(pause)
                    item = visit(client, entry)
                    problems += [item.page_failure] if item.page_failure else []
                    with transaction(engine) as session:
                        news_items.store(session, source.id, item, origin=Origin.backfilled, now=now)
                    progress(Reading(address, new, 0, known))
    except ScraperError as exc:
        return Reading(address, new, 0, known, problems=tuple(problems), failure=str(exc))
    return Reading(address, new, 0, known, problems=tuple(problems))


def backfill_all(
    settings: Settings,
    window: Window,
    *,
    dry_run: bool,
    now: datetime,
    pause: float = PAUSE,
    progress: Callable[[Reading], None] = lambda _reading: None,
) -> list[Reading]:
    """Every feed of the profile, one after the other."""
    engine = make_engine(settings.database)
    return [
        backfill_source(
            settings, engine, str(address), window, dry_run=dry_run, now=now, pause=pause, progress=progress
        )
        for address in settings.profile.sources.feeds
    ]


@flow(name="recupera", flow_run_name=runs.titled("Recupero dal {first_day} al {last_day}"))
def backfill(
    first_day: Annotated[date, Field(title="Dal giorno")],
    last_day: Annotated[date, Field(title="Al giorno (compreso)")],
    dry_run: Annotated[bool, Field(title="Prova: di' che cosa troveresti, senza scrivere niente")] = True,
) -> str:
    """Raccoglie le notizie di un periodo passato; non compone e non invia."""
    log = get_run_logger()
    artifact: Any = create_progress_artifact(0.0, key="recupero", description="Notizie recuperate")

    def progress(reading: Reading) -> None:
        update_progress_artifact(artifact, float(min(reading.new, 99)))

    readings = backfill_all(
        load(), Window(first_day, last_day), dry_run=dry_run, now=datetime.now(UTC), progress=progress
    )
    for reading in readings:
        (log.error if reading.failure else log.info)("%s", reading)
        for problem in reading.problems:
            log.info("%s", problem)
    update_progress_artifact(artifact, 100.0)
    if failed := [str(reading) for reading in readings if reading.failure]:
        raise RuntimeError("; ".join(failed))
    return f"{sum(reading.new for reading in readings)} notizie" + (" (prova)" if dry_run else "")
