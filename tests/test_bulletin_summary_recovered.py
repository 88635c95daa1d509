"""Waste around a holiday: on which day each bin is collected instead."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.services.recovered import recovered
from flows.bulletin.summary.text import summarise

_FEASTS = "Nei giorni di festa la raccolta porta a porta è sospesa e si recupera così:\n\n"


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Raccolta rifiuti: variazioni per le feste",
            f"{_FEASTS}- l'umido di sabato 25 dicembre 2027: anticipato a venerdì 24 dicembre\n"
            "- la carta di sabato 1° gennaio 2028: posticipata a lunedì 3 gennaio\n",
            "L'umido di sabato 25 dicembre si raccoglie venerdì 24 dicembre; la carta di sabato 1° gennaio,"
            " lunedì 3 gennaio.",
        ),
        (
            "Raccolta porta a porta: cosa cambia",
            "Lunedì 29 marzo 2027 la raccolta non verrà effettuata. Le variazioni:\n\n"
            "| Che cosa | Giorno | Recupero |\n|---|---|---|\n"
            "| Umido – Zona A | lunedì 29/03 | martedì 30/03 |\n"
            "| Carta – Zona B | lunedì 29/03 | sabato 27/03 (anticipo) |\n",
            "Lunedì 29 marzo la raccolta non si fa: l'umido della zona A si raccoglie martedì 30 marzo e la"
            " carta della zona B sabato 27 marzo.",
        ),
        (
            "Raccolta rifiuti: variazioni per le feste di Natale",
            "Durante le feste il calendario della raccolta porta a porta subirà alcune modifiche.\n\n"
            "| Giorno di raccolta | Rifiuto | Nuova data |\n|---|---|---|\n"
            "| venerdì 25 dicembre 2026 | Organico | lunedì 28 dicembre 2026 |\n"
            "| mercoledì 6 gennaio 2027 | Carta e cartone | giovedì 7 gennaio 2027 |\n",
            "L'organico di venerdì 25 dicembre si raccoglie lunedì 28 dicembre; la carta e il cartone di"
            " mercoledì 6 gennaio, giovedì 7 gennaio.",
        ),
    ],
)
def test_waste_is_told_with_the_day_it_is_collected_instead(title: str, body: str, text: str) -> None:
    assert summarise(title=title, abstract="", body=body, limit=275).text == text


def test_where_one_row_is_not_sure_no_day_of_collection_is_told() -> None:
    body = (
        f"{_FEASTS}- l'umido di sabato 25 dicembre: anticipato a venerdì 24 dicembre\n- la carta: chiedere\n"
    )
    text = summarise(title="Raccolta rifiuti: variazioni", abstract="", body=body, limit=275).text
    assert "24 dicembre" not in text


@pytest.mark.parametrize(
    "rows",
    [
        "- lunedì 28 dicembre: umido di venerdì 25 dicembre\n- sabato 2 gennaio: carta di venerdì 1\n",
        "| Rifiuto | Nuova data | Invece di |\n|---|---|---|\n"
        "| Umido | lunedì 28 dicembre 2026 | venerdì 25 dicembre 2026 |\n"
        "| Carta | sabato 2 gennaio 2027 | venerdì 1 gennaio 2027 |\n",
        "| Giorno di recupero | Rifiuto | Recupero di |\n|---|---|---|\n"
        "| lunedì 28 dicembre 2026 | Umido | venerdì 25 dicembre 2026 |\n"
        "| sabato 2 gennaio 2027 | Carta | venerdì 1 gennaio 2027 |\n",
    ],
)
def test_which_day_is_instead_of_which_is_never_guessed(rows: str) -> None:
    notice = read(title="Raccolta rifiuti: variazioni", abstract="", body=f"{_FEASTS}{rows}")
    assert len(notice.rows) in (0, 2)
    assert not list(recovered(notice))
