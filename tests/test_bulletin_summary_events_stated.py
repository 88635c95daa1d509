"""An event with a slogan for a title is named by what its sentences say that it is; all pages are made up."""

import pytest

from flows.bulletin.guard.verdict import check
from flows.bulletin.page.reading import read
from flows.bulletin.summary.clauses.people import audience_phrase
from flows.bulletin.summary.clauses.prices import price_sentence
from flows.bulletin.summary.frames.events.occasion import occasion_of
from flows.bulletin.summary.frames.events.stated import stated_in
from flows.bulletin.summary.frames.prose.scheduled import present
from flows.bulletin.summary.frames.titles.nouns import phrase_of, segmented
from flows.bulletin.summary.frames.titles.quoted_names import guests_of
from flows.bulletin.summary.text import summarise


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        (
            "Giovedì 14 maggio alle ore 20.30 in Biblioteca si terrà un incontro con la psicologa Ada Neri.",
            "incontro con la psicologa Ada Neri",
        ),
        ("Il Comune organizza un corso di primo soccorso per nonni.", "corso di primo soccorso per nonni"),
        ("Si svolgerà il mercatino dei libri, organizzato in piazza Po.", "mercatino dei libri, organizzato"),
        ("La banda si esibirà in un concerto di valzer venerdì 9 maggio.", "concerto di valzer"),
        (
            "L'occasione è la presentazione della ricerca che il Comune ha affidato a Ugo Bianchi, storico.",
            "presentazione della ricerca che il Comune ha affidato a Ugo Bianchi",
        ),
        (
            "Il Comune invita tutti all’incontro pubblico sul bilancio, in programma in aula.",
            "incontro pubblico sul bilancio",
        ),
        ("Sono previste tre serate sulla rete con gli agenti.", "tre serate sulla rete con gli agenti"),
        (
            "È organizzata una visita guidata al castello con Ada Neri.",
            "visita guidata al castello con Ada Neri",
        ),
        ("Domenica 9 maggio ore 18, Villa Alba, concerto del coro Po.", "concerto del coro Po"),
        ("Il mercato dei fiori rari si svolgerà in piazza.", "mercato dei fiori rari"),
    ],
)
def test_what_a_sentence_states_is_a_phrase(sentence: str, phrase: str) -> None:
    assert stated_in(sentence) == phrase


