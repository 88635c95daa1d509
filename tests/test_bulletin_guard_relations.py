"""The guard on relations: a text of right facts that says something else than its page is seen, a right one is not."""  # noqa: E501

import pytest

from flows.bulletin.guard.verdict import Verdict, check

CASES = {
    "role": (
        "Bando sport\nLe domande si presentano entro il 12 marzo 2026 allo sportello.",
        "Le domande per il bando si presentano fino al 12 marzo 2026.",
        "Le domande per il bando si presentano dal 12 marzo 2026.",
    ),
    "publication": (
        "Assemblea di quartiere\nL'assemblea è giovedì 14 maggio alle 21 in sala civica.\nPrima pubb.: 02/05/2026",  # noqa: E501
        "L'assemblea di quartiere è il 14 maggio.",
        "L'assemblea di quartiere è il 2 maggio.",
    ),
    "exchanged hours": (
        "Palio dei rioni\nRITROVO: ore 08:10 - PARTENZA 08:45",
        "Il ritrovo è alle 8:10 e si parte alle 8:45.",
        "Il ritrovo è alle 8:45 e si parte alle 8:10.",
    ),
    "negation": (
        "Tessere sport\nLe tessere non possono essere cedute ad altre persone della famiglia.",
        "Le tessere non si possono cedere ad altre persone della famiglia.",
        "Le tessere possono essere cedute ad altre persone di famiglia.",
    ),
    "cancelled": (
        "RINVIATO - Concerto della banda\nIl concerto di sabato 6 giugno è stato rinviato a data da destinarsi.",  # noqa: E501
        "Il concerto della banda di sabato 6 giugno è rinviato a data da destinarsi.",
        "Il concerto della banda è in programma sabato 6 giugno.",
    ),
    "days of a list": (
        "Disinfestazione\nGli interventi si svolgono nei giorni 4, 6, 9 e 11 giugno in tutto il paese.",
        "La disinfestazione è il 4, 6, 9 e 11 giugno.",
        "La disinfestazione è il 4, 6 e 11 giugno.",
    ),
    "amount": (
        "Esami\nPer l'esame si pagano spese di istruttoria di € 45,00.",
        "Per l'esame si pagano 45 euro di spese.",
        "Per l'esame si ricevono 45 euro di contributo.",
    ),
    "hazard": (
        "Allerta arancione per rischio idraulico\nLa Regione ha emesso lo stato di attenzione.",
        "C'è l'allerta arancione per rischio idraulico.",
        "C'è l'allerta arancione per vento.",
    ),
    "exception included": (
        "Senso unico in via Adda\nSenso unico alternato dal 2 al 9 giugno, esclusi i giorni di domenica.",
        "In via Adda c'è il senso unico alternato dal 2 al 9 giugno, domeniche escluse.",
        "In via Adda c'è il senso unico alternato dal 2 al 9 giugno, domeniche comprese.",
    ),
}


def _alarms(verdict: Verdict) -> tuple[str, ...]:
    return verdict.blocked + verdict.warnings


@pytest.mark.parametrize("name", CASES)
def test_the_wrong_twin_is_flagged_with_the_words_of_the_page(name: str) -> None:
    source, _, wrong = CASES[name]
    alarms = _alarms(check(wrong, source))
    assert any("«" in alarm for alarm in alarms), alarms


@pytest.mark.parametrize("name", CASES)
def test_the_right_twin_passes(name: str) -> None:
    source, right, _ = CASES[name]
    assert not _alarms(check(right, source))


def test_a_text_made_of_a_table_passes() -> None:
    source = "Corsi\n| Corso | Giorno | Ora |\n|---|---|---|\n| Yoga | martedì | 9:00 |\n| Judo | giovedì | 18:30 |"  # noqa: E501
    assert not check("Yoga è il martedì alle 9, judo il giovedì alle 18:30.", source).blocked


def test_a_sentence_of_the_page_is_not_judged() -> None:
    source = "Sagra\nLa sagra apre alle 18 e chiude alle 23. La cucina apre alle 19."
    assert not _alarms(check("La sagra apre alle 18 e chiude alle 23.", source))
