"""The steps of a window's run, in their order, from its start to its form or its end; with fakes for each."""

import logging
from dataclasses import replace
from threading import Event
from types import SimpleNamespace
from typing import Any
from unittest.mock import ANY, Mock, call

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import Engine

from db.engine import transaction
from db.models import Bulletin, BulletinKind, BulletinStatus
from flows import approve
from flows.approve import Start, until_decided
from flows.bulletin.status import WAITS
from flows.letters import drafts
from flows.review.choices import SIGNED
from flows.review.page import Round
from flows.runs import choices, client, forms, pages, waits
from flows.sending import samples
from flows.settings import Settings
from flows.staff.mail import Posted
from tests.world.builders import make_bulletin

PAGE = "http://127.0.0.1:9/v2/artifacts/artifact/x"


class SuspendedError(Exception):
    """Where Prefect would end the process."""


class Run:
    """One run of the flow: what each step is told and gives, and in which order they came."""

    def __init__(self, settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings, self.engine, self.steps = settings, engine, Mock()
        with transaction(engine) as session:
            self.bulletin = make_bulletin(session, status=BulletinStatus.in_review)
        self.round = Round(self.bulletin, 3, (), ())
        steps = self.steps
        steps.start.return_value = Start(self.bulletin, frozenset())
        steps.look.return_value = ["seen"]
        steps.store.return_value = BulletinStatus.in_review
        steps.order.return_value = True
        steps.tell.return_value = Posted()
        steps.load_round.return_value = self.round
        steps.other.return_value = None
        steps.page.return_value = PAGE
        steps.suspend.side_effect = SuspendedError
        own = {
            "make_engine": steps.engine,
            "load_start": steps.start,
            "look_again": steps.look,
            "store_answers": steps.store,
            "ordered": steps.order,
            "load_round": steps.load_round,
            "other_window": steps.other,
            "artifact": steps.draw,
            "form": steps.form,
            "suspend_flow_run": steps.suspend,
            "ended": steps.ended,
            "start_at_once": steps.start_at_once,
        }
        for name, step in own.items():
            monkeypatch.setattr(approve, name, step)
        monkeypatch.setattr(approve, "load", lambda: settings)
        steps.engine.return_value = engine
        monkeypatch.setattr(approve, "get_run_logger", lambda: logging.getLogger("finestra"))
        monkeypatch.setattr(approve, "flow_run", SimpleNamespace(id="mine"))
        monkeypatch.setattr(samples, "send_asked", steps.sample)
        monkeypatch.setattr(drafts, "told_at_once", steps.tell)
        monkeypatch.setattr(client, "rename", steps.rename)
        monkeypatch.setattr(client, "link", lambda _settings, run: f"http://x/{run}")
        monkeypatch.setattr(pages, "draft", steps.page)
        monkeypatch.setattr(forms, "bound", steps.bound)
        monkeypatch.setattr(choices, "refresh", steps.refresh)

    @property
    def number(self) -> int:
        return self.bulletin.id

    @property
    def order(self) -> list[str]:
        return [name for name, *_ in self.steps.mock_calls]

    def decided(self, status: BulletinStatus) -> Bulletin:
        """What the bulletin is once its answers are stored, and what the run loads of it again then."""
        found = Bulletin(**{**self.bulletin.model_dump(), "status": status, "kind": BulletinKind.urgent})
        self.steps.store.return_value = status
        self.steps.start.side_effect = [Start(self.bulletin, frozenset()), Start(found, frozenset())]
        return found


@pytest.fixture
def run(settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(settings, sqlite, monkeypatch)


BEFORE = ["engine", "start", "look", "store"]


def test_what_waits_is_told_shown_and_suspended(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="finestra")
    steps, here = run.steps, (run.settings, run.engine)
    with pytest.raises(SuspendedError):
        until_decided(run.number)
    after = ["sample", "tell", "load_round", "other", "rename", "draw", "page", "form", "bound", "suspend"]
    assert run.order == [*BEFORE, *after]
    now = steps.look.call_args.args[3]
    steps.engine.assert_called_once_with(run.settings.database)
    steps.start.assert_called_once_with(run.engine, run.number)
    steps.look.assert_called_once_with(*here, run.bulletin, now)
    steps.store.assert_called_once_with(*here, steps.start.return_value, "mine", now, ["seen"])
    steps.sample.assert_called_once_with(*here, run.number, now=ANY)
    steps.tell.assert_called_once_with(*here, run.number, now=now)
    steps.load_round.assert_called_once_with(*here, run.number, ["seen"], now=now)
    steps.other.assert_called_once_with(run.round, "mine", now)
    steps.rename.assert_called_once_with(run.settings, "mine", run.round.name, tags=run.round.tags)
    steps.draw.assert_called_once_with(run.settings, run.round, now)
    steps.page.assert_called_once_with(
        run.settings, run.number, steps.draw.return_value, "La bozza come si vede"
    )
    steps.form.assert_called_once_with(run.settings, run.round, now, PAGE)
    steps.bound.assert_called_once_with(steps.form.return_value, 3, signed=SIGNED)
    steps.suspend.assert_called_once_with(
        wait_for_input=steps.bound.return_value, key="review-3", timeout=None
    )
    assert WAITS in run.round.tags
    assert [one.getMessage() for one in caplog.records if one.name == "finestra"] == [
        f"bollettino {run.number}, versione 3: da approvare"
    ]


def test_where_persons_sign_in_the_decision_names_nobody(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "signs_in", True)
    with pytest.raises(SuspendedError):
        until_decided(run.number)
    assert run.steps.bound.call_args == call(run.steps.form.return_value, 3, signed="")


def test_letters_that_do_not_leave_are_warned_of(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    run.steps.tell.return_value = Posted(trouble="la posta non parte")
    with pytest.raises(SuspendedError):
        until_decided(run.number)
    assert ("finestra", logging.WARNING, "la posta non parte") in caplog.record_tuples


def test_beside_another_window_none_is_opened(run: Run) -> None:
    run.steps.other.return_value = "theirs"
    assert until_decided(run.number) == "Il modulo è già aperto: http://x/theirs"
    assert run.order[-1] == "other"


def test_a_run_that_goes_on_looks_once_more(run: Run) -> None:
    run.steps.suspend.side_effect = [None, SuspendedError]
    with pytest.raises(SuspendedError):
        until_decided(run.number)
    assert run.order.count("store") == run.order.count("suspend") == 2


def test_a_run_that_was_resumed_without_its_form_says_so(run: Run) -> None:
    class Form(BaseModel):
        decisione: str

    with pytest.raises(ValidationError) as wrong:
        Form.model_validate({})
    run.steps.suspend.side_effect = wrong.value
    said = "Ripreso senza il modulo: se ne apre un altro entro 5 minuti."
    assert until_decided(run.number) == said
    name = f"{run.round.title} · ripreso senza il modulo"
    assert run.steps.rename.call_args == call(run.settings, "mine", name)


@pytest.mark.parametrize("is_ordered", [True, False])
def test_what_is_decided_is_ordered_told_and_closed(run: Run, *, is_ordered: bool) -> None:
    decided, here = run.decided(BulletinStatus.approved), (run.settings, run.engine)
    run.steps.order.return_value = is_ordered
    gone_on = Bulletin(**{**run.bulletin.model_dump(), "status": BulletinStatus.sending})
    run.steps.load_round.return_value = shown = replace(run.round, bulletin=gone_on)
    assert until_decided(run.number) == "approvato"
    again = [] if is_ordered else ["start_at_once"]
    listed = ["refresh", "sample", "tell"]  # the letter's link leads to a form that names it
    told = ["start", "order", *listed, "load_round", "rename", "ended", "page", *again]
    assert run.order == [*BEFORE, *told]
    assert run.steps.start.mock_calls == [call(run.engine, run.number)] * 2
    run.steps.order.assert_called_once_with(*here, decided)
    run.steps.rename.assert_called_once_with(
        run.settings, "mine", f"{shown.title} · approvato", tags=("urgente", "approvato")
    )
    run.steps.ended.assert_called_once_with(run.settings, replace(shown, bulletin=decided), ANY)
    run.steps.page.assert_called_once_with(
        run.settings, run.number, run.steps.ended.return_value, "Come è finita"
    )
    run.steps.refresh.assert_called_once_with(*here, now=ANY)
    if not is_ordered:
        run.steps.start_at_once.assert_called_once_with(*here, decided)


def test_lists_that_a_server_keeps_waiting_hold_no_letter(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """And are renewed all the same before the run ends."""
    run.decided(BulletinStatus.approved)
    monkeypatch.setattr(approve, "LISTS", 0.01)
    told, ended = Event(), []
    run.steps.refresh.side_effect = lambda *_, **__: ended.append(told.wait(20))

    def tell(*_: object, **__: object) -> Posted:
        told.set()
        return Posted()

    run.steps.tell.side_effect = tell
    assert until_decided(run.number) == "approvato"
    assert ended == [True], "the letter came first"


def test_what_was_decided_before_is_not_loaded_again(run: Run) -> None:
    run.bulletin.status = run.steps.store.return_value = BulletinStatus.expired
    assert until_decided(run.number) == "non approvato in tempo"
    assert run.order.count("start") == 1


def test_what_another_decided_meanwhile_ends_the_run_and_orders_as_it_does(run: Run) -> None:
    """Between the answers and the page: its send is ordered by the end of the round."""
    other: dict[str, Any] = {**run.bulletin.model_dump(), "status": BulletinStatus.approved}
    run.steps.load_round.return_value = replace(run.round, bulletin=Bulletin(**other))
    assert until_decided(run.number) == "approvato"
    assert "order" not in run.order
    assert run.steps.start_at_once.call_args.args[2] == run.steps.load_round.return_value.bulletin


def test_the_flow_tries_again_while_the_database_is_away(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "patiently", lambda work: f"{work()}!")
    run.bulletin.status = run.steps.store.return_value = BulletinStatus.expired
    assert approve.approve.fn(run.number) == "non approvato in tempo!"
