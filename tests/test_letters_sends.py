"""Who decides of a send that has stopped: each of the editors hears one name, and nobody hears an order."""

import pytest
from sqlalchemy import Engine

from db import bulletins, days_off, mail_outbox, told_news
from db.engine import transaction
from db.models import BulletinKind, BulletinStatus
from db.vault import Vault
from flows.dispatch import begin
from flows.letters import sends
from flows.sending import restored
from flows.settings import Settings
from tests.test_dispatch import approved
from tests.test_settle import close, stopped, tell
from tests.test_settle import letters as posted
from tests.world import outbox
from tests.world.builders import NOW, make_bulletin, make_recipient
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
        rows = mail_outbox.of_bulletin(session, number, ["invio_fermato"])
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


def test_after_a_restore_whoever_runs_the_service_is_asked_before_anything(
    sqlite: Engine, settings: Settings, vault: Vault
) -> None:
    with transaction(sqlite) as session:
        people = [make_recipient(session, vault, phone=f"+3933300001{n:02}") for n in range(3)]
        bulletin = make_bulletin(session, status=BulletinStatus.sending)
        outbox.plan(session, bulletin.id, people, now=NOW)
        restored.hold(settings, session, before=NOW, now=NOW)
        sends.of_send(settings, session, bulletin, now=NOW)
        told = mail_outbox.of_bulletin(session, bulletin.id, ["invio_fermato"])
        assert len(told) == 2
        for letter in told:
            before, _, after = letter.text.partition("\n\nForse già inviati: 3. «riprendi» non scrive a loro")
            assert before.endswith("Finché non ha guardato e accettato non parte niente.")
            assert "decide un redattore, con «incerti»." in after.partition("CHE COSA SI PUÒ FARE")[0]


@pytest.mark.parametrize("reason", ["token", "stopped_by_hand"])
def test_where_nobody_is_on_duty_or_known_whoever_reads_it_first_decides(comune: Comune, reason: str) -> None:
    """Also where somebody stopped it who is no editor any more."""
    with comune.look() as session:
        for name in (ANNA, BRUNO):
            day = comune.now.date()
            days_off.enter_absence(session, editor=name, first=day, last=day, note="", now=comune.now)
    line = "Oggi nessuno è di turno: decide chi legge per primo."
    assert told(comune, by="Carla Terza", reason=reason) == {ANNA: line, BRUNO: line}


def test_of_a_correction_that_is_stopped_and_was_corrected_the_rest_can_only_be_closed(
    sqlite: Engine, settings: Settings, vault: Vault
) -> None:
    """*correggi* refuses its box for what puts right another."""
    with transaction(sqlite) as session:
        reader = make_recipient(session, vault)
        first = make_bulletin(session, kind=BulletinKind.correction, status=BulletinStatus.stopped)
        outbox.plan(session, first.id, [reader], now=NOW)
        later = make_bulletin(session, kind=BulletinKind.correction, status=BulletinStatus.sent)
        told_news.link(session, later.id, [first.id])
        (told, *_) = sends.without_anything(settings, session, later, NOW).values()
    assert "resta fermo, e 1 persona non ha ricevuto niente, nemmeno questa correzione. Chiudilo: " in told
    assert "casella" not in told


def test_the_account_of_a_closed_send_says_that_some_do_not_get_it(comune: Comune) -> None:
    number = stopped(comune, tried=2)
    close(comune, number)
    tell(comune, number)
    told = "prima della fine: 3 persone non lo ricevono. Le notizie di questo bollettino non tornano in un"
    accounts = {one.editor: one.text for one in posted(comune, "esito")}
    assert f"L'invio è stato chiuso da te {told}" in accounts.pop(ANNA)
    assert all(f"L'invio è stato chiuso da {ANNA} {told}" in text for text in accounts.values())
