"""An alert that is in force reaches everybody once, also when its send was stopped on the way."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import deliveries, told_news
from db.engine import transaction
from db.models import BulletinKind, BulletinStatus, Hazard, Letter, Level
from db.recipients import SPARED
from flows import collect
from flows.alert import Round, act
from flows.correct import CorrectionError, draft_for_the_rest
from flows.dispatch import begin, dispatch_bulletin
from flows.sending import unreached
from flows.sending.hold import UNTRUE, remedy
from flows.settings import Settings
from flows.sources.pages import Now
from flows.sources.rereading import Rereading
from tests.test_alert_truth import (
    ANNA,
    MINUTE,
    approved,
    letters,
    orange,
    refused,
    state,
    stop_after_two,
    urgent,
)
from tests.test_alert_wrong_text import ordinary
from tests.world.builders import NOW, make_bulletin
from tests.world.comune import APPROVE, Comune


def shortened(comune: Comune, *, reached: bool) -> tuple[int, int]:
    """An orange alert from noon on whose send is on its way, or stopped after two, when its end is brought
    forward; with the draft for the others."""
    comune.subscribe()
    now = comune.now
    state(comune, Level.arancione, now - 10 * MINUTE, hours=(12, 24))
    number = approved(comune, now)
    if reached:
        stop_after_two(comune, number, now)
    else:
        begin(comune.settings, comune.engine, number, now=now)
    state(comune, Level.verde, now + 5 * MINUTE)
    state(comune, Level.arancione, now + 5 * MINUTE, hours=(12, 15))
    return number, number + 1


def send(comune: Comune, number: int, minutes: int) -> None:
    comune.move(number, BulletinStatus.in_review)
    at = comune.now + minutes * MINUTE
    assert comune.answer(number, APPROVE, now=at).status == BulletinStatus.approved, comune.problems(number)
    certificate, _ = dispatch_bulletin(comune.settings, comune.engine, number, now=at)
    assert certificate.adds_up
    assert comune.bulletin(number).status == BulletinStatus.sent


def test_a_lower_level_that_falls_beside_it_stops_no_alert(comuni: Comune) -> None:
    now = orange(comuni)
    number = approved(comuni, now)
    begin(comuni.settings, comuni.engine, number, now=now)
    state(comuni, Level.verde, now + 5 * MINUTE, hazard=Hazard.idraulico)
    assert collect.take_back(comuni.settings, comuni.engine, now=now + 5 * MINUTE) == []
    assert urgent(comuni, now + 6 * MINUTE).taken_back == []
    assert comuni.bulletin(number).status == BulletinStatus.sending
    dispatch_bulletin(comuni.settings, comuni.engine, number, now=now + 7 * MINUTE)
    assert [len(texts) for texts in comuni.received().values()] == [1] * 5


def test_one_that_was_stopped_is_resumed_although_a_lower_level_fell(comune: Comune) -> None:
    now = orange(comune)
    number = approved(comune, now)
    stop_after_two(comune, number, now)
    state(comune, Level.verde, now + 5 * MINUTE, hazard=Hazard.idraulico)
    assert urgent(comune, now + 6 * MINUTE).opened == []
    dispatch_bulletin(comune.settings, comune.engine, number, late_by=ANNA, now=now + 7 * MINUTE)
    assert sum(map(len, comune.received().values())) == 3


def test_a_lower_level_that_rises_to_one_that_cannot_wait_stops_it(comune: Comune) -> None:
    now = orange(comune)
    number = approved(comune, now)
    begin(comune.settings, comune.engine, number, now=now)
    state(comune, Level.arancione, now + 5 * MINUTE, hazard=Hazard.idraulico)
    done = urgent(comune, now + 6 * MINUTE)
    assert done.taken_back == [number]
    (other,) = done.opened
    with comune.look() as session:
        assert told_news.of(session, other) == (), "it is news for all of them"
    send(comune, other, 7)
    assert [len(texts) for texts in comune.received().values()] == [1] * 5
    assert urgent(comune, now + 10 * MINUTE).opened == []


def test_who_was_not_reached_gets_what_holds_and_the_others_the_end(comuni: Comune) -> None:
    number, rest = shortened(comuni, reached=True)
    done = urgent(comuni, comuni.now + 6 * MINUTE)
    assert rest in done.opened
    assert f"Bollettino {number}: chiuso, 3 persone non l'hanno ricevuto." in done.lines
    (end,) = set(done.opened) - {rest}
    assert (comuni.bulletin(rest).kind, comuni.bulletin(end).kind) == (
        BulletinKind.urgent,
        BulletinKind.all_clear,
    )
    assert (comuni.bulletin(number).status, comuni.bulletin(number).status_reason) == (
        BulletinStatus.sent,
        SPARED,
    )
    assert sorted(urgent(comuni, comuni.now + 7 * MINUTE).opened) == sorted(done.opened), "no further one"
    send(comuni, rest, 8)
    assert Counter(len(texts) for texts in comuni.received().values()) == {1: 3, 0: 2}
    assert all("dalle 12 alle 15" in text for texts in comuni.received().values() for text in texts)
    send(comuni, end, 9)
    assert [len(texts) for texts in comuni.received().values()] == [1] * 5
    for minutes in (10, 15):
        assert urgent(comuni, comuni.now + minutes * MINUTE).opened == []
    with comuni.look() as session:
        assert deliveries.certificate(session, number).adds_up
    # all but the two of the end know of no more than 15 o'clock: an extension is news for everybody
    state(comuni, Level.arancione, comuni.now + 20 * MINUTE, hours=(12, 20))
    (longer,) = urgent(comuni, comuni.now + 21 * MINUTE).opened
    with comuni.look() as session:
        assert told_news.of(session, longer) == ()


@pytest.mark.parametrize(
    ("kind", "is_wrong", "way"),
    [
        (BulletinKind.urgent, True, "nasce da sola una bozza"),
        (BulletinKind.urgent, False, "«correggi»"),
        (BulletinKind.ordinary, True, "«correggi»"),
        (BulletinKind.ordinary, False, "«correggi»"),
        (BulletinKind.correction, True, "non c'è altro da fare"),
        (BulletinKind.all_clear, False, "non c'è altro da fare"),
    ],
)
def test_only_of_an_alert_that_is_wrong_by_now_a_draft_comes_by_itself(
    kind: BulletinKind, is_wrong: bool, way: str
) -> None:
    held = [Rereading(1, None, "Allerta arancione", Now.changed)] if is_wrong else []
    ways = ("nasce da sola una bozza", "«correggi»", "non c'è altro da fare")
    assert [one for one in ways if one in remedy(kind, held)] == [way]


def test_one_that_a_person_closes_meanwhile_is_closed_once(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        closed = make_bulletin(session, kind=BulletinKind.urgent, status=BulletinStatus.sent)
        assert unreached._spare(settings, session, closed.id, NOW) == 0


def test_when_nobody_was_reached_all_get_what_holds_and_nobody_an_end(comune: Comune) -> None:
    number, rest = shortened(comune, reached=False)
    assert len(collect.take_back(comune.settings, comune.engine, now=comune.now + 5 * MINUTE)) == 1
    assert comune.bulletin(number).status_reason == UNTRUE
    with comune.look() as session:
        (told, *_) = session.exec(select(Letter).where(Letter.kind == "allerta_cambiata")).all()
    assert "nasce da sola una bozza" in told.text
    assert urgent(comune, comune.now + 6 * MINUTE).opened == [rest]
    send(comune, rest, 7)
    assert [len(texts) for texts in comune.received().values()] == [1] * 5
    assert urgent(comune, comune.now + 10 * MINUTE).opened == []


def test_a_draft_for_the_rest_follows_the_alert_and_goes_when_all_are_told(comune: Comune) -> None:
    _, rest = shortened(comune, reached=True)
    urgent(comune, comune.now + 6 * MINUTE)
    state(comune, Level.arancione, comune.now + 10 * MINUTE, hours=(12, 18))
    assert rest in urgent(comune, comune.now + 11 * MINUTE).opened
    assert "dalle 12 alle 18" in comune.items(rest)[1].text
    assert comune.bulletin(rest).deadline_at == datetime(2026, 11, 25, 17, tzinfo=UTC)
    state(comune, Level.rossa, comune.now + 15 * MINUTE, hours=(12, 18))
    done = urgent(comune, comune.now + 16 * MINUTE)
    assert rest in done.ended
    news = [one for one in done.opened if comune.bulletin(one).kind == BulletinKind.urgent]
    assert len(news) == 1, "one for everybody, and no other for the rest"


def test_each_day_has_its_own_rest(comune: Comune) -> None:
    """What ended for those of one day keeps nobody from hearing of another."""
    first, rest = shortened(comune, reached=True)
    assert rest in urgent(comune, comune.now + 6 * MINUTE).opened
    at = comune.now + 7 * MINUTE
    state(comune, Level.arancione, at, days=2)
    second = max(urgent(comune, at).opened)
    comune.move(second, BulletinStatus.in_review)
    assert comune.answer(second, APPROVE, now=at).status == BulletinStatus.approved
    stop_after_two(comune, second, at)
    state(comune, Level.verde, at + MINUTE)
    state(comune, Level.arancione, at + MINUTE, days=2, hours=(12, 15))
    done = urgent(comune, at + 2 * MINUTE)
    assert rest in done.ended
    assert comune.bulletin(first).status == comune.bulletin(second).status == BulletinStatus.sent
    alerts = [one for one in done.opened if comune.bulletin(one).kind == BulletinKind.urgent]
    with comune.look() as session:
        assert [told_news.of(session, one) for one in alerts] == [(second,)]


def test_one_that_is_restored_is_told_to_the_rest(comune: Comune) -> None:
    """What `urgente` had stopped is nobody's to resume: who was not reached is seen to all the same."""
    now = orange(comune)
    number = approved(comune, now)
    begin(comune.settings, comune.engine, number, now=now)
    state(comune, Level.gialla, now + 5 * MINUTE)
    assert urgent(comune, now + 6 * MINUTE).opened == [], "nothing to announce, and nobody to tell the end"
    assert comune.bulletin(number).status == BulletinStatus.stopped
    state(comune, Level.arancione, now + 10 * MINUTE)
    (rest,) = urgent(comune, now + 11 * MINUTE).opened
    send(comune, rest, 12)
    assert [len(texts) for texts in comune.received().values()] == [1] * 5


