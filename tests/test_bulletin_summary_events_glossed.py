"""An event with a bare name for a title is told with what its page says that it is; all pages are made up."""

import pytest

from flows.bulletin.language.glue import unglued
from flows.bulletin.language.hashtags import untagged
from flows.bulletin.page.reading import read
from flows.bulletin.summary.clauses.booking import booking_ways
from flows.bulletin.summary.clauses.people import audience_phrase
from flows.bulletin.summary.clauses.prices import price_sentence
from flows.bulletin.summary.frames.event_outlines import outlined
from flows.bulletin.summary.frames.makings import introduced
from flows.bulletin.summary.frames.stated import stated_in
from flows.bulletin.summary.frames.subject import matters
from flows.bulletin.summary.frames.tidied import fitting
from flows.bulletin.summary.text import summarise

WHEN = "Venerdì 14 maggio 2027 dalle ore 20.30 alle ore 22.30 nella Sala Alba, via Po 3. Ingresso libero."
HEAD = "Venerdì 14 maggio 2027 dalle 20:30 alle 22:30, nella Sala Alba, in via Po 3, c'è"


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


def phrases(title: str, body: str) -> list[str]:
    return [phrase for phrase, _ in matters(read(title=title, abstract="", body=body))]


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        (
            "Agli enti e alle/agli educatrici/educatori del borgo",
            "per gli enti, le educatrici e gli educatori del borgo",
        ),
        ("Ai/alle bambini/bambine delle elementari", "per i bambini e le bambine delle elementari"),
        ("Agli enti e alle scuole del borgo", "per gli enti e per le scuole del borgo"),  # as before
    ],
)
def test_both_forms_of_people_are_told_in_full(words: str, phrase: str) -> None:
    assert audience_phrase(words) == phrase


def test_a_count_behind_its_small_word_begins_no_line() -> None:
    assert len(unglued("C'è la rassegna, con 7 spettacoli e 3 concerti.")) == 1
    assert len(unglued("L'Assessora Ada Neri 7 spettacoli e 3 concerti dal 4 maggio")) == 2


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("#nonspegnerelestelle – Camminata sul lago", "#nonspegnerelestelle – Camminata sul lago"),
        ("#Lago – Camminata", "Lago – Camminata"),
        ("#BorgoInFesta – Camminata", "Borgo In Festa – Camminata"),
    ],
)
def test_a_hashtag_that_nobody_can_part_stays_a_name(title: str, said: str) -> None:
    assert untagged(title) == said


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        (
            "L'occasione è la presentazione della ricerca che il Comune ha affidato a Ugo Bianchi, guidata da"
            " Ada Neri, dedicata ai mulini del borgo.",
            "presentazione della ricerca dedicata ai mulini del borgo",
        ),
        (  # the catalogue, or who made it?
            "L'occasione è la presentazione del catalogo che il Comune ha affidato a Ada Neri, dedicata ai"
            " mulini.",
            "presentazione del catalogo che il Comune ha affidato a Ada Neri",
        ),
        (
            "Tutti sono invitati a tre incontri dedicati alla scuola.",
            "tre incontri dedicati alla scuola",
        ),
        ("Si terrà uno spettacolo + laboratorio per bambini.", "spettacolo e laboratorio per bambini"),
    ],
)
def test_what_is_presented_is_told_by_what_it_is_about(sentence: str, phrase: str) -> None:
    assert stated_in(sentence) == phrase


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ("Prenotazione obbligatoria whatsapp", "su WhatsApp"),
        ("Prenotazione tramite WhatsApp al 333 1234567", "su WhatsApp al numero 333 1234567"),
        ("Prenotazione al 0123 456789, anche WhatsApp", "al numero 0123 456789"),
        ("Prenotazione al 333 1234567 (preferibile messaggio WhatsApp)", "al numero 333 1234567"),
        ("Prenotazione obbligatoria. Seguici sul canale WhatsApp", ""),
    ],
)
def test_whatsapp_is_a_way_to_book(words: str, ways: str) -> None:
    assert booking_ways(words) == ways


