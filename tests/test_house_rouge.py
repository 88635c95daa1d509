import pytest

from tests.bench.rouge import rouge_1, rouge_l, tokens


def test_accents_and_numbers_stay_whole() -> None:
    assert tokens("L'11 marzo, ore 9.30: la città è aperta") == [
        "l",
        "11",
        "marzo",
        "ore",
        "9.30",
        "la",
        "città",
        "è",
        "aperta",
    ]


def test_the_measures_on_a_case_done_by_hand() -> None:
    # 3 of 4 and 3 of 5 words in common; in order only `la riapre`
    assert rouge_1("la scuola riapre lunedì", "lunedì la mensa riapre presto") == pytest.approx(2 * 3 / 9)
    assert rouge_l("la scuola riapre lunedì", "lunedì la mensa riapre presto") == pytest.approx(2 * 2 / 9)
    assert rouge_1("", "qualcosa") == 0.0
    assert rouge_l("uguale", "uguale") == 1.0
