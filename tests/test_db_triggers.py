"""Triggers that are away: with a table that another tool made anew, or switched off by who may."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from db import triggers
from db.models import Consent
from db.recipients import Address
from flows.__main__ import main
from flows.doctor import database
from flows.doctor.finding import Verdict
from tests.test_cli_verbs import _own_environment
from tests.test_db_migrations import APPEND_ONLY
from tests.world.comune import Comune
from tests.world.examined import answer

__all__ = ["_own_environment"]  # the fixture

GONE = {
    "sqlite": ("DROP TRIGGER consentevent_no_update", "DROP TRIGGER signoff_no_delete"),
    "postgresql": (
        "DROP FUNCTION proof_is_append_only CASCADE",
        "ALTER TABLE consentevent DISABLE TRIGGER ALL",
    ),
}
NAMES = {
    "sqlite": "consentevent_no_update, signoff_no_delete",
    "postgresql": "act_append_only, consentevent_append_only, signoff_append_only, usedcode_append_only",
}
CHANGE = text("UPDATE consentevent SET word = 'ALTRO'")


def test_those_that_are_expected_are_those_that_the_migrations_make(engine: Engine) -> None:
    """None is forgotten because its migration writes it in another way: what is there is looked up beside."""
    expected = triggers.expected(engine.dialect.name)
    with engine.connect() as connection:
        assert triggers.missing(connection) == []
    assert {trigger.table for trigger in expected} == set(APPEND_ONLY)
    assert len(expected) == len(APPEND_ONLY) * (2 if engine.dialect.name == "sqlite" else 1)


def test_those_that_are_away_are_told_by_doctor_and_made_again_by_migrate(
    comuni: Comune, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, dialect = comuni.settings, comuni.engine.dialect.name
    with comuni.look() as session:
        settings.ledger().record(
            session, Address("+393330000001"), Consent.opt_in, word="ATTIVA", source="whatsapp", at=comuni.now
        )
    assert answer(comuni, database.guarded).verdict == Verdict.good
    with comuni.engine.begin() as connection:
        for statement in GONE[dialect]:
            connection.execute(text(statement))
        connection.execute(CHANGE)
    said = answer(comuni, database.guarded)
    assert (said.verdict, said.detail) == (Verdict.failed, NAMES[dialect])
    assert "`python -m flows migrate`" in said.remedy
    monkeypatch.setenv("BOLLETTINO_STATE", str(settings.state))
    monkeypatch.setenv("BOLLETTINO_DATABASE", settings.database)
    assert main(["migrate", "--profile", str(settings.path)]) == 0
    assert f"away, and are made again: {NAMES[dialect]};" in capsys.readouterr().err
    assert answer(comuni, database.guarded).verdict == Verdict.good
    with pytest.raises(DBAPIError, match="append-only"), comuni.engine.begin() as connection:
        connection.execute(CHANGE)
