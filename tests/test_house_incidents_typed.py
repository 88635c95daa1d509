"""What the incidents tell a person to type is typed, each on an installation where it is of use.

What asks nobody and changes nothing is typed with the manual's: test_house_manual.py.
"""

import os
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from db.models import BulletinStatus
from flows.__main__ import main, parser
from flows.profiles.comune import Profile
from flows.settings import Settings
from tests.test_cli_verbs import _own_environment, flows
from tests.test_house_manual import is_harmless
from tests.test_machine_files import Install, install, root
from tests.test_machine_units import files_of
from tests.test_machine_units import profile as of_units
from tests.world.builders import item_of, make_bulletin, make_news_item
from tests.world.comune import APPROVE, Comune
from tests.world.documents import INCIDENTS
from tests.world.examined import all_read, tie_keys
from tests.world.ports import free_ports
from tests.world.safe import Safe
from tests.world.units import NAME

__all__ = ["_own_environment", "install", "of_units", "root"]  # the fixtures

WELL, LOOK, BROKEN, UNSEEN = range(4)
AT_WORK = {
    "backup": 0,
    "restore --list": 0,
    "drill --identity chiave.txt": 0,
    "doctor": BROKEN,
    "doctor prefect": BROKEN,
    "doctor people": BROKEN,
    "doctor database": LOOK,  # Prefect's count of sends is not to be had
    "doctor backups": WELL,
    "doctor orologio": WELL,
    "doctor whatsapp": WELL,
    "doctor whatsapp.subscribed": WELL,
    'doctor "eco da fuori"': WELL,
    "doctor --offline": UNSEEN,  # no round of `sorveglia` was ever made
    'accounts add "Anna Redazione"': 0,
    'accounts reset "Anna Redazione"': 0,
    "accounts list": 0,
    'accounts close "Anna Redazione"': 0,
    "dispatch 1": 0,
    'dispatch 1 --late-by "Anna Redazione"': 0,
    'stop 1 --by "Anna Redazione"': 0,
    'oscura 1 --item 2 --reason "richiesta dell\'interessato"': 0,
    'absence "Anna Redazione" 2026-12-07 2026-12-11': 0,
    'closure 2026-12-07 2026-12-08 --by "Anna Redazione"': 0,
}
"""By its code, where Prefect, the web app and the mail server are away and all else is well."""

RESTORE = "restore ARCHIVE --identity chiave.txt --into FOLDER --registers REGISTERS"
AFTER_A_LOSS = {
    "restore --list": 0,
    f"{RESTORE} --plan": 0,
    RESTORE: 0,
    "accounts list": 0,
    'accounts close "Bruno Vice"': 0,
    "witness": 2,  # it says that nothing leaves
    "numbers": 0,
    'witness --accept-by "Anna Redazione"': 0,
    "backup": 0,
}
"""On another folder, in this order."""

ON_A_MACHINE = {"install --apply --profile PROFILO": 0}
OTHERS_UNITS = {"nginx", "postgresql"}


def test_each_command_is_typed_somewhere() -> None:
    told = {shlex.join(words) for words in INCIDENTS.commands if not is_harmless(words)}
    typed = {shlex.join(shlex.split(line)) for line in {**AT_WORK, **AFTER_A_LOSS, **ON_A_MACHINE}}
    assert told - typed == set(), "of no test"
    assert typed - told - {"witness", "numbers"} == set(), "of no incident any more"


@pytest.fixture
def safe(comune: Comune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Safe]:
    """An installation with copies, read and tied to its keys; the key of its copies lies here."""
    safe = Safe.make(tmp_path / "safe")
    table = f'[backup]\nfolder = "{safe.archives}"\nrecipients = ["{safe.public}"]\n# '
    (port,) = free_ports(1)
    comune.reprofile(("# [backup] ", table), ("web_port = 8080", f"web_port = {port}"))
    comune.settings.state.mkdir(exist_ok=True, mode=0o700)
    comune.settings.state.chmod(0o700)
    monkeypatch.setattr(Settings, "prepare_secrets", lambda *_, **__: None)  # the test's own
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    monkeypatch.chdir(safe.folder)
    tie_keys(comune)
    all_read(comune)
    comune.subscribe()
    with temporary_settings({PREFECT_API_URL: f"{comune.settings.prefect_address}/api"}):  # nobody is there
        yield safe


