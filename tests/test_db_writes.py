"""Whether a database was written to, told without opening it."""

import os
import time
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.util import immutabledict

from db import canary, writes
from db.engine import make_hurried, make_reader, reading, transaction
from db.models import Recipient
from db.vault import Vault
from tests.world.builders import make_recipient


def address_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def mark(engine: Engine) -> writes.Mark | None:
    """Of a file that has lain there for a while: what was just written tells nothing."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        for path in Path(str(engine.url.database)).parent.glob(f"{Path(str(engine.url.database)).name}*"):
            at = path.stat().st_mtime_ns - 2 * 10**9
            os.utime(path, ns=(at, at))
    return writes.marks([address_of(engine)]).get(address_of(engine))


def _opened_once(engine: Engine) -> None:
    """The first to open a copied file writes into it what kind of log it has."""
    with reading(engine) as session:
        session.get(Recipient, 1)


def test_a_write_makes_another_mark_and_a_look_does_not(engine: Engine, vault: Vault) -> None:
    _opened_once(engine)
    before = mark(engine)
    assert before
    with reading(engine) as session:
        session.get(Recipient, 1)
    engine.dispose()  # a session of PostgreSQL tells at its end what it did
    assert writes.marks([address_of(engine)]) == {address_of(engine): before}
    with transaction(engine) as session:
        make_recipient(session, vault)
    after = mark(engine)
    assert after
    assert after != before
    assert after[0] == before[0], "it is the same database"


def test_a_trial_is_no_write_and_fails_where_none_is_taken(
    engine: Engine, vault: Vault, now: datetime
) -> None:
    """`/salute` makes one in each database every five minutes, and nobody is to be looked after for it."""
    with transaction(engine) as session:
        canary.plant(session, vault)
    before = mark(engine)
    assert before
    canary.try_write(engine, now=now)
    engine.dispose()
    assert writes.marks([address_of(engine)]) == {address_of(engine): before}
    reader = make_reader(address_of(engine))
    with pytest.raises(DBAPIError, match=r"read.?only"):
        canary.try_write(reader, now=now)
    reader.dispose()
    hurried = make_hurried(address_of(engine), wait_ms=100)
    with engine.connect() as held:
        held.execute(text("UPDATE canary SET tried_at = NULL"))
        with pytest.raises(OperationalError, match=r"locked|lock timeout"):
            canary.try_write(hurried, now=now)
    hurried.dispose()


def test_a_file_that_was_just_written_tells_nothing(sqlite: Engine, vault: Vault) -> None:
    """The next write may fall into the same moment of the kernel's clock."""
    with transaction(sqlite) as session:
        make_recipient(session, vault)
    assert writes.marks([address_of(sqlite)]) == {}
    assert mark(sqlite)


def test_a_write_that_only_the_log_has_makes_another_mark(sqlite: Engine, vault: Vault) -> None:
    _opened_once(sqlite)
    before = mark(sqlite)
    with sqlite.connect():  # the last one that leaves would take the log in
        with transaction(sqlite) as session:
            make_recipient(session, vault)
        time.sleep(writes.TICK + 0.1)
        assert writes.marks([address_of(sqlite)])[address_of(sqlite)] != before


def test_so_does_one_to_a_file_that_was_moved_and_linked(
    sqlite: Engine, vault: Vault, tmp_path: Path
) -> None:
    """On a greater disk, say; its log is there too."""
    _opened_once(sqlite)
    before = mark(sqlite)
    link = tmp_path / "linked.db"
    link.symlink_to(str(sqlite.url.database))
    linked = f"sqlite:///{link}"
    assert writes.marks([linked]) == {linked: before}
    with sqlite.connect():
        with transaction(sqlite) as session:
            make_recipient(session, vault)
        time.sleep(writes.TICK + 0.1)
        assert writes.marks([linked])[linked] != before


def test_what_cannot_be_asked_is_left_out_and_costs_no_other(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes, "WAIT_MS", 1000)
    assert mark(engine)
    away = "postgresql://nobody:a-secret@127.0.0.1:1/gone"
    asked = [f"sqlite:///{tmp_path / 'gone.db'}", away, "no address", "sqlite://", address_of(engine)]
    assert writes.marks(asked).keys() == {address_of(engine)}
    assert not (tmp_path / "gone.db").exists()


def test_a_server_tells_nothing_of_another_one_s_database_of_the_same_name(postgresql: Engine) -> None:
    """As where each Comune has a server of its own, on the socket of another port."""
    ours = postgresql.url
    way = {"host": str(ours.host or ours.query["host"])}
    there = ours._replace(host=None, port=None, query=immutabledict(way | {"port": str(ours.port or 5432)}))
    elsewhere = there.update_query_dict({"port": "1"})
    addresses = [url.render_as_string(hide_password=False) for url in (there, elsewhere)]
    assert writes.marks(addresses).keys() == {addresses[0]}


def test_a_server_that_counts_no_writes_tells_nothing(postgresql: Engine, vault: Vault) -> None:
    assert mark(postgresql)
    told = text(f'ALTER DATABASE "{postgresql.url.database}" SET track_counts = off')
    with postgresql.begin() as connection:
        connection.execute(told)
    try:
        assert mark(postgresql) is None
    finally:
        with postgresql.begin() as connection:
            connection.execute(text(told.text.replace("SET track_counts = off", "RESET track_counts")))
        postgresql.dispose()


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:///{file}/bollettino.db",
        f"sqlite:///{'long' * 100}",
        "postgresql://nobody:a@secret:of@127.0.0.1/gone",
        "postgresql+psycopg2://127.0.0.1:1/gone",
        f"postgresql://{'long' * 20}/gone",
        "mysql://127.0.0.1/gone",
    ],
    ids=["no-folder", "long-name", "open-password", "driver", "long-host", "mysql"],
)
def test_an_address_that_is_none_costs_no_other(sqlite: Engine, tmp_path: Path, address: str) -> None:
    """One Comune's typing error would else stop the look at all, and with it the web app of all."""
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert mark(sqlite)
    asked = [address.format(file=tmp_path / "file"), address_of(sqlite)]
    assert writes.marks(asked).keys() == {address_of(sqlite)}


def test_of_a_server_the_first_that_can_be_opened_asks_for_all(postgresql: Engine) -> None:
    ours = address_of(postgresql)
    gone = make_url(ours).set(database="gone").render_as_string(hide_password=False)
    assert writes.marks([gone, ours]).keys() == {ours}
