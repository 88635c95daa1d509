"""What the operator sees of a source: JSON lines on standard output, errors as lines on standard error.

Each function returns the exit code: 0, or 2 when something could not be read; `show` takes what it would
print, one object at a time.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flows.cli.output import Output, as_text
from flows.sources.identity import item_key
from scrapers.alerts import IssuedBulletin
from scrapers.alerts.meteoalarm import ATTRIBUTION
from scrapers.alerts.recognise import parse_any
from scrapers.dates import ROME
from scrapers.errors import ScraperError
from scrapers.feeds.feeds import Feed, parse_feed
from scrapers.fetching.fetcher import Fetcher, Response, read
from scrapers.lists.listing import leads_elsewhere
from scrapers.pages.pages import Page, parse_page

USER_AGENT = "Bollettino inspect"
OK, FAILED = 0, 2
ENTRY = ("guid", "url", "title", "published", "updated", "summary", "categories", "teaser")
ALERT = ("source", "zone", "day", "hazard", "level", "onset", "expires", "issuer", "sent", "identifier",
         "issuer_zone")  # fmt: skip
Line = dict[str, Any]  # one JSON object of a file
Show = Callable[[Mapping[str, object]], object]


def inspect(arguments: argparse.Namespace, out: Output) -> int:
    """What `inspect` was asked for; for a program all lines in one document."""
    rows: list[Mapping[str, object]] = []
    code = _asked(arguments, rows.append if out.as_json else _print)
    out.keep(rows=rows)
    return code


def _asked(arguments: argparse.Namespace, show: Show) -> int:
    if arguments.what == "feed":
        return inspect_feed(arguments.source, show=show)
    if arguments.what == "page":
        return inspect_page(arguments.source, arguments.base_url, show=show)
    if arguments.what == "alerts":
        now = arguments.now or datetime.now(UTC)
        return inspect_alerts(arguments.source, arguments.zone, now, arguments.hazard, show=show)
    if arguments.what == "facts":
        return inspect_facts(arguments.source, show=show)
    return inspect_summary(arguments.source, arguments.limit, show=show)


def _print(row: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(row, ensure_ascii=False, default=as_text) + "\n")


def inspect_feed(source: str, *, show: Show = _print) -> int:
    """One line an entry of a feed; `source` is an address, a file, or `-` for standard input."""
    try:
        feed = parse_feed(_read(source))
    except ScraperError as exc:
        return _fail(exc)
    _warn(feed.problems)
    return _write(_entries(feed), show)


def inspect_page(source: str, base_url: str | None = None, *, show: Show = _print) -> int:
    """One line for an article page; `base_url` makes links absolute when `source` is not an address."""
    try:
        response = _read(source)
        page = parse_page(response.content, base_url or response.url, response.content_type)
    except ScraperError as exc:
        return _fail(exc)
    if why := leads_elsewhere(response.content, base_url or response.url, response.content_type):
        _warn([f"{response.url}: looks like a list of news or a home page, not like an article: {why}"])
    return _write([_page(page)], show)


def inspect_alerts(
    source: str,
    zone: str | None,
    now: datetime | None = None,
    hazard: str | None = None,
    *,
    show: Show = _print,
) -> int:
    """One line a statement about a zone, from any kind of bulletin that `scrapers.alerts.recognise` knows.

    A bulletin that is too old at `now` (aware) is an error: it says nothing about today.
    """
    try:
        content = _read(source).content
        bulletin = parse_any(content, source, zone, now or datetime.now(UTC), hazard=hazard)
    except ScraperError as exc:
        return _fail(exc)
    _warn([*bulletin.warnings, *bulletin.left_out])
    return _write([*_alerts(bulletin), *_notices(bulletin)], show)


def inspect_summary(path: str, limit: int, *, show: Show = _print) -> int:
    """For each JSON line `{id, title, text}` of a file (or `-`) its summary, and what the guard says of it.

    `facts` stand with the sentence that bears each out, `warnings` are for an editor to look at, `kind` is
    what the page was taken for; where `summary` is "" a person has to write it, and `unwritten` says why.
    `abstract` and `published` (a day like 2026-11-25) may stand beside. A bad line costs only itself, and the
    exit code.
    """
    from flows.bulletin.guard.verdict import check
    from flows.bulletin.summary.text import summarise

    def summary(item: Line) -> Mapping[str, object]:
        title, abstract, body = _text(item, "title"), _text(item, "abstract", ""), _text(item, "text")
        published = date.fromisoformat(_text(item, "published")) if item.get("published") else None
        written = summarise(title=title, abstract=abstract, body=body, limit=limit, published=published)
        verdict = check(written.text, "\n".join((title, abstract, body)), published=published)
        return {
            "id": item["id"],
            "summary": written.text,
            "facts": [
                {"kind": fact.kind, "value": fact.value, "source": sentence}
                for fact, sentence in verdict.supported
            ],
            "warnings": list(written.warnings),
            "kind": written.kind.value,
            "unwritten": written.reason,
        }

    return _each_line(path, summary, show)


def inspect_facts(path: str, *, show: Show = _print) -> int:
    """For each JSON line `{id, source, text}` what the text tells and the source does not.

    `unsupported` may not go out, `warnings` are for an editor to weigh. `published` may stand beside.
    """
    from flows.bulletin.guard.verdict import check

    def judged(item: Line) -> Mapping[str, object]:
        published = date.fromisoformat(_text(item, "published")) if item.get("published") else None
        verdict = check(_text(item, "text"), _text(item, "source"), published=published)
        return {"id": item["id"], "unsupported": verdict.blocked, "warnings": verdict.warnings}

    return _each_line(path, judged, show)


def _each_line(path: str, answer: Callable[[Line], Mapping[str, object]], show: Show) -> int:
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as exc:
        return _fail(f"{path}: cannot be read ({exc.strerror})")
    code = OK
    for position, row in enumerate(content.splitlines(), start=1):
        if row.strip():
            try:
                answered = answer(_line(row))
            except ValueError as exc:  # broken JSON, broken UTF-8 and impossible days are such, too
                code = _fail(f"{path}: line {position}: {exc}")
                continue
            show(answered)
    return code


def _read(source: str) -> Response:
    with Fetcher(user_agent=USER_AGENT) as fetcher:
        return read(source, fetcher)


def _entries(feed: Feed) -> Iterator[Line]:
    for entry in feed.entries:
        row = {name: getattr(entry, name) for name in ENTRY}
        row["enclosures"] = [{"title": title, "url": url} for title, url in entry.enclosures]
        yield row | {"key": item_key(entry)}  # what the item is known by, besides its guid


def _page(page: Page) -> Line:
    return {name: value for name, value in asdict(page).items() if name != "url"}


def _alerts(bulletin: IssuedBulletin) -> Iterator[Line]:
    for alert in bulletin.alerts:
        yield {name: getattr(alert, name) or None for name in ALERT}


def _notices(bulletin: IssuedBulletin) -> Iterator[Line]:
    """With the keys of an alert, and `notice` to say that it is none."""
    for notice in bulletin.notices:
        yield {
            "source": notice.source,
            "zone": notice.area,
            "day": notice.onset.astimezone(ROME).date(),
            "hazard": notice.kind,
            "level": notice.colour,
            "onset": notice.onset,
            "expires": notice.expires,
            "issuer": notice.issuer,
            "sent": notice.sent,
            "identifier": notice.identifier,
            "notice": f"avviso meteo, non un'allerta; {ATTRIBUTION}",
        }


def _line(row: bytes) -> Line:
    item = json.loads(row)
    if not isinstance(item, dict):
        raise ValueError("not a JSON object")
    if "id" not in item:
        raise ValueError("'id' is missing")
    return item


def _text(item: Line, key: str, default: str | None = None) -> str:
    value = item.get(key, default)
    if not isinstance(value, str):
        raise ValueError(f"{key!r} is missing or not a text")
    return value


def _write(rows: Iterable[Mapping[str, object]], show: Show) -> int:
    for row in rows:
        show(row)
    return OK


def _warn(problems: Iterable[str]) -> None:
    for problem in problems:
        sys.stderr.write(f"warning: {problem}\n")


def _fail(problem: ScraperError | str) -> int:
    sys.stderr.write("error: " + " ".join(str(problem).split()) + "\n")
    return FAILED
