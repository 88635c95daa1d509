"""What a text tells of a measure for more or less than it is: its part of a street, its hours."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks import gate


def test_a_street_s_name_that_begins_as_a_word_of_traffic_is_not_told() -> None:
    page = read(
        title="Fiera di San Biagio: modifiche alla viabilità",
        abstract="",
        body=(
            "In occasione della Fiera sarà modificata la circolazione nel centro cittadino.\n\n"
            "Sabato 16 ottobre 2027 dalle ore 8 alle ore 24:\n\n"
            "| Via | Divieto |\n|---|---|\n| Via Circonvallazione | transito |\n| Via Garibaldi | sosta |\n"
        ),
    )
    text = "Sabato 16 ottobre 2027 sarà modificata la circolazione nel centro. Vie e orari sono nella pagina."
    assert not any("più strade" in fault for fault in gate.judge(text, page).refused)


PART = "Il 10 marzo 2027 un tratto di via del Colle, dal ponte alla curva, sarà chiuso dalle 8.30 alle 15.30."


@pytest.mark.parametrize(
    ("body", "is_part"),
    [
        (PART, True),
        ("Mercoledì 10 marzo 2027 via del Colle sarà chiusa dalle 8.30 alle 15.30.", False),
        (f"{PART}\n\nVenerdì 12 marzo 2027 via del Colle sarà chiusa dalle 8.30 alle 15.30.", False),
    ],
)
def test_a_street_of_which_a_part_is_shut_is_not_told_as_shut(body: str, is_part: bool) -> None:
    page = read(title="Potatura in via del Colle", abstract="", body=body)
    text = "Via del Colle è chiusa mercoledì 10 marzo 2027, dalle 8:30 alle 15:30."
    assert any("non dice il tratto" in fault for fault in gate.judge(text, page).refused) is is_part


def test_a_title_of_hours_needs_hours_or_word_of_them() -> None:
    body = (
        "La biblioteca ad agosto apre da lunedì a venerdì dalle 9 alle 13. È chiusa dal 9 al 21 agosto 2027."
    )
    page = read(title="Biblioteca: orario di agosto", abstract="", body=body)
    text = "La biblioteca è chiusa dal 9 al 21 agosto 2027."
    assert "Il titolo parla di orari, e il testo non ne dice." in gate.judge(text, page).refused
    assert not gate.judge(f"{text} Gli orari sono nella pagina.", page).refused
