"""What the lists of the editors' start forms hold, and what is chosen from them."""

import threading
import time
from collections.abc import Mapping
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.client.schemas.actions import DeploymentUpdate
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, told_news
from db.engine import transaction
from db.models import Bulletin, BulletinKind, BulletinStatus
from flows.absence import absence
from flows.deploy import EDITORS, ELSE, LIST, YAML, blocks, entry, form
from flows.review import acts
from flows.review.acts import NotDoneError
from flows.runs import choices
from flows.settings import Settings
from flows.stop import only_sending
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item

EDITORS_OF_TOWN = ["Anna Redazione", "Bruno Vice"]


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        (choices.SENDING, {"sending"}),
        (choices.STOPPED, {"stopped"}),
        (choices.TO_RESUME, {"stopped", "approved"}),
        (choices.SENT, {"sent", "stopped"}),
    ],
)
def test_a_list_has_what_its_command_is_for_the_newest_first(
    engine: Engine, settings: Settings, name: str, statuses: set[str]
) -> None:
    with transaction(engine) as session:
        made = {status: make_bulletin(session, status=status).id for status in BulletinStatus}
        again = make_bulletin(session, status=BulletinStatus(min(statuses))).id
        listed = choices.LISTS[name](settings, session, NOW)
    expected = sorted([made[BulletinStatus(status)] for status in statuses] + [again], reverse=True)
    assert [choices.numbers(one)[0] for one in listed] == expected
    assert all("bollettino" in one for one in listed)


def test_what_can_be_reopened_stands_there_with_its_state_in_words(
    engine: Engine, settings: Settings
) -> None:
    """Until its slot, and of the approved ones as long as they wait."""
    soon, late = NOW + timedelta(hours=1), NOW - timedelta(minutes=1)
    with transaction(engine) as session:
        for days, status in enumerate(BulletinStatus):
            make_bulletin(session, status=status, slot_at=soon + timedelta(days=days))
            make_bulletin(session, status=status, slot_at=late - timedelta(days=days))
        listed = choices.LISTS[choices.TO_REOPEN](settings, session, NOW)
    found = sorted(tuple(entry.split(choices.SEPARATOR)[1:3]) for entry in listed)
    assert found == [
        ("approvato", "bollettino di domenica 22 novembre"),
        ("approvato", "bollettino di giovedì 26 novembre"),
        ("rinviato", "bollettino di martedì 1 dicembre"),
        ("scartato", "bollettino di lunedì 30 novembre"),
    ]
    numbers = [choices.numbers(entry)[0] for entry in listed]
    assert numbers == sorted(numbers, reverse=True)


def test_an_old_one_is_in_no_list(engine: Engine, settings: Settings) -> None:
    with transaction(engine) as session:
        for status in BulletinStatus:
            make_bulletin(session, status=status)
        later = NOW + choices.MEMORY + timedelta(days=1)
        assert not any(make(settings, session, later) for make in choices.LISTS.values())


def test_lines_of_what_was_sent_are_chosen_one_by_one(engine: Engine, settings: Settings) -> None:
    titles = ["Corso di yoga", "Gita · notizia 9 · al lago\ncon pranzo", "x" * 200]
    with transaction(engine) as session:
        items = [replace(item_of(make_news_item(session)), title=title) for title in titles]
        number = make_bulletin(session, items, status=BulletinStatus.sent).id
        listed = choices.LISTS[choices.LINES](settings, session, NOW)
    assert [choices.numbers(one) for one in listed] == [(number, 1), (number, 2), (number, 3)]
    assert listed[0] == f"{number} · notizia 1 del bollettino · Corso di yoga"
    assert "\n" not in listed[1]
    assert len(listed[2]) < 120


