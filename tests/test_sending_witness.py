"""The count of sends outside the database, in a file and in a Prefect variable."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from db import senders
from db.engine import transaction
from db.journal import Entry
from db.models import Consent
from flows.runs.send_counter import PrefectVariable, places
from flows.sending import witness
from flows.sending.checks import Verdict, check_witness
from flows.sending.witness import Mark, StateFolder, WitnessError
from flows.settings import DEMO, Settings, load_profile
from tests.world.builders import make_bulletin

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Variables(BaseHTTPRequestHandler):
    """The few addresses of Prefect's API that a variable needs."""

    kept: ClassVar[dict[str, object]] = {}

    def _answer(self, status: int, body: object = None) -> None:
        raw = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _shown(self, name: str) -> dict[str, object]:
        moment = NOW.isoformat()
        return {"id": str(uuid4()), "created": moment, "updated": moment, "name": name,
                "value": self.kept[name], "tags": []}  # fmt: skip

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if "/variables/name/" in self.path and name in self.kept:
            self._answer(200, self._shown(name))
        else:
            self._answer(404, {"detail": "not found"})

    def _body(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return found

    def do_POST(self) -> None:
        given = self._body()
        self.kept[str(given["name"])] = given["value"]
        self._answer(201, self._shown(str(given["name"])))

    def do_PATCH(self) -> None:
        name = self.path.rpartition("/")[2]
        self.kept[name] = self._body()["value"]
        self._answer(204)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server(tmp_path: Path, settings: Settings) -> Iterator[Settings]:
    """Settings whose Prefect server keeps variables."""
    Variables.kept = {}
    http = HTTPServer(("127.0.0.1", 0), Variables)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    path = tmp_path / "profile.toml"
    path.write_text(DEMO.read_text(encoding="utf-8").replace("4200", str(http.server_port)), encoding="utf-8")
    yield Settings(load_profile(path), path, tmp_path / "state")
    http.shutdown()
    thread.join()
    http.server_close()


def mark(number: int, bulletin_id: int | None = 5) -> Mark:
    return Mark(number=number, bulletin_id=bulletin_id, at=NOW)


def test_both_places_keep_the_latest_start(server: Settings) -> None:
    asked = places(server, has_server=True)
    assert witness.hear(asked) == witness.Heard(None, (), 2)
    assert list(witness.tell(asked, mark(1))) == []
    assert list(witness.tell(asked, mark(2))) == []
    for place in asked:
        assert place.read() == mark(2)
    assert Variables.kept == {"partenze_esempio": json.loads(mark(2).model_dump_json())}
    heard = witness.hear(asked)
    assert heard.latest == mark(2)
    assert [heard.is_ahead_of(number) for number in (1, 2, 3)] == [True, False, False]


def test_a_place_that_is_ahead_keeps_what_it_has(server: Settings) -> None:
    asked = places(server, has_server=True)
    list(witness.tell(asked, mark(7)))
    list(witness.tell(asked, mark(6)))
    assert [place.read() for place in asked] == [mark(7), mark(7)]


def test_one_place_alone_betrays_a_restored_database(server: Settings) -> None:
    PrefectVariable(server).write(mark(9))
    StateFolder(server).write(mark(4))
    heard = witness.hear(places(server, has_server=True))
    assert heard.is_ahead_of(4)


def test_what_cannot_be_read_or_written_is_told(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.profile.servers.__dict__, "prefect_port", 9)  # where nobody listens
    (tmp_path / witness.FILE).write_text("{", encoding="utf-8")
    asked = places(settings, has_server=True)
    heard = witness.hear(asked)
    assert heard.asked == 0
    assert len(heard.unread) == 2
    assert "il server di Prefect non risponde" in heard.unread[1]
    assert len(list(witness.tell(asked, mark(1)))) == 2
    with pytest.raises(WitnessError):
        asked[0].read()


def test_the_witness_knows_how_far_the_journal_of_consent_went(settings: Settings) -> None:
    journal, (folder,) = settings.ledger().journal, places(settings, has_server=False)

    def lost(*, has_words: bool = True) -> str:
        return witness.lost_words(witness.hear([folder]), journal, has_words=has_words)

    assert lost(has_words=False) == ""
    assert "non c'è, o è vuoto" in lost(), "the database holds words that must stand there"
    journal.append(Entry(NOW, Consent.opt_in, ("a",)))
    older = journal.path.read_bytes()
    journal.append(Entry(NOW, Consent.opt_out, ("a",)))
    assert lost() == ""
    list(witness.tell([folder], witness.mark(3, 5, journal, at=NOW)))
    assert folder.read() == witness.mark(3, 5, journal, at=NOW)
    journal.append(Entry(NOW, Consent.opt_in, ("b",)))
    assert lost() == ""
    whole = journal.path.read_bytes()
    for content in (older, whole.replace(b"opt_out", b"opt_inn"), whole[:-200]):
        journal.path.write_bytes(content)
        assert "non è quello della partenza 3 (bollettino 5, " in lost()
        refused = check_witness(witness.hear([folder]), 3, lost())
        assert refused.verdict == Verdict.refused
        assert "--accept-by NOME --without-journal" in refused.words
    journal.path.unlink()
    assert "non c'è, o è vuoto" in lost(has_words=False), "the restored database may know of none"
    journal.path.write_bytes(whole)
    assert lost() == ""


def test_what_an_older_version_wrote_is_read_and_tells_nothing_of_the_journal(settings: Settings) -> None:
    path = settings.state / witness.FILE
    path.write_text('{"number": 4, "bulletin_id": 2, "at": "2026-11-24T09:30:00Z"}', encoding="ascii")
    heard = witness.hear(places(settings, has_server=False))
    assert heard.latest == mark(4, 2)
    assert witness.lost_words(heard, settings.ledger().journal, has_words=False) == ""


def test_starts_are_numbered_and_a_person_can_accept_a_restored_database(engine: Engine) -> None:
    with transaction(engine) as session:
        bulletin = make_bulletin(session)
        assert senders.last_number(session) == 0
        assert [senders.add(session, bulletin.id, by="invio", now=NOW).number for _ in range(2)] == [1, 2]
        assert senders.accept(session, 5, by="Anna Redazione", now=NOW)
        assert not senders.accept(session, 5, by="Anna Redazione", now=NOW)
        last = senders.add(session, bulletin.id, by="Anna Redazione", despite=["Costo: troppo"], now=NOW)
    assert (last.number, last.despite) == (6, "Costo: troppo")
    with transaction(engine) as session:
        assert [one.number for one in senders.of(session, bulletin.id)] == [1, 2, 6]
