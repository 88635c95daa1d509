import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.language.sentences import split
from flows.bulletin.language.verbs import speaks
from tests.world.shared import SHARED, needs_shared


@needs_shared
def test_every_marked_paragraph_is_split_exactly() -> None:
    lines = (SHARED / "text" / "sentences_it.txt").read_text(encoding="utf-8").splitlines()
    paragraphs = [line for line in lines if line and not line.startswith("#")]
    assert len(paragraphs) >= 40
    wrong = [p for p in paragraphs if split(p.replace("|", " ")) != [s.strip() for s in p.split("|")]]
    assert wrong == []


@pytest.mark.parametrize(
    "marked",
    [
        "Il lotto B.|Le domande vanno in Comune.",
        "Chiude l'I.C. Rodari di via G. Verdi.|Riapre lunedì.",
        "Aperto sab. e dom.|Per informazioni chiama l'ufficio.",
        "Servono 24 ore.|Il modulo è online.",
        "1. Compila il modulo.|2. Firmalo.",
        "Sosta vietata (escl. residenti, ecc.) Via Roma resta aperta.",
        "(Ingresso libero.)|Si comincia alle 21.",
        "La strada riapre alle 18.|È tutto.",
        "Chiuso per lavori!|Riapre il 3...|Forse.",
        "Orari: lun.-ven. 8.30-12.30.",
    ],
)
def test_a_dot_ends_a_sentence_only_where_an_italian_would_stop(marked: str) -> None:
    assert split(marked.replace("|", " ")) == marked.split("|")


def test_a_line_break_ends_a_sentence_without_any_mark() -> None:
    assert split("Orari nuovi\nLunedì chiuso\n\n") == ["Orari nuovi", "Lunedì chiuso"]


@settings(deadline=None)
@given(st.text(alphabet="aB1 .!?…()\"'’«»\nè,-", max_size=60))
def test_nothing_but_white_space_is_lost(text: str) -> None:
    assert "".join("".join(split(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        ("Carnevale 2027", False),
        ("Natale in piazza", False),
        ("Iscriviti in biblioteca", True),
        ("Prenotalo", True),
        ("I treni potrebbero non essere garantiti", True),
        ("Copri ogni vaso", True),
        ("Verifica di avere i requisiti", True),
        ("Verifica di assoggettabilità alla valutazione ambientale", False),
    ],
)
def test_a_name_that_ends_as_an_order_does_is_none(text: str, is_said: bool) -> None:
    assert speaks(text) is is_said


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        ("Il Comune mette a bando 24 orti urbani.", True),
        ("La Polizia locale consegna i sacchi in piazza.", True),
        ("Il treno storico collega le due città.", True),
        ("Il corso insegna a usare il telefono.", True),
        ("Un ambulatorio mobile visita i residenti.", True),
        ("La carta famiglia a Trento.", False),
        ("La prima opera a Verona.", False),
        ("La visita guidata al museo.", False),
        ("La mostra collettiva e la visita.", False),
        ("Le opere di Verdi e la musica.", False),
        ("Il servizio mensa a partire da settembre.", False),
    ],
)
def test_a_verb_that_may_be_a_noun_counts_behind_its_subject(text: str, is_said: bool) -> None:
    assert speaks(text) is is_said