def test_what_a_correction_has_put_right_says_so_in_the_list(engine: Engine, settings: Settings) -> None:
    """One that was approved; what the site changed once more after it left comes first again."""
    with transaction(engine) as session:
        news = [make_news_item(session) for _ in range(4)]
        news[1].facts_changed_at = news[2].facts_changed_at = NOW + timedelta(hours=1)
        items = [replace(item_of(one), title=f"Riga {n}") for n, one in enumerate(news, start=1)]
        old = make_bulletin(session, items, status=BulletinStatus.sent).id
        for place, status in enumerate((BulletinStatus.in_review, BulletinStatus.sent, BulletinStatus.sent)):
            correction = make_bulletin(session, [items[place]], status=status, kind=BulletinKind.correction)
            correction.sent_at = NOW + timedelta(hours=2) if status == BulletinStatus.sent else None
            told_news.link(session, correction.id, [old])
        news[2].facts_changed_at = NOW + timedelta(hours=3)
        session.flush()
        listed = [
            one for one in choices.LISTS[choices.LINES](settings, session, NOW) if one.startswith(f"{old} ")
        ]
    assert listed == [
        f"{old} · notizia 3 del bollettino · cambiata sul sito · già corretta · Riga 3",
        f"{old} · notizia 1 del bollettino · Riga 1",
        f"{old} · notizia 2 del bollettino · già corretta · Riga 2",
        f"{old} · notizia 4 del bollettino · Riga 4",
    ]
    assert acts.chosen(engine, listed[0]) == (old, 3)
    before = f"{old} · riga 3 · già corretta · bollettino · Riga 3"
    assert acts.chosen(engine, before) == (old, 3), "as a page shows it that is open since before an upgrade"
    other = listed[0].replace("del bollettino", "del bollettino di venerdì 1 gennaio")
    with pytest.raises(NotDoneError, match="Non è cambiato niente"):
        acts.chosen(engine, other)


def test_what_the_site_changed_or_lost_after_the_send_comes_first_and_says_so(
    engine: Engine, settings: Settings
) -> None:
    titles = ["Prima", "Cambiata", "Sparita", "Uguale"]
    with transaction(engine) as session:
        news = [make_news_item(session) for _ in titles]
        news[0].facts_changed_at = NOW - timedelta(hours=1)  # the text told it
        news[1].facts_changed_at = NOW + timedelta(hours=1)
        news[2].page_failures, news[2].page_failure = 2, "answers 404"
        items = [replace(item_of(one), title=title) for one, title in zip(news, titles, strict=True)]
        old = make_bulletin(session, items, status=BulletinStatus.sent).id
        new = make_bulletin(session, [item_of(news[3])], status=BulletinStatus.sent).id
        listed = choices.LISTS[choices.LINES](settings, session, NOW + timedelta(hours=2))
    assert [choices.numbers(one) for one in listed] == [(old, 2), (old, 3), (new, 1), (old, 1), (old, 4)]
    assert listed[0] == f"{old} · notizia 2 del bollettino · cambiata sul sito · Cambiata"
    assert listed[1] == f"{old} · notizia 3 del bollettino · la pagina non si legge più · Sparita"
    assert not any(mark in entry for mark in (choices.CHANGED, choices.GONE) for entry in listed[2:])
    assert acts.chosen(engine, listed[0]) == (old, 2), "the mark is no part of what it names"


@given(st.integers(1, 10**9), st.integers(1, 99), st.text(max_size=40))
def test_whatever_a_title_says_the_numbers_are_the_entrys_own(bulletin: int, line: int, title: str) -> None:
    assert choices.numbers(f"{bulletin} · bollettino di martedì 1 dicembre · {title}") == (bulletin, 1)
    assert choices.numbers(f"{bulletin} · riga {line} del messaggio urgente · {title}") == (bulletin, line)
    assert choices.numbers(f"{bulletin} · notizia {line} del bollettino · {title}") == (bulletin, line)


@pytest.mark.parametrize("entry", [ELSE, "", "riga 3", "dodici", "-1", "²"])
def test_who_chooses_none_is_told_how_the_list_is_made(sqlite: Engine, entry: str) -> None:
    with pytest.raises(NotDoneError, match="ricaricala"):
        acts.chosen(sqlite, entry)


def test_a_number_that_a_restored_database_gave_out_again_is_not_taken_for_the_old_one(
    engine: Engine,
) -> None:
    with transaction(engine) as session:
        number = make_bulletin(session, slot_at=NOW, status=BulletinStatus.sending).id
        entry = choices.label(session, session.get_one(Bulletin, number))
    assert acts.chosen(engine, entry) == acts.chosen(engine, str(number)) == (number, 1)
    with pytest.raises(NotDoneError, match="ricaricala"):
        acts.chosen(engine, f"{number} · messaggio urgente · Scuole chiuse")
    assert acts.chosen(engine, "4711 · messaggio urgente") == (4711, 1), (
        "who holds it says that there is none"
    )


