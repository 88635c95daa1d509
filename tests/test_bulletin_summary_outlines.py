"""Outlines of notices that no frame tells whole: what, when, and by name what the page holds; all "
"invented."""

import pytest

from flows.bulletin.language.months import with_months
from flows.bulletin.language.relative_days import is_relative, resolved
from flows.bulletin.page.notice import Told
from flows.bulletin.page.reading import read
from flows.bulletin.page.telling import tells
from flows.bulletin.summary.frames.beginnings import begun
from flows.bulletin.summary.frames.leads import named_by
from flows.bulletin.summary.frames.outlines import outlines
from flows.bulletin.summary.frames.streets import inside, streets_at
from flows.bulletin.summary.frames.wording import worded
from flows.bulletin.summary.gate import faults
from tests.test_bulletin_summary import told

STREET_BY_STREET = "\n\n".join(
    (
        "Il Comune ha ordinato:",
        "- divieto di fermata temporanea, dal 4 maggio 2026 al 22 maggio 2026 dalle ore 7 alle ore 18, in "
        "via Adda e traversa, via Oglio, via Ticino, via Mincio e via Sesia;",
        "- divieto di transito temporaneo, nei giorni 11,12, 13 e 14 maggio 2026, dalle ore 21 alle ore 6, "
        "in via Brenta, nel tratto di strada compreso tra via Piave e via Tanaro.",
    )
)


def test_bans_street_by_street_are_told_with_their_first_and_last_day() -> None:
    text = told("Lavori alla rete elettrica: divieti di fermata e di transito", body=STREET_BY_STREET).text
    assert text == (
        "Tra il 4 e il 22 maggio 2026 sono vietati la fermata e il transito in più vie. "
        "Vie, giorni e orari sono nella pagina."
    )


def test_a_change_that_was_revoked_has_no_outline() -> None:
    body = f"{STREET_BY_STREET}\n\nIl divieto di transito in via Brenta è revocato."
    assert told("Lavori alla rete elettrica: divieti di fermata e di transito", body=body).text == ""


def test_what_an_act_orders_is_read_behind_its_preamble() -> None:
    body = (
        "Si informa la cittadinanza che, con Ordinanza n. 12 del 7 maggio 2026, il Settore IV di Polizia "
        "Locale ha "
        "disposto la chiusura temporanea al traffico veicolare di Via dei Tigli nella giornata di giovedì "
        "14 maggio 2026, "
        "dalle ore 09.00 alle ore 15.00, e comunque fino al termine degli interventi, al fine di consentire "
        "la potatura "
        "degli alberi.\n\n- In caso di maltempo i lavori potranno essere prorogati;\n\n- Dovrà essere "
        "garantito il "
        "transito ai mezzi di soccorso e ai residenti."
    )
    assert told("Ordinanza n. 12/26 - Modifica della circolazione in Via dei Tigli", body=body).text == (
        "Via dei Tigli è chiusa al traffico giovedì 14 maggio 2026, dalle 9 alle 15, e comunque fino alla "
        "fine dei lavori, "
        "per consentire la potatura degli alberi. Le eccezioni sono nella pagina."
    )


def test_a_cut_of_many_districts_is_told_with_its_day_and_hour() -> None:
    body = (
        "Mercoledì 13 maggio, dalle ore 7 e fino al pomeriggio, verrà interrotta l'erogazione dell'acqua "
        "potabile nei "
        "quartieri Fontanelle (a partire da via Adda), Pratoverde, San Nilo fino alla zona del Parco Nord "
        "(compresa), via "
        "Lucia della Torre e sue intersezioni e da via Oglio fino a via Ticino (esclusa).\n\nL'interruzione "
        "si rende "
        "necessaria per consentire i lavori di rifacimento del serbatoio."
    )
    text = told("Interruzione acqua mercoledì 13 maggio", body=body).text
    assert text == "Mercoledì 13 maggio, dalle 7, manca l'acqua. Le vie interessate sono nella pagina."


