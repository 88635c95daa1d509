"""Draining: the pool is paused, what runs is waited for, and what a killed worker left is ended."""

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.schemas.objects import StateType
from prefect.states import Completed, Pending, Running

from flows.__main__ import main
from flows.deploy import deploy
from flows.runs import drain, hosts
from flows.settings import ROOT, BollettinoError, Settings
from tests.world.door_server import DoorServer, door_server
from tests.world.installation import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("drain")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorServer]:
    with door_server(tmp_path_factory.mktemp("drain")) as found:
        with found.entered():
            deploy(found.settings)
        yield found


@pytest.fixture
def settings(server: DoorServer) -> Iterator[Settings]:
    """The pool as it is after `deploy`, with nothing in it that works."""
    with server.entered():
        drain.undo(server.settings)
        yield server.settings


def run_of(server: DoorServer, verb: str = "numeri", **state: object) -> UUID:
    with server.client() as client:
        deployment = client.read_deployment_by_name(f"{verb}/{server.settings.deployment(verb)}")
        return client.create_flow_run_from_deployment(deployment.id, **state).id  # type: ignore[arg-type]


def state_of(server: DoorServer, run_id: UUID) -> StateType:
    with server.client() as client:
        state = client.read_flow_run(run_id).state
    assert state is not None
    return state.type


def is_paused(server: DoorServer) -> bool:
    with server.client() as client:
        return client.read_work_pool(server.settings.work_pool).is_paused


@pytest.fixture
def worker(settings: Settings) -> Iterator[list[int]]:
    """A worker that lives, until its descriptor is taken out and closed."""
    held = [drain.say_that_it_works(settings.state)]
    yield held
    for one in held:
        os.close(one)


def test_nothing_at_work_is_drained_at_once_and_goes_on_when_told(
    server: DoorServer, settings: Settings
) -> None:
    seen: list[tuple[int, float]] = []
    assert drain.drain(settings, lambda works, share: seen.append((len(works), share)), 5) == []
    assert [count for count, _ in seen] == [0]
    assert is_paused(server)
    deploy(settings)
    assert is_paused(server), "who registers anew lets nothing begin"
    assert drain.undo(settings) == []
    assert not is_paused(server)


def test_what_runs_is_waited_for_and_told_while_its_worker_lives(
    server: DoorServer, settings: Settings, worker: list[int]
) -> None:
    running, pending = run_of(server, name="lungo", state=Running()), run_of(server, state=Pending())
    planned = run_of(server)
    seen: list[set[UUID]] = []

    def look(works: list[drain.Work], share: float) -> None:
        assert 0 <= share <= 1
        seen.append({work.id for work in works})
        with server.client() as client:  # it ends while we wait
            client.set_flow_run_state(pending, Completed(), force=True)

    left = drain.drain(settings, look, 1)
    assert [work.name for work in left] == ["lungo"]
    assert seen[0] == {running, pending}
    assert seen[-1] == {running}
    assert drain.line(left[0]).startswith("  lungo: Running, for ")
    assert state_of(server, running) == StateType.RUNNING, "its process lives"
    assert state_of(server, planned) == StateType.SCHEDULED
    assert drain.undo(settings) == []
    assert state_of(server, running) == StateType.RUNNING

    os.close(worker.pop())
    assert drain.drain(settings, lambda *_: None, 30) == [], "nobody is left who could end it"
    assert state_of(server, running) == StateType.CRASHED
    assert state_of(server, planned) == StateType.SCHEDULED


