"""SQLite without the disk's word: no database of a test has to outlive a power cut.

A commit that waits for the disk takes 2 to 5 ms here, and the suite makes some hundred thousand. Processes
that a test starts, and kills, wait for it as in a Comune.
"""

from typing import Any

from db import engine

prepare_durably = engine._prepare_sqlite


def _prepare(connection: Any, wait_ms: int) -> None:
    prepare_durably(connection, wait_ms)
    connection.execute("PRAGMA synchronous = OFF")


def be_volatile() -> None:
    """From here on, for each connection that this process opens."""
    engine._prepare_sqlite = _prepare
