"""Starts the Prefect server as `prefect server start` does, behind our door, and patient with SQLite.

What passes the door, and for whom, stands in `flows/door/`.

Most of Prefect 3.9.1's transactions that write begin by reading. When another one writes in between (the
worker's polls alone do, every 2 s), SQLite refuses at once, however long its busy timeout: "this can be
resolved by using the IMMEDIATE transaction mode", says Prefect's own comment, and does it in some places. In
the others an editor's page says "Failed to resume flow run", and nobody has approved, or a run crashes as it
starts. So here every transaction that may write asks for the lock as it begins, and waits for it.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs
from uuid import UUID

import uvicorn
from prefect.server import models
from prefect.server.api.server import create_app
from prefect.server.database import provide_database_interface
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.schemas.core import FlowRunInput
from prefect.server.schemas.states import StateType
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

from db.engine import make_reader
from flows.accounts.reception import Reception
from flows.deploy import startable
from flows.door import entry
from flows.door.gate import Door, House
from flows.newsroom import shell
from flows.newsroom.line import UI
from flows.runs import complaints
from flows.runs.assets import Assets
from flows.settings import Settings, load

PATIENCE = 20.0  # seconds for one look at the page
LONGEST = 2_000  # characters of a query string

Look = TypeVar("Look")
log = logging.getLogger(__name__)

_as_asked = AioSqliteConfiguration.begin_transaction


def _immediate(
    self: AioSqliteConfiguration,
    session: AsyncSession,
    with_for_update: bool = True,  # noqa: ARG001  whatever is asked for
) -> AbstractAsyncContextManager[AsyncSessionTransaction]:
    return _as_asked(self, session, with_for_update=True)


def wait_for_turns() -> None:
    """From now on in this process; what only reads begins no transaction and is not touched."""
    AioSqliteConfiguration.begin_transaction = _immediate  # type: ignore[method-assign, assignment]


class PrefectRooms:
    """What the door asks of the server behind it (`flows.door.gate.Rooms`), in its process."""

    async def deployment(self, id: str) -> str | None:
        async with provide_database_interface().session_context() as session:
            deployment = await models.deployments.read_deployment(session, UUID(id))  # type: ignore[attr-defined]
            return deployment.name if deployment else None

    async def answer_key(self, run_id: str) -> str | None:
        async with provide_database_interface().session_context() as session:
            run = await models.flow_runs.read_flow_run(session, UUID(run_id))  # type: ignore[attr-defined]
            if run is None or run.state is None or run.state.type != StateType.PAUSED:
                return None
            keyset = run.state.state_details.run_input_keyset
            return keyset["response"] if keyset else None

    async def keep(self, run_id: str, key: str, value: str) -> None:
        row = FlowRunInput(flow_run_id=UUID(run_id), key=key, value=value)
        async with provide_database_interface().session_context(begin_transaction=True) as session:
            await models.flow_run_input.create_flow_run_input(session=session, flow_run_input=row)  # type: ignore[attr-defined]

    async def drop(self, run_id: str, key: str) -> None:
        async with provide_database_interface().session_context(begin_transaction=True) as session:
            await models.flow_run_input.delete_flow_run_input(  # type: ignore[attr-defined]
                session=session, flow_run_id=UUID(run_id), key=key
            )


class OwnNewsroom:
    """The page *Redazione* out of the installation's own database (`flows.door.gate.Newsroom`)."""

    content = shell.CONTENT

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._page: Any = None  # made when somebody first looks
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
            async with provide_database_interface().session_context() as session:
                deployment = await models.deployments.read_deployment_by_name(  # type: ignore[attr-defined]
                    session, name=self._settings.deployment(verb), flow_name=verb
                )
            return f"{UI}/deployments/deployment/{deployment.id}/run" if deployment else ""
        if path.startswith(entry.ARTIFACT):
            async with provide_database_interface().session_context() as session:
                newest = await models.artifacts.read_latest_artifact(  # type: ignore[attr-defined]
                    session, key=self._settings.own(path.removeprefix(entry.ARTIFACT))
                )
            return f"{UI}/artifacts/artifact/{newest.latest_id}" if newest else ""
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
            self._page = Page(make_reader(self._settings.database))
        return self._page


def door(settings: Settings) -> Door:
    """The server's application with the door in front; SettingsError where a credential is missing."""
    keys = settings.door_keys()
    house = House(
        keys.internal,
        keys.people,
        settings.stamp_key(),
        startable(settings),
        settings.prefect_origins,
        settings.work_pool,
        startable(settings, "operators"),
    )
    newsroom, accounts = OwnNewsroom(settings), Reception(settings)
    behind = Assets(create_app(final=True))
    return Door(behind, house, PrefectRooms(), newsroom=newsroom, accounts=accounts)


def serve(settings: Settings) -> None:
    """Until the process is told to end."""
    wait_for_turns()
    complaints.speak_italian()
    _, port = settings.prefect_place
    uvicorn.run(
        door(settings),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        forwarded_allow_ips="127.0.0.1",  # our proxy says from where; no variable of the environment adds one
    )
