"""Sitemaps (https://www.sitemaps.org/protocol.html): addresses, and when each was last changed.

The best way into design-comuni: WordPress lists every public kind of content in `wp-sitemap.xml`. The time
of change is only a hint, for the order and for what is surely too old; the page tells its day.
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree  # type: ignore[import-untyped]

from scrapers.archives.walk import NEWS, Batch, Get, NoArchive, utc, why
from scrapers.bounds import require_attributes
from scrapers.errors import ParseError, PermanentError
from scrapers.feeds.feeds import Entry
from scrapers.fetching.addresses import same_site
from scrapers.fetching.identity import address_key
from scrapers.lists.addresses import is_article

PLACES = ("wp-sitemap.xml", "sitemap.xml", "sitemap_index.xml", "sitemap.xml.gz")
LIMIT = 50_000_000  # bytes, unpacked: the protocol's own
DEPTH = 3  # an index of indexes is seen; deeper is a loop
FILES = 200
SIZE = 50
HINT = timedelta(days=60)
"""A page that nobody touched since so long before a period was not published in it. Less would lose what
was scheduled: WordPress keeps the time of writing as the time of change."""
_NO_NEWS = re.compile(r"taxonom|categor|tag|user|author|attachment|posts-page|page-sitemap", re.IGNORECASE)


@dataclass(frozen=True)
class Location:
    """One address of a sitemap."""

    url: str
    changed: datetime | None


def pages(get: Get, site: str, first: date, *, address: str | None = None) -> Iterator[Batch]:
    """The articles' addresses, last changed first, as entries without title and date.

    `address` names one sitemap; otherwise the usual places and robots.txt are tried. Raises NoArchive where
    there is none, or none that lists news.
    """
    gathered: dict[str, Location] = {}
    problems: list[str] = []
    start, root = (address, _tree(address, get(address).content)) if address else _start(get, site)
    _gather(get, site, start, root, gathered, problems, every=address is not None, files={start})
    if not gathered:
        raise NoArchive(start, "; ".join(["no address of an article in the sitemap", *problems[:3]]))
    since = datetime.combine(first, time(), UTC) - HINT
    places = [place for place in gathered.values() if place.changed is None or place.changed >= since]
    if old := len(gathered) - len(places):
        problems.append(f"{start}: {old} addresses not changed since {since:%Y-%m-%d} were not visited")
    never = datetime.min.replace(tzinfo=UTC)
    places.sort(key=lambda place: place.changed or never, reverse=True)
    if problems:
        yield Batch((), tuple(problems), len(places))
    for begin in range(0, len(places), SIZE):
        entries = [Entry(p.url, p.url, "", "", None, p.changed) for p in places[begin : begin + SIZE]]
        yield Batch(tuple(entries), total=len(places))


def _start(get: Get, site: str) -> tuple[str, Any]:
    """The first of the usual places that holds a sitemap, and its root."""
    refusals = []
    addresses: list[str] = []
    try:
        robots = get(urljoin(site, "/robots.txt")).content.decode("utf-8", "replace")
        addresses = re.findall(r"(?im)^\s*sitemap\s*:\s*(\S+)", robots)
    except PermanentError as exc:
        refusals.append(f"robots.txt: {why(exc)}")
    usual = [f"{site.rstrip('/')}/{name}" for name in PLACES]
    for place in [*(name for name in addresses if same_site(site, name, ())), *usual]:
        try:
            return place, _tree(place, get(place).content)
        except (PermanentError, ParseError) as exc:
            refusals.append(f"{urlsplit(place).path}: {why(exc)}")
    raise NoArchive(site, f"no sitemap ({'; '.join(refusals)})")


def _gather(
    get: Get,
    site: str,
    address: str,
    root: Any,
    gathered: dict[str, Location],
    problems: list[str],
    *,
    every: bool,
    files: set[str],
    depth: int = 1,
) -> None:
    """Gather the places of a sitemap, or of those that an index names; `every` address is an article."""
    places = [place for node in root if (place := _place(node, address))]
    if etree.QName(root).localname == "urlset":
        for place in places:
            if same_site(site, place.url, ()) and (every or is_article(place.url)):
                gathered.setdefault(address_key(place.url), place)
        return
    rest = [place.url for place in places if not _NO_NEWS.search(_name(place.url))]
    news = [url for url in rest if NEWS.search(_name(url))]
    for url in news or rest:
        if url in files or not same_site(site, url, ()):
            continue
        if depth == DEPTH or len(files) >= FILES:
            problems.append(f"{url}: not read, too many sitemaps within sitemaps")
            continue
        files.add(url)
        try:
            below = _tree(url, get(url).content)
        except (PermanentError, ParseError) as exc:  # one bad file costs no other
            problems.append(str(exc))
            continue
        _gather(
            get, site, url, below, gathered, problems, every=every or bool(news), files=files, depth=depth + 1
        )


def _name(url: str) -> str:
    return urlsplit(url).path.rsplit("/", 1)[-1]


def _tree(address: str, content: bytes) -> Any:
    """The root of a sitemap or an index; raises ParseError for anything else."""
    if content.startswith(b"\x1f\x8b"):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                content = packed.read(LIMIT + 1)
        except (OSError, EOFError, zlib.error) as exc:
            raise ParseError(address, f"the compressed sitemap is damaged ({exc})") from exc
        if len(content) > LIMIT:
            raise ParseError(address, f"larger than {LIMIT:,} bytes when unpacked; not read further")
    if b"<!DOCTYPE" in content[:2000] or b"<!ENTITY" in content:
        raise ParseError(address, "not a sitemap but a document with a DOCTYPE")
    require_attributes(content, address)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(content.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise ParseError(address, f"not a sitemap: {exc}") from exc
    if etree.QName(root).localname not in ("urlset", "sitemapindex"):
        raise ParseError(address, f"not a sitemap: its root is {etree.QName(root).localname}")
    return root


def _place(node: Any, base: str) -> Location | None:
    fields = {etree.QName(child).localname: (child.text or "").strip() for child in node}
    if not fields.get("loc"):
        return None
    return Location(urljoin(base, fields["loc"]), utc(fields.get("lastmod", "")))
