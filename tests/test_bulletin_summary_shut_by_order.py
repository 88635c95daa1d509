"""What an order shuts, told from its object, and what such an object must not be told as; all invented."""

import pytest

from flows.bulletin.page.notice import Kind
from tests.test_bulletin_summary import told

ACT = 'È pubblicata l\'Ordinanza n. 14 del 3/05/2027 con oggetto: "{}".'
SHUT = "Allerta meteo del 4 maggio 2027: chiusura delle scuole e sospensione del mercato"


def test_what_an_object_shuts_is_told_with_its_day() -> None:
    assert told("Avviso", body=ACT.format(SHUT)).text == (
        "Martedì 4 maggio 2027 per l'allerta meteo è disposta la chiusura delle scuole e la sospensione del "
        "mercato."
    )


@pytest.mark.parametrize(
    "said",
    [
        "Lavori: chiusura di via Adda il 4 maggio 2027",
        "Chiusura al traffico di via Adda per il 12 maggio 2027, dalle 8 alle 12, per lavori",
    ],
)
def test_a_shut_road_is_not_told_as_a_shut_office(said: str) -> None:
    summary = told("Avviso", body=ACT.format(said))
    assert summary.kind is Kind.road
    assert "è disposta" not in summary.text


def test_what_shuts_does_not_hide_the_levels_of_an_alert() -> None:
    body = f"Domani allerta arancione, poi rossa. {ACT.format(SHUT)}"
    assert "è disposta" not in told("Allerta meteo rossa", body=body).text


def test_a_lifted_closure_is_not_told_as_in_force() -> None:
    body = ACT.format("Allerta meteo del 3 maggio 2027: revoca della chiusura delle scuole")
    summary = told("Allerta meteo, scuole riaperte", body=f"{body} Le lezioni riprendono il 5 maggio 2027.")
    assert "disposta la chiusura" not in summary.text
