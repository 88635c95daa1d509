"""Meta's codes: what each does to a dispatch."""

import pytest

from flows.whatsapp.errors import RESENDS, TABLE, Action, classify, classify_status, explain, rule_of


@pytest.mark.parametrize(
    ("codes", "action"),
    [
        ((130429,), Action.BACK_OFF),
        ((4, 80007, 131057, 2494100), Action.PAUSE_ALL),
        ((134101,), Action.WAIT),
        ((131056,), Action.RETRY_LATER),
        ((1, 2, 131000, 131016, 133004), Action.RETRY),
        ((131048, 131064, 368, 131031, 130497, 131042), Action.STOP),
        ((190, 0, 3, 10, 200, 250, 299, 131005), Action.STOP),
        ((131045, 133010, 131037, 33, 133015), Action.STOP),
        ((132000, 132001, 132005, 132007, 132008, 132012, 132018, 100, 131008, 131009, 135000), Action.STOP),
        ((132015, 132016, 131051, 131053, 131030, 131044), Action.STOP),
        ((131063, 131055, 134100, 134102), Action.OTHER_ENDPOINT),
        ((131050,), Action.OPT_OUT),
        ((131026,), Action.STRIKE),
        ((131049, 130472, 131047, 130403, 131021, 131062), Action.SKIP),
    ],
)
def test_every_code_has_its_action(codes: tuple[int, ...], action: Action) -> None:
    assert {classify(code, 400) for code in codes} == {action}


@pytest.mark.parametrize(("code", "elsewhere"), [(131009, Action.STOP), (134101, Action.WAIT)])
def test_a_template_that_is_not_ready_on_the_marketing_path_goes_by_the_other(
    code: int, elsewhere: Action
) -> None:
    assert classify(code, 400, is_marketing=True) is Action.OTHER_ENDPOINT
    assert classify(code, 400) is elsewhere
    woken = rule_of(str(code), is_marketing=True)
    assert woken is not None
    assert woken.waits == (600, 600), "for when there is no other"


def test_the_other_codes_mean_the_same_on_the_marketing_path() -> None:
    assert classify(131042, 400, is_marketing=True) is Action.STOP
    assert all(
        classify(code, 400, is_marketing=True) is rule.action
        for code, rule in TABLE.items()
        if code not in (131009, 134101)
    )


def test_an_unknown_code_fails_its_recipient_and_is_never_sent_again() -> None:
    assert classify(999_999, 500) is Action.FAIL
    assert Action.FAIL not in RESENDS


def test_without_a_code_the_http_status_decides() -> None:
    assert [classify(None, status) for status in (401, 403, 429, 400, 500)] == [
        Action.STOP,
        Action.STOP,
        Action.PAUSE_ALL,
        Action.FAIL,
        Action.FAIL,
    ]


def test_a_failed_status_never_asks_for_a_second_sending() -> None:
    """The message was accepted once; a repeat would reach whoever got the first after all."""
    assert not {classify_status(code) for code in (*TABLE, 999_999, None)} & RESENDS
    assert classify_status(131050) is Action.OPT_OUT
    assert classify_status(132015) is Action.STOP
    assert classify_status(131000) is Action.FAIL


def test_who_may_be_sent_to_again_is_told_when_and_nobody_else() -> None:
    assert all(bool(rule.waits) == (rule.action in RESENDS) for rule in TABLE.values())
    assert TABLE[131000].waits == (5, 30, 120)
    assert TABLE[131056].waits[0] >= 60, "a pair of numbers: one message in six seconds, in bursts"
    assert TABLE[80007].waits == tuple(sorted(TABLE[80007].waits))
    assert TABLE[80007].waits[-1] == 15 * 60


def test_every_code_has_italian_words() -> None:
    assert all(rule.words and explain(str(code)) == rule.words for code, rule in TABLE.items())
    assert explain("131026") == "non consegnabile: il numero non è raggiungibile su WhatsApp"
    assert explain("999999") == "errore 999999 di WhatsApp"
    assert explain(None) == "errore senza codice"
