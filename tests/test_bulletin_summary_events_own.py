"""An event in the office's own words, and what its headline is about before them; every page is made up."""

import pytest

from flows.bulletin.summary.text import summarise


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Karate: stage con il maestro Neri",
            "Il 7 e 8 novembre la palestra di via Verdi ospita la quarta edizione di “Bushido Camp”.",
            "Per il karate, il 7 e 8 novembre la palestra di via Verdi ospita la quarta edizione di «Bushido "
            "Camp».",
        ),
        (
            "Autunno musicale: torna il quartetto Armonia",
            "Domenica 15 novembre alle 17, nell'auditorium San Luca, i quattro archi propongono un programma "
            "dedicato a Haydn e Mozart. Ingresso libero.",
            "Nell'ambito di «Autunno musicale», domenica 15 novembre alle 17, nell'auditorium San Luca, i "
            "quattro archi propongono un programma dedicato a Haydn e Mozart. L'ingresso è libero.",
        ),
        (
            "Mercatino di Natale 2026",
            "Sabato 5 e domenica 6 dicembre, dalle 10 alle 19, piazza Garibaldi si riempie di "
            "casette in legno "
            "con prodotti tipici.",
            "Per il mercatino di Natale, sabato 5 e domenica 6 dicembre, dalle 10 alle 19, piazza "
            "Garibaldi si "
            "riempie di casette in legno con prodotti tipici.",
        ),
        (
            "La magia del circo in piazza con “Saltimbanchi”",
            "Arriva in piazza Roma “Saltimbanchi”, il festival degli artisti di strada. Venerdì 3 e sabato 4 "
            "luglio, dalle 21, dieci compagnie si esibiranno nel centro storico. Gli spettacoli sono "
            "gratuiti.",
            "Venerdì 3 e sabato 4 luglio dalle 21, nel centro storico, c'è «Saltimbanchi», il festival degli"
            " artisti di strada. La partecipazione è gratuita.",
        ),
    ],
)
def test_a_sentence_says_what_its_headline_is_about(title: str, body: str, text: str) -> None:
    assert summarise(title=title, abstract="", body=body, limit=275).text == text


def test_what_one_books_for_a_dinner_is_no_duty_of_the_feast() -> None:
    body = (
        "6–8 novembre 2026\nSabato 7 e domenica 8 novembre le vie del paese si animano con le bancarelle.\n\n"
        "Venerdì 6 novembre\n20:00 Cena di gala su prenotazione presso il tendone\n"
        "Sabato 7 novembre\n10:00 Apertura degli stand\n15:00 Gara di cucina"
    )
    text = summarise(title="Sagra del Radicchio 2026", abstract="", body=body, limit=275).text
    assert text == "Dal 6 all'8 novembre 2026 c'è la sagra del Radicchio. Il programma è nella pagina."


def test_a_play_of_words_keeps_its_dots_and_a_web_address_goes() -> None:
    body = (
        "La Polizia Municipale ricerca 10 volontari del servizio civile per il progetto “So..stare "
        "in strada”. "
        "E’ possibile inoltrare le domande fino a giovedì 12 gennaio esclusivamente on-line: "
        "http://giovani.it/home. "
        "L'impegno richiesto è di 30 ore su 5 giorni settimanali."
    )
    title = 'Servizio civile, la Polizia municipale cerca 10 volontari per il progetto " So..stare in strada"'
    text = summarise(title=title, abstract="", body=body, limit=275).text
    assert text.startswith(
        "La Polizia Municipale ricerca 10 volontari del servizio civile per il progetto “So..stare "
        "in strada”. "
        "È possibile inviare le domande fino a giovedì 12 gennaio solo online."
    )


def test_a_photo_contest_is_no_appointment_and_has_its_age() -> None:
    body = (
        "L'associazione Alba organizza il concorso fotografico «Scatti d'estate», in occasione del "
        "raduno che "
        "si terrà a Borgo Alto dal 7 al 9 agosto 2026.\n\n* La partecipazione è riservata ai maggiorenni.\n"
        "* Quota d'iscrizione: 10 euro"
    )
    text = text_of("Concorso fotografico «Scatti d'estate»", body)
    assert text.startswith("L'associazione Alba organizza il concorso fotografico «Scatti d'estate»")
    assert "equisiti" in text or "maggiorenni" in text


def test_a_day_without_its_month_is_no_day() -> None:
    made = summarise(
        title="Auguri di fine anno",
        abstract="",
        body="Cari amici e soci, venerdì 27 dopo la messa ci ritroveremo nella sede per gli auguri.",
        limit=275,
    )
    assert made.text == ""
    assert "senza il mese" in made.reason


