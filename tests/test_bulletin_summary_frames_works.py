"""Texts of closures, road works, cuts, alerts and recalls, from invented notices in the form offices use."""

import pytest

from flows.bulletin.page.notice import Notice
from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.dangers import alerts, recalls
from flows.bulletin.summary.frames.places.streets import inside, streets_at
from flows.bulletin.summary.frames.roads import works
from flows.bulletin.summary.frames.services import hours
from flows.bulletin.summary.frames.times.clock import hours_at, moments_at
from flows.bulletin.summary.frames.times.days import period_at
from tests.test_bulletin_summary import told


def notice(title: str, body: str = "", *, prose: tuple[str, ...] = ()) -> Notice:
    return Notice(title=title, source=f"{title}\n{body}", prose=prose)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("dal 02/03/2026 al 14/03/2026", "dal 2 al 14 marzo 2026"),
        ("GIOVEDi' 20/08", "giovedì 20 agosto"),
        ("10 - 11 - 12 novembre", "il 10, 11 e 12 novembre"),
        ("15 e 16 luglio", "il 15 e il 16 luglio"),
        ("dall'8 all'11 maggio", "dall'8 all'11 maggio"),
        ("fino al 1 marzo", "fino al 1° marzo"),
    ],
)
def test_days_are_said_as_italians_say_them(written: str, said: str) -> None:
    found = period_at(written, 0)
    assert found is not None
    assert found.words == said


@pytest.mark.parametrize("written", ["lunedì 9 giugno 2026", "il 31 aprile", "il 12", "dal 9 al 3 giugno"])
def test_doubtful_days_are_not_read(written: str) -> None:
    assert period_at(written, 0) is None


def test_hours_are_said_short() -> None:
    found = hours_at("dalle ore 8:30 alle ore 12:00 e dalle ore 13:30 alle ore 18:00", 0)
    assert found is not None
    assert found.words == "dalle 8:30 alle 12 e dalle 13:30 alle 18"
    assert hours_at("10 - 11 - 12 novembre", 0) is None


def test_an_alert_runs_from_hour_to_hour() -> None:
    found = moments_at("da giovedì 29 gennaio ore 14:00 a venerdì 30 gennaio ore 14:00", 0)
    assert found is not None
    assert found.words == "da giovedì 29 gennaio alle 14 fino a venerdì 30 gennaio alle 14"
    bare = moments_at("dalle ore 8 del 3 giugno alle ore 18 del 5 giugno", 0)
    assert bare is not None
    assert bare.words == "dalle 8 del 3 alle 18 del 5 giugno"


def test_a_street_ends_where_the_rest_begins() -> None:
    found = streets_at("DI VIA DEI MILLE DAL 3 AL 5 GIUGNO", 0)
    assert found is not None
    assert inside(found.all) == "in via dei Mille"
    found = streets_at("via Ugo Neri N. 35 chiusa", 0)
    assert found is not None
    assert inside(found.all) == "in via Ugo Neri 35"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Chiusura di via Po nel tratto tra via Adda e via Oglio dal 3 al 7 giugno dalle 8 alle 18, eccetto residenti",  # noqa: E501
            "Via Po è chiusa tra via Adda e via Oglio dal 3 al 7 giugno, dalle 8 alle 18, eccetto residenti.",
        ),
        (
            "Interruzione idrica in via Po e via Adda martedì 9 luglio dalle 9 alle 12",
            "Martedì 9 luglio, dalle 9 alle 12, manca l'acqua in via Po e via Adda.",
        ),
        (
            "Senso unico alternato sulla S.P. 7 dal 3 al 5 giugno, esclusi i giorni di domenica",
            "Dal 3 al 5 giugno, domeniche escluse, sulla S.P. 7 si viaggia a senso unico alternato.",
        ),
        (
            "CHIUSURA AL TRAFFICO DI VIA DEI MILLE DAL 3 AL 5 GIUGNO",
            "Via dei Mille è chiusa al traffico dal 3 al 5 giugno.",
        ),
    ],
)
def test_a_title_that_carries_the_facts_becomes_a_sentence(title: str, text: str) -> None:
    assert next(works.texts(notice(title), 275)) == text


@pytest.mark.parametrize(
    "title",
    [
        "Chiusura di via Po",
        "Nuova disciplina temporanea della viabilità",
        "Chiusura di via Adda il 3 giugno e di via Po il 4 giugno",
        "Chiusura di via Po dal 3 al 5 giugno con navetta dal campo sportivo",
        "Revoca chiusura di via Po dal 3 giugno",
        "Annullata la chiusura di via Po del 3 giugno",
        "Non più in vigore il divieto di transito in via Po dal 3 giugno",
    ],
)
def test_no_text_without_street_or_day_or_sure_pairs(title: str) -> None:
    assert list(works.texts(notice(title), 275)) == []


def test_a_limit_told_elsewhere_is_announced_and_a_change_leaves_nothing() -> None:
    page = notice(
        "Chiusura di via Po dal 3 al 5 giugno",
        "Potranno passare con deroga, salvo diverso avviso, i mezzi del mercato",
    )
    said = "Via Po è chiusa dal 3 al 5 giugno. Le eccezioni sono nella pagina."
    assert list(works.texts(page, 275)) == [said]
    changed = notice("Chiusura di via Po dal 3 al 5 giugno", "La chiusura è rinviata, salvo diverso avviso")
    assert list(works.texts(changed, 275)) == []


