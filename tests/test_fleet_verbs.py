"""`python -m flows fleet`: what each Comune has and is given; one that is ill costs no other."""

import argparse
import json
import os
import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from db import canary, schema, triggers
from db.engine import opened, transaction
from db.models import BulletinStatus
from flows.__main__ import main, parser
from flows.doctor import heartbeat
from flows.fleet.former_members import RETIRED
from flows.fleet.membership import roster
from flows.fleet.membership.registrar import Registrar
from flows.fleet.membership.roster import Standing
from flows.privacy import intact
from flows.settings import DEMO, Settings, load
from tests.test_cli_help import parsers
from tests.world.builders import NOW, make_bulletin
from tests.world.documents import MANUAL, names_in
from tests.world.fleet import Land, land
from tests.world.postgresql import new_postgresql

pytestmark = pytest.mark.slow  # a fleet is made for each test

NO_SERVER = "the Prefect server was never started"
SANDBOX = ('stage = "trial"', 'stage = "sandbox"')
OWN_NUMBER = 'phone_number_id = "100000000000001"'
SECRET = "BOLLETTINO_WHATSAPP_TOKEN"

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    """Five Comuni: `cieco` has an error in its profile, `erra` lacks a secret, `gioco` makes its own."""
    made = land(tmp_path, monkeypatch)
    for slug in ("alfa", "beta"):
        made.add(slug)
    made.add("cieco", ("grace_minutes = 60", "grace_minuts = 60"))
    made.add("erra")
    (made.folder / "erra" / SECRET).unlink()
    made.add("gioco", SANDBOX)
    for file in (made.folder / "gioco").iterdir():
        file.unlink()
    monkeypatch.setattr("os.environ", {**os.environ})
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, here: Land) -> Land:
    """With databases of this kind."""
    if request.param == "postgresql":
        cluster = request.getfixturevalue("empty_postgresql")
        for slug in here.fleet.slugs:
            here.give(slug, "BOLLETTINO_DATABASE", new_postgresql(cluster))
    return here


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    def type_(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["fleet", *words])
        return code, *capsys.readouterr()

    return type_


def rows(typed: Typed, *words: str) -> dict[str, dict[str, Any]]:
    _, out, _ = typed(*words, "--json")
    return {row["comune"]: row for row in json.loads(out)["comuni"]}


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


def test_a_plan_tells_what_each_lacks_and_writes_nothing(either: Land, typed: Typed, tmp_path: Path) -> None:
    before = files(tmp_path)
    code, out, err = typed("plan")
    assert code == 2
    made = {
        "sqlite": f"make its database, which is missing, at {schema.head()}",
        "postgresql": f"migrate its database, empty to {schema.head()}",
    }[make_url(load("alfa").database).get_backend_name()]
    assert f"alfa: would make its state folder; {made}\n" in out
    assert f"gioco: would make its state folder; make the sandbox's secrets; {made}\n" in out
    assert "cieco.toml, line" in out
    assert f"erra: ill: secrets are missing: {SECRET}\n" in out
    assert "of-erra" not in out + err
    assert NO_SERVER in err
    assert files(tmp_path) == before


def test_apply_gives_each_what_it_lacks_and_again_changes_nothing(
    either: Land, typed: Typed, tmp_path: Path
) -> None:
    found = rows(typed, "apply")
    assert found.keys() == {"alfa", "beta", "cieco", "erra", "gioco"}
    assert {slug for slug, row in found.items() if row["ill"]} == {"cieco", "erra"}
    for slug in ("alfa", "beta", "gioco"):
        settings = load(slug)
        assert stat.S_IMODE(settings.state.stat().st_mode) == 0o700
        with opened(settings.database) as engine:
            assert schema.current(engine) == schema.head()
            canary.check(engine, settings.vault())
    assert not (either.states / "erra").exists()
    before = files(tmp_path)
    code, out, _ = typed("apply")
    assert code == 2
    assert out.splitlines()[:2] == ["alfa: nothing to do", "beta: nothing to do"]
    assert files(tmp_path) == before


def test_what_was_mended_is_served_by_the_next_apply_alone(here: Land, typed: Typed) -> None:
    typed("apply")
    here.give("erra", SECRET, "token-of-erra")
    (here.states / "alfa").chmod(0o755)
    found = rows(typed, "apply")
    assert {slug for slug, row in found.items() if row["done"]} == {"alfa", "erra"}
    assert found["alfa"]["done"] == ["close its state folder"]
    assert stat.S_IMODE((here.states / "alfa").stat().st_mode) == 0o700


def test_a_trigger_that_is_away_is_made_again(here: Land, typed: Typed) -> None:
    typed("apply")
    with opened(load("beta").database) as engine, engine.begin() as connection:
        away = sorted(triggers.expected(engine.dialect.name))[0].name
        connection.execute(text(f"DROP TRIGGER {away}"))
    assert f"beta: would make triggers again: {away}\n" in typed("plan")[1]
    typed("apply")
    assert "beta: nothing to do" in typed("plan")[1]


