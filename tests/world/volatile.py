"""Databases and files without the disk's word: nothing of a test has to outlive a power cut.

A commit that waits for the disk takes 2 to 5 ms here, and the suite makes some hundred thousand; as long wait
a journal and a register, some four times a test of a send. Processes that a test starts, and kills, wait for
it as in a Comune.
"""

import os
from typing import Any

from db import engine

prepare_durably = engine._prepare_sqlite


def _prepare(connection: Any, wait_ms: int) -> None:
    prepare_durably(connection, wait_ms)
    connection.execute("PRAGMA synchronous = OFF")


def be_volatile() -> None:
    """From here on, for each connection and file that this process opens."""
    engine._prepare_sqlite = _prepare
    os.fsync = lambda _: None  # type: ignore[assignment]
