"""Who looks after a fleet's containers sees whether a worker and the clock live, hang or have lost a part."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.actions import WorkPoolCreate

from flows.runs.pausable_worker import REST
from flows.settings import ROOT
from tests.world import prefect_files
from tests.world.containers import FOLDER
from tests.world.door_server import door_server
from tests.world.installation import wait_for
from tests.world.ports import free_ports

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("server")]

# Ours, but that the loop hangs as long as there is a file of this name.
WORKER = """
import os, time
from prefect.workers.process import ProcessWorker
from flows.runs import pausable_worker

asks = ProcessWorker._get_scheduled_flow_runs

async def hangs(self):
    while os.path.exists(os.environ["TROUBLE"]):
        time.sleep(0.1)
    return await asks(self)

ProcessWorker._get_scheduled_flow_runs = hangs
pausable_worker.main()
"""
# Prefect's, but that one of its services ends as soon as there is a file of this name.
CLOCK = """
import asyncio, os, sys
from prefect.server.events.services.actions import Actions
from flows.runs import server

async def acts(self):
    while not os.path.exists(os.environ["TROUBLE"]):
        await asyncio.sleep(0.1)
    raise RuntimeError("unheard")

Actions.start = acts
server.serve_clock(None, port=int(sys.argv[1]))
"""


class Life:
    """A process, and what an engine is told of it."""

    def __init__(self, process: subprocess.Popen[bytes], place: str, trouble: Path) -> None:
        self.process, self.place, self.trouble = process, place, trouble

    def asked(self) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(FOLDER / "healthy.py"), self.place]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def is_well(self) -> bool:
        return self.asked().returncode == 0

    def is_ill(self) -> bool:
        return not self.is_well()


@contextmanager
def living(folder: Path, place: str, program: str, *words: str, **told: str) -> Iterator[Life]:
    environment = {**os.environ, "TROUBLE": str(folder / "trouble"), **told}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", program, *words], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    life = Life(process, place, folder / "trouble")

    def is_up() -> bool:
        assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
        return life.is_well()

    try:
        wait_for(place, is_up)
        yield life
    finally:
        process.kill()
        process.wait(30)


def test_a_worker_is_well_while_it_looks_for_runs_or_rests_and_ill_where_it_hangs(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    words = ("worker", "start", "--pool", "prova", "--type", "process", "--name", "uno", "--limit", "1")
    with door_server(tmp_path) as server:
        with server.client() as client:
            client.create_work_pool(WorkPoolCreate(name="prova", type="process"))
        environment: dict[str, Any] = {
            **server.settings.environment(),
            "PREFECT_WORKER_QUERY_SECONDS": "0.1",  # so ill after three seconds, not after a minute
            "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
            "PREFECT_WORKER_WEBSERVER_PORT": str(port),
        }
        state = tmp_path / "of-the-worker"
        state.mkdir()
        given = (str(state), *words, "--with-healthcheck")
        with living(state, f"{port}/health", WORKER, *given, **environment) as life:
            life.trouble.touch()
            wait_for("what hangs is seen", life.is_ill)
            assert life.process.poll() is None, "it lives, which is all that an engine sees by itself"
            life.trouble.unlink()
            wait_for("it goes on", life.is_well)
            (state / REST).touch()
            time.sleep(4)
            assert life.is_well(), "it was told to take nothing"
            life.process.kill()
            life.process.wait(30)
            assert life.is_ill()


def test_the_clock_is_well_while_all_of_it_runs_and_ill_where_a_part_ended_or_all_hangs(
    tmp_path: Path,
) -> None:
    (port,) = free_ports(1)
    prefect_files.bring(tmp_path)
    told = {"PREFECT_HOME": str(tmp_path / "prefect")}
    with living(tmp_path, f"{port}/salute", CLOCK, str(port), **told) as life:
        life.process.send_signal(signal.SIGSTOP)
        assert life.is_ill(), "a loop that stands still"
        life.process.send_signal(signal.SIGCONT)
        wait_for("it goes on", life.is_well)
        life.trouble.touch()
        wait_for("a service that ended is missed", life.is_ill)
        assert "503" in life.asked().stderr
        assert life.process.poll() is None, "Prefect goes on without it"
        life.process.kill()
        life.process.wait(30)
        assert "refused" in life.asked().stderr
