"""What an editor does to a draft in the real Prefect UI, and what becomes of a second tab."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from db import bulletins
from db.engine import transaction
from flows.review.choices import signed
from tests.world.editor import Editor, OldPage, bring
from tests.world.guide import take
from tests.world.installation import Installation, wait_for
from tests.world.people import accounts_of, member_of

pytestmark = pytest.mark.xdist_group("desk")  # one for all: it takes 20 s to start

APPROVE, SAVE = "Approva: parte subito", "Salva, continuo dopo"


def test_a_dragged_order_without_one_line_is_what_citizens_read(
    installation: Installation, page: Page
) -> None:
    installation.postpone()
    with accounts_of(installation):
        bring(installation, page, member_of(installation, "Anna Redazione").key.token)
        reordered(installation, page)


def reordered(installation: Installation, page: Page) -> None:
    number = installation.draft(
        "Il mercato si sposta in piazza Roma", "Torneo di scacchi in biblioteca", "Potatura dei tigli"
    )
    before = installation.texts(number)
    editor = Editor.of(installation, page, number, "order")
    editor.open()
    lines = editor.order()
    assert len(lines) == len(before) >= 3
    editor.drag(3, to=1)
    wait_for("the line to move", lambda: editor.order()[:3] == [lines[2], lines[0], lines[1]])
    editor.remove(2)
    wait_for("the line to go", lambda: len(editor.order()) == len(lines) - 1)
    take(page, "modulo-ordine.png")
    editor.decide(APPROVE)
    sent = installation.ends_as(number, "sent")
    kept = [before[2], *before[1:2], *before[3:]]
    assert installation.texts(number) == kept
    for messages in installation.received(sent.code).values():
        places = [messages[0].find(text) for text in kept]
        assert -1 not in places
        assert places == sorted(places)
        assert before[0] not in messages[0]


def test_what_is_approved_too_late_does_not_leave(installation: Installation, page: Page) -> None:
    number = installation.draft("Ginnastica dolce per anziani")
    editor = Editor.of(installation, page, number, "too-late")
    editor.open()
    with transaction(installation.engine) as session:  # the deadline passes while the form is open
        bulletin = bulletins.locked(session, number)
        bulletin.deadline_at = datetime.now(UTC)
        session.add(bulletin)
    editor.write(1, "Scritto a tempo scaduto.")
    editor.decide(APPROVE)
    expired = installation.ends_as(number, "expired")
    assert not any(installation.received(expired.code).values())
    assert installation.texts(number)[0] == "Scritto a tempo scaduto.", "what was typed is kept"
    run_id = installation.bulletin(number).review_run_id
    assert run_id
    assert installation.completed(run_id).endswith("· non approvato in tempo")


@pytest.mark.rehearsal
def test_a_postponed_draft_reaches_nobody(installation: Installation, page: Page) -> None:
    number = installation.draft("Cambia il regolamento delle palestre")
    editor = Editor.of(installation, page, number, "postpone")
    editor.open()
    editor.decide("Non inviare: le notizie passano al prossimo bollettino")
    merged = installation.ends_as(number, "merged")
    assert not any(installation.received(merged.code).values())
    assert installation.status(f"/b/{merged.code}") == 404


@pytest.mark.rehearsal
def test_a_second_tab_loses_its_text_to_the_newer_one_and_an_old_link_still_decides(
    installation: Installation, page: Page
) -> None:
    """As the guide says: what was typed there reaches nobody, and what the tab then shows is the newer."""
    number = installation.draft("Corso di primo soccorso per genitori")
    first = Editor.of(installation, page, number, "first-tab")
    second = Editor.of(installation, page.context.new_page(), number, "second-tab")
    second.open()
    second.write(1, "Scritto nella seconda scheda.")
    first.open()
    first.write(1, "Scritto nella prima scheda.")
    first.decide(SAVE)
    wait_for("the second version", lambda: installation.version(number) == 2)
    installation.run_of(number)
    second.page.bring_to_front()
    wait_for("the newer text", lambda: second.text(1) == "Scritto nella prima scheda.")
    second.shoot("newer")
    second.page.close()
    assert installation.version(number) == 2

    old = OldPage(installation, page, number)
    dialog = old.open()
    expect(dialog.locator("textarea").first).to_have_value("Scritto nella prima scheda.")
    old.choose("Che cosa vuoi fare?", signed(APPROVE, "Anna Redazione"))
    old.confirm()
    sent = installation.ends_as(number, "sent")
    for messages in installation.received(sent.code).values():
        assert len(messages) == 1
        assert "Scritto nella prima scheda." in messages[0]
