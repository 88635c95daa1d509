"""What the operator sees of a source: JSON lines on standard output, errors as lines on standard error.

Each function returns the exit code: 0, or 2 when something could not be read.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from scrapers.alerts import ROME, Bulletin, require_fresh
from scrapers.alerts.dpc import parse_archive
from scrapers.errors import ScraperError
from scrapers.feeds import Feed, parse_feed
from scrapers.http import Fetcher, Response, read
from scrapers.pages import Page, parse_page

USER_AGENT = "Bollettino inspect"
OK, FAILED = 0, 2


def inspect_feed(source: str) -> int:
    """One line an entry of a feed; `source` is an address, a file, or `-` for standard input."""
    try:
        feed = parse_feed(_read(source))
    except ScraperError as exc:
        return _fail(exc)
    _warn(feed.problems)
    return _write(_entries(feed))


def inspect_page(source: str, base_url: str | None = None) -> int:
    """One line for an article page; `base_url` makes links absolute when `source` is not an address."""
    try:
        response = _read(source)
        page = parse_page(response.content, base_url or response.url, response.content_type)
    except ScraperError as exc:
        return _fail(exc)
    return _write([_page(page)])


def inspect_alerts(source: str, zone: str, now: datetime | None = None) -> int:
    """One line a day and hazard of a zone, from an archive zip of Protezione Civile.

    A bulletin older than the day before `now` (aware) is an error: it says nothing about today.
    """
    try:
        bulletin = parse_archive(_read(source).content, source, zone)
        require_fresh(source, bulletin.sent, now or datetime.now(UTC))
    except ScraperError as exc:
        return _fail(exc)
    _warn(bulletin.warnings)
    return _write(_alerts(bulletin))


def inspect_summary(path: str, limit: int) -> int:
    """For each JSON line `{id, title, text}` of a file (or `-`) a line `{id, summary}`.

    A bad line costs only itself, and the exit code.
    """
    from flows.bulletin.summary import summarise

    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as exc:
        return _fail(f"{path}: cannot be read ({exc.strerror})")
    code = OK
    for number, row in enumerate(content.splitlines(), start=1):
        if not row.strip():
            continue
        try:
            item = _item(row)
        except ValueError as exc:  # broken JSON and broken UTF-8 are such, too
            code = _fail(f"{path}: line {number}: {exc}")
            continue
        summary = summarise(title=item["title"], abstract="", body=item["text"], limit=limit)
        _write([{"id": item["id"], "summary": summary.text}])
    return code


def moment(text: str) -> datetime:
    """An aware time for `--now`; without an offset it is a time in Italy. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ROME)


def _read(source: str) -> Response:
    with Fetcher(user_agent=USER_AGENT) as fetcher:
        return read(source, fetcher)


def _entries(feed: Feed) -> Iterator[dict[str, object]]:
    for entry in feed.entries:
        yield {
            "guid": entry.guid,
            "url": entry.url,
            "title": entry.title,
            "published": _iso(entry.published),
            "updated": _iso(entry.updated),
            "summary": entry.summary,
        }


def _page(page: Page) -> dict[str, object]:
    return {
        "title": page.title,
        "abstract": page.abstract,
        "published": _iso(page.published),
        "body": page.body,
        "attachments": [{"title": one.title, "url": one.url} for one in page.attachments],
        "theme": page.theme,
    }


def _alerts(bulletin: Bulletin) -> Iterator[dict[str, object]]:
    for alert in bulletin.alerts:
        yield {
            "source": alert.source,
            "zone": alert.zone,
            "day": _iso(alert.day),
            "hazard": alert.hazard,
            "level": alert.level,
            "onset": _iso(alert.onset),
            "expires": _iso(alert.expires),
        }


def _item(row: bytes) -> dict[str, str]:
    item = json.loads(row)
    if not isinstance(item, dict):
        raise ValueError("not a JSON object")
    for key in ("title", "text"):
        if not isinstance(item.get(key), str):
            raise ValueError(f"{key!r} is missing or not a text")
    if "id" not in item:
        raise ValueError("'id' is missing")
    return item


def _iso(when: date | None) -> str | None:
    return None if when is None else when.isoformat()


def _write(rows: Iterable[Mapping[str, object]]) -> int:
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    return OK


def _warn(problems: Iterable[str]) -> None:
    for problem in problems:
        sys.stderr.write(f"warning: {problem}\n")


def _fail(problem: ScraperError | str) -> int:
    sys.stderr.write("error: " + " ".join(str(problem).split()) + "\n")
    return FAILED