def test_what_was_decided_anew_meanwhile_is_not_taken_for_what_was_chosen(
    engine: Engine, settings: Settings
) -> None:
    """Who re-opens what was discarded must not take back what a colleague has approved since."""
    slot = NOW + timedelta(days=1)
    with transaction(engine) as session:
        row = make_bulletin(session, status=BulletinStatus.rejected, slot_at=slot)
        (chosen,) = choices.LISTS[choices.TO_REOPEN](settings, session, NOW)
        bulletins.take_up(session, row, by="Bruno Vice", now=NOW)
        bulletins.move(session, row, BulletinStatus.approved, by="Bruno Vice", now=NOW)
    assert chosen.startswith("1 · scartato · ")
    with pytest.raises(NotDoneError, match="Non è cambiato niente"):
        acts.chosen(engine, chosen)
    with transaction(engine) as session:
        (now_listed,) = choices.LISTS[choices.TO_REOPEN](settings, session, NOW)
    assert acts.chosen(engine, now_listed) == (1, 1)
    with transaction(engine) as session:
        for status in (BulletinStatus.sending, BulletinStatus.stopped):
            bulletins.move(session, session.get_one(Bulletin, 1), status, by="invio", now=NOW)
    ways = (
        "«riprendi»; se è sbagliato «correggi» con la casella «L'invio è fermato»; se nessun altro deve "
        "riceverlo «chiudi». Non è cambiato niente."
    )
    with pytest.raises(NotDoneError, match=f"Se il testo è giusto usa {ways}"):
        acts.chosen(engine, now_listed)


def test_the_brake_holds_also_where_its_list_is_a_moment_old(settings: Settings, engine: Engine) -> None:
    with pytest.raises(NotDoneError, match="Nessun bollettino è in invio"):
        only_sending(settings, engine)
    with transaction(engine) as session:
        make_bulletin(session, status=BulletinStatus.approved, slot_at=NOW + timedelta(hours=1))
    leaves = r"è in invio\. Il bollettino di martedì 24 novembre però parte .*«riapri»; poi, per "
    again = r"farlo partire, va approvato di nuovo entro martedì 24 novembre, ore 12:30 \(passata"
    with pytest.raises(NotDoneError, match=leaves + again):
        only_sending(settings, engine)
    with transaction(engine) as session:
        number = make_bulletin(session, status=BulletinStatus.sending).id
    assert only_sending(settings, engine) == number
    with transaction(engine) as session:
        make_bulletin(session, status=BulletinStatus.sending)
    with pytest.raises(NotDoneError, match=rf"scegli quale: {number} · .*; {number + 1} · "):
        only_sending(settings, engine)


