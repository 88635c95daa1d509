"""Asking a source: with validators, but whole once a day; not before it wants to be asked again."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from db.models import Source, SourceKind
from db.sources import Mark
from flows.bulletin.language.dates import giorno_ora
from flows.profiles.comune import Profile
from flows.sources.alerts import CONDITIONAL
from flows.sources.polling import Polling
from scrapers.errors import ScraperError, TemporaryError
from scrapers.feeds.feeds import Feed, parse_feed
from scrapers.fetching.fetcher import Fetcher, NotModified, Response
from scrapers.lists.listing import Listing, parse_listing

NEWS = (SourceKind.feed, SourceKind.listing)
# validators lie: an ETag frozen while the content changed, a Last-Modified in 2041
# (miniflux-legacy 218, FreshRSS 1680, commafeed 859)
WHOLE_EVERY = timedelta(hours=24)
_PARSER = Lock()  # two that parse at once only take the interpreter from each other


@dataclass(frozen=True)
class Asked:
    """What a source answered, parsed when it is news."""

    source: Source
    response: Response | None = None  # None: not changed, or a failure
    feed: Feed | None = None
    digest: str | None = None  # of the body
    whole: bool = False  # asked without validators
    failure: str | None = None  # with the source's name
    message: str = ""  # without
    retry_after: float | None = None  # seconds
    was_asked: bool = True

    @property
    def unchanged(self) -> bool:
        return self.feed is None and self.failure is None

    def mark(self, *, complete: bool, now: datetime) -> Mark:
        """The mark of this reading; one that is not complete is asked for whole next time."""
        whole_at = now if self.whole else self.source.whole_at
        if not complete:
            return Mark(self.source.id, None, None, None, whole_at)
        validators = self.response or self.source
        digest = self.digest or self.source.content_sha256
        return Mark(self.source.id, validators.etag, validators.last_modified, digest, whole_at)


def ask(client: Fetcher, polling: Polling, profile: Profile, source: Source, *, now: datetime) -> Asked:
    """Ask one source; its failure is a value."""
    if source.retry_at and now < source.retry_at:
        message = f"{source.failure} (si riprova dopo {giorno_ora(source.retry_at)})"
        return Asked(source, failure=f"{source.address}: {message}", message=message, was_asked=False)
    conditional = source.kind in (*NEWS, *CONDITIONAL)
    whole = not conditional or source.whole_at is None or now >= source.whole_at + WHOLE_EVERY
    etag, last_modified = (None, None) if whole else (source.etag, source.last_modified)
    try:
        if source.kind not in NEWS:
            said = polling.ask(client, source.address, etag=etag, last_modified=last_modified)
            came = said.answer if isinstance(said.answer, Response) else None
            return Asked(source, came, whole=whole or said.whole)
        answer = client.get(source.address, etag=etag, last_modified=last_modified)
        if isinstance(answer, NotModified):
            return Asked(source, whole=whole)
        digest = hashlib.sha256(answer.content).hexdigest()
        if digest == source.content_sha256 and not whole:
            return Asked(source, answer, digest=digest)
        return Asked(source, answer, _read(profile, source, answer), digest, whole)
    except ScraperError as exc:
        retry_after = exc.retry_after if isinstance(exc, TemporaryError) else None
        return Asked(source, failure=str(exc), message=exc.message, retry_after=retry_after)


def _read(profile: Profile, source: Source, answer: Response) -> Feed:
    if source.kind == SourceKind.feed:
        with _PARSER:
            return parse_feed(answer)
    (page,) = (listing for listing in profile.sources.listings if listing.address == source.address)
    return parse_listing(answer, Listing(page.address, page.links))