def test_a_database_under_another_s_keys_is_left_alone(here: Land, typed: Typed) -> None:
    """The wall between two Comuni: a folder that was copied does not begin to write to the other's people."""
    typed("apply")
    database = here.states / "beta" / "bollettino.db"
    database.write_bytes((here.states / "alfa" / "bollettino.db").read_bytes())
    before = database.read_bytes()
    found = rows(typed, "apply")
    assert "questa non è la chiave" in found["beta"]["ill"]
    assert not found["alfa"]["ill"]
    assert database.read_bytes() == before


def test_a_migration_that_fails_is_named_and_the_others_are_made(either: Land, typed: Typed) -> None:
    typed("migrate")
    with opened(load("alfa").database) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with opened(load("beta").database) as engine, engine.begin() as connection:
        away = sorted(triggers.expected(engine.dialect.name))[0]
        of_table = f" ON {away.table}" if engine.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER {away.name}{of_table}"))
    code, out, err = typed("migrate")
    assert code == 2
    assert f"beta: warning: these triggers were away, and are made again: {away.name};" in err
    assert "alfa: NOT migrated: the database is at revision 9999" in out
    assert "gioco: nothing to do" in out
    with opened(load("beta").database) as engine:
        assert schema.current(engine) == schema.head()


def test_a_migration_is_tried_dry(here: Land, typed: Typed, tmp_path: Path) -> None:
    before = files(tmp_path)
    assert rows(typed, "migrate", "--dry-run")["alfa"]["steps"]
    assert files(tmp_path) == before


def test_status_is_a_line_each_and_the_ill_come_first(either: Land, typed: Typed) -> None:
    typed("apply")
    for slug in ("alfa", "gioco"):
        heartbeat.beat(load(slug).state, now=NOW)
    with opened(load("gioco").database) as engine, transaction(engine) as session:
        make_bulletin(session, status=BulletinStatus.in_review)
    code, out, _ = typed("status")
    assert code == 2
    named = [line.partition(":")[0] for line in out.splitlines() if not line.startswith((" ", "or"))]
    assert named[:2] == ["cieco", "erra"], "of whom nothing can be read"
    assert "sorveglia has made no round since" in out
    assert re.search("erra: ill: .*(there is no database|is empty)", out)
    found = rows(typed, "status")
    assert (found["gioco"]["waiting"], found["gioco"]["subscribers"]) == (1, 0)
    assert found["gioco"]["revision"] == schema.head()
    assert found["gioco"]["next_slot"]


def test_a_database_that_is_lost_is_told_as_missing_by_each_verb(here: Land, typed: Typed) -> None:
    """Not as an empty one, which a migration mends, and never as well."""
    typed("apply")
    for slug in ("alfa", "beta"):
        heartbeat.beat(load(slug).state, now=datetime.now(UTC))
        (here.states / slug / "bollettino.db").unlink()
    (here.states / "alfa" / intact.JOURNAL).write_text("{}\n", encoding="utf-8")
    assert "alfa: ill: there is no database" in typed("status")[1]
    assert "beta: ill: there is no database" in typed("status")[1]
    assert f"beta: would make its database, which is missing, at {schema.head()}\n" in typed("plan")[1]
    for verb in ("plan", "apply", "migrate"):
        told = typed(verb)[1]
        assert re.search(r"alfa: (ill|NOT migrated): .*bollettino\.db is gone", told), verb
    assert not (here.states / "alfa" / "bollettino.db").exists()


def test_who_is_well_stands_below_who_is_ill(here: Land, typed: Typed) -> None:
    typed("apply")
    heartbeat.beat(load("alfa").state, now=datetime.now(UTC))
    _, out, _ = typed("status", "--json")
    listed = [row["comune"] for row in json.loads(out)["comuni"]]
    assert listed == ["cieco", "erra", "beta", "gioco", "alfa"], "unread, silent, well"


def test_without_a_fleet_the_verb_says_so(monkeypatch: pytest.MonkeyPatch, typed: Typed) -> None:
    monkeypatch.delenv("BOLLETTINO_FLEET", raising=False)
    code, _, err = typed("plan")
    assert (code, err) == (2, "bollettino: fleet: BOLLETTINO_FLEET names no folder of Comuni\n")


# ------------------------------------------------------------------ who comes
def profile(folder: Path, slug: str, *changes: tuple[str, str]) -> Path:
    told = DEMO.read_text(encoding="utf-8").replace('slug = "esempio"', f'slug = "{slug}"')
    for old, new in ((OWN_NUMBER, 'phone_number_id = "100000000000777"'), *changes):
        assert old in told
        told = told.replace(old, new)
    path = folder / "new.toml"
    path.write_text(told, encoding="utf-8")
    return path


