"""Who pressed what is known: stored before the server is asked, in the stamp, and binding for the flows."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from db.engine import reading, transaction
from db.models import BulletinStatus, DoorAct, SignInProof
from flows.accounts import asked
from flows.accounts.keys import vault_of
from flows.accounts.reception import Reception
from flows.approve import record
from flows.cli.history import history
from flows.door import stamps
from flows.door.people import STARTED, Asked, Person
from flows.door.sealed_code import NO_CODE, OPERATOR, Proof
from flows.review import acts
from flows.review.acts import NotProvedError
from flows.runs import client
from flows.runs.forms import Confirmation
from flows.settings import Settings
from tests.world.comune import APPROVE, SAVE, Comune
from tests.world.door_front import ID, NOW, Front
from tests.world.people import pressed, signed_in

ANNA, BRUNO = "Anna Redazione", "Bruno Vice"
START, ANSWER = f"/api/deployments/{ID}/create_flow_run", f"/api/flow_runs/{ID}/resume"
KEY = "suspended-review-3-response"


@pytest.fixture
def here(settings: Settings, sqlite: Engine) -> Settings:
    return Settings(settings.profile, settings.path, settings.state, str(sqlite.url))


@pytest.fixture
def front(here: Settings) -> Iterator[Front]:
    found = Front(Reception(here, lambda: NOW))
    yield found
    found.http.close()


def rows(engine: Engine) -> list[DoorAct]:
    with reading(engine) as session:
        return list(session.exec(select(DoorAct)))


def test_who_starts_a_run_is_stored_and_the_flow_knows_it(
    front: Front, here: Settings, sqlite: Engine
) -> None:
    kept = f"bollettino={signed_in(here, sqlite, ANNA, NOW)}"
    parameters = {"bollettino": 3, "chi": ANNA}
    assert front.ask("POST", START, None, {"parameters": parameters}, Cookie=kept).status_code == 201
    body = json.loads(front.reached.pop()[3])
    (row,) = rows(sqlite)
    assert body == {"parameters": parameters, "idempotency_key": row.key}
    assert (row.person, row.role, row.proof, row.use) == (
        "anna-redazione",
        "editor",
        SignInProof.code,
        "start",
    )
    assert (row.subject, row.at, len(row.body_sha256)) == (ID, NOW, 64)
    assert row.key.startswith(STARTED)
    assert client.started_by(here, row.key, ID, parameters) == "anna-redazione"
    assert client.started_by(here, "bulletin-1-0", ID, parameters) == ""
    for deployment, other in ((ID, {**parameters, "bollettino": 4}), (ID, {}), (f"{ID}0", parameters)):
        assert client.started_by(here, row.key, deployment, other) == asked.UNKNOWN, "not what she asked for"
    with transaction(sqlite) as session:
        session.connection().execute(text("UPDATE dooract SET person = 'bruno-vice'"))
    for key in (row.key, f"{row.key}x"):  # nobody becomes another in the database, or nobody in particular
        found = client.started_by(here, key, ID, parameters)
        assert found == asked.UNKNOWN
        for name in (ANNA, BRUNO):
            with pytest.raises(NotProvedError, match="Non si sa più chi ha avviato"):
                acts.judge(here, sqlite, name, Proof(person=found), now=NOW)


def test_who_fills_in_a_form_stands_in_its_stamp(front: Front, here: Settings, sqlite: Engine) -> None:
    kept = f"bollettino={signed_in(here, sqlite, BRUNO, NOW)}"
    values = {"decisione_3": "Salva", "chi": BRUNO}
    assert front.ask("POST", ANSWER, None, {"run_input": values}, Cookie=kept).status_code == 201
    ((key, raw),) = front.access.kept.items()
    stamp = stamps.stamped(b"key", ID, KEY, values, {KEY: raw})
    assert stamp is not None
    assert (stamp.by, stamp.person) == ("persona:bruno-vice", "bruno-vice")
    (row,) = rows(sqlite)
    assert (row.person, row.use, row.subject, row.key, row.at) == (
        "bruno-vice",
        "answer",
        ID,
        f"{ID} {key}",
        stamp.at,
    )
    forged = json.dumps(json.loads(raw) | {"by": "persona:anna-redazione"})
    assert stamps.stamped(b"key", ID, KEY, values, {KEY: forged}) is None
    mine = stamps.stamp(b"key", ID, KEY, values, at=NOW, by="installazione")
    assert stamps.stamped(b"key", ID, KEY, values, {KEY: mine.to_json()}) is None


def test_what_cannot_be_stored_is_not_asked(
    front: Front, here: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = f"bollettino={signed_in(here, sqlite, ANNA, NOW)}"
    assert front.ask("POST", "/api/flow_runs/filter", None, {}, Cookie=kept).status_code == 201
    front.reached.clear()
    with transaction(sqlite) as session:
        session.connection().execute(text("DROP TABLE dooract"))
    assert front.ask("POST", START, None, {"parameters": {}}, Cookie=kept).status_code == 503
    assert front.ask("POST", ANSWER, None, {"run_input": {}}, Cookie=kept).status_code == 503
    assert (front.reached, front.access.kept) == ([], {})


def test_with_the_shared_password_nobody_is_named(front: Front, here: Settings, sqlite: Engine) -> None:
    assert front.ask("POST", START, body={"parameters": {"a": 1}}).status_code == 201
    assert json.loads(front.reached.pop()[3]) == {"parameters": {"a": 1}}
    assert rows(sqlite) == []


@pytest.mark.parametrize("verb", ["judge", "decide"])
def test_who_has_signed_in_acts_in_no_other_name(here: Settings, sqlite: Engine, verb: str) -> None:
    as_anna = pressed(here, sqlite, "anna-redazione", NOW)

    def act(name: str, proof: Proof) -> None:
        if verb == "judge":
            acts.judge(here, sqlite, name, proof, now=NOW)
        else:
            acts.require_own_name(here, name, proof)

    for proof in (as_anna, NO_CODE, OPERATOR):
        act(ANNA, proof)
    with pytest.raises(NotProvedError, match="Hai effettuato l'accesso come Anna Redazione, ma nel modulo"):
        act(BRUNO, as_anna)
    with pytest.raises(NotProvedError, match="non è più nel profilo"):
        act(BRUNO, replace(as_anna, person="carla"))
    with pytest.raises(NotProvedError):
        acts.decide(here, sqlite, 1, who=BRUNO, proof=as_anna, now=NOW)


@pytest.mark.parametrize("decision", [APPROVE, SAVE])
def test_a_form_in_anothers_name_decides_nothing_and_keeps_its_text(comune: Comune, decision: str) -> None:
    comune.subscribe()
    comune.collect()
    number = comune.draft()
    first = comune.items(number)[0]
    values = {"decisione": decision, "chi": BRUNO, "notizia_1": f"{first.text} Lo scrive Anna."}
    given = Confirmation("run-1", 1, comune.now, values, person="anna-redazione")
    assert record(comune.settings, comune.engine, number, given) == BulletinStatus.in_review
    assert comune.problems(number)[0].startswith("Hai effettuato l'accesso come Anna Redazione")
    assert comune.items(number)[0].text.endswith("Lo scrive Anna.")
    with comune.look() as session:
        authors = (
            session.connection().execute(text("SELECT author FROM bulletinversion ORDER BY id")).scalars()
        )
        assert list(authors)[-1] == ANNA, "whatever name was chosen"
    own = replace(given, run_id="run-2", version=2, values={**values, "chi": ANNA, "decisione": APPROVE})
    own = replace(own, at=comune.now + timedelta(minutes=1), act="run-2 stamp")
    anna = Person("anna-redazione", ANNA, "editor", "recovery")
    answer = Asked("run-2 stamp", anna, "answer", "run-2", "0" * 64, own.at, "192.0.2.1")
    asked.note(comune.engine, vault_of(comune.settings.stamp_key()), answer)
    assert record(comune.settings, comune.engine, number, own) == BulletinStatus.approved
    told = " ".join(history(comune.engine, number).split())
    assert "10:31:00, accesso con password e codice di riserva Sigillo" in told


def test_the_sentence_names_nobody_where_nobody_has_signed_in(settings: Settings) -> None:
    assert asked.in_anothers_name(settings, "", BRUNO) == ""
    assert asked.in_anothers_name(settings, "bruno-vice", BRUNO) == ""
