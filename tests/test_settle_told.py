"""Of messages that failed by a passing trouble: what *ritenta* says, and the letter of the send's end."""

import pytest

from flows.settle import retry_failed
from tests.test_correct_twice import gone
from tests.test_dispatch import approved
from tests.test_settle import ANNA, close, failed, letters, send, stopped, tell
from tests.world.comune import Comune


def test_one_message_is_told_as_one(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    send(comune, number)
    failed(comune, number, {"131000": 1})
    _, said = retry_failed(comune.settings, comune.engine, number, who=ANNA, dry_run=True, now=comune.now)
    assert said == f"Bollettino {number}: si ritenterebbe 1 messaggio."


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ({"131000": 1}, " A 1 di questi si può mandare di nuovo"),
        ({"131000": 2, "131026": 1}, " A 2 di questi si può mandare di nuovo"),
        ({"131026": 2}, ""),
    ],
)
def test_the_letter_says_to_how_many_it_can_be_sent_again(
    comune: Comune, codes: dict[str, int], words: str
) -> None:
    comune.subscribe()
    number = approved(comune)
    send(comune, number)
    failed(comune, number, codes)
    tell(comune, number)
    text = letters(comune, "esito")[0].text
    (line,) = [line for line in text.splitlines() if line.startswith("Non arrivati:")]
    assert (f".{words}, perché" in line) if words else ("ritenta" not in line)
    assert line.endswith("/comando/ritenta") is bool(words)


def test_of_a_corrected_send_nothing_is_to_be_sent_again(comune: Comune) -> None:
    number = stopped(comune, tried=2)
    gone(comune, number)
    failed(comune, number, {"131000": 1})
    close(comune, number)
    tell(comune, number)
    assert "ritenta" not in letters(comune, "esito")[0].text
