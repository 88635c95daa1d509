"""Urgent bulletins on the editors' desk: their forms, their fixed lines, and the way to the phones."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from prefect import Flow

from db import recipients
from db.models import BulletinStatus, Level, Scope
from flows import announce, correct
from flows.alert import draft_urgent
from flows.approve import load_round
from flows.bulletin.alerts.text import ALERT, END, LABELS
from flows.deploy import blocks, entry, form
from flows.dispatch import dispatch_bulletin, prepare
from flows.review.form import form as approval
from flows.review.page import describe
from flows.web.pages import bulletin
from flows.web.pages.forms import sealed
from tests.test_alert_drafted import NOW, finish, state
from tests.world.comune import APPROVE, Comune


@pytest.mark.parametrize("name", ["avviso-urgente", "correggi", "ferma", "riapri"])
def test_what_an_editor_starts_has_an_italian_form(name: str) -> None:
    (block,) = [one for one in blocks()[0] if one["name"] == name]
    flow = entry(block["entrypoint"])
    assert flow.name == name
    schema = form(flow, ())
    titles = [field["title"] for field in schema["properties"].values()]
    assert not set(titles) & set(schema["properties"])
    assert all(title[0].isupper() for title in titles)


@pytest.mark.parametrize(
    ("flow", "boxes"),
    [(announce.announce, announce.BOXES), (correct.correct, (correct.BOXES[0], correct.BOXES[2]))],
)
def test_a_complaint_calls_a_field_as_the_start_form_does(flow: Flow[..., Any], boxes: Sequence[str]) -> None:
    titles = [field["title"] for field in form(flow, ())["properties"].values()]
    assert all(any(title.startswith(box) for title in titles) for box in boxes)


@pytest.mark.parametrize("template", [ALERT, END])
def test_the_form_of_an_alert_names_each_of_its_boxes(comune: Comune, template: str) -> None:
    with comune.look() as session:
        state(session, Level.arancione)
    (number,) = draft_urgent(comune.settings, comune.engine, now=NOW).opened
    if template == END:
        finish(comune.engine, number, BulletinStatus.sent)
        with comune.look() as session:
            state(session, Level.verde, at=NOW + timedelta(hours=1))
        comune.now = NOW + timedelta(hours=1)
        (number,) = draft_urgent(comune.settings, comune.engine, now=comune.now).opened
    comune.move(number, BulletinStatus.in_review)
    shown = load_round(comune.settings, comune.engine, number, now=comune.now)
    made = approval(comune.settings, shown, comune.now, "")
    assert "come Esc o un clic fuori, cancella ciò che hai scritto" in str(made._description)
    fields = made.model_json_schema()["properties"]
    boxes = [field for name, field in fields.items() if name.startswith("notizia_")]
    assert tuple(field["title"] for field in boxes) == LABELS[template]
    for field in boxes:
        assert re.fullmatch(r"\d+ caratter[ei], in tutto ne restano \d+", field["description"])
    assert {"ordine", "aggiungi"}.isdisjoint(fields), "no line is moved, taken out or added"
    texts = [item.text for item in shown.items]
    comune.answer(number, APPROVE, texts=[texts[0], "", *texts[2:]])
    assert f"Riquadro «{LABELS[template][1]}»: il testo è vuoto. Scrivilo." in comune.problems(number)


def test_the_form_of_a_draft_shows_its_fixed_lines_and_keeps_them(comune: Comune) -> None:
    with comune.look() as session:
        state(session, Level.arancione)
    (number,) = draft_urgent(comune.settings, comune.engine, now=NOW).opened
    comune.move(number, BulletinStatus.in_review)
    shown = load_round(comune.settings, comune.engine, number, now=comune.now)
    assert shown.title == "Messaggio urgente · allerta ARANCIONE (livello 3 su 4) per temporali forti"
    told = describe(comune.settings, shown, NOW)
    words = " ".join(told.split())
    assert "Allerta meteo di protezione civile" in words
    assert "Fonte: dpc, bollettino di martedì 24 novembre" in words
    comune.answer(number, APPROVE, order=["1.", "2.", "4.", "5."], now=NOW)
    assert any("le righe sono fisse" in line for line in comune.problems(number))
    assert len(comune.items(number)) == 5
    assert comune.answer(number, APPROVE, now=NOW).status == BulletinStatus.approved


def test_an_urgent_bulletin_reaches_those_who_want_alerts_only_too(comune: Comune) -> None:
    phones = comune.subscribe()
    with comune.look() as session:
        one = recipients.find(session, comune.settings.vault(), recipients.Address(phone=phones[0]))
        assert one is not None
        one.scope = Scope.alerts
        state(session, Level.rossa)
    (number,) = draft_urgent(comune.settings, comune.engine, now=NOW).opened
    comune.move(number, BulletinStatus.in_review)
    assert comune.answer(number, APPROVE, now=NOW).status == BulletinStatus.approved
    with comune.look() as session:
        assert prepare(comune.settings, session, number, now=NOW).category == "UTILITY"
    certificate, _ = dispatch_bulletin(comune.settings, comune.engine, number, now=NOW)
    assert certificate.accepted == 5
    received = comune.received()
    assert all(
        received[phone][0].startswith("Il Comune di Esempio comunica: *allerta ROSSA") for phone in phones
    )
    code = comune.bulletin(number).code
    with comune.look() as session:
        page = bulletin.page(comune.settings, session, code, now=NOW)
        message = sealed(comune.settings, session, code)
    assert page is not None
    assert message is not None
    assert [label for label, _ in page.articles[0].lines] == list(LABELS["allerta_meteo"])