def test_what_is_done_on_a_national_day_is_told_with_it() -> None:
    body = (
        "Domenica 11 luglio 2027 vi aspettiamo alla scoperta delle nostre bellezze!\n\n"
        "> In viaggio tra storia e natura, visita guidata alla Chiesa di San Martino"
    )
    assert text_of("Giornata nazionale delle Pro loco", body) == (
        "Domenica 11 luglio 2027 c'è la giornata nazionale delle Pro loco: visita guidata alla Chiesa di San "
        "Martino."
    )


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Mostra “Volti d'Africa”",
            "Fotografie di Ada Neri\nInaugurazione sabato 10 ottobre ore 18\nPalazzo Alba\n"
            "Aperta fino all'8 novembre, da giovedì a domenica, 10-12 e 16-19\nIngresso libero",
            "La mostra «Volti d'Africa» è a Palazzo Alba fino all'8 novembre, da giovedì a domenica "
            "dalle 10 alle 12 e "
            "dalle 16 alle 19. L'inaugurazione è sabato 10 ottobre alle 18. L'ingresso è libero.",
        ),
        (
            "Voci di primavera",
            "Il coro di Santa Lucia e la corale Alpina si esibiscono sabato 21 marzo alle 20.45 nella chiesa "
            "parrocchiale. Ingresso a offerta libera.",
            "Il coro di Santa Lucia e la corale Alpina si esibiscono sabato 21 marzo alle 20:45 nella chiesa "
            "parrocchiale. L'ingresso è a offerta libera.",
        ),
        (
            "Il Natale si accende",
            "L'8 dicembre alle 17.30 in piazza Duomo si accende l'albero. Segue il concerto del coro.",
            "L'8 dicembre alle 17:30 in piazza Duomo si accende l'albero.",
        ),
        (
            "“Libri in cortile”, il Sant'Anna",
            "Quarto appuntamento della rassegna al Sant'Anna. Lettura ad alta voce giovedì 3 "
            "settembre e incontro "
            "con l'autrice venerdì 4. L'ingresso è gratuito.",
            "Giovedì 3 e venerdì 4 settembre c'è «Libri in cortile» al Sant'Anna, lettura ad alta voce e "
            "incontro con l'autrice. L'ingresso è gratuito. Gli orari sono nella pagina.",
        ),
        (
            "Musica in villa",
            "giovedì 16 luglio 2026\nore 21.15\nVilla Alba, cortile d'onore\nTrio Ars Nova: musiche "
            "di Brahms\n"
            "Ingresso 8 euro",
            "Giovedì 16 luglio 2026 alle 21:15, a Villa Alba, cortile d'onore, c'è «Musica in "
            "villa», trio Ars Nova: "
            "musiche di Brahms. Il biglietto costa 8 euro.",
        ),
        (
            "Concorso “Balconi fioriti”: i vincitori",
            "La giuria ha scelto i vincitori della decima edizione del concorso “Balconi fioriti”. "
            "La premiazione si "
            "terrà sabato 4 luglio alle 18 in piazza Martiri.",
            "La giuria ha scelto i vincitori della decima edizione del concorso “Balconi fioriti”. "
            "La premiazione si "
            "tiene sabato 4 luglio alle 18 in piazza Martiri.",
        ),
        (
            "Diventa nonno vigile",
            "A Borgo Alto si cercano nuovi volontari per l'attraversamento davanti alle scuole: "
            "“Un'ora che vale "
            "tanto”. Chi è interessato può rivolgersi alla Polizia locale in piazza Verdi 1.",
            "A Borgo Alto si cercano nuovi volontari per l'attraversamento davanti alle scuole. Chi "
            "è interessato "
            "può rivolgersi alla Polizia locale in piazza Verdi 1.",
        ),
        (
            "Iscrizioni al gruppo",
            "Il Gruppo comunale di Borgo Alto accetta nuove iscrizioni.\n\nVuoi unirti a noi? Contattaci.",
            "Il Gruppo comunale di Borgo Alto accetta nuove iscrizioni. Come iscriversi è nella pagina.",
        ),
        (
            "Colletta alimentare 2026",
            "Sabato 21 novembre 2026 il nostro gruppo prende parte alla Giornata nazionale della "
            "colletta alimentare. "
            "I nostri volontari sono davanti ai supermercati di Fiorano.",
            "Sabato 21 novembre 2026 i volontari prendono parte alla Giornata nazionale della "
            "colletta alimentare. "
            "I volontari sono davanti ai supermercati di Fiorano.",
        ),
        (
            "Torneo di burraco",
            "Venerdì 23 ottobre 2026\n20:30\nSalone di San Rocco\nIscrizione 15 euro a coppia",
            "Venerdì 23 ottobre 2026 alle 20:30, nel Salone di San Rocco, c'è il torneo di burraco. "
            "L'iscrizione costa "
            "15 euro a coppia. Iscriviti.",
        ),
        (
            "Camminata della Speranza",
            "Una camminata non competitiva di 5 km nel parco.\n\n18 ottobre 2026\n09:30 - "
            "13:00\nParco Nord\n\n"
            "Una giornata dedicata a famiglie e amici: percorso aperto a tutti e animazione per bambini.",
            "Domenica 18 ottobre 2026 dalle 9:30 alle 13, al Parco Nord, c'è la camminata della Speranza.",
        ),
        (
            "Gita sociale ai Giochi medievali",
            "La Pro loco propone la gita ai Giochi medievali, il 22 agosto 2026. Viaggio e ingresso 60 euro, "
            "iscrizioni entro il 14 agosto.",
            "La Pro loco propone la gita ai Giochi medievali, il 22 agosto 2026. Il biglietto costa 60 euro. "
            "Iscriviti entro il 14 agosto.",
        ),
        (
            "I Dandolo a Borgo Alto",
            "19/09/2026\n20:45 - 22:30\nCortile di Palazzo Alba\nUna serata tra storia locale e "
            "scoperte, guidata da studiosi.",
            "Sabato 19 settembre 2026 dalle 20:45 alle 22:30, nel Cortile di Palazzo Alba, c'è «I "
            "Dandolo a Borgo "
            "Alto», serata tra storia locale e scoperte, guidata da studiosi.",
        ),
    ],
)
def test_what_happens_is_told_in_the_offices_own_words(title: str, body: str, text: str) -> None:
    assert text_of(title, body) == text


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Volontari per la biblioteca",
            "Ami i libri? La biblioteca comunale cerca volontari per le aperture serali. Per "
            "candidarsi basta "
            "compilare il modulo in biblioteca entro il 10 ottobre.",
            "La biblioteca comunale cerca volontari per le aperture serali. Per candidarsi basta "
            "compilare il modulo "
            "in biblioteca entro il 10 ottobre.",
        ),
        (
            "Gemellaggio con Lindau, il Comune cerca famiglie",
            "Il Comune cerca famiglie disposte a ospitare un ragazzo tedesco dal 3 al 10 maggio 2027. Chi è "
            "interessato può scrivere a gemellaggi@comune.it entro il 28 febbraio.",
            "Il Comune cerca famiglie disposte a ospitare un ragazzo tedesco dal 3 al 10 maggio 2027. Chi è "
            "interessato può scrivere a gemellaggi@comune.it entro il 28 febbraio.",
        ),
        (
            "Camminata tra gli ulivi",
            "La camminata tra gli ulivi, in programma domenica 25 ottobre, parte alle 9 dal frantoio "
            "di via Olmo. È "
            "obbligatoria la prenotazione entro venerdì 23 al 347 0000000.",
            "La camminata tra gli ulivi, in programma domenica 25 ottobre, parte alle 9 dal frantoio "
            "di via Olmo. "
            "È obbligatoria la prenotazione entro venerdì 23 ottobre al 347 0000000.",
        ),
        (
            "Yoga, pilates: i corsi di autunno",
            "I corsi di ginnastica iniziano il 6 ottobre nella palestra di via Dante. Yoga il "
            "martedì alle 19, pilates "
            "il giovedì alle 18. Dieci lezioni costano 60 euro.",
            "I corsi di ginnastica iniziano il 6 ottobre nella palestra di via Dante. Dieci lezioni "
            "costano 60 euro. "
            "Gli orari sono nella pagina.",
        ),
    ],
)
def test_how_and_by_when_one_comes_is_told_once(title: str, body: str, text: str) -> None:
    assert text_of(title, body) == text


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Jazz sotto le stelle, al via l'undicesima edizione",
            "Quattro concerti gratuiti in piazza Duomo, dal 3 al 24 luglio, tutti i venerdì alle 21.30",
            "Dal 3 al 24 luglio ogni venerdì alle 21:30, in piazza Duomo, c'è «Jazz sotto le stelle». La "
            "partecipazione è gratuita.",
        ),
        (
            "Atletica, a Lago Chiaro i campionati regionali",
            "Sabato 20 e domenica 21 giugno allo stadio Alba oltre 600 giovani in gara",
            "Per l'atletica, sabato 20 e domenica 21 giugno allo stadio Alba ci sono oltre 600 "
            "giovani in gara.",
        ),
        (
            "La notte dei musei",
            "Sabato 16 maggio il Museo civico apre dalle 20 a mezzanotte, ingresso 1 euro",
            "Sabato 16 maggio il Museo civico apre dalle 20 a mezzanotte, ingresso 1 euro.",
        ),
        (
            "Avis in festa",
            "Domenica 7 giugno la sezione comunale festeggia i 60 anni: messa alle 10, corteo e "
            "pranzo sociale",
            "Nell'ambito di «Avis in festa», domenica 7 giugno la sezione comunale festeggia i 60 "
            "anni: messa alle "
            "10, corteo e pranzo sociale.",
        ),
        (
            "Premio Sant'Ilario, aperte le candidature",
            "I cittadini possono segnalare i nomi entro il 30 novembre",
            "Per il premio Sant'Ilario c'è tempo fino al 30 novembre. Gli altri dettagli sono nella pagina.",
        ),
    ],
)
def test_a_teaser_gets_its_verb_and_its_name(title: str, body: str, text: str) -> None:
    assert text_of(title, body) == text
