"""A database's rows in one of the other kind: the same to a letter, and it goes on from there."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select
from sqlmodel import SQLModel

from db import senders
from db.engine import transaction
from db.transfer import AT_ONCE, pour
from tests.bench import send_town
from tests.world.builders import NOW, make_bulletin, make_news_item, make_recipient
from tests.world.small_town import Town

pytestmark = pytest.mark.slow  # a database is poured into another


def rows(connection: Connection) -> dict[str, list[str]]:
    """Every value as the models give it."""
    return {
        table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
        for table in SQLModel.metadata.sorted_tables
    }


@pytest.fixture(params=[("sqlite", "postgresql"), ("postgresql", "sqlite")], ids="-".join)
def both(request: pytest.FixtureRequest) -> tuple[Engine, Engine]:
    """From, and to."""
    first, second = request.param
    return request.getfixturevalue(first), request.getfixturevalue(second)


def test_all_is_there_and_the_next_row_takes_nobody_s_number(
    both: tuple[Engine, Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    source, target = both
    town = Town(source, tmp_path)
    town.join("+393330000001", "+393330000002")
    town.leave("+393330000002")
    town.begin(town.fill(AT_ONCE + 500))
    with transaction(source) as session:
        make_news_item(session)
        make_bulletin(session)
        senders.register(session, None, host="qui", pid=1, now=NOW)
    with source.connect() as read, target.begin() as written:
        pour(read, written)
    with source.connect() as read, target.connect() as written:
        before = rows(read)
        assert rows(written) == before
    assert len(before["delivery"]) == AT_ONCE + 501
    with transaction(target) as session:
        assert town.settings.ledger().unwritten(session, from_the_start=True) == []
        assert make_recipient(session, town.settings.vault()).id == AT_ONCE + 503
