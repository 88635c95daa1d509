"""The checklist's run from round to round, and what the watch does for it, without a Prefect server."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from db import acts, bulletins, handovers
from db.bulletins import ItemData
from db.models import BulletinStatus, Letter
from flows import hand_over as module
from flows import watch
from flows.bulletin.status import WAITS
from flows.by_hand import files, window
from flows.by_hand.lists import LAST, RECORD
from flows.dispatch import dispatch_bulletin
from flows.door.keys import ACCOUNTS
from flows.letters import drafts
from flows.runs import client, forms, pages, waits
from flows.runs.client import RunState
from flows.runs.forms import Confirmation
from flows.sending.hold import UNTRUE
from flows.stop import stop_sending
from tests.test_by_hand import ANNA, ASSISTED, BRUNO, CHANNEL, kept, leave
from tests.test_dispatch import approved
from tests.world.builders import make_bulletin, make_recipient, make_weather_alert
from tests.world.comune import APPROVE, Comune
from tests.world.people import pressed


class Suspended(Exception):
    """Where Prefect would end the process."""


class Desk:
    """Prefect as the flow and the watch see it: runs with their state, what was confirmed, what is shown."""

    def __init__(self, comune: Comune) -> None:
        self.comune, self.number = comune, 0
        self.flow_run = SimpleNamespace(id="run")
        self.states: dict[str, RunState] = {}
        self.answers: list[Confirmation] = []
        self.names: list[str] = []
        self.pages: list[str] = []
        self.keys: list[str] = []
        self.fields: list[dict[str, Any]] = []
        self.outcomes: list[str] = []
        self.untagged: list[tuple[str, str]] = []

    def start(self, *_: object, key: str, **__: object) -> str:
        """As Prefect: the same key is the same run."""
        self.states.setdefault(key, RunState.working)
        return key

    def run(self, run_id: str | None = None) -> str | None:
        """The newest window's run from the top; None when it waits for the operator."""
        this = run_id or list(self.states)[-1]
        self.flow_run.id = this
        self.states[this] = RunState.working
        try:
            told = str(module.hand_over.fn(self.number))
        except Suspended:
            self.states[this] = RunState.waiting
            return None
        self.states[this] = RunState.over
        return told

    def suspend(self, *, wait_for_input: Any, key: str, timeout: None) -> None:
        assert timeout is None
        self.fields.append(wait_for_input.model_json_schema()["properties"])
        self.keys.append(key)
        raise Suspended

    def answer(self, decision: str, *lists: int, who: str = ANNA, run_id: str | None = None) -> None:
        """Confirm the form that waits; the clock goes on by a minute."""
        self.comune.now += timedelta(minutes=1)
        values = {f"lista_{one}": True for one in lists} | {"decisione": decision, "chi": who, "nota": ""}
        version = int(self.keys[-1].removeprefix("review-"))
        self.answers.append(Confirmation(run_id or list(self.states)[-1], version, self.comune.now, values))

    def begin(self, change: tuple[str, str]) -> None:
        self.comune.reprofile(change)
        self.number = approved(self.comune)
        settings, engine = self.comune.settings, self.comune.engine
        dispatch_bulletin(settings, engine, self.number, has_server=True, now=self.comune.now)

    def watch(self) -> None:
        """One round of `sorveglia`."""
        settings, engine, now = self.comune.settings, self.comune.engine, self.comune.now
        watch.act(settings, engine, watch.look(settings, engine, now=now), now=now)

    @property
    def boxes(self) -> list[str]:
        """What the form that waits asks."""
        return [field["title"] for name, field in self.fields[-1].items() if name.startswith("lista_")]


