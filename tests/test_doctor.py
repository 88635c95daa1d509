"""Doctor itself: what becomes of its checks, the exit code, and what may be pasted into a public issue."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from flows.__main__ import main
from flows.backup.taking import version
from flows.doctor import asking, examination, fleet
from flows.doctor.asking import FORBIDDEN, examine
from flows.doctor.examination import CHECKS
from flows.doctor.finding import (
    Case,
    Check,
    Finding,
    Said,
    Verdict,
    attention,
    exit_code,
    failed,
    good,
    left_out,
    unknown,
    worst,
)
from flows.doctor.redaction import HIDDEN, redacted, values
from flows.doctor.table import lines, rows
from flows.settings import DEMO, Settings, load_profile
from tests.test_cli_verbs import _own_environment, flows
from tests.world.comune import Comune
from tests.world.examined import all_read, tie_keys
from tests.world.ports import free_ports

__all__ = ["_own_environment"]  # the fixture

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
DEMO_SETTINGS = Settings(load_profile(DEMO), DEMO, Path("/srv/bollettino/stato"))
CASE = Case(DEMO_SETTINGS, NOW)
SAID = {
    Verdict.good: good("bene"),
    Verdict.attention: attention("così", "guarda"),
    Verdict.failed: failed("rotto", "aggiusta"),
    Verdict.unknown: unknown("chissà", "prova"),
}


def finding(words: str, *, remedy: str = "", detail: str = "", name: str = "Nome") -> Finding:
    return Finding("a.b", "Gruppo", name, Verdict.failed, words, remedy, detail)


def defect(_: Case) -> NoReturn:
    raise ZeroDivisionError("con parole di un altro: mario@example.it")


def no_database(_: Case) -> NoReturn:
    raise OperationalError("SELECT", {}, Exception("gone"))


def test_a_check_that_crashes_is_a_result_and_costs_no_other() -> None:
    checks = [
        Check("a.first", "A", "Prima", lambda _: good("bene")),
        Check("a.crash", "A", "Rotta", defect),
        Check("a.database", "A", "Senza database", no_database),
        Check("a.many", "A", "Tante", lambda _: [good("x", about="uno"), failed("y", "z", about="due")]),
    ]
    found = examine(CASE, checks)
    assert [(one.id, one.name, one.verdict) for one in found] == [
        ("a.first", "Prima", Verdict.good),
        ("a.crash", "Rotta", Verdict.unknown),
        ("a.database", "Senza database", Verdict.unknown),
        ("a.many", "Tante: uno", Verdict.good),
        ("a.many", "Tante: due", Verdict.failed),
    ]
    assert "ZeroDivisionError" in found[1].words
    assert "--redact" in found[1].remedy
    assert "mario@example.it" in found[1].detail
    assert "mario@example.it" not in str(redacted(found, DEMO_SETTINGS))
    assert "OperationalError" in found[2].words


def test_offline_asks_nobody_and_does_not_hold_it_against_the_installation() -> None:
    asked: list[str] = []

    def look(_: Case) -> Said:
        asked.append("network")
        return failed("x", "y")

    checks = [
        Check("a.out", "A", "Fuori", look, needs_network=True),
        Check("a.in", "A", "Dentro", lambda _: good("bene")),
    ]
    found = examine(Case(DEMO_SETTINGS, NOW, is_offline=True), checks)
    assert asked == []
    assert (found[0].verdict, found[0].words) == (Verdict.unknown, FORBIDDEN)
    assert exit_code(found) == 0


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], 0),
        ([Verdict.good], 0),
        ([Verdict.good, Verdict.attention], 1),
        ([Verdict.attention, Verdict.failed, Verdict.unknown], 2),
        ([Verdict.attention, Verdict.unknown], 1),
        ([Verdict.good, Verdict.unknown], 3),
    ],
)
def test_the_exit_code_is_that_of_the_worst(verdicts: list[Verdict], code: int) -> None:
    checks = [
        Check(f"a.{n}", "A", "N", lambda _, said=SAID[verdict]: said)  # type: ignore[misc]
        for n, verdict in enumerate(verdicts)
    ]
    assert exit_code(examine(CASE, checks)) == code
    also = [*checks, Check("a.not", "A", "N", lambda _: left_out("non previsto"))]
    assert exit_code(examine(CASE, also)) == code


def test_a_check_that_takes_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LONG", 0.2)

    def late(_: Case) -> Said:
        time.sleep(0.25)
        return good("bene")

    slow, fast = examine(
        CASE, [Check("a.slow", "A", "N", late), Check("a.fast", "A", "N", lambda _: good("bene"))]
    )
    assert (slow.words, fast.words) == ("bene Il controllo ha impiegato 0 secondi.", "bene")
    assert slow.ms >= 250 > fast.ms


def test_the_worst_is_what_the_exit_code_stands_for() -> None:
    found = examine(
        CASE,
        [
            Check("a.one", "A", "N", lambda _: unknown("chi sa", "riprova")),
            Check("a.two", "A", "N", lambda _: attention("così così", "guarda")),
        ],
    )
    assert worst(found) == Verdict.attention
    assert worst(found[:1]) == Verdict.unknown
    assert worst([]) == Verdict.good


def test_ids_are_one_each_and_begin_with_their_group() -> None:
    ids = [check.id for check in CHECKS]
    assert len(ids) == len(set(ids)) > 25
    for group in {check.group for check in CHECKS}:
        assert len({check.id.partition(".")[0] for check in CHECKS if check.group == group}) == 1


def test_the_table_has_each_group_once_and_a_remedy_below_what_is_not_well() -> None:
    found = examine(
        CASE,
        [
            Check("a.one", "Prima", "Uno", lambda _: good("bene")),
            Check("a.two", "Prima", "Due", lambda _: failed("rotto", "aggiusta", detail="550 no")),
            Check("b.one", "Seconda", "Tre", lambda _: attention("così così", "guarda")),
        ],
    )
    shown = list(lines(found, 2))
    assert shown == [
        "PRIMA",
        "  a posto         Uno  bene",
        "  guasto          Due  rotto [550 no]",
        "                       → aggiusta",
        "",
        "SECONDA",
        "  attenzione      Tre  così così",
        "                       → guarda",
        "",
        "C'è un guasto. (a posto: 1, attenzione: 1, guasto: 1)",
    ]
    assert [row["verdict"] for row in rows(found)] == ["good", "failed", "attention"]


@given(st.data())
def test_nothing_of_the_installation_is_left_in_what_may_be_published(data: st.DataObject) -> None:
    known = values(DEMO_SETTINGS)
    value = data.draw(st.sampled_from(known))
    before, after = data.draw(st.text(max_size=20)), data.draw(st.text(max_size=20))
    text = f"{before} {value.upper() if data.draw(st.booleans()) else value} {after}"
    (clean,) = redacted([finding(text, remedy=text, detail=text, name=text)], DEMO_SETTINGS)
    for part in (clean.name, clean.words, clean.remedy):
        assert value.casefold() not in part.casefold().replace(HIDDEN, "")
    assert clean.detail == ""
    assert (clean.id, clean.verdict) == ("a.b", Verdict.failed)


@pytest.mark.parametrize(
    "private",
    [
        "https://redazione.altrove.it/v2/runs?x=1",
        "postgresql://user:segreto@db.altrove.it/nome",
        "maria.rossi@altrove.example",
        "+39 333 765 4321",
        "3337654321",
        "02-1234-5678",
        "192.168.7.12",
        "fe80:0:0:0:1:2:3:4",
        "/var/lib/bollettino/altrove/bollettino.db",
    ],
)
def test_an_address_or_a_number_goes_wherever_it_comes_from(private: str) -> None:
    for settings in (DEMO_SETTINGS, None):
        (clean,) = redacted([finding(f"Prima ({private}) e dopo.")], settings)
        assert clean.words == f"Prima ({HIDDEN}) e dopo."


def test_what_helps_to_mend_it_stays() -> None:
    words = (
        "Il server è Prefect 3.9.1, v25.0 risponde ancora per 609 giorni, alle 14:30: `consensi.jsonl`, 112."
    )
    assert redacted([finding(words)], DEMO_SETTINGS)[0].words == words


def test_from_the_terminal_a_new_installation_without_servers(
    comune: Comune, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What needs a server is broken, what needs none is well, and each is told on its own."""
    (port,) = free_ports(1)
    comune.reprofile(("web_port = 8080", f"web_port = {port}"))
    comune.settings.state.mkdir(exist_ok=True)
    comune.settings.state.chmod(0o700)
    comune.now = datetime.now(UTC)
    tie_keys(comune)
    all_read(comune)
    monkeypatch.setattr(Settings, "prepare_secrets", lambda *_, **__: None)  # the test's own
    assert flows(comune, "doctor", "--json") == 2
    told = json.loads(capsys.readouterr().out)
    verdicts = {row["id"]: row["verdict"] for row in told["checks"]}
    assert (told["code"], told["worst"], told["schema"]) == (2, "failed", 1)
    assert (told["slug"], told["version"]) == (comune.settings.profile.slug, version())
    assert all(type(row["ms"]) is int and row["ms"] >= 0 for row in told["checks"])
    assert {id_ for id_, verdict in verdicts.items() if verdict == "failed"} == {
        *("prefect.answers", "prefect.door"),  # port 9, and no password yet
        *("people.mail", "public.local", "whatsapp.templates"),
    }
    assert verdicts.keys() == {check.id for check in CHECKS if check.group != fleet.GROUP}, "it is alone"
    assert not [row for row in told["checks"] if "si è interrotto" in row["words"]]
    assert flows(comune, "doctor", "--redact", "--json") == 2
    assert json.loads(capsys.readouterr().out)["slug"] is None
    assert flows(comune, "doctor", "--redact") == 2
    out = capsys.readouterr().out
    assert "guasto          Applicazione web" in out
    for private in ("Anna", "Esempio", "127.0.0.1", str(comune.folder), str(port)):
        assert private not in out
    assert flows(comune, "doctor", "--offline") in (0, 3)
    assert FORBIDDEN in capsys.readouterr().out


