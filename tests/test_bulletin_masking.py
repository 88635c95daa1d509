import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.bulletin.proposal.masking import PLACEHOLDER, mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Scrivere a anna.verdi@comune.esempio.it.", "Scrivere a [EMAIL-1]."),
        ("Tel. 333 1234567 oppure 347.1234568", "Tel. [TEL-1] oppure [TEL-2]"),
        ("Cell. +39 333 123 45 67, anche 333 1234567.", "Cell. [TEL-1], anche [TEL-2]."),
        ("C.F. RSSMRA80A01F205X", "C.F. [CF-1]"),
        ("IBAN IT60 X054 2811 1010 0000 0123 456", "IBAN [IBAN-1]"),
        ("IBAN IT60X0542811101000000123456.", "IBAN [IBAN-1]."),
        ("Parla Mario Rossi; poi Mario Rossi saluta.", "Parla [NOME-1]; poi [NOME-1] saluta."),
        ("ROSSI MARIO, graduatoria", "[NOME-1], graduatoria"),
        (
            "La sig.ra Bianchi e il dott. De Luca ricevono.",
            "La sig.ra [NOME-1] e il dott. [NOME-2] ricevono.",
        ),
        ("La Biblioteca Anna Frank di via Mario Rossi", "La Biblioteca [NOME-1] di via [NOME-2]"),
        ("Il medico Giulia D'Angelo e Anna Maria Lo Russo", "Il medico [NOME-1] e [NOME-2]"),
    ],
)
def test_what_identifies_a_person_is_replaced_and_numbered_by_place(text: str, masked: str) -> None:
    made = mask(text)
    assert made.text == masked
    assert made.restore(made.text) == text


@pytest.mark.parametrize(
    "text",
    [
        "URP 02 1234 5678, numero verde 800 123 456, emergenze 112, centralino 0372.4071",
        "lunedì 30 novembre 2026 dalle 8 alle 18, 333 posti, importo 3.331.234 euro",
        "Delibera n. 3331234567/2026 e protocollo 2026/3331234567",
        "Sagra di San Giovanni, chiesa di Santa Lucia, Palazzo Comunale, Piazza Garibaldi",
        "Il sig. sindaco riceve il dott. del servizio",
    ],
)
def test_what_a_citizen_needs_of_an_office_stays(text: str) -> None:
    made = mask(text)
    assert (made.text, dict(made.hidden)) == (text, {})


def test_a_placeholder_of_the_page_itself_is_never_given_to_a_person() -> None:
    text = "Vedi [TEL-1] e [email-1]: 333 1234567, anna@esempio.it"
    made = mask(text)
    assert made.text == "Vedi [TEL-1] e [email-1]: [TEL-2], [EMAIL-2]"
    assert made.restore(made.text) == text


def test_the_same_things_are_hidden_in_another_text_and_come_back_whatever_their_case() -> None:
    made = mask("Chiamare Mario Rossi al 333 1234567.")
    assert made.hide("Il numero «333 1234567» di Mario Rossi, non 333 12345678.") == (
        "Il numero «[TEL-1]» di [NOME-1], non 333 12345678."
    )
    assert made.restore("Chiama [nome-1], [TEL-9].") == "Chiama Mario Rossi, [TEL-9]."


def test_what_was_hidden_does_not_show_in_a_trace() -> None:
    assert "333" not in repr(mask("Tel. 333 1234567"))


PIECES = st.sampled_from(
    ["Mario Rossi", "333 1234567", "anna@esempio.it", "[TEL-1]", "RSSMRA80A01F205X", "Rossi", "sig. ", " "]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=12).map("".join))
def test_putting_back_gives_the_text_again_and_masking_is_the_same_each_time(text: str) -> None:
    made = mask(text)
    assert made.restore(made.text) == PLACEHOLDER.sub(lambda found: found[0], text)
    assert made == mask(text)
    assert not re.search(r"\banna@esempio\.it\b", made.text)
