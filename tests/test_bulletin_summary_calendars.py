"""A page whose lines begin with several days is told from the first to the last, and no part as the "
"whole."""

import pytest

from flows.bulletin.summary.text import summarise

_DAYS = (
    "Venerdì 22 gennaio, ore 18 - Biblioteca\nPresentazione del libro di Ada Neri. L'autrice dialoga con "
    "Ugo Po.\n"
    "Lunedì 25 gennaio, ore 10 - Piazza Orti\nPosa di due pietre.\n"
    "Mercoledì 3 febbraio, ore 20.45 - Cinema Lux\nProiezione di un documentario."
)


def _told(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        pytest.param(
            "Giorno della Memoria, gli appuntamenti",
            _DAYS,
            "Da venerdì 22 gennaio a mercoledì 3 febbraio c'è «Giorno della Memoria». Il programma è "
            "nella pagina.",
            id="several places",
        ),
        pytest.param(
            "Giorno della Memoria, gli appuntamenti",
            f"{_DAYS}\nFino al 14 febbraio in municipio è aperta la mostra «Nomi», dalle 9 alle 18.",
            "C'è «Giorno della Memoria». Gli appuntamenti vanno da venerdì 22 gennaio a mercoledì 3 "
            "febbraio. "
            "Il programma è nella pagina.",
            id="beside a show that stays open",
        ),
        pytest.param(
            "Marzo donna, il calendario delle iniziative",
            "La Commissione Pari opportunità propone un mese di incontri e sport.\nSabato 6 marzo, ore "
            "17\nPalazzo Bruni - Mostra "
            "«Operaie».\nLunedì 8 marzo, ore 20.45\nCinema Lux - Proiezione gratuita.\nDomenica 14 marzo, "
            "ore 9.30\n"
            "Parco del Lago - Camminata. Iscrizione 8 euro sul posto.\nMartedì 23 e martedì 30 marzo, ore "
            "19.30\n"
            "Palestra - Corso di autodifesa. Iscrizioni entro il 19 marzo.",
            "Da sabato 6 a martedì 30 marzo c'è «Marzo donna». Il programma è nella pagina.",
            id="the term of one course",
        ),
    ],
)
def test_a_calendar_is_told_from_its_first_day_to_its_last(title: str, body: str, text: str) -> None:
    assert _told(title, body) == text


def test_a_calendar_of_a_table_has_its_last_day_whatever_stands_below() -> None:
    rows = "".join(f"| {day} | {what} |\n" for day, what in (("Venerdì 15 gennaio", "La locandiera"),
        ("Sabato 30 gennaio", "Il condominio"), ("Mercoledì 24 marzo", "Le nuvole")))  # fmt: skip
    body = (
        f"Quattro spettacoli al Teatro Verdi, alle 21.\n\n| Data | Titolo |\n| --- | --- |\n{rows}\n"
        "Domeniche in famiglia\n- 24 gennaio, Pinocchio\nI biglietti sono in vendita da lunedì 11 gennaio."
    )
    text = _told("Stagione teatrale 2027", body)
    assert "da venerdì 15 gennaio a mercoledì 24 marzo" in text.lower()
    assert text.endswith("Il programma è nella pagina.")


def test_two_days_are_told_one_by_one() -> None:
    body = "Sabato 6 marzo, ore 17: letture per bambini in biblioteca.\nSabato 13 marzo, ore 17: letture "
    "in biblioteca."
    assert "6" in (text := _told("Letture in biblioteca", body))
    assert "13 marzo" in text
