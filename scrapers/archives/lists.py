"""List pages, one after the other by their own link to the next."""

from collections.abc import Iterator

from scrapers.archives.walk import Batch, Get, follow
from scrapers.listing import Listing, next_page, parse_listing


def pages(get: Get, listing: Listing) -> Iterator[Batch]:
    """The articles that each page links to, newest first; raises what the first page's reading raises."""

    def read(address: str) -> tuple[Batch, str | None]:
        answer = get(address)
        feed = parse_listing(answer, listing)
        return Batch(feed.entries, feed.problems), next_page(answer)

    return follow(listing.address, read)
