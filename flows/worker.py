"""Starts Prefect's worker of an installation, with a process beside it that holds what every run needs."""

import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from flows.settings import BollettinoError, fleet_folder

if TYPE_CHECKING:  # Prefect, which is imported once the process has its environment
    from flows.runs.client import Pool

EVERY = 0.5  # seconds between two looks at the worker
PATIENCE = 900.0  # seconds for its runs to end; the unit gives its stop a minute more


def work(pool: "Pool", *, port: int | None = None) -> None:
    """Become the worker, until it is stopped. `port`: where a fleet's tells whether it looks for runs."""
    from flows.runs import drain, hosts, pausable_worker, warm_worker

    if (pool.server_state / pausable_worker.REST).exists():
        print("this machine's workers rest: `python -m flows drain --undo` lets them take runs again",
              file=sys.stderr, flush=True)  # fmt: skip
    drain.say_that_it_works(pool.server_state)
    if fleet_folder():  # whose pool may have several workers, on several machines
        hosts.stand(pool.server_state.parent)
        name = f"{socket.gethostname()}-{drain.place(pool.server_state)}"
        warm_worker.start(pool.work_pool, name, prepare, pool.server_state, limit=pool.most_runs, port=port)
    else:
        warm_worker.start(pool.work_pool, "worker", prepare)


def keep(pool: "Pool", *, port: int | None = None) -> int:
    """Be the worker's parent, which drains it before it ends it on SIGTERM; 0 then, 1 where the worker died.

    For a unit: systemd gives `ExecStop=` none of the unit's credentials (257, tried), and without them the
    server does not answer `drain`.
    """
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
    words = ["worker", "--port", str(port)] if port else ["worker"]
    with subprocess.Popen([sys.executable, "-m", "flows", *words]) as worker:
        while worker.poll() is None and not asked:
            time.sleep(EVERY)
        if worker.returncode is not None:
            return 1
        if fleet_folder():
            print("drained" if _left(worker) else "not drained: a run goes on", flush=True)
            worker.terminate()
            return 0
        from flows.runs import drain  # late: with Prefect it takes 80 MB, of which who waits has no use

        try:
            left = drain.drain(pool, lambda _works, _share: None)
        except Exception as exc:  # noqa: BLE001  the server is away, for instance: the machine goes down all the same
            print(f"not drained: {type(exc).__name__}", file=sys.stderr, flush=True)
        else:
            print("\n".join(["drained", *map(drain.line, left)]), flush=True)
        worker.terminate()
    return 0


def _left(worker: "subprocess.Popen[bytes]") -> bool:
    """Whether it has ended after its last run: it alone, since the others of the pool go on."""
    worker.send_signal(signal.SIGUSR1)
    try:
        worker.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        return False
    return True


def prepare() -> None:
    """Whatever a run may need, once for all of them: each deployment's flow with all that it imports, and
    what would be read or worked out at its first use, while an editor waits.
    """
    import holidays.countries  # noqa: F401  all 250 of them, 80 ms: a profile asks for Italy's
    import prefect.flow_engine  # noqa: F401
    from sqlalchemy.orm import configure_mappers

    from db import schema
    from flows import deploy
    from flows.bulletin.language import spelling
    from flows.fleet import registry
    from flows.profiles import wording
    from flows.runs import preloading

    entries = ["entrypoint", *([deploy.FOR_ALL] if fleet_folder() else [])]
    for block in deploy.blocks()[0]:
        for name in entries:
            if name in block:
                deploy.entry(block[name])
    configure_mappers()
    schema.head()
    spelling.load()
    wording.texts()
    preloading.prepare()
    if fleet := registry.of_process():
        with suppress(BollettinoError):  # the runs will say it
            fleet.roll()  # what stays as it is is not parsed again: a run of 300 Comuni else takes 0.4 s
