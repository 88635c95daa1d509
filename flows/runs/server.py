"""Starts the Prefect server as `prefect server start` does, behind our door, and patient with SQLite.

What passes the door, and for whom, stands in `flows/door/`.

Most of Prefect 3.9.1's transactions that write begin by reading. When another one writes in between (the
worker's polls alone do, every 2 s), SQLite refuses at once, however long its busy timeout: "this can be
resolved by using the IMMEDIATE transaction mode", says Prefect's own comment, and does it in some places. In
the others an editor's page says "Failed to resume flow run", and nobody has approved, or a run crashes as it
starts. So here every transaction that may write asks for the lock as it begins, and waits for it.
"""

import argparse
import asyncio
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from urllib.parse import parse_qs
from uuid import UUID

import uvicorn
from prefect.server import models
from prefect.server.api.server import create_app
from prefect.server.database import provide_database_interface
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.schemas.core import FlowRunInput
from prefect.server.schemas.states import StateType
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

from flows.deploy import startable
from flows.door.gate import Door, House
from flows.newsroom import shell
from flows.newsroom.line import UI
from flows.settings import Settings, load

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

    pages: Mapping[str, tuple[bytes, bytes]] = shell.PAGES
    content = shell.CONTENT

    def __init__(self, settings: Settings) -> None:
        self._settings, self._engine = settings, settings.engine()

    async def show(self, query: str) -> tuple[int, str]:
        asked = parse_qs(query).get(shell.ASKED, [""])[0]
        try:
            return 200, await asyncio.to_thread(self._html, asked)
        except SQLAlchemyError as exc:
            log.warning("the page Redazione: the database does not answer (%s)", type(exc).__name__)
            return 503, shell.NO_ANSWER

    async def leads_to(self, path: str) -> str | None:
        if path.startswith(shell.ORDER):
            verb = path.removeprefix(shell.ORDER)
            async with provide_database_interface().session_context() as session:
                deployment = await models.deployments.read_deployment_by_name(  # type: ignore[attr-defined]
                    session, name=self._settings.deployment(verb), flow_name=verb
                )
            return f"{UI}/deployments/deployment/{deployment.id}/run" if deployment else ""
        if path.startswith(shell.ARTIFACT):
            async with provide_database_interface().session_context() as session:
                newest = await models.artifacts.read_latest_artifact(  # type: ignore[attr-defined]
                    session, key=path.removeprefix(shell.ARTIFACT)
                )
            return f"{UI}/artifacts/artifact/{newest.latest_id}" if newest else ""
        return None

    def _html(self, asked: str) -> str:
        # late: a second of CPU and ten megabytes for whoever looks at it first
        from flows.newsroom import page

        return page.html(self._settings, self._engine, asked, datetime.now(UTC))


def door(settings: Settings) -> Door:
    """The server's application with the door in front; SettingsError where a credential is missing."""
    keys = settings.door_keys()
    house = House(
        keys.internal, keys.people, settings.stamp_key(), startable(settings), settings.prefect_origins
    )
    return Door(create_app(final=True), house, PrefectRooms(), newsroom=OwnNewsroom(settings))


def main() -> None:
    parser = argparse.ArgumentParser("python -m flows.runs.server", description="Start the Prefect server.")
    parser.add_argument("action", choices=["start"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    wait_for_turns()
    uvicorn.run(door(load()), host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
