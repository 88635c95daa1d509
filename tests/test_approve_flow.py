"""The window's run from round to round: what it shows, stores, reads and sends, without a Prefect server."""

import logging
from datetime import UTC, datetime, timedelta, tzinfo
from types import SimpleNamespace
from typing import Any

import pytest

from db import bulletins
from db.engine import transaction
from db.mail_outbox import of_bulletin
from db.models import BulletinStatus
from flows import approve as module
from flows.bulletin.status import WAITS
from flows.draft import refresh
from flows.letters.receipts import APPROVED
from flows.review.choices import order_lines
from flows.review.page import Round
from flows.runs import choices, client, forms, pages
from flows.runs.forms import Confirmation
from flows.sources.pages import Now
from flows.sources.rereading import Rereading
from tests.test_sending_samples import got, phone_of
from tests.world.comune import APPROVE, POSTPONE, SAVE, Comune

SAMPLE, REREAD = "Mandami una prova sul telefono", "Rileggi il sito e aggiorna la bozza"


class Suspended(Exception):
    """Where Prefect would end the process."""


class Window:
    """Prefect as the flow sees it: what was answered so far, and what it was told."""

    def __init__(self, comune: Comune, number: int) -> None:
        self.comune, self.number = comune, number
        self.answers: list[Confirmation] = []
        self.names: list[str] = []
        self.tags: list[list[str]] = []
        self.pages: list[str] = []
        self.keys: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.dispatched = 0
        self.ordered_at: list[tuple[int, int, list[str]]] = []  # names, pages and letters that were before

    def run(self) -> str | None:
        """From the top; None when it waits for the editor."""
        try:
            return str(module.approve.fn(self.number))
        except Suspended:
            return None

    def suspend(self, *, wait_for_input: Any, key: str, timeout: None) -> None:
        assert timeout is None
        self.forms.append(wait_for_input.model_json_schema()["properties"])
        self.keys.append(key)
        raise Suspended

    def rename(self, _settings: object, _run: str, name: str, *, tags: Any) -> None:
        self.names.append(name)
        self.tags.append(list(tags))

    def show(self, _settings: object, _number: int, page: str, _about: str) -> str:
        self.pages.append(page)
        return "http://127.0.0.1:9/v2/artifacts/artifact/x"

    def start_dispatch(self, *_: object, now: datetime) -> None:  # noqa: ARG002
        self.dispatched += 1
        self.ordered_at.append((len(self.names), len(self.pages), self.letters()))

    def letters(self) -> list[str]:
        with self.comune.look() as session:
            return [one.editor for one in of_bulletin(session, self.number, [APPROVED])]

    def answer(self, decision: str, **fields: Any) -> None:
        """Confirm the form that waits; the clock goes on by a minute."""
        version = int(self.keys[-1].removeprefix("review-"))
        self.comune.now += timedelta(minutes=1)
        values = {"decisione": decision, "chi": "Anna Redazione", **fields}
        self.answers.append(Confirmation("run", version, self.comune.now, values))


