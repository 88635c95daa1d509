"""README and manual stay true: commands are understood, what they name exists, links lead somewhere.

What is quick and harmless is really typed, against a small installation.
"""

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from db.models import BulletinStatus
from flows.__main__ import main, parser
from flows.deploy import YAML
from flows.door import entry, login
from flows.profiles.comune import Editor, Profile
from flows.profiles.given import Secrets
from flows.settings import DEMO, ROOT
from flows.web import app as web_app
from flows.web.metrics import exposition
from tests.test_cli_help import parsers
from tests.test_cli_verbs import _own_environment, flows
from tests.test_house_architecture import FLOORS
from tests.world.builders import item_of, make_bulletin, make_news_item
from tests.world.comune import APPROVE, Comune
from tests.world.documents import (
    CHANGELOG,
    CONTRIBUTING,
    GUIDE,
    INCIDENTS,
    MANUAL,
    README,
    SECURITY,
    Document,
    names_in,
)
from tests.world.tree import modules
from tests.world.web_site import Site

__all__ = ["_own_environment"]  # the fixture

BOTH = pytest.mark.parametrize("document", [README, MANUAL], ids=lambda document: document.path)
TYPED = (README, MANUAL, INCIDENTS)  # from which commands are typed
EACH = pytest.mark.parametrize("document", TYPED, ids=lambda document: document.path)
LONGEST = 180  # lines of the README
EXAMPLE = "deployments/profiles/mio.toml"  # what `discover` writes
BESIDE = "deployments/profiles/mio.testi"  # what an operator makes
FILES = r".*\.(?:atom|csv|db|jsonl?|lock|log|md|py|svg|toml|token|txt|yaml|yml)"
SANDBOX = "http://127.0.0.1:8600"
# What asks nobody, changes nothing, and takes no time; so does a dry run.
HARMLESS = {
    *("certificate", "codes", "completion", "cost", "discover", "export-site", "history", "inspect"),
    *("numbers", "privacy", "subscribers export", "templates plan", "witness"),
}
DECIDING = {"--accept-by"}  # what makes more of these


