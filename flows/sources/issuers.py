"""Whom a round of alerts may pass over: whose issuers say what they said when it was last served.

A fleet asks its issuers twice a minute and hears nothing new for hours; to open hundreds of databases for
that was a third of what PostgreSQL did. Nobody is passed over whose database is another one by now, out of a
backup, and nobody for longer than `ANYWAY`: what it has lost meanwhile, and a bulletin that has become too
old, shows no later than that.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from db import disk, writes
from db.sources import LONGEST_FOR_ALERTS
from flows.fleet.at_rest import Found
from flows.settings import Settings
from flows.sources.alerts import CONDITIONAL, alert_addresses
from flows.sources.polling import Polling
from flows.sources.readings import defect, fetcher
from scrapers.errors import FetchError, TemporaryError
from scrapers.fetching.fetcher import NotModified

ANYWAY = timedelta(minutes=30)  # as often as its news are read; after an hour `watchdog` misses the alerts


class Answer(BaseModel):
    """What an issuer last said, by which it is asked again."""

    etag: str | None
    last_modified: str | None
    digest: str  # of the body


class Memory(BaseModel):
    """A file of the fleet's, on each machine that works for it; without it everybody is served."""

    answers: dict[str, Answer] = Field(default_factory=dict)  # by address
    until: dict[str, datetime] = Field(default_factory=dict)  # by address: before then it is not to be asked
    # by slug, of who has all that its issuers said; with what its profile asks for
    served: dict[str, Found] = Field(default_factory=dict)


@dataclass(frozen=True)
class Issuers:
    """Of one round, as they were asked at its beginning."""

    path: Path
    memory: Memory
    said: dict[str, str]  # by slug, for those of whom it is known
    now: datetime

    def rests(self, slug: str) -> bool:
        """Whether it was served with just this, and not long ago."""
        before = self.memory.served.get(slug)
        return before is not None and before.holds(self.said.get(slug), now=self.now, longest=ANYWAY)

    def keep(self, served: Iterable[str]) -> None:
        """Note whom the round has served meanwhile; OSError where it cannot be written."""
        known = {slug: Found(digest=self.said[slug], at=self.now) for slug in served if slug in self.said}
        self.memory.served |= known
        disk.replace(self.path, self.memory.model_dump_json().encode())


def asked(comuni: Iterable[Settings], polling: Polling, path: Path, now: datetime) -> Issuers:
    """Ask each issuer once, with what it said last; who is served afterwards gets what comes from `polling`.

    Only issuers that speak to all alike and whose words do not change with the hour; a Comune that reads
    others too is always served, and so is everybody whose issuer does not answer or wants to be left alone.
    """
    memory, comuni = _read(path), list(comuni)
    databases = writes.marks(settings.database for settings in comuni)
    until = {address: at for address, at in memory.until.items() if now < at <= now + LONGEST_FOR_ALERTS}
    answers: dict[str, Answer | None] = dict.fromkeys(until)
    said: dict[str, str] = {}
    for settings in comuni:
        wanted = alert_addresses(settings.profile)
        if not all(kind in CONDITIONAL for kind, _ in wanted):
            continue
        for _, address in wanted:
            if address not in answers:
                last = memory.answers.get(address)
                answers[address], wait = _answer(settings, polling, address, last)
                if wait:
                    until[address] = now + min(wait, LONGEST_FOR_ALERTS)
        heard = [answers[address] for _, address in wanted]
        database = databases.get(settings.database)
        if all(heard) and database:
            words = [settings.profile.sources, settings.profile.alert_zones, database[0], *heard]
            said[settings.profile.slug] = hashlib.sha256(repr(words).encode()).hexdigest()
    known = {address: answer for address, answer in answers.items() if answer}
    served = {slug: kept for slug, kept in memory.served.items() if slug in said}
    return Issuers(path, Memory(answers=known, until=until, served=served), said, now)


def heard(path: Path, now: datetime) -> dict[str, Answer]:
    """By address what a round has heard last of whom it may ask again."""
    memory = _read(path)
    return {
        address: answer for address, answer in memory.answers.items() if memory.until.get(address, now) <= now
    }


def has_news(settings: Settings, polling: Polling, last: Mapping[str, Answer]) -> bool:
    """Whether one of these addresses says something else than that; who is silent says nothing.

    Cheap: no database is opened for it, and no profile but the one in whose name it asks.
    """
    return any(
        _answer(settings, polling, address, said)[0] not in (None, said) for address, said in last.items()
    )


def _answer(
    settings: Settings, polling: Polling, address: str, last: Answer | None
) -> tuple[Answer | None, timedelta]:
    """None where it does not answer, or says it in another place: there a profile's own words decide. And how
    long it asks to be left alone.
    """
    with fetcher(settings, polling.pace) as client:
        try:
            etag, modified = (last.etag, last.last_modified) if last else (None, None)
            came = polling.ask(client, address, etag=etag, last_modified=modified).answer
        except FetchError as exc:  # told by each that is served
            wait = exc.retry_after if isinstance(exc, TemporaryError) else None
            return None, timedelta(seconds=wait or 0)
        except Exception as exc:  # noqa: BLE001  a defect must keep nobody from being served
            defect(address, exc)
            return None, timedelta()
    if isinstance(came, NotModified):
        return last, timedelta()
    if came.url != address:
        return None, timedelta()
    digest = hashlib.sha256(came.content).hexdigest()
    return Answer(etag=came.etag, last_modified=came.last_modified, digest=digest), timedelta()


def _read(path: Path) -> Memory:
    try:
        return Memory.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):  # not there, of another version, cut off: as good as none
        return Memory()
