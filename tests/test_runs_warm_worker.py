"""The process that is copied for each run, and the launcher that stands for a copy."""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from prefect.settings.models.worker import WorkerSettings
from sqlalchemy import inspect

from db import schema
from db.models import Bulletin
from flows import worker
from flows.bulletin.language import spelling
from flows.bulletin.language.spelling import lemma, misspelt
from flows.deploy import LAUNCHER
from flows.runs import warm_worker
from flows.runs.launcher import ADDRESS, LENGTH
from flows.sending import drain as sender
from tests.world.installation import wait_for
from tests.world.trouble import copy_of

pytestmark = [
    pytest.mark.slow,  # it starts processes
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere runs begin cold"),
]

# In place of Prefect's engine: what the environment says.
SERVER = """
import os, socket, sys
from flows.runs import warm_worker
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("ready", flush=True)
order = warm_worker.Copies(listener, sys.stdin.fileno()).serve()
if order:
    warm_worker.take_on(order)
    exec(os.environ["DO"])
"""


class Warm:
    def __init__(self, process: "subprocess.Popen[str]", address: Path) -> None:
        self.process, self.address = process, address

    def launch(self, do: str, **environment: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            LAUNCHER,
            cwd="/",
            env={ADDRESS: str(self.address), "DO": do, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self) -> None:
        """As its worker's end does."""
        assert self.process.stdin
        self.process.stdin.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Warm]:
    with serving(tmp_path) as found:
        yield found


@contextmanager
def serving(tmp_path: Path, before: str = "") -> Iterator[Warm]:
    """`before`: what the warm process does first."""
    address = tmp_path / "socket"
    with subprocess.Popen(
        [sys.executable, "-c", before + SERVER, str(address)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "ONLY": "of the warm one"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        found = Warm(process, address)
        yield found
        found.end()
        try:
            process.wait(10)
        finally:
            process.kill()


def running(launcher: "subprocess.Popen[str]") -> psutil.Process:
    pid = wait_for("its copy", lambda: copy_of(launcher.pid))
    assert pid is not None
    return psutil.Process(pid)


def test_a_copy_has_the_launchers_environment_folder_and_output_and_nothing_else(server: Warm) -> None:
    run = server.launch(
        "import sys; print(sorted({*os.environ} - {'LC_CTYPE'}), os.getcwd(), os.getpid()); 1 / 0",
        MINE="x",
    )
    out, err = run.communicate(timeout=10)
    told = out.split()
    assert out.startswith("['BOLLETTINO_WARM', 'DO', 'MINE'] / ")
    assert int(told[-1]) not in (run.pid, server.process.pid)
    assert "ZeroDivisionError" in err


@pytest.mark.parametrize(
    ("do", "code"),
    [("pass", 0), ("sys.exit(3)", 3), ("1 / 0", 1), ("os.kill(os.getpid(), 9)", -9), ("os.abort()", -6)],
)
def test_the_launcher_ends_as_its_copy_did(server: Warm, do: str, code: int) -> None:
    run = server.launch(f"import sys; {do}")
    run.communicate(timeout=10)
    assert run.returncode == code
    assert server.launch("print('next')").communicate(timeout=10)[0] == "next\n"


def test_runs_are_processes_side_by_side_and_each_tells_its_own_end(server: Warm) -> None:
    slow, fast = server.launch("input()"), [server.launch(f"os._exit({code})") for code in (4, 5, 6)]
    assert [run.wait(10) for run in fast] == [4, 5, 6]
    copy = running(slow)
    assert slow.poll() is None
    copy.send_signal(signal.SIGTERM)
    assert slow.wait(10) == -signal.SIGTERM


def test_a_request_to_end_reaches_the_run_and_its_answer_comes_back(server: Warm) -> None:
    do = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(7)); print(1); input()"
    run = server.launch(do)
    assert run.stdout
    assert run.stdout.readline() == "1\n"
    run.send_signal(signal.SIGINT)  # Ctrl-C in the worker's terminal
    run.terminate()
    assert run.wait(10) == 7


def test_a_request_to_end_that_comes_while_a_run_begins_reaches_it_too(tmp_path: Path) -> None:
    """The run is at work already when its launcher is told which process it is."""
    late = """
import os, time
real = os.pidfd_open
def pidfd_open(pid):
    time.sleep(1)
    return real(pid)
os.pidfd_open = pidfd_open
"""
    do = "import signal, sys; signal.signal(15, lambda *_: sys.exit(7)); print(1, flush=True); input()"
    with serving(tmp_path, late) as server:
        run = server.launch(do)
        assert run.stdout
        assert run.stdout.readline() == "1\n"
        run.send_signal(signal.SIGINT)
        run.terminate()
        assert run.wait(10) == 7


def test_who_kills_the_launcher_kills_the_run(server: Warm) -> None:
    run = server.launch("import time; time.sleep(60)")
    copy = running(run)
    run.kill()
    assert copy.wait(10) is None  # not our child: its end is all that is seen
    assert server.launch("print('next')").communicate(timeout=10)[0] == "next\n"


def test_without_its_worker_it_begins_nothing_and_stays_until_the_last_run_has_ended(server: Warm) -> None:
    run = server.launch("import sys; print('up', flush=True); input()")
    copy = running(run)
    server.end()
    wait_for("the socket to refuse", lambda: not answers(server.address))
    assert server.process.poll() is None
    copy.kill()
    assert run.wait(10) == -9
    assert server.process.wait(10) == 0


def test_a_run_outlives_a_warm_process_that_was_killed_and_is_not_said_to_have_gone_well(
    server: Warm,
) -> None:
    run = server.launch("import time; time.sleep(1); print('done')")
    running(run)
    server.process.kill()
    out, _ = run.communicate(timeout=10)
    assert (out, run.returncode) == ("done\n", 1)


def test_an_order_that_is_cut_off_costs_no_other(server: Warm) -> None:
    for cut in (b"", LENGTH.pack(100) + b"{", LENGTH.pack(2) + b"[]"):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(server.address))
            link.sendall(cut)
    assert server.launch("print('next')").communicate(timeout=10)[0] == "next\n"