def test_a_person_who_is_quicker_drafts_what_holds_by_now(comune: Comune) -> None:
    number, _ = shortened(comune, reached=True)
    at = comune.now + 6 * MINUTE
    assert "nasce da sola una bozza" in refused(comune, number, at, late_by=ANNA)
    rest = draft_for_the_rest(
        comune.settings,
        comune.engine,
        bulletin_id=number,
        position=4,
        right="Resta a casa.",
        who=ANNA,
        now=at,
    )
    done = urgent(comune, at + MINUTE)
    assert rest in done.opened
    assert done.ended == []
    assert not [
        one for one in done.opened if one != rest and comune.bulletin(one).kind == BulletinKind.urgent
    ]
    send(comune, rest, 8)
    arrived = [text for texts in comune.received().values() for text in texts]
    assert len(arrived) == 3
    assert all("dalle 12 alle 15" in text and "Resta a casa." in text for text in arrived)


def test_what_a_person_wrote_for_the_rest_is_replaced_and_never_rewritten(comune: Comune) -> None:
    number, _ = shortened(comune, reached=True)
    rest = draft_for_the_rest(
        comune.settings, comune.engine, bulletin_id=number, position=4, right="Resta a casa.", who=ANNA,
        now=comune.now + 6 * MINUTE,
    )  # fmt: skip
    state(comune, Level.arancione, comune.now + 10 * MINUTE, hours=(12, 18))
    done = urgent(comune, comune.now + 11 * MINUTE)
    assert rest in done.ended
    assert comune.items(rest)[3].text == "Resta a casa."
    (other,) = [one for one in done.opened if comune.bulletin(one).kind == BulletinKind.urgent]
    assert "dalle 12 alle 18" in comune.items(other)[1].text
    with comune.look() as session:
        assert told_news.of(session, other) == (number,)


