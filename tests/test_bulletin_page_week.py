"""A week's timetable as pages set it out, and the sentence that tells it."""

from datetime import date

import pytest

from flows.bulletin.language.relative_days import resolved
from flows.bulletin.page.week import Opening, week
from tests.test_bulletin_summary import told

TABLE = """| Giorno | Mattina | Pomeriggio |
| --- | --- | --- |
| Lunedì dalle 9 alle 12.30
| Martedì dalle 9 alle 12.30 e dalle 15 alle 17.30
| Mercoledì | chiuso | chiuso |
| Venerdì | chiuso | 15.30 - 21.30 |"""


def test_a_table_is_read_line_by_line_with_the_days_on_which_it_is_shut() -> None:
    assert week(f"Da lunedì 11 gennaio cambia l'orario.\n\n{TABLE}\n\nIl sabato si ritira solo.") == (
        Opening((0,), "dalle 9 alle 12.30"),
        Opening((1,), "dalle 9 alle 12.30 e dalle 15 alle 17.30"),
        Opening((2,), ""),
        Opening((4,), "15.30 - 21.30"),
    )


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("- lunedì e mercoledì dalle 14 alle 18", (0, 2)),
        ("dal lunedì al venerdì: 9-13", (0, 1, 2, 3, 4)),
        ("Martedì, giovedì ore 9-13", (1, 3)),
        ("la domenica dalle 10 alle 12", (6,)),
    ],
)
def test_days_stand_alone_in_a_list_or_as_a_range(line: str, days: tuple[int, ...]) -> None:
    assert week(f"{line}\n- sabato dalle 9 alle 12")[0].days == days


@pytest.mark.parametrize(
    "body",
    [
        "lunedì dalle 9 alle 12",  # one line is no timetable
        "lunedì dalle 9 alle 12\nmartedì dalle 9 alle 12\n\nOltre il ponte:\n\nlunedì 14-16\nvenerdì 14-16",
        "lunedì dalle 9 alle 12\nlunedì e martedì dalle 15 alle 18",  # the same day in two lines
        "da sabato a lunedì 9-12\nmartedì 9-12",  # no range goes back
    ],
)
def test_two_timetables_or_an_unsure_one_are_none(body: str) -> None:
    assert week(body) == ()


def test_the_weekdays_of_a_table_are_no_days_of_the_calendar() -> None:
    assert resolved(TABLE, date(2026, 12, 30)) == TABLE


def test_days_of_equal_hours_are_told_together_and_the_shut_ones_last() -> None:
    page = f"Da lunedì 11 gennaio 2027 cambia l'orario di apertura al pubblico dell'Anagrafe.\n\n{TABLE}"
    assert told("Nuovi orari dell'Ufficio Anagrafe", page).text == (
        "Da lunedì 11 gennaio 2027 l'ufficio Anagrafe è aperto il lunedì dalle 9 alle 12:30; il "
        "martedì dalle 9 "
        "alle 12:30 e dalle 15 alle 17:30; il venerdì dalle 15:30 alle 21:30; il mercoledì è chiuso."
    )


def test_where_there_is_little_room_hours_are_told_with_a_dash() -> None:
    rows = "\n".join(
        f"- {day} dalle 8.30 alle 12.{minute} e dalle 15.15 alle 18.30"
        for day, minute in zip(
            ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì"), (10, 20, 30, 40, 50), strict=True
        )
    )
    text = told("Orario estivo della biblioteca", f"Dal 15 giugno la biblioteca è aperta:\n\n{rows}").text
    assert "il lunedì 8:30-12:10 e 15:15-18:30; il martedì 8:30-12:20 e 15:15-18:30" in text
