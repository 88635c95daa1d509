"""The end of an alert is told once for what was told: to the hour, to the hazard, and to whom it was told."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from db import bulletins, told_news
from db.engine import transaction
from db.models import BulletinKind, BulletinStatus, Hazard, Level, WeatherAlert
from flows.alert import Round
from flows.draft.evidence import of_whole
from flows.draft.items import latest_items
from flows.settings import Settings
from tests.test_alert_drafted import NOW, finish, look, state, texts
from tests.world.builders import make_source


def test_an_alert_that_was_lowered_before_its_end_gets_an_all_clear_once(
    settings: Settings, engine: Engine
) -> None:
    lowered = datetime(2026, 11, 25, 13, 40, tzinfo=UTC)
    with transaction(engine) as session:
        state(session, Level.arancione)
    original = look(settings, engine).opened[0]
    finish(engine, original, BulletinStatus.sent)
    with transaction(engine) as session:
        state(session, Level.gialla, at=lowered)
    (number,) = look(settings, engine, lowered).opened
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, number)
        assert (bulletin.kind, bulletin.template) == (BulletinKind.all_clear, "fine_allerta")
        assert told_news.of(session, number) == (original,)
    assert texts(engine, number) == [
        "ARANCIONE (livello 3 su 4) per temporali forti",
        "martedì 24 novembre",
        "da mercoledì 25 novembre, ore 14:40",
        "resta l'allerta GIALLA (livello 2 su 4) per temporali forti, "
        "dalle 0 alle 24 di mercoledì 25 novembre",
        "dpc, bollettino di mercoledì 25 novembre, ore 14:40",
    ]
    assert look(settings, engine, lowered + timedelta(minutes=5)).lines == []
    finish(engine, number, BulletinStatus.sent, lowered)
    assert look(settings, engine, lowered + timedelta(minutes=10)) == Round()
    with transaction(engine) as session:  # raised again: it is news again
        state(session, Level.arancione, at=lowered + timedelta(hours=1))
    assert len(look(settings, engine, lowered + timedelta(hours=1)).opened) == 1


def test_the_end_of_what_two_bulletins_told_is_told_once_to_who_got_either(
    settings: Settings, engine: Engine
) -> None:
    """The second one repeats the storms beside the rivers that another issuer adds."""
    added, lowered = (datetime(2026, 11, 25, hour, 40, tzinfo=UTC) for hour in (8, 13))
    with transaction(engine) as session:
        state(session, Level.arancione)
    (first,) = look(settings, engine).opened
    finish(engine, first, BulletinStatus.sent)
    with transaction(engine) as session:
        state(session, Level.arancione, hazard=Hazard.idraulico, at=added).issuer = "regione"
    (second,) = look(settings, engine, added).opened
    finish(engine, second, BulletinStatus.sent, added)
    with transaction(engine) as session:
        state(session, Level.verde, at=lowered)
    (number,) = look(settings, engine, lowered).opened
    with transaction(engine) as session:
        assert told_news.of(session, number) == (first, second)
    assert texts(engine, number)[:3] == [
        "ARANCIONE (livello 3 su 4) per temporali forti",
        "martedì 24 novembre",
        "da mercoledì 25 novembre, ore 14:40",
    ]
    again = look(settings, engine, lowered + timedelta(minutes=5))
    assert (again.opened, again.ended, again.lines) == ([number], [], [])
    finish(engine, number, BulletinStatus.sent, lowered)
    assert look(settings, engine, lowered + timedelta(minutes=10)) == Round()


def test_in_the_night_the_end_of_each_day_waits_for_itself(settings: Settings, sqlite: Engine) -> None:
    """The first one is over by the morning."""
    night = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
    days = [night.date(), night.date() + timedelta(days=1)]
    with transaction(sqlite) as session:
        for day, hours in zip(days, [(0, 7), (0, 24)], strict=True):
            state(session, Level.arancione, day=day, hours=hours)
    for number in look(settings, sqlite).opened:
        finish(sqlite, number, BulletinStatus.sent)
    with transaction(sqlite) as session:
        for day in days:
            state(session, Level.verde, day=day, at=night)
    assert look(settings, sqlite, night).lines == [
        "Fine allerta di giovedì 26 novembre: la bozza nasce mercoledì 25 novembre, ore 7."
    ]


def test_an_all_clear_names_who_spoke_of_what_ended_and_no_other(settings: Settings, sqlite: Engine) -> None:
    lowered = datetime(2026, 11, 25, 13, 40, tzinfo=UTC)
    others = [
        ("regione", Hazard.idraulico, lowered.date()),
        ("arpa", Hazard.temporali, lowered.date() + timedelta(days=1)),
        ("prefettura", Hazard.neve, lowered.date() + timedelta(days=1)),
    ]
    with transaction(sqlite) as session:
        state(session, Level.arancione)
    finish(sqlite, look(settings, sqlite).opened[0], BulletinStatus.sent)
    with transaction(sqlite) as session:
        for issuer, hazard, day in others:
            state(session, Level.gialla, hazard=hazard, day=day, at=lowered).issuer = issuer
        state(session, Level.verde, at=lowered)
    (number,) = look(settings, sqlite, lowered).opened
    assert texts(sqlite, number)[-1] == "dpc, bollettino di mercoledì 25 novembre, ore 14:40"


def test_an_end_names_green_and_its_hour_only_where_the_source_does(
    settings: Settings, sqlite: Engine
) -> None:
    issued = datetime(2026, 11, 25, 13, 40, tzinfo=UTC)
    read = issued + timedelta(minutes=4)
    with transaction(sqlite) as session:
        told = state(session, Level.arancione)
        told_id = told.id
    finish(sqlite, look(settings, sqlite).opened[0], BulletinStatus.sent)
    with transaction(sqlite) as session:
        told = session.get_one(WeatherAlert, told_id)
        told.replaced_at = read
        session.add(told)
    (number,) = look(settings, sqlite, read).opened
    _, _, since, now, _ = texts(sqlite, number)
    assert since == "la fonte non la riporta più (mercoledì 25 novembre, ore 14:44)"
    assert now == "per mercoledì 25 novembre la fonte non indica più questo livello"
    assert "non aggiungere «verde»" in remarked(sqlite, number)
    assert "è l'ora in cui abbiamo letto la fonte" in remarked(sqlite, number)

    with transaction(sqlite) as session:  # and then it speaks: the draft says it
        state(session, Level.verde, at=issued)
    done = look(settings, sqlite, read)
    assert done.ended == [number]
    (number,) = done.opened
    _, _, since, now, _ = texts(sqlite, number)
    assert since == "da mercoledì 25 novembre, ore 14:40"
    assert now == "VERDE (livello 1 su 4), nessuna allerta per temporali forti, mercoledì 25 novembre"
    what = "per temporali forti, mercoledì 25 novembre. Nelle fonti lette non risulta"
    assert f"La fonte dà VERDE, il livello più basso, {what}" in remarked(sqlite, number)
    assert "abbiamo letto la fonte" not in remarked(sqlite, number)


def test_green_of_some_hours_or_of_one_zone_is_not_told_of_all(settings: Settings, sqlite: Engine) -> None:
    read = datetime(2026, 11, 25, 10, tzinfo=UTC)
    with transaction(sqlite) as session:
        told = state(session, Level.arancione, hours=(0, 24))
        told_id = told.id
    finish(sqlite, look(settings, sqlite).opened[0], BulletinStatus.sent)
    with transaction(sqlite) as session:
        told = session.get_one(WeatherAlert, told_id)
        told.replaced_at = read
        part = state(session, Level.verde, at=read, hours=(0, 18))
        part.hourly = True
        session.add_all([told, part])
    (number,) = look(settings, sqlite, read).opened
    assert "VERDE" not in " ".join(texts(sqlite, number))
    assert "non aggiungere «verde»" in remarked(sqlite, number)


def remarked(engine: Engine, number: int) -> str:
    with transaction(engine) as session:
        return "\n".join(of_whole(session, bulletins.locked(session, number), latest_items(session, number)))


def test_an_all_clear_that_is_wrong_by_now_is_superseded(settings: Settings, sqlite: Engine) -> None:
    lowered = datetime(2026, 11, 25, 13, 40, tzinfo=UTC)
    with transaction(sqlite) as session:
        state(session, Level.arancione)
    finish(sqlite, look(settings, sqlite).opened[0], BulletinStatus.sent)
    with transaction(sqlite) as session:
        state(session, Level.verde, at=lowered)
    (number,) = look(settings, sqlite, lowered).opened
    again = lowered + timedelta(hours=1)
    with transaction(sqlite) as session:
        state(session, Level.arancione, at=again)
    done = look(settings, sqlite, again)
    assert (done.opened, done.ended) == ([], [number])


def two_hazards(settings: Settings, engine: Engine) -> int:
    """An urgent bulletin of two orange hazards and a yellow one, sent."""
    with transaction(engine) as session:
        for hazard in (Hazard.idraulico, Hazard.temporali):
            state(session, Level.arancione, hazard=hazard)
        state(session, Level.gialla, hazard=Hazard.idrogeologico)
    (number,) = look(settings, engine).opened
    finish(engine, number, BulletinStatus.sent)
    return number


def lower(engine: Engine, hazard: Hazard, at: datetime, level: Level = Level.verde) -> None:
    with transaction(engine) as session:
        state(session, level, hazard=hazard, at=at)


def test_an_all_clear_that_waits_stays_the_same_draft(settings: Settings, engine: Engine) -> None:
    """Also where the original told more than what ended: it is not made anew at every round."""
    two_hazards(settings, engine)
    lowered = datetime(2026, 11, 25, 13, 40, tzinfo=UTC)
    lower(engine, Hazard.idraulico, lowered)
    (number,) = look(settings, engine, lowered).opened
    for minutes in range(5, 60, 5):
        again = look(settings, engine, lowered + timedelta(minutes=minutes))
        assert (again.opened, again.ended, again.lines) == ([number], [], [])


def test_what_ends_later_has_an_all_clear_of_its_own_and_what_holds_is_not_announced_again(
    settings: Settings, engine: Engine
) -> None:
    two_hazards(settings, engine)
    first, second = (datetime(2026, 11, 25, hour, 40, tzinfo=UTC) for hour in (9, 13))
    lower(engine, Hazard.idraulico, first)
    (number,) = look(settings, engine, first).opened
    assert texts(engine, number)[0] == "ARANCIONE (livello 3 su 4) per rischio idraulico"
    assert "resta l'allerta ARANCIONE (livello 3 su 4) per temporali forti" in texts(engine, number)[3]
    finish(engine, number, BulletinStatus.sent, first)
    assert look(settings, engine, first + timedelta(minutes=5)) == Round(), "the other holds and was told"
    lower(engine, Hazard.temporali, second)
    (other,) = look(settings, engine, second).opened
    assert texts(engine, other)[0] == "ARANCIONE (livello 3 su 4) per temporali forti"
    finish(engine, other, BulletinStatus.sent, second)
    assert look(settings, engine, second + timedelta(minutes=5)) == Round()


def test_what_ends_while_an_all_clear_waits_goes_with_it(settings: Settings, sqlite: Engine) -> None:
    two_hazards(settings, sqlite)
    first, second = (datetime(2026, 11, 25, 9, minute, tzinfo=UTC) for minute in (40, 50))
    lower(sqlite, Hazard.idraulico, first)
    (number,) = look(settings, sqlite, first).opened
    lower(sqlite, Hazard.temporali, second, Level.gialla)
    done = look(settings, sqlite, second)
    assert done.ended == [number]
    (joint,) = done.opened
    assert texts(sqlite, joint)[0] == ("ARANCIONE (livello 3 su 4) per rischio idraulico e temporali forti")


def test_an_all_clear_that_says_what_no_longer_holds_is_superseded(
    settings: Settings, sqlite: Engine
) -> None:
    two_hazards(settings, sqlite)
    first, second = (datetime(2026, 11, 25, 9, minute, tzinfo=UTC) for minute in (40, 50))
    lower(sqlite, Hazard.idraulico, first)
    (number,) = look(settings, sqlite, first).opened
    lower(sqlite, Hazard.idrogeologico, second)
    done = look(settings, sqlite, second)
    assert done.ended == [number]
    assert "rischio idrogeologico" in texts(sqlite, number)[3]
    assert "rischio idrogeologico" not in texts(sqlite, done.opened[0])[3]


def test_a_level_raised_again_after_its_all_clear_is_announced_and_cleared_again(
    settings: Settings, engine: Engine
) -> None:
    two_hazards(settings, engine)
    at = [datetime(2026, 11, 25, hour, 40, tzinfo=UTC) for hour in (8, 10, 12)]
    lower(engine, Hazard.idraulico, at[0])
    finish(engine, look(settings, engine, at[0]).opened[0], BulletinStatus.sent, at[0])
    lower(engine, Hazard.idraulico, at[1], Level.arancione)
    (again,) = look(settings, engine, at[1]).opened
    with transaction(engine) as session:
        assert bulletins.locked(session, again).kind == BulletinKind.urgent
    finish(engine, again, BulletinStatus.sent, at[1])
    lower(engine, Hazard.idraulico, at[2])
    (end,) = look(settings, engine, at[2]).opened
    assert texts(engine, end)[0] == "ARANCIONE (livello 3 su 4) per rischio idraulico"
    with transaction(engine) as session:
        assert again in told_news.of(session, end)


def test_silence_of_the_issuer_is_no_all_clear(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        state(session, Level.arancione)
    finish(sqlite, look(settings, sqlite).opened[0], BulletinStatus.sent)
    for hours in range(1, 30):
        assert look(settings, sqlite, NOW + timedelta(hours=hours)) == Round()


def test_one_of_two_issuers_that_lowers_is_no_all_clear(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        state(session, Level.arancione)
        other = state(session, Level.arancione, hazard=Hazard.temporali, at=NOW - timedelta(minutes=5))
        other.issuer, other.source_id = "regione", make_source(session, address="https://r.example/").id
        session.add(other)
    finish(sqlite, look(settings, sqlite).opened[0], BulletinStatus.sent)
    later = NOW + timedelta(hours=1)
    with transaction(sqlite) as session:
        state(session, Level.verde, at=later)
    assert look(settings, sqlite, later) == Round()


def test_an_all_clear_that_nobody_decided_on_ends_with_the_day(settings: Settings, sqlite: Engine) -> None:
    two_hazards(settings, sqlite)
    lowered = datetime(2026, 11, 25, 13, 40, tzinfo=UTC)
    lower(sqlite, Hazard.idraulico, lowered)
    (number,) = look(settings, sqlite, lowered).opened
    late = datetime(2026, 11, 25, 22, 50, tzinfo=UTC)  # ten minutes are left
    assert look(settings, sqlite, late).ended == [number]
    assert look(settings, sqlite, late + timedelta(minutes=5)).ended == []
