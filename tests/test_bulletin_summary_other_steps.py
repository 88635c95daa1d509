"""Whose a term of a page is: the request's, or another step's, person's or tax's; every page is made up."""

import pytest

from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.sentences import split
from flows.bulletin.summary.frames.particulars import ceiling

GRANT = "Bando per contributi alle botteghe storiche 2027"


@pytest.mark.parametrize(
    "line", ["Il Comune aiuta le botteghe aperte da anni.", "La Pro Loco premia i negozi aperti."]
)
def test_what_a_verb_has_as_its_object_gets_no_verb_of_its_own(line: str) -> None:
    assert spoken(line) == line


@pytest.mark.parametrize(
    "waived",
    ["Il limite ISEE non vale per chi ha una disabilità.", "I disabili entrano a prescindere dall'ISEE."],
)
def test_a_limit_that_some_need_not_meet_is_not_set_to_all(waived: str) -> None:
    body = "Possono chiedere il bonus le famiglie con ISEE fino a 20.000 euro."
    assert ceiling(body) == "Serve un ISEE fino a 20.000 euro."
    assert ceiling(f"{body} {waived}") == ""


def test_a_short_weekday_does_not_end_a_sentence_before_its_day() -> None:
    said = "Il ritiro a casa è giov. 4 marzo e merc. 10 marzo."
    assert split(said) == [said]
