"""Nothing that an issuer has taken back reaches a phone, whichever way a text goes there."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from db import bulletins, sources
from db.models import (
    Attempt,
    BulletinKind,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    Hazard,
    Letter,
    Level,
    Outcome,
    SourceKind,
    WeatherAlert,
)
from flows.alert import Round, draft_urgent
from flows.by_hand import window
from flows.dispatch import begin, dispatch_bulletin
from flows.profiles.urgent import StandingOrder
from flows.review import standing_order
from flows.review.acts import NotDoneError
from flows.sending.drain import HeldError
from flows.sending.hold import UNTRUE
from flows.settle import retry_failed
from flows.sources.alerts import TOO_OLD
from flows.stop import stop_sending
from tests.world.builders import make_source
from tests.world.comune import APPROVE, Comune

MINUTE = timedelta(minutes=1)
ANNA = "Anna Redazione"


def state(
    comune: Comune,
    level: Level,
    at: datetime,
    *,
    hazard: Hazard = Hazard.temporali,
    hours: tuple[int, int] = (0, 24),
    days: int = 1,
) -> None:
    """What a bulletin issued and read at `at` says of a day."""
    day = (comune.now + timedelta(days=days)).date()
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)
    with comune.look() as session:
        source = make_source(session, kind=SourceKind.dpc, address=comune.settings.profile.sources.alerts_dpc)
        session.add(
            WeatherAlert(
                source_id=source.id,
                identifier=f"{at:%Y%m%d_%H%M}",
                issuer="DPC",
                url="https://mappe.example/",
                zone="Lomb-09",
                hazard=hazard,
                level=level,
                day=day,
                onset=midnight + timedelta(hours=hours[0]),
                expires=midnight + timedelta(hours=hours[1]),
                sent_at=at,
                seen_at=at,
            )
        )


def urgent(comune: Comune, now: datetime) -> Round:
    return draft_urgent(comune.settings, comune.engine, now=now)


def approved(comune: Comune, now: datetime) -> int:
    """What this round drafts, approved at once."""
    (number,) = urgent(comune, now).opened
    comune.move(number, BulletinStatus.in_review)
    assert comune.answer(number, APPROVE, now=now).status == BulletinStatus.approved
    return number


def sent(comune: Comune, now: datetime) -> int:
    number = approved(comune, now)
    dispatch_bulletin(comune.settings, comune.engine, number, now=now)
    return number


def stop_after_two(comune: Comune, number: int, now: datetime) -> None:
    """A person stops the send when two of the five have the message."""
    begin(comune.settings, comune.engine, number, now=now)
    with comune.look() as session:
        query = select(Delivery).where(Delivery.bulletin_id == number).order_by(col(Delivery.id)).limit(2)
        for row in session.exec(query).all():
            row.status = DeliveryStatus.accepted
            session.add(Attempt(delivery_id=row.id, started_at=now, outcome=Outcome.accepted))
    stop_sending(comune.settings, comune.engine, number, who=ANNA, now=now)


def refused(comune: Comune, number: int, now: datetime, *, late_by: str | None = None) -> str:
    """Why it did not leave; nothing more arrived."""
    before = comune.received()
    with pytest.raises(HeldError) as held:
        dispatch_bulletin(comune.settings, comune.engine, number, late_by=late_by, now=now)
    assert comune.received() == before
    return str(held.value)


def letters(comune: Comune) -> set[str]:
    """Whom the letters about alerts called."""
    with comune.look() as session:
        return {one.editor for one in session.exec(select(Letter).where(Letter.kind == "allerta_cambiata"))}


def everybody(comune: Comune) -> set[str]:
    return {editor.name for editor in comune.settings.profile.editors}


def orange(comune: Comune) -> datetime:
    """Subscribers, and an orange alert of tomorrow beside a yellow one."""
    comune.subscribe()
    state(comune, Level.arancione, comune.now - 10 * MINUTE)
    state(comune, Level.gialla, comune.now - 10 * MINUTE, hazard=Hazard.idraulico)
    return comune.now


@pytest.mark.parametrize(
    ("hazard", "level"),
    [
        (Hazard.temporali, Level.verde),
        (Hazard.temporali, Level.gialla),
        (Hazard.temporali, Level.rossa),  # the level of the text is not the one in force
        (Hazard.idraulico, Level.verde),  # only the lower one that stands beside it
    ],
)
def test_an_urgent_text_that_is_not_right_any_more_is_held_at_its_start(
    comuni: Comune, hazard: Hazard, level: Level
) -> None:
    now = orange(comuni)
    number = approved(comuni, now)
    state(comuni, level, now + 25 * MINUTE, hazard=hazard)
    said = refused(comuni, number, now + 30 * MINUTE)
    assert "l'allerta è cambiata. Prima: " in said
    bulletin = comuni.bulletin(number)
    assert (bulletin.status, bulletin.status_reason) == (BulletinStatus.in_review, UNTRUE)
    assert bulletin.deadline_at is not None
    assert bulletin.deadline_at > now + 30 * MINUTE, "or the watch would end it before anybody looks"
    assert letters(comuni) == everybody(comuni)
    assert comuni.answer(number, APPROVE, now=now + 31 * MINUTE).status == BulletinStatus.in_review
    assert "l'allerta è cambiata" in comuni.problems(number)[0]


def test_what_was_approved_and_is_taken_back_is_looked_at_by_the_next_round(comune: Comune) -> None:
    now = orange(comune)
    number = approved(comune, now)
    state(comune, Level.rossa, now + 5 * MINUTE)
    done = urgent(comune, now + 6 * MINUTE)
    assert done.taken_back == done.ended == [number]
    assert "era approvato, non parte più" in str(done)
    assert comune.bulletin(number).status == BulletinStatus.superseded
    (other,) = done.opened
    assert comune.items(other)[0].text.startswith("ROSSA (livello 4 su 4) per temporali forti")
    assert letters(comune) == everybody(comune)


def test_it_is_not_approved_between_the_reading_and_the_next_round(comune: Comune) -> None:
    now = orange(comune)
    (number,) = urgent(comune, now).opened
    comune.move(number, BulletinStatus.in_review)
    state(comune, Level.verde, now + MINUTE)
    assert comune.answer(number, APPROVE, now=now + 3 * MINUTE).status == BulletinStatus.in_review
    assert comune.problems(number) == [
        "Notizia 1: «Allerta meteo, mercoledì 25 novembre»: l'allerta è cambiata. Prima: arancione per "
        "temporali forti, mercoledì 25 novembre, zona Lomb-09. Ora: niente di annunciato per temporali "
        "forti, mercoledì 25 novembre, zona Lomb-09. Entro 5 minuti la bozza si aggiorna, o si chiude se non "
        "serve più."
    ]


def test_what_collect_stores_while_a_run_is_on_its_way_counts(comune: Comune) -> None:
    """A run's own clock is that of its start, before its pages were read and the provider was asked."""
    now = orange(comune)
    number = approved(comune, now)
    state(comune, Level.verde, now + MINUTE)
    refused(comune, number, now)


