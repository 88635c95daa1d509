"""What answers mean for a message and for the sender: the error table at work, and the circuit breaker."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from db.models import Outcome
from flows.sending.judge import LOST_IN_A_ROW, RESTS, Exchange, Judge, Ruling
from flows.whatsapp.client import PostOutcome
from flows.whatsapp.errors import ON_MARKETING, PAUSES, TABLE, UNREACHED, Action, classify
from flows.whatsapp.messages import Category

ACCEPTED = PostOutcome("accepted", wamid="wamid.a", http_status=200)
LOST = PostOutcome("uncertain", reason="ServerDisconnectedError")
NOT_REACHED = PostOutcome("not_sent", reason="ClientConnectorError")


def refused(code: int) -> PostOutcome:
    return PostOutcome("refused", code=str(code), action=classify(code, 400), http_status=400)


def judged(
    judge: Judge,
    answers: Sequence[PostOutcome],
    now: datetime,
    *,
    tried: int = 0,
    category: Category = "MARKETING",
    before: int = 0,
) -> Ruling:
    """All left in the judge's present round, or `before` it; each had met its code `tried` times before."""
    posted = [
        Exchange(uuid4(), number, number, category, judge.round - before, answer)
        for number, answer in enumerate(answers)
    ]
    met = {(one.delivery_id, one.answer.code or one.answer.reason or ""): tried for one in posted if tried}
    return judge.judge(posted, met, now)


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        (ACCEPTED, Outcome.accepted, None),
        (LOST, Outcome.uncertain, "ServerDisconnectedError"),
        (NOT_REACHED, Outcome.not_sent, "ClientConnectorError"),
        (refused(131026), Outcome.refused, "131026"),
    ],
)
def test_what_was_answered_is_stored_of_that_very_message(
    answer: PostOutcome, outcome: Outcome, code: str | None, now: datetime
) -> None:
    one = Exchange(uuid4(), 7, 8, "MARKETING", 0, answer)
    verdict = Judge("MARKETING").judge([one], {}, now)
    (stored,) = verdict.results
    found = (stored.attempt_id, stored.outcome, stored.wamid, stored.code)
    assert found == (one.attempt_id, outcome, answer.wamid, code)
    assert (verdict.pause, verdict.wait, verdict.slow, verdict.stop) == (0.0, 0.0, False, None)


@pytest.mark.parametrize("code", sorted(code for code, rule in TABLE.items() if rule.action == Action.RETRY))
def test_trouble_at_the_provider_is_tried_again_after_5_30_and_120_seconds(code: int, now: datetime) -> None:
    waits = []
    for tried in range(3):
        (result,) = judged(Judge("MARKETING"), [refused(code)], now, tried=tried).results
        assert result.outcome == Outcome.not_sent
        assert result.due_at is not None
        waits.append(result.due_at - now)
    assert waits == [timedelta(seconds=seconds) for seconds in (5, 30, 120)]
    (last,) = judged(Judge("MARKETING"), [refused(code)], now, tried=3).results
    assert (last.outcome, last.code) == (Outcome.refused, str(code))


def test_too_fast_slows_everybody_down_and_loses_nobody(now: datetime) -> None:
    verdict = judged(Judge("MARKETING"), [refused(130429), ACCEPTED, refused(131026), refused(131000)], now)
    assert verdict.slow
    outcomes = [one.outcome for one in verdict.results]
    assert outcomes == [Outcome.not_sent, Outcome.accepted, Outcome.refused, Outcome.not_sent]
    assert verdict.results[0].due_at is not None
    assert 1 <= (verdict.results[0].due_at - now).total_seconds() <= 2


@pytest.mark.parametrize(
    "code", sorted(code for code, rule in TABLE.items() if rule.action == Action.PAUSE_ALL)
)
def test_a_pause_of_all_grows_each_time_and_becomes_a_stop(code: int, now: datetime) -> None:
    judge = Judge("MARKETING")
    pauses = []
    for _ in TABLE[code].waits:
        verdict = judged(judge, [refused(code)] * 5, now)
        assert verdict.stop is None
        assert {one.outcome for one in verdict.results} == {Outcome.not_sent}
        pauses.append(verdict.pause)
    assert tuple(pauses) == TABLE[code].waits, "five messages that were on their way are one pause"
    last = judged(judge, [refused(code)], now)
    assert last.stop is not None
    assert last.pause == 0.0, "whom the same number still serves waits for nothing"