def test_a_person_drafts_no_alert_that_is_over(comune: Comune) -> None:
    now = orange(comune)
    number = approved(comune, now)
    stop_after_two(comune, number, now)
    state(comune, Level.verde, now + 5 * MINUTE)
    with pytest.raises(CorrectionError, match="«chiudi»"):
        draft_for_the_rest(
            comune.settings,
            comune.engine,
            bulletin_id=number,
            position=4,
            right="A casa.",
            who=ANNA,
            now=now + 6 * MINUTE,
        )
    assert comune.bulletin(number).status == BulletinStatus.stopped


def test_the_alert_among_news_is_written_once_for_the_rest(comune: Comune) -> None:
    comune.subscribe()
    state(comune, Level.gialla, comune.now - 10 * MINUTE, hours=(6, 18))
    slot = comune.now + 30 * MINUTE
    number = ordinary(comune, slot)
    stop_after_two(comune, number, slot)
    state(comune, Level.gialla, slot + 5 * MINUTE, hours=(6, 12))
    assert "con la casella «L'invio è fermato»" in refused(comune, number, slot + 6 * MINUTE, late_by=ANNA)
    right = "Allerta GIALLA mercoledì 25 novembre, dalle 6 alle 12."
    rest = draft_for_the_rest(
        comune.settings, comune.engine, bulletin_id=number, position=1, right=right, who=ANNA,
        now=slot + 7 * MINUTE,
    )  # fmt: skip
    send(comune, rest, 38)
    assert Counter(len(texts) for texts in comune.received().values()) == {1: 3, 0: 2}


