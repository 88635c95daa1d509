"""How one takes part, step by step and by chat; every page here is made up."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.clauses import booking_sentence
from flows.bulletin.summary.steps import from_first

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
        ("Prenotazione obbligatoria su WhatsApp al 333 123 4567", "Devi prenotare al numero 333 123 4567."),
    ],
)
def test_one_books_by_chat_where_that_is_the_way(words: str, said: str) -> None:
    assert booking_sentence(words) == said
