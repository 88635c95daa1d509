"""What an office writes around its news, and how it is read and told plainly; all invented."""

import pytest

from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.missing_months import with_months
from flows.bulletin.language.relative_days import is_relative, resolved
from flows.bulletin.page.notice import Told
from flows.bulletin.page.reading import read
from flows.bulletin.page.told_slots import tells
from flows.bulletin.summary.frames.events.subject import kind_word
from flows.bulletin.summary.frames.places.streets import inside, streets_at
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.leads import named_by
from tests.test_bulletin_summary import told


@pytest.mark.parametrize(
    ("street", "where"),
    [
        ("via Leonardo da Vinci", "in via Leonardo da Vinci"),
        ("via Adda da Lunedì 4 Maggio", "in via Adda"),
        ("via Adda da Via Oglio", "in via Adda"),
    ],
)
def test_a_name_with_a_town_in_it_is_whole(street: str, where: str) -> None:
    found = streets_at(street, 0)
    assert found is not None
    assert inside(found.all) == where


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "Considerato che il 2 gennaio cade tra due feste e ritenuto utile risparmiare, si informa la "
            "cittadinanza che "
            "venerdì 2 gennaio gli uffici restano chiusi.",
            "Venerdì 2 gennaio gli uffici restano chiusi.",
        ),
        (
            "Il Sindaco preso atto che martedì 3 marzo c.a. ricorre il patrono, giorno di apertura, dispone "
            "la chiusura degli uffici martedì 3 marzo.",
            "Gli uffici sono chiusi martedì 3 marzo.",
        ),
        (
            "La Polizia locale ha disposto per venerdì 6 maggio, la chiusura di via Adda, dalle 9 alle 21.",
            "Venerdì 6 maggio via Adda è chiusa, dalle 9 alle 21.",
        ),
        ("Il Comune dispone di un parco giochi.", "Il Comune dispone di un parco giochi."),
        (
            "Poiché si tratta di materiali che non marciscono, la raccolta della plastica è rinviata a "
            "sabato 8 maggio.",
            "La raccolta della plastica è rinviata a sabato 8 maggio.",
        ),
        (
            "Il Sindaco, al fine di prevenire le malattie, avverte la cittadinanza che è stata avviata la "
            "disinfestazione.",
            "È stata avviata la disinfestazione.",
        ),
        (
            "Il sindaco Mario Neri ha firmato un'ordinanza che, in attesa del nuovo calendario, raddoppia "
            "la raccolta del "
            "vetro.",
            "Un'ordinanza del sindaco raddoppia la raccolta del vetro.",
        ),
        (
            "Il Comune offre un corso di nuoto agli anziani, con l'obiettivo di favorire l'incontro.",
            "Il Comune offre un corso di nuoto agli anziani.",
        ),
        (
            "Da oggi e fino al 10 settembre prossimo, i veterinari sono in via Adda.",
            "Fino al 10 settembre i veterinari sono in via Adda.",
        ),
        (
            "A seguito della nota della scuola sullo sciopero, dal momento che le lezioni non sono sicure, "
            "si comunica che: venerdì 8 maggio lo scuolabus NON fa il giro del mattino.",
            "Venerdì 8 maggio lo scuolabus non fa il giro del mattino.",
        ),
        (
            "In occasione della fiera, si comunica che la piazza è chiusa.",
            "In occasione della fiera, la piazza è chiusa.",
        ),
        (
            "A causa dei danni che la piena del torrente ha fatto alle pompe del vecchio pozzo comunale, "
            "la piscina resta vuota da lunedì 3 a venerdì 7 maggio 2027, tranne la vasca dei piccoli, che "
            "apre ogni mattina alle 9.",
            "La piscina resta vuota da lunedì 3 a venerdì 7 maggio 2027, tranne la vasca dei piccoli, che "
            "apre ogni mattina alle 9.",
        ),
        (
            "Dal 3 al 9 maggio, per andare incontro a chi lavora di notte e chiede più silenzio al mattino, "
            "la raccolta del vetro comincia alle 10 in tutti i quartieri, e le campane di piazza Po restano "
            "chiuse.",
            "Dal 3 al 9 maggio la raccolta del vetro comincia alle 10 in tutti i quartieri, e le campane di "
            "piazza Po restano chiuse.",
        ),
        (
            "A seguito della nota del gestore, il Sindaco ha emesso ordinanza di chiusura delle scuole per "
            "la giornata di lunedì 3 maggio 2027.",
            "Le scuole sono chiuse lunedì 3 maggio 2027.",
        ),
        (
            "Il Comandante ha firmato, in data 2 maggio 2027, l'Ordinanza n.25, con cui dispone, per la "
            "fiera, il senso unico in via Po fino al 9.5.2027.",
            "È disposto il senso unico in via Po fino al 9 maggio 2027.",
        ),
        (
            "Su richiesta dell'A.B.C. è stata emessa ordinanza sindacale di divieto di usare l'acqua per gli "
            "orti, fino a revoca.",
            "È in vigore il divieto di usare l'acqua per gli orti, fino a revoca.",
        ),
        (
            "In data lunedì 3 maggio 2027, si renderà necessaria la temporanea chiusura di via Po.",
            "Lunedì 3 maggio 2027 via Po è chiusa.",
        ),
        ("Si ricorda, inoltre, che via Po è chiusa.", "Via Po è chiusa."),
        ("Il sindaco ha emesso un'ordinanza importante.", "Il sindaco ha emesso un'ordinanza importante."),
        ("I progetti partono il prossimo 1° ottobre.", "I progetti partono il 1° ottobre."),
        ("Poiché piove, niente.", "Poiché piove, niente."),
    ],
)
def test_news_begins_where_its_recitals_end(written: str, said: str) -> None:
    assert worded(written) == said


