"""Starts the Prefect server as `prefect server start` does, behind our door, and patient with SQLite.

What passes the door, and for whom, stands in `flows/door/`.

Most of Prefect 3.9.1's transactions that write begin by reading. When another one writes in between (the
worker's polls alone do, every 2 s), SQLite refuses at once, however long its busy timeout: "this can be
resolved by using the IMMEDIATE transaction mode", says Prefect's own comment, and does it in some places. In
the others an editor's page says "Failed to resume flow run", and nobody has approved, or a run crashes as it
starts. So here every transaction that may write asks for the lock as it begins, and waits for it.
"""

import asyncio
import re
import sys
import time
from collections.abc import MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import uvicorn
from prefect.server import models
from prefect.server.api.server import RequestLimitMiddleware, create_app
from prefect.server.database import provide_database_interface
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.schemas.core import FlowRunInput
from prefect.server.schemas.states import StateType
from sqlalchemy import NullPool, create_engine, func, select
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

from flows.accounts.reception import Reception
from flows.deploy import startable
from flows.door.gate import Door
from flows.door.interfaces import DoorSettings
from flows.runs import answered_first, clock, form_errors, readiness
from flows.runs.assets import Assets
from flows.runs.newsroom import OwnNewsroom
from flows.settings import BollettinoError, Settings

TURN = 4_020_391  # of PostgreSQL's advisory locks: any number that nobody else takes
TURN_EVERY = 0.5  # seconds

_as_asked = AioSqliteConfiguration.begin_transaction
_all_that_come = RequestLimitMiddleware.__call__


def _immediate(
    self: AioSqliteConfiguration,
    session: AsyncSession,
    with_for_update: bool = True,  # noqa: ARG001  whatever is asked for
) -> AbstractAsyncContextManager[AsyncSessionTransaction]:
    return _as_asked(self, session, with_for_update=True)


def wait_for_turns() -> None:
    """From now on in this process; what only reads begins no transaction and is not touched."""
    AioSqliteConfiguration.begin_transaction = _immediate  # type: ignore[method-assign, assignment]


async def _requests_alone(
    self: RequestLimitMiddleware, scope: MutableMapping[str, Any], receive: Any, send: Any
) -> None:
    if scope["type"] == "http":
        await _all_that_come(self, scope, receive, send)
    else:
        await self.app(scope, receive, send)


def count_requests_alone() -> None:
    """From now on in this process, of the hundred that Prefect answers at a time on SQLite.

    It counts who listens, too (3.9.1), and each run listens, and tells events, for as long as it lasts: with
    thirty at work nobody was answered any more, them included, so none ever ended (seen with 300 Comuni).
    """
    RequestLimitMiddleware.__call__ = _requests_alone  # type: ignore[method-assign]


class LocalServerAccess:
    """Of the server that this process is (`flows.runs.server_access.FullServerAccess`)."""

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

    async def deployment_of(self, flow: str, name: str) -> UUID | None:
        async with provide_database_interface().session_context() as session:
            deployment = await models.deployments.read_deployment_by_name(  # type: ignore[attr-defined]
                session, name=name, flow_name=flow
            )
            return deployment.id if deployment else None

    async def newest(self, key: str) -> UUID | None:
        async with provide_database_interface().session_context() as session:
            newest = await models.artifacts.read_latest_artifact(session, key=key)  # type: ignore[attr-defined]
            return newest.latest_id if newest else None


def door(settings: Settings) -> Door:
    """The server's application with the door in front; SettingsError where a credential is missing."""
    keys = settings.door_keys()
    door_settings = DoorSettings(
        keys.internal,
        keys.people,
        settings.stamp_key(),
        startable(settings),
        settings.prefect_origins,
        settings.work_pool,
        startable(settings, "operators"),
    )
    access = LocalServerAccess()
    newsroom, accounts = OwnNewsroom(settings, access), Reception(settings)
    behind = Assets(create_app(final=True))
    return Door(behind, door_settings, access, newsroom=newsroom, accounts=accounts)


def serve(settings: Settings) -> None:
    """Until the process is told to end."""
    wait_for_turns()
    count_requests_alone()
    clock.look_seldom()
    readiness.keep_quietly()
    answered_first.go_first()
    form_errors.speak_italian()
    _, port = settings.prefect_place
    _run(door(settings), port)


def serve_fleet(port: int, *, database: str | None, is_alone: bool) -> None:
    """The server of a fleet, whose door is the gate: it takes the installation's own credential and no other.

    `database`: its PostgreSQL, if any. `is_alone`: no other process does what it does by the clock.
    """
    if not is_alone:
        _require_redis()
    wait_for_turns()
    count_requests_alone()
    clock.look_seldom()
    readiness.keep_quietly()
    answered_first.go_first()
    form_errors.speak_italian()
    _bring(database)
    _run(create_app(webserver_only=not is_alone, final=True), port)


def serve_clock(database: str | None, *, port: int | None = None) -> None:
    """Do what a fleet's servers do by the clock, until told to end: schedules, late runs, clearing.

    `port`: where it says whether all of it is still done, if anywhere.
    """
    _require_redis()
    clock.look_seldom()
    readiness.keep_quietly()  # which deployments nobody asks for any more is looked at by the clock, too
    _bring(database)
    if port:
        clock.answer_at(port)
    from prefect.cli import app

    sys.argv = ["prefect", "server", "services", "start"]
    app()


def _require_redis() -> None:
    """BollettinoError where what several processes need is not installed."""
    try:
        import prefect_redis  # noqa: F401
    except ImportError:
        raise BollettinoError(
            "[prefect] redis: the package for it is not installed: "
            "python3 deployments/install.py deployments/requirements-redis.lock"
        ) from None


def _bring(database: str | None) -> None:
    """Its database to this version of Prefect: who comes first does it, and the others wait for that."""
    if not database:
        return  # of SQLite there is one process, which does it as it starts
    address = re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql+psycopg:", database)
    engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)  # the turn ends with it
    with engine.connect() as turn:
        # asked again and again: Prefect builds indices CONCURRENTLY, which waits for every statement to end,
        # and one that waits for a lock does not
        while not turn.scalar(select(func.pg_try_advisory_lock(TURN))):
            time.sleep(TURN_EVERY)
        asyncio.run(provide_database_interface().create_db())


def _run(app: Any, port: int) -> None:
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        forwarded_allow_ips="127.0.0.1",  # our proxy says from where; no variable of the environment adds one
    )
