"""What the one list of the form offers, whom an approval names, and what Prefect refuses at once."""

import re
from datetime import UTC, datetime

import pytest
from prefect.utilities.schema_tools.validation import is_valid
from sqlmodel import select

from db.models import Approval, BulletinStatus
from flows.approve import UNKNOWN, load_round
from flows.review.choices import SIGNED, Choice, choice_of, choices, decision_of, entries, signed
from flows.review.form import form
from flows.runs import forms
from tests.test_review_choices import waiting
from tests.world.comune import APPROVE, PAGE, SAVE, Comune

NAMES = ["Anna Redazione", "Bruno Vice"]


def test_the_list_stays_short_only_approvals_bear_names() -> None:
    offered = choices(None, is_shared=True)
    listed = entries(offered, ["Anna", "Bruno", "Carla"])
    assert listed[:3] == [
        f"Approva (solo se sei {name}): parte subito, se non cambi il testo"
        for name in ("Anna", "Bruno", "Carla")
    ]
    assert listed[3:] == [*offered.values()][1:]


@pytest.mark.parametrize("name", [*NAMES, "Anna (URP)", "Di: Mario", "Anna · Redazione"])
def test_an_approval_of_the_list_says_who_approves(name: str) -> None:
    label = choices(datetime(2026, 11, 27, 10, tzinfo=UTC))[Choice.approve]
    chosen = signed(label, name)
    assert choice_of(chosen) == Choice.approve
    assert decision_of(chosen, "") == (label, name)
    assert decision_of(chosen, name) == (label, name)
    assert decision_of(label, name) == (label, name), "of a form of before"
    bare = f"Approva ({name}){label.removeprefix('Approva')}"
    assert decision_of(bare, "") == (label, name), "as forms offered it that wait since before"
    assert re.search(SIGNED, bare)


def test_two_names_are_nobodys() -> None:
    _, who = decision_of(signed(APPROVE, "Anna Redazione"), "Bruno Vice")
    assert who == "Anna Redazione o Bruno Vice"


@pytest.mark.parametrize(
    ("values", "is_taken"),
    [
        ({}, False),
        ({"decisione_3": signed(APPROVE, "Anna Redazione")}, True),
        ({"decisione_3": signed(APPROVE, "Bruno Vice"), "chi": "Anna Redazione"}, True),
        ({"decisione_3": SAVE}, False),
        ({"decisione_3": SAVE, "chi": "Anna Redazione"}, True),
        ({"decisione_3": SAVE, "chi": ""}, False),
        ({"decisione_3": APPROVE}, False),
        ({"decisione_2": signed(APPROVE, "Anna Redazione")}, False),
        ({"chi": "Anna Redazione"}, False),
    ],
)
def test_prefect_takes_no_form_without_a_decision_and_a_name(
    comune: Comune, values: dict[str, str], *, is_taken: bool
) -> None:
    """As its server judges it; two names come back with the reason."""
    shown = load_round(comune.settings, comune.engine, waiting(comune), now=comune.now)
    made = forms.bound(form(comune.settings, shown, comune.now, PAGE), 3, signed=SIGNED)
    assert is_valid(values, made.model_json_schema()) == is_taken


def test_a_form_that_waits_since_approvals_bore_bare_names_is_still_read(comune: Comune) -> None:
    number = waiting(comune)
    assert (
        comune.answer(number, "Approva (Bruno Vice): parte subito", who="").status == BulletinStatus.approved
    )
    with comune.look() as session:
        assert session.exec(select(Approval)).one().approver == "Bruno Vice"


def test_an_approval_in_two_names_approves_nothing(comune: Comune) -> None:
    number = waiting(comune)
    chosen = signed(APPROVE, "Anna Redazione")
    assert comune.answer(number, chosen, who="Bruno Vice").status == BulletinStatus.in_review
    assert comune.problems(number) == [UNKNOWN]
    assert comune.answer(number, chosen, who="").status == BulletinStatus.approved
    with comune.look() as session:
        assert session.exec(select(Approval)).one().approver == "Anna Redazione"