@pytest.mark.parametrize(
    "sentence",
    [
        "Ada Neri organizza corsi di scrittura e incontri con le scuole.",  # a guest's life
        "Il castello ospita una mostra permanente di armi antiche.",
        "Ogni anno la Pro Loco organizza una festa del vino.",
        "Al termine si terrà un incontro con gli attori.",
        "Sarà presente il sindaco.",
        "Si terrà un incontro.",
    ],
)
def test_what_happens_beside_is_not_what_it_is(sentence: str) -> None:
    assert stated_in(sentence) == ""


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Parole fragili",
            "Giovedì 14 maggio 2026 alle ore 20.30 presso la Biblioteca comunale si terrà un incontro con la"
            " psicologa Ada Neri. La serata è rivolta ai genitori. L'ingresso è gratuito.",
            "Giovedì 14 maggio 2026 alle 20:30, in Biblioteca comunale, c'è «Parole fragili», incontro con la"
            " psicologa Ada Neri. L'appuntamento è per i genitori. L'ingresso è gratuito.",
        ),
        (
            "Sapori in piazza",
            "Domenica 7 giugno 2026 dalle ore 10 alle ore 19 in piazza Roma si svolgerà il mercatino dei"
            " prodotti locali. In caso di pioggia la manifestazione sarà rinviata alla domenica successiva.",
            "Domenica 7 giugno 2026 dalle 10 alle 19, in piazza Roma, c'è «Sapori in piazza», mercatino dei"
            " prodotti locali.",
        ),
        (
            "Teatro ragazzi",
            'Domenica 8 febbraio alle 16 al Teatro Comunale la compagnia Burattini presenta "Il re".'
            " Ingresso libero.",
            "Domenica 8 febbraio alle 16 al Teatro Comunale la compagnia Burattini presenta «Il re»."
            " L'ingresso è libero.",
        ),
        (
            "Insieme si può",
            "Mercoledì 6 maggio 2026, ore 20:30, sala civica di via Verdi 4. Serata sul diabete con il"
            " dottor Carlo Verdi.",
            "Mercoledì 6 maggio 2026 alle 20:30, nella sala civica di via Verdi 4, c'è «Insieme si può»,"
            " serata sul diabete con il dottor Carlo Verdi.",
        ),
        (
            "Passi di luna",
            "Il gruppo Alba propone una passeggiata sulle colline. Ritrovo venerdì 12 giugno 2026 alle ore 21"
            " davanti al Municipio. Quota di partecipazione 5 euro, gratuita per i minori di 12 anni.",
            "Venerdì 12 giugno 2026 alle 21, davanti al Municipio, c'è «Passi di luna», passeggiata sulle"
            " colline. La quota è di 5 euro, gratis per i minori di 12 anni.",
        ),
        (
            "Camminata alpina",
            "Il gruppo alpini organizza per domenica 24 maggio 2026 la camminata alpina. Partenza alle ore"
            " 8.30 da piazza Dante. Iscrizione 8 euro sul posto.",
            "Il gruppo alpini organizza per domenica 24 maggio 2026 la camminata alpina. L'appuntamento è"
            " alle 8:30, con partenza da piazza Dante. L'iscrizione costa 8 euro. Iscriviti sul posto.",
        ),
        (
            "Colori",
            "Dal 5 al 28 giugno 2026 in Sala Po c'è la mostra di pittura del gruppo Alba. Apertura: martedì"
            " e sabato ore 16-19; domenica ore 10-12.",
            "Dal 5 al 28 giugno 2026 il martedì e il sabato dalle 16 alle 19, la domenica dalle 10 alle 12,"
            " in Sala Po, c'è «Colori», mostra di pittura del gruppo Alba.",
        ),
        (
            "Orizzonti",
            "In programma una mostra di fotografie di Ugo Bianchi. Dal 3 al 20 giugno 2026 a Villa Alba."
            " Orari di apertura: sabato e domenica dalle 10 alle 18.",
            "Dal 3 al 20 giugno 2026 il sabato e la domenica dalle 10 alle 18 c'è «Orizzonti», mostra di"
            " fotografie di Ugo Bianchi.",
        ),
        (
            "Cineforum",
            "Dal 15 gennaio al 26 febbraio 2026, ogni giovedì alle ore 20.45 al Cinema Alba, sette film in"
            " lingua originale. Biglietto 5 euro, ridotto 3 euro per under 25.",
            "Dal 15 gennaio al 26 febbraio 2026 ogni giovedì alle 20:45, al Cinema Alba, c'è il cineforum:"
            " sette film in lingua originale. Il biglietto costa 5 euro, ridotto 3 euro per under 25.",
        ),
        (
            "Natale a Po. Si accende!",
            "Dal 28 novembre 2025 al 6 gennaio 2026 spettacolo di luci, mercatini e tanti eventi in centro e"
            " nei quartieri",
            "Dal 28 novembre 2025 al 6 gennaio 2026 c'è «Natale a Po. Si accende!», spettacolo di luci,"
            " mercatini e tanti eventi in centro e nei quartieri.",
        ),
    ],
)
def test_texts_say_what_it_is(title: str, body: str, text: str) -> None:
    assert text_of(title, body) == text


def test_two_happenings_of_one_page_are_none_of_them_the_matter() -> None:
    body = (
        "Sabato 9 maggio 2026 alle ore 15 in Sala Po si terrà una mostra di ceramiche."
        " Alle ore 15 si terrà un laboratorio di musica."
    )
    made = text_of("Primavera insieme", body)
    assert "mostra di ceramiche" not in made or "laboratorio" in made


def test_the_day_for_rain_is_no_appointment() -> None:
    body = (
        "Venerdì 12 giugno 2026 alle ore 21 in piazza Po. In caso di pioggia la camminata sarà rinviata a"
        " venerdì 19 giugno."
    )
    made = text_of("Camminata serale", body)
    assert made.startswith("Venerdì 12 giugno 2026 alle 21, in piazza Po, c'è la camminata serale.")
    assert "appuntamenti" not in made


def test_what_may_be_put_off_is_not_put_off() -> None:
    source = "Sagra\nSabato 9 maggio la sagra del riso. In caso di pioggia la sagra del riso sarà rinviata."
    assert not check("Sabato 9 maggio c'è la sagra del riso.", source).warnings
    sure = "Sagra\nSabato 9 maggio la sagra del riso. La sagra del riso di Po è rinviata per pioggia."
    assert check("Sabato 9 maggio c'è la sagra del riso di Po.", sure).warnings


def test_hours_of_an_office_are_none_of_the_event() -> None:
    body = (
        "La mostra è domenica 27 settembre 2026, dalle ore 9:30 alle ore 18:30.\n\nI moduli sono"
        " all'Ufficio Protocollo nei seguenti orari:\nLunedì\n16:00 - 18:30\nMartedì\n08:00 - 12:00"
    )
    page = read(title="Mostra mercato", abstract="", body=body)
    assert occasion_of(page).unsaid == ()
    bare = body.replace("I moduli sono all'Ufficio Protocollo", "Le visite sono")
    assert occasion_of(read(title="Mostra mercato", abstract="", body=bare)).unsaid


