"""The rehearsal on the sandbox that an operator starts in the Prefect UI."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from db.models import Delivery, DeliveryStatus
from flows import rehearse
from flows.deploy import blocks
from flows.dispatch import dispatch_bulletin
from flows.rehearse import RehearsalError, judge, plant, repair
from tests.test_dispatch import approved
from tests.world import outbox
from tests.world.comune import Comune


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.never_wait(monkeypatch)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("nessuno", "accettati 5 + falliti 0 + saltati 0 + incerti 0. Sui telefoni: 5."),
        ("troppi messaggi al secondo", "accettati 5 + falliti 0 + saltati 0 + incerti 0. Sui telefoni: 5."),
        ("errore del server", "accettati 3 + falliti 0 + saltati 0 + incerti 2. Sui telefoni: 3."),
        (
            "accettati senza risposta leggibile",
            "accettati 3 + falliti 0 + saltati 0 + incerti 2. Sui telefoni: 5.",
        ),
    ],
)
def test_the_account_is_what_the_phones_say_whatever_the_send_met(
    comune: Comune, fault: rehearse.Fault, said: str
) -> None:
    comune.subscribe()
    number = approved(comune)
    assert "non è ancora partito" in judge(comune.settings, comune.engine, number).sentence
    plant(comune.settings, fault, "doppie")
    assert comune.ask("GET", rehearse.CONTROLS)["webhooks"] == "duplicate"
    dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    repair(comune.settings)
    verdict = judge(comune.settings, comune.engine, number)
    assert verdict.is_good
    assert verdict.sentence == f"GIUSTO. Previsti 5 = {said} Nessuno lo ha ricevuto due volte."
    assert comune.ask("GET", rehearse.CONTROLS) == {"next": None, "phones": [], "webhooks": "normal"}


def test_a_send_that_whatsapp_stopped_is_not_finished(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    plant(comune.settings, "WhatsApp limita il numero", "normali")
    _, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert reason
    verdict = judge(comune.settings, comune.engine, number)
    assert (verdict.sentence.split(".")[0], verdict.is_good) == ("NON FINITO", True)


def _forgotten(row: Delivery) -> None:
    row.status = DeliveryStatus.failed


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (_forgotten, "arrivato ma non nel conto: 1; nel conto ma non arrivato: 0"),
        (None, "arrivato ma non nel conto: 0; nel conto ma non arrivato: 1"),
    ],
)
def test_an_account_that_is_wrong_is_found_out(
    comune: Comune, wrong: Callable[[Delivery], None] | None, words: str
) -> None:
    comune.subscribe()
    number = approved(comune)
    if wrong is None:
        plant(comune.settings, "errore del server", "normali")
    dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    with comune.look() as session:
        rows = session.exec(select(Delivery).order_by(Delivery.status.desc())).all()  # type: ignore[attr-defined]
        if wrong is None:  # one of those that the server's error kept away
            rows[0].status = DeliveryStatus.accepted
        else:
            wrong(rows[0])
        session.add(rows[0])
    verdict = judge(comune.settings, comune.engine, number)
    assert not verdict.is_good
    assert verdict.sentence.startswith("SBAGLIATO")
    assert words in verdict.sentence


def test_it_is_for_the_sandbox_only(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = [one for one in blocks()[0] if one["name"] == "prova-generale"]
    assert block["stage"] == "sandbox"
    assert all("stage" not in one for one in blocks()[0] if one is not block and one["name"] != block["name"])
    profile = comune.settings.profile.model_copy(update={"stage": "trial"})
    comune.settings.profile = profile
    monkeypatch.setattr(rehearse, "load", lambda: comune.settings)
    with pytest.raises(RehearsalError, match="solo nella sandbox"):
        rehearse.rehearse.fn()
