"""The public pages at the command line: `oscura` and `export-site`."""

from pathlib import Path

import pytest

from db import privacy
from tests.test_cli_verbs import _own_environment, flows
from tests.world.comune import Comune
from tests.world.public_site import plant

__all__ = ["_own_environment"]  # the fixture


@pytest.fixture
def number(comune: Comune) -> int:
    with comune.look() as session:
        return plant(session).ordinary.id


def test_a_part_is_hidden_and_shown_again(
    comune: Comune, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    hide = ("oscura", str(number), "--item", "2", "--reason", "richiesta dell'interessato")
    assert flows(comune, *hide, "--dry-run") == 0
    assert capsys.readouterr().out == f"item 2 of bulletin {number} would be hidden\n"
    assert flows(comune, *hide) == 0
    told = capsys.readouterr().out
    assert f"item 2 of bulletin {number} is hidden on the public pages" in told
    assert "look at it, too: bulletin" in told
    with comune.look() as session:
        (kept,) = privacy.redactions(session, number)
    assert (kept.position, kept.reason) == (2, "richiesta dell'interessato")
    assert kept.by
    assert flows(comune, *hide) == 0
    assert "hidden already: nothing was done" in capsys.readouterr().out
    assert flows(comune, *hide, "--cancel") == 0
    assert "is shown again" in capsys.readouterr().out
    assert flows(comune, "oscura", "altro", "--reason", "x") == 2
    assert "no bulletin with the number or code altro" in capsys.readouterr().err
    with pytest.raises(SystemExit):  # a reason is always kept
        flows(comune, "oscura", str(number))


def test_the_site_is_written_as_files(
    comune: Comune, number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "site"
    assert flows(comune, "export-site", str(folder), "--dry-run") == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[-1] == f"{len(listed) - 1} files, 0.1 MB; nothing was written"
    assert not folder.exists()
    assert flows(comune, "export-site", str(folder)) == 0
    assert f"written to {folder}" in capsys.readouterr().out
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written == {*listed[:-1], ".bollettino-site"}
    assert flows(comune, "export-site", str(tmp_path)) == 2
    assert "holds files that no export wrote" in capsys.readouterr().err
    assert number
