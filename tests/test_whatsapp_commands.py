"""The words that citizens write to join and to leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.whatsapp.commands import Command, command, hints_at_leaving
from flows.whatsapp.danger import is_danger


@pytest.mark.parametrize(
    "text",
    [
        "ATTIVA",
        "attiva",
        " Attiva. ",
        "«ATTIVA»",
        '"Attiva"',
        "*ATTIVA*",
        "ATTIVA!!! 👍",
        "ATT\u200bIVA",
        "ＡＴＴＩＶＡ",
        "Àttiva",
        "ATTIVA Mario Rossi",
        "attiva mario rossi",
        "Attiva - Mario De Rossi, Zivido",
        "ATTIVA La Rosa Mario",
        "attiva per favore",
        "attiva il servizio grazie",
        "ATTIVA ISCRIZIONE",
        "Attivazione",
        "attivare",
        "ISCRIVIMI Zivido",
        "Mi iscrivo",
        "iscrizione",
        "Iscrizione Mario Rossi",
        "iscrizione al servizio whatsapp",
    ],
)
def test_the_words_to_join(text: str) -> None:
    assert command(text) is Command.ATTIVA


@pytest.mark.parametrize(
    "text",
    [
        "DISATTIVA",
        "disattiva",
        "Dis-attiva",
        "Disattiva Mario Rossi",
        "DISATTIVA ISCRIZIONE",
        "disattivazione",
        "disattivami",
        "disattiva il servizio, grazie",
        "DISATTIVA ATTIVA",
        "STOP",
        "Stop.",
        "stop messaggi",
        "stop ai messaggi grazie",
        "Stop Mario Rossi",
        "mi cancello",
        "Cancella iscrizione",
        "cancella l'iscrizione",
        "annulla",
        "Basta!",
        "basta con questi messaggi",
        "DISATTIVA, non voglio più messaggi",
        "Disattiva perché ho cambiato casa e non abito più lì da mesi",
        "Stop! Non voglio più messaggi",
        "basta, non mandatemi più notizie",
        "D\u0336I\u0336S\u0336ATTIVA",
    ],
)
def test_the_words_to_leave(text: str) -> None:
    assert command(text) is Command.DISATTIVA


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "👍",
        "Buongiorno",
        "Vorrei sapere quando è attiva la raccolta",
        "La biblioteca è attiva?",
        "Attività per bambini",
        "non attiva",
        "stop, non vengo stasera",
        "Basta, il semaforo di via Roma è rotto",
        "basta rumore in piazza",
        "annulla la prenotazione",
        "iscrizione asilo nido",
        "disattiva la sirena",
        "Attiva che cosa?",
        "attiva / disattiva",
        "Bastardi",
        "Stopper",
        "mi iscrivono tutti",
        "cancella la multa",
    ],
)
def test_a_sentence_about_something_else_is_no_command(text: str) -> None:
    assert command(text) is None


@given(st.text(alphabet=" .,!?\"'*_-\n«»👍", max_size=6), st.text(alphabet=" .,!?\"'*_-\n«»👍", max_size=6))
def test_decoration_never_changes_a_command_and_leaving_is_never_joining(before: str, after: str) -> None:
    assert command(f"{before}disattiva{after}") is Command.DISATTIVA
    assert command(f"{before}ATTIVA{after}") is Command.ATTIVA


@given(st.text())
def test_no_text_crashes_and_none_that_begins_with_a_word_to_leave_joins(text: str) -> None:
    command(text)
    assert command(f"Disattiva {text}") is not Command.ATTIVA
    assert command(f"Stop {text}") is not Command.ATTIVA


@given(st.text(alphabet="abcdeiostmnACDISTVR ,.'àè", max_size=500))
def test_no_text_keeps_the_reader_busy_or_crashes_it(text: str) -> None:
    command(text)
    hints_at_leaving(text)
    is_danger(text)


@pytest.mark.parametrize("piece", ["sono ", "mi chiamo ", "vorrei ", "cancella i miei ", "no e si ", "a,"])
def test_a_text_made_to_keep_it_busy_does_not(piece: str) -> None:
    """Each is some milliseconds; a pattern that tries every way to read them would need years."""
    text = piece * 200
    assert command(text) is None or piece == "no e si "
    hints_at_leaving(text)
    is_danger(text)
