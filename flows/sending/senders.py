"""A sender's sign of life, and what becomes of the claims of one that gave none."""

import os
import socket
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from db import claims, senders


def begin(session: Session, bulletin_id: int | None, *, now: datetime) -> UUID:
    """Write this process down as a sender of a bulletin, or (None) of the answers."""
    return senders.register(session, bulletin_id, host=socket.gethostname(), pid=os.getpid(), now=now)


def reap(session: Session, bulletin_id: int | None, *, now: datetime) -> int:
    """What dead senders of it had begun is uncertain from now on; returns how many.

    A process of this machine that is gone is dead at once: nobody waits for a sign that cannot come.
    """
    own = senders.pids(session, socket.gethostname())
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
