"""`python -m flows <verb>`: what it teaches, and that whatever goes wrong is one line and exit code 2."""

import io
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.models import BulletinStatus
from flows.__main__ import main, parser
from flows.bulletin.language.dates import in_rome
from flows.collect import CHOICES
from flows.settings import DEMO
from tests.world.builders import item_of, make_bulletin, make_news_item
from tests.world.comune import APPROVE, Comune

DATA = Path(__file__).parent / "data"
VERBS = {
    "run": "Ctrl-C stops it",
    "migrate": "backup",
    "deploy": "schedules",
    "web": "webhook",
    "collect": "--dry-run",
    "compose": "--at-approval",
    "approve": "never here",
    "dispatch": "a stopped send goes on",
    "watch": "--dry-run",
    "backfill": "like 2026-09-01",
    "absence": "take back",
    "closure": "alerts still go",
    "inspect": "JSON lines",
    "codes": "nothing is stored",
    "accounts": "Secrets are chosen by who opens the invitation",
    "certificate": "counted anew from the rows",
    "retry": "surely did not leave",
    "witness": "a database that was restored",
    "cost": "by month",
    "doctor": "nothing is changed",
    "watchdog": "mail and SMS",
}


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`main` gives the process the environment of its installation, and has no clock but the machine's:
    the sandbox lives in the same days.
    """
    monkeypatch.setattr("tests.world.comune.NOW", datetime.now(UTC))
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def flows(comune: Comune, *arguments: str) -> int:
    os.environ["BOLLETTINO_STATE"] = str(comune.settings.state)
    os.environ["BOLLETTINO_DATABASE"] = comune.settings.database
    return main([arguments[0], "--profile", str(comune.settings.path), *arguments[1:]])


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert VERBS[verb] in " ".join(capsys.readouterr().out.split())


def test_the_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    assert all(f"    {verb} " in out for verb in VERBS)
    assert "Exit codes" in out


def test_collect_compose_and_dispatch_from_the_terminal(
    comune: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    assert flows(comune, "collect", "notizie", "--dry-run") == 0
    assert flows(comune, "collect", "notizie") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert first.endswith("10 new, 0 updated, 0 unchanged")
    assert flows(comune, "compose", "--at-approval", "--dry-run") == 0
    assert "Prova: non è stato scritto niente." in capsys.readouterr().out
    assert flows(comune, "dispatch") == 0
    assert capsys.readouterr().out == "no approved bulletin is due now\n"
    assert flows(comune, "watch", "--dry-run") == 0
    assert capsys.readouterr().out.startswith("non approvati in tempo: []")


def test_dispatch_shows_first_and_then_sends(comune: Comune, capsys: pytest.CaptureFixture[str]) -> None:
    comune.subscribe()
    with comune.look() as session:
        items = [item_of(make_news_item(session))]
        number = make_bulletin(session, items, status=BulletinStatus.in_review).id
    assert flows(comune, "approve", str(number), "--dry-run") == 0
    assert "Come si vede sul telefono:" in capsys.readouterr().out
    comune.answer(number, APPROVE, now=datetime.now(UTC))  # the command takes the real time
    assert flows(comune, "dispatch", str(number), "--dry-run") == 0
    shown = capsys.readouterr().out
    assert shown.startswith(
        f"bulletin {number} would go to 5 recipients as MARKETING:\n\n*La notizia.* Via Roma"
    )
    assert not any(comune.received().values())
    assert flows(comune, "dispatch", str(number)) == 0
    assert "Previsti 5 = accettati 5" in capsys.readouterr().out
    assert flows(comune, "dispatch", str(number)) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"bollettino: Il bollettino {number} non è approvato: è inviato.\n")


def test_deploy_names_what_the_profile_lacks_before_all_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.environ["BOLLETTINO_STATE"] = str(tmp_path)
    assert main(["deploy", "--profile", str(DEMO.with_name("san-giuliano-milanese.toml"))]) == 2
    err = capsys.readouterr().err
    assert err.count("is still to be filled in") == 14
    assert "BOLLETTINO_TOTP" not in err


def test_a_send_that_was_stopped_is_exit_code_two(comune: Comune, capsys: pytest.CaptureFixture[str]) -> None:
    comune.subscribe()
    with comune.look() as session:
        number = make_bulletin(session, status=BulletinStatus.in_review).id
    comune.answer(number, APPROVE, now=datetime.now(UTC))  # the command takes the real time
    comune.ask("POST", "/_prova/guasti", {"next": 190, "times": 5})
    assert flows(comune, "dispatch") == 2
    assert "stopped: chiave d'accesso scaduta" in capsys.readouterr().err


def test_the_command_line_and_the_form_say_alike_what_to_collect() -> None:
    assert {parser().parse_args(["collect", choice]).which for choice in CHOICES} == set(CHOICES)
    assert parser().parse_args(["collect"]).which == "tutto"
    with pytest.raises(SystemExit):
        parser().parse_args(["collect", "news"])


def test_backfill_tells_before_it_writes(comune: Comune, capsys: pytest.CaptureFixture[str]) -> None:
    last = in_rome(comune.now).date()
    first = last - timedelta(days=14)
    assert flows(comune, "backfill", "2030-01-01", "2030-01-31") == 0
    assert "0 new, 0 updated, 0 unchanged" in capsys.readouterr().out
    assert flows(comune, "backfill", str(first), str(last), "--dry-run") == 0
    assert "\n  would store: 20" in capsys.readouterr().out
    assert flows(comune, "backfill", str(last), str(first)) == 2
    assert "before it begins" in capsys.readouterr().err


def test_backfill_says_what_it_would_offer(comune: Comune, capsys: pytest.CaptureFixture[str]) -> None:
    last = in_rome(comune.now).date()
    days = [str(last - timedelta(days=14)), str(last)]
    assert flows(comune, "backfill", *days, "--dry-run", "--offer") == 0
    new = capsys.readouterr().out
    assert new.count("\n  would offer: 20") == new.count("\n  would store: 20") > 0
    assert flows(comune, "backfill", *days) == 0
    capsys.readouterr()
    assert flows(comune, "backfill", *days, "--dry-run", "--offer") == 0
    again = capsys.readouterr().out
    assert "would store" not in again
    assert again.count("would offer") == new.count("would offer")
    assert {item.offered_at for item in comune.news().values()} == {None}


@pytest.mark.parametrize("verb", [["backfill"], ["absence", "Anna Redazione"]], ids=["backfill", "absence"])
def test_a_day_that_is_none_is_told_how_to_write_one(
    verb: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*verb, "2026-13-20", "2026-12-21"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "argument first: '2026-13-20' is no day; write a day like 2026-09-01" in told


def test_a_source_that_fails_is_told_and_exit_code_two(
    comune: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    comune.reprofile(("/sito/feed/?post_type=notizia", "/sito/novita/niente/"))
    assert flows(comune, "collect") == 2
    out, err = capsys.readouterr()
    assert "6 new" in out
    assert err.count("\n") == 1
    assert "answers 404" in err


@pytest.mark.parametrize("verb", [["approve", "4711", "--dry-run"], ["dispatch", "4711"]])
def test_a_bulletin_that_does_not_exist_is_one_line(
    comune: Comune, verb: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert flows(comune, *verb) == 2
    assert capsys.readouterr().err == "bollettino: there is no bulletin 4711\n"


def test_what_keeps_a_verb_from_starting_is_one_line(
    comune: Comune, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told() -> str:
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("bollettino: ")
        assert err.count("\n") == 1
        return err

    assert main(["collect", "--profile", str(tmp_path / "absent.toml")]) == 2
    assert "absent.toml: cannot be read" in told()
    broken = tmp_path / "broken.toml"
    broken.write_text(DEMO.read_text(encoding="utf-8").replace("grace_minutes", "grace_minuts"))
    assert main(["collect", "--profile", str(broken)]) == 2
    assert "grace_minuts: is not a key of a profile" in told()
    comune.settings.database = f"sqlite:///{tmp_path}/nowhere/bollettino.db"
    assert flows(comune, "collect") == 2
    assert "only in a new installation `make run` or `python -m flows migrate` comes first" in told()
    comune.settings.database = f"sqlite:///{tmp_path}/new.db"
    assert flows(comune, "collect") == 2
    assert "new.db is missing: put its last backup in its place; only in a new installation" in told()
    (tmp_path / "new.db").touch()
    assert flows(comune, "collect") == 2
    assert "new.db is empty: put its last backup in its place; only in a new installation" in told()


def test_migrate_says_what_it_would_do_and_does_it_once(
    comune: Comune, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    comune.settings.database = f"sqlite:///{tmp_path}/new.db"
    assert flows(comune, "migrate", "--dry-run") == 0
    assert flows(comune, "migrate") == 0
    lines = capsys.readouterr().out.splitlines()
    would, done = lines[: len(lines) // 2], lines[len(lines) // 2 :]
    assert would == done
    assert [line[:6] for line in would] == [f"{n:04}: " for n in range(100, len(would) + 100)]
    assert flows(comune, "migrate") == 0
    assert capsys.readouterr().out == "nothing to do\n"


def test_inspect_reads_a_file_an_address_and_standard_input_alike(
    comune: Comune, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["inspect", "feed", str(DATA / "feed_rss.xml")]) == 0
    out = capsys.readouterr().out
    assert set(json.loads(out.splitlines()[0])) == {
        "guid", "url", "title", "published", "updated", "summary",
        "categories", "teaser", "enclosures", "key",
    }  # fmt: skip
    content = (DATA / "feed_rss.xml").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert main(["inspect", "feed", "-"]) == 0
    assert capsys.readouterr().out == out
    (address,) = comune.settings.profile.sources.feeds
    assert main(["inspect", "feed", address]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 10
    zip_address = comune.settings.profile.sources.alerts_dpc
    arguments = ["inspect", "alerts", zip_address, "--zone", "Lomb-09", "--now", comune.now.isoformat()]
    assert main(arguments) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 6
    assert {row["zone"] for row in rows} == {"Lomb-09"}


def test_inspect_page_and_summary(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert (
        main(["inspect", "page", str(DATA / "page_wordpress.html"), "--base-url", "https://x.example/a/"])
        == 0
    )
    assert "https://x.example/wp-content/" in capsys.readouterr().out
    rows = tmp_path / "items.jsonl"
    text = "Dal 30 novembre la biblioteca apre alle 9. Il sabato resta chiusa."
    rows.write_text(json.dumps({"id": "a", "title": "Biblioteca", "text": text}) + "\n", encoding="utf-8")
    assert main(["inspect", "summary", str(rows), "--limit", "45"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["id"], found["summary"]) == ("a", "Dal 30 novembre la biblioteca apre alle 9.")
    told = {(fact["kind"], fact["value"]): fact["source"] for fact in found["facts"]}
    assert told["time", "09:00"] == "Dal 30 novembre la biblioteca apre alle 9."
    assert (found["warnings"], found["kind"], found["unwritten"]) == ([], "hours", "")


def test_inspect_facts_names_what_the_source_does_not_tell(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = "La biblioteca apre lunedì 30 novembre alle 9. Ingresso libero."
    texts = [
        "La biblioteca apre lunedì 30 novembre alle 9.",
        "La biblioteca apre lunedì 30 novembre alle 10.",
    ]
    rows = tmp_path / "items.jsonl"
    lines = [json.dumps({"id": n, "source": source, "text": text}) for n, text in enumerate(texts)]
    rows.write_text("\n".join([*lines, '{"id": 2}']) + "\n", encoding="utf-8")
    assert main(["inspect", "facts", str(rows)]) == 2
    out, err = capsys.readouterr()
    good, bad = [json.loads(line) for line in out.splitlines()]
    assert good == {"id": 0, "unsupported": [], "warnings": []}
    assert "10" in bad["unsupported"][0]
    assert err == f"error: {rows}: line 3: 'text' is missing or not a text\n"


@pytest.mark.parametrize("what", [["feed"], ["page"], ["alerts", "--zone", "Lomb-09"], ["summary"]])
def test_what_cannot_be_inspected_is_one_line_on_standard_error(
    what: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", what[0], "absent.file", *what[1:]]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: absent.file: ")
    assert err.count("\n") == 1


def test_a_time_that_is_none_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["inspect", "alerts", "-", "--zone", "Lomb-09", "--now", "domani"])
    assert ended.value.code == 2
    assert "--now" in capsys.readouterr().err
