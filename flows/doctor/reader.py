"""Our database for who only looks: nothing is changed, nobody is waited for long, and no file is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, make_url

from db.engine import StoreError, make_reader
from flows.settings import Settings

WAIT_MS = 5_000  # for a database that somebody holds


@contextmanager
def reader(settings: Settings, opened: Engine | None = None) -> Iterator[Engine]:
    """`opened`, where there is one: another connection takes 16 ms of the processors on PostgreSQL.

    StoreError where there is no file: SQLite would make one, and what is gone looked like new.
    """
    if opened is not None:
        yield opened
        return
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).is_file()):
        raise StoreError("there is no database")
    engine = make_reader(settings.database, wait_ms=WAIT_MS)
    try:
        yield engine
    finally:
        engine.dispose()