def test_a_cut_counted_from_today_has_no_outline() -> None:
    body = (
        "Si avvisa che, a causa di un guasto alla condotta principale, la fornitura d'acqua sarà sospesa "
        "dalle ore 22:00 "
        "di questa sera fino alle ore 6:00 del 2 ottobre 2027 in tutto il territorio comunale."
    )
    assert told("Interruzione della fornitura idrica", body=body).text == ""


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
        ("Poiché piove, niente.", "Poiché piove, niente."),
    ],
)
def test_news_begins_where_its_recitals_end(written: str, said: str) -> None:
    assert worded(written) == said


def test_a_change_is_told_with_the_day_from_which_it_holds() -> None:
    body = (
        "Con il nuovo contratto, a partire da lunedì 8 luglio 2024, ci sarà una variazione dei giorni che "
        "riguarderà la carta."
    )
    page = read(title="Raccolta differenziata, cambia il calendario", abstract="", body=body)
    bare = "Per la raccolta differenziata cambia il calendario."
    assert faults(bare, page) == ("Manca da quando: la pagina dice «da lunedì 8 luglio 2024».",)
    begins = "Da lunedì 8 luglio 2024 per la raccolta differenziata cambia il calendario."
    assert list(begun(page)) == [f"{begins} Gli altri dettagli sono nella pagina."]


def test_hours_of_one_weekday_are_of_every_week() -> None:
    sentence = "Lo sportello è chiuso nella giornata di domenica e nella giornata di sabato."
    assert worded(sentence) == "Lo sportello è chiuso la domenica e il sabato."


def test_a_call_that_has_only_a_name_is_told_with_its_last_day() -> None:
    body = (
        "Anche quest'anno il Comune aiuta i nuclei familiari a pagare l'affitto. Sarà possibile accedere al "
        "bando dal 21 "
        "gennaio p.v. Ultimo giorno utile per la presentazione della domanda venerdì 21 marzo fino alle ore "
        "12.30.\n\n"
        "Le fasce ISEE sono così definite:\n\nda € 2.000 a € 6.000 verrà erogato un contributo pari a € "
        "800,\n\n"
        "da € 6.000,01 a € 12.000 verrà erogato un contributo pari a € 700.\n\n"
        "La domanda deve essere presentata esclusivamente on line."
    )
    text = told("Sostegno Famiglie 2025", body=body).text
    assert text.startswith(
        "Puoi fare domanda online per «Sostegno Famiglie 2025» entro le 12:30 di venerdì 21 marzo."
    )
    assert text.endswith("mporti e altri dettagli sono nella pagina.")
    assert "800" not in text


def test_a_sum_is_told_in_other_words() -> None:
    assert tells("Serve un ISEE fino a 29.000 euro.", Told("non superiore a € 29.000,00"))
    assert not tells("Serve un ISEE non superiore a 20.000 euro.", Told("non superiore a € 29.000,00"))


def test_an_office_with_a_capital_takes_its_article() -> None:
    assert named_by("Stato civile", "Si rivolga allo Stato civile.") == "lo Stato civile"
    assert named_by("Resto al Mare", "Con Resto al Mare si parte.") == "«Resto al Mare»"


def test_two_periods_of_one_sentence_are_both_told() -> None:
    body = (
        "Proseguono le asfaltature. Per permettere gli interventi sono previste alcune modifiche.\n\nDal 4 "
        "all'8 maggio "
        "e dall'11 al 15 maggio, dalle 7 alle 19, sarà istituito il divieto di transito e di sosta con "
        "rimozione forzata "
        "su entrambi i lati della strada."
    )
    page = read(title="Asfaltature: al via i lavori in un tratto di via Adda", abstract="", body=body)
    assert next(outlines(page)).strip() == (
        "Dal 4 all'8 maggio e dall'11 al 15 maggio, dalle 7 alle 19, in via Adda sono vietati il transito e "
        "la sosta, con "
        "rimozione forzata."
    )


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("Venerdì 4 settembre c'è il coro, sabato 5 la banda.", "sabato 5 settembre la banda"),
        ("Mercoledì 30 ottobre, poi venerdì 1 la messa", "venerdì 1 novembre la messa"),
        ("Venerdì 4 settembre, poi sabato 6 la banda", "sabato 6 la banda"),
        ("Venerdì 4 settembre, sabato 5 e domenica 6 settembre", "sabato 5 e domenica 6 settembre"),
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
