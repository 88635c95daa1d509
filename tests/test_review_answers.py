"""Whatever comes back from a form is stored, once, with what was typed: no answer can wedge a bulletin."""

import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from db import bulletins
from db.models import BulletinStatus
from flows import approve
from flows.approve import record
from flows.review.form import answer_of
from flows.runs import waits
from flows.runs.forms import Confirmation
from tests.world.builders import item_of, make_bulletin, make_news_item, news_data
from tests.world.comune import APPROVE, DISCARD, POSTPONE, SAVE, Comune

TITLES = ("Orario della biblioteca", "Lavori in via Roma")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
FIELDS = {
    "decisione": st.sampled_from([APPROVE, SAVE, POSTPONE, DISCARD, "Pubblica"]) | JSON,
    "notizia_1": st.sampled_from(["La biblioteca è aperta.", "", "x" * 1100]) | JSON,
    "notizia_2": JSON,
    "notizia_9": JSON,
    "ordine": st.lists(st.sampled_from(["1. Orario", "2. Lavori", "9.", ""]), max_size=3) | JSON,
    "fonte": JSON,
    "nota": JSON,
    "chi": st.sampled_from(["Anna Redazione", "Bruno Vice"]) | JSON,
    "codice": JSON,
    "aggiungi": JSON,
    "osservazioni": JSON,
}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.fixed_dictionaries({}, optional=FIELDS))
@example({"decisione": SAVE, "chi": "Anna Redazione", "nota": "\x00", "notizia_1": "a\x00b", "fonte": "\x00"})
@example({"decisione": SAVE, "chi": "Anna\x00", "ordine": None, "codice": 123456})
@example({"decisione": APPROVE, "chi": "Anna Redazione", "ordine": "1. una riga"})
def test_any_answer_is_stored_once(comuni: Comune, values: dict[str, Any]) -> None:
    with comuni.look() as session:
        items = [
            item_of(make_news_item(session, news_data(title=title, url=f"https://c.it/{title}")), text=title)
            for title in TITLES
        ]
        number = make_bulletin(session, items, status=BulletinStatus.in_review, now=comuni.now).id
    answer = Confirmation("run", 1, comuni.now, values)
    status = record(comuni.settings, comuni.engine, number, answer)
    assert record(comuni.settings, comuni.engine, number, answer) == status
    with comuni.look() as session:
        version = bulletins.latest(session, number)
        assert version is not None
        assert version.number == 2
        assert bulletins.items(session, version), "a version without a text could not be shown"
        if status == BulletinStatus.approved:
            assert bulletins.approved(session, number) is not None


def test_a_field_of_another_code_goes_into_the_note() -> None:
    typed = {
        "decisione": SAVE,
        "nota": "Vedi sotto",
        "osservazioni": "Sentire il sindaco",
        "copie": 0,
        "x": "",
    }
    found = answer_of(typed, [])
    assert found.note == "Vedi sotto\nosservazioni: Sentire il sindaco\ncopie: 0"
    assert answer_of({"nota": "", "osservazioni": ""}, []).note == ""


@pytest.mark.parametrize("failures", [0, 1, 3, 4])
def test_a_run_asks_a_database_that_does_not_answer_again(
    monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    """By itself: what Prefect has retried is given to no worker once it has waited."""
    tried: list[int] = []

    def until_decided(bulletin_id: int) -> str:
        tried.append(bulletin_id)
        if len(tried) <= failures:
            raise OperationalError("SELECT", {}, Exception("database is locked"))
        return "approvato"

    monkeypatch.setattr(approve, "until_decided", until_decided)
    monkeypatch.setattr(waits, "WAITS", (0, 0, 0))
    monkeypatch.setattr(waits, "get_run_logger", lambda: logging.getLogger("approva"))
    assert not approve.approve.retries
    if failures == 4:
        with pytest.raises(OperationalError):
            approve.approve.fn(7)
    else:
        assert approve.approve.fn(7) == "approvato"
    assert tried == [7] * min(failures + 1, 4)
