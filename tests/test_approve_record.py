"""An answer becomes a version, and what it decides is stored with it, or nothing is; by rows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock, call

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import bulletins, sign_offs
from db.engine import transaction
from db.models import (
    Approval,
    Bulletin,
    BulletinStatus,
    BulletinVersion,
    Decision,
    NewsItem,
    UsedCode,
    WrongCode,
)
from flows import approve
from flows.approve import BEHIND, NO_CHOICE, UNKNOWN, record
from flows.draft.items import PURPOSE
from flows.review import codes
from flows.review.choices import Choice, choices
from flows.review.codes import Judged, Verdict
from flows.review.sign_off import ASK_SOURCE
from flows.review.signing import Signature
from flows.review.text import Site
from flows.runs import forms
from flows.runs.forms import Confirmation
from flows.sending import samples
from flows.settings import Settings
from tests.test_review_codes import code, not_a_code
from tests.world.builders import NOW, make_bulletin
from tests.world.code_secrets import ANNA, BRUNO
from tests.world.comune import APPROVE, DISCARD, POSTPONE, SAVE

AT = NOW + timedelta(minutes=3)
SAMPLE, BACK = "Mandami una prova sul telefono", choices(None, is_shared=True)[Choice.send_back]
TEXT = "Via Roma chiude lunedì 30 novembre dalle 8 alle 18."


def waiting(engine: Engine, **more: Any) -> int:
    with transaction(engine) as session:
        return make_bulletin(session, **{"status": BulletinStatus.in_review, **more}).id


def answer(decision: str, who: str = ANNA.name, **changes: Any) -> Confirmation:
    values = {"decisione": decision, "chi": who, **changes.pop("values", {})}
    return replace(Confirmation("run", 1, AT, values), **changes)


def stored(engine: Engine, number: int) -> BulletinVersion:
    with transaction(engine) as session:
        found = bulletins.latest(session, number)
        assert found is not None
        return found


def told(engine: Engine, number: int) -> list[str]:
    """Why it came back."""
    return stored(engine, number).problems.splitlines()


def bulletin_of(engine: Engine, number: int) -> Bulletin:
    with transaction(engine) as session:
        return bulletins.locked(session, number)


def test_an_answer_is_the_next_version_once(settings: Settings, sqlite: Engine) -> None:
    number = waiting(sqlite)
    typed = {"notizia_1": "Chiude via Po.", "nota": "Breve."}
    for _ in range(2):
        given = answer(SAVE, values=typed)
        assert record(settings, sqlite, number, given) == BulletinStatus.in_review
    version = stored(sqlite, number)
    assert (version.number, version.author, version.created_at) == (2, ANNA.name, AT)
    assert (version.note, version.problems, version.remarks) == ("Breve.", "", "")
    assert (version.answered_run_id, version.answered_version) == ("run", 1)
    with transaction(sqlite) as session:
        assert [item.text for item in bulletins.items(session, version)] == ["Chiude via Po."]


def test_an_answer_to_a_version_that_is_not_there_is_none(settings: Settings, sqlite: Engine) -> None:
    number = waiting(sqlite)
    assert record(settings, sqlite, number, answer(APPROVE, version=7)) == BulletinStatus.in_review
    assert stored(sqlite, number).number == 1


@pytest.mark.parametrize(
    ("read_at", "at"), [(None, AT), (AT - timedelta(hours=1), AT), (AT + timedelta(hours=1),) * 2]
)
def test_an_answer_counts_from_its_resume_or_from_when_the_site_was_read(
    settings: Settings, sqlite: Engine, read_at: datetime | None, at: datetime
) -> None:
    number = waiting(sqlite)
    record(settings, sqlite, number, answer(SAVE), site=Site(read_at=read_at))
    assert stored(sqlite, number).created_at == at


def test_an_answer_is_stored_alone(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Mock()
    monkeypatch.setattr(approve, "alone", held)
    record(settings, sqlite, waiting(sqlite), answer(SAVE))
    assert [one.args[1] for one in held.call_args_list] == [PURPOSE]


def test_an_answer_without_a_stamp_keeps_its_text_and_that_is_all(settings: Settings, sqlite: Engine) -> None:
    number = waiting(sqlite)
    given = answer(DISCARD, is_stamped=False, values={"notizia_1": "Altro."})
    assert record(settings, sqlite, number, given) == BulletinStatus.in_review
    version = stored(sqlite, number)
    assert (version.author, version.problems) == ("sconosciuto", forms.without_stamp(settings, given))
    with transaction(sqlite) as session:
        assert bulletins.items(session, version)[0].text == "Altro."
        assert session.exec(select(Approval)).all() == []


@pytest.mark.parametrize(
    ("decision", "who", "person", "problems", "author"),
    [
        ("", ANNA.name, "", [UNKNOWN], ANNA.name),
        (SAVE, "Nessuno", "", [UNKNOWN], "Nessuno"),
        (APPROVE, "Nessuno", "", [UNKNOWN], "Nessuno"),
        (DISCARD, "Nessuno", "", [UNKNOWN], "Nessuno"),
        (SAVE, "", "", [UNKNOWN], ""),
        ("", "", ANNA.id, [NO_CHOICE], ANNA.name),
        ("", BRUNO.name, ANNA.id, [UNKNOWN], ANNA.name),
        (SAVE, "", ANNA.id, [], ANNA.name),
        (SAVE, ANNA.name, ANNA.id, [], ANNA.name),
    ],
)
def test_an_answer_needs_a_decision_and_a_name(
    settings: Settings,
    sqlite: Engine,
    decision: str,
    who: str,
    person: str,
    problems: list[str],
    author: str,
) -> None:
    number = waiting(sqlite)
    record(settings, sqlite, number, answer(decision, who, person=person))
    assert (told(sqlite, number), stored(sqlite, number).author) == (problems, author)


def test_who_has_signed_in_answers_for_nobody_else(settings: Settings, sqlite: Engine) -> None:
    number = waiting(sqlite)
    given = answer(DISCARD, BRUNO.name, person=ANNA.id)
    assert record(settings, sqlite, number, given) == BulletinStatus.in_review
    (why,) = told(sqlite, number)
    assert why.startswith("Hai effettuato l'accesso come Anna Redazione, ma nel modulo c'è un altro nome")
    assert stored(sqlite, number).author == ANNA.name


def test_an_answer_after_its_deadline_ends_the_bulletin(settings: Settings, sqlite: Engine) -> None:
    number = waiting(sqlite, deadline_at=AT - timedelta(seconds=1))
    assert record(settings, sqlite, number, answer("", "Nessuno")) == BulletinStatus.expired
    ended = bulletin_of(sqlite, number)
    assert (ended.status_by, ended.status_at, ended.status_reason) == ("Nessuno", AT, "deadline")
    version = stored(sqlite, number)
    assert (version.problems, version.remarks.split(":")[0]) == ("", "È tardi")
    assert record(settings, sqlite, number, answer(APPROVE, run_id="2")) == BulletinStatus.expired
    assert bulletin_of(sqlite, number).status_at == AT


def test_what_was_decided_stays_so(settings: Settings, sqlite: Engine) -> None:
    number = waiting(sqlite, status=BulletinStatus.rejected, deadline_at=NOW)
    for place, decision in enumerate((APPROVE, POSTPONE, DISCARD, BACK, SAMPLE)):
        given = answer(decision, run_id=f"run-{place}", values={"nota": "No."})
        assert record(settings, sqlite, number, given) == BulletinStatus.rejected
        assert stored(sqlite, number).remarks.startswith("Qualcun altro (test, ")
    with transaction(sqlite) as session:
        assert session.exec(select(Approval)).all() == []
        assert sign_offs.of(session, number) == []


@pytest.mark.parametrize(
    ("slot", "leaves"),
    [(None, AT), (AT + timedelta(hours=1), AT + timedelta(hours=1)), (AT - timedelta(hours=1), AT)],
)
def test_a_text_is_judged_as_of_when_it_leaves(
    settings: Settings,
    sqlite: Engine,
    monkeypatch: pytest.MonkeyPatch,
    slot: datetime | None,
    leaves: datetime,
) -> None:
    number = waiting(sqlite, slot_at=slot)
    untrue, misquoted = Mock(return_value=["Non è vero."]), Mock(return_value=["Non è detto."])
    monkeypatch.setattr(approve, "untrue", untrue)
    monkeypatch.setattr(approve, "misquoted", misquoted)
    assert record(settings, sqlite, number, answer(APPROVE)) == BulletinStatus.in_review
    assert told(sqlite, number) == ["Non è vero.", "Non è detto."]
    assert untrue.call_args.kwargs == {"at": leaves}
    record(settings, sqlite, number, answer(SAVE, version=2))
    assert told(sqlite, number) == []
    assert untrue.call_count == misquoted.call_count == 1


def test_an_approval_of_a_text_that_changed_meanwhile_comes_back(settings: Settings, sqlite: Engine) -> None:
    number = waiting(sqlite)
    record(settings, sqlite, number, answer(SAVE))
    given = answer(APPROVE, run_id="other")
    assert record(settings, sqlite, number, given) == BulletinStatus.in_review
    assert told(sqlite, number) == [BEHIND]
    assert record(settings, sqlite, number, answer(APPROVE, version=3)) == BulletinStatus.approved


@pytest.mark.parametrize(
    ("blocks", "is_final", "asked"),
    [((), False, False), ((), True, True), (("Blocco.",), False, True)],
)
def test_an_approval_is_judged_by_what_it_cannot_take_back(
    settings: Settings,
    sqlite: Engine,
    monkeypatch: pytest.MonkeyPatch,
    blocks: Sequence[str],
    *,
    is_final: bool,
    asked: bool,
) -> None:
    number = waiting(sqlite)
    judged, signed = Judged(Verdict.declared, ANNA.id, AT), Mock()
    judge, unsupported = Mock(return_value=judged), Mock(return_value=frozenset(blocks))
    monkeypatch.setattr(codes, "judge", judge)
    monkeypatch.setattr(codes, "is_final", lambda _settings, _bulletin, at: is_final and at == AT)
    monkeypatch.setattr(approve, "unsupported", unsupported)
    monkeypatch.setattr(approve, "sign", signed)
    given = answer(APPROVE, values={"fonte": "Telefonata", "nota": "Nota.", "codice": "123456"})
    record(settings, sqlite, number, given, site=Site(frozenset({9})))
    assert judge.call_args.kwargs == {"at": AT, "is_final": asked}
    assert (judge.call_args.args[2], judge.call_args.args[3].code) == (
        settings.profile.editors[0],
        "123456",
    )
    assert judge.call_args.args[3].at == AT
    assert unsupported.call_args.args[2] == frozenset({9})
    assert unsupported.call_args.kwargs == {"is_fixed": False}
    *_, signature, confirmed = signed.call_args.args
    assert signature == Signature(
        settings.profile.editors[0], judged, "Telefonata", frozenset(blocks), "Nota."
    )
    assert (confirmed, signed.call_args.args[3].number) == (given, 2)


@pytest.mark.parametrize(
    ("source", "signed", "more"),
    [("", [], ["a", "b", *ASK_SOURCE.splitlines()]), (" ", [], ["a", "b", *ASK_SOURCE.splitlines()]),
     ("Telefonata", [], []), ("", ["bruno-vice"], [])],
)  # fmt: skip
def test_what_comes_back_anyhow_asks_for_all_that_it_takes_at_once(
    settings: Settings,
    sqlite: Engine,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    signed: list[str],
    more: list[str],
) -> None:
    number = waiting(sqlite)
    monkeypatch.setattr(approve, "unsupported", lambda *_, **__: frozenset("ba"))
    monkeypatch.setattr(approve, "untrue", lambda *_, **__: ["Non è vero."])
    monkeypatch.setattr(approve, "signed_by", lambda *_: signed)
    record(settings, sqlite, number, answer(APPROVE, values={"fonte": source}))
    assert told(sqlite, number) == ["Non è vero.", *more]


def test_a_wrong_code_brings_the_approval_back(asking: Settings, sqlite: Engine) -> None:
    number = waiting(sqlite)
    given = answer(APPROVE, values={"codice": not_a_code(AT)})
    assert record(asking, sqlite, number, given) == BulletinStatus.in_review
    (why,) = told(sqlite, number)
    assert why.startswith("Il codice non è giusto.")
    given = answer(APPROVE, version=2, values={"codice": code(AT)})
    assert record(asking, sqlite, number, given) == BulletinStatus.approved
    with transaction(sqlite) as session:
        assert [row.editor for row in session.exec(select(WrongCode))] == [ANNA.id]
        assert session.exec(select(UsedCode)).one().bulletin_id == number


ENDS = [
    (POSTPONE, Decision.postpone, BulletinStatus.merged),
    (DISCARD, Decision.discard, BulletinStatus.rejected),
]


@pytest.mark.parametrize(("label", "decision", "status"), ENDS)
def test_who_does_not_send_it_proves_it_and_only_who_discards_it_discards_its_news(
    asking: Settings, sqlite: Engine, label: str, decision: Decision, status: BulletinStatus
) -> None:
    number = waiting(sqlite)
    wrong = answer(label, values={"codice": not_a_code(AT)})
    assert record(asking, sqlite, number, wrong) == BulletinStatus.in_review
    assert told(sqlite, number)[0].startswith("Il codice non è giusto.")
    given = answer(label, version=2, values={"codice": code(AT)})
    assert record(asking, sqlite, number, given) == status
    with transaction(sqlite) as session:
        assert [row.editor for row in session.exec(select(WrongCode))] == [f"{ANNA.id}/acts"]
        approval, used = session.exec(select(Approval)).one(), session.exec(select(UsedCode)).one()
        assert (approval.decision, approval.version_number) == (decision, 3)
        assert (approval.code_hash, used.bulletin_id) == (used.code_hash, number)
        (news,) = session.exec(select(NewsItem)).all()
        assert news.discarded_at == (AT if decision == Decision.discard else None)


@pytest.mark.parametrize(("why", "remarks"), [("", ""), ("Manca il numero.", "Manca il numero.")])
def test_a_sample_is_asked_for_of_the_version_that_asks(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch, why: str, remarks: str
) -> None:
    number, asked = waiting(sqlite), Mock(return_value=why)
    monkeypatch.setattr(samples, "ask", asked)
    assert record(settings, sqlite, number, answer(SAMPLE)) == BulletinStatus.in_review
    assert (stored(sqlite, number).remarks, asked.call_count) == (remarks, 1)
    assert (asked.call_args.args[3].number, asked.call_args.args[4]) == (2, settings.profile.editors[0])
    record(settings, sqlite, number, answer(SAVE, version=2))
    assert asked.call_count == 1


def test_who_gives_it_back_is_the_one_who_answers(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, back = waiting(sqlite), Mock()
    monkeypatch.setattr(approve, "send_back", back)
    record(settings, sqlite, number, answer(BACK, BRUNO.name))
    assert back.mock_calls == [call(settings, *back.call_args.args[1:])]
    assert (back.call_args.args[3].number, back.call_args.args[4].name) == (2, BRUNO.name)
