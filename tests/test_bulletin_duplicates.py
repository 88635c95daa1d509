from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.bulletin.candidates import Candidate, Earlier, LeftOut
from flows.bulletin.choosing.duplicates import Merged, merge

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TITLE = "Mercatino dei libri usati in piazza"
TEXT = (
    "La biblioteca organizza un mercatino di libri usati in piazza Cavour sabato 28 novembre 2026 alle 9:30. "
    "Il ricavato serve a comprare libri nuovi per i bambini. Ingresso libero."
)


PAGE = "https://www.comune.esempio.it/1"


def news(number: int, title: str = TITLE, text: str = TEXT, *, days: float = 0) -> Candidate:
    """Published so many days before now."""
    published = NOW - timedelta(days=days)
    url = f"https://www.comune.esempio.it/{number}"
    return Candidate(number, (), title, "eventi", url, "", text, published, published)


def told(title: str = TITLE, text: str = TEXT, *, days: float = 5) -> Earlier:
    published = NOW - timedelta(days=days)
    return Earlier(99, title, text, published, published + timedelta(days=1))


def merged(*items: Candidate, earlier: tuple[Earlier, ...] = ()) -> Merged:
    newest_first = sorted(items, key=lambda one: one.dated, reverse=True)
    return merge(newest_first, earlier)


def test_a_notice_published_again_elsewhere_is_offered_once() -> None:
    made = merged(news(1, days=2), news(2, title=TITLE.upper()))
    assert [one.news_item_id for one in made.candidates] == [2]
    assert made.candidates[0].update == ""
    assert made.left_out == (LeftOut(TITLE, f"stessa notizia di «{TITLE.upper()}», più recente", PAGE),)


def test_of_a_notice_and_its_beginning_the_whole_one_is_offered() -> None:
    made = merged(news(1, days=1), news(2, text=TEXT.split(". ")[1] + "."))
    assert [one.news_item_id for one in made.candidates] == [1]
    assert made.left_out == (
        LeftOut(TITLE, f"stessa notizia di «{TITLE}», che dice di più", "https://www.comune.esempio.it/2"),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "sabato 28 novembre 2026",
            "sabato 5 dicembre 2026",
            "AGGIORNAMENTO, prima era: sabato 28 novembre",
        ),
        ("alle 9:30", "alle 15:00", "AGGIORNAMENTO, prima era: ore 9:30"),
        ("piazza Cavour", "piazza Roma", "AGGIORNAMENTO, prima era: piazza Cavour"),
        ("Ingresso libero", "Evento annullato per maltempo", "AGGIORNAMENTO"),
    ],
    ids=["day", "hour", "place", "cancelled"],
)
def test_changed_facts_make_an_update_that_says_what_was_before(old: str, new: str, said: str) -> None:
    made = merged(news(1, days=2), news(2, text=TEXT.replace(old, new)))
    assert [(one.news_item_id, one.update) for one in made.candidates] == [(2, said)]
    assert made.left_out == (LeftOut(TITLE, f"superata dal suo aggiornamento: «{TITLE}»", PAGE),)


def test_what_was_before_is_said_only_of_what_gave_way_one_for_one() -> None:
    old = TEXT.replace("sabato 28 novembre 2026", "il 26, 27 e 28 novembre 2026")
    new = TEXT.replace("sabato 28 novembre 2026", "il 3, 4 e 5 dicembre 2026")
    (kept,) = merged(news(1, text=old, days=2), news(2, text=new)).candidates
    assert kept.update == "AGGIORNAMENTO"


def test_the_next_occasion_is_no_update_of_one_that_is_over() -> None:
    later = TEXT.replace("28 novembre", "19 dicembre")
    items = news(1, days=10, text=TEXT.replace("sabato 28", "sabato 14")), news(2, text=later)
    made = merged(*items)
    assert {one.news_item_id for one in made.candidates} == {1, 2}
    assert made.left_out == ()
    assert all(one.update == "" for one in made.candidates)


def test_two_of_a_series_published_together_are_two() -> None:
    items = [news(1), news(2, text=TEXT.replace("sabato 28 novembre", "sabato 5 dicembre"))]
    assert {one.news_item_id for one in merged(*items).candidates} == {1, 2}


def test_roads_that_differ_only_by_name_are_two() -> None:
    text = "Lavori di asfaltatura in {}: traffico a senso unico alternato con semaforo fino a fine cantiere."
    items = [
        news(n, title=f"Lavori di asfaltatura in {road}", text=text.format(road), days=n)
        for n, road in enumerate(("via Verdi", "via Rossini", "via Puccini"))
    ]
    made = merged(*items)
    assert (len(made.candidates), made.left_out) == (3, ())


def test_oggi_of_another_day_is_another_notice() -> None:
    text = "Oggi gli uffici comunali chiudono alle 12 per assemblea sindacale del personale."
    items = [
        news(1, title="Chiusura anticipata", text=text, days=8),
        news(2, title="Chiusura anticipata", text=text),
    ]
    assert {one.news_item_id for one in merged(*items).candidates} == {1, 2}


def test_what_a_bulletin_tells_already_is_not_offered_again() -> None:
    made = merged(news(1), earlier=(told(),))
    assert made.candidates == ()
    assert made.left_out == (
        LeftOut(TITLE, f"stessa notizia di «{TITLE}», già nel bollettino di giovedì 19 novembre", PAGE),
    )


def test_a_change_of_what_a_bulletin_tells_is_offered_as_an_update() -> None:
    moved = news(1, text=TEXT.replace("28 novembre", "28 novembre 2026, rinviato a sabato 5 dicembre"))
    (kept,) = merged(moved, earlier=(told(),)).candidates
    assert kept.update.startswith("AGGIORNAMENTO")


def test_after_thirty_days_a_notice_is_new_again() -> None:
    assert len(merged(news(1), earlier=(told(days=31),)).candidates) == 1
    assert len(merged(news(1), earlier=(told(days=29),)).candidates) == 0


def test_many_notices_are_compared_pair_by_pair_and_none_is_lost() -> None:
    words = [
        f"{first}{last}" for first in ("ba", "co", "du", "fe") for last in ("ra", "li", "mo", "no", "tu")
    ]
    items = [
        news(
            n,
            title=f"Avviso {words[n]}",
            text=f"{words[n]} {words[-n]} al parco {words[n // 2]}",
            days=n / 100,
        )
        for n in range(20)
    ]
    copies = [replace(item, news_item_id=100 + n) for n, item in enumerate(items[:7])]
    made = merged(*items, *copies)
    assert len(made.candidates) + len(made.left_out) == 27
    assert len(made.left_out) >= 7
