"""Urgent bulletins on the editors' desk: their forms, their fixed lines, and the way to the phones."""

import pytest

from db import recipients
from db.models import BulletinStatus, Level, Scope
from flows.alert import draft_urgent
from flows.approve import load_round
from flows.bulletin.alerts.text import LABELS
from flows.deploy import blocks, entry, form
from flows.dispatch import dispatch_bulletin, prepare
from flows.review.page import describe
from flows.web.pages import bulletin
from flows.web.pages.forms import sealed
from tests.test_alert_drafted import NOW, state
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


def test_the_form_of_a_draft_shows_its_fixed_lines_and_keeps_them(comune: Comune) -> None:
    with comune.look() as session:
        state(session, Level.arancione)
    (number,) = draft_urgent(comune.settings, comune.engine, now=NOW).opened
    comune.move(number, BulletinStatus.in_review)
    shown = load_round(comune.settings, comune.engine, number, now=comune.now)
    assert shown.title == "Messaggio urgente · ARANCIONE (livello 3 su 4) per temporali forti"
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
