"""Who begins together takes turns: places of workers, and a server that brings its database up to date."""

import fcntl
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prefect.server.database import provide_database_interface

from flows.runs import drain, server
from flows.settings import ROOT
from tests.world.installation import wait_for


@pytest.mark.slow
def test_each_worker_of_a_machine_has_a_place_and_leaves_it_when_it_dies(tmp_path: Path) -> None:
    take = (
        "import sys, time\nfrom pathlib import Path\nfrom flows.runs import drain\n"
        "print(drain.place(Path(sys.argv[1])), flush=True)\nsys.stdin.read()"
    )

    def begin() -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-c", take, str(tmp_path)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    first, second = begin(), begin()
    assert (first[1], second[1]) == ("1", "2")
    first[0].kill()
    first[0].communicate(timeout=30)
    third = begin()
    assert third[1] == "1"
    for process, _ in (second, third):
        process.communicate(timeout=30)
    assert drain.place(tmp_path) == 1


def test_where_nothing_can_be_locked_no_number_is_looked_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", fails)
    with pytest.raises(OSError, match="No locks"):
        drain.place(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.fixture
def migrating(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Prefect would do to its database takes a moment, and is written down; the turn is the real one."""
    told: list[str] = []

    class Interface:
        async def create_db(self) -> None:
            told.append("begins")
            time.sleep(0.4)
            told.append("ends")

    assert hasattr(provide_database_interface(), "create_db")
    monkeypatch.setattr(server, "provide_database_interface", Interface)
    monkeypatch.setattr(server, "TURN_EVERY", 0.05)
    return told


def test_two_servers_bring_a_database_one_after_the_other(
    empty_postgresql: str, migrating: list[str]
) -> None:
    threads = [threading.Thread(target=server._bring, args=(empty_postgresql,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert migrating == ["begins", "ends"] * 3
    with psycopg.connect(empty_postgresql.replace("+psycopg", "")) as connection:
        left = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert connection.execute(left).fetchone() == (0,)


def test_who_waits_for_its_turn_holds_up_nothing(empty_postgresql: str, migrating: list[str]) -> None:
    """A session that waits for a lock within a statement would block CREATE INDEX CONCURRENTLY for ever."""
    address = empty_postgresql.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", (server.TURN,))
        waiting = threading.Thread(target=server._bring, args=(empty_postgresql,))
        waiting.start()
        wait_for(
            "the other to ask for its turn",
            lambda: (
                holder.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock%' "
                    "AND pid <> pg_backend_pid()"
                ).fetchone()
                == (1,)
            ),
            20,
        )
        holder.execute("CREATE TABLE IF NOT EXISTS turn_of_a_test (id int)")
        holder.execute("SET statement_timeout = '10s'")
        holder.execute("CREATE INDEX CONCURRENTLY ON turn_of_a_test (id)")
        holder.execute("DROP TABLE turn_of_a_test")
        assert migrating == []
        holder.execute("SELECT pg_advisory_unlock(%s)", (server.TURN,))
        waiting.join(30)
    assert migrating == ["begins", "ends"]


def test_a_turn_of_who_fails_is_given_back_and_nothing_quoted(
    empty_postgresql: str, monkeypatch: pytest.MonkeyPatch, migrating: list[str]
) -> None:
    class Interface:
        async def create_db(self) -> None:
            raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(server, "provide_database_interface", Interface)
        with pytest.raises(ZeroDivisionError):
            server._bring(empty_postgresql)
    server._bring(empty_postgresql)
    assert migrating == ["begins", "ends"]
    with pytest.raises(Exception, match=r"refused|failed") as gone:
        server._bring("postgresql://prefect:secret-word@127.0.0.1:1/prefect")
    assert "secret-word" not in str(gone.value)


def test_a_file_of_sqlite_waits_for_nobody(migrating: list[str]) -> None:
    server._bring(None)
    assert migrating == []
