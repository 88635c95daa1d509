"""What a page says of some, of something else or not at all is told of nobody; all pages are made up."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.clauses.booking import booking_ways
from flows.bulletin.summary.frames.own_names import told_more
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


@pytest.mark.parametrize(
    "line",
    [
        "Se avete più di 16 anni vi aspettiamo per giocare insieme a dama e scacchi.",
        "Il giorno dopo vi aspettiamo per giocare insieme a dama e scacchi.",
        "La settimana prossima vieni a divertirti con dama e scacchi!",
        "I soci, invece, vi aspettiamo per giocare insieme a dama e scacchi.",
    ],
)
def test_to_what_some_or_others_are_invited_is_not_what_the_event_is(line: str) -> None:
    assert "scacchi" not in told("Torri e caffè", f"{WHEN}\n{line}")


@pytest.mark.parametrize(
    "line",
    [
        "Solo per i ragazzi delle medie sarà possibile visitare le serre e le officine.",
        "In caso di bel tempo sarà possibile visitare le serre e le officine.",
        "Acquistando il biglietto sarà possibile visitare le serre e le officine.",
        "Nelle altre sedi è possibile visitare le serre e le officine.",
        "A pagamento sarà possibile visitare le serre e le officine.",
        "Potrete visitare le serre e le officine solo se accompagnati.",
        "Nel prossimo incontro si parlerà delle serre e delle officine.",
    ],
)
def test_what_some_may_do_or_is_done_elsewhere_is_said_to_nobody(line: str) -> None:
    text = told("Vivaio di notte", f"{WHEN}\n{line}")
    assert "Puoi visitare" not in text
    assert "Si parla" not in text


def test_what_one_may_do_there_is_said() -> None:
    line = "Durante la serata sarà possibile visitare le serre e le officine."
    assert "Puoi visitare le serre e le officine." in told("Vivaio di notte", f"{WHEN}\n{line}")


@pytest.mark.parametrize(
    ("own", "line"),
    [
        ("la corsa dei tigli", "Ci sono altre corse, come la corsa di marzo, per sensibilizzare sul riciclo."),
        ("la serata in corte", "Nella serata parla Ada Neri, nota per sensibilizzare sul riciclo."),
        ("la fiaccolata dei borghi", "Dopo la fiaccolata c'è un convegno per sensibilizzare sul riciclo."),
    ],
)
def test_the_cause_of_something_else_is_not_its_own(own: str, line: str) -> None:
    assert not list(told_more(own, read(title=own, abstract="", body=f"{WHEN}\n{line}")))


@pytest.mark.parametrize(
    "line", ["L'abbonamento comprende 4 spettacoli.", "L'anno scorso la rassegna ha offerto 9 concerti."]
)
def test_how_many_an_entry_card_or_a_past_year_has_is_not_how_many_there_are(line: str) -> None:
    assert "con 4" not in told("Rassegna teatrale", f"{WHEN}\n{line}")
    assert "con 9" not in told("Rassegna teatrale", f"{WHEN}\n{line}")