# ------------------------------------------------------------------ what is named
def inside(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models within a field's type: `list[Editor]`, `Mail | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from inside(inner)


def keys(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of a profile, as `servers.public`, with its default."""
    for name, field in model.model_fields.items():
        key = f"{before}{field.alias or name}"
        yield key, field.default
        for table in inside(field.annotation):
            yield from keys(table, f"{key}.")


KEYS = dict(keys(Profile))
PARSER = parser()
OPTIONS = {option for _, found in parsers(PARSER) for option in found._option_string_actions}
SOURCES = {path: source for path, source in modules() if not path.startswith("tests/")}


def keys_of(told: dict[str, Any], before: str = "") -> Iterator[str]:
    """Of a table in TOML."""
    for name, value in told.items():
        yield f"{before}{name}"
        if isinstance(value, dict):
            yield from keys_of(value, f"{before}{name}.")


def named_keys(document: Document) -> Iterator[str]:
    """As `[mail]`, `servers.public`, `approvals = 2`, and in blocks of TOML."""
    for span in document.spans:
        if table := re.fullmatch(r"\[\[?([a-z_.]+)\]\]?", span):
            yield table[1]
        elif value := re.fullmatch(r"([a-z_.]+) = .+", span):
            yield value[1]
        elif re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", span) and not re.fullmatch(FILES, span):
            yield span
    for block in document.blocks("toml"):
        yield from keys_of(tomllib.loads(block))


def variables() -> set[str]:
    """What an installation is told by its environment."""
    editor = Editor(name="id", email="id@example.it")
    by_editor = {name.replace("_ID", "_<ID>") for name in (editor.code_variable, editor.phone_variable)}
    own = {f"BOLLETTINO_{name.upper()}" for name in Secrets.model_fields}
    sources = SOURCES["flows/settings.py"] + SOURCES["flows/profiles/given.py"]
    others = set(re.findall(r'get\("(BOLLETTINO_[A-Z_]+)"', sources))
    return by_editor | own | others | {"BOLLETTINO_MAIL_USER", "BOLLETTINO_MAIL_PASSWORD"}


def is_understood(words: list[str]) -> bool:
    """By the program's own parser."""
    try:
        PARSER.parse_args(words)
    except SystemExit as ended:  # --help and --version end so, too
        return ended.code == 0
    return True


@EACH
def test_every_command_is_understood(document: Document) -> None:
    """And no option in it is a shorter form of one."""
    for words in document.commands:
        assert is_understood(words), words
    options = {word.partition("=")[0] for words in document.commands for word in words if word[:2] == "--"}
    options |= {span.split()[0] for span in document.spans if span.startswith("--")}
    assert options <= OPTIONS


def test_the_manual_has_a_line_for_every_verb() -> None:
    (verbs,) = (action for action in PARSER._actions if isinstance(action, argparse._SubParsersAction))
    told = [name for row in MANUAL.rows("Every command", "verb") for name in names_in(row[0])]
    assert sorted(told) == sorted(verbs.choices)


@BOTH
def test_every_target_is_in_the_makefile(document: Document) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"run"} <= document.targets <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def test_the_two_commands_stand_in_the_readme() -> None:
    assert {"run", "test"} <= README.targets


@EACH
def test_every_file_that_is_named_is_there(document: Document) -> None:
    named = set(document.paths())
    named |= {path for line in document.typed for path in re.findall(r"\bdeployments/[\w./-]+", line)}
    for path in {path.rstrip("/") for path in named} - {EXAMPLE, BESIDE}:
        assert list(ROOT.glob(path)) if "*" in path else (ROOT / path).exists(), path


@EACH
def test_every_key_of_the_profile_that_is_named_exists(document: Document) -> None:
    named = set(named_keys(document))
    assert named
    for key in named:
        assert key in KEYS or key in {one.rpartition(".")[2] for one in KEYS}, key


def test_each_key_stands_in_the_sandbox_s_profile_which_explains_it() -> None:
    text = DEMO.read_text(encoding="utf-8")
    for key in KEYS:
        assert re.search(rf"\b{key.rpartition('.')[2]}\b", text), key


@EACH
def test_every_variable_that_is_named_exists(document: Document) -> None:
    assert set(re.findall(r"BOLLETTINO_[A-Z_]+(?:<ID>)?", document.text)) <= variables()


def test_the_manual_names_every_variable_and_says_how_to_make_each_secret() -> None:
    assert variables() <= set(re.findall(r"BOLLETTINO_[A-Z_]+(?:<ID>)?", MANUAL.text))
    told = {name for row in MANUAL.rows("Secrets", "variable") for name in names_in(row[0]) if row[2]}
    assert told == variables() - {"BOLLETTINO_FLEET", "BOLLETTINO_PROFILE", "BOLLETTINO_STATE"}


def test_what_the_program_says_in_trouble_is_quoted_as_it_says_it() -> None:
    told = [words for row in MANUAL.rows("Something is wrong", "you see") for words in names_in(row[0])]
    assert len(told) > 10
    for words in told:
        assert any(words in source for source in SOURCES.values()), words


def test_the_table_of_what_runs_by_itself_is_that_of_prefect() -> None:
    blocks = yaml.safe_load(YAML.read_text(encoding="utf-8"))["deployments"]
    by_clock = {block["name"] for block in blocks if {"schedules", "slot_schedules"} & block.keys()}
    told = MANUAL.rows("What runs by itself", "in the Prefect UI")
    assert {name for row in told for name in names_in(row[0])} == by_clock
    minutes = {
        block["name"]: block["schedules"][0]["interval"] // 60 for block in blocks if "schedules" in block
    }
    for row in told:
        (name,) = names_in(row[0])
        if every := re.match(r"every (\d+) minutes", row[1]):
            assert int(every[1]) == minutes[name]
        elif row[1] == "every day":
            assert minutes[name] == 24 * 60
    started = re.findall(r"\*([a-z-]+)\*", MANUAL.section("Stop a send, go on with it"))
    assert set(started) <= {block["name"] for block in blocks}


def test_the_periods_are_the_defaults_of_the_profile() -> None:
    told = {names_in(row[0])[0]: int(row[1]) for row in MANUAL.rows("Periods", "key")}
    assert told == {
        key: KEYS[key] for key in KEYS if key.endswith("_days") and key.startswith("privacy.")
    } | {"days_until_erasure": KEYS["days_until_erasure"]}


def test_the_files_of_the_state_folder_are_those_that_the_program_makes() -> None:
    named = [name for row in MANUAL.rows("The state folder", "in it") for name in names_in(row[0])]
    for name in named:
        assert any(f"{name.rstrip('/')}" in source for source in SOURCES.values()), name
    assert {"bollettino.db", "consensi.jsonl", "partenze.json", "liste/"} <= set(named)


def test_every_metric_is_in_the_manual(site: Site) -> None:
    told = re.findall(r"^# TYPE (bollettino_\w+)", exposition(site.web).decode(), re.MULTILINE)
    assert set(re.findall(r"`(bollettino_\w+)`", MANUAL.section("Watch over the service"))) == set(told)


@EACH
def test_every_page_that_is_named_is_served(document: Document, comune: Comune) -> None:
    ours = web_app.create_app(comune.settings, comune.engine, clock=lambda: comune.now).openapi()["paths"]
    sandbox: Any = comune.loopback.app
    served = {*ours, *sandbox.openapi()["paths"], entry.NEWSROOM, login.PATH}
    for span in document.spans:
        if re.fullmatch(r"/[a-z.]+", span):
            assert span in served, span


def test_the_architecture_names_every_package_on_its_floor() -> None:
    rows = README.rows("The architecture", "where")
    floor_of = {package: floor for floor, packages in enumerate(FLOORS) for package in packages}
    found: list[tuple[int, str]] = []
    for where, what in rows:
        names = [re.sub(r"^flows/|\.py$|/$", "", name) for name in names_in(where)]
        if names == ["bulletin"]:
            names = [f"bulletin.{name}" for name in names_in(what)]
        found += [(floor_of.get("collect" if name == "*" else name, -1), name) for name in names]
    assert all(floor >= 0 for floor, _ in found), found
    assert [floor for floor, _ in found] == sorted(floor for floor, _ in found)
    packages = {path.split("/")[1] for path in SOURCES if path.startswith("flows/") and path.count("/") > 1}
    parts = {
        f"bulletin.{path.split('/')[2]}"
        for path in SOURCES
        if path.startswith("flows/bulletin/") and path.count("/") > 2
    }
    named = {name for _, name in found}
    assert named == packages - {"bulletin"} | parts | {
        "*",
        "run",
        "rehearse",
        "deploy",
        "settings",
        "db",
        "scrapers",
    }


@pytest.mark.parametrize(
    "document",
    [*TYPED, GUIDE, CHANGELOG, CONTRIBUTING, SECURITY],
    ids=lambda document: document.path,
)
def test_links_lead_somewhere(document: Document) -> None:
    for target in document.links:
        assert document.leads_somewhere(target), target


def test_who_reads_the_readme_is_led_to_manual_guide_and_mailbox() -> None:
    assert {GUIDE.path, MANUAL.path, CONTRIBUTING.path} <= set(README.links)
    assert f"{SANDBOX}/posta" in README.text


def test_every_section_of_the_manual_stands_in_its_table_of_contents() -> None:
    contents = MANUAL.text.partition("\n## ")[0]
    assert {f"#{anchor}" for anchor in MANUAL.anchors} - {"#manual-for-who-runs-an-installation"} == set(
        re.findall(r"\((#[\w-]+)\)", contents)
    )


def test_the_readme_stays_a_tour() -> None:
    assert len(README.text.splitlines()) <= LONGEST


# ------------------------------------------------------------------ what is typed
@pytest.fixture
def prepared(comune: Comune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Comune:
    """Bulletin 1 is sent, 2 waits for an editor, 3 is approved; in the folder lies what the examples name."""
    comune.subscribe()
    assert flows(comune, "collect", "notizie") == 0
    with comune.look() as session:
        for _ in range(3):
            items = [item_of(make_news_item(session)) for _ in range(2)]
            make_bulletin(session, items, status=BulletinStatus.in_review)
    for number in (1, 3):
        comune.answer(number, APPROVE, now=datetime.now(UTC))
    assert flows(comune, "dispatch", "1") == 0
    monkeypatch.chdir(tmp_path)
    home = tmp_path / ".bollettino" / comune.settings.profile.slug
    home.parent.mkdir()
    home.symlink_to(comune.settings.state)
    (home / "bollettino.db").symlink_to(str(comune.engine.url.database))
    closed = (
        "Da lunedì 7 dicembre via Roma è chiusa al traffico tra piazza della Vittoria e via Trieste per la "
        "posa della nuova rete idrica. I lavori durano tre settimane e il passaggio a piedi resta aperto."
    )
    rows = {
        "notizie": {"id": 1, "title": "Via Roma chiusa al traffico", "text": closed},
        "testi": {"id": 1, "source": "La biblioteca apre alle 9.", "text": "La biblioteca apre alle 10."},
    }
    for name, row in rows.items():
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (tmp_path / "elenco.csv").write_text("telefono\n333 123 4567\n")
    return comune


def is_harmless(words: list[str]) -> bool:
    if {"--help", "--version", "--dry-run"} & set(words):
        return True
    if DECIDING & set(words) or any("://" in word and not word.startswith(SANDBOX) for word in words):
        return False
    return words[0] in HARMLESS or " ".join(words[:2]) in HARMLESS


def put_into(comune: Comune, words: list[str], folder: Path) -> list[str]:
    """The command as typed at this installation, about a bulletin for which the verb makes sense."""
    about = {"approve": "2", "dispatch": "3"}.get(words[0], "1")
    found = [about if word == "1" else word.replace(SANDBOX, comune.loopback.address) for word in words]
    found = [str(folder / "site") if word == "/srv/bollettino" else word for word in found]
    without = {"inspect", "discover", "completion", "--help", "--version"}
    if without & set(found):
        return found
    return [found[0], "--profile", str(comune.settings.path), *found[1:]]


def shape(line: str) -> str:
    """What of a line is the same on any day, at any port."""
    days = "lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica"
    months = "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
    return re.sub(r"\d+", "0", re.sub(f"\\b({days}|{months})\\b", "giorno", line.lower()))


def test_what_is_harmless_is_typed_and_prints_what_the_manual_shows(
    prepared: Comune, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = {tuple(words): None for document in TYPED for words in document.commands}
    harmless = [list(words) for words in typed if is_harmless(list(words))]
    assert len(harmless) >= 25
    assert len(MANUAL.examples.keys() & {tuple(words) for words in harmless}) >= 10
    capsys.readouterr()
    failed = {}
    for words in harmless:
        try:
            code: Any = main(put_into(prepared, words, tmp_path))
        except SystemExit as ended:
            code = ended.code
        out, err = capsys.readouterr()
        shown = MANUAL.examples.get(tuple(words), "")
        first = out.replace(str(tmp_path / "site"), "/srv/bollettino").partition("\n")[0]
        if code or not out or not shape(first).startswith(shape(shown)):
            failed[" ".join(words)] = (code, first, err)
    assert failed == {}


def test_what_is_python_s_own_works(prepared: Comune, tmp_path: Path) -> None:
    """A key is made, and the database is copied whole while it is in use."""
    prefix = '.venv/bin/python -c "'
    typed = [line for line in MANUAL.typed if line.startswith(prefix)]
    assert len(typed) == 2
    for line in typed:
        code = line.removeprefix(prefix).removesuffix('"')
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "copia.db").read_bytes().startswith(b"SQLite format 3")
