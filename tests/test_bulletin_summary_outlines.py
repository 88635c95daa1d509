"""Outlines of notices that no frame tells whole: what, when, and by name what the page holds; all "
"invented."""

import pytest

from flows.bulletin.summary.frames.streets import inside, streets_at
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
