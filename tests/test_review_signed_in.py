"""Who has signed in is known by what the door wrote down: no form asks for a name or a code, nobody borrows
another's word, and what cannot be taken back asks them to prove it once more.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from db import acts as stored
from db import bulletins
from db.engine import transaction
from db.models import Approval, BulletinStatus
from flows.accounts import asked
from flows.approve import record
from flows.cli.history import history
from flows.deploy import form as start_form
from flows.dispatch import resume
from flows.door import keys
from flows.door.environment import given_to
from flows.door.people import PROOF_LASTS
from flows.door.sealed_code import NO_CODE, OF_THE_PERSON, OPERATOR, Proof
from flows.machine import secret_files
from flows.review import acts, codes
from flows.review.acts import NotProvedError, going_on
from flows.runs.forms import Confirmation
from flows.sending.certificate import draw_up, printed, proofs, unproved
from flows.sending.seal import not_as_approved
from flows.settings import Settings
from tests.test_review_acts import DEEDS, FAILED, Deed, _nonostante, _ritenta, rows, sent, state
from tests.test_sending_overrides import ask_codes
from tests.world.builders import NOW
from tests.world.code_secrets import ANNA, BRUNO
from tests.world.comune import APPROVE, SAVE, Comune
from tests.world.people import pressed

LONG_AGO = PROOF_LASTS + timedelta(seconds=1)


def signs_in(settings: Settings) -> None:
    (settings.state / keys.ACCOUNTS).write_text("made up")


@pytest.fixture
def known(asking: Settings) -> Settings:
    """A profile that asks for codes, where persons sign in."""
    signs_in(asking)
    return asking


@pytest.fixture(params=DEEDS)
def deed(request: pytest.FixtureRequest, known: Settings, sqlite: Engine) -> tuple[Deed, str, int]:
    act, verb, status, left = DEEDS[request.param]
    return act, verb, sent(known, sqlite, status, left=left)


# ---------------------------------------------------------------- what a person starts


def test_what_the_door_saw_proves_an_act_once(
    known: Settings, sqlite: Engine, deed: tuple[Deed, str, int]
) -> None:
    act, verb, number = deed
    given = pressed(known, sqlite, ANNA.id, NOW)
    act(known, sqlite, number, ANNA.name, given)
    (done,), used, wrong = rows(sqlite)
    assert (done.verb, done.name, done.at, used, wrong) == (verb, ANNA.name, NOW, 0, 0)
    if done.bulletin_id is not None:
        assert f"Anna Redazione, «{verb}» (accesso verificato)" in history(sqlite, number)
    with pytest.raises(NotProvedError, match="Questo è già stato fatto"):
        _nonostante(known, sqlite, number, ANNA.name, given)
    assert len(rows(sqlite)[0]) == 1


def test_nobody_acts_whom_the_door_did_not_see(
    known: Settings, sqlite: Engine, deed: tuple[Deed, str, int]
) -> None:
    act, _, number = deed
    before = state(sqlite)
    annas = pressed(known, sqlite, ANNA.id, NOW)
    with pytest.raises(NotProvedError, match="Non si sa chi l'ha chiesto"):
        act(known, sqlite, number, ANNA.name, NO_CODE)
    with pytest.raises(NotProvedError, match="ma nel modulo c'è un altro nome"):
        act(known, sqlite, number, BRUNO.name, annas)
    for stolen in (replace(annas, person=BRUNO.id), replace(annas, act="porta-2"), replace(annas, act="")):
        name = BRUNO.name if stolen.person == BRUNO.id else ANNA.name
        with pytest.raises(NotProvedError, match="la riga che lo diceva manca, o è stata cambiata"):
            act(known, sqlite, number, name, stolen)
    assert (rows(sqlite), state(sqlite)) == (([], 0, 0), before)


@pytest.mark.parametrize("change", ["person = 'bruno-vice'", "proved_at = at", "at = proved_at", "mac = ''"])
def test_a_row_that_somebody_altered_proves_nobody(known: Settings, sqlite: Engine, change: str) -> None:
    number = sent(known, sqlite, FAILED, left=BulletinStatus.stopped)
    given = pressed(known, sqlite, ANNA.id, NOW, proved=LONG_AGO)
    with transaction(sqlite) as session:
        session.connection().execute(text(f"UPDATE dooract SET {change}"))  # noqa: S608  of this list
    who = "bruno-vice" if "bruno" in change else ANNA.id
    with pytest.raises(NotProvedError, match="è stata cambiata"):
        acts.decide(
            known,
            sqlite,
            number,
            who=BRUNO.name if "bruno" in change else ANNA.name,
            proof=replace(given, person=who),
            now=NOW,
        )


def test_only_what_cannot_be_taken_back_asks_to_prove_it_again(
    known: Settings, sqlite: Engine, deed: tuple[Deed, str, int], request: pytest.FixtureRequest
) -> None:
    act, _, number = deed
    sends = ("ritenta", "riprendi", "riprendi nonostante", "incerti: rimanda")
    is_final = request.node.callspec.params["deed"] in sends
    given = pressed(known, sqlite, ANNA.id, NOW, proved=LONG_AGO)
    if not is_final:
        act(known, sqlite, number, ANNA.name, given)
        return
    with pytest.raises(
        NotProvedError, match=r"più di 15 minuti .* apri http\S+/accesso/codice e conferma che sei tu"
    ):
        act(known, sqlite, number, ANNA.name, given)
    assert rows(sqlite) == ([], 0, 0)
    fresh = pressed(known, sqlite, ANNA.id, NOW, key="porta-2", proved=PROOF_LASTS)
    act(known, sqlite, number, ANNA.name, fresh)


def test_where_the_profile_asks_for_no_codes_nobody_proves_it_again(known: Settings, sqlite: Engine) -> None:
    number = sent(known, sqlite, FAILED, left=BulletinStatus.stopped)
    trusting = known.profile.model_copy(update={"codes": False})
    here = Settings(trusting, known.path, known.state, known.database)
    _nonostante(here, sqlite, number, ANNA.name, pressed(here, sqlite, ANNA.id, NOW, proved=LONG_AGO))


def test_the_operator_acts_as_before(known: Settings, sqlite: Engine) -> None:
    number = sent(known, sqlite, FAILED, left=BulletinStatus.stopped)
    _nonostante(known, sqlite, number, ANNA.name, OPERATOR)
    assert "dalla riga di comando" in history(sqlite, number)


def test_the_send_that_follows_a_retry_is_the_same_decision(known: Settings, engine: Engine) -> None:
    number = sent(known, engine, FAILED, left=BulletinStatus.sent)
    _ritenta(known, engine, number, ANNA.name, pressed(known, engine, ANNA.id, NOW))

    def goes_on(who: str) -> bool:
        with transaction(engine) as session:
            return going_on(known, session, number, who, now=NOW) is not None

    assert (goes_on(ANNA.name), goes_on(BRUNO.name)) == (True, False)
    acts.decide(known, engine, number, who=ANNA.name, proof=NO_CODE, now=NOW)  # as the flow itself does
    with transaction(engine) as session:
        session.connection().execute(text("UPDATE dooract SET bulletin_id = bulletin_id + 1"))
    assert not goes_on(ANNA.name)


@pytest.mark.parametrize("of", ["an answer", "another moment", "another bulletin", "nothing that was used"])
def test_no_other_word_of_a_person_is_moved_to_a_retry(known: Settings, sqlite: Engine, of: str) -> None:
    """By who may write to the database, and has no key."""
    number = sent(known, sqlite, FAILED, left=BulletinStatus.stopped)
    pressed(known, sqlite, ANNA.id, NOW, use="answer" if of == "an answer" else "start")
    with transaction(sqlite) as session:
        if of != "nothing that was used":
            led_to = number + 1 if of == "another bulletin" else number
            asked.use_up(known, session, "porta-1", bulletin_id=led_to, now=NOW)
        moved = f"UPDATE dooract SET bulletin_id = {number}, used_at = COALESCE(used_at, at)"  # noqa: S608
        session.connection().execute(text(moved))
        stored.add(
            session,
            "ritenta",
            name=ANNA.name,
            at=NOW + timedelta(minutes=of == "another moment"),
            words="",
            bulletin_id=number,
            code_hash="accesso:porta-1",
            by_operator=False,
        )
    with transaction(sqlite) as session:
        assert going_on(known, session, number, ANNA.name, now=NOW + timedelta(minutes=2)) is None


def test_the_name_is_of_who_has_signed_in(known: Settings) -> None:
    annas = Proof(person=ANNA.id)
    assert acts.own_name(known, "", annas) == ANNA.name
    assert acts.own_name(known, BRUNO.name, annas) == BRUNO.name  # of a form of before: refused later
    assert acts.own_name(known, "", NO_CODE) == acts.own_name(known, "", Proof(person="carla")) == ""


# ---------------------------------------------------------------- what a person approves


def answer(
    comune: Comune, number: int, decision: str, *, run: str = "run-1", proved: timedelta = timedelta()
) -> Confirmation:
    """As it comes from a form that asks neither for a name nor for a code."""
    version = len(comune_versions(comune, number))
    given = pressed(
        comune.settings, comune.engine, ANNA.id, comune.now, key=f"{run} stamp", use="answer", proved=proved
    )
    values = {"decisione": decision, "notizia_1": comune.items(number)[0].text}
    return Confirmation(run, version, comune.now, values, person=ANNA.id, act=given.act)


def comune_versions(comune: Comune, number: int) -> list[int]:
    with comune.look() as session:
        query = text("SELECT number FROM bulletinversion WHERE bulletin_id = :id")
        return list(session.connection().execute(query, {"id": number}).scalars())


@pytest.fixture
def desk(comune: Comune) -> Comune:
    """A Comune whose editors sign in, and that asks them to prove what cannot be taken back."""
    comune.subscribe()
    comune.collect()
    ask_codes(comune)
    signs_in(comune.settings)
    return comune


def test_an_approval_is_proved_by_who_had_signed_in(desk: Comune) -> None:
    number = desk.draft(at_approval=False)
    given = answer(desk, number, APPROVE, proved=timedelta(hours=5))  # it leaves later: it can be re-opened
    assert record(desk.settings, desk.engine, number, given) == BulletinStatus.approved
    told = " ".join(history(desk.engine, number).split())
    assert "Firma: Anna Redazione approva" in told
    assert ", accesso con password e codice, prova di martedì" in told
    assert "Decisione: approvato da Anna Redazione" in told
    with desk.look() as session:
        approval = session.exec(select(Approval)).one()
        assert unproved(desk.settings, session, approval) == []
        assert proofs(desk.settings, session, approval) == {ANNA.name: "accesso con password e codice"}
        document = draw_up(desk.settings, session, number)
    assert document.signers == [ANNA.name]
    (line,) = [line for line in printed(document, at=desk.now) if line.startswith("Approvato: ")]
    assert "da Anna Redazione (accesso con password e codice, prova di martedì" in line


def test_what_leaves_at_once_is_proved_again(desk: Comune) -> None:
    number = desk.draft()
    given = answer(desk, number, APPROVE, proved=LONG_AGO)
    assert record(desk.settings, desk.engine, number, given) == BulletinStatus.in_review
    assert any("più di 15 minuti" in line for line in desk.problems(number)), desk.problems(number)
    desk.now += timedelta(minutes=1)
    given = answer(desk, number, APPROVE, run="run-2", proved=PROOF_LASTS)
    assert record(desk.settings, desk.engine, number, given) == BulletinStatus.approved


@pytest.mark.parametrize(("before", "is_final"), [(16, False), (15, True), (-1, True)])
def test_what_leaves_before_long_is_proved_again(desk: Comune, before: int, *, is_final: bool) -> None:
    """Also what was opened again, and is approved after its hour: it leaves at once then."""
    number = desk.draft(at_approval=False)
    slot = desk.bulletin(number).slot_at
    assert slot is not None
    desk.now = slot - timedelta(minutes=before)
    with desk.look() as session:
        row = bulletins.locked(session, number)
        row.deadline_at = slot + timedelta(minutes=10)
        session.add(row)
    given = answer(desk, number, APPROVE, proved=LONG_AGO)
    record(desk.settings, desk.engine, number, given)
    asked = any("più di 15 minuti" in line for line in desk.problems(number))
    assert asked == is_final, desk.problems(number)


def test_where_two_decide_each_proves_it_again(desk: Comune) -> None:
    desk.reprofile(("approvals = 1", "approvals = 2"))
    ask_codes(desk)
    number = desk.draft(at_approval=False)
    given = answer(desk, number, APPROVE, proved=LONG_AGO)
    assert record(desk.settings, desk.engine, number, given) == BulletinStatus.in_review
    assert any("più di 15 minuti" in line for line in desk.problems(number)), desk.problems(number)


@pytest.mark.parametrize("change", ["person = 'bruno-vice'", "bulletin_id = 99", "used_at = NULL", None])
def test_a_send_asks_once_more_how_its_approval_was_proved(desk: Comune, change: str | None) -> None:
    number = desk.draft()
    given = answer(desk, number, APPROVE)
    assert record(desk.settings, desk.engine, number, given) == BulletinStatus.approved
    if change:
        with transaction(desk.engine) as session:
            session.connection().execute(text(f"UPDATE dooract SET {change}"))  # noqa: S608  of this list
    with desk.look() as session:
        why = not_as_approved(desk.settings, session, desk.bulletin(number))
    assert ("non è provata da un codice né da un accesso" in why) == (change is not None), why


def test_in_spite_of_the_guard_it_is_proved_again(desk: Comune) -> None:
    number = desk.draft(at_approval=False)
    given = answer(desk, number, APPROVE, proved=LONG_AGO)
    first = desk.items(number)[0].text
    made_up = {**given.values, "notizia_1": f"{first} Costa 7.777 euro.", "fonte": "Ordinanza 3"}
    given = replace(given, values=made_up)
    assert record(desk.settings, desk.engine, number, given) == BulletinStatus.in_review
    assert any("più di 15 minuti" in line for line in desk.problems(number)), desk.problems(number)
    assert "7.777" in desk.items(number)[0].text, "nothing that was typed is lost"


def test_what_only_saves_asks_for_nothing(desk: Comune) -> None:
    number = desk.draft()
    given = answer(desk, number, SAVE, proved=LONG_AGO)
    assert record(desk.settings, desk.engine, number, given) == BulletinStatus.in_review
    assert desk.problems(number) == []
    nothing = replace(answer(desk, number, "", run="run-2"), values={})
    record(desk.settings, desk.engine, number, nothing)
    assert desk.problems(number) == ["Scegli una decisione dall'elenco."]


def test_a_stamp_that_lies_under_the_key_of_a_later_answer_is_no_proof(desk: Comune) -> None:
    number = desk.draft()
    old = answer(desk, number, APPROVE, proved=LONG_AGO)
    desk.now += timedelta(minutes=1)
    fresh = pressed(desk.settings, desk.engine, ANNA.id, desk.now, key="run-1 stamp of another", use="answer")
    given = replace(old, act=fresh.act)
    assert record(desk.settings, desk.engine, number, given) == BulletinStatus.in_review
    assert any("la riga che lo diceva manca" in line for line in desk.problems(number))


def test_an_answer_of_nobody_decides_nothing(desk: Comune) -> None:
    number = desk.draft()
    given = replace(answer(desk, number, APPROVE), person="", act="")
    given = replace(given, values={**given.values, "chi": ANNA.name, "codice": "123456"})
    assert record(desk.settings, desk.engine, number, given) == BulletinStatus.in_review
    assert any("Non si sa chi l'ha chiesto" in line for line in desk.problems(number))


# ---------------------------------------------------------------- what is asked


def test_where_persons_sign_in_no_start_form_asks_who(known: Settings) -> None:
    names = [ANNA.name, BRUNO.name]
    asked, unasked = start_form(resume, names), start_form(resume, names, who_is_asked=False)
    assert asked["properties"]["chi"]["enum"] == names
    assert asked["required"] == ["bollettino", "chi"]
    assert "default" not in asked["properties"]["chi"]
    assert asked["properties"].keys() - unasked["properties"].keys() == {*OF_THE_PERSON}
    assert unasked["required"] == ["bollettino"]


def test_no_process_has_the_secrets_of_codes_that_nobody_asks_for(asking: Settings) -> None:
    secret = {ANNA.code_variable: "made up", "BOLLETTINO_LOOKUP_KEY": "made up"}
    assert given_to("worker", secret).keys() == secret.keys()
    assert given_to("worker", secret, signs_in=True).keys() == {"BOLLETTINO_LOOKUP_KEY"}
    assert ANNA.code_variable in secret_files.required(asking.profile)
    assert ANNA.code_variable not in secret_files.required(asking.profile, signs_in=True)
    signs_in(asking)
    asking.require_codes()
    assert not codes.are_in_forms(asking)
