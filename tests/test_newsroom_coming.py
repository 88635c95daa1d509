"""What comes, on the editors' page: the calendar with who is on duty, the queue, sources that fell silent."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import Engine

from db import (
    days_off,
    sources,
)
from db.engine import transaction
from db.models import (
    BulletinStatus,
    SourceKind,
)
from flows.newsroom import coming, health
from flows.newsroom.page import Page
from flows.settings import Settings
from tests.test_newsroom_page import telling
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
        days = coming.calendar(settings, session, NOW)
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
        queue = coming.queue(settings, session, NOW)
    assert [line.partition(" (")[0] for line in queue.lines] == ["Potatura dei tigli in viale Piave"]
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
    assert second == replace(second, title=f"Notizie del sito: {feed}", details=(), is_urgent=False)


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
    assert all(f"<li>Avviso {number}: " in page for number in range(left_out)), "with the reason"
