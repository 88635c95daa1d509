import pytest

from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.signals import signals
from flows.bulletin.summary.salience import Salience, factor, points_back


def keys(text: str) -> set[str]:
    return {one.key for one in signals(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Il 26 settembre, 10 e 17 ottobre alle ore 20:45",
            {"date 26/9", "date 10/10", "date 17/10", "time 20:45"},
        ),
        ("dalle 9.30 alle 12", {"time 9:30", "time 12:00"}),
        ("Ingresso € 6,50", {"money 6,50"}),
        ("tel. 02 9512345", {"phone 029512345"}),
        ("per bambini dai 6 ai 10 anni", {"age 6-10-", "who"}),
        ("entro 30 giorni", {"period 30 giorni", "deadline"}),
        ("ogni venerdì", {"weekday ven"}),
        ("Concerto rinviato", {"state rinvi"}),
        ("Con ordinanza n. 43 del 27 maggio 2026 si dispone", set()),
    ],
    ids=["dates", "hours", "price", "phone", "age", "period", "weekday", "state", "act"],
)
def test_what_a_citizen_needs_is_seen(text: str, expected: set[str]) -> None:
    assert expected <= keys(text)
    if not expected:
        assert not any(key.startswith("date") for key in keys(text))


def test_the_second_hour_of_a_span_weighs_less_than_the_first() -> None:
    weights = {one.key: one.weight for one in signals("dalle 9:30 alle 12:00")}
    assert weights["time 9:30"] > weights["time 12:00"]


def test_the_same_thing_has_one_bit_wherever_it_stands() -> None:
    salience = Salience("Concerto", ["Il 3 marzo alle ore 21.", "Martedì 3 marzo si suona."])
    first, second = salience.mask("Il 3 marzo alle ore 21."), salience.mask("Martedì 3 marzo si suona.")
    assert first & second & salience.calendar
    assert salience.value(first) > salience.value(second)


def test_a_title_that_calls_off_outweighs_a_day() -> None:
    salience = Salience("Concerto annullato", [])
    assert salience.value(salience.mask("È annullato.")) > salience.value(
        salience.mask("Il 3 marzo alle ore 21.")
    )


def test_what_surrounds_the_news_is_trusted_less() -> None:
    news = factor("La mostra apre il 3 marzo alle ore 10 in Municipio.", 3, False)
    for aside in (
        "«Una mostra bella», ha dichiarato la sindaca Anna Verdi.",
        "Nato a Milano nel 1934, si è laureato e ha avuto una lunga carriera.",
        "Qualora il tempo sia brutto si va in palestra.",
        "LA RESPONSABILE DELL'AREA SERVIZI",
        "Ma dove trovarla?",
    ):
        assert factor(aside, 3, False) < news
    assert factor("Il 3 marzo del 1820 Anna arriva in paese.", 3, True) < news


def test_a_phrase_that_leans_on_another_is_known() -> None:
    assert points_back("Tale servizio è gratuito.")
    assert points_back("Chi non lo riceve va in Comune.")
    assert not points_back("Il servizio è gratuito.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("La strada è chiusa", True),
        ("Il Comune organizza una festa", True),
        ("Si comincia alle nove", True),
        ("La presentazione del libro", False),
        ("L'organizzazione della festa", False),
    ],
)
def test_a_verb_is_told_from_its_noun(text: str, expected: bool) -> None:
    assert has_verb(text) is expected
