"""What a heading tells beside its matter is told with it; every page here is made up."""

import pytest

from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.leads import named_by
from flows.bulletin.summary.frames.titles.nouns import phrase_of
from flows.bulletin.summary.text import summarise
from tests.test_bulletin_summary import told


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Bando per le botteghe storiche",
            "Bando da 2 milioni di euro a sostegno delle botteghe con più di cinquanta anni",
            "È pubblicato il bando per le botteghe storiche. È un bando da 2 milioni di euro a"
            " sostegno delle"
            " botteghe con più di cinquanta anni.",
        ),
        (  # as feeds join the two lines
            "Bando per le botteghe storiche",
            "Bando per le botteghe storiche Bando da 800.000 euro per rifare le insegne",
            "È pubblicato il bando per le botteghe storiche. È un bando da 800.000 euro per"
            " rifare le insegne.",
        ),
        (  # whose line has the words of the title
            "Bando per le botteghe",
            "Bando da 800.000 euro finalizzato alla riapertura delle botteghe dei borghi",
            "È pubblicato un bando da 800.000 euro finalizzato alla riapertura delle botteghe dei borghi.",
        ),
        (
            "Piano del verde della valle, osservazioni entro il 3 settembre",
            "Aperta la consultazione pubblica del piano del verde della valle",
            "È aperta la consultazione pubblica del piano del verde della valle. Le osservazioni"
            " si presentano"
            " entro il 3 settembre.",
        ),
        (
            "Museo civico chiuso dal 6 al 30 novembre",
            "A seguito dell'entrata in vigore del decreto del 3 novembre 2026, art. 1, lett. r,"
            " si comunica che"
            " il museo civico resterà chiuso dal 6 al 30 novembre 2026.",
            "Il museo civico resterà chiuso dal 6 al 30 novembre 2026.",
        ),
    ],
)
def test_a_heading_tells_money_term_and_day(title: str, body: str, text: str) -> None:
    assert summarise(title=title, abstract="", body=body, limit=275).text == text


def test_a_title_takes_the_small_words_that_it_leaves_out() -> None:
    assert phrase_of("Inaugurazione parco giochi") == "l'inaugurazione del parco giochi"
    assert phrase_of("Sciopero raccolta rifiuti") == "lo sciopero della raccolta rifiuti"
    assert phrase_of("Raccolta rifiuti: possibili ritardi") == ""
    assert phrase_of("Inaugurazione ufficiale della sede") == "l'inaugurazione ufficiale della sede"
    assert (
        named_by("Mercato settimanale di martedì 8 dicembre")
        == "il mercato settimanale di martedì 8 dicembre"
    )


def test_a_street_keeps_the_capital_of_its_month() -> None:
    assert worded("Il mercato si sposta in piazza XXV Aprile.").endswith("piazza XXV Aprile.")
    assert worded("Il mercato è il 25 APRILE.") == "Il mercato è il 25 aprile."


def test_one_votes_for_something() -> None:
    made = told(
        "Elezioni Regionali 2027 - Elezioni del Consiglio", body="Si vota domenica 21 e lunedì 22 marzo 2027"
    )
    assert made.text == "Per le elezioni regionali 2027 si vota domenica 21 e lunedì 22 marzo 2027."


def test_the_hour_of_a_term_stands_in_another_sentence_than_its_title() -> None:
    title = (
        "Comunità energetica - proroga al 30.11.2026 per le domande di accesso al contributo per la "
        "realizzazione di nuovi impianti"
    )
    made = told(title, body="Scadenza per la presentazione delle domande: 30.11.2026, ore 18:00.")
    assert made.text.startswith(
        "Puoi chiedere il contributo «Comunità energetica» per la realizzazione di nuovi impianti entro "
        "le 18 del 30 novembre 2026."
    )


def test_the_hour_of_another_matter_is_no_hour_of_the_term() -> None:
    title = "Contributi per gli orti, domande entro il 31/07/2026"
    body = "L'apertura delle buste è il 31/07/2026 alle ore 15:00 in municipio."
    assert "entro le 15" not in told(title, body=body).text
