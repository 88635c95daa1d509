"""The guard on relations: a text of right facts that says something else than its page is seen, a right one is not."""  # noqa: E501

from time import monotonic

import pytest

from flows.bulletin.guard.verdict import Verdict, check

CASES = {
    "places by label": (
        "Pedibus\nPARTENZE: Ronchetto: Via Vittorio Alfieri Sorgnate: Piazza San Biagio Pozzo d'Olmeto:"
        " Oratorio - Via Fratelli Bandiera Pievazza: Largo dei Tigli Informazioni in segreteria.",
        "Chi abita a Ronchetto si trova in via Vittorio Alfieri, chi abita a Sorgnate in piazza San Biagio.",
        "Chi abita a Ronchetto si trova in piazza San Biagio, chi abita a Sorgnate in via Vittorio Alfieri.",
    ),
    "a place of a list": (
        "Pedibus\nPARTENZE: Ronchetto: Via Vittorio Alfieri Sorgnate: Piazza San Biagio Pozzo d'Olmeto:"
        " Oratorio - Via Fratelli Bandiera Pievazza: Largo dei Tigli Informazioni in segreteria.",
        "Il pedibus parte da Ronchetto, Sorgnate, Pozzo d'Olmeto e Pievazza.",
        "Il pedibus parte da Ronchetto, Sorgnate e Pievazza.",
    ),
    "an exception in the page's own sentence": (
        "Mensa e scuolabus\nLe iscrizioni alla mensa e allo scuolabus sono aperte fino a venerdì 31 luglio."
        " Chi si iscrive dopo il 31 luglio paga una mora e allo scuolabus sale solo se c'è posto.",
        "Puoi iscriverti allo scuolabus entro venerdì 31 luglio. Chi si iscrive dopo il 31 luglio paga una"
        " mora e allo scuolabus sale solo se c'è posto.",
        "Puoi iscriverti allo scuolabus entro venerdì 31 luglio. Chi si iscrive dopo il 31 luglio paga una"
        " mora e allo scuolabus sale.",
    ),
    "a move": (
        "Giochi\nPer la pioggia i laboratori sono spostati dal cortile della scuola al Palazzetto.",
        "I laboratori si spostano dal cortile della scuola al Palazzetto.",
        "I laboratori si spostano dal Palazzetto al cortile della scuola.",
    ),
    "another object": (
        "Piano del verde\nI confinanti possono presentare ricorsi mentre chiunque può inviare suggerimenti.",
        "I confinanti possono presentare ricorsi, chiunque può inviare suggerimenti.",
        "Chiunque può presentare ricorsi e suggerimenti.",
    ),
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
    "no booking": (
        "Porte aperte al nido\nSabato 12 giugno il nido apre le porte alle famiglie. Non occorre prenotare.",
        "Sabato 12 giugno il nido apre le porte alle famiglie. Non serve prenotare.",
        "Sabato 12 giugno il nido apre le porte alle famiglie. Devi prenotare.",
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


@pytest.mark.parametrize(
    ("source", "right", "wrong", "words"),
    [
        (
            "La sagra si svolge sabato 5 settembre anche in caso di maltempo.",
            "La sagra di sabato 5 settembre si svolge anche in caso di maltempo.",
            "La sagra di sabato 5 settembre non si svolge in caso di maltempo.",
            "nega quello che la pagina del sito afferma",
        ),
        (
            "Il giocattolo Alfa contiene amianto. Smetti di usarlo, non aprirlo e non gettarlo.",
            "Smetti di usare il giocattolo Alfa e non aprirlo.",
            "Smetti di usare il giocattolo Alfa e aprilo.",
            "di non farlo",
        ),
        (
            "La camminata costa 5 euro (gratuito sotto i 18 anni).",
            "La camminata costa 5 euro, è gratuita sotto i 18 anni.",
            "La camminata costa 5 euro per tutti.",
            "chi non paga",
        ),
        (
            "Alla degustazione l'età minima di partecipazione è 18 anni.",
            "Alla degustazione si partecipa da 18 anni in su.",
            "Alla degustazione partecipano adulti e bambini.",
            "chiede un'età",
        ),
        (
            "La scadenza per la presentazione delle istanze è il 30/10/2026.",
            "Le istanze si presentano entro il 30 ottobre 2026.",
            "Le istanze si presentano dal 30 ottobre 2026.",
            "è un termine",
        ),
        (
            "Avviso di allerta per rischio idrogeologico e stato di attenzione per ondate di calore.",
            "C'è l'allerta per rischio idrogeologico e lo stato di attenzione per ondate di calore.",
            "C'è l'allerta per ondate di calore e lo stato di attenzione per rischio idrogeologico.",
            "non è per il rischio",
        ),
    ],
)
def test_a_relation_turned_round_is_found_and_the_right_one_is_not(
    source: str, right: str, wrong: str, words: str
) -> None:
    assert check(right, source).blocked + check(right, source).warnings == ()
    verdict = check(wrong, source)
    assert any(words in message for message in (*verdict.blocked, *verdict.warnings)), verdict


def test_a_page_that_tells_of_there_and_back_bears_out_either_way() -> None:
    source = (
        "Mercato\nPer i lavori il mercato si sposta dal parco al teatro. A marzo si sposta di nuovo dal "
        "teatro al parco.\nGli uffici si spostano dalla villa al municipio."
    )
    for there in ("dal parco al teatro", "dal teatro al parco"):
        assert not check(f"Il mercato si sposta {there} in questi giorni.", source).blocked
    assert check("Gli uffici si spostano dal municipio alla villa.", source).blocked


def test_a_page_of_one_endless_word_is_judged_in_no_time() -> None:
    began = monotonic()
    check("Il mercato si sposta dal parco al teatro.", f"Mercato\n{'A' * 20_000}")
    assert monotonic() - began < 5.0


def test_a_date_of_a_period_has_the_year_that_stands_at_its_end() -> None:
    source = "Le adesioni si comunicano dal 3 ottobre e non oltre il 25 ottobre 2026."
    assert check("Le adesioni si comunicano dal 3 al 25 ottobre 2026.", source).passes
    assert not check("Le adesioni si comunicano dal 3 ottobre 2025 al 25 ottobre 2026.", source).passes
    turned = "La mostra va dal 20 dicembre al 6 gennaio 2027."
    assert check("La mostra va dal 20 dicembre 2026 al 6 gennaio 2027.", turned).passes
