"""Sides of a road and turns of children, told of their opposite: blocked; told right: not."""

import pytest

from flows.bulletin.guard.verdict import check

ROAD = "Chiusura della carreggiata sud e doppio senso sulla carreggiata nord dal 26 giugno al 15 luglio."
AFTER = "La carreggiata nord è chiusa, la carreggiata sud è aperta."
SHORT = "500 euro per il primo figlio, 300 euro per il secondo figlio."
GRANT = (
    "Per il primo figlio si riceve un contributo di 400 euro;\n"
    "per ogni figlio dopo il primo si riceve un contributo di 300 euro;\n"
)


@pytest.mark.parametrize(
    ("source", "text", "is_blocked"),
    [
        (ROAD, "È chiusa la carreggiata nord e si viaggia nei due sensi sulla carreggiata sud.", True),
        (ROAD, "È chiusa la carreggiata sud e si viaggia nei due sensi sulla carreggiata nord.", False),
        (ROAD, "La carreggiata sud è chiusa.", False),
        (GRANT, "Il contributo è di 300 euro per il primo figlio e di 400 euro dopo il primo.", True),
        (GRANT, "Il contributo è di 400 euro per il primo figlio e di 300 euro dopo il primo.", False),
        (GRANT, "Il contributo è di 400 euro per il primo figlio.", False),
        (AFTER, "La carreggiata sud è chiusa, la carreggiata nord è aperta.", True),
        (AFTER, "È aperta la carreggiata sud e chiusa la carreggiata nord.", False),
        (AFTER, "D'estate la carreggiata nord è chiusa.", False),
        (SHORT, "Per il primo figlio 500 euro, per il secondo figlio 300 euro.", False),
        (SHORT, "Si ricevono 500 euro secondo la legge.", False),
    ],
)
def test_what_a_page_sets_against_each_other_is_not_turned_round(
    source: str, text: str, *, is_blocked: bool
) -> None:
    assert bool(check(text, source).blocked) is is_blocked
