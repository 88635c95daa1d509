"""What Alembic's comparison cannot see is looked up in the database itself."""

import pytest
from sqlalchemy import Engine, Enum, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, SQLModel, col, select

from db import schema, sign_offs
from db.engine import make_engine, transaction
from db.models import BulletinItem, Consent, ConsentEvent, NewsItem, Said, Source, Summary, UsedCode
from db.vault import Vault
from tests.builders import NOW, make_bulletin

APPEND_ONLY = ("consentevent", "usedcode", "signoff")


def test_a_migrated_database_equals_the_models(engine: Engine) -> None:
    assert schema.drift(engine) == []


def test_every_enum_column_has_its_named_check(engine: Engine) -> None:
    found = inspect(engine)
    for table in SQLModel.metadata.tables.values():
        wanted = {
            f"ck_{table.name}_{column.type.name}" for column in table.columns if isinstance(column.type, Enum)
        }
        named = {str(check["name"]) for check in found.get_check_constraints(table.name)}
        assert wanted <= named, table.name


def test_every_check_of_an_enum_lists_the_values_of_today(engine: Engine) -> None:
    found = inspect(engine)
    for table in SQLModel.metadata.tables.values():
        checks = {check["name"]: check["sqltext"] for check in found.get_check_constraints(table.name)}
        for column in table.columns:
            if isinstance(column.type, Enum):
                rule = checks[f"ck_{table.name}_{column.type.name}"]
                assert all(f"'{value}'" in rule for value in column.type.enums), rule
                assert rule.count("'") == 2 * len(column.type.enums)


def test_every_index_of_the_models_is_there_and_unique_where_it_should_be(engine: Engine) -> None:
    found = inspect(engine)
    for table in SQLModel.metadata.tables.values():
        there = {index["name"]: index["unique"] for index in found.get_indexes(table.name)}
        for index in table.indexes:
            assert bool(there[index.name]) == bool(index.unique)


def test_the_triggers_of_what_is_only_appended_to_are_there(engine: Engine) -> None:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with engine.connect() as connection:
        names = set(connection.execute(text(query)).scalars())
    assert names == (
        {f"{table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")}
        if engine.dialect.name == "sqlite"
        else {f"{table}_append_only" for table in APPEND_ONLY}
    )


def _consent(session: Session, vault: Vault) -> None:
    session.add(
        ConsentEvent(
            subject_hash=vault.hash("x"),
            event=Consent.opt_in,
            word="ATTIVA",
            at=NOW,
            notice_version="1",
            source="whatsapp",
        )
    )


@pytest.mark.parametrize("statement", ["UPDATE consentevent SET word = 'ALTRO'", "DELETE FROM consentevent"])
def test_the_ledger_of_consent_refuses_every_change(engine: Engine, vault: Vault, statement: str) -> None:
    with transaction(engine) as session:
        _consent(session, vault)
    with pytest.raises(DBAPIError, match="append-only"), transaction(engine) as session:
        session.connection().execute(text(statement))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT word FROM consentevent")).scalars().all() == ["ATTIVA"]


@pytest.mark.parametrize("verb", ["UPDATE {} SET editor = 'altro'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["usedcode", "signoff"])
def test_what_proves_a_decision_refuses_every_change(engine: Engine, table: str, verb: str) -> None:
    with transaction(engine) as session:
        number = make_bulletin(session).id
        session.add(UsedCode(editor="anna", step=1, code_hash="x", at=NOW, bulletin_id=number))
        sign_offs.add(session, number, 2, editor="anna", name="Anna", said=Said.approve, at=NOW)
    with pytest.raises(DBAPIError, match="append-only"), transaction(engine) as session:
        session.connection().execute(text(verb.format(table)))
    with transaction(engine) as session:
        assert session.exec(select(UsedCode.editor)).all() == ["anna"]
        assert [row.editor for row in sign_offs.of(session, number)] == ["anna"]


def test_the_ledger_cannot_be_emptied_at_once(postgresql: Engine, vault: Vault) -> None:
    with transaction(postgresql) as session:
        _consent(session, vault)
    with pytest.raises(DBAPIError, match="append-only"), transaction(postgresql) as session:
        session.connection().execute(text("TRUNCATE consentevent"))


def test_the_database_refuses_an_unknown_status_and_a_recipient_without_an_address(engine: Engine) -> None:
    insert = (
        "INSERT INTO recipient (phone_hash, status, status_at, scope, is_test, strikes) "
        "VALUES ({hash}, '{status}', '2026-11-24 09:30:00', 'everything', false, 0)"
    )
    for values in ({"hash": "'a'", "status": "gone"}, {"hash": "NULL", "status": "active"}):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text(insert.format(**values)))
    with engine.begin() as connection:
        connection.execute(text(insert.format(hash="'a'", status="active")))


def test_an_empty_database_is_refused_with_the_remedy(empty_engine: Engine) -> None:
    assert schema.current(empty_engine) is None
    assert [step.split(":")[0] for step in schema.pending(empty_engine)][-1] == schema.head()
    with pytest.raises(schema.SchemaError, match="python -m flows migrate"):
        schema.check(empty_engine)
    schema.upgrade(empty_engine)
    schema.check(empty_engine)
    assert schema.pending(empty_engine) == []


def test_a_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.SchemaError, match="install the newer version"):
        schema.pending(engine)
    with pytest.raises(schema.SchemaError, match="9999"):
        schema.check(engine)