def test_what_has_lost_its_process_ends_while_others_work(
    server: DoorServer, settings: Settings, worker: list[int]
) -> None:
    """Where a fleet has several workers, the death of one leaves no moment at which nobody works."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    here = socket.gethostname()
    places = {"gone": f"{here}:{ended.pid}", "lives": f"{here}:{os.getpid()}", "elsewhere": "other:1"}
    runs = {name: run_of(server, name=name, state=Running()) for name in places}
    runs["never begun"] = run_of(server, name="never begun", state=Pending())
    with server.client() as client:
        for name, place in places.items():
            client.update_flow_run(runs[name], infrastructure_pid=place)
    now = datetime.now(UTC)
    assert drain.end_lost(settings, now=now) == [], "it may be about to begin"
    lost = drain.end_lost(settings, now=now + timedelta(minutes=6))
    assert {work.name for work in lost} == {"gone", "never begun"}
    assert {name for name, run in runs.items() if state_of(server, run) == StateType.CRASHED} == {
        *("gone", "never begun")
    }
    assert {work.name for work in drain.end_lost(settings, now=now + timedelta(hours=7))} == {"elsewhere"}
    with server.client() as client:
        client.set_flow_run_state(runs["lives"], Completed(), force=True)


def test_what_a_killed_worker_left_is_ended_before_another_begins(
    server: DoorServer, settings: Settings
) -> None:
    left = {run_of(server, state=Running()), run_of(server, "conserva", state=Pending())}
    assert {work.id for work in drain.undo(settings)} == left
    assert {state_of(server, one) for one in left} == {StateType.CRASHED}
    assert drain.at_work(settings) == []


@contextmanager
def online(server: DoorServer, name: str = "an earlier one") -> Iterator[Callable[[], None]]:
    """A worker that Prefect alone knows of; what it yields is its heartbeat."""
    pool = server.settings.work_pool

    def beat() -> None:
        with server.client() as client:
            client.send_worker_heartbeat(pool, name, heartbeat_interval_seconds=30)

    beat()
    try:
        yield beat
    finally:
        with server.client() as client:
            client.request(
                "DELETE",
                "/work_pools/{work_pool_name}/workers/{name}",
                path_params={"work_pool_name": pool, "name": name},
            )


def test_a_worker_without_a_lock_that_is_online_keeps_its_runs_and_is_told_of(
    server: DoorServer, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (settings.state / drain.LOCK).unlink(missing_ok=True)
    running = run_of(server, name="invio", state=Running())
    before = dict(os.environ)
    os.environ["BOLLETTINO_STATE"] = str(settings.state)
    try:
        with online(server) as beat:
            beat()
            assert main(["drain", "--undo", "--profile", str(settings.path)]) == 0
            assert f"there is no {drain.LOCK} in {settings.state}, yet a worker" in capsys.readouterr().out
            assert [work.id for work in drain.drain(settings, lambda *_: None, 0)] == [running]
            assert state_of(server, running) == StateType.RUNNING
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert not drain.doubt(settings)
    assert [work.id for work in drain.undo(settings)] == [running]


def test_what_began_after_the_heartbeat_of_a_worker_that_is_online_is_not_ended(
    server: DoorServer, settings: Settings
) -> None:
    os.close(drain.say_that_it_works(settings.state))
    old = run_of(server, name="vecchio", state=Running())
    with online(server) as beat:
        beat()
        young = run_of(server, name="nuovo", state=Running())
        assert [work.id for work in drain.settle(settings)] == [old]
        assert state_of(server, young) == StateType.RUNNING
    assert [work.id for work in drain.settle(settings)] == [young]


def test_what_another_host_has_is_not_ended_here(server: DoorServer, settings: Settings) -> None:
    """A host that comes back finds its own lock free, while the others send."""
    os.close(drain.say_that_it_works(settings.state))
    here = socket.gethostname()
    own, elsewhere = (run_of(server, name=name, state=Running()) for name in ("mio", "altrui"))
    taken = run_of(server, name="preso", state=Pending())
    with server.client() as client:
        client.update_flow_run(own, infrastructure_pid=f"{here}:{os.getpid()}")
        client.update_flow_run(elsewhere, infrastructure_pid="un-altro:1")
    with online(server, "un-altro-1") as beat:
        beat()
        assert [work.id for work in drain.undo(settings)] == [own]
        assert {state_of(server, elsewhere), state_of(server, taken)} == {
            *(StateType.RUNNING, StateType.PENDING)
        }
    assert [work.id for work in drain.settle(settings)] == [taken]
    with server.client() as client:
        client.set_flow_run_state(elsewhere, Completed(), force=True)


def test_a_host_with_other_state_folders_or_a_copy_of_them_is_named(
    server: DoorServer, settings: Settings, tmp_path: Path
) -> None:
    """By the lock that its workers hold beside these folders: a file that came along with a copy is none."""
    states = settings.server_state.parent
    elsewhere = hosts.stand(tmp_path)
    shutil.copytree(tmp_path / hosts.FOLDER, states / hosts.FOLDER)
    (states / hosts.FOLDER / socket.gethostname()).rename(states / hosts.FOLDER / "un-altro")
    with online(server, "un-altro-1"), online(server, f"{socket.gethostname()}-1"):
        assert hosts.elsewhere(settings) == ["un-altro"]
        with (states / hosts.FOLDER / "un-altro").open() as its:
            fcntl.flock(its, fcntl.LOCK_SH)
            assert hosts.elsewhere(settings) == []
        assert hosts.elsewhere(settings) == ["un-altro"]
    assert hosts.elsewhere(settings) == [], "who does not work harms nobody"
    os.close(elsewhere)


def test_the_verb_says_what_it_waits_for_and_what_still_runs(
    server: DoorServer,
    settings: Settings,
    worker: list[int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = dict(os.environ)
    monkeypatch.setattr(drain.drain, "__defaults__", (0.1,))

    def typed(*words: str) -> tuple[int, str, str]:
        os.environ["BOLLETTINO_STATE"] = str(settings.state)
        code = main(["drain", "--profile", str(settings.path), *words])
        return code, *capsys.readouterr()

    try:
        assert typed("--dry-run") == (0, "nothing runs\n", "")
        run_of(server, name="invio", state=Running())
        code, told, _ = typed("--dry-run")
        assert (code, told.splitlines()[0]) == (0, "runs:")
        assert not is_paused(server)
        code, told, _ = typed()
        assert code == 2
        assert told.startswith("waiting for:\n  invio: Running, for ")
        assert "still running, and the work pool stays paused:\n  invio: Running" in told
        code, told, complaints = typed("--json")
        assert code == 2
        document = json.loads(told)
        assert document["paused"] is True
        assert [one["name"] for one in document["running"]] == ["invio"]
        assert "still running" in complaints
        os.close(worker.pop())
        code, told, _ = typed("--undo")
        assert (code, told.splitlines()) == (
            0,
            ["ended, its process was gone: invio", "bollettino-esempio goes on"],
        )
        assert not is_paused(server)
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_another_comune_s_runs_are_not_ours(server: DoorServer, settings: Settings) -> None:
    ours = run_of(server, state=Running())
    other = Settings(
        settings.profile.model_copy(update={"slug": "altrove"}), settings.path, settings.state / "other"
    )
    assert drain.at_work(other) == []
    assert drain.settle(other) == []
    assert state_of(server, ours) == StateType.RUNNING
    with pytest.raises(BollettinoError, match="knows no work pool bollettino-altrove"):
        drain.pause(other, is_paused=True)


def test_a_process_that_takes_its_place_still_holds_it_and_its_end_is_seen(tmp_path: Path) -> None:
    """As the worker does: it says so, and becomes Prefect's."""
    assert not drain.is_anyone_working(tmp_path)
    code = (
        "import os, sys; from pathlib import Path; from flows.runs import drain\n"
        "drain.say_that_it_works(Path(sys.argv[1]))\n"
        "os.execv(sys.executable, [sys.executable, '-c', 'print(1, flush=True); input()'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        assert drain.is_anyone_working(tmp_path)
        lock = os.open(tmp_path / drain.LOCK, os.O_RDWR)
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # a second worker is not refused
        os.close(lock)
        process.kill()
        process.wait()
    wait_for("the system to let go", lambda: not drain.is_anyone_working(tmp_path))
