"""Closures and openings on days of their own: all are told, or announced; every page here is made up."""

import pytest

from flows.bulletin.language.headlines import spoken
from flows.bulletin.page.kinds import kind_of
from flows.bulletin.page.notice import Kind
from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.days import period_at
from flows.bulletin.summary.text import summarise

TABLE = (
    "\n\n| Giorno | Mattina | Pomeriggio |\n|---|---|---|\n| {} | 8:00 - 12:00 | 15:00 - 17:00 |\n| {} |"
    " 8:00 - 17:00 | |\n| {} | Orario continuato 8:00 - 17:00 | |\n"
)


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (  # what is open, by the title
            "Orario di apertura del cimitero comunale",
            "Per i giorni dei defunti il responsabile ha disposto il seguente orario di apertura:"
            + TABLE.format("31/10/2026", "01/11/2026", "02/11/2026"),
            "Il cimitero comunale è aperto il 31 ottobre 2026 dalle 8 alle 12 e dalle 15 alle 17;"
            " il 1° e il"
            " 2 novembre dalle 8 alle 17.",
        ),
        (  # by the sentence that announces the hours, with what holds from then on
            "Festa dei santi patroni 2026",
            "Per la festa dei santi patroni i musei comunali osserveranno il seguente orario:"
            + TABLE.format("Venerdì 2 ottobre", "Sabato 3 ottobre", "Domenica 4 ottobre")
            + "\nDa Martedì 6 ottobre i musei riprendono l'orario di sempre.",
            "Per i musei comunali l'orario è venerdì 2 ottobre dalle 8 alle 12 e dalle 15 alle"
            " 17; sabato 3 e"
            " domenica 4 ottobre dalle 8 alle 17. Da martedì 6 ottobre i musei riprendono"
            " l'orario di sempre.",
        ),
        (  # what stays open is told where there is room, with the weekdays of the text
            "Uffici comunali temporaneamente chiusi il 7 e il 10 agosto",
            "Nelle giornate di venerdì 7 e lunedì 10 agosto 2026 gli uffici comunali resteranno"
            " chiusi. Restano"
            " garantiti i servizi essenziali.",
            "Venerdì 7 e lunedì 10 agosto 2026 gli uffici comunali resteranno chiusi. Restano garantiti i"
            " servizi essenziali.",
        ),
        (  # an exception in a long sentence
            "Lunedì 10 agosto gli uffici comunali resteranno chiusi",
            "Con propria ordinanza il sindaco ha disposto la chiusura degli uffici comunali nella"
            " giornata di lunedì"
            " 10 agosto con l'esclusione dell'Ufficio di Stato Civile per le denunce di nascita e"
            " di morte, il quale"
            " garantirà il servizio previsto dalla legge con la presenza di un addetto dalle ore"
            " 8 alle ore 11.",
            "Gli uffici comunali sono chiusi lunedì 10 agosto con l'esclusione dell'Ufficio di Stato Civile"
            " per le denunce di nascita e di morte, il quale garantirà il servizio previsto dalla legge con"
            " la presenza di un addetto dalle 8 alle 11.",
        ),
        (  # of other places the page tells other days
            "Chiusure di dicembre",
            "Tutti gli uffici comunali resteranno chiusi al pubblico nel pomeriggio di giovedì 24 dicembre."
            " La ludoteca resterà chiusa anche lunedì 28 dicembre.",
            "Tutti gli uffici comunali resteranno chiusi al pubblico nel pomeriggio di giovedì 24"
            " dicembre. La"
            " ludoteca resterà chiusa anche lunedì 28 dicembre.",
        ),
    ],
)
def test_days_of_closure_and_opening_are_told_whole(title: str, body: str, text: str) -> None:
    assert text_of(title, body) == text


def test_a_closure_beside_is_announced_where_there_is_no_room_for_it() -> None:
    body = (
        "Tutti gli uffici e i servizi del Comune resteranno chiusi al pubblico nel pomeriggio di giovedì 24"
        " dicembre. Prevista la regolare apertura negli altri giorni, con l'esclusione dello"
        " Sportello Casa che"
        " rimane chiuso per un corso del personale organizzato dalla Provincia anche"
        " mercoledì 30 dicembre, e"
        " riapre dopo le feste con il solito orario del mattino e del pomeriggio nella sede di via Po."
    )
    assert text_of("Chiusure di dicembre", body) == (
        "Tutti gli uffici e i servizi del Comune resteranno chiusi al pubblico nel pomeriggio di giovedì 24"
        " dicembre. Le altre chiusure sono nella pagina."
    )


