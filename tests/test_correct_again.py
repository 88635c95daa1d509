"""The same correction asked for once more, with the box for those who are still to be written to."""

import pytest

from flows.correct import CHANGE, ERROR, draft_for_the_rest, same_correction
from tests.test_correct import RIGHT, correction, sent_bulletin
from tests.test_settle import ANNA, close, corrected, letters, send, stopped, tell
from tests.world.comune import APPROVE, Comune

MENDED = "Via Roma chiude lunedì 30 novembre dalle 9 alle 18."


def test_what_was_mended_in_the_form_is_the_same_as_it_was_typed(comune: Comune) -> None:
    """Who is told to use *correggi* again types what they typed before: nobody is corrected twice."""
    comune.subscribe()
    original = sent_bulletin(comune)
    number = correction(comune, original, wrong="Via Roma è sempre aperta.")
    _, day, sent = (item.text for item in comune.items(number))
    told = comune.items(original)[0].text
    comune.answer(number, "Salva", texts=[MENDED, day, told])

    def found(right: str) -> int | None:
        same = same_correction(comune.engine, original, 1, right)
        return same.id if same else None

    assert sent != told
    assert found(RIGHT) == number, "as it was typed"
    assert found(MENDED) == number, "as it is now"
    assert found(f"  {MENDED.upper().rstrip('.')} ") == number, "as a citizen reads it"
    assert found("Via Verdi è chiusa.") is None


@pytest.mark.parametrize("reason", [ERROR, CHANGE])
@pytest.mark.parametrize("wrong", ["", "Via Roma è chiusa", "Via Verdi è chiusa."])
def test_what_is_left_empty_or_told_otherwise_the_second_time_corrects_nobody_twice(
    comune: Comune, wrong: str, reason: str
) -> None:
    """The letter asks for the line, the text and the box: what else stood in the form is not said again."""
    original = stopped(comune, tried=2)
    number = correction(comune, original, wrong=wrong, reason=reason)
    found = same_correction(comune.engine, original, 1, RIGHT)
    assert found is not None
    assert found.id == number
    assert same_correction(comune.engine, original, 1, MENDED) is None, "who has that one reads another text"


def account(comune: Comune, original: int) -> str:
    """What an editor is told of its correction when that was sent, up to the costs."""
    number = corrected(comune, original, "Via Roma è chiusa qui.")
    comune.answer(number, APPROVE)
    send(comune, number)
    tell(comune, number)
    told = [one.text for one in letters(comune, "esito") if one.bulletin_id == number]
    return " ".join(told[0].partition("Costo")[0].split())


@pytest.mark.parametrize(
    ("tried", "who"), [(2, "3 persone non hanno ricevuto niente"), (4, "1 persona non ha ricevuto niente")]
)
def test_a_correction_that_was_sent_names_who_has_nothing_of_a_stopped_send(
    comune: Comune, tried: int, who: str
) -> None:
    told = account(comune, stopped(comune, tried=tried))
    assert f"resta fermo, e {who}, nemmeno questa correzione." in told
    again = (
        "usa di nuovo «correggi», stessa riga e stesso testo giusto (da copiare: «Via Roma è chiusa qui.»), "
        "con la casella «L'invio è fermato» (basta che il testo sia lo stesso: chi ha già la correzione non "
        "ne riceve un'altra)"
    )
    assert again in told
    assert f": {comune.settings.order_link('correggi')} " in told
    assert f"Se nessun altro deve riceverlo, chiudi: {comune.settings.order_link('chiudi')}" in told
    assert "nemmeno questa correzione. Decid" in told, "one is named to act"
    left = who.partition(" non h")[0]
    stay = "resta" if tried == 4 else "restano"
    subject = f"PROVA · Inviato, ma {left} {stay} senza niente: messaggio di correzione «Via Roma"
    assert all(one.subject.startswith(subject) for one in letters(comune, "esito")), (
        "also to who reads no more"
    )


@pytest.mark.parametrize("way", ["closed", "with the box", "all"])
def test_where_nobody_is_left_without_it_a_correction_tells_of_no_box(comune: Comune, way: str) -> None:
    original = stopped(comune, tried=5 if way == "all" else 2)
    if way == "closed":
        close(comune, original)
    if way == "with the box":
        draft_for_the_rest(
            comune.settings,
            comune.engine,
            bulletin_id=original,
            position=1,
            right="Via Roma è chiusa qui.",
            who=ANNA,
            now=comune.now,
        )
    told = account(comune, original)
    assert "Il conto" in told
    assert "ATTENZIONE" not in told
    assert {one.subject.partition(": ")[0] for one in letters(comune, "esito")} == {"PROVA · Inviato"}
