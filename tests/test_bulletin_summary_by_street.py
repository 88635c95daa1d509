"""Ordinances that forbid in one street what they do not forbid in the other; all invented."""

import pytest

from tests.test_bulletin_summary import told

TITLE = "Ordinanza n. 12/2027 - Modifiche alla circolazione in via Adda e via Po"
BODY = """Per lavori di fibra ottica si ordina

dal 3 al 14 maggio 2027, dalle ore 8 alle ore 18:
1) il divieto di transito in via Adda, dal civico 2 al civico 30{whom};
2) il divieto di sosta con rimozione in {where};
3) {more}.
"""


def text_of(where: str = "via Po", more: str = "il limite di 30 km/h", whom: str = "") -> str:
    return told(TITLE, body=BODY.format(where=where, more=more, whom=whom)).text or ""


def test_each_street_has_its_own_ban() -> None:
    assert text_of().startswith(
        "Dal 3 al 14 maggio 2027, dalle 8 alle 18, in via Adda è vietato il transito e in via Po è vietata "
        "la sosta."
    )


def test_streets_of_one_ban_are_told_together() -> None:
    assert "in via Po e via Oglio è vietata la sosta" in text_of("via Po e via Oglio")


def test_what_holds_on_two_of_the_days_is_told_with_them() -> None:
    said = text_of(more="il senso unico alternato in via Oglio, nei giorni 5 e 6 maggio 2027")
    assert "; il 5 e il 6 maggio in via Oglio si viaggia a senso unico alternato." in said


def test_in_one_street_two_measures_have_their_own_days() -> None:
    body = """dal 15/02/2027 al 26/02/2027 in via Adda, tra via Po ed il civico 48:
1. il senso unico alternato regolato da movieri;
2. il divieto di sosta;
3. nei giorni 18/02/2027 e 19/02/2027 il divieto di transito dalle ore 09:00 alle ore 15:00, con deviazione \
lungo via Oglio.
"""
    said = told("Ordinanza n. 11/2027 - Senso unico alternato in via Adda", body=body).text or ""
    assert said.startswith(
        "Dal 15 al 26 febbraio 2027 in via Adda si viaggia a senso unico alternato ed è vietata la sosta; "
        "il 18 e il 19 febbraio, dalle 9 alle 15, è vietato il transito."
    )


@pytest.mark.parametrize(
    ("where", "more"),
    [
        ("via Po", "il divieto di transito nelle stesse vie nei giorni 5 e 6 maggio"),
        ("via Po", "in caso di pioggia il divieto di transito in via Oglio"),
        ("via Po", "la revoca del divieto di sosta in via Adda"),
        ("via Po", "l'ultima settimana di maggio è vietato anche il transito in via Po"),
        ("via Po", "il doppio senso di circolazione in via Oglio"),
        ("via Po", "il divieto di sosta e di transito in via Oglio"),
        ("via Po, per le sole auto", "il limite di 30 km/h"),
        ("via Po a giorni alterni", "il limite di 30 km/h"),
        ("via Po", "in direzione di Adda il limite di 30 km/h"),
        ("via Po ogni giovedì", "il limite di 30 km/h"),
        ("via Po, via Oglio, via Ticino, via Sesia", "il limite di 30 km/h"),
    ],
)
def test_where_a_street_or_a_day_is_unsure_nothing_is_told_of_each(where: str, more: str) -> None:
    assert "è vietato il transito e in via Po" not in text_of(where, more)


def test_a_ban_at_hours_of_its_own_gives_them_to_no_other() -> None:
    said = text_of(more="il divieto di sosta in via Oglio dalle 0 alle 24")
    assert "dalle 0 alle 24" not in said
    assert "orari" in said


def test_a_night_is_no_two_days() -> None:
    body = (
        "Nella notte tra martedì 4 e mercoledì 5 maggio 2027, dalle 22 alle 6, chiusura al traffico di via "
        "Adda; divieto di sosta in via Po dalle 20."
    )
    said = told("Chiusura notturna di via Adda e divieto di sosta in via Po", body=body).text or ""
    assert "in via Adda è chiusa la strada" not in said


def test_what_is_added_on_one_of_two_days_is_told() -> None:
    body = (
        "Lunedì 3 e lunedì 10 maggio 2027, dalle 6 alle 12, divieto di sosta in via Adda. Il 10 maggio 2027 "
        "anche divieto di transito in via Adda."
    )
    said = told("Ordinanza n. 31: divieto di sosta in via Adda", body=body).text or ""
    assert "; il 10 maggio è vietato il transito." in said
