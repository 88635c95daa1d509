"""What doctor asks of Prefect, on its real server: runs that stand still, times, the editors' password."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Cancelling, Pending, Running, Scheduled

from flows.deploy import deploy, when
from flows.doctor import configuration, prefect_server
from flows.doctor.finding import Case, Said, Verdict
from flows.runs import server_health
from flows.settings import Settings, load, load_profile
from tests.world.comune import Comune
from tests.world.door_server import DoorServer, door_server
from tests.world.examined import answer
from tests.world.fleet import land
from tests.world.served import serve

pytestmark = pytest.mark.xdist_group("server")  # a server of Prefect's too: one at a time

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorServer]:
    with door_server(tmp_path_factory.mktemp("server_health")) as found, found.entered():
        deploy(found.settings)
        yield found


def said(server: DoorServer, look: object, *, later: timedelta = timedelta()) -> Said:
    found = look(Case(server.settings, datetime.now(UTC) + later))  # type: ignore[operator]
    assert isinstance(found, Said)
    return found


def test_a_server_that_answers_with_its_version_and_the_editors_password(server: DoorServer) -> None:
    for look in (prefect_server.answers, prefect_server.versions, prefect_server.door):
        assert said(server, look).verdict == Verdict.good, look


def test_another_password_than_the_one_that_the_server_was_started_with(
    server: DoorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOLLETTINO_PREFECT_AUTH", "redazione:another")
    found = said(server, prefect_server.door)
    assert (found.verdict, "401" in found.words) == (Verdict.failed, True)
    assert "another" not in str(found)


def test_a_worker_that_was_never_heard_and_one_that_is_silent(
    server: DoorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(server, prefect_server.worker).verdict == Verdict.failed
    with server.client() as client:
        path = f"/api/work_pools/{server.settings.work_pool}/workers/heartbeat"
        client._client.post(path.removeprefix("/api"), json={"name": "worker"}).raise_for_status()
    assert said(server, prefect_server.worker).verdict == Verdict.good
    found = said(server, prefect_server.worker, later=2 * MINUTE)
    assert (found.verdict, "tace da" in found.words) == (Verdict.failed, True)


def test_runs_that_nobody_will_end(server: DoorServer) -> None:
    """Late, Submitting, Cancelling, and Running without a process; a process that lives is none of them."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host = socket.gethostname()
    made: tuple[tuple[str, State, str | None], ...] = (
        ("allerte", Scheduled(scheduled_time=datetime.now(UTC)), None),
        ("notizie", Pending(name="Submitting"), None),
        ("conserva", Running(), str(gone.pid)),  # as Prefect's own worker writes it down
        ("sorveglia", Running(), f"{host}:{os.getpid()}"),
        ("numeri", Running(), "another-host:1"),
        ("componi", Cancelling(), f"{host}:{os.getpid()}"),
    )
    with server.client() as client:
        for name, state, pid in made:
            block = next(
                one for one in client.read_deployments() if one.name == server.settings.deployment(name)
            )
            run = client.create_flow_run_from_deployment(block.id, tags=[server.settings.profile.slug])
            if pid:  # before: the server ends at once what is called off and has no process
                client.update_flow_run(run.id, infrastructure_pid=pid)
            client.set_flow_run_state(run.id, state, force=True)
    # the planner was about to write this one when its deployment was deleted: there is nobody to look after
    tags, state_of = [server.settings.profile.slug], {"type": "SCHEDULED"}
    planned = {"flow_id": str(run.flow_id), "tags": tags, "state": state_of}
    as_ours = server.as_(server.keys.internal)
    assert server.http.post("/api/flow_runs/", json=planned, headers=as_ours).status_code == 201
    # a Comune whose runs have a tag that is called like this one, as `fermo` is: not ours to look after
    with server.client() as client:
        theirs = client.create_deployment(run.flow_id, "altrove", tags=["altrove"])
        other = client.create_flow_run_from_deployment(theirs, tags=tags)
        client.set_flow_run_state(other.id, Pending(name="Submitting"), force=True)
    assert said(server, prefect_server.runs).verdict == Verdict.good, "they have just begun"
    found = server_health.stranded(server.settings, now=datetime.now(UTC) + 6 * MINUTE)
    assert (found.taken, found.running) == (("notizie",), ("conserva",))
    assert found.cancelling == ("componi",)
    assert "allerte" in found.late
    assert server_health.GONE not in found.late
    told = said(server, prefect_server.runs, later=6 * MINUTE)
    assert told.verdict == Verdict.attention
    assert "senza più un processo" in told.words
    assert "annullati e mai finiti: componi (1)" in told.words
    after_hours = server_health.stranded(server.settings, now=datetime.now(UTC) + 7 * 60 * MINUTE)
    assert len(after_hours.running) == 2, "whose process cannot be looked at gives up its claim in the end"


