"""The site whose news the desk of the state machine collects."""

from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any

from scrapers.errors import GoneError
from scrapers.fetching.fetcher import NotModified, Response

FEED = "https://www.comune.esempio.mi.it/feed/"


class Site:
    """Answers like a Fetcher; each page tells what the feed tells."""

    def __init__(self) -> None:
        self.items: list[tuple[str, str, datetime]] = []  # address, title, published
        self.gone: set[str] = set()

    def add(self, subject: str, now: datetime) -> None:
        number = len(self.items) + 1
        address = f"https://www.comune.esempio.mi.it/novita/notizia-{number}/"
        self.items.append((address, f"{subject}, zona {number}", now - timedelta(minutes=5)))

    def get(self, url: str, **_validators: Any) -> Response | NotModified:
        if url == FEED:
            rows = "".join(
                f"<item><title>{escape(title)}</title><link>{address}</link><pubDate>"
                f"{format_datetime(published)}</pubDate><description>{escape(title)}.</description></item>"
                for address, title, published in reversed(self.items)
            )
            text = f"<rss version='2.0'><channel><title>t</title><link>{FEED}</link>{rows}</channel></rss>"
            return Response(FEED, 200, text.encode(), "application/rss+xml")
        for address, title, _ in self.items:
            if address == url and url not in self.gone:
                told = f"{escape(title)}. Lo sportello del municipio risponde a chi ha domande."
                text = f"<main><h1>{escape(title)}</h1><p>{told} Ingresso libero per tutti.</p></main>"
                page = f"<html><body>{text}</body></html>"
                return Response(url, 200, page.encode(), "text/html; charset=utf-8")
        raise GoneError(url, "answers 404")

    whole = get
