"""The same correction asked for once more, with the box for those who are still to be written to."""

from flows.correct import ERROR, same_correction
from tests.test_correct import RIGHT, correction, sent_bulletin
from tests.world.comune import Comune

MENDED = "Via Roma chiude lunedì 30 novembre dalle 9 alle 18."


def test_what_was_mended_in_the_form_is_the_same_as_it_was_typed(comune: Comune) -> None:
    """Who is told to use *correggi* again types what they typed before: nobody is corrected twice."""
    comune.subscribe()
    original = sent_bulletin(comune)
    number = correction(comune, original, wrong="Via Roma è sempre aperta.")
    _, day, sent = (item.text for item in comune.items(number))
    told = comune.items(original)[0].text
    comune.answer(number, "Salva", texts=[MENDED, day, told])

    def found(right: str, wrong: str) -> int | None:
        same = same_correction(comune.engine, original, 1, right, wrong, ERROR)
        return same.id if same else None

    assert sent != told
    assert found(RIGHT, "Via Roma è sempre aperta.") == number, "as it was typed"
    assert found(MENDED, told) == number, "as it is now"
    assert found(MENDED, "Via Verdi è chiusa.") is None, "of something else that was said"