def test_a_run_that_cannot_be_watched_does_not_go_on_and_costs_no_other(tmp_path: Path) -> None:
    """Its launcher says that it did not begin, and Prefect begins another."""
    fails_once = """
import errno, os
real = os.pidfd_open
def pidfd_open(pid):
    os.pidfd_open = real
    raise OSError(errno.EMFILE, "too many open files")
os.pidfd_open = pidfd_open
"""
    with serving(tmp_path, fails_once) as server:
        mark = tmp_path / "mark"
        run = server.launch(f"import time; time.sleep(1); open({str(mark)!r}, 'w')")
        _, err = run.communicate(timeout=10)
        assert (run.returncode, "did not begin it" in err) == (1, True)
        assert server.launch("print('next')").communicate(timeout=10)[0] == "next\n"
        time.sleep(1.2)
        assert not mark.exists()


def test_a_machine_without_descriptors_of_processes_begins_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    assert warm_worker.is_possible()
    monkeypatch.delattr(os, "pidfd_open")
    assert not warm_worker.is_possible()


def test_a_worker_that_a_shell_has_put_into_the_background_can_be_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Prefect's worker (3.9.1) turns SIGTERM into a SIGINT to itself, which such a shell had it ignore: it
    went on for ever.
    """
    heard: list[object] = []
    monkeypatch.setattr(warm_worker, "is_possible", lambda: False)
    monkeypatch.setattr(os, "execv", lambda *_: heard.append(signal.getsignal(signal.SIGINT)))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        warm_worker.start("a-pool", "worker", lambda: None)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIG_DFL]


def test_a_worker_begins_no_more_runs_than_the_machine_has_memory_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(warm_worker, "is_possible", lambda: False)
    monkeypatch.setattr(os, "execv", lambda _, command: commands.append(command))
    for limit in (40, None):
        warm_worker.start("a-pool", "worker", lambda: None, limit=limit)
    assert [command[-2:] for command in commands] == [["--limit", "40"], ["--name", "worker"]]


def test_a_worker_that_is_asked_whether_it_is_well_answers_on_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Prefect's server for it is a thread, which no process of ours may have when a run is copied from it."""
    told: list[str] = []
    monkeypatch.setattr("os.environ", {**os.environ})

    def beside(_import_all: object) -> bool:
        told.extend(name for name in os.environ if "WEBSERVER" in name)
        return False

    monkeypatch.setattr(warm_worker, "_beside", beside)
    monkeypatch.setattr(os, "execv", lambda _, command: told.append(command[-1]))
    warm_worker.start("a-pool", "worker", lambda: None, limit=40, port=4401)
    assert told == ["--with-healthcheck"], "and the process that is copied was there before"
    given = {name: value for name, value in os.environ.items() if "WEBSERVER" in name}
    assert given == {
        "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        "PREFECT_WORKER_WEBSERVER_PORT": "4401",
    }
    settings = WorkerSettings().webserver
    assert (settings.host, settings.port) == ("127.0.0.1", 4401)


