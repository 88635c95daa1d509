"""Everyday words for those of the office: always right, never a fact, a role or a name changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.bulletin.language.marks import condensed, tidied
from flows.bulletin.language.plain_words import plainer
from flows.bulletin.language.spelling import correction, is_word, misspelt


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Si rende noto che è fatto divieto di fumare.", "È vietato fumare."),
        ("L'istanza va firmata.", "La domanda va firmata."),
        ("Il modello dell'istanza costa 2 euro.", "Il modello della domanda costa 2 euro."),
        ("Consegna entro e non oltre il giorno 8 maggio.", "Consegna entro l'8 maggio."),
        ("Aperto a partire dal 4 maggio.", "Aperto dal 4 maggio."),
        ("Gli interessati possono fare domanda.", "Chi è interessato può fare domanda."),
        ("Nella giornata di sabato 3 maggio si vota.", "Sabato 3 maggio si vota."),
        ("Il bar situato nei pressi della scuola chiude.", "Il bar vicino alla scuola chiude."),
        ("La mostra dura fino al prossimo dicembre.", "La mostra dura fino a dicembre."),
        ("Nel mese di agosto si chiude.", "Ad agosto si chiude."),
        ("La festa è nel Q.re Alba.", "La festa è nel quartiere Alba."),
        (
            "Sarà inaugurato dall'Amministrazione comunale domenica 11 ottobre il parco.",
            "Si inaugura domenica 11 ottobre il parco.",
        ),
        ("Verranno inaugurate sabato 3 maggio le aule.", "Si inaugurano sabato 3 maggio le aule."),
        ("Riceve presso il proprio ufficio.", "Riceve nel proprio ufficio."),
        ("È per le Scuole Secondarie di secondo grado.", "È per le scuole superiori."),
        ("Scuola secondaria di I grado chiusa.", "Scuola media chiusa."),
        ("Le scuole primaria e secondaria di primo grado aprono.", "Le scuole primaria e media aprono."),
        ("La mostra avrà luogo presso l'Auditorium.", "La mostra si terrà all'Auditorium."),
    ],
)
def test_the_words_of_the_office_become_plain(text: str, plain: str) -> None:
    assert plainer(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "L'Ufficio Istanze apre alle 9.",
        "La scuola sarà inaugurata dal ministro domenica 11 ottobre.",
        "Il film «Qualora piova» dura due ore.",
        "La sede è in via Roma n. 3 per tutti.",
        "Apre dal 4 maggio, entro il 5 si paga.",
        "C'è un po' di tempo.",
        "È per le scuole secondarie di primo e secondo grado.",
    ],
)
def test_names_quotes_and_facts_stay(text: str) -> None:
    assert plainer(text) == text


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("E' aperta perche' piove", "È aperta perché piove"),
        ("ATTIVITA' sospesa GIOVEDì", "ATTIVITÀ sospesa GIOVEDÌ"),
        ("Il Sindaco O R D I N A la chiusura", "Il Sindaco ordina la chiusura"),
        ("I termini x la domanda nei gg 27 e 28", "I termini per la domanda nei giorni 27 e 28"),
        ("L'ufficio gg. 10 febbraio chiude", "L'ufficio il giorno 10 febbraio chiude"),
        ("In via Pio X nel Municipio X di Rovo", "In via Pio X nel Municipio X di Rovo"),
        ("Via F.lli Cervi, 2 x 3 metri", "Via Fratelli Cervi, 2 x 3 metri"),
        ("La For-mazione socio-sanitaria  inizia .. ora", "La Formazione socio-sanitaria inizia. ora"),
    ],
)
def test_the_marks_of_a_typewriter_are_set_right(text: str, right: str) -> None:
    assert tidied(text) == right


def test_a_slip_is_found_and_what_is_merely_rare_is_not() -> None:
    assert misspelt("con le seguenti modaltà e la pertura") == ("modaltà", "pertura")
    assert correction("modaltà") == "modalità"
    assert misspelt("Il clown di Esempiolandia usa il lungolago mandellese") == ()
    assert misspelt("con modaltà nuove", known=["Modaltà"]) == ()
    assert is_word("iscriversi")
    assert not is_word("modaltà")


@pytest.mark.parametrize("sign", ["\n", "*\n", "| ", "\n \n"])
def test_a_long_run_of_signs_is_cut_in_its_middle(sign: str) -> None:
    """Each pattern that steps over signs looks at every rest of a run: 200,000 line breaks took an hour."""
    told = condensed(f"Avviso{sign * 50_000}## Orari{sign * 20}")
    assert len(told) < 500
    assert told.startswith(f"Avviso{sign}")
    assert told.endswith(f"{sign}## Orari{sign * 20}")


@given(st.text(max_size=280))
def test_a_text_without_such_a_run_stays_as_it_is(text: str) -> None:
    assert condensed(text) == text
