"""Measures that a road's page lists, told in one sentence with their days."""

import pytest

from flows.bulletin.summary.text import summarise

_ITEMS = (
    "- divieto di transito in via Garetti, eccetto residenti\n"
    "- divieto di sosta con rimozione forzata su ambo i lati, dalle 0 alle 24\n"
    "- doppio senso di marcia in via Salici per i soli residenti"
)


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        pytest.param(
            "Lavori in via Garetti: modifiche alla viabilità",
            "Da lunedì 18 gennaio partono i lavori alla fognatura in via Garetti. Il cantiere durerà fino "
            "a venerdì 12 "
            f"febbraio.\nSaranno in vigore i seguenti provvedimenti:\n{_ITEMS}",
            "Per i lavori in via Garetti, da lunedì 18 gennaio a venerdì 12 febbraio sono in vigore: "
            "divieto di transito "
            "in via Garetti, eccetto residenti; divieto di sosta con rimozione forzata su ambo i lati; "
            "doppio senso di "
            "marcia in via Salici per i soli residenti.",
            id="items of a list",
        ),
        pytest.param(
            "Carnevale dei rioni: limitazioni al traffico di domenica 7 febbraio",
            "Domenica 7 febbraio 2027 la viabilità del centro subirà alcune modifiche.\nDivieto di sosta "
            "con rimozione\n"
            "Dalle ore 8.00 alle ore 20.00 in piazza Vittorio Emanuele, corso Mazzini, via Roma, via dei "
            "Mille e nel "
            "parcheggio di piazza dei Martiri.\nDivieto di transito\nDalle ore 13.00 alle ore 19.30, e "
            "comunque fino al "
            "termine della manifestazione, nelle stesse vie e in via del Torrione.",
            "Per il carnevale dei rioni, domenica 7 febbraio 2027 sono in vigore divieto di sosta e "
            "divieto di transito. "
            "Vie, orari ed eccezioni sono nella pagina.",
            id="headings with their lines, too long",
        ),
    ],
)
def test_measures_are_told_all_with_their_days(title: str, body: str, text: str) -> None:
    assert summarise(title=title, abstract="", body=body, limit=275).text == text


def test_a_measure_of_another_day_gives_no_such_sentence() -> None:
    body = (
        "Da lunedì 18 a venerdì 22 gennaio ci sono lavori in via Garetti.\nSono in vigore:\n"
        "- divieto di transito in via Garetti\n- divieto di sosta in via Salici mercoledì 27 gennaio"
    )
    text = summarise(title="Lavori in via Garetti", abstract="", body=body, limit=275).text
    assert "sono in vigore:" not in text


def test_measures_of_two_lists_give_no_such_sentence() -> None:
    body = (
        "Da lunedì 18 a venerdì 22 gennaio ci sono lavori.\nIn via Garetti:\n- divieto di transito\n- "
        "divieto di sosta\n\nIn via Salici:\n- senso unico verso il centro\n- divieto di sosta"
    )
    text = summarise(title="Lavori in via Garetti e via Salici", abstract="", body=body, limit=275).text
    assert "sono in vigore:" not in text
