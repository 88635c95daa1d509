"""What we go on to from what we found is asked only where the site's robots.txt lets a program (RFC 9309).

An address that the operator named is asked: the Comune gave it to be read. Whatever a program finds by
itself, pages of an archive, sitemaps, what a home page links, heeds `Disallow` and `Crawl-delay`. No
robots.txt is no rule; one that cannot be read now forbids everything, since what it says is not known.
`urllib.robotparser` takes the first rule that fits and knows no wildcards.
"""

import time
from collections.abc import Callable, Collection
from urllib.robotparser import RobotFileParser

from scrapers.errors import FetchError, PermanentError, TemporaryError
from scrapers.fetching.addresses import web_address
from scrapers.fetching.fetcher import Fetcher, NotModified, Response
from scrapers.fetching.identity import address_key

LONGEST_DELAY = 60  # seconds between two requests; a site that asks for more is not for crawling
MOST = 512_000  # bytes that are read; the standard asks for 500 KiB at least


class Crawler(Fetcher):
    """Asks the addresses of `own` always and others where their site's robots.txt allows it.

    `own` None: whoever calls typed each address, nothing is crawled.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        hosts: Collection[str] = (),
        pause: float = 0.0,
        own: Collection[str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(user_agent=user_agent, hosts=hosts, pause=pause, own=own, sleep=sleep)
        self._agent = user_agent
        self._named = None if own is None else frozenset(address_key(address) for address in own)
        self._rules: dict[str, RobotFileParser | FetchError] = {}  # of this run, by address of the robots.txt

    def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Response | NotModified:
        self.require_allowed(url)
        return super().get(url, etag=etag, last_modified=last_modified)

    def require_allowed(self, url: str) -> None:
        """Raise PermanentError for what a robots.txt forbids, TemporaryError where it cannot be read now."""
        if self._named is None or address_key(url) in self._named:
            return
        try:
            where = web_address(url)
        except ValueError:  # asking for it says so
            return
        if where.target == "/robots.txt":
            return
        robots = f"{where.scheme}://{where.authority}/robots.txt"
        if robots not in self._rules:
            self._rules[robots] = self._read(robots, where.host)
        rules = self._rules[robots]
        if isinstance(rules, FetchError):
            raise type(rules)(url, f"not asked: {rules.message}")
        if not rules.can_fetch(self._agent, where.url):
            raise PermanentError(
                url, f"not asked: {robots} forbids it; if the Comune wants it read, name it in the profile"
            )

    def _read(self, robots: str, host: str) -> RobotFileParser | FetchError:
        rules = RobotFileParser()
        try:
            answer = self.get(robots)
            content = answer.content[:MOST] if isinstance(answer, Response) else b""
            rules.parse(content.decode("utf-8-sig", "replace").splitlines())
        except TemporaryError as exc:
            return type(exc)(robots, f"{robots} cannot be read ({exc.message})")
        except PermanentError:  # there is none, or none for us
            rules.parse([])
        except ValueError as exc:  # a rule like //[
            return PermanentError(robots, f"{robots} holds no rules that can be read ({exc})")
        delay = float(rules.crawl_delay(self._agent) or 0)
        if delay > LONGEST_DELAY:
            return PermanentError(robots, f"{robots} wants {delay:.0f} seconds between two requests")
        self._pace.slow(host, delay)
        return rules
