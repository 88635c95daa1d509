"""Alerts whose colour changes while they last; all invented."""

import pytest

from tests.test_bulletin_summary import told

RISES = (
    "Come da ALLERTA n. 2027.12 del 14/05/2027 ore 13.10, per rischio idrogeologico è stato attivato il "
    "CODICE GIALLO a partire dalle ore 18 del 14/05/2027 con passaggio a CODICE ARANCIONE dalle ore 6 "
    "del 15/05/2027"
)


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Allerta arancione per rischio idrogeologico",
            RISES,
            "Per il rischio idrogeologico l'allerta è gialla dalle 18 del 14 maggio 2027, poi arancione "
            "dalle 6 "
            "del 15 maggio 2027.",
        ),
        (
            "Allerta arancione",
            f"{RISES} e fino alle ore 20 del 15/05/2027.",
            "Per il rischio idrogeologico l'allerta è gialla dalle 18 del 14 maggio 2027, poi arancione "
            "dalle 6 "
            "del 15 maggio 2027 fino alle 20.",
        ),
        (
            "Allerta meteo per vento",
            "Oggi vale l'allerta arancione dalle ore 14 di sabato 13 febbraio 2027, poi allerta gialla "
            "dalle ore 20.",
            "Per il vento l'allerta è arancione dalle 14 di sabato 13 febbraio 2027, poi gialla dalle 20.",
        ),
    ],
)
def test_each_colour_is_told_with_its_hour_and_in_order(title: str, body: str, text: str) -> None:
    assert (told(title, body=body).text or "").startswith(text)


@pytest.mark.parametrize(
    "body",
    [
        RISES.replace(" dalle ore 6 del 15/05/2027", ""),  # since when the second?
        f"{RISES} e fino a cessate esigenze.",
        RISES.replace("con passaggio a", "; per vento"),  # of another hazard
        f"{RISES} nella sola zona B",
        f"{RISES} per rischio idraulico, dalle ore 9 per vento",
    ],
)
def test_a_change_without_its_hour_or_end_is_not_told_as_one(body: str) -> None:
    assert "poi arancione" not in (told("Allerta arancione", body=body).text or "")
