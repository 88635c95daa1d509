"""What to do with a recalled product: all of it, or word that the page lists it; every page is made up."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks import gate
from tests.test_bulletin_summary import told

TITLE = "Richiamo di un gioco per bambini"
SAYS = (
    "Il Ministero ha segnalato un gioco di legno contenente piccole parti, con rischio di soffocamento.\n"
    "Marca: Albero\nModello: 4411\nLotto: B72\nCosa fare\n"
)
STEPS = (
    "• sospendere subito l'utilizzo;\n• tenerlo lontano dai bambini;\n• non smontarlo;\n"
    "• riconsegnarlo al venditore;\n• contattare la ASL.\nNon gettarlo nei rifiuti di casa."
)


def test_of_many_steps_none_stands_for_all() -> None:
    assert told(TITLE, f"{SAYS}{STEPS}").text == (
        "Il Ministero ha segnalato un gioco di legno contenente piccole parti, con rischio di soffocamento."
        " È di marca Albero, modello 4411, lotto B72. Non usare il prodotto: che cosa fare è nella pagina."
    )


@pytest.mark.parametrize(
    ("more", "is_refused"),
    [
        ("Non gettarlo nei rifiuti di casa.", True),
        ("Non gettarlo nei rifiuti di casa. Che cosa fare è nella pagina.", False),
    ],
)
def test_one_step_as_if_it_were_all_is_refused(more: str, is_refused: bool) -> None:
    page = read(title=TITLE, abstract="", body=f"{SAYS}{STEPS}", published=None)
    text = f"Un gioco di legno contenente piccole parti è richiamato: è di marca Albero, lotto B72. {more}"
    refused = gate.judge(text, page).refused
    assert ("Di più cose della pagina il testo ne dice una come se fosse la sola." in refused) is is_refused


def test_few_steps_are_told() -> None:
    body = "È stato richiamato il tonno Alba, lotto 12, per istamina. Non consumarlo e riportarlo al negozio."
    assert told("Richiamo di un tonno", body).text == body


def test_nobody_is_told_not_to_use_what_the_page_lets_one_use() -> None:
    text = told(TITLE, f"{SAYS}• lavarlo prima dell'uso;\n• conservarlo in casa;\n• tenerlo asciutto.").text
    assert "Non usare" not in text


def test_a_product_withdrawn_from_the_trade_is_named() -> None:
    said = told(
        'Richiamo dal commercio: formaggio "Pascolino"',
        "Il caseificio richiama il formaggio Pascolino, confezione da 300 g, lotto 27-11, scadenza"
        " 18 novembre 2027, per possibile presenza di Listeria."
        " Non consumare il prodotto e riportarlo al negozio.",
    )
    assert "Pascolino" in said.text
    assert "lotto 27-11" in said.text
