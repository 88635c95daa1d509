import csv
import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from db.models import Hazard, Holds, Level, WeatherAlert
from flows.bulletin.choosing.selection import (
    Candidate,
    LeftOut,
    Selection,
    Times,
    alert_candidates,
    left_out_lines,
    notes,
    select,
)
from flows.bulletin.language.dates import ROME
from tests.world.shared import SHARED, needs_shared

NOW = datetime(2026, 11, 24, 16, tzinfo=ROME)
SENT = datetime(2026, 11, 24, 15, 15, tzinfo=ROME)
WEEK = timedelta(days=7)
_COLOUR = re.compile(r"ALLERTA (GIALLA|ARANCIONE|ROSSA)")


MATTERS = (
    "Le iscrizioni al nuoto si raccolgono in piscina.",
    "Il gruppo di lettura cerca volontari curiosi.",
    "Sono arrivate le compostiere per i giardini.",
    "La banda suona sotto i portici del mercato.",
    "Nuove panchine lungo il canale dei mulini.",
    "Chi ha gatti randagi vicino può segnalarli.",
    "Un bando premia i balconi fioriti.",
    "Il museo contadino chiede vecchie fotografie.",
    "Corso di primo soccorso per allenatori.",
    "I semi del bosco si ritirano in vivaio.",
    "Wi-Fi gratuito nei parchi del quartiere nord.",
    "Lo sportello energia aiuta a leggere i contatori.",
    "Alberi piantati dai ragazzi delle medie.",
    "Scambio di giocattoli usati in ludoteca.",
)
TIMES = Times(now=NOW, sent_at=NOW, next_at=NOW + timedelta(days=3))


def choose(candidates: list[Candidate], *, slots: int = 5) -> Selection:
    return select(candidates, slots=slots, times=TIMES, window=WEEK)


def reason_of(item: Candidate) -> str:
    """Why the only item there is stays out; "" when it is chosen."""
    made = choose([item])
    return made.left_out[0].reason if made.left_out else ""


def news(number: int, category: str = "", *, hours: int = 1, title: str | None = None) -> Candidate:
    published = NOW - timedelta(hours=hours)
    return Candidate(
        news_item_id=number,
        weather_alert_ids=(),
        title=title or f"Notizia numero {number} di prova",
        category=category,
        url=f"https://www.comune.esempio.it/novita/{number}",
        abstract=MATTERS[number % len(MATTERS)],
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
    made = choose([news(1), warning, news(2)], slots=2)
    assert made.chosen == (warning, news(1))
    assert made.queue == (news(2),)


def test_more_alerts_than_slots_wait_at_the_head_of_the_queue() -> None:
    (warning,) = alert_candidates([alert(1, Hazard.temporali, Level.gialla)], NOW)
    other = replace(warning, weather_alert_ids=(2,))
    made = choose([warning, other, news(1)], slots=1)
    assert (made.chosen, made.queue) == ((warning,), (other, news(1)))


def test_newest_first_but_not_three_of_a_kind_while_others_wait() -> None:
    items = [news(n, "eventi", hours=n) for n in (1, 2, 3)] + [news(4, "servizi", hours=4)]
    made = choose(items, slots=3)
    assert [c.news_item_id for c in made.chosen] == [1, 2, 4]
    assert [c.news_item_id for c in made.queue] == [3]


def test_a_third_of_a_kind_fills_an_otherwise_empty_slot() -> None:
    items = [news(n, "eventi", hours=n) for n in (3, 1, 2)]
    assert [c.news_item_id for c in choose(items, slots=3).chosen] == [1, 2, 3]


def test_items_without_a_category_are_not_of_one_kind() -> None:
    items = [news(n, hours=n) for n in (1, 2, 3)] + [news(4, "servizi", hours=4)]
    assert [c.news_item_id for c in choose(items, slots=3).chosen] == [1, 2, 3]


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
        (
            replace(news(2, hours=3), url="https://altro.it/"),
            "stessa notizia di «Notizia numero 2 di prova», più recente",
        ),
    ],
)
def test_what_stays_out_says_why(item: Candidate, reason: str) -> None:
    made = choose([item, news(2, hours=2)], slots=5)
    assert made.left_out == (LeftOut(item.title, reason, item.url),)
    assert made.chosen == (news(2, hours=2),)


def test_a_title_that_speaks_for_itself_needs_no_text() -> None:
    item = replace(news(1, title="Scuole chiuse lunedì 30 novembre"), abstract="")
    assert choose([item], slots=1).chosen == (item,)


def test_nothing_is_lost_on_the_way() -> None:
    items = [news(n, "eventi" if n % 2 else "servizi", hours=n * 20) for n in range(1, 15)]
    made = choose(items, slots=4)
    assert len(made.chosen) == 4
    assert len(made.chosen) + len(made.queue) + len(made.left_out) == len(items)


