from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from flows.bulletin.candidates import Candidate
from flows.bulletin.choosing.selection import IN_TIME, Times, notes, select, way_out
from flows.bulletin.choosing.timing import Timing, nearest, timing
from flows.bulletin.language.dates import ROME
from tests.test_bulletin_selection import WEEK
from tests.test_bulletin_selection import news as notice

NOW = datetime(2026, 11, 24, 16, tzinfo=ROME)
TODAY = NOW.date()


def news(*, title: str = "Una notizia di prova", days: int = 0) -> Candidate:
    """Published so many days before now."""
    published = NOW - timedelta(days=days)
    return Candidate(1, (), title, "altro", "https://c.it/1", "Il Comune informa.", "", published, published)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Le domande si presentano entro giovedì 26 novembre.", date(2026, 11, 26)),
        ("La festa è domani sera in piazza.", date(2026, 11, 25)),  # published on the 24th
        ("Con l'ordinanza n. 43 del 26 novembre 2026 cambia il mercato.", None),  # the act's own day
        ("La strada di via 26 Novembre è più larga.", None),
        ("Le domande si presentano entro il 26 gennaio.", date(2027, 1, 26)),
    ],
    ids=["deadline", "tomorrow", "act", "street", "later"],
)
def test_the_days_of_a_text_count_where_the_item_has_none_of_its_own(text: str, due: date | None) -> None:
    assert timing(replace(news(), abstract=text), TODAY).due == due


def test_an_aside_far_down_the_page_makes_nothing_urgent() -> None:
    body = "Cambia il calendario. " * 20 + "Il foglio arriva a casa entro il 26 novembre."
    assert timing(replace(news(), abstract="Nuovo calendario.", body=body), TODAY) == Timing()


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (replace(news(), starts_on=date(2026, 11, 20)), "evento passato: venerdì 20 novembre"),
        (replace(news(), expires_on=date(2026, 11, 23)), "scaduta lunedì 23 novembre"),
        (
            news(days=5, title="Sagra del riso sabato 21 novembre"),
            "la data è passata: sabato 21 novembre",
        ),
        (replace(news(), starts_on=date(2026, 11, 20), ends_on=date(2026, 11, 30)), ""),
        (replace(news(title="Concerto rinviato"), starts_on=date(2026, 11, 20)), ""),
        (news(days=5, title="Dal 21 novembre nuovi orari in biblioteca"), ""),
        (news(days=5, title="Mercato contadino, prima data 21 novembre e poi ogni sabato"), ""),
        (news(title="Premiati i volontari della festa del 3 ottobre"), ""),
        (news(days=5, title="Lavori dal 21 novembre al 4 dicembre in via Po"), ""),
    ],
    ids=["event", "expired", "text", "goes-on", "put-off", "from", "every", "report", "range"],
)
def test_what_is_over_stays_out_and_what_goes_on_does_not(item: Candidate, reason: str) -> None:
    assert (timing(item, TODAY).over or "") == reason


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("--11-28", date(2026, 11, 28)),
        ("--01-06", date(2027, 1, 6)),
        ("--10-03", date(2026, 10, 3)),
        ("2025-11-28", date(2025, 11, 28)),
        ("--02-29", None),
        ("--11", None),
        ("2026-11", None),
    ],
)
def test_a_day_without_a_year_is_the_nearest_one(value: str, day: date | None) -> None:
    assert nearest(value, TODAY) == day


def test_what_comes_before_the_send_says_when_and_that_it_does() -> None:
    """Counted from now: of works of Wednesday to Friday, read on Monday, Friday is no `prossima data`."""
    days = [(date(2026, 11, 26), None), (date(2026, 11, 29), date(2026, 12, 20)), (date(2026, 11, 28), None)]
    early = [
        replace(notice(n), starts_on=first, ends_on=last) for n, (first, last) in enumerate(days, start=1)
    ]
    text = "Da giovedì 26 novembre la carta si espone la domenica sera."
    paper = replace(notice(4), abstract=text)
    friday = NOW + timedelta(days=3)
    office = replace(notice(5), abstract="L'ufficio apre martedì 24 novembre e mercoledì 2 dicembre.")
    made = select(
        [*early, paper, office], slots=9, times=Times(NOW, friday, friday + timedelta(days=4)), window=WEEK
    )
    assert [(one.title, one.reason) for one in made.left_out] == [
        (early[0].title, "viene prima dell'invio, giovedì 26 novembre")
    ]
    found = {one.news_item_id: (notes(one), one.before is not None) for one in made.chosen}
    assert found == {
        2: (", prossima data: domenica 29 novembre", False),
        3: (", prossima data: sabato 28 novembre", False),
        4: (", prossima data: giovedì 26 novembre, PRIMA dell'invio", True),
        5: (", prossima data: OGGI, martedì 24 novembre, PRIMA dell'invio", True),
    }
    assert way_out([], made.chosen) == way_out(made.left_out) == [IN_TIME]
    assert way_out([], [one for one in made.chosen if not one.before]) == []
