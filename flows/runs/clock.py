"""Says whether what a fleet's Prefect servers do by the clock is still done, in the process that does it.

`prefect server services start` (3.9.1) answers nobody, and misses none of its services: they are tasks of one
loop, and how one ended is looked at when all are stopped (`Service.running`). So it is with docket's worker
beside them, which plans runs, marks them as late and clears up. Here the process answers at a port, from
that very loop: where it hangs, whoever asks waits in vain. That PostgreSQL or Redis is away ends none of
them, and no other start would mend it.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import uvicorn
from prefect.cli import _server_utils
from prefect.server.api import background_workers
from prefect.server.services.base import Service
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

OFTEN = timedelta(seconds=1)  # that docket looks for what is due; of itself four times a second

_theirs = _server_utils._run_all_services
_Worker: Any = background_workers.Worker  # type: ignore[attr-defined]


def missing() -> list[str]:
    """Which of them do not run in this loop: not yet, or no longer."""
    wanted = {service.start.__qualname__ for service in Service.enabled_services()}
    wanted.add(background_workers.Worker.run_forever.__qualname__)  # type: ignore[attr-defined]
    running = {getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()}
    return sorted(wanted - running)


async def _health(_request: Request) -> JSONResponse:
    found = missing()
    return JSONResponse({"ok": not found, "missing": found}, status_code=503 if found else 200)


class _Beside(uvicorn.Server):
    """A server that leaves the signals to the process in which it runs."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _with_answers(port: int) -> None:
    app = Starlette(routes=[Route("/salute", _health)])
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", server_header=False)
    server = _Beside(config)
    serving = asyncio.create_task(server.serve())
    try:
        await _theirs()
    finally:
        server.should_exit = True
        await serving


class _Seldom(_Worker):  # type: ignore[misc]
    def __init__(self, *args: Any, **words: Any) -> None:
        often = {"minimum_check_interval": OFTEN, "scheduling_resolution": OFTEN}
        super().__init__(*args, **often | words)


def look_seldom() -> None:
    """From now on in this process, which does what the servers put off: what is due at once is brought to it
    at once all the same, and nothing of Prefect's comes oftener than every few seconds. Four processes that
    looked four times a second took a tenth of what a fleet takes at rest.
    """
    background_workers.Worker = _Seldom  # type: ignore[attr-defined]


def answer_at(port: int) -> None:
    """From now on, where Prefect's command for its services is begun in this process."""
    _server_utils._run_all_services = partial(_with_answers, port)