def test_hours_that_pass_call_nobody_again(comune: Comune) -> None:
    comune.subscribe()
    state(comune, Level.gialla, comune.now - 10 * MINUTE, hours=(0, 24), days=0)
    number = ordinary(comune, comune.now + 30 * MINUTE)
    comune.move(number, BulletinStatus.sending)
    at = comune.now + 31 * MINUTE
    state(comune, Level.gialla, at, hours=(0, 18), days=0)
    counts = []
    for minutes in (1, 6, 11, 71):
        urgent(comune, at + minutes * MINUTE)
        with comune.look() as session:
            told = session.exec(select(Letter).where(Letter.kind == "allerta_cambiata")).all()
            counts.append(len(told))
    assert counts[0] == len(letters(comune)) > 0
    assert set(counts) == {counts[0]}
    state(comune, Level.gialla, at + timedelta(minutes=75), hours=(0, 15), days=0)
    urgent(comune, at + timedelta(minutes=76))
    with comune.look() as session:
        assert len(session.exec(select(Letter).where(Letter.kind == "allerta_cambiata")).all()) > counts[0]


def test_what_is_taken_back_on_its_way_is_told_at_once(comune: Comune) -> None:
    number = approved(comune, orange(comune))
    comune.move(number, BulletinStatus.sending)
    comune.move(number, BulletinStatus.stopped)
    of_it = select(Letter).where(Letter.bulletin_id == number)
    with comune.look() as session:
        before = len(session.exec(of_it).all())
    troubles = act(comune.settings, comune.engine, Round(taken_back=[number]), now=comune.now)
    assert troubles == ["la posta di prova non è ancora partita (python -m flows run)"]
    with comune.look() as session:
        assert len(session.exec(of_it).all()) > before


def test_one_bulletin_that_cannot_be_judged_holds_up_no_other(comune: Comune) -> None:
    """Words that are missing for one kind, say."""
    state(comune, Level.gialla, comune.now - 10 * MINUTE)
    bad = ordinary(comune, comune.now + 60 * MINUTE)
    words = {**comune.settings.texts["allerta_cambiata"]}
    del words["ordinary"]
    comune.settings.texts = {**comune.settings.texts, "allerta_cambiata": words}
    now = orange(comune)
    good = approved(comune, now)
    state(comune, Level.verde, now + 5 * MINUTE)
    done = urgent(comune, now + 6 * MINUTE)
    assert done.taken_back == [good]
    assert comune.bulletin(bad).status == BulletinStatus.approved, "nothing of it was half done"
    with pytest.raises(ExceptionGroup) as told:
        act(comune.settings, comune.engine, done, now=now + 6 * MINUTE)
    (error,) = told.value.exceptions
    assert (type(error), f"bulletin {bad}" in error.__notes__[0]) == (KeyError, True)
    with pytest.raises(ExceptionGroup):
        collect.take_back(comune.settings, comune.engine, now=now + 7 * MINUTE)
