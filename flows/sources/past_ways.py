"""The ways into a site's past that a profile offers, in the order in which backfill goes them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from db.models import SourceKind
from flows.bulletin.language.dates import ROME
from flows.profiles.comune import Archive, Profile
from flows.settings import BollettinoError
from scrapers.archives import plone, rest, sitemaps
from scrapers.archives.pages import feed_pages, list_pages
from scrapers.archives.walk import Batch, Get
from scrapers.lists.listing import Listing


@dataclass(frozen=True)
class Window:
    """Days of publication, both included, in Europe/Rome."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BollettinoError(f"the window ends ({self.last}) before it begins ({self.first})")

    def holds(self, moment: datetime) -> bool:
        """Whether an aware moment is on one of these days."""
        return self.first <= day_of(moment) <= self.last

    def is_before(self, moments: Iterable[datetime]) -> bool:
        """Whether all of these are older than the window; not known of none."""
        days = [day_of(moment) for moment in moments]
        return bool(days) and max(days) < self.first

    def share(self, oldest: datetime, now: datetime) -> float:
        """How much of the way back from `now` to the window's first day is done, 0 to 1."""
        whole = (day_of(now) - self.first).days + 1
        done = (day_of(now) - day_of(oldest)).days
        return 1.0 if whole <= 0 else min(max(done / whole, 0.0), 1.0)


def day_of(moment: datetime) -> date:
    """The day in Europe/Rome."""
    return moment.astimezone(ROME).date()


@dataclass(frozen=True)
class Way:
    """One way. `pages` may raise at any step; `source` is what its items are stored under."""

    name: str
    pages: Callable[[Get], Iterator[Batch]]
    source: tuple[SourceKind, str]
    declared: bool  # the profile names its address, so that its absence is a failure
    in_order: bool = True  # newest first: the walk may end where the window does
    # may end long before the site's news do: a feed without pages, a list without links
    shallow: bool = False


def ways(profile: Profile, window: Window) -> list[Way]:
    """The one that the profile names; else its feeds and list pages, then what the site may have besides."""
    sources = profile.sources
    selectors = {str(page.address): page.links for page in sources.listings}
    homes = [(SourceKind.feed, str(feed)) for feed in sources.feeds]
    homes += [(SourceKind.listing, address) for address in selectors]
    if sources.archive is not None:
        return [_way_of_profile(sources.archive, selectors, homes, window)]
    declared = [
        Way(address, partial(feed_pages, address=address), (kind, address), declared=True, shallow=True)
        for kind, address in homes
        if kind == SourceKind.feed
    ]
    declared += [
        Way(address, _list(address, selectors), (SourceKind.listing, address), declared=True, shallow=True)
        for address in selectors
    ]
    if not homes:
        return []
    site = str(profile.site)
    return [
        *declared,
        Way(f"{site} (REST)", _rest(site, window), homes[0], declared=False),
        Way(f"{site} (sitemap)", _sitemap(site, None, window), homes[0], declared=False, in_order=False),
        Way(f"{site} (Plone)", partial(plone.pages, site=site), homes[0], declared=False),
    ]


def _way_of_profile(
    archive: Archive, selectors: dict[str, str | None], homes: list[tuple[SourceKind, str]], window: Window
) -> Way:
    address = str(archive.address)
    own = (SourceKind.feed if archive.kind == "feed" else SourceKind.listing, address)
    source = own if own in homes or not homes else homes[0]
    pages: dict[str, Callable[[Get], Iterator[Batch]]] = {
        "feed": partial(feed_pages, address=address),
        "list": _list(address, selectors),
        "rest": _rest(address, window),
        "sitemap": _sitemap(address, address, window),
        "plone": partial(plone.pages, site=address),
    }
    return Way(
        f"{address} ({archive.kind})",
        pages[archive.kind],
        source,
        declared=True,
        in_order=archive.kind != "sitemap",
        shallow=archive.kind in ("feed", "list"),
    )


def _list(address: str, selectors: dict[str, str | None]) -> Callable[[Get], Iterator[Batch]]:
    return partial(list_pages, listing=Listing(address, selectors.get(address)))


def _rest(site: str, window: Window) -> Callable[[Get], Iterator[Batch]]:
    return partial(rest.pages, site=site, first=window.first, last=window.last)


def _sitemap(site: str, address: str | None, window: Window) -> Callable[[Get], Iterator[Batch]]:
    return partial(sitemaps.pages, site=site, first=window.first, address=address)
