"""The worker, and beside it a process that has imported everything and is copied for each flow run.

The worker is Prefect's own for processes. A run that begins cold imports for some
seconds; a copy (`fork`) of a process that has done so begins at once, and is a process with an environment of
its own all the same. On Linux only: elsewhere runs begin cold, as they do whenever the warm process is gone.
"""

import atexit
import gc
import json
import os
import runpy
import selectors
import shutil
import signal
import socket
import struct
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flows.runs.launcher import ADDRESS, ENDED, LENGTH

PATIENCE = 10.0  # seconds for an order to arrive whole


@dataclass(frozen=True)
class Order:
    """One run, as its launcher was told to do it."""

    environment: dict[str, str]
    directory: str
    descriptors: list[int]  # the launcher's input, output and errors


def start(
    pool: str,
    name: str,
    import_all: Callable[[], None],
    state: Path | None = None,
    *,
    limit: int | None = None,
    port: int | None = None,
) -> None:
    """Become a worker of a pool; it returns in other processes, at the end of the warm one and of runs.

    `state`: the folder by which it can be told to take nothing new (`flows.runs.pausable_worker`). `limit`:
    the most runs side by side; what is beyond waits in the server's queues, in their order. `port`: where
    Prefect's worker answers on this machine whether it still looks for runs, if anywhere.
    """
    try:
        if is_possible() and _beside(import_all):
            return
    except OSError as exc:  # no folder, a long name, no process: runs begin cold
        print(f"no warm process ({exc}): runs begin cold", file=sys.stderr, flush=True)
    # a shell's background job inherits it ignored, and Prefect's worker, told to end, sends it to itself
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    worker = ["worker", "start", "--pool", pool, "--type", "process", "--name", name]
    worker += ["--limit", str(limit)] if limit else []
    if port:
        # its server is a thread of what takes this process's place: the warm one was made before, without
        worker.append("--with-healthcheck")
        os.environ["PREFECT_WORKER_WEBSERVER_HOST"] = "127.0.0.1"  # else on every address of the machine
        os.environ["PREFECT_WORKER_WEBSERVER_PORT"] = str(port)
    program = ["flows.runs.pausable_worker", str(state)] if state else ["prefect"]
    os.execv(sys.executable, [sys.executable, "-m", *program, *worker])  # noqa: S606  no shell is meant


def is_possible() -> bool:
    """Whether the machine has descriptors of processes, as old kernels and some containers have not."""
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return False
    own = os.pidfd_open(os.getpid())
    signal.pidfd_send_signal(own, 0)
    os.close(own)
    return True


def _beside(import_all: Callable[[], None]) -> bool:
    """Fork the warm process; True in it, at its end, and in a run, False in the worker to be."""
    folder = Path(tempfile.mkdtemp(prefix="bollettino-"))  # short: a socket's name has 107 bytes
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "socket"))
    listener.listen(128)  # who comes while it still imports waits
    lifeline, held = os.pipe()
    if os.fork() == 0:
        os.close(held)
        _warm(listener, lifeline, folder, import_all)
        return True
    listener.close()
    os.close(lifeline)
    os.set_inheritable(held, True)  # closed by the worker's end, however it comes
    os.environ[ADDRESS] = str(folder / "socket")
    return False


def _warm(listener: socket.socket, lifeline: int, folder: Path, import_all: Callable[[], None]) -> None:
    """Serve until the worker has ended and the last run too; in a copy, do the run."""
    order = None
    try:
        import_all()
        require_no_threads()
        gc.collect()
        gc.freeze()  # shared with the copies, as long as nothing looks through it
        order = Copies(listener, lifeline).serve()
    finally:
        if order is None:
            shutil.rmtree(folder, ignore_errors=True)
    if order:
        engine(order)


def require_no_threads() -> None:
    """RuntimeError: a copy would have the locks of such a thread, and not the thread that frees them."""
    if others := [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]:
        raise RuntimeError(f"threads that a copy would not have: {', '.join(others)}")