def test_who_keeps_hours_tells_of_hours() -> None:
    body = "In occasione della festa i musei osserveranno il seguente orario: sabato 3 dalle 8 alle 17."
    assert kind_of(read(title="Festa dei patroni", abstract="", body=body)) is Kind.hours


def test_two_days_of_one_weekday_need_no_article() -> None:
    period = period_at("Giovedì 6 e 13 agosto", 0)
    assert period is not None
    assert period.words == "giovedì 6 e 13 agosto"


def test_a_headline_keeps_its_adverb_and_a_weekday_its_small_letter() -> None:
    assert spoken("Uffici temporaneamente chiusi") == "Gli uffici sono temporaneamente chiusi"
    assert worded("Si riapre da Lunedì 3 maggio.") == "Si riapre da lunedì 3 maggio."


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "MODIFICA ORARI APERTURA ECOCENTRO",
            "Da lunedì 10 agosto a sabato 29 agosto 2026 cambia l'orario del Centro di raccolta.\n"
            "• apertura mattutina: dalle ore 8:30 alle ore 12:00;\n"
            "• apertura pomeridiana: dalle ore 17:00 alle ore 20:00.",
            "Da lunedì 10 a sabato 29 agosto 2026 l'ecocentro cambia orario."
            " L'orario è dalle 8:30 alle 12 e dalle 17 alle 20.",
        ),
        (
            "MODIFICA ORARI APERTURA ECOCENTRO",
            "Modifiche agli orari dell'Ecocentro dal 10 Agosto al 29 Agosto 2026\nDa lunedì 10 agosto a"
            " sabato 29 agosto 2026 saranno modificati gli orari di apertura del Centro di raccolta.\n"
            "• apertura mattutina: dalle ore 8:30 alle ore 12:00;\n"
            "• apertura pomeridiana: dalle ore 17:00 alle ore 20:00.",
            "Da lunedì 10 a sabato 29 agosto 2026 l'ecocentro cambia orario."
            " L'orario è dalle 8:30 alle 12 e dalle 17 alle 20.",
        ),
        (
            "Modifica orario di apertura del cimitero",
            "Da lunedì 26 ottobre 2026 il cimitero sarà aperto con il seguente orario:\n"
            "mattina: 8.00 - 12.00\npomeriggio: 14.00 - 17.00",
            "Da lunedì 26 ottobre 2026 il cimitero è aperto dalle 8 alle 12 e dalle 14 alle 17.",
        ),
        (
            "Nuovi orari della biblioteca",
            "Dal 5 ottobre 2026 gli orari della biblioteca saranno i seguenti:\n"
            "- mattina: dalle ore 9:00 alle ore 12:30;\n- pomeriggio: dalle ore 15:00 alle ore 18:00.\n"
            "Il sabato dalle ore 9:00 alle ore 12:00.",
            "Dal 5 ottobre 2026 la biblioteca cambia orario. Gli orari sono nella pagina.",
        ),
    ],
)
def test_the_two_halves_of_a_day_are_told_where_no_other_hour_is(title: str, body: str, text: str) -> None:
    assert summarise(title=title, abstract="", body=body, limit=275).text == text


HOURS_LED = "I nuovi orari della Biblioteca Civica sono:  \nda lunedì a venerdì, dalle ore 9 alle ore 13."


def test_one_line_of_hours_behind_its_lead_is_told() -> None:
    made = text_of("Nuovi orari della Biblioteca Civica", f"{HOURS_LED}\n\nIl prestito è su appuntamento.")
    assert made == (
        "Il nuovo orario della biblioteca civica è dal lunedì al venerdì dalle 9 alle 13. "
        "Gli altri dettagli sono nella pagina."
    )


def test_hours_that_go_on_below_are_not_told_in_part() -> None:
    made = text_of("Nuovi orari della Biblioteca Civica", f"{HOURS_LED}\nsabato, dalle ore 9 alle ore 12.")
    assert not made.endswith("dalle 9 alle 13. Gli altri dettagli sono nella pagina.")


def test_hours_that_hold_for_a_time_are_not_told_for_good() -> None:
    made = text_of("Nuovi orari della Biblioteca Civica", f"Fino al 30 giugno 2027. {HOURS_LED}")
    assert not made.startswith("Il nuovo orario della biblioteca civica è")
