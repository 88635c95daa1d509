import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.language.glue import repaired, unglued


@pytest.mark.parametrize(
    "marked",
    [
        "Serata con la banda comunale|Il concerto si tiene in piazza",
        "Corso di cucina per tutti|Ingresso gratuito",
        "in collaborazione con la Pro Loco|Tre incontri gratuiti sul primo soccorso",
        "presso il Teatro “Giuseppe Verdi”|IL LAGO DEI CIGNI|Anna Bianchi e Luca Neri",
        "Programma della giornata|ore 10.00 ritrovo|ore 11.00 partenza",
        "Servono: carta d'identità; tessera sanitaria",
        "nella chiesa di via Roma, 8|Recital di pianoforte",
        "Serata con la banda comunale|Quest'anno il concerto è in piazza",
        # one phrase each
        "La mostra La natura della memoria apre in Municipio",
        "con la dott.ssa Alessia Dalla Vecchia, psicologa",
        "in via Della Repubblica e in piazza Tre Martiri",
        "Il Comune di Esempio apre lo sportello",
        "l'Associazione La Gente del Mago organizza",
    ],
)
def test_a_lost_line_break_is_found_where_a_phrase_opens(marked: str) -> None:
    assert unglued(marked.replace("|", " ")) == marked.split("|")


def test_bullets_part_phrases_but_a_list_stays_with_its_announcement() -> None:
    assert unglued("Aperto tutti i giorni • Chiuso a Natale") == ["Aperto tutti i giorni", "Chiuso a Natale"]
    assert unglued("Per accedere occorre: | SPID | carta d'identità.") == [
        "Per accedere occorre: SPID; carta d'identità."
    ]


def test_an_hour_stays_with_what_happens_then() -> None:
    assert unglued("Ore 7.30 Ritrovo dei concorrenti Ore 9.00 Partenza in linea") == [
        "Ore 7.30 ritrovo dei concorrenti",
        "Ore 9.00 partenza in linea",
    ]


@pytest.mark.parametrize(
    ("torn", "whole"),
    [
        ("l a Biblioteca chiude", "la Biblioteca chiude"),
        ("S carlett e Anna", "Scarlett e Anna"),
        ("I nterverranno in molti", "Interverranno in molti"),
        ("A pertura al pubblico: orari di apertura", "Apertura al pubblico: orari di apertura"),
        ("determina del 1 3/0 9 /2024", "determina del 13/09/2024"),
        ("L’ 11 novembre, un’ opportunità", "L’11 novembre, un’opportunità"),
        ("A tutti i cittadini", "A tutti i cittadini"),
        ("I cittadini e A. Verdi", "I cittadini e A. Verdi"),
        ("lotto B e lotto C", "lotto B e lotto C"),
    ],
)
def test_letters_torn_from_their_word_go_back(torn: str, whole: str) -> None:
    assert repaired(torn) == whole


@settings(deadline=None)
@given(st.text(alphabet="aBè .,;:'’“”()|-3Il ore", max_size=80))
def test_no_letter_is_lost(text: str) -> None:
    def letters(said: str) -> list[str]:
        return [char.lower() for char in said if char.isalnum()]

    assert letters("".join(unglued(text))) == letters(text)
    assert letters(repaired(text)) == letters(text)


def test_an_adjective_before_a_capital_is_no_torn_line() -> None:
    line = "Domenica 6 giugno, in oratorio, si tiene l'annuale Giornata per la donazione del sangue."
    assert unglued(line) == [line]
