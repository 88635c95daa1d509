"""What comes, on the editors' page: the calendar with who is on duty, the queue, sources that fell silent."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import Engine

from db import (
    days_off,
    news_items,
    sources,
)
from db.engine import transaction
from db.models import (
    BulletinStatus,
    SourceKind,
)
from flows.bulletin.choosing.selection import BEFORE, IN_TIME
from flows.newsroom import health, upcoming
from flows.newsroom.page import Page
from flows.newsroom.upcoming import Day
from flows.settings import Settings
from tests.test_newsroom_page import steps, telling
from tests.world.builders import (
    NOW,
    make_news_item,
    news_data,
)

SLOT = datetime(2026, 11, 27, 10, tzinfo=NOW.tzinfo)  # Friday, 11 in Rome
DUE = SLOT - timedelta(minutes=15)


def test_the_calendar_tells_sends_closures_absences_and_who_is_on_duty(
    engine: Engine, settings: Settings
) -> None:
    first = date(2026, 11, 27)
    with transaction(engine) as session:
        days_off.enter_absence(
            session, editor="Anna Redazione", first=first, last=first, note="ferie", now=NOW
        )
        closed = date(2026, 12, 4)
        days_off.enter_closure(session, first=closed, last=closed, note="sciopero", now=NOW)
        telling(session, "Tigli", status=BulletinStatus.approved, slot_at=SLOT, deadline_at=DUE)
        days = upcoming.calendar(settings, session, NOW)
    told = {(day.day.isoformat(), day.words): day for day in days}
    friday = told["2026-11-27", "invio alle 11: bollettino approvato"]
    assert friday.on_duty == "Bruno Vice", "Anna is away"
    (today,) = [day for day in days if day.words == "oggi, per allerte e avvisi urgenti"]
    assert (today.day, today.on_duty) == (NOW.date(), "Anna Redazione")
    assert ("2026-11-27", "Anna Redazione: assente fino a venerdì 27 novembre compreso") in told
    for date_text, words in (
        ("2026-12-04", "nessun bollettino fino a venerdì 4 dicembre compreso (sciopero)"),
        ("2026-12-08", "giorno di festa o di chiusura: nessun bollettino"),
    ):
        without = told[date_text, f"{words}, solo allerte e avvisi urgenti"]
        assert without.on_duty == "Anna Redazione", "an alert calls somebody on such a day, too"
    sends = [day for day in days if day.is_send]
    assert date(2026, 12, 4) not in {day.day for day in sends}
    assert date(2026, 12, 1) in {day.day for day in sends}
    assert {day.on_duty for day in sends if day.day > first} == {"Anna Redazione"}
    assert days == sorted(days, key=lambda day: day.day)


def test_the_queue_is_what_no_bulletin_tells(engine: Engine, settings: Settings) -> None:
    with transaction(engine) as session:
        telling(session, "Corso di yoga in palestra", status=BulletinStatus.in_review)
        make_news_item(session, news_data(title="Potatura dei tigli in viale Piave"))
        queue = upcoming.queue(settings, session, NOW)
        (item,) = news_items.unsent(session)
    assert [line.title for line in queue.lines] == ["Potatura dei tigli in viale Piave"]
    assert [line.address for line in queue.lines] == [item.url]
    assert (queue.more, queue.left_out) == (0, 0)


def test_a_source_that_fell_silent_comes_first_and_in_italian(engine: Engine, settings: Settings) -> None:
    feed, alerts = settings.profile.sources.feeds[0], settings.profile.sources.alerts_dpc
    assert alerts
    with transaction(engine) as session:
        both = sources.ensure_all(session, [(SourceKind.feed, feed), (SourceKind.dpc, alerts)])
        for source in both:
            source.checked_at = source.succeeded_at = NOW
        both[1].succeeded_at = NOW - timedelta(hours=4)
        both[1].failure = "timed out after 20 s"
        session.flush()
        first, second = health.health(settings, session, NOW)
    assert first.title == f"Allerte della Protezione Civile: {alerts}"
    assert first.details == ("Non si legge (l'ultima volta martedì 24 novembre, ore 6:30).",)
    assert first.is_urgent
    listed = "/v2/deployments?tags=%5B%22raccolta%22%5D&limit=25"
    assert steps(first) == {"apri la fonte": alerts, "leggerla adesso": listed}
    assert steps(second)["apri la fonte"] == feed
    assert second == replace(
        second, title=f"Notizie del sito: {feed}", details=(), steps=second.steps, is_urgent=False
    )


@pytest.mark.parametrize(
    ("left_out", "words"), [(1, "Un'altra notizia non entra nel"), (3, "Altre 3 notizie non entrano nel")]
)
def test_what_stays_out_is_counted_in_italian(
    sqlite: Engine, settings: Settings, left_out: int, words: str
) -> None:
    with transaction(sqlite) as session:
        for number in range(left_out):
            old = news_data(title=f"Avviso {number}", published_at=NOW - timedelta(days=200))
            make_news_item(session, old, now=NOW - timedelta(days=200))
    page = unescape(Page(sqlite).html(settings, "", NOW))
    assert words in page
    for number in range(left_out):
        assert f">Avviso {number}</a>: " in page, "with the reason"


def test_a_hint_stands_below_the_list_of_what_stays_out(sqlite: Engine, settings: Settings) -> None:
    later = NOW + timedelta(hours=2)  # today's is over
    with transaction(sqlite) as session:
        council = "Si riunisce mercoledì 25 novembre alle 21:00 in municipio."
        data = news_data(title="Consiglio comunale sul bilancio", abstract=council, body="", category=None)
        make_news_item(session, data)
        (one,) = upcoming.queue(settings, session, later).reasons
    assert one.note.startswith(BEFORE)
    page = unescape(Page(sqlite).html(settings, "", later))
    assert f"<p>{IN_TIME}</p>" in page


def test_the_queue_counts_the_next_day_of_each_from_now(sqlite: Engine, settings: Settings) -> None:
    """Not from the day of the send, before which the works begin."""
    works = "Da mercoledì 25 a venerdì 27 novembre si rifà l'asfalto."
    with transaction(sqlite) as session:
        data = news_data(title="Asfaltature", abstract=works, body="", category=None)
        make_news_item(session, data)
        queue = upcoming.queue(settings, session, NOW + timedelta(hours=2))
    assert "prossima data: mercoledì 25 novembre, PRIMA dell'invio" in queue.lines[0].note
    assert queue.hints == (IN_TIME,)


def addresses(day: Day) -> list[str]:
    return [step.address for step in day.steps]


def test_every_line_of_the_calendar_leads_on(engine: Engine, settings: Settings) -> None:
    away, closed = date(2026, 11, 30), date(2026, 12, 4)
    with transaction(engine) as session:
        days_off.enter_absence(session, editor="Anna Redazione", first=away, last=away, note="", now=NOW)
        days_off.enter_closure(session, first=closed, last=closed, note="sciopero", now=NOW)
        days = upcoming.calendar(settings, session, NOW)
    assert all(day.steps for day in days)
    leads = {day.words.partition(" ")[0]: addresses(day) for day in days if not day.is_send}
    assert leads == {
        "oggi,": ["/redazione/comando/avviso-urgente", "/redazione/comando/assenza"],
        "Anna": ["/redazione/comando/assenza"],
        "nessun": ["/redazione/comando/chiusura"],
        "giorno": ["/redazione/comando/chiusura"],
    }


@pytest.mark.parametrize(
    ("status", "leads"),
    [
        (BulletinStatus.in_review, ["/redazione/modulo/{number}"]),
        (BulletinStatus.approved, ["/redazione/pagina/bozza-{number}", "/redazione/comando/riapri"]),
        (BulletinStatus.merged, ["/redazione/comando/riapri"]),
        (BulletinStatus.sending, ["/redazione/pagina/bozza-{number}"]),
    ],
)
def test_a_send_with_a_bulletin_leads_to_it(
    sqlite: Engine, settings: Settings, status: BulletinStatus, leads: list[str]
) -> None:
    with transaction(sqlite) as session:
        number = telling(session, "Tigli", status=status, slot_at=SLOT, deadline_at=DUE).id
        days = {day.day: day for day in upcoming.calendar(settings, session, NOW) if day.is_send}
    assert addresses(days[SLOT.date()]) == [one.format(number=number) for one in leads]


def test_the_first_send_without_a_draft_can_be_composed_and_each_be_called_off(
    sqlite: Engine, settings: Settings
) -> None:
    with transaction(sqlite) as session:
        first, *others = [addresses(day) for day in upcoming.calendar(settings, session, NOW) if day.is_send]
    assert first == ["/redazione/comando/componi", "/redazione/comando/chiusura"]
    assert others
    assert all(leads == ["/redazione/comando/chiusura"] for leads in others)


def test_an_address_that_is_none_of_the_web_is_no_link(sqlite: Engine, settings: Settings) -> None:
    with transaction(sqlite) as session:
        make_news_item(session, news_data(title="Potatura dei tigli", url="javascript:alert(1)"))
    page = Page(sqlite).html(settings, "", NOW)
    assert "Potatura dei tigli" in page
    assert "javascript:" not in page
