"""What one books or fills in is told by what it is, before its term; every page here is made up."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.clauses.booking import booking_sentence
from flows.bulletin.summary.clauses.people import audience_phrase
from flows.bulletin.summary.frames.events.subject import is_held
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.services import campaigns
from flows.bulletin.summary.frames.titles.matter import matter_of
from flows.bulletin.summary.text import summarise


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


def test_evenings_that_one_books_are_told_by_what_they_are() -> None:
    body = (
        "Ciclo di quattro serate per genitori di bambini da 0 a 6 anni condotte dalla pedagogista Ada Neri."
        " Martedì 3, 10, 17 e 24 marzo 2026 alle ore 20.30 al Centro per le famiglie di via Po 2."
        " Partecipazione gratuita con iscrizione obbligatoria entro il 27 febbraio a famiglie@alba.it"
    )
    assert text_of("Genitori in gioco", body) == (
        "Il 3, 10, 17 e 24 marzo 2026 alle 20:30, al Centro per le famiglie, in via Po 2, c'è «Genitori in"
        " gioco», ciclo di quattro serate per genitori di bambini da 0 a 6 anni condotte dalla pedagogista"
        " Ada Neri. La partecipazione è gratuita. Devi iscriverti entro il 27 febbraio."
    )


@pytest.mark.parametrize(
    ("title", "body", "held"),
    [
        ("Incontro sul bonus", "Martedì 15 settembre alle ore 18 in Sala Po. Iscrizioni entro il 9.", True),
        ("Corso di nuoto", "Le iscrizioni sono aperte dal 3 al 20 giugno dalle ore 9 alle ore 12.", False),
        ("Corso di nuoto", "Dal 3 al 20 giugno dalle ore 9 alle ore 12 in Sala Po.", False),
        ("Bando contributi", "Le domande vanno presentate martedì 9 giugno alle ore 9.", False),
    ],
)
def test_days_to_apply_are_no_days_on_which_it_is_held(title: str, body: str, *, held: bool) -> None:
    assert is_held(read(title=title, abstract="", body=body)) is held


def test_places_run_out_and_the_term_says_so() -> None:
    said = booking_sentence(
        "Iscrizioni entro il 10 marzo con il modulo online, fino a esaurimento dei 12 posti."
    )
    assert said == "Iscriviti online entro il 10 marzo, fino a esaurimento dei posti."


def test_who_leads_an_evening_is_none_of_its_people() -> None:
    assert audience_phrase("per genitori di bambini condotte dalla pedagogista Neri") == (
        "per genitori di bambini"
    )


def test_hours_in_brackets_are_words() -> None:
    assert worded("Martedì 15 settembre (18:30-20:30) presso Studio Po c'è l'incontro.") == (
        "Martedì 15 settembre, dalle 18:30 alle 20:30, presso Studio Po c'è l'incontro."
    )


def test_a_survey_is_told_by_how_one_answers_and_not_by_praise() -> None:
    body = (
        "L'Amministrazione offre la possibilità di contribuire attivamente alle scelte strategiche. Il"
        " Comune raccoglie le idee sul nuovo parco fino al 30 giugno. Il questionario anonimo si può"
        " compilare online a questo link: https://forms.office.com/e/abc oppure stampare e consegnare"
        " all'Ufficio Verde."
    )
    text = text_of("Questionario sul nuovo parco", body)
    assert "strategiche" not in text
    assert (
        "Puoi compilare il questionario anonimo online, o stamparlo e consegnarlo all'Ufficio Verde." in text
    )


def test_where_a_list_can_be_seen_is_no_news() -> None:
    body = (
        "Torna fino al 30 ottobre la campagna che premia chi va al lavoro in bicicletta. La lista dei negozi"
        " sarà consultabile nella app Bici."
    )
    page = read(title="Al lavoro in bicicletta", abstract="", body=body)
    assert not any("lista" in text for text in campaigns.texts(page, 275))


def test_a_comma_without_its_other_goes() -> None:
    body = (
        "Il borgo e il lago di Po accoglieranno, ogni quarta domenica del mese il mercatino dei libri usati."
    )
    assert text_of("Mercatino dei libri usati", body) == (
        "Il borgo e il lago di Po accolgono ogni quarta domenica del mese il mercatino dei libri usati."
    )


def test_a_calendar_of_waste_has_its_small_words() -> None:
    matter = matter_of("Calendario raccolta differenziata rifiuti 2027")
    assert matter is not None
    assert matter.text == "il calendario della raccolta differenziata dei rifiuti 2027"


def test_an_application_of_an_event_says_what_for() -> None:
    body = (
        "QUANDO:\nDomenica 27 settembre 2026, dalle ore 9:30 alle ore 18:30.\nTERMINI:\n"
        "a. L'istanza deve pervenire entro le ore 23:59 del 4 settembre 2026;\nb. Prodotti artigianali."
    )
    assert "La domanda per partecipare deve arrivare entro" in text_of(
        "MOSTRA MERCATO - 28^ FESTA DEL RISO", body
    )
