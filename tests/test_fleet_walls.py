"""The walls between the Comuni of one process: what is planted with one is looked for with every other."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr
from sqlalchemy import Engine

from db.canary import StrangeKeyError
from db.engine import opened
from flows.door.environment import WITHHELD
from flows.privacy import intact
from flows.settings import ROOT, Settings, load
from tests.world.fleet import PHONES, Land, land, planted

STRANGERS = "stranger"  # of nobody in the fleet: what the process's environment held before
DEEDS = ("bring_keys", "enter", "engine")  # what tells nothing
SECRET = ("KEY", "TOKEN", "SECRET", "TOTP", "PHONE", "MAIL")


class Two:
    """Each with an editor `anna-redazione`; beside them the environment of a Comune that was here alone."""

    def __init__(self, here: Land, monkeypatch: pytest.MonkeyPatch) -> None:
        self.here = here
        strange = planted(STRANGERS)
        for name, value in strange.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("BOLLETTINO_DATABASE", "postgresql://stranger:database-of-stranger@db/x")
        monkeypatch.setenv("BOLLETTINO_STAMP_KEY", "ab" * 32)
        self.secrets = {slug: here.add(slug) for slug in PHONES}
        self.values = {slug: set(secrets.values()) for slug, secrets in self.secrets.items()}
        self.values[STRANGERS] = {*strange.values(), "database-of-stranger", "ab" * 32}

    def not_of(self, slug: str) -> set[str]:
        return set().union(*(values for other, values in self.values.items() if other != slug))


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Two:
    return Two(land(tmp_path, monkeypatch), monkeypatch)


def told(settings: Settings) -> Iterator[Any]:
    """All that a program can ask of it, private or not, secrets opened."""
    for name in dir(settings):
        if name.startswith("__") or name in DEEDS:
            continue
        with suppress(Exception):
            value = getattr(settings, name)
            yield value if not callable(value) else value()
    for editor in settings.profile.editors:
        yield from (settings.code_secret(editor), settings.editor_phone(editor))


def plain(value: Any) -> str:
    """With what is secret in it in clear."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, BaseModel):
        return " ".join(plain(getattr(value, name)) for name in type(value).model_fields)
    if isinstance(value, (tuple, list, set)):
        return " ".join(map(plain, value))
    if isinstance(value, dict) or hasattr(value, "keys"):
        return " ".join(f"{name} {plain(value[name])}" for name in value)
    with suppress(Exception):
        return f"{value!r} {pickle.dumps(value)!r}"
    return repr(value)


def found(secrets: set[str], where: str) -> set[str]:
    return {secret for secret in secrets if secret in where}


@pytest.mark.parametrize("slug", PHONES)
def test_what_is_one_s_own_is_there_and_nothing_of_another_s(two: Two, slug: str) -> None:
    others = [load(other) for other in PHONES if other != slug]
    settings = load(slug)
    whole = " ".join(map(plain, told(settings)))
    own = two.values[slug]
    assert found(own, whole) == own, "else nothing could be found"
    assert found(two.not_of(slug), whole) == set()
    assert others
    for view in (repr(settings), str(settings), f"{settings.secrets!r}", str(vars(settings)["secrets"])):
        assert found(own, view) == set(), "nor its own, where it is only shown"


def test_editors_of_one_id_have_codes_and_telephones_of_their_own(two: Two) -> None:
    for slug, phone in PHONES.items():
        settings = load(slug)
        anna = settings.profile.editors[0]
        assert anna.id == "anna-redazione"
        code, number = settings.code_secret(anna), settings.editor_phone(anna)
        assert code is not None
        assert number is not None
        assert code.get_secret_value() == two.secrets[slug]["BOLLETTINO_TOTP_ANNA_REDAZIONE"]
        assert number.get_secret_value() == phone
    (two.here.folder / "beta" / "BOLLETTINO_PHONE_ANNA_REDAZIONE").unlink()
    (two.here.folder / "beta" / "BOLLETTINO_TOTP_ANNA_REDAZIONE").unlink()
    beta = load("beta")
    assert beta.code_secret(beta.profile.editors[0]) is None, "not that of the environment, either"
    assert beta.editor_phone(beta.profile.editors[0]) is None


@pytest.mark.parametrize("slug", PHONES)
@pytest.mark.parametrize("process", [*WITHHELD, "send"])
def test_a_process_that_is_started_has_nobody_s_secrets_in_its_environment(
    two: Two, slug: str, process: str
) -> None:
    """It asks for them by the slug, as any other."""
    settings = load(slug)
    show = "import json, os; print(json.dumps(dict(os.environ)))"
    done = subprocess.run(
        [sys.executable, "-c", show],
        env=settings.given_to(process),
        capture_output=True,
        check=True,
        text=True,
    )
    environment = json.loads(done.stdout)
    assert found(two.not_of("nobody"), done.stdout) == set()
    assert not [name for name in environment if name.startswith("BOLLETTINO_") and name.endswith(SECRET)]
    if process != "pg":
        assert environment["BOLLETTINO_FLEET"] == str(two.here.folder)
        assert environment["BOLLETTINO_STATE"] == str(two.here.states)


