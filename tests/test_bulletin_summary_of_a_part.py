"""What a page tells of one thing amid an occasion is not told of the whole."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.events.of_a_part import is_amid_hours, is_of_a_part
from flows.bulletin.summary.text import summarise

FAIR = """23-25 ottobre 2031, centro del paese.
Tre giorni di bancarelle e musica.

Sabato 24 ottobre
09:00
Passeggiata nel castagneto
Con le guide. Prenotazione: 0400 727700.
10:00
Erbario
Per bambini, con ritrovo presso la Biblioteca Ada Neri. Prenotazione obbligatoria: 0400 764387.
14:00
Taglio della torta
In piazza Verdi.
18:00
Coro
Nella sede del coro.

Informazioni
Comune di Alba Nuova, 0400 764061. Prenotazione dei tavoli in municipio.
"""
CONTEST = (
    "Sabato 18 febbraio dalle 15 in piazza Duomo il carnevale con musica e giochi per tutti. "
    "La gara delle maschere è aperta a tutti: chi vuole sfilare può iscriversi su www.maschere.example."
)


def test_a_walk_s_booking_and_a_workshop_s_meeting_point_are_not_the_fair_s() -> None:
    notice = read(title="Festa della castagna 2031", abstract="", body=FAIR)
    assert is_amid_hours("Prenotazione: 0400 727700", notice)
    assert is_of_a_part("Biblioteca Ada Neri", notice)
    assert not is_amid_hours("Tre giorni di bancarelle", notice)
    assert not is_of_a_part("Prenotazione dei tavoli in municipio", notice), "behind the programme, for all"
    text = summarise(title="Festa della castagna 2031", abstract="", body=FAIR, limit=275).text
    assert "Biblioteca" not in text
    assert "0400 7" not in text


@pytest.mark.parametrize(
    ("title", "is_part"), [("Carnevale in centro", True), ("Gara delle maschere", False)]
)
def test_who_enters_a_contest_is_not_who_comes_to_the_feast(title: str, is_part: bool) -> None:
    notice = read(title=title, abstract="", body=CONTEST)
    assert is_of_a_part("può iscriversi su www.maschere.example", notice) == is_part


def test_what_is_played_in_a_park_is_no_place() -> None:
    body = (
        "Iniziativa del progetto Verde in gioco (animazione al parco per ragazzi e bambini)\n"
        "venerdì 8 agosto 2031\ndalle ore 15.00 alle 19.00\nPartecipazione gratuita"
    )
    text = summarise(title="Ping pong e pallavolo", abstract="", body=body, limit=275).text
    assert "al parco per ragazzi" not in text
