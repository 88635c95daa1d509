"""What an act leaves behind, to the last column, and by what the door's row proves who somebody is."""

from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import acts as stored
from db.engine import transaction
from db.models import Act, BulletinStatus, DoorAct, UsedCode
from flows.accounts import asked
from flows.accounts.asked import LOST
from flows.accounts.keys import vault_of
from flows.bulletin.status import BY_OPERATOR
from flows.door.people import PROOF_LASTS
from flows.door.sealed_code import NO_CODE, Proof
from flows.review import acts, codes
from flows.review.acts import NotProvedError, Person, last_proof, note
from flows.review.codes import ALREADY, NOT_SIGNED_IN, Judged, Verdict
from flows.settings import Settings
from tests.test_review_codes import code
from tests.test_review_signed_in import signs_in
from tests.world.builders import NOW, make_bulletin
from tests.world.code_secrets import ANNA, BRUNO
from tests.world.people import pressed
from tests.world.sends import make_send

AT = NOW + timedelta(minutes=4)
SECOND = timedelta(seconds=1)
WORDS = "Chiusura martedì 1 dicembre. Nessun bollettino. Poi si riprende."


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Letters as they were asked for."""
    letters = Mock()
    monkeypatch.setattr(acts, "tell", letters)
    return letters


def test_an_act_is_stored_with_its_proof_and_told_to_all(
    asking: Settings, sqlite: Engine, told: Mock
) -> None:
    with transaction(sqlite) as session:
        number = make_bulletin(session).id
        judged = codes.judge(asking, session, ANNA, Proof(code(AT), AT), at=AT, approves=False)
        act = note(asking, session, Person(ANNA.name, judged), "chiusura", WORDS, bulletin_id=number, now=NOW)
        told.assert_called_once_with(
            asking,
            session,
            "atto",
            asking.profile.editors,
            {
                "chi": ANNA.name,
                "verbo": "chiusura",
                "quando": "martedì 24 novembre, ore 10:34",
                "prova": "codice verificato",
                "in_breve": "chiusura martedì 1 dicembre",
                "parole": WORDS,
            },
            about=f"act {act.id}",
            bulletin_id=number,
            now=NOW,
        )
    with transaction(sqlite) as session:
        row, used = session.exec(select(Act)).one(), session.exec(select(UsedCode)).one()
        assert (row.id, row.verb, row.name, row.at) == (act.id, "chiusura", ANNA.name, AT)
        assert (row.words, row.bulletin_id, row.by_operator) == (WORDS, number, False)
        assert row.code_hash == judged.proof == used.code_hash
        assert (used.editor, used.bulletin_id) == (ANNA.id, number)


def test_an_act_of_the_operator_about_no_bulletin_is_told_by_nobody_else(
    settings: Settings, sqlite: Engine, told: Mock
) -> None:
    person = Person(ANNA.name, Judged(Verdict.declared, ANNA.id, AT), by_operator=True)
    with transaction(sqlite) as session:
        act = note(settings, session, person, "ferma", "Basta", letter=False, now=NOW)
        assert (act.by_operator, act.bulletin_id, act.code_hash) == (True, None, None)
        assert not told.called
        note(settings, session, person, "ferma", "Basta", now=NOW)
        assert told.call_args.args[4]["in_breve"] == "basta"
        assert told.call_args.args[4]["prova"] == BY_OPERATOR
        assert told.call_args.kwargs["bulletin_id"] is None


def test_a_proof_that_was_used_meanwhile_proves_no_second_act(
    asking: Settings, sqlite: Engine, told: Mock
) -> None:
    signs_in(asking)
    given = pressed(asking, sqlite, BRUNO.id, AT)
    with transaction(sqlite) as session:
        by_door = codes.judge(asking, session, BRUNO, given, at=AT)
        note(asking, session, Person(BRUNO.name, by_door), "ferma", "Basta", now=NOW)
        accepted = Judged(Verdict.accepted, ANNA.id, AT, step=7, proof="hash")
        note(asking, session, Person(ANNA.name, accepted), "ferma", "Basta", now=NOW)
        for who, judged, why in (
            (BRUNO.name, by_door, ALREADY),
            (ANNA.name, accepted, "Il codice è già stato usato: aspetta quello nuovo."),
        ):
            with pytest.raises(NotProvedError) as refused:
                note(asking, session, Person(who, judged), "ferma", "Basta", now=NOW)
            assert str(refused.value) == f"{why} Non è cambiato niente."
        assert len(session.exec(select(Act)).all()) == told.call_count == 2


def test_the_last_thing_that_a_person_did_to_a_bulletin_tells_its_proof(sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number, other = make_bulletin(session).id, make_bulletin(session).id
        assert last_proof(session, number, ANNA.name) == BY_OPERATOR
        for who, bulletin_id, proof in (
            (ANNA.name, number, None),
            (ANNA.name, number, "a hash"),
            (BRUNO.name, number, "accesso:porta-1"),
            (ANNA.name, other, "accesso:porta-2"),
        ):
            stored.add(
                session,
                "ferma",
                name=who,
                at=NOW,
                words="",
                bulletin_id=bulletin_id,
                code_hash=proof,
                by_operator=False,
            )
        assert last_proof(session, number, ANNA.name) == "codice verificato"
        assert last_proof(session, number, BRUNO.name) == "accesso verificato"
        assert last_proof(session, other, BRUNO.name) == BY_OPERATOR


def judged(
    settings: Settings, engine: Engine, given: Proof, *, is_final: bool = True, at: timedelta = timedelta()
) -> Judged:
    with transaction(engine) as session:
        return codes.judge(settings, session, ANNA, given, at=AT + at, is_final=is_final)


@pytest.fixture
def known(asking: Settings) -> Settings:
    """Persons sign in, and prove again what cannot be taken back."""
    signs_in(asking)
    return asking


def test_who_had_signed_in_is_known_by_the_row_and_its_moment(known: Settings, sqlite: Engine) -> None:
    given = pressed(known, sqlite, ANNA.id, AT)
    signed = Judged(Verdict.signed_in, ANNA.id, AT, proof="accesso:porta-1")
    assert judged(known, sqlite, given) == signed
    assert judged(known, sqlite, given, at=SECOND) == signed, "a start counts from when it was asked for"


def test_who_had_not_is_nobody(known: Settings, sqlite: Engine) -> None:
    missing = Judged(Verdict.missing, ANNA.id, AT, NOT_SIGNED_IN)
    assert judged(known, sqlite, NO_CODE) == missing
    assert judged(known, sqlite, Proof(code(AT), AT)) == missing, "no code is looked at"


def test_the_row_of_another_proves_nothing(known: Settings, sqlite: Engine) -> None:
    annas = pressed(known, sqlite, ANNA.id, AT)
    brunos = pressed(known, sqlite, BRUNO.id, AT, key="porta-2")
    lost = Judged(Verdict.missing, ANNA.id, AT, LOST)
    for stolen in (
        replace(annas, person=BRUNO.id),  # the row is Anna's, who answers is not
        brunos,
        replace(annas, act="porta-2"),
        replace(annas, act="porta-3"),
    ):
        assert judged(known, sqlite, stolen) == lost


@pytest.mark.parametrize(
    ("use", "at", "passes"),
    [("answer", timedelta(), True), ("answer", SECOND, False), ("answer", -SECOND, False),
     ("start", SECOND, True)],
)  # fmt: skip
def test_an_answer_is_of_its_very_moment(
    known: Settings, sqlite: Engine, use: str, at: timedelta, *, passes: bool
) -> None:
    found = judged(known, sqlite, pressed(known, sqlite, ANNA.id, AT, use=use), at=at)
    assert found.verdict == (Verdict.signed_in if passes else Verdict.missing)
    assert found.sentence == ("" if passes else LOST)
    assert found.at == (AT if passes else AT + at)


def test_what_was_used_is_used(known: Settings, sqlite: Engine) -> None:
    given = pressed(known, sqlite, ANNA.id, AT, proved=PROOF_LASTS + SECOND)
    with transaction(sqlite) as session:
        asked.use_up(known, session, "porta-1", bulletin_id=None, now=AT)
    assert judged(known, sqlite, given, at=SECOND) == Judged(Verdict.used, ANNA.id, AT, ALREADY)


@pytest.mark.parametrize(
    ("proved", "is_final", "is_stale"),
    [
        (PROOF_LASTS, True, False),
        (PROOF_LASTS + SECOND, True, True),
        (timedelta(), True, False),
        (-SECOND, True, True),
        (PROOF_LASTS + SECOND, False, False),
    ],
    ids=["a quarter of an hour", "a second more", "just now", "after it", "what can be taken back"],
)
def test_what_is_final_was_proved_within_a_quarter_of_an_hour(
    known: Settings, sqlite: Engine, proved: timedelta, *, is_final: bool, is_stale: bool
) -> None:
    found = judged(
        known, sqlite, pressed(known, sqlite, ANNA.id, AT, proved=proved), is_final=is_final, at=SECOND
    )
    assert found.at == AT
    if not is_stale:
        assert (found.verdict, found.proof, found.sentence) == (Verdict.signed_in, "accesso:porta-1", "")
        return
    where = f"{known.prefect_origins[0]}/accesso/codice"
    assert (found.verdict, found.proof) == (Verdict.stale, None)
    assert found.sentence == (
        "Questo non si può annullare, e sono passati più di 15 minuti da quando hai dato prova di chi sei. "
        f"In un'altra scheda apri {where} e conferma che sei tu; poi chiedilo di nuovo."
    )


def test_what_tells_no_moment_of_a_proof_is_stale(known: Settings, sqlite: Engine) -> None:
    given = pressed(known, sqlite, ANNA.id, AT)
    with transaction(sqlite) as session:
        row = session.exec(select(DoorAct)).one()
        row.proved_at = None
        row.mac = asked._mac(vault_of(known.stamp_key()), row)
        session.add(row)
    assert judged(known, sqlite, given).verdict == Verdict.stale


def test_where_no_codes_are_asked_for_nothing_is_stale(known: Settings, sqlite: Engine) -> None:
    here = Settings(known.profile.model_copy(update={"codes": False}), known.path, known.state)
    given = pressed(here, sqlite, ANNA.id, AT, proved=PROOF_LASTS + SECOND)
    assert judged(here, sqlite, given).verdict == Verdict.signed_in


def decided(settings: Settings, engine: Engine, number: int, **how: bool) -> str:
    """What is stored of who lets it go."""
    acts.decide(settings, engine, number, who=ANNA.name, proof=Proof(code(AT), AT), now=AT, **how)
    with transaction(engine) as session:
        return stored.of(session, number)[-1].words


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({}, [acts.GOES_AGAIN]),
        ({"in_parts": True}, [acts.GOES_IN_PARTS]),
        ({"despite": True}, [acts.GOES_DESPITE]),
        ({"despite": True, "in_parts": True}, [acts.GOES_DESPITE, acts.GOES_IN_PARTS]),
    ],
)
def test_what_lets_it_go_says_how(
    asking: Settings, sqlite: Engine, how: dict[str, bool], words: list[str]
) -> None:
    with transaction(sqlite) as session:
        number = make_send(session, asking.vault(), [], status=BulletinStatus.stopped).id
    assert decided(asking, sqlite, number, **how) == " ".join(words)


@pytest.mark.parametrize("was_in_parts", [False, True])
@pytest.mark.parametrize("how", [{}, {"in_parts": True}, {"despite": True}])
def test_who_put_messages_back_proves_again_only_what_is_new(
    settings: Settings,
    sqlite: Engine,
    monkeypatch: pytest.MonkeyPatch,
    was_in_parts: bool,
    how: dict[str, bool],
) -> None:
    judged = Mock(return_value=Person(ANNA.name, Judged(Verdict.declared, ANNA.id, AT), False))
    monkeypatch.setattr(acts, "judge", judged)
    with transaction(sqlite) as session:
        number = make_send(session, settings.vault(), [], status=BulletinStatus.stopped).id
        verbs = [stored.IN_PARTS] if was_in_parts else []
        for verb in (*verbs, "ritenta"):
            stored.add(
                session,
                verb,
                name=ANNA.name,
                at=NOW - timedelta(minutes=1),
                words="",
                bulletin_id=number,
                code_hash=None,
                by_operator=False,
            )
    decided(settings, sqlite, number, **how)
    is_new = "despite" in how or ("in_parts" in how and not was_in_parts)
    assert judged.called == is_new
