"""What every archive gives, and how one walks its pages without looping for ever."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from scrapers.errors import ParseError, PermanentError, ScraperError
from scrapers.feeds.feeds import Entry
from scrapers.fetching.fetcher import Response
from scrapers.fetching.identity import address_key
from scrapers.text import storable

PAGES = 500  # of one archive; no Comune has more, and a server that invents pages must not loop
IDLE = 2  # pages in a row without anything new: one may be a stale copy of a cache
NEWS = re.compile(r"notizi|news|novita|avvis|comunicat|articol", re.IGNORECASE)  # names of kinds of content
# past the last page feeds answer 404, WordPress' REST 400 (rest_post_invalid_page_number)
_NO_SUCH_PAGE = re.compile(r"answers (?:400|404|410)\b")

Get = Callable[[str], Response]
Cursor = TypeVar("Cursor")


class NoArchive(ParseError):
    """The site does not offer this way into its past, or nothing of the news by it."""


@dataclass(frozen=True)
class Batch:
    """Entries of one answer, newest first where the archive is in order."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    total: int | None = None  # entries of the whole archive, where it says so


def key_of(entry: Entry) -> str:
    """What tells entries apart: one guid on several addresses is several items."""
    return address_key(entry.url) or entry.guid


def follow(start: Cursor, read: Callable[[Cursor], tuple[Batch, Cursor | None]]) -> Iterator[Batch]:
    """The batches from `start` on, each without what an earlier one held.

    Ends where there is no next step, where the server says that there is no such page, at an empty batch,
    and after two batches without anything new. Raises what `read` raises: on the first step anything,
    later whatever is not the end.
    """
    seen: set[str] = set()
    idle = 0
    step = start
    for page in range(1, PAGES + 1):
        try:
            batch, after = read(step)
        except PermanentError as exc:
            if page > 1 and _NO_SUCH_PAGE.match(exc.message):
                return
            raise
        fresh = tuple({key: entry for entry in batch.entries if (key := key_of(entry)) not in seen}.values())
        seen.update(key_of(entry) for entry in fresh)
        idle = 0 if fresh else idle + 1
        if fresh or batch.problems:
            yield replace(batch, entries=fresh)
        if after is None or idle == IDLE or not (batch.entries or batch.problems):
            return
        step = after
    yield Batch((), (f"stopped after {PAGES} pages; what is older was not read",))


def why(exc: ScraperError) -> str:
    """What happened, without the advice to correct an address that nobody wrote."""
    return exc.message.split("; check the address", 1)[0]


def utc(text: object) -> datetime | None:
    """The moment that an archive writes, in UTC, which is meant where no zone is said; None for none."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def json_of(response: Response) -> Any:
    """JSON whose texts can be stored. Raises ParseError for anything else: sites answer 200 with HTML."""
    try:
        return _clean(json.loads(response.content))
    except (ValueError, RecursionError) as exc:
        raise ParseError(response.url, "the answer is not JSON") from exc


def _clean(value: Any) -> Any:
    """JSON can name what no text holds: a NUL, one half of a surrogate pair."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_clean(part) for part in value]
    if isinstance(value, dict):
        return {storable(name): _clean(part) for name, part in value.items()}
    return value