def test_a_pause_without_a_code_grows_and_becomes_a_stop_too(now: datetime) -> None:
    judge, busy = Judge("MARKETING"), PostOutcome("refused", action=Action.PAUSE_ALL, http_status=429)
    assert tuple(judged(judge, [busy], now).pause for _ in PAUSES) == PAUSES
    assert judged(judge, [refused(4)], now).pause == PAUSES[0], "another trouble begins its own row"
    stop = judged(judge, [busy], now).stop
    assert stop is not None
    assert "codice 429" in stop


def test_what_had_left_before_a_pause_asks_for_no_second_one(now: datetime) -> None:
    judge = Judge("MARKETING")
    judged(judge, [refused(80007)], now)
    late = judged(judge, [refused(80007)] * 3, now, before=1)
    assert (late.pause, late.wait, late.stop) == (0.0, 0.0, None)
    assert {(one.outcome, one.due_at) for one in late.results} == {(Outcome.not_sent, None)}
    assert judged(judge, [refused(80007)], now).pause == PAUSES[1]


def test_an_acceptance_between_two_pauses_begins_again(now: datetime) -> None:
    judge = Judge("MARKETING")
    first = judged(judge, [refused(80007)], now).pause
    judged(judge, [ACCEPTED], now)
    assert judged(judge, [refused(80007)], now).pause == first


@pytest.mark.parametrize(
    "answer",
    [
        PostOutcome("refused", code="4", action=Action.PAUSE_ALL, http_status=429, retry_after=700.0),
        PostOutcome("uncertain", http_status=503, reason="a page", retry_after=700.0),
        PostOutcome("refused", code="131000", action=Action.RETRY, http_status=500, retry_after=700.0),
    ],
)
def test_the_wait_that_the_provider_asks_for_is_kept(answer: PostOutcome, now: datetime) -> None:
    assert judged(Judge("MARKETING"), [answer], now).pause == 700.0


@pytest.mark.parametrize("code", sorted(code for code, rule in TABLE.items() if rule.action == Action.STOP))
def test_what_is_the_same_for_everybody_stops_at_once_and_burns_nobody(code: int, now: datetime) -> None:
    judge = Judge("UTILITY")
    verdict = judged(judge, [ACCEPTED, refused(code), refused(code)], now, category="UTILITY")
    assert verdict.stop == f"{TABLE[code].words} (codice {code})."
    assert [one.outcome for one in verdict.results] == [Outcome.accepted, Outcome.not_sent, Outcome.not_sent]
    assert {one.due_at for one in verdict.results} == {None}, "who resumes it waits for nothing"


@pytest.mark.parametrize(
    "code", sorted(code for code, rule in TABLE.items() if rule.action == Action.OTHER_ENDPOINT)
)
def test_the_other_endpoint_is_taken_once(code: int, now: datetime) -> None:
    judge = Judge("MARKETING")
    assert judged(judge, [refused(code)] * 3, now).stop is None
    assert judge.category == "UTILITY"
    assert judged(judge, [refused(code)], now, category="MARKETING").stop is None, "it left before"
    assert judge.category == "UTILITY"
    verdict = judged(judge, [refused(134100), refused(131063)], now, category="UTILITY")
    assert verdict.stop is not None
    assert f"codice {code}" in verdict.stop, "why the other way was tried"
    verdict = judged(judge, [refused(code)], now, category="UTILITY")
    assert [one.outcome for one in verdict.results] == [Outcome.not_sent]


def test_a_template_that_became_marketing_goes_by_that_way(now: datetime) -> None:
    judge = Judge("UTILITY")
    assert judged(judge, [refused(134100)] * 2, now, category="UTILITY").stop is None
    assert judge.category == "MARKETING"


def asleep(code: int) -> PostOutcome:
    action = classify(code, 400, is_marketing=True)
    return PostOutcome("refused", code=str(code), action=action, http_status=400)


