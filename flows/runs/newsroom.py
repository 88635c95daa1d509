"""The editors' page *Redazione* as the door shows it, out of the installation's own database."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs

from sqlalchemy import Engine

from db.engine import make_reader
from flows.door import entry
from flows.newsroom import shell
from flows.newsroom.line import UI
from flows.runs.server_access import FullServerAccess
from flows.settings import Settings, load

PATIENCE = 20.0  # seconds for one look at the page
LONGEST = 2_000  # characters of a query string

Look = TypeVar("Look")
log = logging.getLogger(__name__)


class OwnNewsroom:
    """One Comune's (`flows.door.interfaces.Newsroom`)."""

    content = shell.CONTENT

    def __init__(self, settings: Settings, access: FullServerAccess) -> None:
        self._settings, self._access = settings, access
        self._page: Any = None  # made when somebody first looks, and its engine
        self._engine: Engine | None = None
        self._one = ThreadPoolExecutor(1, "newsroom")  # however many look, the server's other work goes on

    def frame(self, path: str) -> tuple[bytes, bytes] | None:
        return shell.frame(path)

    async def show(self, query: str) -> tuple[int, str]:
        values = {name: given[0] for name, given in parse_qs(query[:LONGEST]).items()}
        try:
            async with asyncio.timeout(PATIENCE):
                if path := values.get(shell.TO):
                    if path.startswith(entry.FORM) and shell.frame(path):
                        address, why = await self._aside(self._form, path.removeprefix(entry.FORM))
                        return (200, address) if address else (404, why)
                    address = await self._leads_to(path)
                    return (200, address) if address else (404, shell.NOTHING)
                asked = values.get(shell.ASKED, "")
                return 200, await self._aside(self._html, asked)
        except Exception as exc:  # noqa: BLE001  said to who looks, in words; a page must not end the server
            log.warning("the page Redazione cannot be shown: %s", type(exc).__name__)
            return 503, shell.NO_ANSWER

    async def _aside(self, look: Callable[[str], Look], asked: str) -> Look:
        return await asyncio.get_running_loop().run_in_executor(self._one, look, asked)

    async def _leads_to(self, path: str) -> str:
        if path.startswith(entry.ORDER):
            verb = path.removeprefix(entry.ORDER)
            found = await self._access.deployment_of(verb, self._settings.deployment(verb))
            return f"{UI}/deployments/deployment/{found}/run" if found else ""
        if path.startswith(entry.ARTIFACT):
            found = await self._access.newest(self._settings.own(path.removeprefix(entry.ARTIFACT)))
            return f"{UI}/artifacts/artifact/{found}" if found else ""
        return ""

    def _html(self, asked: str) -> str:
        now = datetime.now(UTC)
        html: str = self._looked().html(load(self._settings.path), asked, now)  # the profile may have changed
        return html

    def _form(self, number: str) -> tuple[str, str]:
        form: tuple[str, str] = self._looked().form(int(number))
        return form

    def _looked(self) -> Any:
        # late: a second of CPU and ten megabytes for whoever looks at it first
        from flows.newsroom.page import Page

        if self._page is None:
            self._engine = make_reader(self._settings.database)
            self._page = Page(self._engine)
        return self._page

    def close(self) -> None:
        """Nobody looks any more."""
        self._one.shutdown()
        if self._engine is not None:
            self._engine.dispose()