def test_a_fee_without_a_sum_says_that_one_pays() -> None:
    assert price_sentence("Contributo di partecipazione") == "La partecipazione è a pagamento."
    assert price_sentence("Contributo di partecipazione dei soci") == ""
    body = (
        "Cos'è Ada Neri al pianoforte A chi è rivolto A tutti. Luogo Sala Alba Via Po, 3 Date e orari 14 Mag"
        " Dalle ore 20:30 alle ore 22:30 Costi Contributo partecipazione"
    )
    assert "La partecipazione è a pagamento." in text_of("Concerto di maggio", body)
    assert "pagamento" not in text_of("Concerto di maggio", f"{body} 5,00 €")


def test_from_which_age_one_takes_part_is_told_with_that_it_is_free() -> None:
    text = "C'è «Alba». Si partecipa dai 13 anni. La partecipazione è gratuita. Iscriviti."
    assert list(fitting([text], 275)) == ["C'è «Alba». La partecipazione è gratuita, dai 13 anni. Iscriviti."]
    paid = "C'è «Alba». Si partecipa dai 13 anni. Il biglietto costa 5 euro."
    assert list(fitting([paid], 275)) == [paid]


def test_several_towns_without_a_place_are_announced() -> None:
    day = "Domenica 9 maggio 2027 dalle ore 9 alle ore 12."
    assert "I luoghi sono nella pagina." in text_of(
        "Passi di luce", f"Alba – Borgo d'Adda – Riva\n{day}"
    )
    assert "I luoghi" not in text_of("Passi di luce", f"Alba – Borgo d'Adda\n{day}")
    singers = "Ada Neri – Ugo Bassi – Bianca Rossi"
    assert "I luoghi" not in text_of("Passi di luce", f"{singers}\n{day}")
    assert "I luoghi" not in text_of("Passi di luce", f"Alba – Riva – Borgo\n{day} Ritrovo in piazza Po.")


def test_an_outlined_name_has_its_kind() -> None:
    body = (
        "Da giovedì 4 a domenica 7 febbraio 2027 lo spettacolo «{}» parla di un lago. Giovedì alle ore 20.30."
        " Domenica alle ore 16.00."
    )
    notice = read(title="Rive amare", abstract="", body=body.format("Rive amare"))
    head = "Da giovedì 4 a domenica 7 febbraio 2027 c'è"
    assert list(outlined(notice)) == [f"{head} lo spettacolo «Rive amare». Il programma è nella pagina."]
    other = read(title="Rive amare", abstract="", body=body.format("Alba"))
    assert list(outlined(other)) == [f"{head} «Rive amare». Il programma è nella pagina."]


MADE = "Costruisci un presepe da collocare all'esterno della tua casa, che si veda dalla strada."
FETCH = "Passa in Biblioteca entro il 10 dicembre 2027 e ritira la targa da mettere sul tuo presepe."


def test_what_one_makes_is_told_before_it_is_ones_own() -> None:
    notice = read(title="Luci sul lago", abstract="", body=f"{MADE}\n\n{FETCH}")
    made = "Costruisci un presepe fuori casa, che si veda dalla strada."
    assert introduced(f"C'è la passeggiata. {FETCH}", notice) == f"C'è la passeggiata. {made} {FETCH}"
    assert introduced(f"{made} {FETCH}", notice) == f"{made} {FETCH}"  # it is told
    other = read(title="Luci sul lago", abstract="", body=f"Scatta una foto del lago.\n\n{FETCH}")
    assert introduced(FETCH, other) == FETCH


def test_what_one_makes_stands_in_the_text() -> None:
    body = (
        f"{MADE}\n\n{FETCH}\n\nI presepi si vedono dal 20 dicembre 2027 al 6 gennaio 2028 nella passeggiata."
    )
    said = text_of("Passeggiata di luci", body)
    assert said.index("Costruisci un presepe fuori casa") < said.index("sul tuo presepe")