def test_of_a_database_that_is_gone_no_check_makes_another(comune: Comune) -> None:
    path = Path(comune.engine.url.database or "")
    comune.engine.dispose()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    found = {one.id: one for one in examine(Case(comune.settings, comune.now, is_offline=True), CHECKS)}
    assert not path.exists()
    assert found["database.whole"].verdict == Verdict.failed
    for id_ in ("database.room", "database.keys", "sources.alerts", "people.duty"):
        assert found[id_].verdict == Verdict.unknown
        assert "gruppo «Database»" in found[id_].remedy


def test_a_profile_that_cannot_be_read_is_what_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "profile.toml"
    path.write_text('slug = "x y"\n', encoding="utf-8")
    assert main(["doctor", "--profile", str(path), "--redact"]) == 2
    out = capsys.readouterr().out
    assert "Il profilo non si può leggere." in out
    assert str(tmp_path) not in out
    assert main(["doctor", "--profile", str(path), "--json"]) == 2
    (row,) = json.loads(capsys.readouterr().out)["checks"]
    assert (row["id"], row["verdict"]) == ("config.readable", "failed")
    assert "slug" in row["detail"]


def test_all_the_checks_are_made() -> None:
    """A module that is forgotten in the list would say nothing for ever."""
    folder = Path(examination.__file__).parent
    made = {path.stem for path in folder.glob("*.py") if "\nCHECKS = (" in path.read_text(encoding="utf-8")}
    assert made == {check.look.__module__.rpartition(".")[2] for check in CHECKS}