def test_what_cannot_wait_for_the_next_send_goes_before_what_is_newer() -> None:
    items = [
        news(1, hours=1),
        replace(news(2, hours=50), starts_on=date(2026, 11, 26)),
        replace(news(3, hours=60), expires_on=date(2026, 11, 25)),
        replace(news(4, hours=70), starts_on=date(2026, 11, 28)),  # the next send comes before it
    ]
    made = choose(items, slots=3)
    assert [c.news_item_id for c in made.chosen] == [3, 2, 1]
    assert [c.due for c in made.chosen] == [date(2026, 11, 25), date(2026, 11, 26), None]
    assert [c.news_item_id for c in made.queue] == [4]
    assert notes(made.chosen[0]) == ", prossima data: mercoledì 25 novembre"


def test_an_event_of_the_next_sends_own_day_cannot_wait_for_it() -> None:
    item = replace(news(1, hours=30), starts_on=(NOW + timedelta(days=3)).date())
    assert [c.news_item_id for c in choose([news(2), item], slots=1).chosen] == [1]


PDF = ("https://www.comune.esempio.it/a.pdf",)
TEASER = replace(news(1), abstract="", body="Il Comune avvisa che domenica la piazza sarà ch...")


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (
            replace(news(1), abstract="", holds=Holds.files, attachments=PDF),
            "solo un allegato PDF: il testo va scritto a mano",
        ),
        (
            replace(news(1), abstract="", holds=Holds.files, attachments=("https://x.it/a.odt", *PDF)),
            "solo allegati: il testo va scritto a mano",
        ),
        (replace(news(1), abstract="", holds=Holds.pictures), "solo un'immagine: il testo va scritto a mano"),
        (replace(news(1), holds=Holds.files, attachments=PDF), ""),
        (replace(TEASER, is_page_unread=True), "la pagina non si legge: il feed ne porta solo l'inizio"),
        (TEASER, ""),
        (replace(news(1), is_page_unread=True), ""),
        (replace(news(1, title="Scuole chiuse lunedì 30 novembre"), abstract="", is_page_unread=True), ""),
        (
            replace(news(1, title="Avviso pubblico"), abstract="", is_page_unread=True),
            "la pagina non si legge: il feed ne porta solo il titolo",
        ),
        (news(1, title="Rossi Maria - sindaco"), "sembra una voce di menu, non una notizia"),
        (news(1, title="Appuntamenti on line"), "sembra una voce di menu, non una notizia"),
        (news(1, title="Anna Bianchi nominata assessore al bilancio"), ""),
    ],
    ids=[
        "pdf",
        "files",
        "poster",
        "abstract",
        "teaser",
        "read",
        "whole",
        "telling",
        "bare",
        "mayor",
        "menu",
        "name",
    ],
)
def test_what_nobody_wrote_for_readers_stays_out(item: Candidate, reason: str) -> None:
    assert reason_of(item) == reason


def test_of_the_calls_at_one_address_only_the_newest_is_offered() -> None:
    address = "https://www.comune.esempio.it/consiglio"
    older = replace(news(1, hours=90, title="Convocazione del Consiglio comunale di ottobre"), url=address)
    newer = replace(news(2, hours=2, title="Convocazione del Consiglio comunale di novembre"), url=address)
    made = choose([older, newer])
    assert made.chosen == (newer,)
    assert made.left_out[0].reason == (
        "convocazione superata: allo stesso indirizzo ora c'è "
        "«Convocazione del Consiglio comunale di novembre»"
    )


def test_two_news_on_one_list_page_are_both_offered() -> None:
    items = [replace(news(n, hours=n), url="https://www.comune.esempio.it/novita") for n in (1, 2)]
    assert choose(items).chosen == tuple(items)


def test_the_old_ones_are_counted_not_listed_without_end() -> None:
    old = [LeftOut(f"Notizia {n}", "pubblicata da più di 14 giorni", "") for n in range(300)]
    lines = left_out_lines(old)
    assert len(lines) == 21
    assert lines[-1] == "e altre 280: pubblicata da più di 14 giorni"


@needs_shared
def test_of_real_notices_of_today_none_is_lost_but_those_without_text() -> None:
    edits = (SHARED / "news" / "edits.jsonl").read_text(encoding="utf-8").splitlines()
    reasons: list[str] = []
    for row in map(json.loads, edits):
        seen = datetime.fromisoformat(row["old"]["seen"].replace("Z", "+00:00"))
        item = replace(
            news(1, title=row["old"]["title"]),
            abstract="",
            body=row["old"]["summary"] or "",
            url=row["source_url"],
            published=seen,
        )
        made = select([item], slots=1, times=Times(seen, seen, seen + timedelta(days=3)), window=WEEK)
        reasons += [one.reason for one in made.left_out]
    assert set(reasons) <= {"senza testo", "sembra una bozza o una copia"}
    assert len(reasons) < 0.03 * len(edits)


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