@pytest.fixture
def desk(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(comune)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Clock":
            at = comune.now.astimezone(tz or UTC)
            return cls.combine(at.date(), at.timetz())

    monkeypatch.setattr(handovers, "LIST_SIZE", 2)
    monkeypatch.setattr(module, "datetime", Clock)
    monkeypatch.setattr(module, "load", lambda: comune.settings)
    monkeypatch.setattr(module, "make_engine", lambda _: comune.engine)
    monkeypatch.setattr(module, "get_run_logger", lambda: logging.getLogger("run"))
    monkeypatch.setattr(module, "flow_run", made.flow_run)
    monkeypatch.setattr(module, "suspend_flow_run", made.suspend)
    monkeypatch.setattr(module, "create_markdown_artifact", lambda page, **_: made.pages.append(page))
    monkeypatch.setattr(pages, "outcome", lambda *_, **__: made.outcomes.append(_[-1]))
    monkeypatch.setattr(forms, "confirmed", lambda *_, **__: list(made.answers))
    monkeypatch.setattr(forms, "is_usable", lambda *_: True)
    monkeypatch.setattr(client, "start", made.start)
    monkeypatch.setattr(client, "state", lambda run_id, **_: made.states.get(run_id, RunState.over))
    monkeypatch.setattr(client, "end", lambda run_id, _: made.states.update({run_id: RunState.over}))
    monkeypatch.setattr(client, "untag", lambda run_id, tag: made.untagged.append((run_id, tag)))
    monkeypatch.setattr(client, "rename", lambda _, __, name, **___: made.names.append(name))
    comune.subscribe()
    return made


def test_the_run_asks_for_each_list_until_all_are_declared(desk: Desk) -> None:
    desk.begin(ASSISTED)
    assert desk.run() is None
    assert desk.keys == ["review-1"]
    assert desk.boxes == [
        "Lista 1 di 3 (2 numeri): inviata",
        "Lista 2 di 3 (2 numeri): inviata",
        "Lista 3 di 3 (1 numero): inviata",
    ]
    assert desk.names[-1] == f"Bollettino {desk.number} · da inviare a mano: 3 liste su 3"
    assert str(files.folder(desk.comune.settings, desk.number)) in desk.pages[-1]
    assert "*In primo piano.* Testo 1." in desk.pages[-1]
    desk.answer(RECORD, 1, 3)
    assert desk.run() is None
    assert desk.keys[-1] == "review-2"
    assert desk.boxes == ["Lista 2 di 3 (2 numeri): inviata"]
    assert "Anna Redazione: liste 1, 3: inviate" in desk.pages[-1]
    assert desk.run() is None, "the same run again, from the top"
    assert desk.keys[-1] == "review-2"
    desk.answer(RECORD, 2, who=BRUNO)
    assert desk.run() == (
        f"Bollettino {desk.number} inviato. Previsti 5 = accettati 0 + falliti 0 + saltati 0 + incerti 0 "
        "+ dichiarati 5."
    )
    assert desk.names[-1] == f"Bollettino {desk.number} · inviato a mano"
    assert len(desk.outcomes) == 1
    assert kept(desk.comune, desk.number) == {}
    assert desk.comune.bulletin(desk.number).status_by == BRUNO


def test_the_channel_is_one_box_and_no_number(desk: Desk) -> None:
    desk.begin(CHANNEL)
    desk.run()
    assert desk.boxes == ["Il testo è nel canale WhatsApp: pubblicato"]
    assert "liste" not in desk.names[-1]
    desk.answer(RECORD, 1)
    assert (desk.run() or "").endswith("dichiarati 1.")


def test_an_empty_form_and_an_unknown_name_come_back_with_the_reason(desk: Desk) -> None:
    desk.begin(ASSISTED)
    desk.run()
    desk.answer(RECORD)
    desk.run()
    assert desk.pages[-1].startswith("**Nessuna casella spuntata: non è cambiato niente.**")
    desk.answer(RECORD, 1, who="Carla")
    desk.run()
    assert desk.pages[-1].startswith("**Scegli che cosa vuoi fare e il tuo nome dagli elenchi.**")
    assert len(desk.boxes) == 3


def test_finished_without_all_lists_ends_the_run(desk: Desk) -> None:
    desk.begin(ASSISTED)
    desk.run()
    desk.answer(LAST, 2)
    assert (desk.run() or "").endswith("saltati 3 + incerti 0 + dichiarati 2.")
    assert desk.comune.bulletin(desk.number).status == BulletinStatus.sent


def test_nobody_on_any_list_ends_at_once(desk: Desk) -> None:
    for phone in [one["number"] for one in desk.comune.ask("GET", "/_prova/telefoni")]:
        leave(desk.comune, phone)
    desk.begin(ASSISTED)
    assert (desk.run() or "").startswith(f"Bollettino {desk.number} inviato. Previsti 0 =")


def test_a_lost_run_gets_a_new_one_and_nothing_is_declared_twice(desk: Desk) -> None:
    desk.begin(ASSISTED)
    desk.run()
    (first,) = desk.states
    desk.answer(RECORD, 1)
    desk.states[first] = RunState.lost  # killed while it stored the answer
    desk.watch()
    assert len(desk.states) == 2
    assert desk.states[first] == RunState.over
    assert desk.untagged == [(first, WAITS)]
    assert desk.run() is None
    assert desk.boxes == ["Lista 2 di 3 (2 numeri): inviata", "Lista 3 di 3 (1 numero): inviata"]
    desk.answer(RECORD, 1, 2)
    desk.run()
    desk.answer(RECORD, 3, run_id=first)  # a tab of the old window
    assert desk.run() is not None
    with desk.comune.look() as session:
        said = handovers.declarations(session, desk.number)
    assert [(one.lists, one.people) for one in said] == [("1", 2), ("1 2", 2), ("3", 1)]


def test_a_second_run_leaves_the_form_to_the_first(desk: Desk) -> None:
    desk.begin(ASSISTED)
    desk.run()
    desk.states["by hand"] = RunState.working
    assert (desk.run("by hand") or "").startswith("L'elenco è già aperto: ")


def test_the_watch_takes_who_left_off_the_lists_that_wait(desk: Desk) -> None:
    numbers = [one["number"] for one in desk.comune.ask("GET", "/_prova/telefoni")]
    desk.begin(ASSISTED)
    desk.run()
    leave(desk.comune, numbers[4])
    desk.watch()
    assert len(desk.states) == 1, "its window stays"
    assert set(kept(desk.comune, desk.number)) == {
        "lista-1-di-3.csv", "lista-1-di-3.vcf", "lista-2-di-3.csv", "lista-2-di-3.vcf", "testo.txt"
    }  # fmt: skip


def test_after_a_day_it_stops_and_the_lists_are_gone_and_a_person_may_hand_it_out_again(desk: Desk) -> None:
    desk.begin(ASSISTED)
    desk.run()
    desk.answer(RECORD, 1)  # its run died before it stored this
    desk.comune.now += window.WITHIN + timedelta(minutes=1)
    desk.watch()
    bulletin = desk.comune.bulletin(desk.number)
    assert bulletin.status == BulletinStatus.stopped
    assert bulletin.status_reason == "nessuno ha detto in 24 ore che è stato inviato"
    assert kept(desk.comune, desk.number) == {}
    assert set(desk.states.values()) == {RunState.over}
    settings, engine, now = desk.comune.settings, desk.comune.engine, desk.comune.now
    dispatch_bulletin(settings, engine, desk.number, late_by=BRUNO, has_server=True, now=now)
    assert len(desk.states) == 2
    desk.run()
    assert len(desk.boxes) == 2


def test_stop_closes_the_window_and_deletes_the_lists(desk: Desk) -> None:
    desk.begin(ASSISTED)
    desk.run()
    settings, engine, now = desk.comune.settings, desk.comune.engine, desk.comune.now
    stop_sending(settings, engine, desk.number, who=ANNA, now=now)
    window.close_if_stopped(settings, engine, desk.number, "fermato da Anna", now=now)
    assert kept(desk.comune, desk.number) == {}
    assert set(desk.states.values()) == {RunState.over}
    assert desk.names[-1] == f"Bollettino {desk.number} · fermato: fermato da Anna"


def test_files_that_were_left_behind_are_swept(desk: Desk) -> None:
    desk.begin(ASSISTED)
    desk.run()
    stop_sending(desk.comune.settings, desk.comune.engine, desk.number, who=ANNA, now=desk.comune.now)
    assert kept(desk.comune, desk.number)
    files.write(desk.comune.settings, 4711, {"testo.txt": "di un database di prima"})
    desk.watch()
    assert files.left(desk.comune.settings) == []


def test_a_text_that_is_not_the_sealed_one_is_handed_to_nobody(desk: Desk) -> None:
    desk.begin(ASSISTED)
    with desk.comune.look() as session:
        found = bulletins.approved(session, desk.number)
        assert found is not None
        bulletins.items(session, found[1])[0].text = "Un testo che nessuno ha approvato."
    assert (desk.run() or "").startswith(f"Bollettino {desk.number} fermo.")
    assert kept(desk.comune, desk.number) == {}
    reason = desk.comune.bulletin(desk.number).status_reason or ""
    assert "non è più quello approvato da Anna Redazione" in reason


def test_the_editors_are_told_that_something_waits_for_a_hand_and_when_it_is_done(desk: Desk) -> None:
    desk.begin(ASSISTED)
    settings = desk.comune.settings
    for _ in range(2):
        with desk.comune.look() as session:
            drafts.tell_bulletin(settings, session, desk.number, now=desk.comune.now)
    desk.run()
    desk.answer(LAST, 1, 2)
    desk.run()
    with desk.comune.look() as session:
        letters = session.exec(select(Letter).where(Letter.bulletin_id == desk.number)).all()
    asked = [one for one in letters if one.kind == "da_inviare_a_mano" and one.editor == ANNA]
    done = [one for one in letters if one.kind == "esito" and one.editor == ANNA]
    assert len(asked) == len(done) == 1
    assert "Ancora da inviare: 5 su 5." in asked[0].text
    assert settings.run_link(next(iter(desk.states))) in asked[0].text
    assert done[0].subject.endswith("4 su 5")


def test_a_database_that_is_busy_is_asked_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.begin(ASSISTED)
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(waits, "get_run_logger", lambda: logging.getLogger("run"))
    tries = iter([OperationalError("BEGIN", {}, Exception("database is locked")), None])
    store = window.store_answers

    def busy(*given: Any, **named: Any) -> None:
        if (error := next(tries, None)) is not None:
            raise error
        store(*given, **named)

    monkeypatch.setattr(window, "store_answers", busy)
    assert desk.run() is None
    assert len(desk.boxes) == 3


def test_people_who_come_after_the_plan_are_on_no_list(desk: Desk) -> None:
    desk.begin(ASSISTED)
    with desk.comune.look() as session:
        make_recipient(session, desk.comune.settings.vault())
    desk.run()
    assert len(desk.boxes) == 3


def test_an_alert_that_is_over_is_taken_out_of_the_hands_that_have_not_sent_it(desk: Desk) -> None:
    comune = desk.comune
    comune.reprofile(ASSISTED)
    with comune.look() as session:
        alert = make_weather_alert(session)
        item = ItemData("Allerta", "allerta", alert.url, "Allerta ARANCIONE.", weather_alert_id=alert.id)
        desk.number = make_bulletin(session, [item], status=BulletinStatus.in_review).id
    comune.answer(desk.number, APPROVE)
    dispatch_bulletin(comune.settings, comune.engine, desk.number, has_server=True, now=comune.now)
    desk.run()
    comune.now = alert.expires + timedelta(minutes=1)
    with comune.look() as session:
        begun = handovers.of(session, desk.number)
        assert begun is not None
        begun.begun_at = comune.now  # it is not the day that has passed
        session.add(begun)
    desk.watch()
    assert comune.bulletin(desk.number).status_reason == UNTRUE
    assert kept(comune, desk.number) == {}


def test_who_has_signed_in_is_asked_for_no_name_and_declares_in_their_own(desk: Desk) -> None:
    desk.begin(ASSISTED)
    comune = desk.comune
    (comune.settings.state / ACCOUNTS).write_text("made up")
    desk.run()
    assert not {"chi", "codice"} & desk.fields[-1].keys()
    desk.answer(RECORD, 1)
    of_nobody = desk.answers[-1]
    desk.run()
    assert "Non si sa chi l'ha chiesto" in _remark(desk)
    desk.answer(RECORD, 1, who="")
    given = pressed(comune.settings, comune.engine, "bruno-vice", comune.now, key="run stamp", use="answer")
    desk.answers[-1] = replace(desk.answers[-1], person=given.person, act=given.act)
    desk.run()
    with comune.look() as session:
        declared = handovers.declarations(session, desk.number)
        done = acts.of(session, desk.number)
    assert [(row.by, row.people) for row in declared] == [(of_nobody.values["chi"], 0), (BRUNO, 2)]
    assert [(act.name, act.code_hash) for act in done] == [(BRUNO, "accesso:run stamp")]


def _remark(desk: Desk) -> str:
    with desk.comune.look() as session:
        return handovers.declarations(session, desk.number)[-1].remark
