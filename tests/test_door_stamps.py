"""What a stamp proves, and what becomes of an answer that has none."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlmodel import select

from db import bulletins
from db.models import BulletinStatus, WrongCode
from flows.approve import asks_to_read, load_start, record
from flows.bulletin.status import BEFORE_STAMPS, UNSTAMPED
from flows.by_hand import lists
from flows.by_hand.lists import Answer
from flows.door import keys, stamps
from flows.letters import alarms
from flows.runs import forms
from flows.runs.forms import Confirmation
from tests.test_by_hand import handed, shown
from tests.test_by_hand import said as declared
from tests.world.builders import NOW
from tests.world.comune import APPROVE, Comune
from tests.world.mail_server import Post, announce, mail_server

KEY = stamps.key_from("a look-up key made up for these tests")
RUN, ANSWER = "08efb67e-99fa-44ca-b0f6-41348aaa7de3", "suspended-review-3-response"
VALUES = {"decisione_3": APPROVE, "notizia_1": "Testo onesto.", "codice": "123456"}


def sealed(values: Any = VALUES, at: datetime = NOW, **changed: Any) -> str:
    given = {"key": KEY, "run_id": RUN, "answer_key": ANSWER, "by": "redazione", **changed}
    return stamps.stamp(
        given["key"], given["run_id"], given["answer_key"], values, at=at, by=given["by"]
    ).to_json()


def judged(kept: list[str], values: Any = VALUES) -> datetime | None:
    found = stamps.stamped(KEY, RUN, ANSWER, values, {str(n): raw for n, raw in enumerate(kept)})
    return found.at if found else None


def test_a_stamp_is_good_for_its_values_its_form_and_its_run_only() -> None:
    assert judged([sealed()]) == NOW
    assert judged([sealed()], json.loads(json.dumps(dict(reversed(VALUES.items()))))) == NOW
    for values in (
        {},
        {**VALUES, "notizia_1": "Votate Rossi."},
        {**VALUES, "codice": ""},
        {**VALUES, "x": 1},
    ):
        assert judged([sealed()], values) is None
    for changed in (
        {"key": b"another key"},
        {"key": stamps.key_from("another look-up key")},
        {"run_id": RUN.replace("0", "1")},
        {"answer_key": "suspended-review-4-response"},
        {"by": "installazione"},
    ):
        assert judged([sealed(**changed)]) is None
    assert judged([]) is None


def test_a_stamp_with_another_moment_or_another_name_is_none() -> None:
    kept = json.loads(sealed())
    for changed in (
        {"at": (NOW + timedelta(seconds=30)).isoformat()},
        {"at": NOW.replace(tzinfo=None).isoformat()},
        {"by": "Redazione"},
        {"mac": kept["mac"][:-1]},
        {"mac": "é"},
        {"mac": None},
        {"at": 3},
    ):
        assert judged([json.dumps({**kept, **changed})]) is None
    for raw in ("", "{", "[]", "null", "3", '"x"', "{}", "[" * 5000):
        assert judged([raw]) is None


def test_of_several_attempts_the_last_counts() -> None:
    attempts = [sealed(at=NOW + timedelta(seconds=n)) for n in (2, 9, 4)]
    assert judged([*attempts, sealed({"other": 1}, NOW + timedelta(hours=1))]) == NOW + timedelta(seconds=9)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@drawn(
    st.dictionaries(st.text(max_size=8), JSON, max_size=5),
    st.dictionaries(st.text(max_size=8), JSON, max_size=5),
)
@limits(max_examples=60, deadline=None)
def test_no_two_answers_share_a_stamp(values: dict[str, Any], others: dict[str, Any]) -> None:
    told = sealed(values)
    assert judged([told], json.loads(json.dumps(values))) == NOW
    same = json.dumps(values, sort_keys=True) == json.dumps(others, sort_keys=True)
    assert (judged([told], others) is not None) == same


# ------------------------------------------------------------ an answer without one


@pytest.fixture
def box(comune: Comune) -> Iterator[Post]:
    with mail_server() as found:
        announce(comune.settings.state, found.port)
        yield found


def unstamped(comune: Comune, number: int, decision: str) -> Confirmation:
    shown = comune.items(number)
    values = {
        "decisione": decision,
        **{f"notizia_{item.position}": f"Scritto da chissà chi, {item.position}." for item in shown},
        "chi": "Anna Redazione",
        "codice": "000000",
    }
    return Confirmation(RUN, 1, comune.now, values, is_stamped=False)


@pytest.mark.parametrize("decision", [APPROVE, "Non inviare e scarta queste notizie", "Rileggi", "x"])
def test_an_answer_without_a_stamp_decides_nothing_and_keeps_its_text(
    comune: Comune, monkeypatch: pytest.MonkeyPatch, box: Post, decision: str
) -> None:
    monkeypatch.setenv("BOLLETTINO_TOTP_ANNA_REDAZIONE", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    comune.reprofile(("# codes = true", "codes = true"))
    comune.subscribe()
    comune.collect()
    number = comune.draft()
    given = unstamped(comune, number, decision)
    assert not asks_to_read(load_start(comune.engine, number), given)
    assert record(comune.settings, comune.engine, number, given) == BulletinStatus.in_review
    assert comune.problems(number)[0] == UNSTAMPED
    assert comune.items(number)[0].text == "Scritto da chissà chi, 1."
    with comune.look() as session:
        version = bulletins.latest(session, number)
        assert version is not None
        assert (version.author, version.number) == ("sconosciuto", 2)
        assert session.exec(select(WrongCode)).all() == [], "it costs no editor an attempt"
        assert bulletins.approved(session, number) is None
    record(comune.settings, comune.engine, number, given)
    with comune.look() as session:
        newest = bulletins.latest(session, number)
        assert newest is not None
        assert newest.number == 2, "stored once"
    for _ in range(2):
        alarms.tell_all(comune.settings, comune.engine, now=comune.now)
    told = [
        said for _, said in box.told if f"Bollettino {number}: una conferma che nessuno ha mandato" in said
    ]
    assert len(told) == 1
    assert f"http://127.0.0.1:9/v2/runs/flow-run/{RUN}" in box.last("una conferma")


def test_what_was_confirmed_before_there_were_stamps_is_no_alarm(comune: Comune, box: Post) -> None:
    """A form that the old program took and the new one stores: kept, shown again, and no letter."""
    comune.subscribe()
    comune.collect()
    number = comune.draft()
    given = unstamped(comune, number, APPROVE)
    keys.make(comune.settings.state, people=None)
    since = keys.read(comune.settings.state).since
    assert since is not None
    before = replace(given, at=since - timedelta(seconds=1))
    assert forms.without_stamp(comune.settings, before) == BEFORE_STAMPS
    assert forms.without_stamp(comune.settings, replace(given, at=since)) == UNSTAMPED
    keys.make(comune.settings.state, people=None)  # a later start
    assert forms.without_stamp(comune.settings, replace(given, at=since)) == UNSTAMPED
    earlier = json.dumps({"internal": "x:y", "since": (given.at + timedelta(hours=1)).isoformat()})
    (comune.settings.state / keys.FILE).write_text(earlier)
    assert record(comune.settings, comune.engine, number, given) == BulletinStatus.in_review
    assert comune.problems(number)[0] == BEFORE_STAMPS
    assert comune.items(number)[0].text == "Scritto da chissà chi, 1."
    alarms.tell_all(comune.settings, comune.engine, now=comune.now)
    assert not [said for _, said in box.told if "una conferma che nessuno ha mandato" in said]


def test_a_checklist_without_a_stamp_counts_nobody(comune: Comune) -> None:
    comune.subscribe()
    number = handed(comune)
    assert shown(comune, number).open == {1: 5}
    ticked = Answer("Anna Redazione", "Fatto.", (1,), is_last=True)
    lists.record(
        comune.settings, comune.engine, number, ticked, answers=(RUN, 1), at=comune.now, refused=UNSTAMPED
    )
    (said,) = declared(comune, number)
    assert (said.people, said.lists, said.is_last, said.note, said.remark) == (
        0,
        "",
        False,
        "Fatto.",
        UNSTAMPED,
    )
    assert comune.bulletin(number).status == BulletinStatus.sending
    assert shown(comune, number).open == {1: 5}
