import io
import json
import sys
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from db.models import NewsItem
from flows.cli import inspection
from flows.cli.arguments import moment
from scrapers.lists.listing import leads_elsewhere
from tests.world.comune import Comune
from tests.world.shared import SHARED, needs_shared

DATA = Path(__file__).parent / "data"


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_feed_is_one_line_an_entry(capsys: pytest.CaptureFixture[str]) -> None:
    assert inspection.inspect_feed(str(DATA / "feed_rss.xml")) == 0
    out, err = capsys.readouterr()
    entries = rows(out)
    assert [set(entry) for entry in entries] == [
        {"guid", "url", "title", "published", "updated", "summary"}
        | {"categories", "teaser", "enclosures", "key"}
    ] * 3
    assert entries[0]["published"] == "2026-11-12T08:30:00+00:00"
    assert "d’inverno" in out
    assert err == "warning: item 4 has neither title nor link and was skipped\n"


def test_a_page_is_one_line_and_the_base_address_makes_its_links_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (DATA / "page_wordpress.html").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert inspection.inspect_page("-", "https://www.comune.collefiorito.example/novita/x/") == 0
    (page,) = rows(capsys.readouterr().out)
    assert list(page) == [
        *("title", "abstract", "published", "body", "attachments", "theme"),
        *("kind", "topics", "starts", "ends", "expires", "updated", "holds", "notes"),
    ]
    assert (page["published"], page["theme"]) == ("2026-11-12", "design-comuni")
    assert page["attachments"][1] == {
        "title": "Mappa",
        "url": "https://www.comune.collefiorito.example/wp-content/uploads/mappa.pdf",
    }


def test_a_page_s_days_kind_and_topics_stand_beside_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert inspection.inspect_page(str(DATA / "page_openpa.html")) == 0
    assert inspection.inspect_page(str(DATA / "page_plone_event.html")) == 0
    assert inspection.inspect_page(str(DATA / "page_files.html")) == 0  # without a base address
    notice, event, files = rows(capsys.readouterr().out)
    assert (notice["kind"], notice["topics"]) == ("Avviso", ["Commercio ambulante"])
    assert (notice["expires"], notice["updated"]) == ("2026-12-31", "2026-12-11")
    assert (event["starts"], event["ends"], event["published"]) == ("2026-12-19", "2027-01-06", None)
    assert (notice["holds"], notice["notes"]) == ("text", [])
    assert (files["holds"], files["notes"]) == (
        "files",
        ["La pagina contiene solo un allegato PDF: il testo va scritto a mano."],
    )


def test_a_source_that_cannot_be_read_is_one_line_on_standard_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    truncated = tmp_path / "feed.xml"
    truncated.write_bytes((DATA / "feed_rss.xml").read_bytes()[:-40])
    codes = [
        inspection.inspect_feed(str(truncated)),
        inspection.inspect_page(str(DATA / "page_login.html")),
        inspection.inspect_alerts(str(truncated), "Lomb-09"),
        inspection.inspect_feed("absent.xml"),
        inspection.inspect_summary("absent.jsonl", 200),
    ]
    out, err = capsys.readouterr()
    assert codes == [2] * 5
    assert out == ""
    assert [line.startswith("error: ") for line in err.splitlines()] == [True] * 5


