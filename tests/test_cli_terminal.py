"""Colours, tables and bars: on a terminal only; and the names that an operator mistypes."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from db.models import BulletinStatus
from tests.test_cli_verbs import _own_environment, flows
from tests.world.builders import make_bulletin
from tests.world.comune import Comune
from tests.world.tree import ROOT

__all__ = ["_own_environment"]  # the fixture

SHOWN = """
from flows.cli.output import Output
out = Output()
out.say("Numero: a posto. [bold]Sì", "Modello: NON PARTE. Manca")
out.table("rows", [{"name": "uno", "count": 1}, {"name": "due", "count": 22}], ["plain uno", "plain due"])
with out.progress("counting") as advance:
    advance(0.5, "half way")
out.trouble("bollettino: broken")
"""


def on_a_terminal(code: str) -> str:
    """What a person sees; the process has a terminal for its output and errors."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        read = b""
        while part := _more(ours):
            read += part
        assert process.wait(60) == 0
    os.close(ours)
    return read.decode()


def _more(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_a_terminal_gets_colours_a_table_and_a_bar() -> None:
    shown = on_a_terminal(SHOWN)
    assert "\x1b[32m: a posto.\x1b[0m [bold]Sì" in shown
    assert "\x1b[1;31m: NON PARTE.\x1b[0m Manca" in shown
    assert "plain uno" not in shown
    assert "name" in shown
    assert "22" in shown
    assert "half way" in shown
    assert "\x1b[31mbollettino: broken" in shown


def test_what_is_said_beside_a_bar_goes_where_it_was_sent(tmp_path: Path) -> None:
    code = (
        "from flows.cli.output import Output\nout = Output()\n"
        "with out.progress('counting'):\n    out.say('kept')\n    out.trouble('bollettino: warning: seen')"
    )
    file = tmp_path / "told"
    shown = on_a_terminal(f"import sys\nsys.stdout = open({str(file)!r}, 'w')\n{code}\nsys.stdout.close()")
    assert file.read_text() == "kept\n"
    assert "counting" in shown
    assert "warning: seen" in shown
    assert "kept" not in shown


def test_what_is_piped_is_the_plain_lines_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{SHOWN}\nimport sys; assert 'rich' not in sys.modules"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ("Numero: a posto. [bold]Sì\nModello: NON PARTE. Manca\nplain uno\nplain due\n")
    assert done.stderr == "bollettino: broken\n"


def test_a_name_that_is_not_whole_lists_the_names_and_says_what_to_type(
    comune: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    with comune.look() as session:
        number = make_bulletin(session, status=BulletinStatus.sending).id
    assert flows(comune, "stop", str(number), "--by", "Anna") == 2
    told = capsys.readouterr().err
    names = [one.name for one in comune.settings.profile.editors]
    assert f"they are: {', '.join(names)}." in told
    assert told.endswith(f" {number} --by 'Anna Redazione'\n")
    assert "To type: python -m flows stop --profile " in told
    assert flows(comune, "stop", str(number), "--by=Anna") == 2
    assert capsys.readouterr().err.endswith(" '--by=Anna Redazione'\n")
    assert flows(comune, "stop", str(number), "--by", "Redazione Nessuna") == 2
    told = capsys.readouterr().err
    assert "they are: " in told
    assert "To type" not in told
    assert comune.bulletin(number).status == BulletinStatus.sending
    assert flows(comune, "stop", str(number), "--by", " anna  REDAZIONE") == 0
    assert comune.bulletin(number).status == BulletinStatus.stopped


@pytest.mark.parametrize(
    "typed",
    [
        ["retry", "1", "--by", "Anna"],
        ["dispatch", "1", "--late-by", "Anna"],
        ["dispatch", "1", "--despite-by", "Anna"],
        ["closure", "2099-12-07", "2099-12-08", "--by", "Anna"],
        ["absence", "Anna", "2099-12-07", "2099-12-08"],
    ],
    ids=" ".join,
)
def test_every_verb_that_asks_for_an_editor_helps_with_the_name(
    comune: Comune, typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert flows(comune, *typed) == 2
    assert "they are: Anna Redazione, " in capsys.readouterr().err
