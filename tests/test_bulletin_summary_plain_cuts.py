"""Cuts of a supply that an office tells in one long sentence; all invented."""

import pytest

from tests.test_bulletin_summary import told


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "Il gestore Acque del Rio S.p.A. comunica che giovedì 17 giugno 2027, dalle ore 8.30 alle "
            "ore 14.00, per la "
            "sostituzione di una valvola, sarà sospesa l'erogazione dell'acqua potabile in via Po e via "
            "Adda.",
            "Giovedì 17 giugno 2027, dalle 8:30 alle 14, manca l'acqua in via Po e via Adda.",
        ),
        (
            "Si informa che il 14 aprile 2027 dalle ore 9.00 alle ore 12.00 verrà interrotta la "
            "fornitura di energia "
            "elettrica in via Po e in via Adda per lavori sugli impianti.",
            "Il 14 aprile 2027, dalle 9 alle 12, manca la corrente in via Po e in via Adda.",
        ),
        (
            "La società di rete informa che venerdì 5 marzo 2027, dalle ore 9.00 alle ore 11.00, sarà "
            "sospesa la "
            "fornitura di gas metano.\n\nVie interessate:\n\n- via Po, dal n. 2 al n. 8\n- vicolo Adda",
            "Venerdì 5 marzo 2027, dalle 9 alle 11, manca il gas in via Po, dal numero 2 al numero 8 e "
            "vicolo Adda.",
        ),
    ],
)
def test_who_says_it_and_why_give_way_to_the_streets(body: str, text: str) -> None:
    assert told("Interruzione di un servizio", body=body).text.startswith(text)


@pytest.mark.parametrize("limit", ["salvo maltempo", "ad esclusione della scuola", "non prima delle 10"])
def test_a_sentence_with_a_limit_stays_whole(limit: str) -> None:
    body = (
        "Il gestore comunica che giovedì 17 giugno 2027, dalle ore 8.30 alle ore 14.00, sarà sospesa "
        "l'erogazione "
        f"dell'acqua in via Po, {limit}."
    )
    said = told("Sospensione dell'acqua in via Po", body=body).text
    assert "manca l'acqua" not in said or limit.split()[0] in said or "eccezioni" in said


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "sarà sospesa l'erogazione dell'acqua per lavori di sostituzione di una valvola in via Garibaldi",
            "Garibaldi",
        ),
        ("sarà sospesa l'erogazione dell'acqua per lavori ai soli residenti di via Tevere", "soli residenti"),
        (
            "sarà sospesa l'erogazione del gas per interventi in corso in via Adda ai civici 3, 5 e 7",
            "via Adda",
        ),
        (
            "sarà sospesa l'erogazione dell'acqua in via Po e la fornitura del gas in via Adda",
            "gas in via Adda",
        ),
    ],
)
def test_a_reason_that_holds_the_place_stays(said: str, kept: str) -> None:
    body = f"Il gestore comunica che mercoledì 17 giugno 2026 dalle ore 9 alle ore 12 {said}."
    text = told("Interruzione di un servizio", body=body).text
    assert not text or kept in text


def test_from_one_day_to_the_next_is_one_span() -> None:
    body = (
        "Il gestore comunica che dalle ore 22 di mercoledì 17 giugno alle ore 5 di giovedì 18 giugno "
        "2026 sarà sospesa "
        "l'erogazione dell'acqua in tutto il territorio comunale a causa di un guasto alla condotta."
    )
    text = told("Interruzione acqua", body=body).text
    assert text.startswith("Dalle 22 di mercoledì 17 giugno alle 5 di giovedì 18 giugno 2026 manca l'acqua")