def at_work(comune: Comune) -> dict[str, int]:
    """The bulletin that each verb is typed about."""
    with comune.look() as session:
        items = [item_of(make_news_item(session)) for _ in range(2)]
        approved, late, sent, leaving = (
            make_bulletin(session, items, status=status).id
            for status in (
                *(BulletinStatus.in_review, BulletinStatus.in_review),
                *(BulletinStatus.sent, BulletinStatus.sending),
            )
        )
    for number in (late, approved):
        comune.answer(number, APPROVE, now=datetime.now(UTC))
    comune.ask("POST", "/_prova/guasti", {"next": 190, "times": 5})
    assert flows(comune, "dispatch", str(late)) == 2
    comune.ask("DELETE", "/_prova/guasti")
    return {"dispatch": approved, "dispatch --late-by": late, "oscura": sent, "stop": leaving}


@pytest.mark.slow
def test_what_is_typed_while_it_works(comune: Comune, safe: Safe, capsys: pytest.CaptureFixture[str]) -> None:
    about = at_work(comune)
    wrong = {}
    for line, code in AT_WORK.items():
        words = shlex.split(line.replace(" 2026-12-", " 2099-12-"))
        number = about.get(" ".join([words[0], *(word for word in words if word == "--late-by")]))
        capsys.readouterr()
        found = flows(comune, *(str(number) if word == "1" else word for word in words))
        if found != code:
            wrong[line] = (found, capsys.readouterr())
    assert wrong == {}


@pytest.mark.slow
def test_what_is_typed_after_a_loss(
    comune: Comune, safe: Safe, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert flows(comune, "accounts", "add", "Bruno Vice") == 0
    assert flows(comune, "backup") == 0
    (archive,) = (path for path in safe.archives.glob("*.age") if not path.stem.endswith(".registri"))
    put = {"ARCHIVE": str(archive), "FOLDER": str(tmp_path / "new"), "REGISTERS": str(comune.settings.state)}
    del os.environ["BOLLETTINO_DATABASE"]
    os.environ |= {"BOLLETTINO_STATE": put["FOLDER"], "BOLLETTINO_PROFILE": str(comune.settings.path)}
    told = {}
    for line, code in AFTER_A_LOSS.items():
        capsys.readouterr()
        found = main([put.get(word, word) for word in shlex.split(line)])
        out, err = capsys.readouterr()
        told[line] = out
        assert found == code, (line, out, err)
    assert "words in that journal since the copy" in told[f"{RESTORE} --plan"]
    assert "looks restored from a backup" in told["witness"]
    assert "Bruno Vice" in told["accounts list"]


def test_the_units_that_are_named_are_those_that_install_writes(of_units: Profile, tmp_path: Path) -> None:
    units = files_of(of_units, tmp_path).keys()
    named = re.findall(r"(?:systemctl \w+|journalctl -u) ([\w.@*-]+)", INCIDENTS.text)
    named = [name for name in named if name != "daemon-reload"]
    assert len(named) >= 6
    for name in set(named) - OTHERS_UNITS:
        assert name in units or f"{name}.service" in units, name


@pytest.mark.usefixtures("_own_environment")
def test_what_is_typed_on_a_machine(install: Install) -> None:
    (words,) = map(shlex.split, ON_A_MACHINE)
    assert words[2:] == ["--profile", "PROFILO"]
    assert install(*words[1:2]) == 0, "with the profile and root of this test"


def test_what_root_types_for_the_account_is_understood() -> None:
    """`bollettino-esempio` is `python -m flows`, as the right account."""
    lines = re.findall(rf"(?:# |`){NAME} (.+?)(?:`|$)", INCIDENTS.text, re.MULTILINE)
    assert len(lines) >= 2
    for line in lines:
        parser().parse_args(shlex.split(line))
