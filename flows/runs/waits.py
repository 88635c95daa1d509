"""For what a run waits within its own process: until the moment of its slot, and for a database."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from prefect import get_run_logger
from sqlalchemy.exc import OperationalError

EARLY = timedelta(seconds=90)  # a run that starts this much before its slot waits for it
WAITS = (5, 10, 20)  # seconds; on SQLite each try has waited for half a minute itself


def patiently(work: Callable[[], str]) -> str:
    """What a window does, tried again while the database does not answer. Not more than four times.

    Never by Prefect's `retries`: a run that it has retried in its process, and that waits after that, is
    given to no worker again (3.9.1: their query leaves out `retry_type: in_process`). It stays Resuming.
    """
    for wait in WAITS:
        try:
            return work()
        except OperationalError as exc:
            get_run_logger().warning("il database non risponde (%s): riprovo fra %s s", exc.orig, wait)
            time.sleep(wait)
    return work()


def wait_for_slot(scheduled: datetime, sleep: Callable[[float], None] = time.sleep) -> datetime:
    """Prefect starts a run up to half a second before its time: at 10:59:59.7 nothing would be due."""
    ahead = scheduled - datetime.now(UTC)
    if timedelta() < ahead < EARLY:
        sleep(ahead.total_seconds() + 0.05)
    return datetime.now(UTC)