@pytest.mark.slow
@pytest.mark.parametrize("slug", PHONES)
def test_a_process_that_is_started_finds_the_same_comune(two: Two, slug: str) -> None:
    settings = load(slug)
    show = "from flows.settings import load; it = load(); print(it.database, it.state, it.prefect_address)"
    environment = settings.given_to("worker") | settings.environment()
    done = subprocess.run(
        [sys.executable, "-c", show], env=environment, cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert done.stdout.split() == [settings.database, str(settings.state), settings.prefect_address]


def test_who_enters_brings_no_secret_into_the_process(two: Two) -> None:
    before = dict(os.environ)
    load("alfa").enter("worker")
    assert (two.here.states / "_fleet").stat().st_mode & 0o777 == 0o700, "where Prefect's home is made"
    new = {name: value for name, value in os.environ.items() if before.get(name) != value}
    assert found(two.not_of("nobody"), json.dumps(new)) == set()
    assert load().profile.slug == "alfa"
    assert found(two.not_of("beta"), " ".join(map(plain, told(load("beta"))))) == set()


def test_of_what_a_unit_is_handed_over_each_has_its_own(
    two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As files in one folder, with the slug before the name; the fleet's own without one."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    for slug, secrets in two.secrets.items():
        for name, value in secrets.items():
            (folder / f"{slug}_{name}").write_text(value)
            (two.here.folder / slug / name).unlink()
    (folder / "BOLLETTINO_PREFECT_AUTH").write_text("redazione:of-the-fleet")
    (folder / "BOLLETTINO_LLM_KEY").write_text("llm-key-of-stranger")
    (folder / "alfa_BOLLETTINO_PREFECT_AUTH").write_text("redazione:of-alfa")
    (folder / "alfa_BOLLETTINO_LLM_KEY").unlink()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    for slug in PHONES:
        whole = " ".join(map(plain, told(load(slug))))
        assert found(two.not_of(slug), whole) == set()
        assert "redazione:of-the-fleet" in whole
        assert "redazione:of-alfa" not in whole, "the server is the fleet's"
        assert str(folder) not in plain(load(slug).given_to("worker"))
    assert load("alfa").llm_key is None
    beta = load("beta").llm_key
    assert beta is not None
    assert beta.get_secret_value() == "llm-key-of-beta"


def test_what_a_unit_is_not_handed_over_is_not_fetched_elsewhere(
    two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which process may have what is said once, by its unit."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "alfa_BOLLETTINO_LOOKUP_KEY").write_text("one-key")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    assert load("alfa").llm_key is None
    assert load("beta").llm_key is not None, "of which nothing was handed over: its files"


def test_the_keys_of_one_open_no_other_s_database(two: Two, sqlite_template: Path) -> None:
    two.here.settle(list(PHONES), sqlite_template)
    for slug in PHONES:
        settings = load(slug)
        with opened(settings.database) as engine:
            intact.keep_keys(settings, engine)
    assert intact.load("alfa").profile.slug == "alfa"
    two.here.give("alfa", "BOLLETTINO_DATABASE", f"sqlite:///{two.here.states / 'beta' / 'bollettino.db'}")
    with pytest.raises(StrangeKeyError):
        intact.load("alfa")
    assert intact.load("beta").profile.slug == "beta"


def test_a_comune_alone_is_given_the_environment_as_ever(
    two: Two, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOLLETTINO_FLEET")
    monkeypatch.setenv("BOLLETTINO_DATABASE", sqlite.url.render_as_string(hide_password=False))
    settings = load(two.here.folder / "alfa.toml")
    assert settings.secrets.whatsapp_token.get_secret_value() == f"token-of-{STRANGERS}"
    assert settings.state == two.here.states
    assert settings.database == str(sqlite.url)


def test_what_a_comune_has_of_its_own_comes_before_the_environment(two: Two) -> None:
    profile = load("alfa").profile
    own = {"BOLLETTINO_LLM_KEY": "its-own"}
    alone = Settings(profile, two.here.folder / "alfa.toml", two.here.states / "alfa", own=own)
    assert alone.llm_key is not None
    assert alone.llm_key.get_secret_value() == "its-own"
    assert alone.secrets.whatsapp_token.get_secret_value() == f"token-of-{STRANGERS}"
    assert os.environ["BOLLETTINO_LLM_KEY"] == f"llm-key-of-{STRANGERS}"