@dataclass
class Copy:
    """A run under way; `process` is a descriptor of it that no other process comes to stand behind."""

    pid: int
    process: int
    link: socket.socket  # to its launcher

    def end(self) -> None:
        """Its launcher is gone: killed by who meant the run."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.process, signal.SIGKILL)

    def told(self) -> None:
        """Reap it, and tell its launcher how it ended."""
        _, status = os.waitpid(self.pid, 0)
        with suppress(OSError):
            self.link.sendall(ENDED.pack(os.waitstatus_to_exitcode(status)))
        self.close()

    def close(self) -> None:
        self.link.close()
        os.close(self.process)


class Copies:
    """Makes a copy of this process for each launcher that asks, and tells it how the copy ended."""

    def __init__(self, listener: socket.socket, lifeline: int) -> None:
        self._listener, self._lifeline = listener, lifeline
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(lifeline, selectors.EVENT_READ)
        self._running: dict[int, Copy] = {}  # by both descriptors

    def serve(self) -> Order | None:
        """The order, in a copy; None in the warm process itself, once worker and runs have ended."""
        is_open = True
        while is_open or self._running:
            for key, _ in self._selector.select():
                copy = cast(Copy, key.data)
                if key.fileobj == self._lifeline:
                    is_open = False
                    self._stop()
                elif key.fileobj is self._listener:
                    if is_open and (order := self._begin()):
                        return order
                elif self._running.get(key.fd) is not copy:
                    continue  # ended a moment ago; its number may be another's by now
                elif key.fd == copy.process:
                    self._forget(copy)
                    copy.told()
                else:
                    self._selector.unregister(key.fd)
                    copy.end()
        return None

    def _stop(self) -> None:
        """No worker, no new runs."""
        for source in (self._lifeline, self._listener):
            self._selector.unregister(source)
        self._listener.close()
        os.close(self._lifeline)

    def _begin(self) -> Order | None:
        """Copy this process; the order in the copy, and None in this one."""
        try:
            link, _ = self._listener.accept()
        except OSError as exc:
            _unbegun(exc)
            return None
        try:
            order = receive(link)
        except (OSError, ValueError) as exc:
            link.close()
            _unbegun(exc)
            return None
        sys.stdout.flush()  # else each copy writes it once more
        sys.stderr.flush()
        pid = -1
        try:
            pid = os.fork()
            if pid == 0:
                try:
                    self._leave(link)
                except OSError:  # never a second warm process
                    os._exit(1)
                return order
            copy = Copy(pid, os.pidfd_open(pid), link)
        except OSError as exc:  # its launcher is told that it did not begin: so it must not go on
            if pid > 0:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            link.close()
            _unbegun(exc)
            return None
        finally:
            if pid != 0:
                for descriptor in order.descriptors:
                    os.close(descriptor)
        for source in (copy.process, link.fileno()):
            self._running[source] = copy
            self._selector.register(source, selectors.EVENT_READ, copy)
        with suppress(OSError):  # a launcher that is gone is seen by its closed link
            socket.send_fds(link, [b"+"], [copy.process])
        return None

    def _forget(self, copy: Copy) -> None:
        for source in (copy.process, copy.link.fileno()):
            del self._running[source]
            with suppress(KeyError):
                self._selector.unregister(source)

    def _leave(self, link: socket.socket) -> None:
        """In a copy: nothing of the warm process, whose end must be seen by who waits for it."""
        self._selector.close()
        self._listener.close()
        os.close(self._lifeline)
        link.close()
        for copy in {id(copy): copy for copy in self._running.values()}.values():
            copy.close()


def _unbegun(exc: Exception) -> None:
    print(f"a run could not be begun warm ({exc})", file=sys.stderr, flush=True)


def receive(link: socket.socket) -> Order:
    """A launcher's order. OSError or ValueError when it is none, not whole, or another user's."""
    _, user, _ = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if user != os.geteuid():
        raise ValueError(f"asked for by the user with id {user}")
    link.settimeout(PATIENCE)
    head, descriptors, _, _ = socket.recv_fds(link, LENGTH.size, 3)
    try:
        if len(head) < LENGTH.size or len(descriptors) < 3:
            raise ValueError("the order is cut off")
        order = json.loads(_whole(link, *LENGTH.unpack(head)))
        link.settimeout(None)
        return Order(dict(order["environment"]), str(order["directory"]), descriptors)
    except (OSError, ValueError, LookupError, TypeError) as exc:
        for descriptor in descriptors:
            os.close(descriptor)
        raise ValueError(f"no order: {exc}") from exc


def _whole(link: socket.socket, length: int) -> bytes:
    body = b""
    while len(body) < length:
        part = link.recv(length - len(body))
        if not part:
            raise ValueError("it is cut off")
        body += part
    return body


def engine(order: Order) -> None:
    """Prefect's engine, for the one run that its environment names."""
    take_on(order)
    from prefect.context import refresh_global_settings_context

    refresh_global_settings_context()
    run_engine()


def run_engine() -> None:
    """As `python -m prefect.engine`."""
    sys.argv = ["prefect.engine"]
    warnings.filterwarnings("ignore", category=RuntimeWarning, module="runpy")  # that it is imported already
    try:
        runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)
    except SystemExit as exc:
        if exc.code:
            raise
    leave()


def leave() -> None:
    """End a run that ended well, after what is to be done at an end.

    Python would take apart all that was imported for it, object by object, of which each page had been
    shared until then: a fifth of the run's CPU, and 57 MB.
    """
    threading._shutdown()  # type: ignore[attr-defined]  # as multiprocessing ends its copies: threads first
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def take_on(order: Order) -> None:
    """The launcher's input and output, its environment and its folder."""
    for place, descriptor in enumerate(order.descriptors):
        os.dup2(descriptor, place)
        os.close(descriptor)
    os.setsid()  # Ctrl-C in the worker's terminal is not meant for it
    os.environ.clear()
    os.environ.update(order.environment)
    os.chdir(order.directory)
