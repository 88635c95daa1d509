"""flow: collects a past window. It cannot compose and cannot send: it imports neither, and what it brings
is marked so that no bulletin takes it by itself.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from prefect import flow
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from pydantic import Field
from sqlalchemy import Engine

from db import news_items, sources
from db.engine import make_engine, transaction
from db.models import Origin, SourceKind
from flows import runs
from flows.bulletin.dates import ROME
from flows.collect import Reading, fetcher, tell_editor, visit
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


def _store(client: Fetcher, engine: Engine, source_id: int, entry: Entry, now: datetime) -> str | None:
    """Store an entry with its page; return why the page could not be read."""
    item = visit(client, entry)
    with transaction(engine) as session:
        news_items.store(session, source_id, item, origin=Origin.backfilled, now=now)
    return item.page_failure


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
    reading = Reading(address)
    with transaction(engine) as session:
        source = sources.find(session, address)
        if source is None and not dry_run:
            source = sources.ensure(session, SourceKind.feed, address)
    try:
        with fetcher(settings) as client:
            for entries in walk(client, address, window, pause):
                wanted = [entry for entry in entries if window.holds(entry)]
                with transaction(engine) as session:
                    guids = [entry.guid for entry in wanted]
                    stored = news_items.known(session, source.id, guids) if source else {}
                undated = reading.undated + sum(entry.published is None for entry in entries)
                reading = replace(reading, undated=undated, unchanged=reading.unchanged + len(stored))
                for entry in wanted:
                    if entry.guid in stored:
                        continue
                    reading = replace(reading, new=reading.new + 1)
                    if dry_run or source is None:
                        day_and_title = f"{entry.published:%Y-%m-%d} {entry.title}"
                        reading = replace(reading, found=(*reading.found, day_and_title))
                        continue
                    time.sleep(pause)
                    if problem := _store(client, engine, source.id, entry, now):
                        reading = replace(reading, problems=(*reading.problems, problem))
                    progress(reading)
    except ScraperError as exc:
        return replace(reading, failure=str(exc))
    return reading


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
    if last_day < first_day:
        raise BollettinoError(f"Il periodo finisce ({last_day}) prima di cominciare ({first_day}).")
    artifact: Any = create_progress_artifact(0.0, key="recupero", description="Notizie recuperate")

    def progress(reading: Reading) -> None:
        update_progress_artifact(artifact, float(min(reading.new, 99)))

    readings = backfill_all(
        load(), Window(first_day, last_day), dry_run=dry_run, now=datetime.now(UTC), progress=progress
    )
    update_progress_artifact(artifact, 100.0)
    tell_editor(readings)
    return f"{sum(reading.new for reading in readings)} notizie" + (" (prova)" if dry_run else "")
