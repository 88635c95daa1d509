"""A model scored beside the frames: it writes inside the same gate, at any OpenAI-compatible address."""

import json

import pytest

from flows.profiles.llm import Llm
from tests.bench.eval_texts import main, of_model
from tests.bench.graded import Graded
from tests.bench.pairing import silent_elisions
from tests.world.chat_server import chat_server, completion

BODY = "Il concerto della banda è sabato 9 maggio 2026 alle 21 in piazza Verdi. L'ingresso è gratuito."
RIGHT = "Sabato 9 maggio 2026 alle 21, in piazza Verdi, c'è il concerto della banda. L'ingresso è gratuito."
PAGE = Graded("x1", "card", "Concerto della banda", "", BODY, "", "A", (), RIGHT, "", None)


def test_what_a_model_writes_is_taken_or_refused_with_the_reason() -> None:
    with chat_server() as service:
        llm = Llm(address=service.address, model="prova-1", max_retries=0)
        wrong = RIGHT.replace("21", "20")
        service.answer(*(completion(arguments=json.dumps({"testo": text})) for text in (RIGHT, wrong)))
        taken, refused = of_model([PAGE, PAGE], llm)
    assert taken.text == RIGHT
    assert refused.text == ""
    assert "20" in refused.reason


def test_an_address_without_a_model_is_a_mistake_that_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--address", "http://127.0.0.1:9/v1"])
    assert "--address and --model belong together" in capsys.readouterr().err


HOURS = [{"what": what, "hours": hours, "list": 1} for what, hours in (
    ("ritrovo", "ore 9.00"), ("gara", "ore 9.30"), ("premiazioni", "ore 12.00"),
)]  # fmt: skip
PAPERS = [{"what": what, "list": 1} for what in ("Abbonamento scaduto", "una foto", "codice fiscale")]


@pytest.mark.parametrize(
    ("text", "rows", "is_silent"),
    [
        ("La gara è dalle 9 alle 12.", HOURS, False),
        ("Il ritrovo per la gara è alle 9.", HOURS, True),
        ("La gara è dalle 9:30 alle 12.", HOURS, True),
        ("L'abbonamento scaduto si rinnova allo sportello.", PAPERS, False),
        ("L'abbonamento scaduto si rinnova allo sportello con una foto.", PAPERS, True),
    ],
)
def test_a_list_is_told_in_part_or_by_its_ends_or_not_at_all(
    text: str, rows: list[dict[str, object]], is_silent: bool
) -> None:
    assert bool(silent_elisions(text, rows, "Rinnovo dell'abbonamento scaduto")) is is_silent
