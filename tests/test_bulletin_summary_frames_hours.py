"""What is closed, banned or warned of, from titles and lines without a verb; every page is made up."""

import pytest

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
