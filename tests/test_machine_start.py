"""The lines of the units, started as plain processes with credentials in files: a whole installation."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType

from flows.__main__ import main
from flows.door.keys import INTERNAL
from flows.runs import drain
from flows.settings import Settings, load_profile
from tests.world.comune import NO_TLS
from tests.world.installation import wait_for
from tests.world.units import VALUES, Unit, bring_secrets, write_profile

pytestmark = [pytest.mark.rehearsal, pytest.mark.slow, pytest.mark.xdist_group("units")]


class Machine:
    """Three units on loopback, and the client of an operator."""

    def __init__(self, folder: Path) -> None:
        self.root, self.profile = folder / "root", write_profile(folder)
        self.credentials = bring_secrets(self.root)
        typed = ["install", "--apply", "--profile", str(self.profile), "--root", str(self.root)]
        main(typed)  # its code tells of /tmp, which real units do not see
        self.prefect, self.worker, self.web = (Unit(self.root, one) for one in ("prefect", "worker", "web"))
        self.settings = Settings(load_profile(self.profile), self.profile, self.prefect.state)
        self.http = httpx.Client(trust_env=False, verify=NO_TLS, timeout=60)

    def client(self) -> SyncPrefectClient:
        secret = (self.credentials / INTERNAL).read_text().strip()
        return SyncPrefectClient(api=f"{self.settings.prefect_address}/api", auth_string=secret)

    def is_online(self) -> bool:
        with self.client() as client:
            workers = client.read_workers_for_work_pool(self.settings.work_pool)
        return any(worker.status == "ONLINE" for worker in workers)

    def answers(self, address: str) -> httpx.Response | None:
        try:
            return self.http.get(address)
        except httpx.TransportError:
            return None

    def stop(self) -> None:
        for unit in (self.web, self.worker, self.prefect):
            if unit.running is not None:
                unit.end(signal.SIGKILL)
        self.http.close()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    before = dict(os.environ)
    found = Machine(tmp_path)
    try:
        yield found
    finally:
        found.stop()
        os.environ.clear()
        os.environ.update(before)


def test_the_units_lines_are_a_whole_installation_which_drains_before_it_stops(machine: Machine) -> None:
    prefect, worker, web, settings = machine.prefect, machine.worker, machine.web, machine.settings
    worker.prepare()
    (line,) = worker.settings["ExecStart"]
    assert worker.begin(line.replace(" worker --drain", " migrate")).wait(240) == 0, worker.words

    prefect.start()
    assert machine.http.get(f"{settings.prefect_address}/api/health").status_code == 200, prefect.words
    page = machine.http.get(
        f"{settings.prefect_address}/v2/", headers={"Host": "redazione.comune.esempio.mi.it"}
    )
    assert page.status_code == 200
    assert "<script" in page.text, "the pages are copied to where the server may write"
    web.start()
    worker.start()
    address = f"http://127.0.0.1:{settings.profile.servers.web_port}/salute"
    answer = wait_for("/salute", lambda: machine.answers(address))
    assert answer.json()["ok"] is True, web.words
    wait_for("the worker", machine.is_online)
    assert drain.is_anyone_working(worker.state)

    with machine.client() as client:
        deployment = client.read_deployment_by_name(f"numeri/{settings.deployment('numeri')}")
        run = client.create_flow_run_from_deployment(deployment.id, name="conteggio")
        began = wait_for("the run to begin", lambda: _begun(client, run.id))
        assert began
        assert worker.stop() == 0, worker.words
        ended = client.read_flow_run(run.id).state
        assert ended is not None
        assert ended.type == StateType.COMPLETED, "what ran has come to its end"
        assert client.read_work_pool(settings.work_pool).is_paused
        worker.start()
        assert not client.read_work_pool(settings.work_pool).is_paused
    wait_for("the worker again", lambda: drain.is_anyone_working(worker.state))
    assert worker.stop() in (0, -signal.SIGTERM), "it may not have begun to listen to signals"
    wait_for("its last process to go", lambda: not drain.is_anyone_working(worker.state))
    assert web.stop() == 0, web.words
    assert prefect.stop() in (0, -signal.SIGTERM)
    for unit in (prefect, worker, web):
        assert not any(value in unit.log.read_text() for value in VALUES.values()), unit.process


def _begun(client: SyncPrefectClient, run_id: object) -> bool:
    state = client.read_flow_run(run_id).state  # type: ignore[arg-type]
    return state is not None and state.type not in (StateType.SCHEDULED, StateType.PENDING)