def test_where_none_is_warm_the_engine_begins_cold(tmp_path: Path) -> None:
    for address in ({}, {ADDRESS: str(tmp_path / "gone")}):
        run = subprocess.run(
            LAUNCHER,
            env={**address, "PREFECT__FLOW_RUN_ID": "no id"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 1
        assert "Invalid flow run id" in run.stderr


def test_threads_are_no_part_of_a_copy_and_so_none_may_be_there() -> None:
    go_on = threading.Event()
    thread = threading.Thread(target=go_on.wait, name="poller")
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="poller"):
            warm_worker.require_no_threads()
    finally:
        go_on.set()
        thread.join()


def answers(address: Path) -> bool:
    time.sleep(0.05)
    with socket.socket(socket.AF_UNIX) as link:
        return link.connect_ex(str(address)) == 0


def test_a_send_leaves_alone_what_a_copy_shares_with_the_warm_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gc.unfreeze()  # what the suite keeps apart
    try:
        for freezes in (gc.freeze, lambda: None):
            monkeypatch.setattr(sender, "_COPIES", set())
            freezes()
            is_copy = gc.get_freeze_count() > 0
            for _ in range(2):
                with sender._undisturbed():
                    assert gc.get_freeze_count() > 0
                assert (gc.get_freeze_count() > 0) == is_copy
            gc.unfreeze()
    finally:
        gc.freeze()


def test_what_every_run_needs_is_read_once_for_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an editor sees it: an approval is checked without half a second for the dictionary."""
    schema.head.cache_clear()
    worker.prepare()
    assert schema.head.cache_info().currsize == 1
    assert inspect(Bulletin).configured
    began = time.perf_counter()
    monkeypatch.setattr(spelling, "SpellChecker", None)  # no dictionary is read any more
    assert lemma("chiude") == "chiudere"
    assert misspelt("La modaltà di iscrizione") == ("modaltà",)
    assert time.perf_counter() - began < 0.05


@pytest.mark.parametrize(("ends", "code"), [("", 0), ("sys.exit()", 0), ("sys.exit(3)", 3), ("1 / 0", 1)])
def test_a_run_leaves_with_its_code_its_threads_and_what_is_to_be_done_at_an_end(
    server: Warm, tmp_path: Path, ends: str, code: int
) -> None:
    """In place of Prefect's engine a module of that name; what the process holds is not taken apart."""
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "__init__.py").touch()
    held = "class Held:\n    def __del__(self): print('taken apart')\n\n"
    late = "threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()\n"
    engine = f"import atexit, sys, threading, time\n{held}sys.held = Held()\n{late}"
    (tmp_path / "prefect" / "engine.py").write_text(f"{engine}atexit.register(print, 'at exit')\n{ends}\n")
    run = server.launch(f"sys.path.insert(0, {str(tmp_path)!r})\nwarm_worker.run_engine()")
    out, _ = run.communicate(timeout=30)
    assert run.returncode == code
    assert out.split("\n")[:2] == ["thread", "at exit"]
    assert code or "taken apart" not in out
