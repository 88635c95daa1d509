"""Who decides of a send that has stopped: each of the editors hears one name, and nobody hears an order."""

import pytest

from db import bulletins, days_off, letters
from db.models import BulletinStatus
from flows.dispatch import begin
from flows.letters import sends
from tests.test_dispatch import approved
from tests.world.comune import Comune

ANNA, BRUNO = "Anna Redazione", "Bruno Vice"


def told(comune: Comune, *, by: str, reason: str) -> dict[str, str]:
    """By editor, what stands before the ways to go on."""
    comune.subscribe()
    number = approved(comune)
    begin(comune.settings, comune.engine, number, now=comune.now)
    with comune.look() as session:
        bulletin = bulletins.locked(session, number)
        bulletins.move(session, bulletin, BulletinStatus.stopped, by=by, now=comune.now, reason=reason)
        sends.of_send(comune.settings, session, bulletin, now=comune.now)
        rows = letters.of_bulletin(session, number, ["invio_fermato"])
        return {one.editor: one.text.partition("\n\nCHE COSA SI PUÒ FARE")[0].split("\n")[-1] for one in rows}


def test_who_stopped_a_send_decides_and_the_others_need_not(comune: Comune) -> None:
    assert told(comune, by=BRUNO, reason="stopped_by_hand") == {
        ANNA: "Decide Bruno Vice, che lo ha fermato: tu non devi fare niente. "
        "Solo se Bruno Vice non può, decidi tu.",
        BRUNO: "Decidi tu, che lo hai fermato: scegli una delle strade qui sotto.",
    }


def test_of_a_send_that_stopped_by_itself_decides_who_is_on_duty(comune: Comune) -> None:
    assert told(comune, by="invio", reason="token") == {
        ANNA: "Decidi tu, di turno: scegli una delle strade qui sotto.",
        BRUNO: "Decide chi è di turno, Anna Redazione: tu non devi fare niente. "
        "Solo se Anna Redazione non può, decidi tu.",
    }


@pytest.mark.parametrize("reason", ["token", "stopped_by_hand"])
def test_where_nobody_is_on_duty_or_known_whoever_reads_it_first_decides(comune: Comune, reason: str) -> None:
    """Also where somebody stopped it who is no editor any more."""
    with comune.look() as session:
        for name in (ANNA, BRUNO):
            day = comune.now.date()
            days_off.enter_absence(session, editor=name, first=day, last=day, note="", now=comune.now)
    line = "Oggi nessuno è di turno: decide chi legge per primo."
    assert told(comune, by="Carla Terza", reason=reason) == {ANNA: line, BRUNO: line}
