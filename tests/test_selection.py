import csv
import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from db.models import Hazard, Level, WeatherAlert
from flows.bulletin.dates import ROME
from flows.bulletin.selection import Candidate, LeftOut, alert_candidates, select
from flows.bulletin.summary import summarise
from tests.shared import SHARED, needs_shared

NOW = datetime(2026, 11, 24, 16, tzinfo=ROME)
SENT = datetime(2026, 11, 24, 15, 15, tzinfo=ROME)
WEEK = timedelta(days=7)
_COLOUR = re.compile(r"ALLERTA (GIALLA|ARANCIONE|ROSSA)")


def news(number: int, category: str = "", *, hours: int = 1, title: str | None = None) -> Candidate:
    published = NOW - timedelta(hours=hours)
    return Candidate(
        news_item_id=number,
        weather_alert_ids=(),
        title=title or f"Notizia numero {number} di prova",
        category=category,
        url=f"https://www.comune.esempio.it/novita/{number}",
        abstract="Il Comune informa.",
        body="",
        published=published,
        first_seen=published,
    )


def alert(
    number: int,
    hazard: Hazard,
    level: Level,
    day: date = date(2026, 11, 25),
    *,
    zone: str = "Lomb-09",
    sent: datetime = SENT,
    from_hour: int = 0,
) -> WeatherAlert:
    return WeatherAlert(
        id=number,
        source_id=1,
        identifier=f"{sent:%Y%m%d_%H%M}",
        issuer="Dipartimento della Protezione Civile",
        url="https://mappe.protezionecivile.gov.it/",
        zone=zone,
        hazard=hazard,
        level=level,
        day=day,
        onset=datetime(day.year, day.month, day.day, from_hour, tzinfo=ROME),
        expires=datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=ROME),
        sent_at=sent,
        seen_at=sent + timedelta(minutes=9),
    )


def test_an_alert_says_level_hazard_hours_zone_and_source() -> None:
    (made,) = alert_candidates(
        [
            alert(1, Hazard.temporali, Level.gialla),
            alert(2, Hazard.idraulico, Level.verde),
            alert(3, Hazard.idrogeologico, Level.verde),
        ],
        NOW,
    )
    assert made.title == "Allerta meteo gialla, mercoledì 25 novembre"
    assert made.abstract == (
        "Allerta GIALLA (livello 2 su 4) per temporali forti, dalle 0 alle 24 di mercoledì 25 novembre "
        "(zona Lomb-09). Fonte: Dipartimento della Protezione Civile, bollettino di martedì 24 novembre, "
        "ore 15:15."
    )
    assert made.weather_alert_ids == (1,)
    assert (made.news_item_id, made.category, made.published) == (None, "allerta meteo", SENT)


def test_an_alert_needs_no_other_words_in_its_slot() -> None:
    (made,) = alert_candidates([alert(1, Hazard.temporali, Level.rossa)], NOW)
    assert summarise(title=made.title, abstract=made.abstract, body="", limit=921).text == made.abstract


def test_hazards_of_one_day_stand_together_worst_first() -> None:
    (made,) = alert_candidates(
        [
            alert(1, Hazard.idraulico, Level.gialla),
            alert(2, Hazard.temporali, Level.arancione),
            alert(3, Hazard.idrogeologico, Level.gialla),
            alert(4, Hazard.temporali, Level.gialla, zone="Lomb-08", from_hour=12),
        ],
        NOW,
    )
    assert made.title == "Allerta meteo arancione, mercoledì 25 novembre"
    assert made.abstract.startswith(
        "Allerta ARANCIONE (livello 3 su 4) per temporali forti; GIALLA (livello 2 su 4) per rischio "
        "idraulico e rischio idrogeologico, dalle 0 alle 24 di mercoledì 25 novembre (zona Lomb-09). "
        "Allerta GIALLA (livello 2 su 4) per temporali forti, dalle 12 alle 24 di mercoledì 25 novembre "
        "(zona Lomb-08). Fonte:"
    )


def test_zones_with_the_same_alert_share_a_sentence() -> None:
    (made,) = alert_candidates(
        [alert(n, Hazard.temporali, Level.gialla, zone=f"Lomb-0{n}") for n in (7, 9, 8)], NOW
    )
    assert "(zone Lomb-07, Lomb-08 e Lomb-09)" in made.abstract


def test_the_worse_day_comes_first_then_the_earlier() -> None:
    today = date(2026, 11, 24)
    rows = [alert(1, Hazard.temporali, Level.gialla, today), alert(2, Hazard.temporali, Level.rossa)]
    assert [c.weather_alert_ids for c in alert_candidates(rows, NOW)] == [(2,), (1,)]
    rows[1].level = Level.gialla
    assert [c.weather_alert_ids for c in alert_candidates(rows, NOW)] == [(1,), (2,)]


def test_a_newer_bulletin_takes_back_what_an_older_one_said() -> None:
    later = SENT + timedelta(minutes=40)
    rows = [
        alert(1, Hazard.temporali, Level.arancione),
        alert(2, Hazard.temporali, Level.verde, sent=later),
        alert(3, Hazard.idraulico, Level.verde, sent=later),
    ]
    assert alert_candidates(rows, NOW) == []
    assert len(alert_candidates(rows, SENT + timedelta(minutes=20))) == 1


