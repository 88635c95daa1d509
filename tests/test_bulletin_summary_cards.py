"""A service's standing card is no news: it is left to a person, who knows what is new about it."""

import pytest

from flows.bulletin.summary.frames.calls.duties import stamp_duty
from flows.bulletin.summary.frames.titles.purposes import purpose_of
from tests.test_bulletin_summary import told

CARD = "È la scheda di un servizio, non una notizia: scrivi che cosa c'è di nuovo."


@pytest.mark.parametrize(
    ("title", "body"),
    [
        (
            "Richiesta certificato di abitabilità",
            "Per presentare la richiesta occorrono: | Modulo firmato (A4) | Copia documento di identità |"
            " Pianta catastale | Marca da bollo da € 16,00 | Ricevuta dei diritti di segreteria di € 40,00",
        ),
        (
            "Occupazione suolo pubblico",
            "Alla domanda va allegata la seguente documentazione, pena l'esclusione: | Planimetria |"
            " Relazione breve | Polizza, se si montano palchi",
        ),
        (
            "Domanda per il contributo affitti - Annualità 2027",
            "Per presentare la domanda servono: | Contratto di locazione registrato | Attestazione ISEE |"
            " Copia del documento di identità | Dichiarazione del proprietario",
        ),
        (
            "Patentino per i funghi",
            "Occorre: | Fotocopia o copia | Certificato, se serve | Altri documenti",
        ),
    ],
)
def test_a_card_is_left_to_a_person(title: str, body: str) -> None:
    made = told(title, body)
    assert (made.text, made.reason) == ("", CARD)


def test_what_is_new_about_a_card_or_its_term_makes_it_news() -> None:
    papers = "Servono: | Copia del documento di identità | Modulo firmato | Attestazione ISEE"
    made = told("Contributo affitti", f"Le domande si presentano entro il 30 giugno 2027. {papers}")
    assert "entro il 30 giugno 2027" in made.text


PAPERS = "Servono: | Copia del documento di identità | Modulo firmato"


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Contributo affitti", f"{PAPERS}\n\nLe domande si presentano entro il 30 giugno 2027."),
        ("Nuovo contributo affitti", PAPERS),
        ("Contributo affitti", f"{PAPERS} | Due testimoni | Tanta pazienza | Un amico"),
        ("Concerto del coro", f"{PAPERS}\n\nSabato 8 maggio 2027 alle 21 il coro canta in piazza Roma."),
    ],
)
def test_papers_come_first_on_pages_that_are_no_card_too(title: str, body: str) -> None:
    assert told("Contributo affitti", PAPERS).reason == CARD
    assert told(title, body).reason != CARD


def test_conditions_are_no_papers() -> None:
    body = (
        "Per chiedere il voucher occorre: | Essere residenti a Borgo | Avere un ISEE fino a 20.000 euro |"
        " Avere figli minori a carico"
    )
    assert told("Voucher per le famiglie", body).reason != CARD


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Carta d'Identità Elettronica CIE", "Per la carta d'identità elettronica"),
        ("Rilascio Certificato di Stato Civile", "Per avere il certificato di stato civile"),
        ("Prestazione del giuramento", "Per prestare il giuramento"),
        ("Voucher / contributi per il nido", "Per i contributi per il nido"),
        ("Passo carrabile", "Per il passo carrabile"),
        ("Iscrizione albo scrutatori", "Per iscriverti all'albo degli scrutatori"),
        ("Sportello Unico delle Attività", "Per lo sportello unico delle attività"),
        ("Zanzare", ""),
    ],
)
def test_a_title_gives_the_purpose(title: str, said: str) -> None:
    assert purpose_of(title) == said


def test_two_stamps_are_not_told_as_one() -> None:
    assert stamp_duty("Marca da bollo da 16 euro per la domanda e marca da bollo da 16 euro per l'atto") == ""


OFFICE = (
    "Competenze\nIMU\nOrario di ricevimento: il martedì, su appuntamento\nContatti: 02 5555 123\nPersone\n"
)


def test_the_page_of_an_office_is_no_service_and_no_news() -> None:
    made = told("Servizio Tributi", f"{OFFICE}Documenti\nRegolamento TARI\nModulo di richiesta")
    assert (made.text, made.reason) == ("", "È la pagina di un ufficio, non una notizia.")


def test_what_an_office_has_to_say_is_news() -> None:
    closed = "L'ufficio Tributi è chiuso lunedì 7 dicembre.\nContatti: 02 5555 123"
    assert told("Ufficio Tributi chiuso", closed).text.startswith(
        "L'ufficio Tributi è chiuso lunedì 7 dicembre."
    )