def test_a_stopped_send_is_not_resumed_with_what_was_lowered_since(comuni: Comune) -> None:
    now = orange(comuni)
    number = approved(comuni, now)
    stop_after_two(comuni, number, now)
    state(comuni, Level.verde, now + 20 * MINUTE)
    done = urgent(comuni, now + 25 * MINUTE)
    (clear,) = done.opened
    assert comuni.bulletin(clear).kind == BulletinKind.all_clear
    assert letters(comuni) == everybody(comuni)
    assert "resta fermo" in refused(comuni, number, now + 30 * MINUTE, late_by=ANNA)
    with pytest.raises(HeldError):
        dispatch_bulletin(
            comuni.settings, comuni.engine, number, late_by=ANNA, despite_by=ANNA, now=now + 30 * MINUTE
        )
    assert comuni.bulletin(number).status == BulletinStatus.stopped
    assert not any(comuni.received().values())


def test_a_send_that_is_on_its_way_is_stopped_by_the_next_round(comune: Comune) -> None:
    now = orange(comune)
    number = approved(comune, now)
    comune.move(number, BulletinStatus.sending)
    state(comune, Level.gialla, now + 5 * MINUTE)
    assert urgent(comune, now + 10 * MINUTE).taken_back == [number]
    bulletin = comune.bulletin(number)
    assert (bulletin.status, bulletin.status_reason) == (BulletinStatus.stopped, UNTRUE)


def test_a_send_that_died_does_not_go_on_with_what_was_lowered_since(comune: Comune) -> None:
    """As `sorveglia` starts it again within the grace."""
    now = orange(comune)
    number = approved(comune, now)
    comune.move(number, BulletinStatus.sending)
    state(comune, Level.verde, now + 5 * MINUTE)
    refused(comune, number, now + 10 * MINUTE)
    assert comune.bulletin(number).status == BulletinStatus.stopped


def cleared(comune: Comune) -> tuple[int, datetime]:
    """The end of the alert, approved."""
    now = orange(comune)
    sent(comune, now)
    state(comune, Level.verde, now + 25 * MINUTE)
    return approved(comune, now + 30 * MINUTE), now + 30 * MINUTE


@pytest.mark.parametrize(
    ("hazard", "level"),
    [
        (Hazard.temporali, Level.arancione),
        (Hazard.temporali, Level.rossa),
        (Hazard.idraulico, Level.verde),  # it says that yellow holds
        (Hazard.idrogeologico, Level.arancione),  # it says that no more than yellow holds
    ],
)
def test_an_end_that_is_not_right_any_more_is_held(comuni: Comune, hazard: Hazard, level: Level) -> None:
    number, now = cleared(comuni)
    state(comuni, level, now + 15 * MINUTE, hazard=hazard)
    refused(comuni, number, now + 20 * MINUTE)
    assert comuni.bulletin(number).status == BulletinStatus.in_review
    assert comuni.answer(number, APPROVE, now=now + 21 * MINUTE).status == BulletinStatus.in_review


