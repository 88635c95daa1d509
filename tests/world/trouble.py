"""What befalls an installation: processes that are killed or stand still, a database that somebody holds."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psutil
from prefect.client.schemas import FlowRun
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterIdempotencyKey
from sqlmodel import select

from db import bulletins
from db.engine import reading, transaction
from db.models import Approval, Bulletin, BulletinStatus, BulletinVersion
from flows.deploy import LAUNCHER
from flows.watch import Watched, answering, rounds
from tests.world.installation import Installation, wait_for

APPROVE, SAVE = "Approva: parte subito", "Salva, continuo dopo"


def kill(installation: Installation, words: str) -> None:
    """kill -9 of one of its processes; `run` starts another."""
    before = installation.pid(words)
    assert before is not None, words
    os.kill(before, signal.SIGKILL)
    wait_for(f"another {words}", lambda: installation.pid(words) not in (None, before))


def kill_server(installation: Installation) -> None:
    """And wait until the next one answers."""
    kill(installation, "flows prefect")

    def answers() -> bool:
        with installation.prefect() as client:
            return client.api_healthcheck() is None

    wait_for("the server to answer again", answers)


@contextmanager
def standing_still(installation: Installation, words: str) -> Iterator[int]:
    """A process of it does nothing meanwhile; its PID."""
    pid = installation.pid(words)
    assert pid is not None, words
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        if psutil.pid_exists(pid):  # else killed meanwhile
            os.kill(pid, signal.SIGCONT)


@contextmanager
def held(installation: Installation, number: int) -> Iterator[None]:
    """Another process has the bulletin's row for itself; on SQLite, whoever writes."""
    with transaction(installation.engine) as session:
        bulletins.locked(session, number)
        yield


def process_of(run_id: str) -> psutil.Process | None:
    """The process that works on a flow run at this moment, which its launcher does not."""
    for process in psutil.process_iter():
        try:
            if process.environ().get("PREFECT__FLOW_RUN_ID") == run_id:
                if LAUNCHER[-1] not in process.cmdline():
                    return process
                if pid := copy_of(process.pid):
                    return psutil.Process(pid)
        except (psutil.Error, OSError):  # ended meanwhile, or not ours to read
            continue
    return None


def copy_of(launcher: int) -> int | None:
    """The PID of the process that a launcher holds a descriptor of; None before it has one."""
    for told in Path(f"/proc/{launcher}/fdinfo").iterdir():
        try:
            fields = dict(line.split(":", 1) for line in told.read_text().splitlines())
        except FileNotFoundError:  # closed between the two looks
            continue
        if int(fields.get("Pid", 0)) > 0:
            return int(fields["Pid"])
    return None


def is_running(installation: Installation, run_id: str) -> bool:
    with installation.prefect() as client:
        state = client.read_flow_run(UUID(run_id)).state
    return state is not None and state.is_running()


def started_sends(installation: Installation, number: int, version: int) -> list[FlowRun]:
    """Runs of `invia` that were started for this approval, but for those that replace one."""
    key = FlowRunFilterIdempotencyKey(any_=[f"dispatch-{number}-{version}-0"])
    with installation.prefect() as client:
        return client.read_flow_runs(flow_run_filter=FlowRunFilter(idempotency_key=key))


def status(installation: Installation, number: int) -> BulletinStatus:
    """Read without a lock, so that nobody waits for it."""
    with reading(installation.engine) as session:
        return BulletinStatus(session.exec(select(Bulletin.status).where(Bulletin.id == number)).one())


def soon(what: str, look: Callable[[], bool], seconds: float = 60) -> None:
    """Like `wait_for`, within milliseconds."""
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.004)


def watch(installation: Installation, *, later: timedelta = timedelta()) -> Watched:
    """One round of `sorveglia`, as if so much time had passed."""
    now = datetime.now(UTC) + later
    with installation.at_server():
        busy = answering(installation.settings, installation.engine, now)
        return rounds(installation.settings, installation.engine, answering=busy, now=now)[0]


def versions(installation: Installation, number: int) -> list[BulletinVersion]:
    with transaction(installation.engine) as session:
        found = select(BulletinVersion).where(BulletinVersion.bulletin_id == number)
        return sorted(session.exec(found), key=lambda one: one.number)


def sent_once(installation: Installation, number: int, *words: str) -> None:
    """One decision, and every citizen has one message, which holds these words."""
    sent = installation.ends_as(number, "sent")
    with transaction(installation.engine) as session:
        decided = list(session.exec(select(Approval).where(Approval.bulletin_id == number)))
    assert len(decided) == 1
    received = installation.received(sent.code)
    assert len(received) == len(installation.ask("/_prova/telefoni"))
    for messages in received.values():
        assert len(messages) == 1
        assert all(one in messages[0] for one in words), messages
