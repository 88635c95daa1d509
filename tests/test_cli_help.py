"""The help of the command line: at once, complete, and the same for a shell that completes what is typed."""

import argparse
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields

import pytest

from flows.__main__ import main, parser
from flows.cli.arguments import HAZARDS
from flows.cli.citizens import RETAINED
from flows.cli.completion import SHELLS, script
from flows.cli.proofs import CERTIFICATE
from flows.retain import WORDS
from flows.sending.certificate import Document
from scrapers.alerts.allertalom import QUERIES
from tests.world.tree import ROOT

SLOW = {
    *("prefect", "sqlalchemy", "sqlmodel", "pydantic", "trafilatura", "lxml", "bs4", "feedparser", "fastapi"),
    *("aiohttp", "cryptography", "phonenumbers", "rich", "alembic", "db", "scrapers"),
}
PROBE = """
import atexit, runpy, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
sys.argv[0] = "flows"
runpy.run_module("flows", run_name="__main__")
"""


def parsers(found: argparse.ArgumentParser, *path: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every parser, by the words that lead to it."""
    yield " ".join(path), found
    for action in found._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from parsers(inner, *path, name)


@pytest.mark.parametrize(
    "typed",
    [
        ["--help"],
        ["--version"],
        ["dispatch", "--help"],
        ["inspect", "alerts", "--help"],
        ["completion", "bash"],
    ],
    ids=" ".join,
)
def test_who_asks_for_help_waits_for_no_library(typed: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *typed], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "argparse" in loaded
    assert loaded & SLOW == set()
    assert "flows.settings" not in done.stderr.split()


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert f'version = "{capsys.readouterr().out.split()[1]}"' in (ROOT / "pyproject.toml").read_text()


def test_every_key_of_a_document_stands_in_the_help_of_its_verb() -> None:
    with_json = {name: one for name, one in parsers(parser()) if "--json" in one._option_string_actions}
    assert with_json.keys() >= {"collect", "dispatch", "subscribers import", "privacy log", "inspect feed"}
    for name, one in with_json.items():
        shown = one.format_help()
        keys = one.get_default("keys")
        assert keys, name
        assert all(f"\n  {key} " in shown for key in keys), name


def test_a_verb_that_tells_a_program_nothing_says_so() -> None:
    without = {name for name, one in parsers(parser()) if "--json" not in one._option_string_actions}
    assert without == {
        "", "run", "prefect", "gate", "worker", "web", "completion",  # they go on, or print what is no result
        "export-person",  # JSON by itself, with the person's own number
        "codes new",  # a secret, once, for a person's eyes
        *("subscribers", "privacy", "inspect", "templates", "accounts", "fleet"),  # below them it is
    }  # fmt: skip


def test_the_help_says_what_the_modules_say_that_it_does_not_import() -> None:
    assert set(HAZARDS) == set(QUERIES)
    assert RETAINED.keys() == WORDS.keys()
    assert list(CERTIFICATE) == [*(one.name for one in fields(Document)), "sha256"]


def typed(line: str) -> list[str]:
    """What bash offers for the last word of a line."""
    words = line.split(" ")
    ask = f"COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}; _bollettino"
    done = subprocess.run(
        ["bash", "-c", f'{script(parser(), "bash")}\n{ask}\nprintf "%s\\n" "${{COMPREPLY[@]}}"'],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("python -m flows subscribers im", ["import"]),
        ("/srv/b/.venv/bin/python -m flows re", ["retry", "retention", "restore"]),
        ("bollettino collect not", ["notizie"]),
        ("bollettino subscribers import --d", ["--dated", "--dry-run"]),
        ("bollettino stop 3 --b", ["--by"]),
        ("python -m pip in", []),
    ],
)
def test_a_shell_completes_verbs_options_and_choices(line: str, offered: list[str]) -> None:
    assert typed(line) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_what_a_shell_reads_knows_every_verb(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    told = capsys.readouterr().out
    assert all(f"[' {name}']=" in told for name, _ in parsers(parser()) if name)
    assert ("bashcompinit" in told) == (shell == "zsh")
