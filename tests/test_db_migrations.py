"""What Alembic's comparison cannot see is looked up in the database itself."""

import re
import threading
from io import StringIO
from types import ModuleType

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, Enum, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, SQLModel, select

from db import acts, schema, sign_offs
from db.engine import make_engine, transaction
from db.models import Consent, ConsentEvent, NewsItem, SignOffWord, Source, Summary, UsedCode
from db.vault import Vault
from tests.world.builders import NOW, make_bulletin

pytestmark = pytest.mark.slow  # each migration is run

APPEND_ONLY = ("consentevent", "usedcode", "signoff", "act")
RELEASED = ("0100",)  # the last revision of each version that was released: 0.1.0


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


@pytest.mark.parametrize("verb", ["UPDATE {} SET code_hash = 'altro'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["usedcode", "signoff", "act"])
def test_what_proves_a_decision_refuses_every_change(engine: Engine, table: str, verb: str) -> None:
    with transaction(engine) as session:
        number = make_bulletin(session).id
        session.add(UsedCode(editor="anna", step=1, code_hash="x", at=NOW, bulletin_id=number))
        sign_offs.add(session, number, 2, editor="anna", name="Anna", said=SignOffWord.approve, at=NOW)
        acts.add(
            session,
            "ferma",
            name="Anna",
            at=NOW,
            words="",
            bulletin_id=number,
            code_hash="x",
            by_operator=False,
        )
    with pytest.raises(DBAPIError, match="append-only"), transaction(engine) as session:
        session.connection().execute(text(verb.format(table)))
    with transaction(engine) as session:
        assert session.exec(select(UsedCode.editor)).all() == ["anna"]
        assert [row.editor for row in sign_offs.of(session, number)] == ["anna"]
        assert [row.code_hash for row in acts.of(session, number)] == ["x"]


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


def _at(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :one"), {"one": revision})


@pytest.mark.parametrize("revision", ["0001", "0012", "0022"])
def test_a_database_of_an_early_development_version_is_refused_with_the_remedy(
    engine: Engine, revision: str
) -> None:
    _at(engine, revision)
    with pytest.raises(
        schema.SchemaError, match=f"at revision {revision}, of a version before 0.1.0"
    ) as said:
        schema.pending(engine)
    assert "to 0023 by `python -m flows migrate` of the last of those versions" in str(said.value)
    assert "\n" not in str(said.value)
    with pytest.raises(schema.SchemaError, match=revision):
        schema.check(engine)


def test_a_database_of_the_last_development_version_is_taken_over_as_it_is(
    empty_engine: Engine, vault: Vault
) -> None:
    engine = empty_engine
    schema.upgrade(engine, schema.INITIAL)
    with transaction(engine) as session:
        _consent(session, vault)
    _at(engine, "0023")
    with pytest.raises(schema.SchemaError, match="run `python -m flows migrate`"):
        schema.check(engine)
    assert schema.pending(engine)[0] == "0100: the same tables as at 0023"
    schema.upgrade(engine)
    schema.check(engine)
    assert (schema.pending(engine), schema.drift(engine)) == ([], [])
    with transaction(engine) as session:
        assert session.exec(select(ConsentEvent.word)).all() == ["ATTIVA"]


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


@pytest.mark.parametrize("revision", RELEASED)
def test_an_upgrade_keeps_the_rows_and_the_triggers_of_each_released_version(
    empty_engine: Engine, revision: str
) -> None:
    schema.upgrade(empty_engine, revision)
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
    test_every_check_of_an_enum_lists_the_values_of_today(empty_engine)
    test_every_index_of_the_models_is_there_and_unique_where_it_should_be(empty_engine)
    test_the_triggers_of_what_is_only_appended_to_are_there(empty_engine)
    with pytest.raises(IntegrityError), empty_engine.begin() as connection:  # foreign keys are on again
        connection.execute(text("UPDATE newsitem SET source_id = 99"))


USED_CODE = """
    INSERT INTO bulletin (id, code, kind, created_at, status, status_at, status_by, review_attempt)
        VALUES (1, 'c', 'ordinary', '2026-11-24 09:30:00', 'approved', '2026-11-24 09:30:00', 'x', 0);
    INSERT INTO usedcode (editor, step, code_hash, at, bulletin_id)
        VALUES ('anna', 7, 'h', '2026-11-24 09:30:00', 1)"""


@pytest.mark.parametrize("revision", RELEASED)
def test_the_codes_that_were_used_before_an_upgrade_stay_used(empty_engine: Engine, revision: str) -> None:
    schema.upgrade(empty_engine, revision)
    with empty_engine.begin() as connection:
        for statement in USED_CODE.split(";"):
            connection.execute(text(statement))
    schema.upgrade(empty_engine)
    with transaction(empty_engine) as session:
        kept = session.exec(select(UsedCode)).one()
        assert (kept.editor, kept.step, kept.code_hash, kept.bulletin_id) == ("anna", 7, "h", 1)
        session.add(UsedCode(editor="anna", step=8, code_hash="i", at=NOW))  # of no bulletin
    test_the_triggers_of_what_is_only_appended_to_are_there(empty_engine)
    with pytest.raises(IntegrityError), transaction(empty_engine) as session:
        session.add(UsedCode(editor="anna", step=7, code_hash="j", at=NOW))


def test_every_released_revision_is_still_known(empty_engine: Engine) -> None:
    steps = [step.split(":")[0] for step in schema.pending(empty_engine)]
    assert [one for one in steps if one in RELEASED] == list(RELEASED)
    assert steps[0] == schema.INITIAL == RELEASED[0]


GIVES = ("CREATE TABLE", "CREATE INDEX", "COMMENT ON")


def _said(module: ModuleType) -> list[str]:
    """What a migration tells PostgreSQL."""
    out = StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": out}
    )
    with Operations.context(context):
        module.upgrade()
    return [" ".join(line.split()) for line in out.getvalue().split(";") if line.strip()]


def _only_adds(statement: str) -> bool:
    column = re.fullmatch(r"ALTER TABLE \w+ ADD COLUMN (.+)", statement)
    if column:
        return "NOT NULL" not in column[1] or "DEFAULT" in column[1]
    return statement.startswith(GIVES)


def test_a_migration_that_calls_itself_additive_takes_nothing_from_the_code_before_it() -> None:
    additive = [module for module in schema.migrations() if schema._is_additive(module)]
    assert additive
    for module in additive:
        assert [line for line in _said(module) if not _only_adds(line)] == [], module.revision
    (stricter,) = [module for module in schema.migrations() if module.revision == "0103"]
    assert not all(map(_only_adds, _said(stricter))), "or nothing is found"


def test_how_far_back_the_code_may_lie_is_worked_out_and_what_needs_a_rest_is_named() -> None:
    assert [schema.oldest(one) for one in ("0100", "0102", "0103", "0104")] == [
        "0100",
        "0100",
        "0103",
        "0103",
    ]
    assert [step[:4] for step in schema.contracting("0100")] == ["0103"]
    assert schema.contracting("0103") == []


@pytest.mark.parametrize("note", ["0103", None, "9998"])
def test_older_code_goes_on_with_what_a_newer_version_left_whole_for_it(
    empty_engine: Engine, note: str | None
) -> None:
    """And never on SQLite, which one host has."""
    schema.upgrade(empty_engine)
    _at(empty_engine, "9999")
    is_open = empty_engine.dialect.name == "postgresql" and note == "0103"
    if empty_engine.dialect.name == "postgresql":
        with empty_engine.begin() as connection:
            words = "NULL" if note is None else f"'{schema.NOTE.format('9999')}{note}'"
            connection.execute(text(f"COMMENT ON TABLE alembic_version IS {words}"))
    assert schema.is_open_to_us(empty_engine, "9999") is is_open
    if is_open:
        schema.check(empty_engine)
        assert schema.pending(empty_engine) == [], "and leaves it there"
    else:
        with pytest.raises(schema.SchemaError, match="at revision 9999, this version needs"):
            schema.check(empty_engine)


def test_what_is_behind_is_never_open_and_of_two_that_migrate_the_second_finds_it_done(
    empty_engine: Engine,
) -> None:
    schema.upgrade(empty_engine, "0103")
    assert not schema.is_open_to_us(empty_engine, "0103")
    both = [threading.Thread(target=schema.upgrade, args=(empty_engine,)) for _ in range(2)]
    if empty_engine.dialect.name == "sqlite":
        both = both[:1]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert schema.current(empty_engine) == schema.head()
    schema.upgrade(empty_engine)
    schema.check(empty_engine)
