"""An alert and the schools that it shuts: two things that a family must know, in one text."""

import pytest

from flows.bulletin.language.measure import utf16
from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.dangers.schools_shut import with_schools
from tests.test_bulletin_summary import told

ALERT = (
    "La Protezione Civile regionale ha emanato l'allerta arancione per temporali dalle 6 alle 18 di {day}."
)
FRIDAY = "venerdì 5 novembre 2027"
SHORT = "È stata diramata l'allerta arancione per temporali dalle 6 alle 18 di {day}."
ORDERED = "Il sindaco chiude le scuole di ogni ordine e grado"


def of(title: str, body: str, limit: int = 275, day: str = FRIDAY) -> list[str]:
    return list(with_schools([ALERT.format(day=day)], read(title=title, abstract="", body=body), limit))


def test_the_day_is_the_title_s_and_what_else_is_shut_is_left_to_the_page() -> None:
    texts = of("Allerta arancione: scuole chiuse venerdì 5 novembre", f"{ORDERED}, i parchi e i cimiteri.")
    closed = "Venerdì 5 novembre sono chiuse le scuole. Le altre chiusure"
    assert texts[0] == f"{ALERT.format(day=FRIDAY)} {closed} e le precauzioni sono nella pagina."
    assert all("sono nella pagina" in text or "è nella pagina" in text for text in texts)


def test_where_only_schools_are_shut_nothing_is_left_to_the_page() -> None:
    texts = of("Allerta arancione: scuole chiuse venerdì 5 novembre", f"{ORDERED}.")
    assert texts[0] == f"{ALERT.format(day=FRIDAY)} Venerdì 5 novembre sono chiuse le scuole."


def test_who_issued_the_alert_goes_before_anything_else_does() -> None:
    texts = of("Allerta arancione: scuole chiuse venerdì 5 novembre", f"{ORDERED}.", limit=140)
    assert texts == [f"{SHORT.format(day=FRIDAY)} Venerdì 5 novembre sono chiuse le scuole."]
    assert utf16(texts[0]) <= 140


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("Allerta arancione: scuole chiuse", "giovedì 4 novembre 2027 e delle 6 di venerdì 5 novembre 2027"),
        ("Allerta arancione di venerdì 5 novembre", FRIDAY),
        ("Allerta arancione: scuole aperte venerdì 5 novembre", FRIDAY),
    ],
)
def test_none_where_the_day_is_not_sure_or_no_school_is_shut(title: str, day: str) -> None:
    assert of(title, f"{ORDERED}.", day=day) == []


def test_a_notice_of_both_is_told_and_left_to_nobody() -> None:
    body = (
        f"{ALERT.format(day=FRIDAY)}\n\nCon ordinanza n. 51 è disposta la chiusura di:\n- scuole\n- parchi\n"
    )
    made = told("ALLERTA ARANCIONE - SCUOLE CHIUSE VENERDÌ 5 NOVEMBRE", body)
    assert "allerta arancione" in made.text
    assert "chiuse le scuole" in made.text
