"""The page of a draft says of each alert of these days why it is in it or not, and only what is so."""

from collections.abc import Sequence
from datetime import date, timedelta

from db import bulletins, weather_alerts
from db.models import BulletinKind, BulletinStatus, Hazard, Level, WeatherAlert
from flows.approve import load_round
from flows.review.page import above, describe
from tests.world.builders import make_bulletin, make_news_item, make_weather_alert, news_data
from tests.world.comune import PAGE, SAVE, Comune

TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)
YELLOW = "Allerta GIALLA (livello 2 su 4) per temporali forti"
WHOLE_DAY = "dalle 0 alle 24 di mercoledì 25 novembre"


def alert(comune: Comune, level: Level = Level.gialla, day: date = TOMORROW, **of: Hazard) -> WeatherAlert:
    with comune.look() as session:
        return make_weather_alert(session, level=level, day=day, now=comune.now, **of)


def lines(comune: Comune, number: int) -> Sequence[str]:
    return load_round(comune.settings, comune.engine, number, now=comune.now).alerts


def drafted(comune: Comune, **options: bool) -> int:
    comune.collect()
    return comune.draft(**options)


def test_one_that_is_in_the_draft_says_where(comuni: Comune) -> None:
    alert(comuni)
    number = drafted(comuni)
    line = f"{YELLOW}, {WHOLE_DAY}: c'è, è la notizia 1."
    assert lines(comuni, number) == (line,)
    shown = load_round(comuni.settings, comuni.engine, number, now=comuni.now)
    for page in (
        describe(comuni.settings, shown, comuni.now),
        above(comuni.settings, shown, comuni.now, PAGE),
    ):
        assert "\n- Allerta GIALLA " in page


def test_the_same_said_again_by_its_issuer_is_still_in_it(comune: Comune) -> None:
    alert(comune)
    number = drafted(comune)
    comune.now += timedelta(hours=1)
    alert(comune)
    assert lines(comune, number) == (f"{YELLOW}, {WHOLE_DAY}: c'è, è la notizia 1.",)


def test_one_that_another_bulletin_told_names_it(comune: Comune) -> None:
    alert(comune)
    first = drafted(comune, at_approval=False)
    comune.answer(first, "Approva: parte martedì")
    with comune.look() as session:
        make_news_item(session, news_data(title="Corso di yoga per adulti"))
    second = drafted(comune)
    assert lines(comune, second) == (
        f"{YELLOW}, {WHOLE_DAY}: non c'è, la dice già il bollettino di martedì 24 novembre (approvato).",
    )


def test_one_that_an_editor_took_out_or_that_came_later(comune: Comune) -> None:
    alert(comune)
    number = drafted(comune)
    kept = [f"{item.position}." for item in comune.items(number) if item.weather_alert_id is None]
    comune.answer(number, SAVE, order=kept)
    comune.now += timedelta(hours=1)
    alert(comune, hazard=Hazard.vento)
    assert lines(comune, number) == (
        f"{YELLOW}, {WHOLE_DAY}: non c'è, era in questa bozza ed è stata tolta.",
        f"Allerta GIALLA (livello 2 su 4) per vento forte, {WHOLE_DAY}: "
        "non c'è, l'abbiamo letta martedì 24 novembre, ore 11:30, dopo la bozza.",
    )


def test_what_ends_before_the_send_or_has_ended(comune: Comune) -> None:
    number = drafted(comune, at_approval=False)
    slot = comune.bulletin(number).slot_at
    assert slot is not None
    today = alert(comune, day=TODAY)
    with comune.look() as session:
        session.get_one(WeatherAlert, today.id).expires = slot - timedelta(minutes=10)
    begin = f"{YELLOW}, dalle 0 alle 10:50 di martedì 24 novembre: non c'è, "
    assert lines(comune, number) == (f"{begin}finisce prima dell'invio.",)
    comune.now = slot - timedelta(minutes=5)
    assert lines(comune, number) == (f"{begin}è finita martedì 24 novembre, ore 10:50.",)


def test_a_high_one_is_left_to_its_urgent_bulletin_and_a_refused_one_says_by_whom(comune: Comune) -> None:
    high = alert(comune, Level.arancione)
    number = drafted(comune)
    begin = f"Allerta ARANCIONE (livello 3 su 4) per temporali forti, {WHOLE_DAY}: non c'è, "
    assert lines(comune, number) == (f"{begin}la annuncia subito un messaggio urgente.",)
    with comune.look() as session:
        urgent = make_bulletin(session, kind=BulletinKind.urgent, now=comune.now)
        told = bulletins.ItemData(
            "Allerta", "allerta meteo", "", "ARANCIONE", weather_alert_id=high.id, told_at=comune.now
        )
        bulletins.add_version(session, urgent, [told], author="test", now=comune.now)
        bulletins.move(session, urgent, BulletinStatus.in_review, by="test", now=comune.now)
        assert weather_alerts.ever_told(session, urgent.id) == [high.id]
    assert lines(comune, number) == (f"{begin}la dice già il messaggio urgente (da approvare).",)
    with comune.look() as session:
        bulletins.move(
            session,
            bulletins.locked(session, urgent.id),
            BulletinStatus.rejected,
            by="Bruno Vice",
            now=comune.now,
        )
    assert lines(comune, number) == (
        f"{begin}Bruno Vice (martedì 24 novembre, ore 10:30) ha deciso di non annunciarla.",
    )


def test_nothing_is_said_where_nothing_was_stated(comune: Comune) -> None:
    alert(comune, Level.verde)
    number = drafted(comune)
    assert lines(comune, number) == ()
    shown = load_round(comune.settings, comune.engine, number, now=comune.now)
    assert "allert" not in describe(comune.settings, shown, comune.now).lower()