def test_times_that_are_not_those_of_the_profile(server: DoorServer) -> None:
    assert said(server, prefect_server.schedules).verdict == Verdict.good
    profile = server.settings.profile
    fewer = profile.model_copy(update={"slots": profile.slots[:1]})
    other = Settings(fewer, server.settings.path, server.settings.state)
    found = server_health.planned(other)
    assert set(found.other) == {"componi", "invia"}
    with server.client() as client:
        blocks = {one.name: one for one in client.read_deployments()}
        client.update_deployment(blocks[other.deployment("allerte")].id, DeploymentUpdate(paused=True))
        client.delete_deployment(blocks[other.deployment("numeri")].id)
    found = server_health.planned(server.settings)
    assert (found.missing, found.paused) == (("numeri",), ("allerte",))
    told = said(server, prefect_server.schedules)
    assert (told.verdict, "numeri" in told.words) == (Verdict.failed, True)
    deploy(server.settings)
    with server.client() as client:
        client.update_deployment(blocks[other.deployment("allerte")].id, DeploymentUpdate(paused=True))
    assert said(server, prefect_server.schedules).verdict == Verdict.attention


def test_where_prefect_is_dead_only_its_answer_is_broken(comune: Comune) -> None:
    """The profile's port is one where nobody listens."""
    assert answer(comune, prefect_server.answers).verdict == Verdict.failed
    for look in (
        prefect_server.versions,
        prefect_server.worker,
        prefect_server.runs,
        prefect_server.schedules,
    ):
        assert answer(comune, look).verdict == Verdict.unknown, look


def test_another_program_at_prefect_s_port_is_no_defect_of_ours(comune: Comune) -> None:
    with serve(lambda _: (404, {}, b"<html>")) as other:
        path = comune.settings.path
        path.write_text(path.read_text("utf-8").replace("prefect_port = 9", f"prefect_port = {other.port}"))
        comune.settings = Settings(load_profile(path), path, comune.settings.state, comune.settings.database)
        address = f"{comune.settings.prefect_address}/api"
        with temporary_settings({PREFECT_API_URL: address}):
            assert answer(comune, prefect_server.answers).verdict == Verdict.failed
            for look in (prefect_server.versions, prefect_server.worker, prefect_server.schedules):
                found = answer(comune, look)
                assert (found.verdict, "questa domanda" in found.words) == (Verdict.unknown, True)


@pytest.mark.parametrize(("other", "is_gone"), [("", False), ("x:y", False), ("x:1", False)])
def test_a_process_that_cannot_be_looked_at_lives_for_hours(other: str, is_gone: bool) -> None:
    now = datetime.now(UTC)
    assert server_health._is_gone(other, now - 10 * MINUTE, now) == is_gone
    assert server_health._is_gone(other, now - timedelta(hours=7), now)


def test_a_number_that_another_process_has_by_now_is_not_the_one_that_ran() -> None:
    """Since when it lives decides: this one began before this moment, and long after yesterday."""
    now, mine = datetime.now(UTC), f"{socket.gethostname()}:{os.getpid()}"
    assert not server_health._is_gone(mine, now, now)
    assert server_health._is_gone(mine, now - timedelta(days=30), now)


def test_schedules_are_the_same_whatever_else_the_server_keeps_of_them() -> None:
    ours = SimpleNamespace(cron="0 11 * * 2", timezone="Europe/Rome")
    theirs = SimpleNamespace(cron="0 11 * * 2", timezone="Europe/Rome", day_or=True)
    assert when(ours) == when(theirs)
    assert when(ours) != when(SimpleNamespace(cron="0 11 * * 2", timezone="UTC"))


def test_in_a_fleet_the_page_where_people_sign_in_is_the_gate_s_and_no_password_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = land(tmp_path, monkeypatch)
    here.add("alfa", ('api = "http://127.0.0.1:8600"', 'api = "https://graph.facebook.com"'))
    asked: list[tuple[str, str]] = []

    class Gate(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.headers["Host"], self.path))
            self.send_response(200)
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Gate) as gate:
        Thread(target=gate.serve_forever, daemon=True).start()
        here.say(f"[gate]\nport = {gate.server_port}\n")
        case = Case(load("alfa"), datetime.now(UTC))
        for look in (prefect_server.door, configuration.login):
            found = look(case)
            assert found.verdict == Verdict.good, found
        gate.shutdown()
    assert asked == [(f"alfa.localhost:{gate.server_port}", "/accesso")]
    load("alfa").require_login()
    case = Case(load("alfa"), datetime.now(UTC))
    assert prefect_server.door(case).verdict == Verdict.unknown, "nobody answers there now"
