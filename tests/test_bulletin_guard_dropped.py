"""What a text with the words of its page has lost among them, and ways that the page does not know."""

import pytest

from flows.bulletin.guard.verdict import check

PAGE = """Mensa e trasporto scolastico
La domanda si presenta solo online, dal portale dei servizi, con SPID o CIE.
Lunedì 29 marzo la raccolta non si fa: l'umido si raccoglie martedì 30 marzo.
Giovedì 6 maggio l'Anagrafe non rilascerà carte d'identità né certificati.
I non residenti saranno collocati in coda. Possono iscriversi gli alunni residenti a Po che usano il bus.
È vietato innaffiare orti, giardini e prati. Per informazioni tel. 0499 551204.
"""


@pytest.mark.parametrize(
    ("text", "word", "is_certain"),
    [
        ("Lunedì 29 marzo la raccolta si fa: l'umido si raccoglie martedì 30 marzo.", "non", True),
        ("Giovedì 6 maggio l'Anagrafe rilascerà carte d'identità né certificati.", "né", False),
        ("Possono iscriversi gli alunni a Po che usano il bus.", "residenti", False),
        ("Per la mensa la domanda si presenta online, dal portale dei servizi.", "solo", False),
        ("È vietato innaffiare orti e prati.", "giardini", False),
    ],
)
def test_a_word_that_is_lost_is_missed(text: str, word: str, is_certain: bool) -> None:
    verdict = check(text, PAGE)
    assert any(word in said for said in (verdict.blocked if is_certain else verdict.warnings))


@pytest.mark.parametrize(
    "text",
    [
        "Lunedì 29 marzo la raccolta non si fa: l'umido si raccoglie martedì 30 marzo.",
        "Giovedì 6 maggio l'Anagrafe non rilascerà carte d'identità né certificati.",
        "La domanda per la mensa si presenta solo online, con SPID o CIE.",
        "È vietato innaffiare orti, giardini e prati.",
        "È vietato innaffiare orti e prati. Gli altri divieti sono nella pagina.",
    ],
)
def test_what_is_whole_raises_nothing(text: str) -> None:
    verdict = check(text, PAGE)
    lost = (*verdict.blocked, *verdict.warnings)
    assert not [said for said in lost if "c'è «" in said or "né" in said]


def test_a_request_that_is_made_online_alone_is_not_made_in_person() -> None:
    verdict = check("La domanda per la mensa si presenta in Comune, con SPID o CIE.", PAGE)
    assert any("solo online" in said for said in verdict.warnings)
    assert not check("La domanda per la mensa si presenta online, con SPID o CIE.", PAGE).blocked


def test_a_way_that_the_page_does_not_know_is_pointed_out() -> None:
    page = "Centri estivi\nCi si iscrive online da martedì 25 maggio. Si frequenta dalle 8 alle 16."
    verdict = check("Per i centri estivi ci si iscrive in Comune da martedì 25 maggio.", page)
    assert any("un altro modo" in said for said in verdict.warnings)
    at_the_desk = f"{page} Chi non può si iscrive allo sportello."
    assert not check("Per i centri estivi ci si iscrive in Comune o online.", at_the_desk).warnings


def test_a_day_between_two_that_are_listed_is_missed() -> None:
    page = (
        "Sagra della zucca\n\nGiovedì 9 settembre\nore 19 apertura\n\nVenerdì 10 settembre\nore 21 liscio\n\n"
        "Sabato 11 settembre\nore 10 laboratorio\n\nDomenica 12 settembre\nore 9 mercato\n\n"
        "Iscrizioni entro mercoledì 8 settembre."
    )
    verdict = check("Giovedì 9, venerdì 10 e domenica 12 settembre c'è la sagra della zucca.", page)
    assert any("Sabato 11 settembre" in said for said in verdict.warnings)
    assert not check("Giovedì 9, venerdì 10, sabato 11 e domenica 12 settembre c'è la sagra.", page).warnings


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (
            "La domanda si può presentare non solo online ma anche in Comune.",
            "Puoi fare domanda in Comune.",
        ),
        (
            "Né bici né monopattini entrano in piazza.",
            "Né bici né monopattini possono entrare in piazza Roma.",
        ),
        (
            "Corso di accompagnamento alla nascita dal 5 settembre 2026 in sala.",
            "Il corso comincia il 5 settembre 2026 in sala.",
        ),
        (
            "Il cittadino non deve presentare la domanda di persona.",
            "Nessun cittadino deve presentare la domanda di persona.",
        ),
    ],
)
def test_a_right_text_in_other_words_is_not_blocked(page: str, text: str) -> None:
    assert not [
        said for said in check(text, page).blocked if "online" in said or "né" in said or "nasc" in said
    ]
