"""`--json`: one document of each verb, with the keys that its help documents and no number of anyone."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from db.models import BulletinStatus
from flows.__main__ import main
from flows.bulletin.language.dates import in_rome
from flows.cli.output import Output
from tests.test_cli_verbs import DATA, _own_environment, flows
from tests.world.builders import item_of, make_bulletin, make_news_item
from tests.world.comune import APPROVE, Comune

__all__ = ["_own_environment"]  # the fixture

MOBILE = "333 765 4321"


def test_every_verb_tells_a_program_one_document_without_a_number(
    comune: Comune, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    numbers = comune.subscribe()
    with comune.look() as session:
        number = make_bulletin(session, status=BulletinStatus.in_review).id
        item = item_of(make_news_item(session), text=f"Via Roma chiude lunedì 30 novembre. Info {MOBILE}.")
        private = make_bulletin(session, [item], status=BulletinStatus.in_review).id
    day = str(in_rome(comune.now).date())
    seen: dict[str, dict[str, Any]] = {}

    def told(*typed: str, code: int = 0) -> dict[str, Any]:
        assert flows(comune, *typed, "--json") == code, typed
        out, err = capsys.readouterr()
        document: dict[str, Any] = json.loads(out)
        digits = "".join(filter(str.isdigit, out + err))
        assert not any(one[-10:] in digits for one in (*numbers, MOBILE.replace(" ", ""))), typed
        seen[" ".join(typed[:2])] = document
        return document

    assert told("approve", str(number), "--dry-run")["bulletin"] == number
    assert "[cellulare]" in told("approve", str(private), "--dry-run")["shown"]
    comune.answer(number, APPROVE, now=datetime.now(UTC))  # the command takes the real time
    (would,) = told("dispatch", str(number), "--dry-run")["bulletins"]
    assert (would["recipients"], would["category"]) == (5, "MARKETING")
    assert "Via Roma chiude" in would["text"]
    assert {check["verdict"] for check in would["checks"]} >= {"a posto"}
    (sent,) = told("dispatch", str(number))["bulletins"]
    assert (sent["planned"], sent["accepted"], sent["open"], sent["stopped"]) == (5, 5, 0, None)
    assert told("certificate", str(number))["counts"]["accepted"] == 5
    file = tmp_path / "deliveries.csv"
    assert told("certificate", str(number), "--deliveries", str(file)) == {"file": str(file), "deliveries": 5}
    assert told("retry", str(number), "--by", "Anna Redazione", "--dry-run")["retried"] == 0
    assert told("history", str(number))["lines"][0].startswith(f"Bollettino {number}")
    assert told("collect", "notizie", "--dry-run")["sources"][0]["new"] == 10
    assert told("backfill", day, day, "--dry-run")["sources"]
    assert told("compose", "--dry-run")["bulletin"] is None
    assert told("watch", "--dry-run")["missed"] == []
    assert told("absence", "Anna Redazione", "2099-12-07", "2099-12-08", "--dry-run")["accepted"]
    assert not told("closure", "2099-12-08", "2099-12-07", "--by", "Anna Redazione", code=2)["accepted"]
    assert told("witness")["restored"] is False
    assert len(told("cost")["months"]) == 12
    assert told("numbers")["subscribers"] == 5
    assert set(told("retention", "--dry-run")["ended"]) >= {"people", "receipts"}
    assert told("rotate-keys", "--dry-run")["lost"] == []
    assert told("privacy", "report")["register"].startswith("# Registro")
    assert told("subscribers", "export", str(tmp_path / "list.csv"))["subscribers"] == 5
    assert told("privacy", "log")["accesses"][0]["people"] == 5
    assert told("oscura", str(number), "--reason", "x", "--dry-run")["done"] is False
    assert "index.html" in told("export-site", str(tmp_path / "site"), "--dry-run")["files"]
    assert told("codes")["editors"][0]["editor"] == "Anna Redazione"
    assert told("migrate", "--dry-run")["steps"] == []
    assert {row["told"] for row in told("templates", "plan")["templates"]} == {"as ours"}
    assert len(seen) >= 24


def test_an_error_is_on_standard_error_and_no_document(
    comune: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    assert flows(comune, "history", "4711", "--json") == 2
    assert capsys.readouterr() == ("", "bollettino: there is no bulletin 4711\n")
    assert flows(comune, "codes", "--json", "new", "Anna Redazione") == 2
    assert capsys.readouterr() == (
        "",
        "bollettino: this verb has nothing to tell a program: leave --json out\n",
    )


def test_lines_of_inspect_are_one_list(capsys: pytest.CaptureFixture[str]) -> None:
    feed = str(DATA / "feed_rss.xml")
    assert main(["inspect", "feed", feed]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert main(["inspect", "feed", feed, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rows": lines}


def test_a_key_that_no_help_documents_is_a_defect() -> None:
    out = Output(as_json=True, keys=("known",))
    out.keep(known=1)
    with pytest.raises(KeyError, match="not documented: other"):
        out.keep(other=2)


def test_what_was_done_before_an_error_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    out = Output(as_json=True, keys=("rows", "day", "path"))
    out.say("nothing for a person")
    out.add("rows", {"n": 1})
    out.add("rows", {"n": 2})
    out.keep(day=datetime(2026, 11, 27, tzinfo=UTC), path=Path("x"))
    out.close()
    out.close()
    assert json.loads(capsys.readouterr().out) == {
        "rows": [{"n": 1}, {"n": 2}],
        "day": "2026-11-27T00:00:00+00:00",
        "path": "x",
    }