@pytest.mark.parametrize("code", [131009, 134101])
def test_a_template_that_sleeps_goes_by_the_other_way_and_holds_up_nobody(code: int, now: datetime) -> None:
    judge = Judge("MARKETING")
    verdict = judged(judge, [asleep(code)] * 3, now)
    assert (verdict.pause, verdict.wait, verdict.stop) == (0.0, 0.0, None)
    assert {(one.outcome, one.due_at) for one in verdict.results} == {(Outcome.not_sent, None)}
    assert judge.category == "UTILITY"
    assert judged(judge, [ACCEPTED], now, category="UTILITY").stop is None


@pytest.mark.parametrize("code", [131009, 131063, 132001, 190])
def test_a_template_that_neither_way_takes_stops_with_both_words(code: int, now: datetime) -> None:
    judge = Judge("MARKETING")
    judged(judge, [asleep(131009)], now)
    verdict = judged(judge, [refused(code)], now, category="UTILITY")
    slept = "modello non usato da giorni: WhatsApp lo sta preparando (codice 131009)."
    assert verdict.stop == f"{slept} Per l'altra via: {TABLE[code].words} (codice {code})."
    assert [one.outcome for one in verdict.results] == [Outcome.not_sent]


@pytest.mark.parametrize("code", [131009, 134101])
def test_from_the_day_without_another_way_its_own_send_alone_waits(code: int) -> None:
    judge, now = Judge("MARKETING"), datetime(2027, 10, 13, 9, 0, tzinfo=UTC)
    first = judged(judge, [asleep(code)] * 3, now)
    assert (first.wait, first.pause, first.stop, judge.category) == (600, 0.0, None, "MARKETING")
    assert [one.outcome for one in first.results] == [Outcome.not_sent] * 3
    second = judged(judge, [asleep(code)], now + timedelta(minutes=10))
    assert (second.wait, second.pause) == (600, 0.0)
    last = judged(judge, [asleep(code)], now + timedelta(minutes=20))
    assert last.stop is not None
    assert f"codice {code}" in last.stop
    day_before = now - timedelta(days=1)
    assert judged(Judge("MARKETING"), [asleep(code)], day_before).wait == 0.0


@pytest.mark.parametrize(
    "code",
    sorted(
        code
        for code, rule in (TABLE | ON_MARKETING).items()
        if rule.action == Action.OTHER_ENDPOINT and len(rule.waits) == 1
    ),
)
def test_what_no_waiting_helps_still_takes_the_other_way_after_that_day(code: int) -> None:
    judge, now = Judge("MARKETING"), datetime(2027, 10, 13, 9, 0, tzinfo=UTC)
    assert judged(judge, [asleep(code)], now).stop is None
    assert judge.category == "UTILITY"


def test_a_template_that_is_not_ready_on_the_only_way_lets_its_own_send_wait(now: datetime) -> None:
    judge = Judge("UTILITY")
    for _ in TABLE[134101].waits:
        verdict = judged(judge, [refused(134101)] * 2, now, category="UTILITY")
        assert (verdict.wait, verdict.pause, verdict.stop) == (600, 0.0, None)
    assert judged(judge, [refused(134101)], now, category="UTILITY").stop is not None


def test_an_address_that_does_not_exist_stops_at_once_and_loses_nobody(now: datetime) -> None:
    nowhere = PostOutcome("not_sent", action=Action.STOP, http_status=404, reason="HTTP 404")
    verdict = judged(Judge("MARKETING"), [nowhere] * 2, now)
    assert verdict.stop == "l'indirizzo dell'API non esiste (HTTP 404): va corretto nel profilo."
    assert [(one.outcome, one.due_at) for one in verdict.results] == [(Outcome.not_sent, None)] * 2


def test_a_provider_that_asks_for_more_than_an_hour_in_all_stops_the_send(now: datetime) -> None:
    judge, wait = (
        Judge("MARKETING"),
        PostOutcome("uncertain", http_status=503, reason="a page", retry_after=1500.0),
    )
    assert judged(judge, [wait], now).stop is None
    assert judged(judge, [wait], now + timedelta(seconds=1)).stop is None, "the same pause, a second longer"
    assert judged(judge, [ACCEPTED], now + timedelta(minutes=26)).stop is None
    assert judged(judge, [wait], now + timedelta(minutes=26)).stop is None
    last = judged(judge, [wait], now + timedelta(minutes=52)).stop
    assert last == "WhatsApp chiede di aspettare per più di un'ora in tutto."
    assert judged(Judge("MARKETING"), [replace(wait, retry_after=3600.0)], now).stop is None
    assert judged(Judge("MARKETING"), [replace(wait, retry_after=9e9)], now).stop is None, "an hour at most"


