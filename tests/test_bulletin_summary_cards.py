"""Texts of a service's standing card: what one wants, its papers, its fee, and whose case is another."""

import pytest

from flows.bulletin.summary.frames.duties import stamp_duty
from flows.bulletin.summary.frames.fees import fee
from flows.bulletin.summary.frames.papers import paper
from flows.bulletin.summary.frames.purposes import purpose_of
from tests.test_bulletin_summary import told


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        (
            "Richiesta certificato di abitabilità",
            "Per presentare la richiesta occorrono: | Modulo firmato (A4) | Copia documento di identità |"
            " Pianta catastale | Marca da bollo da € 16,00 | Ricevuta dei diritti di segreteria di € 40,00",
            "Per chiedere il certificato di abitabilità servono il modulo firmato, la copia del documento"
            " di identità, la pianta catastale e gli altri documenti elencati nella pagina. I diritti di"
            " segreteria sono di 40 euro. Serve una marca da bollo da 16 euro.",
        ),
        (
            "Cambio di Residenza",
            "I documenti da presentare all'ufficio Anagrafe sono: | Modulo firmato; | Copia del documento"
            " di identità; | Per i cittadini stranieri: permesso di soggiorno",
            "Per il cambio di residenza porta all'ufficio Anagrafe il modulo firmato, la copia del"
            " documento di identità e gli altri documenti elencati nella pagina. Per i cittadini stranieri"
            " ci sono altre regole, spiegate nella pagina.",
        ),
        (
            "Occupazione suolo pubblico",
            "Alla domanda va allegata la seguente documentazione, pena l'esclusione: | Planimetria |"
            " Relazione breve | Polizza, se si montano palchi",
            "Per l'occupazione di suolo pubblico presenta la domanda con la planimetria, la relazione"
            " breve e gli altri documenti elencati nella pagina, pena l'esclusione.",
        ),
        (
            "TARI - Riduzione per compostaggio",
            "Per ottenere la riduzione occorre: | Modulo firmato | Copia del documento di identità",
            "Per la riduzione della TARI per compostaggio servono il modulo firmato e la copia del"
            " documento di identità. I particolari sono nella pagina.",
        ),
        (
            "IMU – Imposta municipale propria",
            "Per il pagamento è necessario conoscere: | i dati catastali dei propri immobili; | le"
            " aliquote del certificato comunale. L'ufficio fornisce i moduli e le informazioni, ma non"
            " calcola l'imposta.",
            "Per l'IMU devi conoscere i dati catastali dei tuoi immobili e le aliquote del certificato"
            " comunale. L'ufficio non calcola l'imposta.",
        ),
        (
            "Iscrizione all'albo dei nonni vigili",
            "Per iscriversi è necessario: | Essere residente nel Comune | Avere compiuto 60 anni |"
            " Certificato medico | Modulo firmato",
            "Per iscriverti all'albo dei nonni vigili devi essere residente nel Comune e avere compiuto 60"
            " anni. I documenti da presentare sono elencati nella pagina.",
        ),
        (
            "Permesso disabili temporaneo",
            "Documenti richiesti: | SPID | CIE | Carta d'identità oppure passaporto | Certificato medico",
            "Per il permesso disabili temporaneo servono SPID o CIE, il certificato medico e gli altri"
            " documenti elencati nella pagina.",
        ),
    ],
)
def test_a_card_tells_what_one_wants_and_what_one_brings(title: str, body: str, said: str) -> None:
    assert told(title, body).text == said


def test_a_card_has_the_purpose_that_its_list_tells() -> None:
    body = (
        "Per iscriversi all'albo dei lettori volontari è necessario portare: | Modulo firmato |"
        " Certificato medico | Curriculum"
    )
    assert told("Iscrizione albo lettori volontari", body).text.startswith(
        "Per iscriverti all'albo dei lettori volontari servono il modulo firmato"
    )


def test_a_card_says_what_the_service_does_in_the_office_s_words() -> None:
    body = (
        "Attraverso il servizio on line è possibile consultare le mappe e presentare le domande per gli"
        " scarichi. Ecco i documenti: | Relazione firmata da un tecnico | Planimetria | Copia del"
        " documento di identità"
    )
    assert told("Sportello telematico scarichi", body).text == (
        "Con lo sportello telematico scarichi puoi consultare le mappe e presentare le domande per gli"
        " scarichi. L'elenco dei documenti è nella pagina."
    )


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ("1 fotografia formato tessera (recente)", "una fotografia formato tessera"),
        ("n. 2 fototessere", "2 fototessere"),
        ("Fotocopia del permesso di soggiorno o del passaporto", ""),
        ("Delega, se presenta un'altra persona", ""),
        ("Valore: euro 10.000", ""),
        ("Avere compiuto 18 anni", ""),
        ("Ottimo certificato", ""),
    ],
)
def test_a_paper_is_named_with_its_article_or_not_at_all(item: str, name: str) -> None:
    assert paper(item) == name


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


def test_a_fee_that_some_do_not_pay_or_that_differs_is_not_told() -> None:
    assert fee("Spese di istruttoria di € 120,00 con pagoPA") == (
        "Le spese di istruttoria sono di 120 euro e si pagano con pagoPA."
    )
    assert fee("Diritti di segreteria pari a 50 euro (esenti gli enti pubblici)") == ""
    assert fee("Diritti di segreteria di 50 euro\nDiritti di segreteria di 80 euro per le imprese") == ""


def test_two_stamps_are_not_told_as_one() -> None:
    assert stamp_duty("Marca da bollo da 16 euro per la domanda e marca da bollo da 16 euro per l'atto") == ""


def test_a_card_of_which_nothing_is_named_is_left_to_a_person() -> None:
    made = told(
        "Patentino per i funghi", "Occorre: | Fotocopia o copia | Certificato, se serve | Altri documenti"
    )
    assert made.text == ""
    assert made.reason == "È la scheda di un servizio, non una notizia: scrivi che cosa c'è di nuovo."


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
