"""What the Prefect server was shown last of a Comune: a round in which nothing changed need not ask it.

To ask it for the start forms of a Comune and for what is planned costs its process 0.2 s, and 300 Comuni are
looked after every five minutes. A file in the state folder; without it the server is asked.
"""

import json
import zlib
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from db import disk
from flows.settings import Settings

FILE = "mostrato.json"
AT_LEAST = timedelta(hours=1)  # between two times that the server is asked: others may change it, too


def digest(*parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()


def is_known(settings: Settings, now_shown: str, *, now: datetime) -> bool:
    """Whether just this was shown, and not too long ago. Each Comune has a time of its own for that, or all
    would ask in one round.
    """
    try:
        kept = json.loads(_place(settings).read_bytes())
        at = datetime.fromisoformat(kept["at"])
        is_same = kept["digest"] == now_shown
    except (OSError, ValueError, LookupError, TypeError):
        return False
    longest = AT_LEAST + timedelta(seconds=zlib.crc32(settings.profile.slug.encode()) % 3600)
    return is_same and at.tzinfo is not None and timedelta() <= now - at < longest


def keep(settings: Settings, now_shown: str, *, now: datetime) -> None:
    """OSError where the disk takes nothing."""
    kept = {"at": now.isoformat(), "digest": now_shown}
    disk.replace(_place(settings), json.dumps(kept).encode())


def forget(settings: Settings) -> None:
    """After its deployments were registered: nothing may be as it was."""
    _place(settings).unlink(missing_ok=True)


def _place(settings: Settings) -> Path:
    return settings.state / FILE
