"""What is drafted beside what was sent: for who was spared it, at its end, and until when; by rows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, told_news, weather_alerts
from db.bulletins import ItemData
from db.engine import transaction
from db.models import BulletinKind, BulletinStatus, DeliveryStatus, Hazard, Level, WeatherAlert
from db.recipients import SPARED
from flows.alert import Round
from flows.bulletin.alerts.text import LABELS
from flows.bulletin.alerts.urgent import AUTHOR, MAY_HAVE_LEFT
from flows.sending import restored
from flows.settings import Settings
from tests.test_alert_drafted import DAY, NOW, finish, look, state, status, texts
from tests.world.sends import make_delivery

HOUR = timedelta(hours=1)
ALERT, END = LABELS["allerta_meteo"], LABELS["fine_allerta"]
ORANGE = "ARANCIONE (livello 3 su 4) per temporali forti"


def sent(settings: Settings, engine: Engine, *came_of: tuple[DeliveryStatus, str | None]) -> int:
    """An orange alert that was sent, and what became of it."""
    with transaction(engine) as session:
        state(session, Level.arancione)
    (number,) = look(settings, engine).opened
    finish(engine, number, BulletinStatus.sent)
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, number)
        for outcome, reason in came_of:
            make_delivery(session, settings.vault(), bulletin, outcome, reason=reason, at=NOW)
    return number


GOT, LEFT = (DeliveryStatus.accepted, None), (DeliveryStatus.skipped, SPARED)


@pytest.fixture
def rest(settings: Settings, sqlite: Engine) -> tuple[int, int]:
    """A bulletin that one person got and another was spared, and the draft for that one."""
    original = sent(settings, sqlite, GOT, LEFT)
    done = look(settings, sqlite, NOW + HOUR)
    (number,) = done.opened
    assert done.lines == [
        f"Messaggio urgente {number}: allerta {ORANGE}, mercoledì 25 novembre, per chi non ha ricevuto il "
        f"{original}."
    ]
    return original, number


def test_who_was_spared_an_alert_gets_what_holds_once(
    settings: Settings, sqlite: Engine, rest: tuple[int, int]
) -> None:
    original, number = rest
    with transaction(sqlite) as session:
        assert told_news.of(session, number) == (original,)
    again = look(settings, sqlite, NOW + 2 * HOUR)
    assert (again.opened, again.ended, again.lines) == ([number], [], [])
    finish(sqlite, number, BulletinStatus.sent, NOW + 2 * HOUR)
    assert look(settings, sqlite, NOW + 3 * HOUR) == Round()


def test_when_it_ends_who_got_it_and_who_was_spared_it_first_are_told_once(
    settings: Settings, sqlite: Engine, rest: tuple[int, int]
) -> None:
    original, number = rest
    finish(sqlite, number, BulletinStatus.sent, NOW + 2 * HOUR)
    with transaction(sqlite) as session:
        state(session, Level.verde, at=NOW + 3 * HOUR)
    (end,) = look(settings, sqlite, NOW + 3 * HOUR).opened
    with transaction(sqlite) as session:
        assert told_news.of(session, end) == (original, number)


def test_where_nobody_was_spared_there_is_no_draft_for_the_rest(settings: Settings, sqlite: Engine) -> None:
    sent(settings, sqlite, GOT, (DeliveryStatus.failed, "131026"))
    assert look(settings, sqlite, NOW + HOUR) == Round()


NEXT = DAY + timedelta(days=1)


def test_the_draft_for_the_rest_tells_its_own_day_alone(settings: Settings, sqlite: Engine) -> None:
    sent(settings, sqlite, GOT, LEFT)
    with transaction(sqlite) as session:
        state(session, Level.gialla, day=NEXT)
    (number,) = look(settings, sqlite, NOW + HOUR).opened
    assert texts(sqlite, number)[:2] == [ORANGE, "dalle 0 alle 24 di mercoledì 25 novembre"]
    with transaction(sqlite) as session:
        state(session, Level.arancione, day=NEXT, at=NOW + 2 * HOUR)
    done = look(settings, sqlite, NOW + 2 * HOUR)
    assert (len(done.opened), done.opened[0], done.ended) == (2, number, [])
    assert [line.partition(":")[0] for line in done.lines] == [f"Messaggio urgente {done.opened[1]}"]


def test_another_days_alert_calls_for_no_draft_for_the_rest(settings: Settings, sqlite: Engine) -> None:
    original = sent(settings, sqlite, GOT, LEFT)
    with transaction(sqlite) as session:
        state(session, Level.gialla, at=NOW + HOUR)
        state(session, Level.arancione, day=NEXT, at=NOW + HOUR)
    done = look(settings, sqlite, NOW + HOUR)
    assert sorted(line.partition(":")[0].rstrip(" 0123456789") for line in done.lines) == [
        "Fine allerta",
        "Messaggio urgente",
    ]
    with transaction(sqlite) as session:
        urgent = [bulletins.locked(session, one).kind == BulletinKind.urgent for one in done.opened]
        told = {one: told_news.of(session, one) for one in done.opened}
    assert urgent == [True, False]
    assert list(told.values()) == [(), (original,)]


@pytest.mark.parametrize(
    ("hazard", "level"), [(Hazard.temporali, Level.rossa), (Hazard.idraulico, Level.arancione)]
)
def test_news_for_all_takes_the_place_of_the_draft_for_the_rest(
    settings: Settings, sqlite: Engine, rest: tuple[int, int], hazard: Hazard, level: Level
) -> None:
    _, number = rest
    with transaction(sqlite) as session:
        state(session, level, hazard=hazard, at=NOW + 2 * HOUR)
    done = look(settings, sqlite, NOW + 2 * HOUR)
    assert (done.ended, len(done.opened)) == ([number], 1)
    with transaction(sqlite) as session:
        assert told_news.of(session, done.opened[0]) == ()
        replaced = bulletins.locked(session, number)
        assert (replaced.status, replaced.status_by) == (BulletinStatus.superseded, AUTHOR)
        assert (replaced.status_at, replaced.status_reason) == (NOW + 2 * HOUR, "updated")
    assert done.lines[0] == f"Messaggio urgente {number}: non vale più, la fonte ha cambiato l'allerta."


def test_a_shorter_alert_refreshes_the_draft_for_the_rest_until_its_new_end(
    settings: Settings, sqlite: Engine, rest: tuple[int, int]
) -> None:
    _, number = rest
    later = NOW + 2 * HOUR
    with transaction(sqlite) as session:
        state(session, Level.arancione, at=later, hours=(0, 15))
    done = look(settings, sqlite, later)
    assert number in done.opened
    assert number not in done.ended
    assert f"Messaggio urgente {number}: la bozza è aggiornata, {ORANGE}." in done.lines
    assert texts(sqlite, number)[1] == "dalle 0 alle 15 di mercoledì 25 novembre"
    with transaction(sqlite) as session:
        assert bulletins.locked(session, number).deadline_at == datetime(2026, 11, 25, 14, tzinfo=UTC)


def test_a_draft_for_the_rest_goes_when_nothing_pressing_is_left(
    settings: Settings, sqlite: Engine, rest: tuple[int, int]
) -> None:
    _, number = rest
    with transaction(sqlite) as session:
        state(session, Level.gialla, at=NOW + 2 * HOUR)
    done = look(settings, sqlite, NOW + 2 * HOUR)
    assert done.ended == [number]
    assert number not in done.opened


def test_in_the_night_the_draft_for_the_rest_waits_for_the_morning(
    settings: Settings, sqlite: Engine
) -> None:
    night = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    with transaction(sqlite) as session:
        state(session, Level.arancione, hours=(9, 24))
    (number,) = look(settings, sqlite).opened
    finish(sqlite, number, BulletinStatus.sent)
    with transaction(sqlite) as session:
        bulletin = bulletins.locked(session, number)
        make_delivery(session, settings.vault(), bulletin, *LEFT[:1], reason=SPARED, at=NOW)
    assert look(settings, sqlite, night) == Round(
        lines=["Allerta di mercoledì 25 novembre: la bozza per il resto nasce mercoledì 25 novembre, ore 7."]
    )


@pytest.mark.parametrize(
    ("day", "hours", "deadline"),
    [
        (DAY, ((0, 24), (6, 12)), datetime(2026, 11, 25, 23, tzinfo=UTC)),
        (DAY + timedelta(days=1), ((0, 24), (6, 12)), NOW + timedelta(minutes=2160)),
        (DAY + timedelta(days=1), ((2, 3), (1, 3)), datetime(2026, 11, 26, 2, tzinfo=UTC)),
    ],
    ids=["the alert's end", "the profile's minutes", "the alert's end of that day"],
)
def test_a_draft_waits_so_long_and_never_beyond_its_alert(
    settings: Settings, sqlite: Engine, day: date, hours: tuple[tuple[int, int], ...], deadline: datetime
) -> None:
    with transaction(sqlite) as session:
        for hazard, own in zip((Hazard.temporali, Hazard.idraulico), hours, strict=True):
            state(session, Level.arancione, hazard=hazard, day=day, hours=own)
    (number,) = look(settings, sqlite).opened
    with transaction(sqlite) as session:
        assert bulletins.locked(session, number).deadline_at == deadline


@pytest.mark.parametrize("is_restored", [False, True])
def test_an_alert_is_stored_line_by_line_and_tells_what_holds_with_it(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch, *, is_restored: bool
) -> None:
    monkeypatch.setattr(restored, "is_recent", lambda *_, now: is_restored and now == NOW)
    here = with_page(settings, "https://www.comune.esempio.mi.it/allerte")
    with transaction(sqlite) as session:
        ids = [state(session, Level.arancione).id, state(session, Level.gialla, hazard=Hazard.neve).id]
    (number,) = look(here, sqlite).opened
    with transaction(sqlite) as session:
        bulletin, version = bulletins.locked(session, number), bulletins.latest(session, number)
        assert version is not None
        assert (version.number, version.author, version.created_at) == (1, AUTHOR, NOW)
        assert version.note == (MAY_HAVE_LEFT if is_restored else "")
        assert (bulletin.kind, bulletin.template, bulletin.slot_at) == (
            BulletinKind.urgent,
            "allerta_meteo",
            None,
        )
        assert (bulletin.status_by, bulletin.created_at) == (AUTHOR, NOW)
        items = bulletins.items(session, version)
        assert [bulletins.data_of(item) for item in items] == [
            ItemData(
                title=label if place else "Allerta meteo, mercoledì 25 novembre",
                category=label,
                url="https://www.comune.esempio.mi.it/allerte",
                text=item.text,
                weather_alert_id=None if place else ids[0],
                told_at=None if place else NOW,
            )
            for place, (label, item) in enumerate(zip(ALERT, items, strict=True))
        ]
        assert [row.id for row in weather_alerts.told_by(session, items[0])] == ids


def with_page(settings: Settings, address: str) -> Settings:
    sources = settings.profile.sources.model_copy(update={"alerts_page": address})
    return Settings(settings.profile.model_copy(update={"sources": sources}), settings.path, settings.state)


LOWERED = datetime(2026, 11, 25, 13, 40, tzinfo=UTC)


def lowered(session: Session, level: Level = Level.verde, at: datetime = LOWERED) -> WeatherAlert:
    return state(session, level, at=at)


def test_an_end_is_stored_line_by_line_and_says_what_ceased(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restored, "is_recent", lambda *_, **__: True)
    original = sent(settings, sqlite, GOT)
    with transaction(sqlite) as session:
        lowered(session)
    done = look(with_page(settings, "https://www.comune.esempio.mi.it/allerte"), sqlite, LOWERED)
    (number,) = done.opened
    assert done.lines == [f"Fine allerta {number}: cessa l'allerta {ORANGE}, mercoledì 25 novembre."], (
        "of what is told as its end"
    )
    with transaction(sqlite) as session:
        bulletin, version = bulletins.locked(session, number), bulletins.latest(session, number)
        assert version is not None
        assert told_news.of(session, number) == (original,)
        assert (version.author, version.note, version.created_at) == (AUTHOR, "", LOWERED)
        assert bulletin.deadline_at == datetime(2026, 11, 25, 23, tzinfo=UTC)
        items = bulletins.items(session, version)
        assert [(item.title, item.category, item.url) for item in items] == [
            ("Allerta meteo, mercoledì 25 novembre", END[0], ""),
            *((label, label, "") for label in END[1:]),
        ]
        assert [item.told_at for item in items] == [LOWERED, *[None] * (len(items) - 1)]
        assert items[0].weather_alert_id is not None


@pytest.mark.parametrize(
    ("came_of", "is_told"),
    [((), True), ((GOT,), True), (((DeliveryStatus.failed, "131026"),), False)],
    ids=["no row of whom", "one got it", "nobody got it"],
)
def test_an_end_is_for_an_alert_that_somebody_may_have(
    settings: Settings,
    sqlite: Engine,
    came_of: tuple[tuple[DeliveryStatus, str | None], ...],
    *,
    is_told: bool,
) -> None:
    sent(settings, sqlite, *came_of)
    with transaction(sqlite) as session:
        lowered(session)
    assert bool(look(settings, sqlite, LOWERED).opened) == is_told


@pytest.mark.parametrize(
    ("ends", "lines"),
    [
        (7, []),
        (8, ["Fine allerta di mercoledì 25 novembre: la bozza nasce mercoledì 25 novembre, ore 7."]),
    ],
)
def test_an_end_waits_for_the_morning_while_there_is_one_to_tell_then(
    settings: Settings, sqlite: Engine, ends: int, lines: list[str]
) -> None:
    night = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
    with transaction(sqlite) as session:
        state(session, Level.arancione, hours=(0, ends))
    finish(sqlite, look(settings, sqlite).opened[0], BulletinStatus.sent)
    with transaction(sqlite) as session:
        lowered(session, at=night)
    assert look(settings, sqlite, night) == Round(lines=lines)
    morning = look(settings, sqlite, datetime(2026, 11, 25, 6, tzinfo=UTC))
    assert len(morning.opened) == len(lines)


def test_an_end_that_waits_follows_what_still_holds(settings: Settings, sqlite: Engine) -> None:
    sent(settings, sqlite, GOT)
    with transaction(sqlite) as session:
        lowered(session, Level.gialla)
    (first,) = look(settings, sqlite, LOWERED).opened
    kept = look(settings, sqlite, LOWERED + HOUR)
    assert (kept.opened, kept.ended, kept.lines) == ([first], [], [])
    with transaction(sqlite) as session:
        lowered(session, at=LOWERED + HOUR)
    done = look(settings, sqlite, LOWERED + HOUR)
    assert (done.ended, len(done.opened)) == ([first], 1)
    assert status(sqlite, first) == BulletinStatus.superseded


def test_an_end_that_only_a_person_wrote_is_written_anew(settings: Settings, sqlite: Engine) -> None:
    sent(settings, sqlite, GOT)
    with transaction(sqlite) as session:
        lowered(session)
    (first,) = look(settings, sqlite, LOWERED).opened
    with transaction(sqlite) as session:
        version = bulletins.latest(session, first)
        assert version is not None
        version.author = "Anna Redazione"
        session.add(version)
    assert look(settings, sqlite, LOWERED).ended == [first]


def test_an_end_tells_the_first_day_of_what_it_ends(settings: Settings, sqlite: Engine) -> None:
    """Of two alerts of one day, sent on two."""
    first = sent(settings, sqlite, GOT)
    morning = datetime(2026, 11, 25, 8, tzinfo=UTC)
    with transaction(sqlite) as session:
        state(session, Level.arancione, at=morning)
        state(session, Level.arancione, hazard=Hazard.neve, at=morning)
    (second,) = look(settings, sqlite, morning).opened
    finish(sqlite, second, BulletinStatus.sent, morning)
    with transaction(sqlite) as session:
        lowered(session)
        state(session, Level.verde, hazard=Hazard.neve, at=LOWERED)
    (number,) = look(settings, sqlite, LOWERED).opened
    assert texts(sqlite, number)[1] == "martedì 24 novembre"
    with transaction(sqlite) as session:
        assert told_news.of(session, number) == (first, second)


@pytest.mark.parametrize("decision", [BulletinStatus.rejected, BulletinStatus.merged])
def test_an_end_that_an_editor_does_not_send_is_drafted_no_more(
    settings: Settings, sqlite: Engine, decision: BulletinStatus
) -> None:
    sent(settings, sqlite, GOT)
    with transaction(sqlite) as session:
        lowered(session)
    finish(sqlite, look(settings, sqlite, LOWERED).opened[0], decision, LOWERED)
    assert look(settings, sqlite, LOWERED + HOUR) == Round()


def test_each_day_has_its_own_end(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        for day in (DAY, NEXT):
            state(session, Level.arancione, day=day)
    for number in look(settings, sqlite).opened:
        finish(sqlite, number, BulletinStatus.sent)
    with transaction(sqlite) as session:
        for day in (DAY, NEXT):
            state(session, Level.verde, day=day, at=LOWERED)
    ends = look(settings, sqlite, LOWERED).opened
    assert len(ends) == 2
    assert [texts(sqlite, number)[3].rpartition(", ")[2] for number in ends] == [
        "mercoledì 25 novembre",
        "giovedì 26 novembre",
    ]
    assert look(settings, sqlite, LOWERED + HOUR) == Round(opened=ends)
