"""A bulletin that ended without a send: who answered too late, and what can still be done."""

import re
from datetime import datetime, timedelta

import pytest

from db import bulletins, days_off, mail_outbox
from db.models import BulletinKind, BulletinStatus
from flows.bulletin.choosing.selection import GOES_ON
from flows.letters import drafts
from flows.letters.unsent import what_now
from flows.settings import DEMO, Settings, load_profile
from tests.world.builders import NOW, make_bulletin
from tests.world.comune import APPROVE, Comune
from tests.world.desk import ANNA, BRUNO

SETTINGS = Settings(load_profile(DEMO), DEMO, DEMO)


def told(comune: Comune, number: int, kind: str, now: datetime) -> dict[str, str]:
    with comune.look() as session:
        drafts.tell_bulletin(comune.settings, session, number, now=now)
        return {letter.editor: letter.text for letter in mail_outbox.of_bulletin(session, number, [kind])}


def test_who_answered_too_late_is_told_once_and_named_to_the_others(comune: Comune) -> None:
    comune.collect("all")
    number = comune.draft(at_approval=False)
    due = comune.bulletin(number).deadline_at
    assert due is not None
    comune.answer(number, APPROVE, who=BRUNO, now=due + timedelta(minutes=2))
    assert comune.bulletin(number).status == BulletinStatus.expired
    after = due + timedelta(minutes=3)
    letter = told(comune, number, "non_approvato", after)
    assert set(letter) == {ANNA}
    assert "Avvisati: nessuno. Bruno Vice ha risposto alle " in letter[ANNA]
    receipt = told(comune, number, "troppo_tardi", after)
    assert set(receipt) == {BRUNO}
    assert "È tardi: il bollettino di " in receipt[BRUNO]
    assert "possono entrare nel bollettino di" in receipt[BRUNO]


def test_a_late_answer_of_nobody_is_told_to_nobody_as_theirs(comune: Comune) -> None:
    comune.collect("all")
    number = comune.draft(at_approval=False)
    due = comune.bulletin(number).deadline_at
    assert due is not None
    comune.answer(number, "Salva, continuo dopo", who="", now=due + timedelta(minutes=2))
    after = due + timedelta(minutes=3)
    assert set(told(comune, number, "non_approvato", after)) == {ANNA, BRUNO}
    assert told(comune, number, "troppo_tardi", after) == told(comune, number, "registrata", after) == {}


def test_who_answered_in_time_is_not_said_to_be_late(comune: Comune) -> None:
    comune.collect("all")
    number = comune.draft(at_approval=False)
    due = comune.bulletin(number).deadline_at
    assert due is not None
    comune.answer(number, "Salva, continuo dopo", who=BRUNO, now=due - timedelta(minutes=2))
    assert set(told(comune, number, "registrata", due - timedelta(minutes=1))) == {BRUNO}
    with comune.look() as session:
        bulletin = bulletins.locked(session, number)
        bulletins.move(session, bulletin, BulletinStatus.expired, by="sorveglia", now=due, reason="deadline")
    letter = told(comune, number, "non_approvato", due + timedelta(minutes=3))
    assert set(letter) == {ANNA, BRUNO}
    assert "era tardi" not in "".join(letter.values())
    assert told(comune, number, "troppo_tardi", due + timedelta(minutes=3)) == {}


def test_who_is_on_duty_hears_that_they_decide_and_what_becomes_of_the_next(comune: Comune) -> None:
    comune.collect("all")
    number = comune.draft(at_approval=False)
    due = comune.bulletin(number).deadline_at
    assert due is not None
    comune.answer(number, APPROVE, who=BRUNO, now=due + timedelta(minutes=2))
    day = comune.now.date()
    with comune.look() as session:
        days_off.enter_absence(session, editor=ANNA, first=day, last=day, note="", now=comune.now)
    after = due + timedelta(minutes=3)
    (late,) = told(comune, number, "troppo_tardi", after).values()
    (other,) = told(comune, number, "non_approvato", after).values()
    assert re.search(r"\n\nDecidi tu(, oggi)?: sei di turno\. Per mandarle prima", late)
    assert re.search(r"\n\nDecide chi è di turno(, oggi)?: Bruno Vice\. Per mandarle prima", other)
    assert GOES_ON in late


@pytest.mark.parametrize("template", [*SETTINGS.texts["dopo_la_scadenza"]])
def test_each_fixed_text_names_a_next_step(comune: Comune, template: str) -> None:
    with comune.look() as session:
        bulletin = make_bulletin(session, kind=BulletinKind.urgent, now=NOW)
        bulletin.template = template
        (words,) = what_now(
            comune.settings, session, bulletin, comune.settings.profile.editors[:1], now=NOW
        ).values()
    assert f"{comune.settings.newsroom}/comando/" in words
    assert "{" not in words


def test_every_template_that_has_a_deadline_of_its_own_is_there() -> None:
    fixed = {name for name in SETTINGS.texts["modelli"] if not name.startswith("bollettino_")}
    service = {"iscrizione_attiva", "redazione_urgente"}  # to one person, from no draft
    assert set(SETTINGS.texts["dopo_la_scadenza"]) == fixed - service
