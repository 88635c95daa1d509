"""What answers mean for a message and for the sender: the error table at work, and the circuit breaker."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from db.models import Outcome
from flows.sending.judge import LOST_IN_A_ROW, RESTS, Judge, Posted, Verdict
from flows.whatsapp.client import Outcome as Answer
from flows.whatsapp.errors import TABLE, Action, classify
from flows.whatsapp.messages import Category

ACCEPTED = Answer("accepted", wamid="wamid.a", http_status=200)
LOST = Answer("uncertain", reason="ServerDisconnectedError")
UNREACHED = Answer("not_sent", reason="ClientConnectorError")


def refused(code: int) -> Answer:
    return Answer("refused", code=str(code), action=classify(code, 400), http_status=400)


def judged(
    judge: Judge,
    answers: Sequence[Answer],
    now: datetime,
    *,
    tried: int = 0,
    category: Category = "MARKETING",
) -> Verdict:
    """All left in the judge's present round; each had met its code `tried` times before."""
    posted = [
        Posted(uuid4(), number, number, category, judge.round, answer)
        for number, answer in enumerate(answers)
    ]
    met = {(one.delivery_id, one.answer.code or one.answer.reason or ""): tried for one in posted}
    return judge.judge(posted, met, now)


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
    verdict = judged(Judge("MARKETING"), [refused(130429), ACCEPTED], now)
    assert verdict.slow
    assert [one.outcome for one in verdict.results] == [Outcome.not_sent, Outcome.accepted]
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
    assert judged(judge, [refused(code)], now).stop is not None


def test_an_acceptance_between_two_pauses_begins_again(now: datetime) -> None:
    judge = Judge("MARKETING")
    first = judged(judge, [refused(80007)], now).pause
    judged(judge, [ACCEPTED], now)
    assert judged(judge, [refused(80007)], now).pause == first


@pytest.mark.parametrize(
    "answer",
    [
        Answer("refused", code="4", action=Action.PAUSE_ALL, http_status=429, retry_after=700.0),
        Answer("uncertain", http_status=503, reason="a page", retry_after=700.0),
        Answer("refused", code="131000", action=Action.RETRY, http_status=500, retry_after=700.0),
    ],
)
def test_the_wait_that_the_provider_asks_for_is_kept(answer: Answer, now: datetime) -> None:
    assert judged(Judge("MARKETING"), [answer], now).pause == 700.0


@pytest.mark.parametrize("code", sorted(code for code, rule in TABLE.items() if rule.action == Action.STOP))
def test_what_is_the_same_for_everybody_stops_at_once_and_burns_nobody(code: int, now: datetime) -> None:
    verdict = judged(Judge("MARKETING"), [ACCEPTED, refused(code), refused(code)], now)
    assert verdict.stop == f"{TABLE[code].words} (codice {code})."
    assert [one.outcome for one in verdict.results] == [Outcome.accepted, Outcome.not_sent, Outcome.not_sent]


@pytest.mark.parametrize(
    "code", sorted(code for code, rule in TABLE.items() if rule.action == Action.OTHER_ENDPOINT)
)
def test_the_other_endpoint_is_taken_once(code: int, now: datetime) -> None:
    judge = Judge("MARKETING")
    assert judged(judge, [refused(code)] * 3, now).stop is None
    assert judge.category == "UTILITY"
    assert judged(judge, [refused(code)], now, category="MARKETING").stop is None, "it left before"
    assert judge.category == "UTILITY"
    verdict = judged(judge, [refused(code)], now, category="UTILITY")
    assert verdict.stop is not None
    assert [one.outcome for one in verdict.results] == [Outcome.not_sent]


def test_who_cannot_be_reached_fails_alone(now: datetime) -> None:
    verdict = judged(Judge("MARKETING"), [refused(131026), refused(131050), refused(131049)], now)
    assert [one.outcome for one in verdict.results] == [Outcome.refused] * 3
    assert (verdict.struck, verdict.opted_out, verdict.stop) == ([0], [1], None)


def test_one_or_two_unknown_codes_fail_and_three_alike_stop(now: datetime) -> None:
    judge = Judge("MARKETING")
    assert judged(judge, [refused(777_777)] * 2, now).results == [], "not before others get through"
    verdict = judged(judge, [ACCEPTED], now)
    assert sorted(one.outcome for one in verdict.results) == ["accepted", "refused", "refused"]
    verdict = judged(judge, [refused(777_777)] * 4, now)
    assert verdict.stop == "errore 777777 di WhatsApp (codice 777777)."
    assert [one.outcome for one in verdict.results] == [Outcome.not_sent] * 4
    alone = Judge("MARKETING")
    judged(alone, [refused(777_777)], now)
    assert [one.outcome for one in alone.close().results] == [Outcome.refused]


@pytest.mark.parametrize("trouble", [LOST, UNREACHED, refused(131000)])
def test_the_circuit_opens_rests_tries_one_and_closes_or_stops(trouble: Answer, now: datetime) -> None:
    judge = Judge("MARKETING")
    judged(judge, [trouble] * (LOST_IN_A_ROW - 1), now)
    assert (judge.rest, judge.probing) == (0.0, False)
    posted = [Posted(uuid4(), number, number, "MARKETING", judge.round, trouble) for number in range(30)]
    assert judge.judge(posted, {}, now).stop is None, "what was on its way is no trial"
    assert (judge.rest, judge.probing) == (RESTS[0], True)
    for rest in RESTS[1:]:
        assert judged(judge, [trouble], now).stop is None
        assert judge.rest == rest
    judged(judge, [ACCEPTED], now)
    assert (judge.rest, judge.probing) == (0.0, False)
    judged(judge, [trouble] * LOST_IN_A_ROW, now)
    for _ in RESTS[1:]:
        judged(judge, [trouble], now)
    stop = judged(judge, [trouble], now).stop
    assert stop == "23 invii di fila senza una risposta chiara: controlla l'indirizzo dell'API."


def test_what_was_never_reached_is_nobodys_failure_however_often(now: datetime) -> None:
    (result,) = judged(Judge("MARKETING"), [UNREACHED], now, tried=99).results
    assert result.outcome == Outcome.not_sent