def test_hours_of_one_weekday_are_of_every_week() -> None:
    sentence = "Lo sportello è chiuso nella giornata di domenica e nella giornata di sabato."
    assert worded(sentence) == "Lo sportello è chiuso la domenica e il sabato."


def test_a_sum_is_told_in_other_words() -> None:
    assert tells("Serve un ISEE fino a 29.000 euro.", Told("non superiore a € 29.000,00"))
    assert not tells("Il bonus è di 20 euro.", Told("non superiore a € 29.000,00"))


def test_an_office_with_a_capital_takes_its_article() -> None:
    assert named_by("Stato civile", "Si rivolga allo Stato civile.") == "lo Stato civile"
    assert named_by("Resto al Mare", "Con Resto al Mare si parte.") == "«Resto al Mare»"


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("Venerdì 4 settembre c'è il coro, sabato 5 la banda.", "sabato 5 settembre la banda"),
        ("Mercoledì 30 ottobre, poi venerdì 1 la messa", "venerdì 1 novembre la messa"),
        ("Venerdì 4 settembre, poi sabato 6 la banda", "sabato 6 la banda"),
        ("Venerdì 4 settembre, sabato 5 e domenica 6 settembre", "sabato 5 e domenica 6 settembre"),
        ("Venerdì 4 settembre; seguono sabato 5 e domenica 6", "sabato 5 e domenica 6 settembre"),
    ],
)
def test_a_weekday_takes_the_month_of_the_day_before_it(written: str, whole: str) -> None:
    assert with_months(written).rstrip(".").endswith(whole)


def test_an_apostrophe_the_wrong_way_round_is_turned() -> None:
    body = "Sabato 14 marzo, alle ore 16:00, in Sala Rossa si svolgerà l‘inaugurazione della nuova ludoteca."
    text = told("Apre la ludoteca: inaugurazione sabato 14 marzo", body=body).text
    assert "l’inaugurazione" in text or "‘" not in text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Domani (giovedì 18 maggio) si parte.", "Giovedì 18 maggio si parte."),
        ("Questa domenica, 14 ottobre, si parte.", "domenica, 14 ottobre, si parte."),
        (
            "L'acqua torna alle ore 6:00 di domani mattina 2 ottobre 2027.",
            "L'acqua torna alle ore 6:00 del 2 ottobre 2027.",
        ),
        ("C'è la mostra «Domenica di carta».", "C'è la mostra «Domenica di carta»."),
    ],
)
def test_a_day_that_stands_beside_its_word_is_its_day(written: str, said: str) -> None:
    assert resolved(written, None) == said
    assert not is_relative(said)


