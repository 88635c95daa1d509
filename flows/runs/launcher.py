"""What the worker starts for each flow run: a copy of the warm process does it, or else Prefect's own engine.

A file that is run, not imported, with nothing of the project or of Prefect: it lives as long as the run and
stands for it. Who ends it ends the run; it ends as the run ended.
"""

import json
import os
import select
import signal
import socket
import struct
import sys

ADDRESS = "BOLLETTINO_WARM"  # of the warm process's socket; without one the run begins cold
LENGTH = struct.Struct("!I")
HELD = {signal.SIGINT, signal.SIGTERM}
ENDED = struct.Struct("!i")  # the run's exit code, or the signal that ended it as a negative number


def main() -> int:
    # what comes while a run begins waits until it can be passed on: it would end this process alone
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
    asked = ask(os.environ.get(ADDRESS, ""))
    if asked is None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
        os.execv(sys.executable, [sys.executable, "-m", "prefect.engine"])  # noqa: S606  no shell is meant
    link, run = asked
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the worker's terminal is not meant for its runs
    signal.signal(signal.SIGTERM, lambda number, _frame: pass_on(run, number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
    code = ending(link)
    if code is None:  # the warm process died, its copy did not: how that ends is not known any more
        select.select([run], [], [])
        return 1
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return abs(code)


def pass_on(run: int, number: int) -> None:
    try:
        signal.pidfd_send_signal(run, number)
    except ProcessLookupError:  # it has just ended: how is about to be read
        return


def ask(address: str) -> tuple[socket.socket, int] | None:
    """The link to the warm process and a descriptor of the run's; None where none answers."""
    link = socket.socket(socket.AF_UNIX)
    try:
        link.connect(address)
        _, user, _ = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    except OSError:  # also an empty address, or one that is too long
        return None
    if user != os.geteuid():  # somebody else took the place: the environment is not for them
        return None
    # from here on a run may have begun: whatever fails, it is not begun a second time
    order = json.dumps({"environment": dict(os.environ), "directory": os.getcwd()}).encode()  # noqa: PTH109  pathlib costs the start 10 ms
    socket.send_fds(link, [LENGTH.pack(len(order))], [0, 1, 2])
    link.sendall(order)
    _, descriptors, _, _ = socket.recv_fds(link, 1, 1)
    if not descriptors:
        sys.exit("the warm process took the run and did not begin it; its words are in the worker's log")
    return link, descriptors[0]


def ending(link: socket.socket) -> int | None:
    told = b""
    while len(told) < ENDED.size:
        part = link.recv(ENDED.size - len(told))
        if not part:
            return None
        told += part
    code: int = ENDED.unpack(told)[0]
    return code


if __name__ == "__main__":
    sys.exit(main())
