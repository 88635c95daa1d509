"""Who approves is proved in the real Prefect UI: a wrong code comes back, and a second person's is needed."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.world.editor import Editor, Starter, listed
from tests.world.installation import Installation, wait_for

pytestmark = pytest.mark.xdist_group("desk")  # one for all: it takes 20 s to start

APPROVE = "Approva: parte subito"
TWO_WITH_CODES = (("approvals = 1 ", "approvals = 2 "), ("# codes = true", "codes = true"))


def test_a_wrong_code_comes_back_and_two_right_ones_send(installation: Installation, page: Page) -> None:
    installation.postpone()
    with installation.profile(*TWO_WITH_CODES):
        number = installation.draft("Aperte le iscrizioni ai corsi di nuoto")
        first = Editor.of(installation, page, number, "wrong-code")
        first.open()
        first.write(1, "Iscrizioni aperte ai corsi di nuoto.")
        first.decide(APPROVE, code=partial(installation.code, "Bruno Vice"))  # of somebody else
        wait_for("the second round", lambda: installation.version(number) == 2)

        again = Editor.of(installation, page, number, "right-code")
        dialog = again.open()
        expect(page.get_by_text("PROVA · DA CORREGGERE").first).to_be_visible()
        expect(dialog.get_by_text("Il codice non è giusto. Restano 4 tentativi")).to_be_visible()
        assert again.text(1) == "Iscrizioni aperte ai corsi di nuoto."
        assert again.value("Codice di 6 cifre") == "", "a code is seen once, by nobody else"
        again.decide(APPROVE, code=partial(installation.code, "Anna Redazione"))
        wait_for("the first approval", lambda: installation.version(number) == 3)

        second = Editor.of(installation, page, number, "second-code")
        dialog = second.open()
        expect(dialog.get_by_text("Anna Redazione ha approvato questo testo")).to_be_visible()
        assert installation.bulletin(number).status == "in_review", "one of two is not enough"
        second.decide(APPROVE, who="Bruno Vice", code=partial(installation.code, "Bruno Vice"))
        sent = installation.ends_as(number, "sent")
    assert all(
        "Iscrizioni aperte ai corsi di nuoto." in messages[0]
        for messages in installation.received(sent.code).values()
    )


@pytest.mark.rehearsal
def test_the_second_person_sends_back_and_the_first_corrects(installation: Installation, page: Page) -> None:
    with installation.profile(TWO_WITH_CODES[0]):
        number = installation.draft("Nuovi orari dello sportello anagrafe")
        first = Editor.of(installation, page, number, "prepared")
        first.open()
        first.write(1, "Lo sportello anagrafe cambia orario.")
        first.decide(APPROVE)
        wait_for("the first approval", lambda: installation.version(number) == 2)

        second = Editor.of(installation, page, number, "send-back")
        second.open()
        second.fill("Nota per i colleghi", "Manca da quando vale")
        second.decide("Rimanda a chi ha preparato", who="Bruno Vice")
        wait_for("the third version", lambda: installation.version(number) == 3)
        assert installation.bulletin(number).status == "in_review"

        again = Editor.of(installation, page, number, "sent-back")
        dialog = again.open()
        expect(page.get_by_text("rimandato").first).to_be_visible()
        expect(dialog.get_by_text("Manca da quando vale").first).to_be_visible()
        again.write(1, "Lo sportello anagrafe cambia orario alle 9.")
        again.decide(APPROVE)
        wait_for("the first approval anew", lambda: installation.version(number) == 4)
        assert installation.bulletin(number).status == "in_review", "what was sent back is approved by nobody"
        last = Editor.of(installation, page, number, "after-the-correction")
        last.open()
        last.decide(APPROVE, who="Bruno Vice")
        sent = installation.ends_as(number, "sent")
    assert all(
        "cambia orario alle 9" in messages[0] for messages in installation.received(sent.code).values()
    )


@pytest.mark.rehearsal
def test_who_starts_an_act_proves_it_and_nobody_else_sees_the_code(
    installation: Installation, page: Page
) -> None:
    with installation.profile(TWO_WITH_CODES[1]):
        installation.publish("Contributi per l'acquisto di libri di testo")
        number = installation.compose(slot_after=datetime.now(UTC) + timedelta(days=9))
        editor = Editor.of(installation, page, number, "approved-with-a-code")
        editor.open()
        editor.decide("Approva: parte", code=partial(installation.code, "Anna Redazione"))
        installation.ends_as(number, "approved")
        listed(installation, "riapri", number)
        again = Starter(installation, page, "riapri", "open-again-with-a-code")
        again.open()
        again.choose("Quale bollettino", f"{number} · ")
        again.choose("Chi sei", "Bruno Vice")
        code = installation.code("Bruno Vice")
        again.fill("Codice di 6 cifre", code)
        with page.expect_response("**/create_flow_run") as started:
            again.submit()
        installation.ends_as(number, "in_review")
    token = started.value.json()["parameters"]["codice"]
    assert code not in started.value.text()
    assert len(token) > 100, "sealed"
    with installation.prefect() as client:
        run = client.read_flow_run(UUID(started.value.json()["id"]))
    chosen = run.parameters.pop("bollettino")
    assert chosen.startswith(f"{number} · approvato · bollettino di ")
    assert chosen.endswith(" · Contributi per l'acquisto di libri di testo")
    assert run.parameters == {"chi": "Bruno Vice"}