def test_ages_that_are_told_are_told_once() -> None:
    body = "Mercoledì 25 marzo alle 16 la Biblioteca propone un laboratorio per bambini dai 4 agli 8 anni."
    assert text_of("Laboratorio per bambini", body) == body


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Ingresso 8 euro (gratuito under 18)", "Il biglietto costa 8 euro, gratis under 18."),
        ("Biglietti 10 euro, in vendita online.", "Il biglietto costa 10 euro."),
        ("Quota 15 euro comprensiva di pranzo", "La quota è di 15 euro, comprensiva di pranzo."),
        ("Ingresso 6 euro, ridotto 4 euro fino a 10 anni, gratis per i soci.", ""),
    ],
)
def test_who_pays_less_stands_with_the_price(words: str, said: str) -> None:
    assert price_sentence(words) == said


def test_people_end_where_their_day_begins() -> None:
    assert audience_phrase("per adulti, ogni martedì dal 3 marzo") == "per adulti"


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("Mercatino - 12ª Sagra del riso", "il mercatino della 12ª Sagra del riso"),
        ("Concerto banda cittadina", "il concerto della banda cittadina"),
        ("Quinta camminata rete antiviolenza", "la quinta camminata della rete antiviolenza"),
        ("Saggio scuola di musica", "il saggio della scuola di musica"),
        ("Concerto gruppo Alba", "il concerto del gruppo Alba"),
        ("Cena alpini", "la cena degli alpini"),
        ("Mostra scuole aperte", "la mostra scuole aperte"),
    ],
)
def test_the_small_words_that_a_title_leaves_out_are_there(title: str, phrase: str) -> None:
    assert phrase_of(title) == phrase


def test_a_network_of_a_name_is_whose_meetings_they_are() -> None:
    assert segmented("Rete “Alba”: incontri per i nonni") == "gli incontri della rete «Alba» per i nonni"
    assert (
        segmented("Progetto «Luce»: laboratorio di teatro") == "il laboratorio del progetto «Luce» di teatro"
    )
    assert segmented("Note d'estate - Concerto") == "il concerto «Note d'estate»"


def test_guests_of_a_long_title_are_named_without_their_trades() -> None:
    title = "“ROTTE” ospiti Ada Neri – esperta di studi, Ugo Bassi – attore e Ida Poli – storica dell’arte"
    body = "Evento rivolto alle famiglie. Sabato 16 maggio 2026 dalle 15.00 alle 17.30 in Sala Po."
    assert text_of(title, body) == (
        "Sabato 16 maggio 2026 dalle 15 alle 17:30, in Sala Po, c'è «Rotte» con Ada Neri, Ugo Bassi e Ida"
        " Poli. L'appuntamento è per le famiglie."
    )
    assert guests_of("“Rotte” con tanti ospiti e sorprese") == ""


def test_a_slogan_without_room_beside_it_leaves_its_place_to_what_it_is() -> None:
    body = (
        "A cura di AVIS\n\nTre incontri gratuiti sulle nozioni di base del primo soccorso e della"
        " rianimazione\n\nLuogo\nAuditorium via Po 2\n\nDate e orari\n18 Ott Dalle ore 20:30 alle ore 23:00"
        " Lezione rivolta agli adulti\n26 Ott Dalle ore 14:30 alle ore 17:00 "
        "Per ragazzi e ragazze di scuole medie e superiori\n\n"
        "Costi\nPartecipazione gratuita Previa iscrizione via mail o form"
    )
    text = text_of("Emergenza in corso: tu sapresti che cosa fare, e come?", body)
    assert "tre incontri gratuiti sulle nozioni di base" in text
    assert text.endswith(("Devi iscriverti.", "Devi iscriverti via mail o online."))


def test_meetings_in_two_places_tell_both_and_for_whom() -> None:
    body = (
        "Tornano gli appuntamenti per familiari di anziani:\n\nMercoledì 26 novembre alle ore 20:30, presso"
        " la sala polifunzionale della Scuola Primaria di Borgo\nMartedì 2 dicembre alle ore 17:45, presso la"
        " Sala Po."
        "\n\nGli eventi sono aperti a tutti e sono gratuiti."
    )
    text = text_of("RETE “MAI SOLI”: INCONTRI PER LA CITTADINANZA AD ALBA", body)
    assert text.startswith("Ci sono gli incontri della rete «Mai soli» per ")
    assert (
        "nella sala polifunzionale della Scuola Primaria di Borgo, e martedì 2 dicembre alle 17:45, nella"
        in text
    )


def test_several_starts_are_announced() -> None:
    body = "Domenica 27 ottobre alle ore 9. Partenze da Borgo: piazza Po Alba: via Adda."
    assert text_of("Camminata rosa", body).endswith("I luoghi di partenza sono nella pagina.")


def test_announcements_are_in_the_present() -> None:
    assert present("La sagra si terrà in piazza e avrà luogo anche un ballo.") == (
        "La sagra si tiene in piazza e si tiene anche un ballo."
    )
    assert present("Sarà rinviata.") == "Sarà rinviata."
