"""Whether a database was written to since: told from outside, without opening each of many.

A process that looks after hundreds of databases would spend most of its time on connections: of PostgreSQL
one costs 9 ms of the processor there and as much here, and most have nothing new to say.
"""

import os
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from db.engine import make_reader

Mark = tuple[object, ...]

WAIT_MS = 2000
TICK = 1.0  # seconds: a file's hour is as coarse as the kernel's clock; two writes may have the same
# Every role may read it. A session tells what it wrote within ten seconds, and at its end
# (PGSTAT_IDLE_INTERVAL, src/backend/utils/activity/pgstat.c); PostgreSQL 14 and older when it next does
# something. After a crash of the server the sums begin at nought, and what was not yet told never is: a word
# that one process stored and did not come to. Where nobody counts they stand still.
_SUMS = text(
    "SELECT datname, datid, tup_inserted, tup_updated, tup_deleted, stats_reset, pg_postmaster_start_time() "
    "FROM pg_stat_database WHERE datname IS NOT NULL AND current_setting('track_counts')::boolean"
)


def marks(addresses: Iterable[str]) -> dict[str, Mark]:
    """By address, what is another after a write, perhaps some seconds later; equal: nothing was written.
    The first of each is the database's own: another one in its place, out of a backup, has another.

    A database that does not tell, or cannot be asked now, is left out: it is to be opened.
    """
    found: dict[str, Mark] = {}
    servers: dict[tuple[object, ...], dict[str, URL]] = defaultdict(dict)
    for address in addresses:
        try:
            url = make_url(address)
        except (ArgumentError, ValueError):  # told when it is opened
            continue
        if url.get_backend_name() != "sqlite":
            # host and port may stand in the query: two servers of a machine, each with a database of one name
            servers[url.host, url.port, str(url.query)][address] = url
        elif url.database and (mark := _of_file(Path(url.database))):
            found[address] = mark
    for urls in servers.values():
        sums = _of_server(urls)
        found |= {address: sums[url.database] for address, url in urls.items() if url.database in sums}
    return found


def _of_file(path: Path) -> Mark:
    """A write changes the log beside it; what takes the log in changes the file. Empty: it does not tell.

    Where a link leads to the file, the log lies beside the file.
    """
    mark: list[object] = []
    path = Path(os.path.realpath(path))
    for one in (path, path.with_name(f"{path.name}-wal")):
        try:
            stat = one.stat()
        except FileNotFoundError:
            mark.append(None)
        except OSError:  # out of reach: who opens it meets the same, and says so
            return ()
        else:
            if time.time() - stat.st_mtime < TICK:
                return ()
            mark += [stat.st_ino, stat.st_size, stat.st_mtime_ns]
    return tuple(mark) if mark[0] else ()


def _of_server(urls: dict[str, URL]) -> dict[str, Mark]:
    """Of all databases of one server; the first of ours that can be opened asks for all."""
    for address in list(urls)[:3]:
        try:
            return _sums(address)
        except Exception:  # noqa: BLE001, S112  who opens it meets the same, and says so: it costs no other
            continue
    return {}


def _sums(address: str) -> dict[str, Mark]:
    engine = make_reader(address, wait_ms=WAIT_MS)
    try:
        with engine.connect() as connection:
            return {str(name): tuple(sums) for name, *sums in connection.execute(_SUMS)}
    finally:
        engine.dispose()
