"""A standing order lets a fixed-text alert go without an answer: off by default, and only where it fits."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from db import bulletins
from db.engine import transaction
from db.models import BulletinKind, BulletinStatus, Decision, Level
from flows.alert import draft_urgent, order_in_words
from flows.announce import draft_notice
from flows.dispatch import prepare
from flows.profiles.urgent import StandingOrder, Urgent
from flows.review.signing import close
from flows.review.standing_order import approve_by_order
from flows.runs.forms import Confirmation
from flows.sending.seal import not_as_approved
from flows.settings import Settings
from tests.test_alert_drafted import NOW, notice, state
from tests.world.builders import make_bulletin

DUE = NOW + timedelta(minutes=30)
ORDER = StandingOrder(
    act="disposizione del Sindaco n. 12",
    author="Sindaco",
    levels=[Level.arancione, Level.rossa],
    expires=date(2026, 12, 31),
    minutes=30,
)


def ordered(settings: Settings, **changes: object) -> Settings:
    order = StandingOrder.model_validate({**ORDER.model_dump(), **changes})
    profile = settings.profile.model_copy(update={"urgent": Urgent(standing_order=order)})
    return Settings(profile, settings.path, settings.state)


def drafted(settings: Settings, engine: Engine, level: Level = Level.arancione) -> int:
    with transaction(engine) as session:
        state(session, level)
    (number,) = draft_urgent(settings, engine, now=NOW).opened
    return number


def test_without_an_order_nothing_ever_goes_by_itself(settings: Settings, sqlite: Engine) -> None:
    number = drafted(settings, sqlite, Level.rossa)
    assert settings.profile.urgent.standing_order is None
    assert not approve_by_order(settings, sqlite, number, now=DUE + timedelta(hours=3))
    assert order_in_words(settings, NOW) == ""


def test_an_alert_goes_after_the_orders_minutes_and_says_by_whose_word(
    settings: Settings, engine: Engine
) -> None:
    acting = ordered(settings)
    number = drafted(acting, engine)
    assert not approve_by_order(acting, engine, number, now=DUE - timedelta(seconds=1))
    assert approve_by_order(acting, engine, number, now=DUE)
    assert not approve_by_order(acting, engine, number, now=DUE)
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, number)
        assert (bulletin.status, bulletin.status_reason) == (BulletinStatus.approved, "standing_order")
        found = bulletins.approved(session, number)
        assert found is not None
        approval, version = found
        assert approval.approver == "ordine permanente: disposizione del Sindaco n. 12, Sindaco"
        assert version.note == "Nessuna risposta in 30 minuti."
        assert prepare(acting, session, number, now=DUE).message.template == "allerta_meteo"


@pytest.mark.parametrize(
    ("changes", "level", "now"),
    [
        ({"levels": ["rossa"]}, Level.arancione, DUE),
        ({"levels": ["arancione"]}, Level.rossa, DUE),
        ({"expires": date(2026, 11, 23)}, Level.arancione, DUE),
        ({}, Level.arancione, datetime(2026, 11, 26, 1, tzinfo=UTC)),
    ],
    ids=["another level", "a higher level", "expired order", "alert over"],
)
def test_an_order_covers_only_what_it_says(
    settings: Settings, sqlite: Engine, changes: dict[str, object], level: Level, now: datetime
) -> None:
    acting = ordered(settings, **changes)
    assert not approve_by_order(acting, sqlite, drafted(acting, sqlite, level), now=now)


def test_a_text_that_a_person_touched_waits_for_people(settings: Settings, sqlite: Engine) -> None:
    acting = ordered(settings)
    number = drafted(acting, sqlite)
    with transaction(sqlite) as session:
        version = bulletins.latest(session, number)
        assert version is not None
        lines = [bulletins.data_of(item) for item in bulletins.items(session, version)]
        bulletins.add_version(session, bulletins.locked(session, number), lines, author="Anna", now=NOW)
    assert not approve_by_order(acting, sqlite, number, now=DUE)


def test_an_editors_own_notice_never_goes_by_an_order(settings: Settings, sqlite: Engine) -> None:
    acting = ordered(settings)
    number = draft_notice(acting, sqlite, notice(), now=NOW)
    assert not approve_by_order(acting, sqlite, number, now=DUE)


def test_an_alert_that_was_lowered_meanwhile_does_not_go(settings: Settings, sqlite: Engine) -> None:
    acting = ordered(settings)
    number = drafted(acting, sqlite)
    with transaction(sqlite) as session:
        state(session, Level.gialla, at=NOW + timedelta(minutes=20))
    assert not approve_by_order(acting, sqlite, number, now=DUE)


def test_what_can_wait_does_not_go_in_quiet_hours(settings: Settings, sqlite: Engine) -> None:
    acting = ordered(settings)
    evening = datetime(2026, 11, 24, 20, 45, tzinfo=UTC)
    with transaction(sqlite) as session:
        state(session, Level.arancione, at=evening, hours=(12, 24))
    (number,) = draft_urgent(acting, sqlite, now=evening).opened
    night = evening + timedelta(minutes=40)
    assert not approve_by_order(acting, sqlite, number, now=night)
    assert approve_by_order(acting, sqlite, number, now=datetime(2026, 11, 25, 6, tzinfo=UTC))


def test_an_order_that_is_on_is_loud(settings: Settings) -> None:
    assert order_in_words(ordered(settings), NOW) == (
        "ORDINE PERMANENTE ATTIVO (disposizione del Sindaco n. 12, Sindaco): le allerte arancione e rossa "
        "partono da sole dopo 30 minuti senza risposta, fino a giovedì 31 dicembre 2026."
    )
    assert "è sospeso" in order_in_words(ordered(settings), NOW, is_restored=True)
    assert "è scaduto" in order_in_words(ordered(settings, expires=date(2026, 11, 1)), NOW)


def test_where_codes_are_asked_for_the_order_in_the_profile_stands_for_one(
    asking: Settings, engine: Engine
) -> None:
    acting = ordered(asking)
    number = drafted(acting, engine)
    assert approve_by_order(acting, engine, number, now=DUE)
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, number)
        assert not_as_approved(acting, session, bulletin) == ""
        assert prepare(acting, session, number, now=DUE).bulletin_id == number
        for other in (asking, ordered(asking, act="disposizione del Sindaco n. 13")):
            words = not_as_approved(other, session, bulletin)
            assert (
                f"per il bollettino {number} non è provata da un codice né da un accesso: non parte." in words
            )


@pytest.mark.parametrize(
    ("kind", "who", "leaves"),
    [
        (BulletinKind.urgent, ORDER.approver, True),
        (BulletinKind.urgent, "Anna Redazione", False),
        (BulletinKind.ordinary, ORDER.approver, False),
    ],
    ids=["the order, an alert", "a person, an alert", "the order, news"],
)
def test_an_order_stands_for_the_code_of_nobody_else_and_of_no_news(
    asking: Settings, sqlite: Engine, kind: BulletinKind, who: str, leaves: bool
) -> None:
    acting = ordered(asking)
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, kind=kind, status=BulletinStatus.in_review)
        shown = bulletins.latest(session, bulletin.id)
        assert shown is not None
        lines = [bulletins.data_of(item) for item in bulletins.items(session, shown)]
        version = bulletins.add_version(session, bulletin, lines, author=who, now=NOW)
        close(acting, session, bulletin, version, Decision.approve, Confirmation("run-1", 1, NOW, {}))
        assert (not_as_approved(acting, session, bulletin) == "") is leaves


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"levels": ["gialla"]}, "told in the ordinary bulletins"),
        ({"levels": ["arancione"], "standing_order": ORDER.model_dump()}, "not among levels"),
        ({"quiet_from": "25:00"}, "quiet_from"),
        ({"standing_order": {**ORDER.model_dump(), "minutes": 1}}, "minutes"),
    ],
    ids=["yellow is not urgent", "order beyond levels", "no time", "too few minutes"],
)
def test_a_wrong_profile_is_refused(values: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Urgent.model_validate(values)
