"""An editor approves in the real Prefect UI, by headless Chromium; citizens read on the sandbox's phones."""

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from db.engine import transaction
from db.models import Approval, NewsItem
from tests.world.editor import Editor
from tests.world.guide import take
from tests.world.installation import Installation, wait_for

pytestmark = pytest.mark.xdist_group("installation")  # one for all: it takes 20 s to start


def test_a_draft_is_edited_approved_and_read(installation: Installation, page: Page) -> None:
    number = installation.draft("Chiude per due giorni l'ufficio tributi")
    draft = installation.bulletin(number)
    assert installation.status(f"/b/{draft.code}") == 404, "a draft must not be reachable"
    run_id = installation.run_of(number)
    editor = Editor.of(installation, page, number, "approve")
    dialog = editor.open()
    expect(page.get_by_text("PROVA · Bollettino da inviare subito").first).to_be_visible()
    expect(dialog.get_by_text("Come si vede sul telefono")).to_be_visible()
    assert editor.text(1) == installation.texts(number)[0]
    editor.write(1, "Testo scritto da una redattrice.")
    editor.decide("Approva: parte subito")

    sent = installation.ends_as(number, "sent")
    texts = installation.texts(number)
    assert texts[0] == "Testo scritto da una redattrice."
    received = installation.received(sent.code)
    assert len(received) == 5
    for messages in received.values():
        assert len(messages) == 1
        assert all(text in messages[0] for text in texts)
    with transaction(installation.engine) as session:
        approval = session.exec(select(Approval).where(Approval.bulletin_id == number)).one()
    assert (approval.approver, approval.head_count, approval.flow_run_id) == ("Anna Redazione", 5, run_id)

    page.goto(f"{installation.sandbox}/telefoni")
    expect(page.get_by_text("PROVA").first).to_be_visible()
    expect(page.get_by_text("Testo scritto da una redattrice.").first).to_be_visible()
    editor.shoot("phones")
    page.goto(f"{installation.web}/b/{sent.code}")
    expect(page.get_by_text("PROVA: questa pagina non contiene notizie vere.")).to_be_visible()
    expect(page.get_by_text("Testo scritto da una redattrice.")).to_be_visible()
    editor.shoot("page")
    wait_for("the run's name to say so", lambda: installation.name_of(run_id).endswith("· approvato"))


def test_a_text_comes_back_until_a_second_person_stands_by_it(installation: Installation, page: Page) -> None:
    number = installation.draft("Lavori in via Cavour")
    editor = Editor.of(installation, page, number, "too-long")
    editor.open()
    long = "Un testo che non ci sta. " * 50
    editor.write(1, long)
    editor.decide("Approva: parte subito")

    wait_for("the second round", lambda: installation.version(number) == 2)
    again = Editor.of(installation, page, number, "too-long-again")
    dialog = again.open()
    expect(page.get_by_text("PROVA · DA CORREGGERE").first).to_be_visible()
    expect(dialog.get_by_text("Il testo è troppo lungo di")).to_be_visible()
    take(page, "da-correggere.png", dialog.locator("div", has_text="DA CORREGGERE").last)
    assert again.text(1) == long.strip(), "what the editor typed is kept"
    assert installation.bulletin(number).status == "in_review"
    again.write(1, "Via Cavour: lavori fino al 18 dicembre.")
    again.decide("Approva: parte subito")

    wait_for("the third round", lambda: installation.version(number) == 3)
    third = Editor.of(installation, page, number, "not-in-the-page")
    dialog = third.open()
    expect(dialog.get_by_text("18 dicembre").first).to_be_visible()
    assert third.text(1) == "Via Cavour: lavori fino al 18 dicembre."
    third.fill("Da dove viene il dato", "Telefonata all'ufficio tecnico")
    third.decide("Approva: parte subito")

    wait_for("the first of two approvals", lambda: installation.version(number) == 4)
    second = Editor.of(installation, page, number, "second-person")
    dialog = second.open()
    expect(dialog.get_by_text("Telefonata all'ufficio tecnico")).to_be_visible()
    assert installation.bulletin(number).status == "in_review"
    second.decide("Approva: parte subito", who="Bruno Vice")
    sent = installation.ends_as(number, "sent")
    assert all(
        "lavori fino al 18 dicembre" in messages[0] for messages in installation.received(sent.code).values()
    )


def test_a_draft_that_is_thrown_away_reaches_nobody(installation: Installation, page: Page) -> None:
    title = "Notizia pubblicata per sbaglio"
    number = installation.draft(title)
    editor = Editor.of(installation, page, number, "discard")
    editor.open()
    editor.decide("Non inviare e scarta queste notizie")
    rejected = installation.ends_as(number, "rejected")
    assert not any(installation.received(rejected.code).values())
    assert installation.status(f"/b/{rejected.code}") == 404
    with transaction(installation.engine) as session:
        assert session.exec(select(NewsItem).where(NewsItem.title == title)).one().discarded_at is not None
