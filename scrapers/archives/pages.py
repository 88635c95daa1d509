"""Archives page by page: list pages by their own link to the next, WordPress feeds by `paged` until 404."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from scrapers.archives.walk import Batch, Get, follow
from scrapers.errors import ParseError
from scrapers.feeds.feeds import parse_feed, truly_dated
from scrapers.lists.listing import Listing, next_page, parse_listing


def list_pages(get: Get, listing: Listing) -> Iterator[Batch]:
    """The articles that each page links to, newest first; raises what the first page's reading raises."""

    def read(address: str) -> tuple[Batch, str | None]:
        answer = get(address)
        feed = parse_listing(answer, listing)
        return Batch(feed.entries, feed.problems), next_page(answer)

    return follow(listing.address, read)


def feed_pages(get: Get, address: str) -> Iterator[Batch]:
    """The pages of the feed at `address`, newest first; raises what the first page's reading raises."""

    def read(number: int) -> tuple[Batch, int]:
        answer = get(paged(address, number))
        try:
            feed = parse_feed(answer)
        except ParseError as exc:
            if number == 1:
                raise
            return Batch((), (f"page {number} of the feed was left out: {exc}",)), number + 1
        return Batch(truly_dated(feed.entries), feed.problems), number + 1

    return follow(1, read)


def paged(address: str, number: int) -> str:
    """Page `number` of a WordPress feed; the first is the address itself."""
    if number == 1:
        return address
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("paged", str(number))]
    return urlunsplit(parts._replace(query=urlencode(query)))
