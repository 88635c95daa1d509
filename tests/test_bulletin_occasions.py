import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.bulletin.summary.occasions import Occasion, dates_and_hours, from_first_to_last, occasions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20 Ott Dalle ore 14:00 alle ore 18:30", "20 ottobre, ore 14-18:30"),
        ("09 nov 16:30 - Inizio evento 09 nov 18:00 - Fine evento", "9 novembre, ore 16:30-18"),
        (
            "Inizio evento 20/12/2026 - 21:00 Fine evento 20/12/2026 - 23:00",
            "domenica 20 dicembre, ore 21-23",
        ),
        ("Sabato 14 marzo 2026, ore 21.00", "sabato 14 marzo, ore 21"),
        ("20 Ott 2024", "domenica 20 ottobre"),
        (
            "10 Ott Dalle ore 20:45 alle ore 22:30 17 Ott Dalle ore 20:45 alle ore 22:30 "
            "7 Nov Dalle ore 20:45 alle ore 22:30",
            "10 e 17 ottobre, 7 novembre, ore 20:45-22:30",
        ),
        (
            "18 Ott Dalle ore 20:30 alle ore 23:00 Per adulti 26 Ott Dalle ore 14:30 alle ore 17:00"
            " Per ragazzi",
            "18 ottobre, ore 20:30-23; 26 ottobre, ore 14:30-17",
        ),
    ],
    ids=["range", "start-end", "named-ends", "with-year", "no-hours", "same-hours", "two-hours"],
)
def test_days_with_hours_are_told_in_one_line(text: str, expected: str) -> None:
    assert dates_and_hours(occasions(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "dal 10 al 12 aprile 2026 dalle 9 alle 18",
        "3, 4 e 5 ottobre ore 21",
        "18 Ott Dalle ore 20:30 alle ore 23:00 ANNULLATO",
        "12 apr 20:30 - Inizio evento 14 apr 22:30 - Fine evento",
        "45 gennaio",
        "ogni lunedì dalle 9 alle 12",
        "",
    ],
)
def test_what_is_no_plain_list_of_days_is_left_to_the_pages_own_words(text: str) -> None:
    assert occasions(text) == []


def test_the_weekday_is_written_only_where_the_year_is_known() -> None:
    assert dates_and_hours([Occasion(1, 3, None)]) == "1 marzo"
    assert dates_and_hours([Occasion(1, 3, 2026)]) == "domenica 1 marzo"
    assert dates_and_hours([Occasion(30, 2, 2026)]) == "30 febbraio"  # the page's mistake, not ours to mend


def test_many_days_are_told_by_the_first_and_the_last() -> None:
    evenings = [Occasion(day, 10, None, (21, 0), (23, 0)) for day in range(8, 16)]
    assert from_first_to_last(evenings) == "Più date dall'8 ottobre al 15 ottobre, ore 21-23"
    assert from_first_to_last([*evenings, Occasion(2, 11, None)]) == "Più date dall'8 ottobre al 2 novembre"


DAYS = st.builds(Occasion, st.integers(1, 28), st.integers(1, 12), st.none() | st.integers(2020, 2030))


@given(st.lists(DAYS, min_size=1, max_size=6))
def test_every_day_is_told(these: list[Occasion]) -> None:
    said = dates_and_hours(these)
    assert all(str(one.day) in said for one in these)
