"""A sender's sign of life, and what becomes of the claims of one that gave none."""

import os
import socket
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlmodel import Session

from db import claims, senders

SPACE = Path("/proc/self/ns/pid")  # in which the numbers of processes are told
OF_MACHINE = 0xEFFFFFFC  # of Linux, of the machine itself (PROC_PID_INIT_INO); each container has its own


def here() -> str:
    """Where a process's number means this one: the machine, or of it the container.

    The containers of a pod share a name, and what is one process's number here is another's there.
    """
    name = socket.gethostname()
    space = SPACE.stat().st_ino if SPACE.exists() else OF_MACHINE
    return name if space == OF_MACHINE else f"{name}/{space}"


def begin(session: Session, bulletin_id: int | None, *, now: datetime) -> UUID:
    """Write this process down as a sender of a bulletin, or (None) of the answers."""
    return senders.register(session, bulletin_id, host=here(), pid=os.getpid(), now=now)


def reap(session: Session, bulletin_id: int | None, *, now: datetime) -> int:
    """What dead senders of it had begun is uncertain from now on; returns how many.

    A process from here that is gone is dead at once: nobody waits for a sign that cannot come.
    """
    own = senders.pids(session, here())
    senders.end(session, [sender for sender, pid in own.items() if not _exists(pid)])
    return claims.abandon(session, bulletin_id, living=senders.living(session, now=now), now=now)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