def test_a_newer_bulletin_of_today_only_leaves_tomorrow_as_it_was() -> None:
    """Protezione Civile also issues bulletins of one day, e.g. an evening's `oggi` alone."""
    later = SENT + timedelta(minutes=40)
    rows = [
        alert(1, Hazard.temporali, Level.arancione),
        alert(2, Hazard.temporali, Level.verde, date(2026, 11, 24), sent=later),
    ]
    assert [c.weather_alert_ids for c in alert_candidates(rows, NOW)] == [(1,)]


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 26)])
def test_what_is_over_or_beyond_33_hours_is_not_announced(day: date) -> None:
    assert alert_candidates([alert(1, Hazard.temporali, Level.rossa, day)], NOW + timedelta(hours=-1)) == []


def test_nothing_is_said_when_nothing_is_announced() -> None:
    assert alert_candidates([], NOW) == []
    assert alert_candidates([alert(1, Hazard.temporali, Level.verde)], NOW) == []


def test_alerts_come_before_any_news() -> None:
    (warning,) = alert_candidates([alert(1, Hazard.temporali, Level.gialla)], NOW)
    made = select([news(1), warning, news(2)], slots=2, now=NOW, window=WEEK)
    assert made.chosen == (warning, news(1))
    assert made.queue == (news(2),)


def test_more_alerts_than_slots_wait_at_the_head_of_the_queue() -> None:
    (warning,) = alert_candidates([alert(1, Hazard.temporali, Level.gialla)], NOW)
    other = replace(warning, weather_alert_ids=(2,))
    made = select([warning, other, news(1)], slots=1, now=NOW, window=WEEK)
    assert (made.chosen, made.queue) == ((warning,), (other, news(1)))


def test_newest_first_but_not_three_of_a_kind_while_others_wait() -> None:
    items = [news(n, "eventi", hours=n) for n in (1, 2, 3)] + [news(4, "servizi", hours=4)]
    made = select(items, slots=3, now=NOW, window=WEEK)
    assert [c.news_item_id for c in made.chosen] == [1, 2, 4]
    assert [c.news_item_id for c in made.queue] == [3]


def test_a_third_of_a_kind_fills_an_otherwise_empty_slot() -> None:
    items = [news(n, "eventi", hours=n) for n in (3, 1, 2)]
    assert [c.news_item_id for c in select(items, slots=3, now=NOW, window=WEEK).chosen] == [1, 2, 3]


def test_items_without_a_category_are_not_of_one_kind() -> None:
    items = [news(n, hours=n) for n in (1, 2, 3)] + [news(4, "servizi", hours=4)]
    assert [c.news_item_id for c in select(items, slots=3, now=NOW, window=WEEK).chosen] == [1, 2, 3]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (news(1, hours=24 * 8), "pubblicata da più di 7 giorni"),
        (replace(news(1, hours=24 * 8), published=None), "sul sito da più di 7 giorni"),
        (news(1, title="Mercato in piazza (Copy)"), "sembra una bozza o una copia"),
        (news(1, title="Mercato in piazza (copia)"), "sembra una bozza o una copia"),
        (news(1, title="BOZZA mercato in piazza"), "sembra una bozza o una copia"),
        (replace(news(1), url="https://c.it/12-autosave-v1/"), "sembra una bozza o una copia"),
        (replace(news(1, title="Avviso pubblico"), abstract=" "), "senza testo"),
        (news(1, hours=3, title="NOTIZIA numero 2, di prova!"), "stesso titolo di una notizia più recente"),
    ],
)
def test_what_stays_out_says_why(item: Candidate, reason: str) -> None:
    made = select([item, news(2, hours=2)], slots=5, now=NOW, window=WEEK)
    assert made.left_out == (LeftOut(item.title, reason),)
    assert made.chosen == (news(2, hours=2),)


def test_a_title_that_speaks_for_itself_needs_no_text() -> None:
    item = replace(news(1, title="Scuole chiuse lunedì 30 novembre"), abstract="")
    assert select([item], slots=1, now=NOW, window=WEEK).chosen == (item,)


def test_nothing_is_lost_on_the_way() -> None:
    items = [news(n, "eventi" if n % 2 else "servizi", hours=n * 20) for n in range(1, 15)]
    made = select(items, slots=4, now=NOW, window=WEEK)
    assert len(made.chosen) == 4
    assert len(made.chosen) + len(made.queue) + len(made.left_out) == len(items)


@needs_shared
def test_two_years_of_real_bulletins_announce_exactly_what_was_not_green() -> None:
    table = SHARED / "alerts" / "dpc" / "lomb09_bulletins_2022-11_2024-12.csv"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert len(rows) > 1000
    announced = 0
    for number, row in enumerate(rows):
        onset = datetime.fromisoformat(row["data_validita_inizio"])
        sent = datetime.fromisoformat(row["data_pubblicazione"])
        levels = {
            hazard: Level(found[1].lower())
            if (found := _COLOUR.search(row[f"avviso_{hazard}"]))
            else Level.verde
            for hazard in (Hazard.idraulico, Hazard.idrogeologico, Hazard.temporali)
        }
        stored = [alert(number, hazard, level, onset.date(), sent=sent) for hazard, level in levels.items()]
        for one in stored:
            one.onset, one.expires = onset, datetime.fromisoformat(row["data_validita_fine"])
        made = alert_candidates(stored, sent)
        expected = {level.upper() for level in levels.values() if level is not Level.verde}
        assert {level.upper() for level in Level if made and level.upper() in made[0].abstract} == expected
        assert "nessuna" not in "".join(one.abstract for one in made).lower()
        announced += len(made)
    assert announced > 100