def test_plain_postgresql_addresses_use_the_installed_driver() -> None:
    for scheme in ("postgresql", "postgres"):
        engine = make_engine(f"{scheme}://somebody@localhost/bollettino")
        assert engine.dialect.driver == "psycopg"


FIRST_ROWS = """
    INSERT INTO source (id, kind, address, failures) VALUES (1, 'feed', 'https://a.example/feed', 0);
    INSERT INTO newsitem (id, source_id, guid, url, title, abstract, body, origin, content_sha256,
        entry_sha256, first_seen_at, last_seen_at)
        VALUES (7, 1, 'g', 'https://a.example/n', 'Mercato', '', 'Testo', 'collected', 'x', 'y',
        '2026-11-24 09:30:00', '2026-11-24 09:30:00');
    INSERT INTO summary (news_item_id, content_sha256, budget, text, method, created_at)
        VALUES (7, 'x', 224, 'Testo', 'abstract', '2026-11-24 09:30:00')"""


def test_an_upgrade_keeps_the_rows_and_the_triggers_of_the_first_version(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine, "0001")
    with empty_engine.begin() as connection:
        for statement in FIRST_ROWS.split(";"):
            connection.execute(text(statement))
    schema.upgrade(empty_engine)
    with transaction(empty_engine) as session:
        (item,) = session.exec(select(NewsItem)).all()
        assert (item.id, item.title, item.topics, item.holds) == (7, "Mercato", [], "text")
        (told,) = session.exec(select(Summary)).all()
        assert told.news_item_id == 7
        assert session.exec(select(Source)).one().kind == "feed"
    assert schema.drift(empty_engine) == []
    test_the_triggers_of_what_is_only_appended_to_are_there(empty_engine)
    with pytest.raises(IntegrityError), empty_engine.begin() as connection:  # foreign keys are on again
        connection.execute(text("UPDATE newsitem SET source_id = 99"))


BEFORE_SAMPLES = """
    INSERT INTO bulletin (id, code, kind, created_at, status, status_at, status_by, review_attempt)
        VALUES (1, 'c', 'ordinary', '2026-11-24 09:30:00', 'in_review', '2026-11-24 09:30:00', 'x', 0);
    INSERT INTO bulletinversion (id, bulletin_id, number, author, created_at, note, problems)
        VALUES (1, 1, 1, 'composizione automatica', '2026-11-24 09:30:00', '', '');
    INSERT INTO bulletinversion (id, bulletin_id, number, author, created_at, note, problems, answered_run_id,
        answered_version) VALUES (2, 1, 2, 'Anna', '2026-11-24 09:31:00', '', '', 'run', 1);
    INSERT INTO bulletinitem (version_id, position, title, category, url, text)
        VALUES (1, 1, 'A', '', '', 'Composto.');
    INSERT INTO bulletinitem (version_id, position, title, category, url, text)
        VALUES (2, 1, 'A', '', '', 'Forse di Anna.')"""


def test_what_a_person_may_have_typed_before_an_upgrade_stays_a_persons(empty_engine: Engine) -> None:
    schema.upgrade(empty_engine, "0009")
    with empty_engine.begin() as connection:
        for statement in BEFORE_SAMPLES.split(";"):
            connection.execute(text(statement))
    schema.upgrade(empty_engine)
    with transaction(empty_engine) as session:
        items = session.exec(select(BulletinItem).order_by(col(BulletinItem.version_id))).all()
    assert [(one.text, one.is_typed, one.is_placed) for one in items] == [
        ("Composto.", False, False),
        ("Forse di Anna.", True, False),
    ]
