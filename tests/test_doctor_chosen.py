"""`doctor CHECK`: one group or one check instead of all, by what a person reads or types."""

import json

import pytest

from flows.__main__ import main
from flows.cli import health
from flows.doctor.examination import CHECKS, chosen
from flows.settings import Settings
from tests.test_cli_verbs import _own_environment, flows
from tests.world.comune import Comune

__all__ = ["_own_environment"]  # the fixture


def test_the_help_names_every_group_and_check(capsys: pytest.CaptureFixture[str]) -> None:
    """From a table that imports nothing: it says what the checks say."""
    told = [
        (f"{first}.{rest}", group)
        for first, (group, names) in health.CHECKS.items()
        for rest in names.split()
    ]
    assert told == [(check.id, check.group) for check in CHECKS]
    with pytest.raises(SystemExit):
        main(["doctor", "--help"])
    out = capsys.readouterr().out
    for first, (group, _) in health.CHECKS.items():
        assert f"\n  {first} " in out
        assert f" {group}: " in out


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("prefect.runs", ["prefect.runs"]),
        ("lavori fermi", ["prefect.runs"]),
        ("Fonti", ["sources.news", "sources.alerts"]),
        ("SOURCES", ["sources.news", "sources.alerts"]),
        ("Versione", ["database.revision", "prefect.version"]),
        ("prefect.", []),
        ("", []),
    ],
)
def test_what_is_meant_by_a_name(name: str, ids: list[str]) -> None:
    assert [check.id for check in chosen(name)] == ids


def test_from_the_terminal_nothing_else_is_looked_at(
    comune: Comune, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    comune.settings.state.mkdir(exist_ok=True)
    monkeypatch.setattr(Settings, "prepare_secrets", lambda *_, **__: None)  # the test's own
    assert flows(comune, "doctor", "Profilo", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert ([row["id"] for row in told["checks"]], told["code"]) == (["config.profile"], 0)
    assert flows(comune, "doctor", "public", "--offline") == 0
    out = capsys.readouterr().out
    assert out.startswith("PAGINE E WEBHOOK\n")
    assert "CONFIGURAZIONE" not in out


def test_a_name_that_is_none_is_told_with_those_that_are(
    comune: Comune, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "prepare_secrets", lambda *_, **__: None)
    assert flows(comune, "doctor", "prefetto") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(
        "bollettino: 'prefetto' is no check of doctor's and no group of them; the groups are "
    )
    assert all(first in err for first in health.CHECKS)
    assert "`python -m flows doctor --help`" in err
