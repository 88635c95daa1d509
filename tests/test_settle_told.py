"""What *ritenta* says of how many it would write to again."""

from flows.settle import retry_failed
from tests.test_dispatch import approved
from tests.test_settle import ANNA, failed, send
from tests.world.comune import Comune


def test_one_message_is_told_as_one(comune: Comune) -> None:
    comune.subscribe()
    number = approved(comune)
    send(comune, number)
    failed(comune, number, {"131000": 1})
    _, said = retry_failed(comune.settings, comune.engine, number, who=ANNA, dry_run=True, now=comune.now)
    assert said == f"Bollettino {number}: si ritenterebbe 1 messaggio."