def test_closures_of_offices() -> None:
    shouted = notice("CHIUSURA UFFICIO EDILIZIA PRIVATA GIOVEDì 20/08")
    assert next(hours.texts(shouted, 275)) == "Giovedì 20 agosto l'ufficio Edilizia privata è chiuso."
    assert list(hours.texts(notice("Chiusura parchi e aree pubbliche per vento forte"), 275)) == []
    partial = notice("Chiusura uffici comunali - 5 agosto", "Rimangono aperti gli uffici della frazione")
    assert list(hours.texts(partial, 275)) == [
        "Il 5 agosto gli uffici comunali sono chiusi. Le eccezioni sono nella pagina."
    ]


def test_an_alert_has_hazard_and_day() -> None:
    page = notice(
        "Maltempo, lunedì 17 agosto fase di attenzione per rischio idrogeologico", "Parchi riaperti dalle 14"
    )
    assert next(alerts.texts(page, 275)) == (
        "Lunedì 17 agosto è in vigore la fase di attenzione per rischio idrogeologico."
        " I parchi riaprono dalle 14."
    )
    assert list(alerts.texts(notice("Allerta meteo: giovedì 20 agosto"), 275)) == []
    assert list(alerts.texts(notice("Allerta arancione idrogeologica per temporali"), 275)) == []


def test_a_recall_names_product_risk_and_what_to_do() -> None:
    page = notice(
        "Richiamo alimenti",
        "Avviso: richiamato il latte Alfa (cod. 123456) contenente batteri. Non consumarlo.",
    )
    assert (
        next(recalls.texts(page, 275))
        == "È richiamato il latte Alfa (codice 123456) contenente batteri. Non consumarlo."
    )


def test_limits_of_length_hold() -> None:
    page = notice("Interruzione idrica in via Po e via Adda martedì 9 luglio dalle 9 alle 12")
    assert list(works.texts(page, 40)) == []


def test_an_alert_of_two_days_tells_both_hours_and_its_hazard() -> None:
    body = "Avviso di criticità idrogeologica da giovedì 8 gennaio ore 14:00 a venerdì 9 gennaio ore 11:00"
    made = told("Maltempo - Aggiornamento del 7 gennaio 2026", body)
    assert made.text == (
        "Da giovedì 8 gennaio alle 14 fino a venerdì 9 gennaio alle 11"
        " è in vigore un avviso di criticità idrogeologica."
    )


def test_a_ban_of_a_title_is_a_sentence_with_its_day_and_cause() -> None:
    title = 'Divieto di transito pedonale lungo il "Sentiero Alto", il giorno 30/05/2026'
    made = told(title, f"{title}\nPer lavori di manutenzione\n")
    assert made.text == (
        "Il 30 maggio 2026 è in vigore il divieto di transito pedonale lungo il «Sentiero Alto»"
        " per lavori di manutenzione."
    )
    limited = told(title, "Sono esclusi i mezzi di soccorso fino alle 9 del 31 maggio 2026.")
    assert "è in vigore il divieto" not in limited.text


def test_an_alert_is_not_dated_by_its_page() -> None:
    made = told("Maltempo - Aggiornamento del 9 gennaio 2026", "Avviso di criticità idraulica.")
    assert (made.method, made.text) == ("unwritten", "")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "Il centro regionale ha emesso l'avviso n. 5/2027, valido dalle ore 00:00 del 23 ottobre 2027"
            " fino alle"
            " ore 12:00 del 24 ottobre 2027.\n\nPer l'allerta meteo arancione per vento forte è disposta"
            " la chiusura"
            " dei parchi comunali.\n\nSi raccomanda di:\n\n- stare in casa\n- fissare le tende",
            "Dalle 0 del 23 alle 12 del 24 ottobre 2027 è in vigore l'allerta arancione per vento forte."
            " Sono chiusi"
            " i parchi comunali. Le precauzioni da prendere sono nella pagina.",
        ),
        (
            "Dalle ore 14 di sabato 13 febbraio e per le successive dieci ore l'allerta meteo è di livello"
            " arancione.\n\nSono attesi temporali, con possibili precipitazioni intense e raffiche.\n\nÈ"
            " disposta"
            " la chiusura della villa comunale e la chiusura del cimitero.",
            "Dalle 14 di sabato 13 febbraio, per dieci ore, è in vigore l'allerta arancione, con possibili"
            " precipitazioni intense e raffiche. Le chiusure sono nella pagina.",
        ),
    ],
)
def test_an_alert_is_gathered_from_sentences_apart(body: str, text: str) -> None:
    page = read(title="Allerta meteo arancione, chiusure per precauzione", abstract="", body=body)
    assert text in alerts.texts(page, 275)
    assert text == told("Allerta meteo arancione, chiusure per precauzione", body=body).text


def test_an_alert_of_two_colours_or_over_is_not_gathered() -> None:
    body = "Dalle ore 14 di sabato 13 febbraio l'allerta è arancione per vento forte, poi gialla per vento."
    assert list(alerts.texts(notice("Allerta meteo", body), 275)) == []
    over = "Dalle ore 14 di sabato 13 febbraio è revocata l'allerta meteo arancione per vento forte."
    assert list(alerts.texts(notice("Allerta meteo", over), 275)) == []


def test_what_is_left_to_the_page_is_named_for_what_it_is() -> None:
    night = notice(
        "Interruzione dell'energia elettrica giovedì 3 aprile in via Po",
        "I lavori si fanno dalle ore 1 alle ore 6",
    )
    said = "Giovedì 3 aprile manca la corrente in via Po. Gli orari sono nella pagina."
    assert said in works.texts(night, 275)
    streets = notice(
        "Chiusura di via Po dal 3 al 5 giugno", "Divieto di sosta in via Adda, salvo residenti, il 7 giugno"
    )
    assert any("altre vie, altri giorni e orari" in text for text in works.texts(streets, 275))
