"""Unlabelled fields of an event: what is a day, an hour, a place, a price, and what is none."""

import pytest

from flows.bulletin.page.fields import labelled
from flows.bulletin.page.notice import Slot
from flows.bulletin.page.reading import read
from flows.bulletin.summary.text import summarise


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Yoga al parco",
            "Lo yoga unisce respiro e movimento con posizioni adatte a ogni livello.\n"
            "Destinatari: adulti dai 18 anni\nReferente: Anna Neri, tel. 0461 000000\n"
            "mercoledì 9 luglio 2025\n18.30 - 19.30\nparco delle Rose\nLa partecipazione è gratuita.",
            "Mercoledì 9 luglio 2025 dalle 18:30 alle 19:30, al parco delle Rose, c'è «Yoga al parco». "
            "L'appuntamento è per adulti dai 18 anni. La partecipazione è gratuita.",
        ),
        (
            "Scacchi, dama e giochi da tavolo",
            "Destinatari: bambini e ragazzi 6 – 10, 11 – 14 anni\nsabato 12 settembre\n"
            "dalle ore 14.30 alle 17.30\ncentro civico di Cognola\nPartecipazione gratuita",
            "Sabato 12 settembre dalle 14:30 alle 17:30, al centro civico di Cognola, c'è «Scacchi, "
            "dama e giochi "
            "da tavolo». L'appuntamento è per bambini e ragazzi dai 6 ai 14 anni. La partecipazione "
            "è gratuita.",
        ),
        (
            "Concerto d'estate della banda",
            "2026-07-18\n21:00\nPiazza Duomo\nLa banda cittadina propone marce e colonne "
            "sonore.\nIngresso libero",
            "Sabato 18 luglio 2026 alle 21, in piazza Duomo, c'è il concerto d'estate della banda. "
            "La banda cittadina propone marce e colonne sonore. L'ingresso è libero.",
        ),
        (
            "Antica fiera dei mestieri",
            "Centro storico di Pieve\ndomenica 20 settembre 2026\ndalle 9 alle 20\nArtigiani al lavoro.",
            "Domenica 20 settembre 2026 dalle 9 alle 20, nel centro storico di Pieve, c'è «Antica fiera dei "
            "mestieri».",
        ),
    ],
)
def test_fields_without_labels_are_told(title: str, body: str, text: str) -> None:
    assert summarise(title=title, abstract="", body=body, limit=275).text == text


@pytest.mark.parametrize(
    "body",
    [
        "12 maggio 2027\nBiblioteca comunale\nLa sala di lettura ha nuovi tavoli.",  # the page's own day
        "12 maggio 2027\n10:30\nIl Comune informa.",  # and its hour
        "sabato 8 maggio\nore 9\nritrovo\nore 10\npartenza",  # two hours: a programme
        "sabato 8 maggio\nore 9\ndomenica 9 maggio\nore 10",  # two days
        "17/05/2027\n10:30\nBiblioteca comunale\nAperta la nuova sala.",  # no event
        "DOMENICA, 9 MAGGIO 2027\nBiblioteca comunale\nLe novità della biblioteca.",  # a card's own day
        "sabato 8 maggio\nil parco è chiuso per lavori",  # a sentence
    ],
)
def test_other_lines_stay_as_they_are(body: str) -> None:
    assert labelled(body) == body


@pytest.mark.parametrize(
    ("body", "begins"),
    [
        (
            "Il centro diventa un grande mercato.\n\nMercoledì 11 novembre 2026\n\nOrari\n"
            "8.00 - 19.00 bancarelle in viale Italia\n9.00 - 18.00 mostra zootecnica al foro boario",
            "Mercoledì 11 novembre 2026 c'è la fiera di San Martino",
        ),
        (
            "SABATO 12 SETTEMBRE 2026\n9:00 – 12:30 prove libere\n15:00 – 18:00 esibizioni\n"
            "Campo sportivo comunale",
            "Sabato 12 settembre 2026 al Campo sportivo comunale c'è la fiera di San Martino",
        ),
    ],
)
def test_a_day_above_its_hours_is_the_fairs(body: str, begins: str) -> None:
    text = summarise(title="Fiera di San Martino", abstract="", body=body, limit=275).text
    assert text.startswith(begins)


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Liberi dalla fretta",
            "Quando\nSabato 20 Giugno 2026 · ore 17:30 – 21:30\nDove\nSala Polivalente, Borgo "
            "Alto\nAccesso\nGratuito",
            "Sabato 20 giugno 2026 dalle 17:30 alle 21:30, nella Sala Polivalente, Borgo Alto, c'è "
            "«Liberi dalla "
            "fretta». La partecipazione è gratuita.",
        ),
        (
            "Visita guidata al castello",
            "Una guida racconta la storia delle nobili famiglie che lo hanno abitato.\n26 Luglio 2026\n"
            "Ore 10:30 e 11:30\nCastello di Borgo Alto, piazzetta Verdi, 1\n€ 4,00 a persona",
            "Domenica 26 luglio 2026 alle 10:30 e alle 11:30, al Castello di Borgo Alto di piazzetta "
            "Verdi 1, c'è "
            "la visita guidata al castello. Una guida racconta la storia delle nobili famiglie che "
            "lo hanno abitato. Il costo è di 4 euro a persona.",
        ),
        (
            "Passeggiata nel bosco",
            "Domenica 26 settembre alle ore 9. Punto di incontro: Ristorante Da Lisetta.\n"
            "Posteggio gratuito presso il municipio e di fronte ad esso.",
            "Domenica 26 settembre alle 9, con ritrovo presso il Ristorante Da Lisetta, c'è la "
            "passeggiata nel "
            "bosco.",
        ),
    ],
)
def test_where_and_when_one_meets_is_told(title: str, body: str, text: str) -> None:
    assert summarise(title=title, abstract="", body=body, limit=275).text.startswith(text)


@pytest.mark.parametrize(
    ("block", "period"),
    [
        ("10 ott\nInaugurazione ore 17:30\n25 ott\nChiusura mostra\n", "Dal 10 ott al 25 ott"),
        ("3 mag\nApertura\n30 mag\nFine esposizione\n", "Dal 3 mag al 30 mag"),
    ],
)
def test_the_first_and_the_last_day_of_what_is_shown_are_a_period(block: str, period: str) -> None:
    page = read(title="Acque lente", abstract="", body=f"Date e orari\n{block}\nLuogo\nPalazzo Verdi\n")
    assert period in page.source
    assert [one.words.rstrip(".") for one in page.slots[Slot.when]] == [period]
