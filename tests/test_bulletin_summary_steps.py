"""How one takes part, step by step and by chat, and what money is for; every page here is made up."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.additions.of_calls import OF_CALLS
from flows.bulletin.summary.additions.steps import from_first
from flows.bulletin.summary.clauses import booking_sentence
from tests.test_bulletin_summary import told

NESTS = (
    "Costruisci un nido di legno da appendere fuori dalla finestra, ben visibile dal cortile e che regga al"
    " vento. {} Il nido sarà sulla mappa di chi passa, dal 4 aprile al 9 maggio 2027, durante la Festa."
)
FETCH = "Passa in Biblioteca entro il 20 marzo 2027 e ritira il cartellino da mettere sul tuo nido."


def step_of(text: str, second: str = FETCH, limit: int = 275) -> str:
    notice = read(title="Festa dei nidi", abstract="", body=NESTS.format(second))
    return from_first(text, notice, limit, lambda _: True)


def test_the_step_before_the_one_that_is_told_is_told_too() -> None:
    shorter = "Costruisci un nido di legno da appendere fuori dalla finestra, ben visibile dal cortile."
    whole = f"{shorter.removesuffix('.')} e che regga al vento."
    opening = "Dal 4 aprile al 9 maggio 2027 c'è la Festa dei nidi."
    assert step_of(f"{opening} {FETCH}", limit=400) == f"{opening} {whole} {FETCH}"
    assert step_of(f"{opening} {FETCH}", limit=240) == f"{opening} {shorter} {FETCH}"
    assert step_of(f"{opening} {FETCH}", limit=200) == f"{opening} {FETCH}"


def test_what_is_no_step_or_is_told_stays() -> None:
    opening = "Dal 4 aprile al 9 maggio 2027 c'è la Festa dei nidi."
    assert step_of(opening) == opening
    other = "Vieni oppure manda una foto entro il 20 marzo 2027."
    assert step_of(f"{opening} {other}", other) == f"{opening} {other}"
    office = "La Biblioteca consegna il cartellino entro il 20 marzo 2027."
    assert step_of(f"{opening} {office}", office) == f"{opening} {office}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Prenotazione obbligatoria whatsapp", "Devi prenotare su WhatsApp."),
        ("Prenotazione obbligatoria, preferibile messaggio WhatsApp", "Devi prenotare."),
        ("Prenotazione obbligatoria. Segui il canale WhatsApp", "Devi prenotare."),
        (
            "Prenotazione obbligatoria su WhatsApp al 333 123 4567",
            "Devi prenotare su WhatsApp al numero 333 123 4567.",
        ),
        ("Prenotarsi su WhatsApp al 333 123 4567", "Prenota su WhatsApp al numero 333 123 4567."),
    ],
)
def test_one_books_by_chat_where_that_is_the_way(words: str, said: str) -> None:
    assert booking_sentence(words) == said


CAMPS = (
    "Il contributo è per i bambini del Comune di Po. È riconosciuto:\n"
    "- per spese sostenute per la frequenza di un {};\n"
    "- {};\n- fino a 9.000,00 Euro di ISEE – 60% della spesa;\n"
    "- da 9.000,01 fino a 20.000,00 Euro di ISEE – 30% della spesa.\n"
    "Le domande si presentano esclusivamente on line entro il 20 settembre 2027."
)
IN_ROOMS = "centro estivo organizzato nei locali messi a disposizione dal Comune di Po"


@pytest.mark.parametrize(
    ("what", "weeks", "said"),
    [
        (
            IN_ROOMS,
            "in base alle settimane frequentate (almeno tre)",
            "Il bonus vale per i centri nei locali del Comune, per almeno tre settimane.",
        ),
        (
            "corso organizzato nelle scuole del Comune di Po",
            "in base alle ore",
            "Il bonus vale per i corsi nelle scuole del Comune.",
        ),
        (
            IN_ROOMS,
            "almeno due settimane, o almeno tre settimane",
            "Il bonus vale per i centri nei locali del Comune.",
        ),
        ("centro estivo di qualunque gestore", "almeno due settimane", ""),
        ("centro estivo organizzato nei locali di una parrocchia", "almeno due settimane", ""),
    ],
)
def test_what_a_contribution_is_for_is_told_with_its_limits(what: str, weeks: str, said: str) -> None:
    notice = read(title="Bonus centri estivi 2027", abstract="", body=CAMPS.format(what, weeks))
    text = "Puoi chiedere online il bonus centri estivi 2027 entro il 20 settembre 2027."
    made = [one for make in OF_CALLS for one in make(text, notice)]
    assert made == ([f"{said} Altri requisiti sono nella pagina."] if said else [])
    assert [one for make in OF_CALLS for one in make(f"{text} {said}", notice)] == []


def test_a_text_of_a_contribution_says_what_it_is_for() -> None:
    body = CAMPS.format(IN_ROOMS, "in base al numero di settimane frequentate (almeno due)")
    text = told("Bonus centri estivi", body=body).text
    assert "Il bonus vale per i centri nei locali del Comune, per almeno due settimane." in text
    assert "nella pagina" in text


def test_a_text_has_the_step_before_its_own() -> None:
    body = (
        "Costruisci un nido di legno da appendere fuori dalla finestra.\n"
        "Passa in Biblioteca entro il 20 marzo 2027 e ritira il cartellino da mettere sul tuo nido.\n"
        "I nidi si vedono dal 4 aprile al 9 maggio 2027 durante la Festa dei nidi."
    )
    text = told("Festa dei nidi", body=body).text
    assert "Costruisci un nido di legno da appendere fuori dalla finestra. Passa in Biblioteca" in text


def test_a_fair_tells_that_its_sellers_apply() -> None:
    body = (
        "Domenica 26 settembre 2027, dalle ore 9:30 alle ore 18:30, in piazza Lari si tiene la fiera.\n"
        "L'istanza deve pervenire entro le ore 23:59 del 4 settembre 2027.\n"
        "I prodotti esposti sono quelli dell'agricoltura."
    )
    text = told("Fiera del miele", body=body).text
    assert "Gli espositori devono fare domanda entro le 23:59 del 4 settembre 2027." in text