@needs_shared
def test_alerts_are_judged_against_the_time_given(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(SHARED / "alerts/dpc/unwettertag_20260118_1515.zip")
    assert inspection.inspect_alerts(path, "Sard-A", datetime(2026, 1, 19, 7, tzinfo=UTC)) == 0
    alerts = rows(capsys.readouterr().out)
    assert len(alerts) == 6
    assert {
        "source": "dpc",
        "zone": "Sard-A",
        "day": "2026-01-19",
        "hazard": "idrogeologico",
        "level": "rossa",
        "onset": "2026-01-19T00:00:00+01:00",
        "expires": "2026-01-20T00:00:00+01:00",
        "issuer": "Dipartimento della Protezione Civile",
        "sent": "2026-01-18T15:15:00+01:00",
        "identifier": "20260118_1515",
        "issuer_zone": None,
    } in alerts
    assert inspection.inspect_alerts(path, "Sard-A", moment("2026-01-20T00:00")) == 2
    assert "stale" in capsys.readouterr().err
    assert inspection.inspect_alerts(path, "Sard-Z", moment("2026-01-18")) == 2


def test_a_bad_line_costs_only_itself(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good = {"id": 7, "title": "Biblioteca", "text": "Dal 30 novembre la biblioteca comunale apre alle ore 9."}
    lines = [
        b"{broken",
        json.dumps(good).encode(),
        b'{"id": 8, "title": "x"}',
        b"[]",
        b"",
        b'{"id": 9, "title": "\xe8", "text": ""}',
    ]
    path = tmp_path / "items.jsonl"
    path.write_bytes(b"\n".join(lines))
    assert inspection.inspect_summary(str(path), 200) == 2
    out, err = capsys.readouterr()
    (summary,) = rows(out)
    assert summary["id"] == 7
    assert "la biblioteca comunale apre alle 9" in summary["summary"]
    assert [line.split(": ")[2] for line in err.splitlines()] == [f"line {n}" for n in (1, 3, 4, 6)]


def test_a_time_without_offset_is_a_time_in_italy() -> None:
    assert moment("2026-07-01T12:00") == datetime(2026, 7, 1, 10, tzinfo=UTC)
    with pytest.raises(ArgumentTypeError, match="'domani' is no time"):
        moment("domani")


def test_json_is_no_page_and_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for number, body in enumerate(['[{"title": {"rendered": "Notizia"}}]', ' {"code": "rest_no_route"}\n']):
        path = tmp_path / f"{number}.json"
        path.write_text(body, encoding="utf-8")
        assert inspection.inspect_page(str(path)) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"error: {path}: JSON, which is for programs; give the address of the page")


def test_a_list_of_news_is_read_with_a_warning_and_an_article_without(
    comune: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    site = f"{comune.loopback.address}/sito"
    for path in ("", "/novita"):
        assert inspection.inspect_page(f"{site}{path}") == 0
        warning = capsys.readouterr().err
        assert "looks like a list of news or a home page, not like an article: it links to 1" in warning
    for url in [item.url for item in collected(comune)]:
        assert inspection.inspect_page(url) == 0
        assert capsys.readouterr().err == ""


def collected(comune: Comune) -> list[NewsItem]:
    comune.collect()
    found = list(comune.news().values())
    assert found
    return found


def page_of(links: list[str], words: str) -> bytes:
    linked = "".join(f"<li><a href='{link}'>Collegamento {n}</a></li>" for n, link in enumerate(links))
    return f"<html><body><main><h1>Titolo</h1><p>{words}</p><ul>{linked}</ul></main></body></html>".encode()


def test_files_and_a_few_other_news_make_no_list() -> None:
    base = "https://www.comune.esempio.mi.it"
    words = "Il bando è aperto fino al 20 dicembre. " * 20
    files = page_of([f"/allegati/{n}.pdf" for n in range(20)], "Il bando e i suoi allegati.")
    others = page_of([f"/novita/notizia-{n}" for n in range(5)], words)
    sections = page_of([f"/uffici/{n}" for n in range(12)], "")
    assert leads_elsewhere(files, f"{base}/novita/bando") == ""
    assert leads_elsewhere(others, f"{base}/novita/bando") == ""
    assert (
        leads_elsewhere(page_of([f"/novita/notizia-{n}" for n in range(6)], words), base)
        == "it links to 6 articles"
    )
    assert leads_elsewhere(sections, base).startswith("it links to 12 pages, and ")
    assert leads_elsewhere(b"", base) == ""


@needs_shared
def test_real_home_pages_are_told_from_articles() -> None:
    homes = sorted((SHARED / "pages").glob("*home*.html"))
    assert homes
    assert all(leads_elsewhere(home.read_bytes(), "https://x.example/") for home in homes)
    articles = [path for path in DATA.glob("page_*.html") if "login" not in path.name]
    assert [path.name for path in articles if leads_elsewhere(path.read_bytes(), "https://x.example/a")] == []
