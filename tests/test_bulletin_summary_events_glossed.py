"""An event with a bare name for a title is told with what its page says that it is; all pages are made up."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.clauses.booking import booking_ways
from flows.bulletin.summary.frames.subject import matters
from flows.bulletin.summary.text import summarise

WHEN = "Venerdì 14 maggio 2027 dalle ore 20.30 alle ore 22.30 nella Sala Alba, via Po 3. Ingresso libero."
HEAD = "Venerdì 14 maggio 2027 dalle 20:30 alle 22:30, nella Sala Alba, in via Po 3, c'è"


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


def phrases(title: str, body: str) -> list[str]:
    return [phrase for phrase, _ in matters(read(title=title, abstract="", body=body))]


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ("Prenotazione obbligatoria whatsapp", "su WhatsApp"),
        ("Prenotazione tramite WhatsApp al 333 1234567", "su WhatsApp al numero 333 1234567"),
        ("Prenotazione al 0123 456789, anche WhatsApp", "al numero 0123 456789"),
        ("Prenotazione al 333 1234567 (preferibile messaggio WhatsApp)", "al numero 333 1234567"),
        ("Prenotazione obbligatoria. Seguici sul canale WhatsApp", ""),
    ],
)
def test_whatsapp_is_a_way_to_book(words: str, ways: str) -> None:
    assert booking_ways(words) == ways


def test_several_towns_without_a_place_are_announced() -> None:
    day = "Domenica 9 maggio 2027 dalle ore 9 alle ore 12."
    assert "I luoghi sono nella pagina." in text_of(
        "Passi di luce", f"Alba – Borgo d'Adda – Riva\n{day}"
    )
    assert "I luoghi" not in text_of("Passi di luce", f"Alba – Borgo d'Adda\n{day}")
    singers = "Ada Neri – Ugo Bassi – Bianca Rossi"
    assert "I luoghi" not in text_of("Passi di luce", f"{singers}\n{day}")
    assert "I luoghi" not in text_of("Passi di luce", f"Alba – Riva – Borgo\n{day} Ritrovo in piazza Po.")
