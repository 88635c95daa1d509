"""What citizens write, read without a database: the table of inbound texts, and each word of the patterns."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.whatsapp.updates import InboundMessage
from flows.whatsapp.words.commands import Command, command, hints_at_leaving
from flows.whatsapp.words.courtesy import deserves_an_answer
from flows.whatsapp.words.danger import is_danger

DATA = Path(__file__).parent / "data"
GROUPS: list[dict[str, Any]] = [
    group
    for name in ("inbound_texts.toml", "inbound_words.toml")
    for group in tomllib.loads((DATA / name).read_text(encoding="utf-8"))["group"]
]
READINGS = {
    "gia_attiva": Command.ATTIVA,
    "solo_allerte": Command.SOLO_ALLERTE,
    "arrivederci": Command.DISATTIVA,
    "cancellazione": Command.CANCELLAMI,
    "info": Command.INFO,
    "aiuto": Command.AIUTO,
}


def answers(text: str) -> list[str]:
    """What a subscriber's text would be answered on a quiet day, by its words alone."""
    warned = ["emergenza"] if is_danger(text) else []
    asked = command(text)
    for name, meaning in READINGS.items():
        if asked is meaning:
            return [*warned, name]
    if hints_at_leaving(text):
        return [*warned, "stop_dubbio"]
    message = InboundMessage(
        id="1", phone=None, bsuid=None, at=datetime(2026, 11, 24, tzinfo=UTC), type="text", text=text, raw={}
    )
    return warned or (["cortesia"] if deserves_an_answer(message) else [])


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS, ids=[" ".join(one["answers"]) or "silence" for one in GROUPS])
def test_every_text_of_the_table_is_read_as_what_it_must_do(group: dict[str, Any]) -> None:
    assert {text: got for text in group["texts"] if (got := answers(text)) != group["answers"]} == {}


@pytest.mark.slow
@pytest.mark.parametrize("text", ["sì", "sii", "confermo", "conferma", "accetto", "certo", "ok", "va bene"])
def test_a_second_yes_is_said_in_many_words(text: str) -> None:
    assert command(text) is Command.CONFERMA
