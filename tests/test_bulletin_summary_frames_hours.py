"""What is closed, banned or warned of, from titles and lines without a verb; every page is made up."""

import pytest

from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.text import Summarised, summarise


def made(title: str, body: str = "") -> Summarised:
    return summarise(title=title, abstract="", body=body, limit=275)


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Trasporto scolastico 2025-2026: orari provvisori per la settimana dal 15 al 19 settembre",
            "",
            "Per il trasporto scolastico 2025-2026 gli orari provvisori per la settimana"
            " dal 15 al 19 settembre sono nella pagina.",
        ),
        (
            "Trasporto scolastico - Orari definitivi",
            "Orari definitivi in vigore da lunedì 22 settembre 2025",
            "Per il trasporto scolastico gli orari definitivi valgono da lunedì 22 settembre 2025"
            " e sono nella pagina.",
        ),
        (
            "Trasporto Scolastico - Variazione Orario Venerdì 21.11.2025",
            "Modifica orari trasporto scolastico a causa delle Elezioni Regionali del 23 e 24 novembre 2025",
            "Venerdì 21 novembre 2025 il trasporto scolastico cambia orario. Gli orari sono nella pagina.",
        ),
        (
            "Ecocentro di via Po: chiuso sabato 25 aprile",
            "Notizia",
            "Sabato 25 aprile l'ecocentro di via Po è chiuso.",
        ),
        (
            "L'Amministrazione incontra la cittadinanza!",
            "Ogni giovedì mattina dalle 09.30 alle 11.00 l'ufficio del Sindaco è aperto al pubblico.",
            "Ogni giovedì mattina dalle 9:30 alle 11 l'ufficio del Sindaco è aperto al pubblico.",
        ),
        (
            "Il cimitero è chiuso giovedì 23 e venerdì 24 aprile",
            "Avviso",
            "Il cimitero è chiuso giovedì 23 e venerdì 24 aprile.",
        ),
    ],
)
def test_hours_are_whole_sentences(title: str, body: str, text: str) -> None:
    assert made(title, body).text == text


@pytest.mark.parametrize(
    "title",
    [
        "RINVIATO A DATA DA DESTINARSI Il cimitero è chiuso giovedì 23 e venerdì 24 aprile",
        "Annullato Il cimitero è chiuso giovedì 23 aprile",
    ],
)
def test_a_mark_before_a_sentence_is_left_to_a_person(title: str) -> None:
    one = made(title, "Avviso")
    assert one.text == ""
    assert one.reason


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Chiusura tratto di strada di via Adda dal giorno 14/11/2025 al giorno 23/11/2025",
            "Sospensione temporanea della circolazione a tutti i veicoli nel tratto di strada di via Adda,"
            " dall'incrocio con via Po all'incrocio con via Oglio.",
            "Via Adda è chiusa dall'incrocio con via Po all'incrocio con via Oglio dal 14 "
            "al 23 novembre 2025.",
        ),
        (
            "Divieto di transito pedonale e ciclabile lungo la Strada dei Monti",
            "Per manutenzione",
            "È in vigore il divieto di transito pedonale e ciclabile lungo la Strada dei Monti"
            " per manutenzione. I dettagli sono nella pagina.",
        ),
    ],
)
def test_roads_are_whole_sentences(title: str, body: str, text: str) -> None:
    assert made(title, body).text == text


@pytest.mark.parametrize("part", ["un tratto di", "un tratto di strada in", "tratto di strada della"])
def test_a_part_of_a_street_is_never_all_of_it(part: str) -> None:
    one = made(f"Chiusura di {part} via Adda dal 14/11/2025 al 23/11/2025", "Per lavori.")
    assert not one.text.startswith("Via Adda è chiusa dal")


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "ALLERTA METEO: giovedì 6 e venerdì 7 agosto 2026",
            "- ALLERTA GIALLA - Criticità idrogeologica per temporali",
            "Giovedì 6 e venerdì 7 agosto 2026 è in vigore l'allerta gialla per criticità idrogeologica"
            " per temporali.",
        ),
        (
            "AVVISO DI ALLERTA REGIONALE PER ONDATA DI CALORE 23 E 24 GIUGNO",
            "Avviso ondata di calore allerta gialla per 23 e 24 giugno.",
            "Il 23 e il 24 giugno è in vigore l'allerta gialla per ondata di calore.",
        ),
        (
            "Maltempo, allerta gialla: criticità idrogeologica fino alla mezzanotte di "
            "mercoledì 24 settembre",
            "Bollettino emesso alle 14 di mercoledì 24 settembre dal Centro funzionale",
            "Fino alla mezzanotte di mercoledì 24 settembre è in vigore l'allerta gialla"
            " per criticità idrogeologica.",
        ),
    ],
)
def test_an_alert_keeps_its_colour(title: str, body: str, text: str) -> None:
    assert made(title, body).text == text


