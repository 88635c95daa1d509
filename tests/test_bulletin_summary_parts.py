"""What holds for one part of a page is never told of the whole; every page here is made up."""

import pytest

from flows.bulletin.summary.text import summarise

FAIR = """Torna la Fiera del miele: domenica 6 dicembre, dalle 9:00 alle 18:00, in piazza del Mercato ci sono
venti apicoltori. L'ingresso è libero.

Il programma della giornata:

1. ore 10:30, laboratorio delle candele per bambini da 5 a 10 anni, su prenotazione;
2. ore 12:30, polenta in piazza a cura degli Alpini, 7 euro a porzione;
3. ore 15:00, visita guidata gratuita al mulino;
4. ore 16:30, concerto del coro Alba.

Si consiglia il parcheggio gratuito della stazione. Per prenotare: telefono 02 1234 5640.
"""


def text_of(title: str, body: str, abstract: str = "", limit: int = 225) -> str:
    return summarise(title=title, abstract=abstract, body=body, limit=limit).text


def test_price_booking_and_place_of_one_part_are_not_the_whole_day_s() -> None:
    text = text_of("Fiera del miele in piazza del Mercato", FAIR)
    assert "6 dicembre" in text
    assert "piazza del Mercato" in text
    for wrong in ("7 euro", "renota", "in piazza c'è", "gratuit"):
        assert wrong not in text


def test_a_parking_place_that_is_free_makes_no_event_free() -> None:
    body = "Sabato 9 maggio 2026 alle 21 in Sala Verdi suona il coro Alba. Il parcheggio vicino è gratuito."
    text = text_of("Concerto del coro Alba", body)
    assert "gratuita" not in text
    assert "ingresso" not in text


def test_what_one_row_asks_for_is_asked_where_every_row_asks_for_it() -> None:
    body = "Sabato 9 maggio 2026 alle 21 in Sala Verdi. Prenotazione obbligatoria al numero 02 1234 5640."
    assert "prenotare" in text_of("Concerto del coro Alba", body)


VACCINE = (
    "Mercoledì 9 dicembre, dalle 9:00 alle 13, i medici vaccinano al Centro anziani di via Po 3. Non serve "
    "l'appuntamento. Il pulmino dei volontari accompagna chi non può muoversi: si prenota entro lunedì 7 "
    "dicembre al numero 02 1234 5650."
)


def test_the_term_of_a_ride_is_not_that_of_a_vaccination_without_appointment() -> None:
    text = text_of("Vaccinazione antinfluenzale al Centro anziani", VACCINE)
    assert "9 dicembre" in text
    assert "Puoi prenotare" not in text


def test_by_when_a_leaflet_arrives_is_no_term_and_the_day_it_begins_is_told() -> None:
    text = text_of(
        "Raccolta della carta, cambia il giorno",
        "Da lunedì 7 dicembre cambia il calendario. Il nuovo calendario arriva nelle cassette della "
        "posta entro venerdì 4 dicembre.",
        "Da lunedì 7 dicembre in centro la carta si espone la domenica sera e non più il mercoledì.",
    )
    assert "7 dicembre" in text
    assert "domenica sera" in text


@pytest.mark.parametrize("told", ["aperta al pubblico fino a esaurimento dei posti", "trasmessa in diretta"])
def test_that_a_sitting_is_public_is_said_once(told: str) -> None:
    body = f"Il Consiglio comunale si riunisce giovedì 3 dicembre alle 20:45. La seduta è {told}."
    text = text_of("Consiglio comunale in seduta pubblica", body)
    assert text.count("pubblic") == 1
