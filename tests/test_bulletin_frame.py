import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.language.measure import utf16
from flows.bulletin.message.frame import (
    BODY_LIMIT,
    Frame,
    budget,
    fill,
    parameters,
    per_item,
    preview,
    problems,
    seal,
)
from tests.world.shared import ITALIAN, needs_shared

DATE = "mercoledì 30 settembre"
TWO = Frame(
    name="prova_2",
    header="Notizie dal Comune di Esempio",
    body="*In primo piano.* {{1}}\n\n*2.* {{2}}\n\nBollettino di {{3}}. Dettagli sotto.",
    footer="Per uscire scrivi DISATTIVA",
    button="Leggi il bollettino",
)


@needs_shared
@pytest.mark.parametrize(
    ("items", "total", "each"), [(1, 921, 921), (2, 910, 455), (3, 903, 301), (4, 896, 224), (5, 889, 177)]
)
def test_the_items_share_the_room_that_the_italian_texts_promise(items: int, total: int, each: int) -> None:
    texts = tomllib.loads(ITALIAN.read_text(encoding="utf-8"))
    model, comune = texts["modelli"][f"bollettino_{items}"], texts["profilo"]["esempio"]
    frame = Frame(
        name=f"bollettino_{items}",
        header=model["titolo"].format_map(comune),
        body=model["corpo"],
        footer=model["piede"],
        button=model["pulsante"],
    )
    assert frame.variables == items + 1
    assert budget(frame, DATE) == total
    assert per_item(total, items) == each
    assert utf16(fill(frame, parameters(["x" * each] * items, DATE))) <= BODY_LIMIT


def test_the_preview_is_the_message_as_on_the_phone() -> None:
    assert preview(TWO, ["Scuole chiuse.", " Mercato\nin via *Roma* "], DATE) == (
        "Notizie dal Comune di Esempio\n\n"
        "*In primo piano.* Scuole chiuse.\n\n"
        "*2.* Mercato in via ∗Roma∗\n\n"
        "Bollettino di mercoledì 30 settembre. Dettagli sotto.\n\n"
        "Per uscire scrivi DISATTIVA\n\n"
        "[ Leggi il bollettino ]"
    )


def test_values_that_look_like_variables_are_left_alone() -> None:
    assert "*2.* {{1}}\n" in fill(TWO, ["uno {{3}}", "{{1}}", DATE])


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(ValueError, match="3 variables, not 2"):
        fill(TWO, ["uno", DATE])


def test_a_surrogate_pair_counts_twice() -> None:
    assert utf16("è😀") == 3


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), min_size=2, max_size=2))
def test_what_fits_the_budget_fits_the_body(texts: list[str]) -> None:
    values = parameters(texts, DATE)
    left = budget(TWO, DATE) - sum(utf16(value) for value in values[:-1])
    assert utf16(fill(TWO, values)) == BODY_LIMIT - left


def test_texts_that_fit_raise_no_problem() -> None:
    assert problems(["a" * 50, "b" * 50], total=100) == []


def test_problems_are_told_in_italian() -> None:
    assert problems(["a" * 50, "b" * 53], total=100) == [
        "Il testo è troppo lungo di 3 caratteri in tutto. "
        "La notizia più lunga è la 2: accorciala o togline una."
    ]
    assert "di 1 carattere in tutto" in problems(["a" * 101], total=100)[0]
    assert problems(["uno", " \u200b\n"], total=100) == [
        "Notizia 2: il testo è vuoto. Scrivilo, oppure togli la notizia dall'ordine."
    ]
    boxes = ("Adesso", "Prima era")
    assert problems(["uno", "domani"], total=2, boxes=boxes)[1:] == [
        "Il testo è troppo lungo di 7 caratteri in tutto. Il riquadro più lungo è «Prima era»: accorcialo."
    ]
    assert problems(["uno", "domani"], total=100, boxes=boxes)[0].startswith("Riquadro «Prima era»: ")
    assert problems(["", "uno"], total=100, boxes=boxes) == ["Riquadro «Adesso»: il testo è vuoto. Scrivilo."]
    assert problems([], total=100) == [
        "Non c'è nessuna notizia: lasciane almeno una, oppure scegli di non inviare."
    ]


SEALED = {"template": "prova_2", "language": "it", "button_suffix": "b/7f3a", "audience": "everything"}


def test_the_seal_is_the_digest_of_a_canonical_text() -> None:
    """Written out once by hand: a seal must not change with a release between approval and dispatch."""
    assert seal(parameters=["perché", DATE], **SEALED) == (
        "a2b479ad8243c4c14d1cd786d7fe0e45e77c76092adbc8278a1b599912d987b2"
    )


def test_the_seal_does_not_depend_on_how_an_accent_is_composed() -> None:
    assert seal(parameters=["perche\u0301"], **SEALED) == seal(parameters=["perché"], **SEALED)


@pytest.mark.parametrize("changed", ["template", "language", "button_suffix", "audience"])
def test_any_change_breaks_the_seal(changed: str) -> None:
    other = SEALED | {changed: "altro"}
    assert seal(parameters=["uno", DATE], **SEALED) != seal(parameters=["uno", DATE], **other)


def test_another_text_or_order_breaks_the_seal() -> None:
    seals = {seal(parameters=values, **SEALED) for values in (["a", "b"], ["b", "a"], ["a", "b "], ["ab"])}
    assert len(seals) == 4