def test_an_enrolment_tells_its_term_once() -> None:
    body = "Le domande vanno presentate in municipio entro il 31 marzo dai genitori dei bimbi nati nel 2022."
    text = told("Iscrizioni ai nidi e agli orti fino al 31 marzo", body=body).text
    assert text.count("31 marzo") == 1


def test_what_accompanies_an_event_is_not_its_noun() -> None:
    body = (
        "Torna l'appuntamento in piazza Roma. Si comincia venerdì 4 settembre, con una serata sulla memoria."
    )
    page = read(title="Weekend in famiglia", abstract="", body=body)
    assert kind_word(page, page.title) == ""


def test_what_there_is_not_is_no_event() -> None:
    body = (
        "Niente mercato sabato 24 maggio in occasione della festa di San Nilo. Lo dispone un'ordinanza che "
        "sospende le "
        "attività di mercato, per la sicurezza di cittadini, operatori e visitatori."
    )
    text = told("Festa del patrono, niente mercato sabato 24 maggio", body=body).text
    assert text.startswith("Sabato 24 maggio non c'è il mercato in occasione della festa di San Nilo.")
    assert spoken("Niente lezioni lunedì 4 maggio") == "Lunedì 4 maggio non ci sono le lezioni"
    assert (
        spoken("Al via le domande per i libri che servono")
        == "Prendono il via le domande per i libri che servono"
    )


def test_an_hour_of_every_evening_is_no_term() -> None:
    body = (
        "Il sindaco ha firmato un'ordinanza che, in attesa del nuovo calendario, raddoppia la raccolta di "
        "plastica e "
        "metalli per le utenze dei condomini. I rifiuti si mettono fuori la sera prima, dopo le 20 ed entro "
        "le 24."
    )
    text = told("Raccolta di plastica e metalli due volte a settimana", body=body).text
    assert text.startswith("Un'ordinanza del sindaco raddoppia la raccolta di plastica e metalli")


