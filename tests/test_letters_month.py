"""Money as people read it: above the form, and by mail once a month when WhatsApp has told the prices."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from db.models import BulletinKind, Letter
from flows.approve import load_round
from flows.letters import alarms
from flows.review.page import describe
from tests.test_sending_costs import message
from tests.world.comune import Comune
from tests.world.mail_server import Post, announce, mail_server

OCTOBER = datetime(2026, 10, 13, 9, tzinfo=UTC)
THIRD = datetime(2026, 11, 3, 8, tzinfo=UTC)
OPERATOR = "ced@comune.esempio.mi.it"


@pytest.fixture
def box(comuni: Comune) -> Iterator[Post]:
    with mail_server() as found:
        announce(comuni.settings.state, found.port)
        yield found


def sent_in_october(comune: Comune) -> None:
    vault = comune.settings.vault()
    with comune.look() as session:
        for _ in range(3):
            message(session, vault, BulletinKind.ordinary, OCTOBER, category="marketing", billable=True)
        message(session, vault, BulletinKind.urgent, OCTOBER)
        message(session, vault, None, OCTOBER, category="service", billable=False)


def told(comune: Comune, now: datetime) -> list[tuple[str, str, str]]:
    """To whom, subject and text of the accounts that are there after a round."""
    alarms.tell_all(comune.settings, comune.engine, now=now)
    with comune.look() as session:
        rows = session.exec(select(Letter).where(Letter.kind == "conto_del_mese").order_by(Letter.id))  # type: ignore[arg-type]
        return [(one.address, one.subject, one.text) for one in rows]


def test_the_account_comes_once_to_editors_and_operator(comuni: Comune, box: Post) -> None:
    comuni.reprofile(("sandbox = true ", f'operator = "{OPERATOR}"\nsandbox = true '))
    sent_in_october(comuni)
    assert told(comuni, THIRD - timedelta(days=1)) == [], "prices are still being told"
    found = told(comuni, THIRD)
    editors = [editor.email for editor in comuni.settings.profile.editors]
    assert [to for to, _, _ in found] == [*editors, OPERATOR]
    assert found[0][1] == "PROVA · Messaggi di ottobre 2026: 5 messaggi, costo 0,21 EUR"
    text = found[0][2]
    assert "Per categoria: marketing 3, utility 1." in text
    assert "I prezzi sono quelli del 1/10/2026. Gratuiti secondo WhatsApp: 1. Di 1 WhatsApp non ha" in text
    assert "Iscritti oggi: 5." in text
    assert "{" not in text
    for later in (timedelta(minutes=5), timedelta(days=10)):
        assert told(comuni, THIRD + later) == found
    assert any(subject.startswith("PROVA · Messaggi di ottobre") for _, subject in box.told)


def test_the_form_says_whom_it_goes_to_and_what_that_costs(comune: Comune) -> None:
    comune.subscribe()
    comune.collect()
    number = comune.draft()

    def above() -> str:
        shown = load_round(comune.settings, comune.engine, number, now=comune.now)
        return describe(comune.settings, shown, comune.now)

    assert "Va a 5 persone. Costo stimato: 0,30 EUR (prezzi del 1/10/2026)." in above()
    comune.settings.profile = comune.settings.profile.model_copy(update={"prices": None})
    assert "Va a 5 persone. Costo non stimato." in above()


def test_without_prices_the_cost_is_not_estimated_and_without_messages_nothing_is_told(
    comune: Comune,
) -> None:
    assert told(comune, THIRD) == []
    profile = comune.settings.profile.model_copy(update={"prices": None})
    comune.settings.profile = profile
    sent_in_october(comune)
    ((_, subject, text), *_) = told(comune, THIRD)
    assert subject.endswith("costo non stimato")
    assert "Costo: non stimato. Nel profilo non ci sono prezzi: il costo non è stimato." in text
