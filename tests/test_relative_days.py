from datetime import date

import pytest

from flows.bulletin.prose.relative_days import is_relative, resolved

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Domani la scuola è chiusa.", "Giovedì 26 novembre la scuola è chiusa."),
        ("Si può pagare entro domani.", "Si può pagare entro giovedì 26 novembre."),
        ("Da oggi si paga.", "Da mercoledì 25 novembre si paga."),
        ("Dopodomani sciopero.", "Venerdì 27 novembre sciopero."),
        ("Stasera alle 21 concerto.", "Mercoledì 25 novembre alle 21 concerto."),
        ("Domani sera concerto.", "La sera di giovedì 26 novembre concerto."),
        ("Chiude da domani mattina.", "Chiude da giovedì 26 novembre mattina."),
        ("Questa settimana niente mercato.", "Da lunedì 23 a domenica 29 novembre niente mercato."),
        ("Riapre la prossima settimana.", "Riapre da lunedì 30 novembre a domenica 6 dicembre."),
    ],
)
def test_a_relative_day_is_written_out_from_the_day_of_publication(text: str, expected: str) -> None:
    assert resolved(text, WEDNESDAY) == expected
    assert not is_relative(expected)


@pytest.mark.parametrize("published", [None, WEDNESDAY, date(2020, 1, 1)], ids=str)
def test_a_day_that_the_text_gives_itself_needs_no_publication(published: date | None) -> None:
    assert resolved("Domani, giovedì 26 novembre, si vota.", published) == "Giovedì 26 novembre, si vota."


@pytest.mark.parametrize(
    "text",
    [
        "Domani si vota.",
        "Stasera concerto.",
        "Questa settimana sciopero.",
        "Torna sabato prossimo.",
        "Stanotte gelo.",
    ],
)
def test_without_a_publication_the_word_stays_and_shows(text: str) -> None:
    assert resolved(text, None) == text
    assert is_relative(text)


def test_a_weekday_that_does_not_agree_is_left_alone() -> None:
    said = "Domani venerdì si vota."
    assert resolved(said, WEDNESDAY) == said
    assert is_relative(said)


@pytest.mark.parametrize("text", ["Il Comune d'oggi.", "Ad oggi mancano i fondi.", "La strada di Domanini."])
def test_words_that_only_look_like_days_are_none(text: str) -> None:
    assert resolved(text, WEDNESDAY) == text
    assert not is_relative(text)