def test_one_of_several_hours_does_not_say_what_a_day_is() -> None:
    body = (
        "Domenica 20 dicembre: ore 10 mercatino, ore 15 laboratorio per bambini, ore 17 concerto del coro, "
        "in piazza "
        "Garibaldi. Ingresso libero.\n\nLa manifestazione è organizzata dalla Pro Loco."
    )
    assert "laboratorio" not in told("Natale in piazza", body=body).text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "Il saldo della TARI va versato entro il 2 dicembre, come previsto dal vigente "
            "Regolamento comunale.",
            "Il saldo della TARI va versato entro il 2 dicembre.",
        ),
        (
            "Fino al 30 settembre è vietato accendere fuochi, ai sensi della Legge "
            "regionale 28 ottobre 2002, n. 39.",
            "Fino al 30 settembre è vietato accendere fuochi.",
        ),
        (
            "Il servizio, ai sensi dell'art. 3 del Regolamento, è sospeso dal 3 al 5 marzo.",
            "Il servizio è sospeso dal 3 al 5 marzo.",
        ),
        (
            "Il contributo si può chiedere in base al regolamento entro il 5 marzo.",
            "Il contributo si può chiedere in base al regolamento entro il 5 marzo.",
        ),
        (
            "Aumenta il rischio di incendi boschivi (AIB — antincendio boschivo).",
            "Aumenta il rischio di incendi boschivi.",
        ),
        (
            "Il saldo della Tassa sui Rifiuti (TARI) scade il 2 maggio.",
            "Il saldo della Tassa sui Rifiuti (TARI) scade il 2 maggio.",
        ),
        (
            "La Città Metropolitana di Po (CMP) chiude la strada.",
            "La Città Metropolitana di Po chiude la strada.",
        ),
    ],
)
def test_a_law_and_letters_that_stand_for_words_are_the_files(written: str, said: str) -> None:
    assert worded(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("L'ufficio è chiuso il giorno venerdì 7 marzo.", "L'ufficio è chiuso venerdì 7 marzo."),
        (
            "L'ufficio osserverà il seguente orario di apertura al pubblico: lunedì-venerdì, ore 9.00-12.30.",
            "L'ufficio apre dal lunedì al venerdì, dalle 9 alle 12:30.",
        ),
        (
            "La ditta Alba ha comunicato l'interruzione dell'energia elettrica per il giorno 21/10/2026"
            " dalle ore 09:00 alle ore 12:30.",
            "Il 21 ottobre 2026 dalle 9 alle 12:30 manca la corrente.",
        ),
        (
            "Nei giorni di lunedì 3 e martedì 4 marzo il nido è chiuso.",
            "Lunedì 3 e martedì 4 marzo il nido è chiuso.",
        ),
        (
            "Dal giorno lunedì 3 al giorno venerdì 7 marzo compresi il nido è chiuso.",
            "Da lunedì 3 a venerdì 7 marzo il nido è chiuso.",
        ),
        (
            "Manca l'acqua dalle 22.00 del 5 agosto 2026 e fino al 6 agosto, alle 13.00.",
            "Manca l'acqua dalle 22 del 5 alle 13 del 6 agosto.",
        ),
        (
            "Manca l'acqua dalle ore 14 di martedì 3 e fino alle 10 di mercoledì 4 marzo.",
            "Manca l'acqua dalle 14 di martedì 3 alle 10 di mercoledì 4 marzo.",
        ),
    ],
)
def test_days_are_told_in_few_words(written: str, said: str) -> None:
    assert worded(written) == said


def test_a_storey_is_no_plan_that_binds() -> None:
    said = "L'ufficio riceve, in base all'ordine di arrivo, al primo piano del municipio."
    assert worded(said) == said
    assert (
        worded("La sosta costa un euro, in base a quanto previsto dal piano della sosta.")
        == "La sosta costa un euro."
    )


def test_an_evening_beside_its_date_leaves_the_date() -> None:
    said = resolved(
        "Manca l'acqua dalle 22.00 di stasera 05 agosto 26 e fino a domani, 6 agosto, alle 13.", None
    )
    assert said == "Manca l'acqua dalle 22.00 del 05 agosto 2026 e fino al 6 agosto, alle 13."


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            "L'Amministrazione comunale - con l'aiuto dell'assessorato al Sociale - ha riattivato in "
            "collaborazione con Insieme e altre associazioni, il servizio di consegna a domicilio.",
            "L'Amministrazione comunale ha riattivato il servizio di consegna a domicilio.",
        ),
        (
            "Nei prossimi giorni, le famiglie riceveranno una lettera.",
            "Le famiglie riceveranno una lettera.",
        ),
        (
            "È per chi frequenterà, nell'a.s. 2026-2027, le scuole superiori.",
            "È per chi frequenterà, nell'anno scolastico 2026-2027, le scuole superiori.",
        ),
        ("A breve la piscina è chiusa.", "A breve la piscina è chiusa."),  # what holds then is not now
        ("Sono aperte le iscrizioni a.s. 2026/2027.", "Sono aperte le iscrizioni 2026/2027."),
        (
            "Da lunedì 7 dicembre a venerdì 11 dicembre la biblioteca è chiusa.",
            "Da lunedì 7 a venerdì 11 dicembre la biblioteca è chiusa.",
        ),
        (
            "Da lunedì 30 novembre a venerdì 4 dicembre la biblioteca è chiusa.",
            "Da lunedì 30 novembre a venerdì 4 dicembre la biblioteca è chiusa.",
        ),
    ],
)
def test_nothing_is_said_that_nobody_asks_and_nothing_twice(sentence: str, said: str) -> None:
    assert worded(sentence) == said
