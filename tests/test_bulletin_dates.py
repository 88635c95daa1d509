from datetime import UTC, date, datetime, timedelta

import pytest

from flows.bulletin.language.dates import ROME, alle_ore, giorno, giorno_ora, intervallo, scadenza


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 9, 30), "mercoledì 30 settembre"),
        (date(2026, 12, 1), "martedì 1 dicembre"),
        (datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "martedì 1 dicembre"),
    ],
)
def test_a_day_is_written_with_its_weekday_in_rome(day: date, written: str) -> None:
    assert giorno(day) == written


def test_minutes_are_written_only_where_there_are_any() -> None:
    assert giorno_ora(datetime(2026, 12, 1, 11, tzinfo=ROME)) == "martedì 1 dicembre, ore 11"
    assert giorno_ora(datetime(2026, 12, 5, 13, 40, tzinfo=UTC)) == "sabato 5 dicembre, ore 14:40"
    assert giorno_ora(datetime(2026, 7, 5, 8, 5, tzinfo=UTC)) == "domenica 5 luglio, ore 10:05"


def test_an_hour_before_its_day_has_its_article_and_says_which_of_two_it_is() -> None:
    assert alle_ore(datetime(2026, 11, 27, 11, 10, tzinfo=UTC)) == "alle 12:10 di venerdì 27 novembre"
    assert alle_ore(datetime(2026, 11, 27, 0, 5, tzinfo=UTC)) == "all'1:05 di venerdì 27 novembre"
    assert alle_ore(datetime(2026, 10, 25, 1, tzinfo=UTC)) == "alle 2 (ora solare) di domenica 25 ottobre"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        giorno(datetime(2026, 12, 1, 11))  # noqa: DTZ001 - the naive time is the case


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        ((25, 0, 0), (26, 0, 0), "dalle 0 alle 24 di mercoledì 25 novembre"),
        ((25, 12, 0), (25, 23, 59), "dalle 12 alle 24 di mercoledì 25 novembre"),
        ((25, 1, 0), (25, 13, 30), "dall'1 alle 13:30 di mercoledì 25 novembre"),
        ((25, 18, 0), (26, 1, 0), "dalle 18 di mercoledì 25 novembre all'1 di giovedì 26 novembre"),
    ],
)
def test_an_interval_names_each_day_once(
    start: tuple[int, int, int], end: tuple[int, int, int], written: str
) -> None:
    moments = [datetime(2026, 11, day, hour, minute, tzinfo=ROME) for day, hour, minute in (start, end)]
    assert intervallo(*moments) == written


@pytest.mark.parametrize(
    ("begin", "end", "written"),
    [
        (23, 25, "dall'1 alle 2 (ora solare)"),
        (23, 24, "dall'1 alle 2 (ora legale)"),
        (24, 25, "dalle 2 (ora legale) alle 2 (ora solare)"),
        (25, 26, "dalle 2 (ora solare) alle 3"),
        (22, 47, "dalle 0 alle 24"),
    ],
)
def test_the_hour_that_comes_twice_says_which_of_the_two_it_is(begin: int, end: int, written: str) -> None:
    day = datetime(2026, 10, 24, tzinfo=UTC)
    moments = [day + timedelta(hours=hours) for hours in (begin, end)]
    assert intervallo(*moments) == f"{written} di domenica 25 ottobre"


def test_in_march_no_hour_comes_twice() -> None:
    day = datetime(2027, 3, 28, tzinfo=UTC)
    assert intervallo(day, day + timedelta(hours=1)) == "dall'1 alle 3 di domenica 28 marzo"


def test_a_deadline_at_midnight_is_the_end_of_the_day_before() -> None:
    assert scadenza(datetime(2026, 12, 7, 0, 0, tzinfo=ROME)) == "domenica 6 dicembre, ore 24"
    assert scadenza(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)) == "giovedì 31 dicembre, ore 24"
    assert scadenza(datetime(2026, 12, 7, 0, 1, tzinfo=ROME)) == "lunedì 7 dicembre, ore 0:01"
