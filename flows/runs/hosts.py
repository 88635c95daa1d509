"""The hosts of one fleet: whether the state folders of its Comuni are the same on all of them.

A Comune's journal of consent and its count of sends lie in its state folder, whichever host works for it. On
another folder a host refuses to send (`flows.sending.witness`), and its watchdog takes whoever was served
elsewhere for silent. So each host that has a worker holds a lock of its name beside these folders: who does
not see it held has others, a copy of them, or a disk over which no lock is seen; the journal needs both.
"""

import fcntl
import os
import re
import socket
from collections.abc import Iterable
from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import Worker, WorkerStatus
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

from db import disk
from flows.runs import server_health
from flows.runs.client import Pool
from flows.settings import Settings

FOLDER = "_hosts"  # beside the state folders of the Comuni; no slug begins like it
NAMED = re.compile(r"(.+)-\d+")  # a fleet's worker: its host and its number there
NOT_FOUND = 404


def stand(states: Path) -> int:
    """Be seen by all that have the same folder, as long as this process lives, or a copy of it.

    Returns the descriptor that keeps it.
    """
    folder = states / FOLDER
    folder.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
    lock = os.open(folder / socket.gethostname(), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_SH)
    os.set_inheritable(lock, True)
    return lock


def unseen(states: Path, hosts: Iterable[str]) -> list[str]:
    """Which of these have a worker, but do not stand beside these folders."""
    return [host for host in hosts if not disk.is_locked(states / FOLDER / host)]


def elsewhere(settings: Settings) -> list[str]:
    """Hosts that work for this fleet with other state folders than are seen here. NoServerError."""
    with server_health.connected(settings), server_health.answering():
        return unseen(settings.server_state.parent, others(settings))


def others(pool: Pool) -> list[str]:
    """Hosts of this pool's other workers that are online."""
    hosts = {found[1] for worker in online(pool) if (found := NAMED.fullmatch(worker.name))}
    return sorted(hosts - {socket.gethostname()})


def online(pool: Pool) -> list[Worker]:
    """The workers of a pool that the server takes for alive; none where there is no pool."""
    with get_client(sync_client=True) as client:
        try:
            workers = client.read_workers_for_work_pool(pool.work_pool)
        except (ObjectNotFound, PrefectHTTPStatusError) as exc:
            response = getattr(exc, "response", None)
            if response is not None and response.status_code != NOT_FOUND:
                raise
            return []
    return [worker for worker in workers if worker.status == WorkerStatus.ONLINE]