@pytest.fixture
def window(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> Window:
    comune.subscribe()
    phone = phone_of(comune.settings, "Anna Redazione")
    if phone not in comune.received():
        comune.ask("POST", "/_prova/telefoni", {"number": phone, "name": "Anna"})
    comune.collect()
    number = comune.draft()
    made = Window(comune, number)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Clock":
            at = comune.now.astimezone(tz or UTC)
            return cls.combine(at.date(), at.timetz())

    with transaction(comune.engine) as session:
        bulletin = bulletins.locked(session, number)
        bulletin.review_run_id = "run"
        session.add(bulletin)
    monkeypatch.setattr(module, "datetime", Clock)
    monkeypatch.setattr(module, "load", lambda: comune.settings)
    monkeypatch.setattr(module, "make_engine", lambda _: comune.engine)
    monkeypatch.setattr(module, "get_run_logger", lambda: logging.getLogger("run"))
    monkeypatch.setattr(module, "flow_run", SimpleNamespace(id="run"))
    monkeypatch.setattr(module, "suspend_flow_run", made.suspend)
    monkeypatch.setattr(pages, "draft", made.show)
    monkeypatch.setattr(forms, "confirmations", lambda *_, **__: list(made.answers))
    monkeypatch.setattr(client, "rename", made.rename)
    monkeypatch.setattr(client, "start_dispatch", made.start_dispatch)
    monkeypatch.setattr(choices, "refresh", lambda *_, **__: None)  # else a Prefect server starts for it
    return made


def test_a_sample_comes_back_to_the_form_and_a_crashed_run_sends_no_second(window: Window) -> None:
    comune = window.comune
    assert window.run() is None
    window.answer(SAMPLE, notizia_1="Scritto da Anna.")
    assert window.run() is None
    assert window.keys == ["review-1", "review-2"]
    assert window.names[-1].endswith("· da approvare")
    assert window.tags[-1] == ["ordinario", "da-approvare", WAITS]
    assert "Prova inviata al telefono di Anna Redazione alle 10:31." in window.pages[-1].replace("\\", "")
    (message,) = got(comune)
    assert "Scritto da Anna." in message
    assert window.run() is None, "the same run again, from the top"
    assert window.keys[-1] == "review-2"
    assert len(got(comune)) == 1
    assert sum(map(len, comune.received().values())) == 1


def test_a_round_reads_its_bulletin_before_its_answers_and_after_them(window: Window) -> None:
    with window.comune.reads() as reads:
        window.run()
    # pages, alerts, samples, calls and letters each ask for it too; two queries for what was announced, two
    # for why each alert is in the draft or not
    assert reads["bulletin"] == 2 + 5 + 2 + 2
    assert reads["weatheralert"] == 3, "what was ever said, what bulletins tell of it, what is not over"
    window.answer(SAVE)
    with window.comune.reads() as again:
        window.run()
    assert again["bulletin"] == reads["bulletin"] + 1, "an answer is stored under its lock"
    with window.comune.reads() as again:
        window.run()
    assert again["bulletin"] == reads["bulletin"], "what is stored already is not asked for again"


def test_the_site_is_read_for_an_answer_that_asks_and_its_news_are_in_the_next_form(window: Window) -> None:
    comune = window.comune
    window.run()
    body = {"title": "Acqua sospesa in via Po", "abstract": "Acqua sospesa in via Po lunedì 30 novembre.",
            "body": "<p>Acqua sospesa in via Po lunedì 30 novembre.</p>"}  # fmt: skip
    comune.ask("POST", "/sito/_prova/articoli", body)
    window.answer(SAVE)
    window.run()
    assert "Acqua sospesa" not in window.pages[-1]
    window.answer(REREAD, notizia_1="Scritto da Anna.")
    window.run()
    page = window.pages[-1].replace("\\", "")
    assert "Sito riletto alle 10:32." in page
    assert "Acqua sospesa in via Po" in page
    assert "Scritto da Anna." in [item.text for item in comune.items(window.number)]
    versions = window.keys[-1]
    window.run()
    assert window.keys[-1] == versions, "read once"


def test_a_page_that_changed_is_not_told_of_a_text_that_follows_it(window: Window) -> None:
    """But it is of one that a person wrote."""
    comune = window.comune
    window.run()
    items = comune.items(window.number)
    place = next(item for item in items if item.news_item_id)
    seen = [Rereading(place.position, place.news_item_id or 0, place.title, Now.changed, "a", "b")]
    with comune.look() as session:
        behind = list(refresh.still_behind(session, items, seen))
    assert behind == [], "its text is of the page as it is stored now"
    window.answer(SAVE, **{f"notizia_{place.position}": "Di Anna."})
    window.run()
    with comune.look() as session:
        (told,) = refresh.still_behind(session, comune.items(window.number), seen)
    assert told.position == place.position


@pytest.mark.parametrize(
    ("decision", "status", "tag", "dispatched"),
    [
        (APPROVE, BulletinStatus.approved, "approvato", 1),
        (POSTPONE, BulletinStatus.merged, "rinviato-al-prossimo", 0),
    ],
)
def test_a_decision_ends_the_run_and_says_so_in_name_tags_and_page(
    window: Window, decision: str, status: BulletinStatus, tag: str, dispatched: int
) -> None:
    window.run()
    window.answer(decision)
    assert window.run() == tag.replace("-", " ")
    assert window.comune.bulletin(window.number).status == status
    assert window.names[-1].endswith(f"· {tag.replace('-', ' ')}")
    assert window.tags[-1] == ["ordinario", tag]
    assert window.pages[-1].startswith("**Bollettino da inviare subito")
    assert "(Anna Redazione, " in window.pages[-1]
    assert window.dispatched == dispatched


def test_a_text_that_comes_back_is_to_be_corrected_in_name_and_tags(window: Window) -> None:
    window.run()
    window.answer(APPROVE, notizia_1="Troppo lungo. " * 100)
    assert window.run() is None
    assert window.names[-1].startswith("DA CORREGGERE · ")
    assert window.tags[-1] == ["ordinario", "da-correggere", WAITS]


@pytest.mark.parametrize(
    "answer",
    [
        {"decisione": 7},
        {},
        {"decisione": SAMPLE, "chi": "Nessuno"},
        {"decisione": REREAD, "ordine": ["?"], "aggiungi": "x"},
        {"decisione": APPROVE, "chi": "Anna Redazione", "ordine": [], "aggiungi": "99999999999"},
        {"decisione": "Rimanda a chi vuoi", "chi": "Anna Redazione"},
    ],
)
def test_whatever_a_person_confirms_the_run_waits_again_and_never_fails(
    window: Window, answer: dict[str, Any]
) -> None:
    window.run()
    window.answers.append(Confirmation("run", 1, window.comune.now, answer))
    assert window.run() is None
    assert window.names[-1].startswith("DA CORREGGERE")
    assert window.comune.bulletin(window.number).status == BulletinStatus.in_review


def test_the_form_of_every_round_has_what_the_next_answer_needs(window: Window) -> None:
    window.run()
    fields = list(window.forms[0])
    shown: Round = module.load_round(
        window.comune.settings, window.comune.engine, window.number, now=window.comune.now
    )
    assert fields[len(shown.items)].startswith("decisione"), "after the texts, which are to be read first"
    assert [name for name in fields if name.startswith("notizia_")] == [
        f"notizia_{n}_v1" for n in range(1, len(shown.items) + 1)
    ]
    assert {"ordine_v1", "aggiungi_v1", "nota_v1", "chi"} <= set(fields)
    assert "fonte_v1" not in fields, "it is asked for where the site does not tell a date"
    assert window.forms[0]["ordine_v1"]["default"] == order_lines([item.title for item in shown.items])


def test_what_leaves_at_once_is_ordered_before_letters_and_pages(window: Window) -> None:
    """Which are made while the send's process starts; and the page tells the decision, not the send."""
    window.run()
    window.answer(APPROVE)
    began = window.start_dispatch

    def started(*given: object, now: datetime) -> None:
        began(*given, now=now)
        window.comune.move(window.number, BulletinStatus.sending)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "start_dispatch", started)
        assert window.run() == "approvato"
    assert window.ordered_at == [(1, 1, [])]
    assert len(window.letters()) == 2
    assert window.names[-1].endswith("· approvato")
    assert ": approvato " in window.pages[-1].partition("\n")[0]


def test_a_send_that_could_not_be_ordered_is_ordered_once_more_and_else_fails(
    window: Window, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    window.run()
    window.answer(APPROVE)
    began, tried = window.start_dispatch, []

    def refused(*given: object, now: datetime) -> None:
        tried.append(now)
        if len(tried) < 4:
            raise ConnectionError("no server")
        began(*given, now=now)

    monkeypatch.setattr(client, "start_dispatch", refused)
    with pytest.raises(ConnectionError):
        window.run()
    assert "l'invio non è ancora avviato" in caplog.text
    assert len(tried) == 2
    assert len(window.letters()) == 2, "told all the same"
    assert window.pages[-1].startswith("**Bollettino da inviare subito")
    assert window.run() == "approvato", "the same run again, from the top"
    assert window.dispatched == 1