def test_two_colours_are_one_neither_of_them() -> None:
    one = made(
        "Allerta meteo: giovedì 6 agosto 2026", "Allerta gialla per vento. Allerta arancione per neve."
    )
    assert ("gialla" in one.text) is ("arancione" in one.text)


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Chiusura uffici comunali venerdì 2 gennaio 2026",
            "Si comunica che con deliberazione n. 534 del 10 dicembre 2025, dichiarata "
            "immediatamente eseguibile"
            " ai sensi di legge, la Giunta ha stabilito di autorizzare per la giornata di "
            "venerdì 2 gennaio 2026"
            " la chiusura degli uffici comunali.\n\n"
            "Sarà in ogni caso garantito lo svolgimento dei servizi essenziali come "
            "segue:\n- nascite;\n- decessi.",
            "Venerdì 2 gennaio 2026 gli uffici comunali sono chiusi. Sarà in ogni caso garantito lo"
            " svolgimento dei servizi essenziali. Le eccezioni sono nella pagina.",
        ),
        (
            "Chiusura delle scuole per allerta meteo",
            "In considerazione dell'allerta arancione il sindaco ha disposto, a scopo preventivo, la chiusura"
            " delle scuole per martedì 12 novembre.",
            "Martedì 12 novembre le scuole sono chiuse, per allerta meteo.",
        ),
        (
            "Chiusura ufficio anagrafe con decorrenza dal 4 maggio 2027",
            "",
            "Dal 4 maggio 2027 l'ufficio Anagrafe è chiuso.",
        ),
        (
            "Interruzione erogazione energia elettrica 7 agosto",
            "A seguito della prevista interruzione per la giornata del 7 agosto, dalle ore 9:00 alle 16:00,"
            " gli uffici non garantiscono i servizi.",
            "Il 7 agosto, dalle 9 alle 16, manca la corrente.",
        ),
    ],
)
def test_what_a_title_leaves_out_the_page_tells(title: str, body: str, text: str) -> None:
    assert made(title, body).text.startswith(text)


def test_a_day_on_which_works_begin_is_not_their_only_day() -> None:
    one = made("Lavori di asfaltatura in via Po", "I lavori inizieranno lunedì 16 novembre 2026.")
    assert not one.text.startswith("Lunedì 16 novembre")


def test_a_day_that_opens_a_headline_takes_no_article() -> None:
    one = made("Sabato 26 dicembre 2026 uffici comunali chiusi", "Avviso")
    assert one.text.startswith("Sabato 26 dicembre 2026 gli uffici comunali sono chiusi")


def test_the_day_of_a_notice_is_no_day_of_its_alert() -> None:
    one = made("Meteo - Allerta gialla - Rischio incendio boschivo", "Avviso del 30 luglio 2026")
    assert one.text == ""
    said = "Avviso di allerta gialla per ondata di calore 23 giugno 2026"
    assert "è in vigore l'allerta gialla" in made(said, f"{said}.").text


def test_an_alert_that_tells_no_hazard_is_left_to_a_person() -> None:
    assert (
        made("Bollettino meteo del 13.05.2026", "Giovedì 14 tempo instabile con probabili temporali").text
        == ""
    )


def test_a_change_of_hours_has_its_end() -> None:
    body = (
        "Da lunedì 7 novembre 2022, sino al 30/04/2023, la Biblioteca osserverà i seguenti orari:\n"
        "- martedì dalle 8:30 alle 12:30,\n- sabato dalle 9 alle 12."
    )
    assert made("Biblioteca comunale: modifica orari di apertura dal 7 novembre 2022", body).text == (
        "Da lunedì 7 novembre 2022 al 30 aprile 2023 la biblioteca comunale è aperta il martedì dalle 8:30"
        " alle 12:30, il sabato dalle 9 alle 12."
    )


def test_short_years_and_commas_in_hours_are_written_out() -> None:
    body = "Dalle 8,30 alle 12 di venerdì 25.09.26 sarà interrotta l'erogazione dell'acqua in via Po."
    text = made("Interruzione erogazione acqua in via Po", body).text
    assert "8,30" not in text
    assert "25.09.26" not in text
    assert "25 settembre" in text