def test_an_end_that_is_right_goes_to_who_had_the_original(comune: Comune) -> None:
    number, now = cleared(comune)
    dispatch_bulletin(comune.settings, comune.engine, number, now=now + 50 * MINUTE)
    assert [len(texts) for texts in comune.received().values()] == [2] * 5


def test_an_end_that_was_approved_and_is_wrong_leaves_the_alert_announced(comune: Comune) -> None:
    number, now = cleared(comune)
    state(comune, Level.arancione, now + 5 * MINUTE)
    done = urgent(comune, now + 10 * MINUTE)
    assert (done.taken_back, done.ended, done.opened) == ([number], [number], []), "told, and not taken back"


@pytest.mark.parametrize("silent", [False, True])
def test_no_end_is_told_while_its_source_cannot_be_heard(comune: Comune, silent: bool) -> None:
    number, now = cleared(comune)
    with comune.look() as session:
        source = sources.find(session, comune.settings.profile.sources.alerts_dpc)
        assert source is not None
        source.checked_at = now
        source.succeeded_at = now - TOO_OLD - MINUTE if silent else now
        session.add(source)
    if silent:
        assert "non si legge (l'ultima volta: " in refused(comune, number, now)
        assert comune.answer(number, APPROVE, now=now).status == BulletinStatus.in_review
        (problem,) = comune.problems(number)
        assert "finché la fonte non si legge di nuovo" in problem
        assert "5 minuti" not in problem, "nothing renews that draft by itself"
        for minutes in (5, 10):
            again = urgent(comune, now + minutes * MINUTE)
            assert (again.opened, again.ended) == ([number], []), "the draft waits for its source"
    else:
        dispatch_bulletin(comune.settings, comune.engine, number, now=now)


def test_silence_takes_no_alert_back(comune: Comune) -> None:
    now = orange(comune)
    number = approved(comune, now)
    with comune.look() as session:
        source = sources.find(session, comune.settings.profile.sources.alerts_dpc)
        assert source is not None
        source.checked_at, source.succeeded_at = now, now - 10 * TOO_OLD
        session.add(source)
    dispatch_bulletin(comune.settings, comune.engine, number, now=now)
    assert all(comune.received().values())


def test_a_standing_order_sends_nothing_that_was_lowered(comune: Comune) -> None:
    now = orange(comune)
    order = StandingOrder(
        levels=[Level.arancione], minutes=30, act="Ordinanza 1", author="Sindaco", expires=date(2027, 1, 1)
    )
    told = comune.settings.profile.urgent.model_copy(update={"standing_order": order})
    comune.settings.profile = comune.settings.profile.model_copy(update={"urgent": told})
    (number,) = urgent(comune, now).opened
    state(comune, Level.verde, now + 20 * MINUTE, hazard=Hazard.idraulico)
    late = now + 31 * MINUTE
    assert not standing_order.approve_by_order(comune.settings, comune.engine, number, now=late)
    assert urgent(comune, late).opened == [number], "refreshed, and read for half an hour again"
    later = late + 31 * MINUTE
    assert standing_order.approve_by_order(comune.settings, comune.engine, number, now=later)
    dispatch_bulletin(comune.settings, comune.engine, number, now=later)
    assert not any("GIALLA" in text for texts in comune.received().values() for text in texts)


def test_a_person_has_nothing_sent_again_that_was_lowered(comune: Comune) -> None:
    now = orange(comune)
    number = sent(comune, now)
    state(comune, Level.verde, now + 20 * MINUTE)
    with pytest.raises(NotDoneError, match="non è più vero"):
        retry_failed(comune.settings, comune.engine, number, who=ANNA, now=now + 30 * MINUTE)
    assert comune.bulletin(number).status == BulletinStatus.sent


def test_lists_that_wait_for_a_hand_are_taken_out_of_it(comune: Comune) -> None:
    comune.reprofile(('alerts = "cloud"', 'alerts = "assisted"'))
    now = orange(comune)
    number = approved(comune, now)
    dispatch_bulletin(comune.settings, comune.engine, number, now=now)
    with comune.look() as session:
        bulletin = bulletins.locked(session, number)
        assert window.over(comune.settings, session, bulletin, now) == ""
    state(comune, Level.verde, now + 5 * MINUTE)
    with comune.look() as session:
        bulletin = bulletins.locked(session, number)
        assert window.over(comune.settings, session, bulletin, now + 6 * MINUTE) == UNTRUE
