"""One polling of many Comuni: an issuer's bulletin is fetched and opened once, and hosts are asked by turns.

Validators stay with each Comune, in its own database beside the rows that they stand for. A file under the
state root would be a second memory of the same thing, which knows nothing of who has stored what: after a
backup of one database came back, or in the round in which a Comune joins, its ETag would say "nothing new" to
who has nothing. (What `issuers` remembers tells only whom a round may pass over, for half an hour.) So a 304
is true of the validators that it answered, and is shared by those alone who bring the same ones. Whoever
brings others, or none, has the issuer asked again, and what comes then is for all: one request a round, and a
second one in the round in which somebody missed a bulletin.
"""

import threading
import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any, TypeVar

from scrapers.errors import ElsewhereError, FetchError, ParseError
from scrapers.fetching.addresses import is_loopback, same_site
from scrapers.fetching.fetcher import Fetcher, NotModified, Reach, Response
from scrapers.fetching.pace import Pace

KEPT = 600.0  # seconds: alerts are read every ten minutes, and a round that takes longer asks again
Validators = tuple[str | None, str | None]  # ETag, Last-Modified
Opened = TypeVar("Opened")


@dataclass(frozen=True)
class Said:
    """What an issuer answered to one of the Comuni."""

    answer: Response | NotModified
    whole: bool  # to a request without validators


@dataclass
class _Issuer:
    """What came from one address in this round. By reach where that decided it; None: the same for all."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    asked_at: float | None = None
    bodies: dict[Reach | None, Said] = field(default_factory=dict)
    failures: dict[Reach | None, FetchError] = field(default_factory=dict)
    unchanged: dict[Validators, Said] = field(default_factory=dict)


@dataclass
class _Document:
    """A body, opened or found to be none."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    opened: tuple[Any] | None = None
    failure: ParseError | None = None


class Polling:
    """What the Comuni of one round share; a round of one Comune is one too. Threads may share it.

    It holds what issuers publish for everybody, never what a Comune stores or keeps secret; it dies with its
    round. `clock` is for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.pace = Pace(0.0)
        self._clock = clock
        self._lock = threading.Lock()
        self._issuers: dict[str, _Issuer] = {}
        self._documents: dict[tuple[Callable[..., Any], str, bytes], _Document] = {}

    def ask(self, client: Fetcher, address: str, *, etag: str | None, last_modified: str | None) -> Said:
        """What the issuer says, by this client or the one that asked first; its failure is raised to each.

        A body that has come is for all, also for whom its ETag would say that nothing is new: reading it
        again adds nothing, and an ETag may lie. What nobody foresaw is told to whom it met, and to no other.
        """
        with self._lock:
            issuer = self._issuers.setdefault(address, _Issuer())
        with issuer.lock:
            if issuer.asked_at is not None and self._clock() - issuer.asked_at > KEPT:
                issuer.asked_at = None
                for kept in (issuer.bodies, issuer.failures, issuer.unchanged):
                    kept.clear()
            validators = (etag, last_modified)
            for reach in (None, client.reach):
                if reach in issuer.bodies:
                    return issuer.bodies[reach]
            if validators in issuer.unchanged:
                return issuer.unchanged[validators]
            for reach in (None, client.reach):
                if reach in issuer.failures:
                    raise copy(issuer.failures[reach])
            return self._asked(issuer, client, address, validators)

    def _asked(self, issuer: _Issuer, client: Fetcher, address: str, validators: Validators) -> Said:
        if issuer.asked_at is None:
            issuer.asked_at = self._clock()
        etag, last_modified = validators
        try:
            answer = client.get(address, etag=etag, last_modified=last_modified)
        except FetchError as exc:
            issuer.failures[client.reach if isinstance(exc, ElsewhereError) else None] = copy(exc)
            raise
        said = Said(answer, whole=not any(validators))
        if isinstance(answer, NotModified):
            issuer.unchanged[validators] = said
        else:
            issuer.bodies[None if _is_there(address, answer.url) else client.reach] = said
        return said

    def opened(self, read: Callable[[bytes, str], Opened], content: bytes, address: str) -> Opened:
        """What `read` makes of a body, made once; a ParseError is raised to each who wants it."""
        with self._lock:
            document = self._documents.setdefault((read, address, content), _Document())
        with document.lock:
            if document.failure is not None:
                raise copy(document.failure)
            if document.opened is None:
                try:
                    document.opened = (read(content, address),)
                except ParseError as exc:
                    document.failure = copy(exc)
                    raise
            (opened,) = document.opened
            return opened


def _is_there(asked: str, found: str) -> bool:
    """Whether no profile had a say in where it was found."""
    return found == asked or (same_site(asked, found, ()) and not is_loopback(found))
