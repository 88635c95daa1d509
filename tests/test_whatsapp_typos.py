"""Slips of the two words that count: what was meant is done, and a slip of leaving never joins."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.whatsapp.words.commands import Command, command, hints_at_leaving
from flows.whatsapp.words.slips import corrected, latin

LETTERS = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


@st.composite
def slips(draw: st.DrawFn, word: str) -> str:
    place = draw(st.integers(0, len(word) - 1))
    begin, letter, rest = word[:place], word[place], word[place + 1 :]
    kind = draw(st.sampled_from(["other", "out", "twice", "swapped"]))
    if kind == "other":
        return begin + draw(LETTERS) + rest
    if kind == "swapped" and rest:
        return begin + rest[0] + letter + rest[1:]
    return begin + rest if kind == "out" else begin + letter * 2 + rest


@given(slips("DISATTIVA"), st.sampled_from(["", " grazie", " per favore", " Mario Rossi", "!!!"]))
def test_any_slip_of_leaving_leaves(word: str, after: str) -> None:
    assert command(word + after) is Command.DISATTIVA
    assert command(word.lower() + after) is Command.DISATTIVA


@given(slips("ATTIVA"))
def test_a_slip_of_joining_joins_or_does_nothing(word: str) -> None:
    assert command(word) in (Command.ATTIVA, None)


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("{}TTIVA", "AQWSZX4"),
        ("A{}TIVA", "TRYFGHCK"),  # and as others write it: "activa", "aktiva"
        ("AT{}IVA", "TRYFGH"),
        ("ATT{}VA", "IUOJKL1"),
        ("ATTI{}A", "VBDFG"),  # not "attica"
        ("ATTIV{}", "AQWSZX4"),  # not "attivo", "attivi", "attive"
    ],
)
def test_a_key_beside_it_or_a_sign_that_looks_alike_still_joins(pattern: str, letters: str) -> None:
    signs = string.ascii_uppercase + string.digits
    assert {sign for sign in signs if corrected(pattern.format(sign)) == "ATTIVA"} == set(letters)


@pytest.mark.parametrize(
    "word",
    ["TTIVA", "ATIVA", "ATTVA", "ATTIA", "ATTIV", "AATTIVA", "ATTTIVA", "ATTIIVA", "ATTIVAA"],
)
def test_a_letter_left_out_or_twice_still_joins(word: str) -> None:
    assert corrected(word) == "ATTIVA"


@pytest.mark.parametrize("word", ["TATIVA", "ATITVA", "ATTVIA", "ATTIAV"])
def test_two_letters_in_the_wrong_order_still_join(word: str) -> None:
    assert corrected(word) == "ATTIVA"


@given(slips("DISATTIVA"), slips("DISATTIVA"))
def test_two_slips_never_join(one: str, other: str) -> None:
    assert command(f"{one} {other}") is not Command.ATTIVA


@pytest.mark.parametrize(
    "word", ["CATTIVA", "ATTICA", "ATTIVE", "NATIVA", "ARRIVA", "ATTESA", "MOTIVA", "STIVA", "ATTIRA", "DIVA"]
)
def test_words_of_their_own_are_left_alone(word: str) -> None:
    assert corrected(word) == word
    assert command(word) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [("СТОП", "STOP"), ("Дисаттива", "Disattiva"), ("ATTIVA", "ATTIVA"), ("Київ", "Kiїv")],
)
def test_italian_on_a_keyboard_of_others(text: str, meant: str) -> None:
    assert latin(text) == meant


@given(st.text())
def test_only_letters_of_that_keyboard_are_changed(text: str) -> None:
    assert len(latin(text)) == len(text)
    assert latin(latin(text)) == latin(text)


def test_a_slip_inside_a_sentence_gets_the_doubt_answer() -> None:
    assert command("disattuva la sirena") is None
    assert hints_at_leaving("disattuva la sirena")