def test_who_cannot_be_reached_fails_alone(now: datetime) -> None:
    verdict = judged(Judge("MARKETING"), [refused(131026), refused(131050), refused(131049)], now)
    assert [one.outcome for one in verdict.results] == [Outcome.refused] * 3
    assert (verdict.struck, verdict.opted_out, verdict.stop) == ([0], [1], None)


def test_one_or_two_unknown_codes_fail_and_three_alike_stop(now: datetime) -> None:
    judge = Judge("MARKETING")
    assert judged(judge, [refused(777_777)] * 2, now).results == [], "not before others get through"
    verdict = judged(judge, [ACCEPTED], now)
    assert sorted(one.outcome for one in verdict.results) == ["accepted", "refused", "refused"]
    verdict = judged(judge, [refused(777_777)] * 3, now)
    assert verdict.stop == "errore 777777 di WhatsApp (codice 777777)."
    assert [one.outcome for one in verdict.results] == [Outcome.not_sent] * 3
    late = judged(judge, [refused(777_777)], now).results
    assert [one.outcome for one in late] == [Outcome.not_sent], "it was on its way"
    alone = Judge("MARKETING")
    judged(alone, [refused(777_777)], now)
    assert [one.outcome for one in alone.close().results] == [Outcome.refused]


def test_two_unknown_codes_show_that_each_is_one_persons_own(now: datetime) -> None:
    judge = Judge("MARKETING")
    verdict = judged(judge, [refused(777_777), refused(888_888)], now)
    assert [(one.outcome, one.code) for one in verdict.results] == [(Outcome.refused, "777777")]
    assert (verdict.stop, judge.holds_back) == (None, True)
    assert [one.code for one in judge.close().results] == ["888888"]


@pytest.mark.parametrize("trouble", [LOST, NOT_REACHED, refused(131000)])
def test_the_circuit_opens_rests_tries_one_and_closes_or_stops(trouble: PostOutcome, now: datetime) -> None:
    judge = Judge("MARKETING")
    judged(judge, [trouble] * (LOST_IN_A_ROW - 1), now)
    assert (judge.rest, judge.probing) == (0.0, False)
    posted = [Exchange(uuid4(), number, number, "MARKETING", judge.round, trouble) for number in range(30)]
    assert judge.judge(posted, {}, now).stop is None, "what was on its way is no trial"
    assert (judge.rest, judge.probing) == (RESTS[0], True)
    for rest in RESTS[1:]:
        assert judged(judge, [trouble], now).stop is None
        assert judge.rest == rest
    judged(judge, [ACCEPTED], now)
    assert (judge.rest, judge.probing) == (0.0, False)
    judged(judge, [trouble] * (LOST_IN_A_ROW - 1), now)
    assert (judge.rest, judge.probing) == (0.0, False)
    judged(judge, [trouble], now)
    assert (judge.rest, judge.probing) == (RESTS[0], True)
    for _ in RESTS[1:]:
        judged(judge, [trouble], now)
    stop = judged(judge, [trouble], now).stop
    assert stop == "23 invii di fila senza una risposta chiara: controlla l'indirizzo dell'API."


def test_what_was_on_its_way_is_no_trial_after_a_pause_either(now: datetime) -> None:
    judge = Judge("MARKETING")
    judged(judge, [refused(80007)], now)
    posted = [Exchange(uuid4(), number, number, "MARKETING", judge.round, LOST) for number in range(30)]
    assert judge.judge(posted, {}, now).stop is None
    assert (judge.rest, judge.probing) == (RESTS[0], True)


@pytest.mark.parametrize(("tried", "seconds"), [*enumerate(UNREACHED.waits), (99, UNREACHED.waits[-1])])
def test_what_was_never_reached_is_nobodys_failure_however_often(
    tried: int, seconds: float, now: datetime
) -> None:
    (result,) = judged(Judge("MARKETING"), [NOT_REACHED], now, tried=tried).results
    assert (result.outcome, result.due_at) == (Outcome.not_sent, now + timedelta(seconds=seconds))
