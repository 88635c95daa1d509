"""Whose a term of a page is: the request's, or another step's, person's or tax's; every page is made up."""

import pytest

from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.sentences import split

GRANT = "Bando per contributi alle botteghe storiche 2027"


@pytest.mark.parametrize(
    "line", ["Il Comune aiuta le botteghe aperte da anni.", "La Pro Loco premia i negozi aperti."]
)
def test_what_a_verb_has_as_its_object_gets_no_verb_of_its_own(line: str) -> None:
    assert spoken(line) == line


def test_a_short_weekday_does_not_end_a_sentence_before_its_day() -> None:
    said = "Il ritiro a casa è giov. 4 marzo e merc. 10 marzo."
    assert split(said) == [said]
