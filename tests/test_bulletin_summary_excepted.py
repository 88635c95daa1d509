"""An exception, a reserve day or one half of a measure is never told as if it were the measure."""

import pytest

from flows.bulletin.page.notice import Slot
from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks.excepted import without_rule
from flows.bulletin.summary.text import summarise


def composed(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


SHUT = (
    "Via Querce è chiusa al traffico da lunedì 3 a venerdì 14 giugno 2030, dalle 8 alle 17. "
    "Nelle sole giornate del 6 e 7 giugno la chiusura vale anche di notte. "
    "Il mercato non subisce variazioni. Sono esclusi dal divieto i residenti."
)


@pytest.mark.parametrize(
    "exception",
    [
        "Nelle sole giornate del 6 e 7 giugno la chiusura vale anche di notte.",
        "Il mercato non subisce variazioni.",
        "Sono esclusi dal divieto i residenti.",
    ],
)
def test_an_exception_needs_the_closure_beside_it(exception: str) -> None:
    notice = read(title="Chiusura di via Querce", abstract="", body=SHUT)
    rule = "Via Querce è chiusa al traffico da lunedì 3 a venerdì 14 giugno 2030, dalle 8 alle 17."
    assert list(without_rule(f"{exception} Gli orari sono nella pagina.", notice))
    assert not list(without_rule(f"{rule} {exception}", notice))


def test_what_stays_open_is_news_where_the_page_shuts_nothing() -> None:
    notice = read(title="Biblioteca in agosto", abstract="", body="Ad agosto la biblioteca resta aperta.")
    assert not list(without_rule("Ad agosto la biblioteca resta aperta.", notice))


def test_power_that_may_come_back_is_not_told_for_the_cut() -> None:
    body = (
        "Il distributore ha comunicato una interruzione programmata:\n\n"
        "giovedì 6 giugno 2030 dalle ore 09:00 alle ore 14:00\n\n"
        "VIA DELLE QUERCE DA 1 A 9\nVIA DEI TIGLI DA 2 A 20\n\n"
        "Durante i lavori l'erogazione potrebbe essere momentaneamente riattivata, non toccare gli impianti. "
        "L'ufficio postale quel giorno apre solo dalle 16 alle 18.\n"
        "Valle Scura, lì 28/05/2030"
    )
    text = composed("Interruzione energia elettrica 6 giugno", body)
    assert text.startswith("Il 6 giugno, dalle 9 alle 14, manca la corrente")
    assert "28" not in text, "the day on which it was signed"


def test_an_afternoon_made_up_for_is_not_told_for_the_closure() -> None:
    body = (
        "In occasione della fiera di giugno e della festa del patrono gli uffici comunali resteranno "
        "chiusi lunedì 3 giugno 2030 (oltre naturalmente a martedì 4 giugno).\n"
        "Garantiti soltanto:\n- lo stato civile, 9.00-11.00;\n"
        "- la biblioteca: chiusa anche sabato 1 giugno.\n"
        "L'apertura pomeridiana del lunedì dell'Ufficio Tributi è recuperata giovedì 6 giugno 15.00-17.00."
    )
    text = composed("Chiusura uffici comunali lunedì 3 giugno e orario estivo dei cimiteri", body)
    assert "uffici comunali resteranno chiusi lunedì 3 giugno 2030" in text
    assert text.endswith("Le altre chiusure e le variazioni sono nella pagina.")


def test_a_collection_that_is_made_up_for_tells_its_rule_itself() -> None:
    body = (
        "Mercoledì 25 dicembre la raccolta della carta non si effettua ed è recuperata sabato 28 dicembre. "
        "L'ecocentro resta aperto."
    )
    assert "è recuperata sabato 28 dicembre" in composed("Raccolta della carta a Natale", body)


def test_a_reserve_day_is_no_day_of_the_cut() -> None:
    body = (
        "Si comunica che è necessario sospendere l'erogazione dell'acqua nel giorno 18/06/2030 nelle vie:\n"
        "dalle ore 08:30 alle ore 12:30 - VIA QUERCE, VIA TIGLI\n"
        "dalle ore 14:00 alle ore 17:00 - VIA OLMI, VIA FAGGI\n"
        "Data di riserva in caso di maltempo: 19/06/2030 stessi orari."
    )
    title = "Sospensione idrica"
    notice = read(title=title, abstract="", body=body)
    assert [told.words for told in notice.slots[Slot.when]] == ["18/06/2030"]
    text = composed(title, body)
    assert text.startswith("Il 18 giugno 2030, dalle 8:30 alle 12:30, manca l'acqua")
    assert "Il 18 e il 19" not in text


def test_a_reserve_day_is_told_as_one() -> None:
    body = (
        "Il gestore avvisa che giovedì 20 giugno 2030 dalle ore 9 alle ore 12 verrà interrotta l'energia "
        "elettrica in via dei Faggi.\nGiorno di riserva: martedì 25 giugno."
    )
    text = composed("Mancanza di corrente in via dei Faggi", body)
    assert text.startswith("Giovedì 20 giugno 2030 dalle 9 alle 12")
    assert "Il giorno di riserva è martedì 25 giugno." in text


def test_a_ban_lifted_in_part_says_where_it_stays() -> None:
    body = (
        "Visti gli esiti delle analisi, con ord. n. 9 di oggi il divieto di uso potabile è revocato per la "
        "frazione Olmi. Per la frazione Faggi il divieto rimane in vigore fino a nuove analisi. "
        "L'autobotte si sposta alla chiesa di Faggi, solo la mattina. Il prossimo prelievo è lunedì 3 giugno."
    )
    text = composed("Acqua potabile, revoca parziale del divieto", body)
    assert "è revocato per la frazione Olmi" in text
    assert "Per la frazione Faggi il divieto rimane in vigore" in text


def test_a_longer_closure_says_until_when() -> None:
    body = (
        "La Provincia ha prorogato il senso unico alternato lungo la S.P. 7 in loc. Cà Rossa.\n"
        "Il termine, già fissato al 2 giugno, è differito alle ore 18:00 di venerdì 28 giugno 2030.\n"
        "Il semaforo resterà attivo h24, compresi i festivi; dalle 7.00 alle 8.30 è sostituito da movieri."
    )
    text = composed("Proroga senso unico alternato S.P. 7 loc. Cà Rossa", body)
    assert "28 giugno" in text
    assert "h24 i festivi" not in text


def test_works_told_by_phases_are_not_told_without_their_bans() -> None:
    body = (
        "Al via lunedì 3 giugno il cantiere sul ponte dei Faggi. Fase 1, fino al 20 giugno: senso unico "
        "alternato. Fase 2, dal 21 al 30 giugno: chiusura totale. I pedoni possono sempre passare."
    )
    text = composed("Ponte dei Faggi: al via il cantiere", body)
    assert "I pedoni possono" not in text
    assert text.endswith("Le fasi dei lavori e le modifiche alla viabilità sono nella pagina.")


def test_a_ban_of_the_title_s_line_is_missed_in_the_works() -> None:
    body = (
        "Prenderanno il via lunedì 3 giugno 2030 i lavori di consolidamento del muro in via Faggi.\n\n"
        "Prima settimana: senso unico alternato con semaforo, limite 30 km/h\n"
        "Poi: riapertura a doppio senso\n\n"
        "Il mercato del giovedì non subisce spostamenti."
    )
    text = composed("Muro di via Faggi: lunedì 3 giugno al via i lavori, senso unico alternato", body)
    assert text.startswith("Prenderanno il via lunedì 3 giugno 2030")
    assert "Le modifiche alla viabilità sono nella pagina." in text
    assert "mercato" not in text


def test_residents_who_may_pass_are_told() -> None:
    body = (
        "In occasione della festa patronale, domenica 9 giugno 2030 dalle 16 è vietato il transito in "
        "piazza Faggi e via San Rocco. Il transito dei residenti è consentito. Il parcheggio di via Stadio "
        "resta aperto. Il divieto di sosta in piazza Faggi vale già dalle 13."
    )
    text = composed("Festa patronale: modifiche alla viabilità", body)
    assert "Il transito dei residenti è consentito." in text