def test_one_list_that_cannot_be_made_costs_no_other_and_is_no_secret(
    sqlite: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[Mapping[str, list[str]]] = []

    def broken(_settings: Settings, _session: Session, _now: datetime) -> list[str]:
        raise ValueError("a row that nobody can read")

    monkeypatch.setattr(choices, "LISTS", {**choices.LISTS, choices.LINES: broken})
    monkeypatch.setattr(choices, "get_client", lambda sync_client: nullcontext(None))  # noqa: ARG005
    monkeypatch.setattr(choices, "_store", lambda _client, _settings, lists: stored.append(lists))
    with pytest.raises(ExceptionGroup, match="not every list"):
        choices.store(settings, sqlite, now=NOW)
    assert stored[0].keys() == choices.LISTS.keys() - {choices.LINES}
    choices.refresh(settings, sqlite, now=NOW)  # a send goes on


def test_who_stored_an_older_look_last_looks_again(
    sqlite: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process moves a bulletin, and stores its lists, while this one stores what it saw before."""
    stored: list[Mapping[str, list[str]]] = []

    def store(_client: object, _settings: Settings, lists: Mapping[str, list[str]]) -> None:
        stored.append(lists)
        if len(stored) == 1:
            with transaction(sqlite) as session:
                make_bulletin(session, status=BulletinStatus.sending)

    monkeypatch.setattr(choices, "get_client", lambda sync_client: nullcontext(None))  # noqa: ARG005
    monkeypatch.setattr(choices, "_store", store)
    choices.store(settings, sqlite, now=NOW)
    assert [len(lists[choices.SENDING]) for lists in stored] == [1, 2]


def test_every_start_form_of_the_editors_lets_choose_who_and_which() -> None:
    """No name and no number is typed, and no list is empty."""
    for block in blocks()[0]:
        if not block.get("for_editors") or block["name"] == "prova-generale":  # the sandbox's own
            continue
        fields = form(entry(block["entrypoint"]), EDITORS_OF_TOWN)["properties"]
        for name, field in fields.items():
            if name in ("chi", "who"):
                assert set(EDITORS_OF_TOWN) <= set(field["enum"]), (YAML, block["name"])
            elif name in ("bollettino", "notizia"):
                assert field[LIST] in choices.LISTS, block["name"]
                assert field["enum"] == [ELSE]
            assert field["title"].strip() != name, "a title in Italian"
            assert field.get("type") != "integer", f"{block['name']}: {name}"


def test_a_field_with_a_default_has_it_in_its_list() -> None:
    field = form(absence, EDITORS_OF_TOWN)["properties"]["chi"]
    assert (field[LIST], field["enum"]) == (EDITORS, ["Chi è assente", *EDITORS_OF_TOWN])
    assert field["default"] == "Chi è assente"


def test_what_waits_for_its_slot_is_not_to_be_resumed(engine: Engine, settings: Settings) -> None:
    with transaction(engine) as session:
        early, late = (
            make_bulletin(session, status=BulletinStatus.approved, slot_at=NOW + timedelta(hours=hours)).id
            for hours in (1, -1)
        )
        listed = choices.LISTS[choices.TO_RESUME](settings, session, NOW)
        assert [choices.numbers(entry)[0] for entry in listed] == [late]
        assert len(choices.LISTS[choices.TO_REOPEN](settings, session, NOW)) == 2, early


@pytest.mark.parametrize(("template", "hours"), [(None, 72), ("avviso_urgente", 12)])
def test_what_is_too_late_to_be_resumed_goes_from_the_list_as_time_passes(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, template: str | None, hours: int
) -> None:
    """Nothing else happens but a round of `sorveglia`; the page *Redazione* says the same."""
    server = Server(choices.TO_RESUME)
    monkeypatch.setattr(choices, "get_client", lambda sync_client: nullcontext(server))  # noqa: ARG005
    with transaction(engine) as session:
        row = make_bulletin(session, status=BulletinStatus.stopped)
        row.template = template
        entry = choices.label(session, row)
    listed, until = list[list[str]](), NOW + timedelta(hours=hours)
    for now in (NOW, until, until + timedelta(seconds=1)):
        choices.store(settings, engine, now=now)
        listed.append(server.field["enum"])
    assert listed == [[entry, ELSE], [entry, ELSE], [ELSE]]
    assert "o fermo da troppo tempo, non riparte" in server.field["description"]
    with transaction(engine) as session:
        assert choices.LISTS[choices.STOPPED](settings, session, now) == [entry], "it is closed all the same"


class Server:
    """Of Prefect's only the start form of one verb, whose field has this list."""

    def __init__(self, listed: str) -> None:
        self.schema: dict[str, Any] = {"properties": {"bollettino": {LIST: listed}}}

    @property
    def field(self) -> dict[str, Any]:
        found: dict[str, Any] = self.schema["properties"]["bollettino"]
        return found

    def read_deployments(self, **_asked: object) -> list[SimpleNamespace]:
        return [SimpleNamespace(id="1", parameter_openapi_schema=deepcopy(self.schema))]

    def update_deployment(self, _id: str, update: DeploymentUpdate) -> None:
        self.schema = update.parameter_openapi_schema or {}


def test_a_list_with_nothing_says_so_beside_its_field(settings: Settings) -> None:
    server: Any = Server(choices.SENDING)
    for listed, told in (([ELSE], choices.NOTHING_LISTED[choices.SENDING]), (["3 · bollettino", ELSE], "")):
        choices._store(server, settings, {choices.SENDING: listed})
        assert (server.field["enum"], server.field["description"]) == (listed, told)


def test_lists_that_are_brought_up_to_date_beside_a_send_are_done_when_it_is(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what hinders them, the thread's own trouble too, costs the send nothing."""
    told: list[str] = []

    def store(*_: object, now: datetime) -> None:
        time.sleep(0.05)
        told.append(f"{now:%H} {threading.current_thread() is threading.main_thread()}")
        raise ConnectionError("no server")

    monkeypatch.setattr(choices, "store", store)
    with choices.beside(settings, engine, now=NOW) as begun:
        begun()
        told.append("the first message")
    assert told == ["the first message", f"{NOW:%H} False"]
