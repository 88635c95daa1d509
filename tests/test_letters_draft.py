"""What a letter about a draft shows of it: the message as it is read, and the way to its picture."""

import re

import pytest

from db import letters
from flows.letters.drafts import tell_bulletin
from flows.settings import DEMO, Settings, load_profile
from tests.world.comune import Comune

TEXTS = Settings(load_profile(DEMO), DEMO, DEMO).texts["posta"]
OF_A_DRAFT = sorted(
    kind for kind, words in TEXTS.items() if re.search(r"\{(anteprima|link)\}", words["testo"])
)


def test_the_message_is_shown_as_it_is_read_and_the_picture_is_linked(comune: Comune) -> None:
    comune.collect()
    number = comune.draft()
    with comune.look() as session:
        tell_bulletin(comune.settings, session, number, now=comune.now)
        (letter,) = letters.of_bulletin(session, number, ["bozza_pronta"])
    assert "\n\nIn primo piano. " in letter.text
    assert "*" not in letter.text
    assert f"{comune.settings.newsroom}/pagina/bozza-{number}\n" in letter.text


@pytest.mark.parametrize("kind", OF_A_DRAFT)
def test_every_letter_about_a_draft_leads_to_its_picture(kind: str) -> None:
    assert "{figura}" in TEXTS[kind]["testo"]


def test_there_are_such_letters() -> None:
    assert {"bozza_pronta", "sollecito", "da_correggere", "urgente", "serve_la_tua_firma"} < set(OF_A_DRAFT)
