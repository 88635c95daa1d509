"""The accounts of one installation for its door, which must not wait for a database (`flows.door.people`)."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from db.engine import make_hurried, reading
from db.vault import VaultError
from flows.accounts import arrival, enrolment, mark, proof, sign_in
from flows.accounts import asked as requests
from flows.accounts.elsewhere import Elsewhere
from flows.accounts.sign_in import Tried
from flows.door import entry
from flows.door.people import (
    Arrival,
    Asked,
    Departure,
    Enrolled,
    Invitation,
    Key,
    Person,
    Refused,
    UnansweredError,
)
from flows.profiles.comune import Profile
from flows.settings import Settings, SettingsError, load_profile

if TYPE_CHECKING:
    from flows.accounts.provider import Provider

FRESH = 2.0  # seconds that an answer is good for: so long an account that was closed elsewhere still opens
MOST = 1000  # answers that are kept
NO_PROVIDER = "Qui si entra con il proprio nome e una password."
WAIT_MS = 8_000  # for another writer, or for a connection: people look at a page meanwhile

T = TypeVar("T")

log = logging.getLogger(__name__)


class Reception:
    """Answers the door from the installation's database, and from its profile as it is now.

    One who signs in costs 64 MB and a tenth of a second of a processor: one after the other. What writes has
    a thread of its own: while another process writes, everybody else is still known.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings, self._clock = settings, clock
        self._vault = sign_in.vault(settings)
        back = f"{settings.prefect_origins[0]}{entry.BACK}"
        self._elsewhere = Elsewhere(self._vault, settings.oidc_secret, back)
        self._engine: Engine | None = None
        self._making = Lock()
        self._readers, self._one = ThreadPoolExecutor(2, "accounts"), ThreadPoolExecutor(1, "sign-in")
        self._writer = ThreadPoolExecutor(1, "accounts-write")
        self._profile = (0, settings.profile)  # when its file was written, and what was in it
        self._known: dict[str, tuple[float, Person | None]] = {}
        self._used: tuple[float, bool] | None = None

    async def are_used(self) -> bool:
        if self._used is None or monotonic() - self._used[0] > FRESH:
            self._used = (monotonic(), await _in(self._readers, self._are_used))
        return self._used[1] or self._settings.fleet is not None  # whose Comuni share no password

    def close(self) -> None:
        """Nobody asks any more."""
        for threads in (self._readers, self._one, self._writer):
            threads.shutdown()
        if self._engine is not None:
            self._engine.dispose()

    async def who(self, token: str) -> Person | None:
        if not token:
            return None
        at, person = self._known.get(token, (0.0, None))
        if not at or monotonic() - at > FRESH:
            known = self._known  # another one where something ended meanwhile: this answer is old then
            person = await _in(self._readers, lambda: self._who(token))
            if len(known) >= MOST:
                known.clear()
            known[token] = (monotonic(), person)
        return person

    async def note(self, asked: Asked) -> None:
        await _in(self._writer, lambda: requests.note(self.engine, self._vault, asked))

    async def sign_in(self, name: str, password: str, code: str, address: str) -> Key | Refused:
        tried, now = Tried(name, password, code, address), self._clock()
        return await _in(
            self._one, lambda: sign_in.sign_in(self.profile, self.engine, self._vault, tried, now=now)
        )

    async def sign_in_by_link(self, token: str, address: str) -> Key | None:
        now = self._clock()
        return await _in(
            self._writer,
            lambda: sign_in.sign_in_by_link(
                self.profile, self.engine, self._vault, token, address=address, now=now
            ),
        )

    async def prove(self, token: str, code: str) -> Person | Refused | None:
        now = self._clock()
        found = await _in(
            self._writer,
            lambda: proof.prove(self.profile, self.engine, self._vault, token, code, now=now),
        )
        self._known = {other: answer for other, answer in self._known.items() if other != token}
        return found

    async def provider(self) -> str:
        asked = await self._provider()
        return asked.oidc.name if asked else ""

    async def depart(self, then: str, *, is_again: bool = False) -> Departure | Refused:
        asked = await self._provider()
        if asked is None:
            return Refused(NO_PROVIDER)
        return await self._elsewhere.depart(asked, then, self._clock(), is_again=is_again)

    async def arrive(self, kept: str, query: str, address: str) -> Arrival | Departure | Refused:
        asked, now = await self._provider(), self._clock()
        if asked is None:
            return Refused(NO_PROVIDER)
        if await _in(self._readers, lambda: arrival.is_locked(self.engine, address, now)):
            return Refused(sign_in.LOCKED, is_for_now=True)  # each code is a question to the provider
        found = await self._elsewhere.arrive(asked, kept, query, now)
        if isinstance(found, Refused) and not found.is_for_now:
            await _in(self._writer, lambda: arrival.turned_away(self.engine, self._vault, address, now))
        if isinstance(found, Departure | Refused):
            return found
        who, then = found
        key = await _in(
            self._writer,
            lambda: arrival.admit(
                self.settings, self.engine, self._vault, who, asked.oidc.name, address=address, now=now
            ),
        )
        self._used = None
        return key if isinstance(key, Refused) else Arrival(key, then)

    async def _provider(self) -> "Provider | None":
        """By the profile as it is now, which a thread reads."""
        return await _in(self._readers, lambda: self._elsewhere.provider(self.settings))

    async def sign_out(self, token: str, *, everywhere: bool) -> None:
        now = self._clock()
        await _in(
            self._writer,
            lambda: sign_in.sign_out(self.engine, self._vault, token, everywhere=everywhere, now=now),
        )
        self._known = {}

    async def invited(self, token: str) -> Invitation | None:
        now = self._clock()
        return await _in(
            self._readers,
            lambda: enrolment.invited(self.settings, self.engine, self._vault, token, now=now),
        )

    async def enrol(self, token: str, password: str, code: str, address: str) -> Enrolled | Refused:
        now = self._clock()
        enrolled = await _in(
            self._one,
            lambda: enrolment.enrol(
                self.settings, self.engine, self._vault, token, password, code, address=address, now=now
            ),
        )
        self._used = None
        return enrolled

    @property
    def engine(self) -> Engine:
        """Made when it is first asked for: the door is made before its database may be there."""
        if self._is_without_file():
            raise UnansweredError
        with self._making:  # several threads ask first; what is not kept nobody would close
            if self._engine is None:
                self._engine = make_hurried(self._settings.database, wait_ms=WAIT_MS)
            return self._engine

    @property
    def profile(self) -> Profile:
        """Read again where the file is another; the last good one while it is written, or is wrong."""
        try:
            changed = self._settings.path.stat().st_mtime_ns
        except OSError:
            changed = -1
        if self._profile[0] != changed:
            try:
                self._profile = (changed, load_profile(self._settings.path))
            except SettingsError as exc:
                log.warning("who may sign in stays as it was: %s", exc)
                self._profile = (changed, self._profile[1])
        return self._profile[1]

    @property
    def settings(self) -> Settings:
        """With the profile as it is now."""
        return self._settings.renewed(self.profile)

    def _are_used(self) -> bool:
        """As it was, where the database does not answer now. Without such a table nobody has an account,
        unless the mark beside the database tells that somebody had.
        """
        if not self._settings.signs_in and self._is_without_file():
            return False
        try:
            with reading(self.engine) as session:
                are_used = mark.are_used(self._settings, session)
        except SQLAlchemyError:
            if self._used is not None:
                return self._used[1]
            with self.engine.execution_options(reading=True).connect() as connection:
                if not self._settings.signs_in and not inspect(connection).has_table("account"):
                    return False
            raise
        if are_used and self._used is None:  # enrolled before there was a mark, or restored without it
            try:
                mark.leave(self._settings)
            except OSError as exc:  # people still come in; the next start tries it again
                log.warning("%s cannot be written: %s", mark.FILE, exc.strerror)
        return are_used

    def _is_without_file(self) -> bool:
        """Of SQLite, which would begin an empty one."""
        url = make_url(self._settings.database)
        return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()

    def _who(self, token: str) -> Person | None:
        return sign_in.who(self.profile, self.engine, self._vault, token, now=self._clock())


async def _in(threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    try:
        return await asyncio.get_running_loop().run_in_executor(threads, work)
    except (SQLAlchemyError, OSError, VaultError) as exc:
        log.warning("the accounts cannot be asked: %s", type(exc).__name__)
        raise UnansweredError from exc