def test_who_joins_is_settled_alone(
    here: Land, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, look = list[str](), roster.look

    def noted(settings: Settings, asked: Registrar) -> Standing:
        looked.append(settings.profile.slug)
        return look(settings, asked)

    monkeypatch.setattr(roster, "look", noted)
    source = profile(tmp_path, "nuovo")
    (tmp_path / "new.testi").mkdir()
    (tmp_path / "new.testi" / "condizioni.md").write_text("Di Nuovo.", encoding="utf-8")
    before = files(tmp_path)
    code, out, err = typed("add", str(source), "--dry-run")
    assert f"would copy {source} to {here.folder / 'nuovo.toml'}\n" in out
    assert "nuovo: would make its state folder" in out
    assert "not compared with cieco" in err
    assert files(tmp_path) == before
    code, out, err = typed("add", str(source))
    assert (code, NO_SERVER in err) == (2, True)
    assert (here.folder / "nuovo.toml").read_bytes() == source.read_bytes()
    assert (here.folder / "nuovo.testi" / "condizioni.md").read_text(encoding="utf-8") == "Di Nuovo."
    assert sorted(path.name for path in here.states.iterdir()) == ["nuovo"]
    assert load("nuovo").vault()
    assert set(looked) == {"nuovo"}, "the databases of the others are not opened"
    code, _, err = typed("add", str(source))
    assert code == 2
    assert "nuovo is of this fleet already" in err


@pytest.mark.parametrize(
    ("slug", "number", "words"),
    [
        ("alfa", "100000000000777", "alfa is of this fleet already"),
        ("nuovo", "100000000000001", "alfa has the phone_number_id of nuovo"),
        ("ritirati", "100000000000777", "cannot be called so"),
        ("fleet", "100000000000777", "cannot be called so"),
    ],
)
def test_who_would_stand_in_another_s_way_is_refused(
    here: Land, typed: Typed, tmp_path: Path, slug: str, number: str, words: str
) -> None:
    source = profile(tmp_path, slug, ("100000000000777", number))
    before = files(tmp_path)
    code, _, err = typed("add", str(source))
    assert code == 2
    assert words in err
    assert files(tmp_path) == before


def test_the_number_of_one_that_is_ill_is_compared_too(here: Land, typed: Typed, tmp_path: Path) -> None:
    text_ = (here.folder / "cieco.toml").read_text(encoding="utf-8")
    mine = text_.replace('phone_number_id = "100000000000003"', 'phone_number_id = "100000000000888"')
    assert mine != text_
    (here.folder / "cieco.toml").write_text(mine, encoding="utf-8")
    source = profile(tmp_path, "nuovo", ("100000000000777", "100000000000888"))
    assert "cieco has the phone_number_id of nuovo" in typed("add", str(source))[2]


def test_the_database_of_another_is_nobody_else_s(here: Land, typed: Typed, tmp_path: Path) -> None:
    address = "postgresql://{}:{}@db.example/x"
    here.give("alfa", "BOLLETTINO_DATABASE", address.format("alfa", "password-of-alfa"))
    (here.folder / "nuovo").mkdir()
    here.give("nuovo", "BOLLETTINO_DATABASE", address.format("nuovo", "password-of-nuovo"))
    code, out, err = typed("add", str(profile(tmp_path, "nuovo")))
    assert code == 2
    assert "alfa has the database of nuovo" in err
    assert "password" not in out + err
    assert not (here.folder / "nuovo.toml").exists()


# ------------------------------------------------------------------ who goes, without a server
def test_nobody_leaves_while_the_server_cannot_be_asked(here: Land, typed: Typed) -> None:
    """Its schedules would start it for ever."""
    typed("apply")
    code, _, err = typed("retire", "alfa")
    assert (code, NO_SERVER in err) == (2, True)
    assert (here.folder / "alfa.toml").exists()


def test_one_that_is_ill_does_not_leave(here: Land, typed: Typed) -> None:
    assert "cieco is ill, and nobody can tell whether it sends" in typed("retire", "cieco")[2]
    assert "gamma: is no Comune of the fleet" in typed("retire", "gamma")[2]


# ------------------------------------------------------------------ the manual
def test_the_manual_tells_each_verb_and_each_is_typed_as_it_says(
    here: Land, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (inner,) = (found for name, found in parsers(parser()) if name == "fleet")
    (kinds,) = (one for one in inner._actions if isinstance(one, argparse._SubParsersAction))
    section = MANUAL.rows("Many Comuni on one machine", "behind `fleet`")
    assert [name for row in section for name in names_in(row[0])] == list(kinds.choices)
    first: dict[str, list[str]] = {}  # other parts of it name some again
    for words in MANUAL.commands:
        if words[0] == "fleet":
            first.setdefault(words[1], words)
    assert [*first] == list(kinds.choices)
    profile(tmp_path, "esempio").rename(tmp_path / "esempio.toml")
    for words in first.values():
        code, out, err = typed(*words[1:])
        assert (code, err.count("\n") <= 2) == (2, True), words  # the ill, and no server
        assert out or words[1] == "retire", words
    assert RETIRED in MANUAL.section("Many Comuni on one machine")
