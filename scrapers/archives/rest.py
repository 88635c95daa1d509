"""WordPress' REST interface: only the kinds of content that the site shows there.

`notizia` of design-comuni is not among them (no `show_in_rest`), so the kinds are asked for first
(https://developer.wordpress.org/rest-api/using-the-rest-api/pagination/ for the pages).
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from scrapers.archives.walk import NEWS, Batch, Get, NoArchive, follow, json_of, utc, why
from scrapers.errors import ParseError, PermanentError
from scrapers.feeds.feeds import Entry
from scrapers.text import line, plain, unescaped

PER_PAGE = 50
MOST_KINDS = 5  # of news; real sites have two or three, and each is walked page by page
FIELDS = "guid,link,title,excerpt,content,date_gmt,modified_gmt"


def pages(get: Get, site: str, first: date, last: date) -> Iterator[Batch]:
    """Entries of each kind of news, newest first within a kind; a day more on both sides, for time zones.

    Raises NoArchive where there is no such interface or no news in it.
    """
    root = f"{site.rstrip('/')}/wp-json/wp/v2"
    bases = _bases(get, root)
    if left := bases[MOST_KINDS:]:
        yield Batch((), (_too_many(root, left),))
    for base in bases[:MOST_KINDS]:
        try:
            yield from follow(1, partial(_page, get, root, base, first, last))
        except PermanentError as exc:  # a kind that is listed but closed costs no other
            yield Batch((), (str(exc),))


def _bases(get: Get, root: str) -> list[str]:
    try:
        kinds = json_of(get(f"{root}/types"))
    except (PermanentError, ParseError) as exc:
        raise NoArchive(exc.source, f"no WordPress REST interface ({why(exc)})") from exc
    if not isinstance(kinds, dict):
        raise NoArchive(f"{root}/types", "no WordPress REST interface (the answer is not a list of types)")
    bases = {
        name: quote(kind["rest_base"], safe="")
        for name, kind in kinds.items()
        if isinstance(kind, dict) and isinstance(kind.get("rest_base"), str)
    }
    news = [base for name, base in bases.items() if NEWS.search(name)]
    chosen = news + [base for name, base in bases.items() if name == "post"]
    if not chosen:
        raise NoArchive(
            f"{root}/types", f"no news in the REST interface, only {', '.join(bases) or 'nothing'}"
        )
    return chosen


def _too_many(root: str, left: Sequence[str]) -> str:
    names, count = ", ".join(left[:MOST_KINDS]), len(left) + MOST_KINDS
    return (
        f"{root}/types: {count} kinds of news, of which {MOST_KINDS} are read and not {names}; name the "
        "site's list page or its sitemap as `archive` in the profile"
    )


def _page(get: Get, root: str, base: str, first: date, last: date, number: int) -> tuple[Batch, int]:
    asked = {
        "per_page": PER_PAGE,
        "page": number,
        "orderby": "date",
        "order": "desc",
        "after": f"{first - timedelta(days=2)}T00:00:00",
        "before": f"{last + timedelta(days=2)}T00:00:00",
        "_fields": FIELDS,
    }
    answer = get(f"{root}/{base}?{urlencode(asked)}")
    items = json_of(answer)
    if not isinstance(items, list):
        raise ParseError(answer.url, "the answer is not a list of items")
    entries, problems = [], []
    for place, item in enumerate(items, start=1):
        try:
            entries.append(_entry(item))
        except (KeyError, TypeError, ValueError) as exc:
            problems.append(f"{answer.url}: item {place} cannot be used ({type(exc).__name__}: {exc})")
    return Batch(tuple(entries), tuple(problems)), number + 1


def _entry(item: Any) -> Entry:
    """Raises KeyError, TypeError or ValueError for what is no item."""
    url = str(item["link"])
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"no web address: {url!r}")
    content = str(_rendered(item, "content"))
    return Entry(
        guid=unescaped(str(_rendered(item, "guid"))) or url,
        url=url,
        title=line(str(item["title"]["rendered"])),
        summary=plain(str(_rendered(item, "excerpt"))) or plain(content),
        published=utc(item.get("date_gmt")),  # without a zone; a draft has zeros
        updated=utc(item.get("modified_gmt")),
        content_html=content,
    )


def _rendered(item: Any, name: str) -> object:
    part = item.get(name)
    return part.get("rendered", "") if isinstance(part, dict) else ""
