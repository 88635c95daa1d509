"""What a page says of some, of something else or not at all is told of nobody; all pages are made up."""

import pytest

from flows.bulletin.summary.clauses.booking import booking_ways
from flows.bulletin.summary.text import summarise

WHEN = "Sabato 15 maggio 2027 dalle ore 20.30 alle ore 22.30 nella Sala Lira, via Adda 7. Ingresso libero."


def told(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ("Prenotazione obbligatoria: biblioteca 0123 456789 (no WhatsApp)", "al numero 0123 456789"),
        ("Prenotarsi al 333 1234567, non si leggono messaggi WhatsApp", "al numero 333 1234567"),
        ("Prenotazione a corsi@comune.po.it; info su WhatsApp 333 1234567", "scrivendo a corsi@comune.po.it"),
        ("Prenotazione obbligatoria, la conferma arriva su WhatsApp", ""),
        ("Prenotazione obbligatoria, si riceve conferma via WhatsApp al 333 1234567", ""),
        ("Prenotazione WhatsApp o SMS al numero 333 1234567", "su WhatsApp al numero 333 1234567"),
    ],
)
def test_a_chat_by_which_nobody_books_is_no_way_to_book(words: str, ways: str) -> None:
    assert booking_ways(words) == ways


@pytest.mark.parametrize(
    "fee",
    [
        "Non è prevista alcuna quota di partecipazione.",
        "Senza quota di partecipazione.",
        "Contributo di partecipazione libero.",
        "Quota di partecipazione per i non soci.",
        "Il pranzo si paga con un contributo di partecipazione.",
    ],
)
def test_a_fee_that_not_everybody_pays_makes_nothing_paid(fee: str) -> None:
    assert "pagamento" not in told("Pedalata dei mulini", f"Sabato 15 maggio 2027 ore 9 in piazza Lira. {fee}")


def test_a_fee_by_itself_is_paid() -> None:
    body = "Sabato 15 maggio 2027 ore 9 in piazza Lira.\nQuota di partecipazione.\n"
    assert "La partecipazione è a pagamento." in told("Pedalata dei mulini", body)


@pytest.mark.parametrize(
    "rule",
    [
        "La precedenza va ai cittadini ultrasettantacinquenni.",
        "Le persone over 75 pagano una quota ridotta.",
        "Gli anziani ultraottantenni hanno uno sconto.",
    ],
)
def test_the_age_of_who_comes_first_or_pays_less_is_no_condition(rule: str) -> None:
    body = f"Domande entro il 30 giugno 2027. Possono partecipare i residenti. {rule}"
    assert "Se hai più di" not in told("Soggiorni al mare", body)
