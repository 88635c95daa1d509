"""What is to be done about a template of ours, by what Meta holds and what Meta takes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from flows.whatsapp.account_templates import TemplateState
from flows.whatsapp.template_plan import EDITABLE, Act, Past, editable_at, step, twins
from flows.whatsapp.templates import ALTERATIONS, TemplateDefinition, creation_payload, problems
from tests.world.builders import NOW
from tests.world.frames import SHORT, definitions

ADDRESS = "https://bollettino.comune.prova.it/b/"
OURS = definitions(SHORT)["bollettino_2"]
DAY = timedelta(days=1)
UNKNOWN = Past()


def there(status: str = "APPROVED", **changes: Any) -> TemplateState:
    components = creation_payload(OURS, ADDRESS)["components"]
    same = TemplateState(
        status, "MARKETING", 259_200, None, components, dict.fromkeys(ALTERATIONS, "OPT_OUT"), id="7"
    )
    return replace(same, **changes)


def decide(
    state: TemplateState | None, past: Past = UNKNOWN, ours: TemplateDefinition = OURS
) -> tuple[Act, str]:
    found = step(ours, ADDRESS, "it", state, past, NOW)
    assert (found.payload is not None) == (found.act in (Act.create, Act.edit))
    return found.act, found.words


def test_what_meta_holds_as_ours_needs_nothing_and_what_it_does_not_hold_is_created() -> None:
    assert decide(there()) == (Act.none, "")
    found = step(OURS, ADDRESS, "it", None, Past(), NOW)
    assert (found.act, found.payload) == (Act.create, creation_payload(OURS, ADDRESS))


def test_what_differs_is_edited_whole_without_a_category() -> None:
    found = step(OURS, ADDRESS, "it", there(ttl_seconds=60, components=[]), Past(), NOW)
    assert found.act == Act.edit
    assert "il testo" in found.words
    assert "lives 60 seconds" in found.words
    assert tuple(found.payload or ()) == EDITABLE


def test_a_category_that_meta_changed_is_told_and_not_fought() -> None:
    act, words = decide(there(category="UTILITY"))
    assert act == Act.none
    assert "Meta made it UTILITY" in words
    found = step(OURS, ADDRESS, "it", there("REJECTED", category="UTILITY"), Past(), NOW)
    assert (found.act, (found.payload or {})["category"]) == (Act.edit, "MARKETING")


@pytest.mark.parametrize(
    ("status", "act", "told"),
    [
        ("PENDING", Act.wait, "reviews it"),
        ("IN_APPEAL", Act.wait, "appeal"),
        ("REJECTED", Act.person, "rejected (PROMOTIONAL): change its words"),
        ("PAUSED", Act.person, "ends a first pause after 3 hours"),
        ("DISABLED", Act.person, "WhatsApp Manager"),
        ("ARCHIVED", Act.person, "unarchive it"),
        ("LIMIT_EXCEEDED", Act.person, "delete what nobody uses"),
        ("A_NEW_WORD", Act.person, "Meta calls it A_NEW_WORD"),
    ],
)
@pytest.mark.parametrize("differs", [False, True])
def test_a_state_that_is_no_good_says_what_to_do(status: str, act: Act, told: str, differs: bool) -> None:
    state = there(status, rejected_for="PROMOTIONAL", ttl_seconds=60 if differs else 259_200)
    found, words = decide(state)
    if differs and status in ("REJECTED", "PAUSED"):
        assert found == Act.edit
    else:
        assert (found, told in words) == (act, True)


@pytest.mark.parametrize(
    ("edits", "waits"),
    [
        ([], timedelta()),
        ([DAY], timedelta()),
        ([timedelta(hours=23)], timedelta(hours=1)),
        ([day * DAY for day in range(2, 11)], timedelta()),
        ([day * DAY for day in range(2, 12)], 19 * DAY),
        ([day * DAY for day in range(1, 31)], 20 * DAY),
        ([day * 3 * DAY for day in range(1, 11)], timedelta()),
    ],
)
def test_meta_takes_one_edit_a_day_and_ten_a_month(edits: Sequence[timedelta], waits: timedelta) -> None:
    moments: list[datetime] = [NOW - ago for ago in edits]
    assert editable_at(moments, NOW) == NOW + waits
    found = step(OURS, ADDRESS, "it", there(ttl_seconds=60), Past(moments), NOW)
    assert (found.act, found.until) == ((Act.wait, NOW + waits) if waits else (Act.edit, None))
    assert decide(there("PAUSED", ttl_seconds=60), Past(moments))[0] == Act.edit


def test_a_deleted_name_is_locked_for_thirty_days() -> None:
    found = step(OURS, ADDRESS, "it", None, Past(deleted_at=NOW - 29 * DAY), NOW)
    assert (found.act, found.until) == (Act.wait, NOW + DAY)
    assert decide(None, Past(deleted_at=NOW - 30 * DAY))[0] == Act.create


def test_what_meta_would_reject_is_not_submitted_and_says_why() -> None:
    wrong = replace(OURS, footer="*Ciao* 👋", body=f"Un\ttesto.{OURS.body}")
    assert problems(wrong, ADDRESS) == [
        "bollettino_2: the footer may hold neither markup nor pictograms",
        "bollettino_2: the body may hold neither a tab, nor five spaces, nor two empty lines in a row",
    ]
    act, words = decide(there(), ours=wrong)
    assert act == Act.refused
    assert words.startswith("the footer may hold")
    assert twins(
        [OURS, replace(OURS, name="altro"), replace(OURS, name="terzo", footer="Un altro piede")]
    ) == {"altro": "it has the body and the footer of bollettino_2"}
    assert twins(list(definitions(SHORT).values())) == {}
