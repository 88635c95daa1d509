"""What an upgrade asks of a fleet, answered by its own verbs: databases are brought while others work."""

import json
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from db import schema
from db.engine import opened
from flows.__main__ import main
from flows.machine.checkout import Checkout
from flows.machine.upgrade_state import UpgradeError, UpgradeRecord
from flows.machine.upgrade_targets import ManyComuni
from flows.machine.verb_process import VerbResult
from flows.settings import load
from tests.world.builders import NOW
from tests.world.fleet import Land, land
from tests.world.postgresql import new_postgresql
from tests.world.tree import ROOT

pytestmark = pytest.mark.slow  # a fleet is upgraded

REVISIONS = {"alfa": "0103", "beta": "0104", "gamma": "0102"}


class Typist:
    """Types verbs in this process."""

    sees_all = True

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def type(self, *words: str) -> VerbResult:
        self._capsys.readouterr()
        code = main([*words])
        out, errors = self._capsys.readouterr()
        return VerbResult(words, code, json.loads(out) if out else {}, errors)

    def silent(self) -> list[str]:
        return []


@pytest.fixture(params=["sqlite", "postgresql"])
def here(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path
) -> Land:
    """Of three one lacks a migration that adds, one has all, one lacks a stricter one; `cieco` is ill."""
    monkeypatch.setattr("os.environ", {**os.environ})
    made = land(tmp_path, monkeypatch)
    for slug, revision in REVISIONS.items():
        made.add(slug)
        if request.param == "postgresql":
            cluster = request.getfixturevalue("empty_postgresql")
            made.give(slug, "BOLLETTINO_DATABASE", new_postgresql(cluster))
        (made.states / slug).mkdir(mode=0o700, parents=True)
        with opened(load(slug).database) as engine:
            schema.upgrade(engine, revision)
    made.add("cieco", ("grace_minutes = 60", "grace_minuts = 60"))
    return made


def at(slug: str) -> str | None:
    with opened(load(slug).database) as engine:
        return schema.current(engine)


def test_while_others_work_each_is_brought_that_may_be_and_the_rest_is_named(
    here: Land, capsys: pytest.CaptureFixture[str]
) -> None:
    many, lines = ManyComuni(Typist(capsys)), list[str]()
    passed = UpgradeRecord(at=NOW, commit=None, is_rolling=True)
    found = many.outlook(Checkout(ROOT), passed, others_stopped=False)
    assert {town.slug: town.revision for town in found.towns} == {**REVISIONS, "cieco": None}
    assert {town.slug for town in found.towns if town.ill} == {"cieco"}
    assert found.is_alone is (found.towns[0].kind == "sqlite")
    many.note(passed)
    assert [step[:11] for step in passed.steps] == ["alfa: 0104:", "gamma: 0103", "gamma: 0104"]
    strict = ["0103:", "0104:"] if found.is_alone else ["0103:"]  # a file is never open to the version before
    assert [step[:5] for step in passed.contracting] == strict
    passed.contracting = []  # as if nobody had looked
    many.migrate(passed, lines.append)
    assert {slug: at(slug) for slug in REVISIONS} == {"alfa": "0104", "beta": "0104", "gamma": "0102"}
    (why,) = [line for line in lines if line.startswith("gamma")]
    assert why.startswith("gamma: is left as it is: 0103: Who signs in")
    assert why.endswith("stop all hosts first")
    assert any(line.startswith("cieco: is left as it is: ") for line in lines)
    assert many.findings() == ["cieco", "gamma"], "new code does not open it"
    passed.is_rolling = False
    many.migrate(passed, lines.append)
    assert at("gamma") == "0104"
    assert many.findings() == ["cieco"]


def test_who_has_no_copy_is_left_alone_by_what_only_a_copy_leads_back_from(
    here: Land, capsys: pytest.CaptureFixture[str]
) -> None:
    many, lines = ManyComuni(Typist(capsys)), list[str]()
    passed = UpgradeRecord(at=NOW, contracting=["0103: stricter"], uncopied=["gamma"])
    many.migrate(passed, lines.append)
    assert {slug: at(slug) for slug in REVISIONS} == {"alfa": "0104", "beta": "0104", "gamma": "0102"}
    assert "gamma: is left as it is: left out, as was asked" in lines


def test_no_server_is_no_registration(
    here: Land, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.machine.upgrade_targets.REGISTER_FOR", 0.0)
    with pytest.raises(UpgradeError, match="deployments were not registered: the Prefect server was never"):
        ManyComuni(Typist(capsys)).register(lambda _: None)


def test_who_has_an_older_database_is_not_registered_and_not_migrated_by_the_way(
    here: Land, capsys: pytest.CaptureFixture[str]
) -> None:
    for dry, how in ((["--dry-run"], "would"), ([], "done")):
        document = Typist(capsys).type("fleet", "apply", "--register-only", "--json", *dry).document
        found = {row["comune"]: row for row in document["comuni"]}
        older = "not registered before this is done: migrate its database, 0102 to 0104"
        assert found["gamma"]["ill"] == older
        assert not any(row[how] for row in found.values())
    assert {slug: at(slug) for slug in REVISIONS} == REVISIONS


def test_the_version_before_works_on_with_what_the_next_has_left_open(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    empty_postgresql: str,
) -> None:
    """Its verbs find nothing wrong and nothing to do; of one that is closed to it they say so."""
    monkeypatch.setattr("os.environ", {**os.environ})
    made, typist = land(tmp_path, monkeypatch), Typist(capsys)
    for slug in ("alfa", "beta"):
        made.add(slug)
        made.give(slug, "BOLLETTINO_DATABASE", new_postgresql(empty_postgresql))
    typist.type("fleet", "migrate", "--json")
    for slug, oldest in (("alfa", schema.head()), ("beta", "9998")):
        (made.states / slug).chmod(0o700)
        note = f"{schema.NOTE.format('9999')}{oldest}"
        with opened(load(slug).database) as engine, engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{note}'"))
            connection.execute(text("ALTER TABLE delivery ADD COLUMN later integer"))
    for words in (("migrate", "--dry-run"), ("migrate",), ("plan",), ("apply", "--register-only")):
        document = typist.type("fleet", *words, "--json").document
        found = {row["comune"]: row for row in document["comuni"]}
        assert found["alfa"]["ill"] is None, words
        assert found["alfa"]["revision"] == "9999", words
        assert "which this version does not know: install the newer version" in found["beta"]["ill"], words
    rows = {row["comune"]: row for row in typist.type("fleet", "status", "--json").document["comuni"]}
    assert ("ill" in rows["alfa"]["needs"], rows["alfa"]["revision"]) == (False, "9999")
    assert "ill" in rows["beta"]["needs"]
    assert main(["privacy", "--profile", "alfa", "log"]) == 0
    assert main(["privacy", "--profile", "beta", "log"]) == 2
    assert (at("alfa"), at("beta")) == ("9999", "9999")
