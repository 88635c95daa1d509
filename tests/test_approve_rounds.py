"""One round of `approva`, piece by piece: who is late, what is read again, which window and which send."""

from dataclasses import replace
from datetime import datetime, timedelta
from logging import getLogger
from typing import Any

import pytest
from sqlalchemy import Engine

from db.engine import transaction
from db.models import Bulletin, BulletinStatus
from flows import approve
from flows.approve import Start, asks_to_read, load_round, ordered, other_window, read_site, record
from flows.runs import client
from flows.runs.client import RunState
from flows.runs.forms import Confirmation
from flows.settings import Settings
from flows.sources.readings import Reading
from tests.world.builders import NOW, make_bulletin
from tests.world.comune import SAVE

REREAD = {"decisione": "Rileggi il sito e aggiorna la bozza"}
SECOND = timedelta(seconds=1)


def waiting(engine: Engine, *, deadline_at: datetime | None = None) -> int:
    with transaction(engine) as session:
        return make_bulletin(session, status=BulletinStatus.in_review, deadline_at=deadline_at).id


def bulletin_of(
    status: BulletinStatus, *, slot_at: datetime | None = None, deadline_at: datetime | None = None
) -> Bulletin:
    return Bulletin(
        id=7,
        code="x",
        created_at=NOW,
        status=status,
        status_at=NOW,
        status_by="test",
        slot_at=slot_at,
        deadline_at=deadline_at,
    )


@pytest.mark.parametrize(
    ("change", "asks"),
    [
        ({}, True),
        ({"is_stamped": False}, False),
        ({"values": {}}, False),
        ({"values": {"decisione": SAVE}}, False),
        ({"at": NOW + SECOND}, False),
        ({"run_id": "stored"}, False),
    ],
)
def test_the_site_is_read_for_who_asks_until_the_second_of_the_deadline(
    change: dict[str, Any], asks: bool
) -> None:
    bulletin = bulletin_of(BulletinStatus.in_review, deadline_at=NOW)
    answer = replace(Confirmation("run", 1, NOW, REREAD), **change)
    assert asks_to_read(Start(bulletin, frozenset({("stored", 1)})), answer) is asks
    assert not asks_to_read(Start(bulletin_of(BulletinStatus.expired), frozenset()), answer)
    endless = Start(bulletin_of(BulletinStatus.in_review), frozenset())
    assert asks_to_read(endless, Confirmation("run", 1, NOW + timedelta(days=9), REREAD))


def test_an_answer_of_the_deadlines_own_second_counts_and_the_next_ones_does_not(
    settings: Settings, sqlite: Engine
) -> None:
    for after, status in ((timedelta(), BulletinStatus.in_review), (SECOND, BulletinStatus.expired)):
        number = waiting(sqlite, deadline_at=NOW)
        answer = Confirmation("run", 1, NOW + after, {"decisione": SAVE, "chi": "Anna Redazione"})
        assert record(settings, sqlite, number, answer) == status


def test_who_wrote_the_text_is_who_changed_it_last(settings: Settings, sqlite: Engine) -> None:
    number = waiting(sqlite)

    def told() -> str:
        return load_round(settings, sqlite, number, now=NOW).written_by

    def save(version: int, who: str, **values: str) -> None:
        at = NOW + timedelta(hours=version)
        given = {"decisione": SAVE, "chi": who, **values}
        record(settings, sqlite, number, Confirmation("run", version, at, given))

    assert told() == "", "composed, and never answered"
    save(1, "Anna Redazione")
    assert told().startswith("Risposta di Anna Redazione, ")
    assert told().endswith(": il testo non è cambiato.")
    save(2, "Bruno Vice", notizia_1="Via Roma chiude martedì 1 dicembre.")
    by_bruno = told()
    assert by_bruno.startswith("Testo di Bruno Vice, ")
    save(3, "Anna Redazione", notizia_1="Via Roma chiude martedì 1 dicembre.")
    assert told() == by_bruno, "the text is still Bruno's, at his hour"


@pytest.mark.parametrize(
    ("run_id", "state", "is_other"),
    [
        (None, RunState.waiting, False),
        ("mine", RunState.waiting, False),
        ("theirs", RunState.waiting, True),
        ("theirs", RunState.working, True),
        *(
            ("theirs", state, False)
            for state in RunState
            if state not in (RunState.waiting, RunState.working)
        ),
    ],
)
def test_another_window_counts_while_it_lives(
    settings: Settings,
    sqlite: Engine,
    monkeypatch: pytest.MonkeyPatch,
    run_id: str | None,
    state: RunState,
    is_other: bool,
) -> None:
    draft = load_round(settings, sqlite, waiting(sqlite), now=NOW)
    draft.bulletin.review_run_id = run_id
    monkeypatch.setattr(client, "state", lambda *_, **__: state)
    assert other_window(draft, "mine", NOW) == ("theirs" if is_other else None)


def test_a_source_that_fails_is_named_and_a_site_that_takes_too_long_as_a_whole(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = [Reading("good"), Reading("bad", failure="no answer")]
    monkeypatch.setattr(approve, "collect_sources", lambda *_, **__: readings)
    site = read_site(settings, frozenset({3}), NOW)
    assert (site.lost, site.read_at, site.unread) == (frozenset({3}), NOW, ("bad",))

    def too_long(*_: object, **__: object) -> list[Reading]:
        raise TimeoutError

    monkeypatch.setattr(approve, "collect_sources", too_long)
    site = read_site(settings, frozenset({3}), NOW)
    assert (site.lost, site.read_at, site.unread) == (frozenset({3}), NOW, ("il sito, entro 10 minuti",))


@pytest.mark.parametrize(
    ("status", "slot_at", "leaves"),
    [
        (BulletinStatus.approved, None, True),
        (BulletinStatus.approved, NOW, False),
        (BulletinStatus.expired, None, False),
    ],
)
def test_only_what_is_approved_without_a_slot_leaves_at_once(
    settings: Settings,
    sqlite: Engine,
    monkeypatch: pytest.MonkeyPatch,
    status: BulletinStatus,
    slot_at: datetime | None,
    leaves: bool,
) -> None:
    started: list[int] = []

    def start(_settings: Settings, _engine: Engine, number: int, **_: datetime) -> None:
        started.append(number)

    monkeypatch.setattr(client, "start_dispatch", start)
    assert ordered(settings, sqlite, bulletin_of(status, slot_at=slot_at))
    assert started == ([7] if leaves else [])


def test_a_send_that_could_not_be_ordered_is_told_and_stops_nothing(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("no server")

    monkeypatch.setattr(client, "start_dispatch", broken)
    monkeypatch.setattr(approve, "get_run_logger", lambda: getLogger("approva"))
    assert not ordered(settings, sqlite, bulletin_of(BulletinStatus.approved))
    assert "bollettino 7: l'invio non è ancora avviato" in caplog.text
