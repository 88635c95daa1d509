"""The words that citizens write to join and to leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.whatsapp.words.commands import Command, command, hints_at_leaving
from flows.whatsapp.words.danger import is_danger


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
        "S T O P",
        "d.i.s.a.t.t.i.v.a.",
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
        "Attiva Mario Rossi?",
        "Disattivo, come faccio?",
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


JOINS = (
    "ATTIVA",
    "attivatemi",
    "vorrei attivare il servizio",
    "riattiva",
    "iscrivetemi",
    "mi iscrivo",
    "Attivazione",
)
REFUSALS = (
    "no",
    "no grazie",
    "nooo",
    "mai",
    "nemmeno per sogno",
    "anzi no",
    "👎",
    "NO!",
    "non voglio",
    "niente",
)
MARKS = (" ", ", ", "? ", ". ", "\n", " - ", "... ")


@pytest.mark.parametrize("join", JOINS)
@pytest.mark.parametrize("no", REFUSALS)
@pytest.mark.parametrize("mark", MARKS)
def test_a_refusal_never_joins(join: str, no: str, mark: str) -> None:
    assert command(f"{join}{mark}{no}") is not Command.ATTIVA
    assert command(f"{no}{mark}{join}") is not Command.ATTIVA
    assert command(f"solo allerte{mark}{no}") is None or no in ("niente", "👎")


@pytest.mark.parametrize("text", ["ok niente", "sì ma no", "va bene, nulla", "Sì 👎"])
def test_a_refusal_is_no_second_yes(text: str) -> None:
    assert command(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Siamo in vacanza. Solo allerte?",
        "Siamo in vacanza. Solo allerte. È possibile?",
        "Mia madre non abita più qui, togliete il suo numero. Solo allerte.",
    ],
)
def test_alerts_only_is_asked_about_beside_a_question_or_a_word_to_leave(text: str) -> None:
    assert command(text) is None


LETTER = "Vi ringrazio dei messaggi, che leggo sempre con mia sorella quando viene a trovarmi la domenica. "


@pytest.mark.parametrize("length", [0, 480, 512, 1000, 4000])
@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("DISATTIVA", Command.DISATTIVA),
        ("Cancellatemi.", Command.CANCELLAMI),
        ("Vi chiedo di disattivare il servizio.", Command.DISATTIVA),
        ("Vorrei essere tolta dalla lista. Grazie", Command.DISATTIVA),
        ("SOLO ALLERTE", Command.SOLO_ALLERTE),
        ("ATTIVA", Command.ATTIVA),
        ("Riattivatemi", Command.ATTIVA),
    ],
)
def test_a_letter_is_read_to_its_end(length: int, word: str, found: Command) -> None:
    before = (LETTER * (length // len(LETTER) + 1))[:length].rpartition(". ")[0]
    text = f"{before}.\n{word}"
    assert len(text) <= 4096
    assert command(text) is found


def test_danger_at_the_end_of_the_longest_letter_is_seen() -> None:
    end = "Aiuto, l'acqua entra in casa e sono bloccata"
    assert is_danger((LETTER * 50)[: 4096 - len(end)] + end)


@given(st.text(alphabet="abcdeiostmnACDISTVR ,.'àè", max_size=500))
def test_no_text_keeps_the_reader_busy_or_crashes_it(text: str) -> None:
    command(text)
    hints_at_leaving(text)
    is_danger(text)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "sono ",
            "mi chiamo ",
            "vorrei ",
            "cancella i miei ",
            "no e si ",
            "a,",
            "sono a b c, ",
            "di mi vi ",
        ),
        *(
            "non voglio ",
            "niente notizie ",
            "bambino a ",
            "disattiva,",
            "acqua a b ",
            "ma quindi sono a b c.",
        ),
        "\ufdfa",  # stands for eighteen letters
    ],
)
def test_a_text_made_to_keep_it_busy_does_not(piece: str) -> None:
    """Each is some milliseconds; a pattern that tries every way to read them would need years."""
    text = (piece * 4096)[:4096]
    assert command(text) is None or piece in ("no e si ", "disattiva,")
    hints_at_leaving(text)
    is_danger(text)
