"""A fleet is a folder: who lies in it, what they share, and that one who is ill costs no other."""

import os
import re
from pathlib import Path

import pytest
from prefect.utilities.importtools import import_object

from flows import deploy
from flows.__main__ import main
from flows.door import keys
from flows.fleet import registry
from flows.fleet.registry import Fleet
from flows.profiles.fleet import FleetFile, PrefectServer
from flows.runs import client
from flows.settings import DEMO, ROOT, Settings, SettingsError, given_profile, load, load_fleet, member
from tests.world.fleet import Land, land

EXAMPLE = ROOT / "deployments" / "fleet"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    made = land(tmp_path, monkeypatch)
    for slug in ("alfa", "beta"):
        made.add(slug)
    return made


def test_a_comune_is_found_by_its_slug_and_by_its_profile(here: Land) -> None:
    found = load("alfa")
    assert (found.profile.slug, found.path) == ("alfa", here.folder / "alfa.toml")
    assert load(here.folder / "alfa.toml").profile.slug == "alfa"
    assert here.fleet.settings("beta").profile.slug == "beta"
    assert registry.of_process() == Fleet(here.folder)


def test_what_the_environment_names_is_one_of_the_fleet_too(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a run is told for which Comune it is: by a name, which Prefect shows, and never by a secret."""
    for name in ("beta", str(here.folder / "beta.toml")):
        monkeypatch.setenv("BOLLETTINO_PROFILE", name)
        assert load().profile.slug == "beta"
    monkeypatch.delenv("BOLLETTINO_PROFILE")
    with pytest.raises(SettingsError, match="which Comune of the fleet"):
        load()


@pytest.mark.parametrize("name", ["gamma", "fleet", "../fleet/alfa", "", "alfa.toml/", "alfa/"])
def test_nobody_else_is(here: Land, name: str) -> None:
    with pytest.raises(SettingsError, match="fleet in"):
        load(name)
    assert here.fleet.slugs == ["alfa", "beta"]


def test_a_process_without_a_fleet_knows_of_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOLLETTINO_FLEET", raising=False)
    monkeypatch.chdir(tmp_path)
    assert registry.of_process() is None
    assert load().state == tmp_path / ".bollettino" / "esempio"


def test_each_has_a_state_and_a_database_of_its_own_and_they_share_a_server(here: Land) -> None:
    here.say('[prefect]\naddress = "http://127.0.0.1:4299"\npool = "pianura"\n')
    alfa, beta = here.fleet.roll().comuni
    assert [one.state for one in (alfa, beta)] == [here.states / "alfa", here.states / "beta"]
    assert alfa.database == f"sqlite:///{here.states / 'alfa' / 'bollettino.db'}"
    for one in (alfa, beta):
        assert (one.work_pool, one.prefect_address) == ("pianura", "http://127.0.0.1:4299")
        assert one.prefect_place == ("127.0.0.1", 4299)
        assert one.prefect_origins == (f"http://{one.profile.slug}.localhost:4300",), "the gate's"
        told = one.environment()
        assert told["PREFECT_HOME"] == str(here.states / "_fleet" / "prefect")
        assert told["PREFECT_API_URL"] == "http://127.0.0.1:4299/api"
    assert alfa.deployment("invia") != beta.deployment("invia")
    keys.make(alfa.server_state, people=None)
    assert alfa.door_keys() == beta.door_keys()


def test_on_postgresql_the_address_of_each_is_made_of_one(here: Land) -> None:
    here.say('database = "postgresql://bollettino@db.example/b_{slug}"')
    assert load("alfa").database == "postgresql://bollettino@db.example/b_alfa"
    here.give("beta", "BOLLETTINO_DATABASE", "postgresql://beta:a-password@db.example/elsewhere")
    assert load("beta").database == "postgresql://beta:a-password@db.example/elsewhere"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('database = "postgresql://db/bollettino"', "needs {slug} in the database's name"),
        ('database = "postgresql://{slug}@db/bollettino"', "needs {slug} in the database's name"),
        ('database = "postgresql://me:a-password@db/{slug}"', "holds a password"),
        ('database = "sqlite:////tmp/{slug}.db"', "is no address of PostgreSQL"),
        ('[prefect]\naddress = "http://db.example:4200"', "must begin with https"),
        ('[prefect]\npool = "La mia"', "prefect.pool"),
        ('token = "x"', "token"),
        ("[prefect", "not valid TOML"),
    ],
)
def test_what_they_share_is_refused_with_its_line_and_no_secret(here: Land, text: str, words: str) -> None:
    here.say(text)
    with pytest.raises(SettingsError, match=re.escape(words)) as refused:
        here.fleet.roll()
    assert "fleet.toml" in str(refused.value)
    assert "a-password" not in str(refused.value)


def test_who_is_ill_is_named_and_costs_no_other(here: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    here.add("cieco", ("grace_minutes = 60", "grace_minuts = 60"))
    here.add("doppio", ('slug = "doppio"', 'slug = "alfa"'))
    here.add("erra")
    (here.folder / "erra" / "BOLLETTINO_LOOKUP_KEY").write_bytes(b"\xff\xfe secret")
    here.add("fermo", ('stage = "trial"', 'stage = "sandbox"'))
    (here.states / "fermo").mkdir(parents=True)
    (here.states / "fermo" / "secrets.json").write_text("")
    here.add("guasto")

    def found(folder: Path, slug: str) -> Settings:
        if slug == "guasto":
            raise ZeroDivisionError("token-of-guasto")
        return member(folder, slug)

    monkeypatch.setattr(registry, "member", found)
    roll = here.fleet.roll()
    assert [one.profile.slug for one in roll.comuni] == ["alfa", "beta"]
    assert roll.ill.keys() == {"cieco", "doppio", "erra", "fermo", "guasto"}
    assert "cieco.toml" in roll.ill["cieco"]
    assert "grace_minuts" in roll.ill["cieco"]
    assert "is alfa, and its file is called doppio" in roll.ill["doppio"]
    assert "no text in UTF-8" in roll.ill["erra"]
    assert "holds no secrets" in roll.ill["fermo"]
    assert roll.ill["guasto"].endswith("guasto.toml: ZeroDivisionError")
    (here.folder / "cieco.toml").unlink()
    assert "cieco" not in here.fleet.roll().ill, "asked anew"


def test_two_with_one_database_are_both_left_alone(here: Land) -> None:
    """Whoever's it is: the other would write to people who never asked for it."""
    here.add("copia")
    here.give("alfa", "BOLLETTINO_DATABASE", "postgresql://alfa:one@db.example/x")
    here.give("copia", "BOLLETTINO_DATABASE", "postgresql://copia:other@db.example/x")
    roll = here.fleet.roll()
    assert [one.profile.slug for one in roll.comuni] == ["beta"]
    assert roll.ill == dict.fromkeys(("alfa", "copia"), "alfa, copia: have one database")


def test_a_sandbox_s_own_secrets_are_found(here: Land) -> None:
    here.add("gioco", ('stage = "trial"', 'stage = "sandbox"'))
    for file in (here.folder / "gioco").iterdir():
        file.unlink()
    load("gioco").prepare_secrets(make=True)
    assert load("gioco").secrets == load("gioco").secrets
    assert load("gioco").vault()


def test_the_example_explains_each_key() -> None:
    assert load_fleet(EXAMPLE) == FleetFile()
    text = (EXAMPLE / "fleet.toml").read_text(encoding="utf-8")
    for key in (*FleetFile.model_fields, *PrefectServer.model_fields):
        assert re.search(rf"^(# |\[)?{key}\b", text, re.MULTILINE), key
    told = re.sub(r"^# (?=database = )", "", text, flags=re.MULTILINE)
    assert "\ndatabase = " in told


def test_what_the_clock_starts_for_all_never_takes_every_place() -> None:
    for workers in (0, 1, 4):
        prefect = PrefectServer(runs=20, workers=workers)
        assert 0 < prefect.most_by_clock < 20 * max(workers, 1)
    assert PrefectServer(runs=20, workers=2, by_clock=39).most_by_clock == 39
    with pytest.raises(ValueError, match="an alert's would wait for them"):
        PrefectServer(runs=20, workers=2, by_clock=40)


def test_the_example_s_database_is_one_that_is_taken(here: Land) -> None:
    text = (EXAMPLE / "fleet.toml").read_text(encoding="utf-8")
    here.say(text.replace("# database = ", "database = "))
    assert load("alfa").database.endswith("/bollettino_alfa")


def test_a_run_is_for_the_comune_of_its_deployment_whatever_was_asked_of_it(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pool and the worker are everybody's: the first thing that a run does says whose it is."""
    monkeypatch.setenv("BOLLETTINO_PROFILE", "alfa")
    monkeypatch.setattr("os.environ", {**os.environ})  # the step sets it for its own process
    first = deploy.blocks()[1]
    *before, own = deploy.steps(load("beta"), first)
    assert before == first
    ((step, told),) = own.items()
    import_object(step)(**told)
    assert load().profile.slug == "beta"
    assert client.titled("Prova")() == f"{load('beta').profile.prova}Prova"


def test_a_run_of_a_comune_alone_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOLLETTINO_FLEET", raising=False)
    pull = deploy.blocks()[1]
    assert deploy.steps(load(DEMO), pull) == pull


def test_a_command_is_typed_for_one_of_them_by_its_slug(
    here: Land, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.environ", {**os.environ})  # the verb sets it for its own process
    here.settle(["alfa", "beta"], sqlite_template)
    (here.states / "beta" / "bollettino.db").unlink()
    assert main(["numbers", "--profile", "alfa"]) == 0
    assert "Iscritti: 0" in capsys.readouterr().out
    assert main(["numbers", "--profile", "beta"]) == 2
    assert str(here.states / "beta") in capsys.readouterr().err
    assert main(["numbers", "--profile", "gamma"]) == 2
    assert "gamma: is no Comune of the fleet" in capsys.readouterr().err


def test_the_profile_that_the_environment_names_is_found_by_its_slug(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("beta", str(here.folder / "beta.toml"), str(DEMO)):
        monkeypatch.setenv("BOLLETTINO_PROFILE", name)
        found = given_profile()
        assert found is not None
        assert found.slug == ("esempio" if name == str(DEMO) else "beta")
