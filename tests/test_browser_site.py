"""What an editor asks for beside the text: an item of the queue, the draft on a telephone, the site again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.world.editor import Editor
from tests.world.installation import Installation, wait_for

pytestmark = pytest.mark.xdist_group("installation")  # one for all: it takes 20 s to start

APPROVE, DISCARD = "Approva: parte subito", "Non inviare e scarta queste notizie"
SAMPLE, REREAD = "Mandami una prova sul telefono", "Rileggi il sito e aggiorna la bozza"
TITLES = (
    "Mostra di presepi",
    "Festa della lettura",
    "Bando per le botteghe",
    "Gita a Mantova",
    "Corso di cucito",
)


@pytest.mark.rehearsal
def test_an_item_of_the_queue_takes_the_place_of_another(installation: Installation, page: Page) -> None:
    number = installation.draft(*TITLES)
    before = installation.texts(number)
    editor = Editor.of(installation, page, number, "swap")
    dialog = editor.open()
    told = (
        dialog.get_by_text("In coda per un'altra volta:")  # folded until somebody opens it
        .locator("xpath=following::ul[1]/li[1]")
        .text_content()
    )
    found = re.match(r"(C\d+) ([^(]+)", told or "")
    assert found, told
    wanted, title = found[1], found[2].strip()
    editor.remove(1)
    editor.fill("Aggiungi dalla coda", wanted)
    editor.decide("Salva, continuo dopo")
    wait_for("the second version", lambda: installation.version(number) == 2)
    again = Editor.of(installation, page, number, "swapped")
    dialog = again.open()
    texts = installation.texts(number)
    assert texts[:-1] == before[1:]
    assert title.casefold() in texts[-1].casefold()  # within a sentence its first letter is small
    expect(dialog).to_contain_text(title, ignore_case=True)
    again.decide(APPROVE)
    sent = installation.ends_as(number, "sent")
    for messages in installation.received(sent.code).values():
        assert len(messages) == 1
        assert texts[-1] in messages[0]
        assert before[0] not in messages[0]
    left = installation.compose()  # what is left would join the next test's draft
    installation.answer(left, DISCARD)
    installation.ends_as(left, "rejected")


def test_a_sample_reaches_the_editor_alone_and_the_site_is_read_again(
    installation: Installation, page: Page
) -> None:
    title = "Giornata del verde pulito"
    number = installation.draft(title)
    editor = Editor.of(installation, page, number, "sample")
    editor.open()
    editor.write(1, "Domenica 29 novembre si pulisce il parco.")
    editor.decide(SAMPLE)
    wait_for("the second version", lambda: installation.version(number) == 2)
    again = Editor.of(installation, page, number, "sample-sent")
    dialog = again.open()
    expect(dialog.get_by_text("Prova inviata al telefono di Anna Redazione")).to_be_visible()
    code = installation.bulletin(number).code
    assert not any(installation.received(code).values()), "citizens got the sample"
    (mine,) = [texts for texts in installation.received(code, "redazione").values() if texts]
    assert len(mine) == 1
    assert "Domenica 29 novembre si pulisce il parco." in mine[0]

    installation.write("Rinviata la cena di quartiere")
    again.decide(REREAD)
    wait_for("the third version", lambda: installation.version(number) == 3)
    last = Editor.of(installation, page, number, "read-again")
    dialog = last.open()
    place = 1 + installation.texts(number).index("Domenica 29 novembre si pulisce il parco.")
    assert place == 1 or "Allerta" in last.text(1), "only an alert, which a new day brings, comes before it"
    assert last.text(place) == "Domenica 29 novembre si pulisce il parco.", "what a person wrote stays"
    expect(dialog).to_contain_text("Rinviata la cena di quartiere")
    last.decide(DISCARD)
    installation.ends_as(number, "rejected")