def test_an_office_of_several_matters_is_named_whole() -> None:
    body = "Si avvisa che GIOVEDì 20/08/2026 l'UFFICIO TRIBUTI-ANAGRAFE-COMMERCIO rimarrà CHIUSO al pubblico"
    assert made("CHIUSURA UFFICIO TRIBUTI GIOVEDì 20/08", body).text == (
        "Giovedì 20 agosto l'ufficio Tributi, Anagrafe e Commercio è chiuso al pubblico."
    )


def test_who_is_closed_to_the_public_alone_is_said_so() -> None:
    title = "CHIUSURA UFFICIO TRIBUTI GIOVEDì 20/08"
    text = made(title, "Giovedì 20/08/2026 l'ufficio Tributi resterà chiuso al pubblico.").text
    assert "chiuso al pubblico" in text
    assert "al pubblico" not in made(title, "Giovedì 20/08/2026 l'ufficio Tributi resterà chiuso.").text


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            "Evitare le ore più calde fino a martedì 30 giugno",
            "Evita le ore più calde fino a martedì 30 giugno.",
        ),
        ("Evitare le ore calde e bere molta acqua.", "Evitare le ore calde e bere molta acqua."),
        ("Tenere chiuse le finestre.", "Tieni chiuse le finestre."),
    ],
)
def test_one_order_is_for_you(sentence: str, said: str) -> None:
    assert worded(sentence) == said


def test_a_headline_opens_as_a_sentence() -> None:
    title = "Al via lunedì 3 agosto 2026 due interventi di manutenzione al Museo civico"
    text = made(
        title, "Riaprirà al pubblico all'inizio del mese di settembre. La Torre civica resta aperta."
    ).text
    assert text.startswith("Prendono il via lunedì 3 agosto 2026 due interventi")


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("Per posa fibra ottica", "per la posa di fibra ottica"),
        ("Per potatura platani", "per la potatura di platani"),
        ("Per manutenzione straordinaria", "per la manutenzione straordinaria"),
        ("Per abbattimento alberi", "per l'abbattimento di alberi"),
        ("Per scavo acquedotto", "per lo scavo di acquedotto"),
    ],
)
def test_why_a_road_closes_has_its_small_words(cause: str, said: str) -> None:
    text = made("Senso unico alternato sulla S.P. 134 dal 31 agosto al 15 settembre", cause).text
    assert text == f"Dal 31 agosto al 15 settembre sulla S.P. 134 si viaggia a senso unico alternato {said}."


def test_new_hours_have_the_day_from_which_they_hold_not_why_they_came() -> None:
    body = (
        "Nelle ultime settimane sono andate in pensione due persone dell'ufficio protocollo.\n\n"
        "I nuovi orari, operativi dal prossimo 15 settembre, sono i seguenti:\n\n"
        "- dal lunedì al venerdì: dalle 10 alle 12\n- lunedì e mercoledì: dalle 17 alle 18"
    )
    text = made("Nuovi orari temporanei di apertura degli uffici comunali", body).text
    assert text == "Dal 15 settembre gli uffici comunali cambiano orario. Gli orari sono nella pagina."


def test_an_office_shut_for_a_cut_is_the_news_with_word_of_its_hours() -> None:
    body = (
        "Per l'interruzione dell'energia elettrica prevista per il 7 agosto 2026, dalle ore 9:00 alle"
        " 16:00, in quelle"
        " ore non verranno garantiti i servizi degli uffici comunali."
    )
    text = made("Venerdì 7 agosto 2026 uffici comunali chiusi per mancanza di energia elettrica", body).text
    assert text.startswith("Venerdì 7 agosto 2026 gli uffici comunali sono chiusi")
    assert "eccezioni" not in text
    assert "9 alle 16" in text


def test_an_afternoon_of_a_feast_is_no_part_of_the_offices_name() -> None:
    text = made(
        "Chiusura degli uffici comunali in orario pomeridiano il giorno di Carnevale per il giorno "
        "04-03-2025",
        "Il Sindaco, preso atto che martedì 4 marzo ricorre il Carnevale, dispone la chiusura pomeridiana "
        "al pubblico degli uffici comunali martedì 4 marzo 2025.",
    ).text
    assert text == "Martedì 4 marzo gli uffici comunali sono chiusi al pubblico nel pomeriggio."
