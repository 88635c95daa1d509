"""Plone and io-Comune: the search of plone.restapi, also behind Volto's `++api++`
(https://plonerestapi.readthedocs.io/en/latest/endpoints/searching.html).
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from scrapers.archives.walk import Batch, Get, NoArchive, follow, json_of, utc, why
from scrapers.errors import ParseError, PermanentError
from scrapers.feeds.feeds import Entry
from scrapers.fetching.addresses import same_site
from scrapers.text import line, plain

SIZE = 50
# `++api++` first: a bare `@search` answers JSON only to those who ask for it in a header
DOORS = ("++api++/@search", "@search")


def pages(get: Get, site: str) -> Iterator[Batch]:
    """News items, newest first. Raises NoArchive where no search of Plone answers."""
    site = site.rstrip("/")
    refusals = []
    for door in DOORS:
        try:
            first = _read(get, site, door, 0)
        except (PermanentError, ParseError) as exc:
            refusals.append(why(exc))
            continue
        yield from follow(0, partial(_page, get, site, door, first))
        return
    raise NoArchive(f"{site}/@search", f"no search of Plone ({'; '.join(refusals)})")


def _page(
    get: Get, site: str, door: str, first: tuple[Batch, int | None], start: int
) -> tuple[Batch, int | None]:
    return first if start == 0 else _read(get, site, door, start)


def _read(get: Get, site: str, door: str, start: int) -> tuple[Batch, int | None]:
    asked = [
        ("portal_type", "News Item"),
        ("sort_on", "effective"),
        ("sort_order", "descending"),
        ("b_size", str(SIZE)),
        ("b_start", str(start)),
        *(("metadata_fields", name) for name in ("effective", "modified", "UID")),
    ]
    answer = get(f"{site}/{door}?{urlencode(asked)}")
    result = json_of(answer)
    items = result.get("items") if isinstance(result, dict) else None
    if not isinstance(items, list):
        raise ParseError(answer.url, "the answer is no result of a search")
    entries, problems = [], []
    for item in items:
        entry = _entry(item, site)
        if entry is None:
            problems.append(f"{answer.url}: an item cannot be used: {str(item)[:120]}")
        elif item.get("@type", "News Item") == "News Item":
            entries.append(entry)
    total = result.get("items_total")
    batch = Batch(tuple(entries), tuple(problems), total if isinstance(total, int) else None)
    return batch, start + SIZE if items else None


def _entry(item: Any, site: str) -> Entry | None:
    if not isinstance(item, dict) or not item.get("title"):
        return None
    url = str(item.get("@id") or "").replace("/++api++", "")
    if not url.startswith(("http://", "https://")) or not same_site(site, url, ()):
        return None
    return Entry(
        guid=str(item.get("UID") or url),
        url=url,
        title=line(str(item["title"])),
        summary=plain(str(item.get("description") or "")),
        published=_moment(item.get("effective")),
        updated=_moment(item.get("modified")),
    )


def _moment(text: object) -> datetime | None:
    """None too for 1969, which is how Plone says that there is no date."""
    moment = utc(text)
    return moment if moment and moment.year > 1970 else None
