"""The form at the size of an office's screen and of a telephone: its length, its taps, and the picture."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.world.editor import Editor, browser_page, run_page, sign_in
from tests.world.installation import Installation, wait_for

pytestmark = pytest.mark.xdist_group("desk")  # one for all: it takes 20 s to start

APPROVE, SAVE = "Approva (solo se sei Anna Redazione): parte subito", "Salva, continuo dopo"
TAPS = 5  # after the letter's link, of an approval that changes nothing: ⋮, Resume, list, line, Resume
TITLES = (
    "Servizio di pasti a casa per persone anziane",
    "Servizio di trasporto per anziani",
    "Servizio di spesa a casa per anziani",
    "Ritiro gratuito degli sfalci",
    "Servizio di aiuto per i compiti",
)
MORE = (
    "Serve la prenotazione allo sportello di piazza della Vittoria, aperto dal lunedì al venerdì dalle 9 "
    "alle 12, oppure per telefono negli stessi orari."
)


def ordinary(installation: Installation, of: str) -> int:
    """A draft of four texts of some length, behind which news wait."""
    for title in TITLES:
        installation.write(f"{title} {of}", MORE)
    number = installation.draft(f"Vaccinazioni antinfluenzali in farmacia {of}")  # reads the others as well
    assert len(installation.texts(number)) == 4
    assert sum(map(len, installation.texts(number))) > 580, "of the length of an ordinary one"
    return number


def discard(installation: Installation, number: int) -> None:
    """So that it waits no more for a later test, in which a code may be needed for that."""
    installation.answer(number, "Non inviare e scarta queste notizie")
    installation.ends_as(number, "rejected")


@pytest.mark.parametrize(
    ("width", "height", "is_phone", "most"),
    [
        pytest.param(1366, 900, False, 3, id="desk"),
        pytest.param(360, 740, True, 6, id="phone", marks=pytest.mark.rehearsal),
    ],
)
def test_an_untouched_draft_is_approved_in_five_taps_and_few_screens(
    installation: Installation, width: int, height: int, most: int, *, is_phone: bool
) -> None:
    number = ordinary(installation, f"({width})")
    run_id = installation.run_of(number)
    with browser_page(width, height, is_phone=is_phone) as page:
        sign_in(installation, page, run := run_page(installation, run_id))
        editor = Editor(page, run, f"short-{width}", touches=is_phone)
        dialog = editor.open()
        expect(dialog.get_by_text("Come si vede sul telefono")).to_be_visible()
        editor.shoot("top")
        screens = editor.screens()
        editor.show("Che cosa vuoi fare?")
        editor.shoot("decision")
        editor.take("Che cosa vuoi fare?", APPROVE)
        editor.shoot("chosen")
        editor.confirm()
        print(f"{width}x{height}: {editor.taps} taps, {screens:.1f} screens")
    assert editor.taps <= TAPS
    assert screens <= most
    sent = installation.ends_as(number, "sent")
    assert all(len(messages) == 1 for messages in installation.received(sent.code).values())
    assert installation.approver(number) == "Anna Redazione"


def test_a_form_confirmed_without_a_decision_or_a_name_stays_and_decides_nothing(
    installation: Installation, page: Page
) -> None:
    number = installation.draft("Mostra di fotografie in municipio")
    editor = Editor.of(installation, page, number, "not-chosen")
    editor.open()
    editor.write(1, "Scritto prima di scegliere.")
    assert "Manca «Che cosa vuoi fare?». Non è stato registrato niente." in editor.refused()
    editor.shoot("refused")
    editor.choose("Che cosa vuoi fare?", SAVE)
    assert "Manca «Chi sei, se non approvi»." in editor.refused()
    assert editor.text(1) == "Scritto prima di scegliere."
    assert installation.version(number) == 1
    editor.choose("Chi sei", "Bruno Vice")
    editor.confirm()
    wait_for("what was typed", lambda: installation.texts(number)[0] == "Scritto prima di scegliere.")
    discard(installation, number)


def test_the_picture_is_one_tap_from_form_and_letter_also_for_who_must_log_in(
    installation: Installation, page: Page
) -> None:
    number = installation.draft("Concorso per le vetrine di dicembre")
    editor = Editor.of(installation, page, number, "picture")
    dialog = editor.open()
    dialog.get_by_role("link", name="La figura del telefono e le fonti").click()
    picture = page.get_by_role("img", name=re.compile("Il messaggio sul telefono"))
    expect(picture).to_be_visible()
    editor.shoot("from-the-form")

    found = re.compile(rf"figura del telefono.*: (http\S+/redazione/pagina/bozza-{number})\b")
    letters = [mail["text"] for mail in installation.ask("/_prova/posta")]
    (link,) = {match[1] for text in letters if (match := found.search(text))}
    assert page.context.browser is not None
    phone = page.context.browser.new_context(
        viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True
    )
    stranger = phone.new_page()  # whom nobody has let in yet
    stranger.goto(link)
    stranger.get_by_label("Password della redazione").fill(installation.settings.door_keys().people)
    stranger.get_by_role("button", name="Entra").tap()
    shown = stranger.get_by_role("img", name=re.compile("Il messaggio sul telefono"))
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("complete", True)
    stranger.screenshot(path=editor.shots / "from-the-letter.png")
    phone.close()
    discard(installation, number)
