"""The mark that each round of `sorveglia` leaves: the proof that Prefect's clock, server and worker live.

No answer of Prefect's own proves it: its server says that it is well while nothing is scheduled any more. A
file, so that it can be read while the database is locked or gone.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

from db import disk

FILE = "sorveglia.json"  # in the state folder
TOO_OLD = timedelta(minutes=15)  # a round begins every five minutes, and one may take its time


def beat(state: Path, *, now: datetime) -> None:
    """OSError where the disk takes nothing."""
    disk.replace(state / FILE, json.dumps({"at": now.isoformat()}).encode())


def last_beat(state: Path) -> datetime | None:
    """None where there was none, or the file cannot be read."""
    try:
        at = datetime.fromisoformat(json.loads((state / FILE).read_bytes())["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return at if at.tzinfo else None
