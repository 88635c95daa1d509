"""Whose a term of a page is: the request's, or another step's, person's or tax's; every page is made up."""

import pytest

from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Kind, Slot
from flows.bulletin.page.other_terms import is_of_another_step, is_over
from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks.of_one import told_of_all
from flows.bulletin.summary.frames.calls.particulars import ceiling
from flows.bulletin.summary.frames.titles.matter import matter_of
from tests.test_bulletin_summary import told

GRANT = "Bando per contributi alle botteghe storiche 2027"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Quesiti: ", ""),
        ("La richiesta di chiarimenti va inviata ", ""),
        ("Scontrini e fatture si portano in Comune ", ""),
        ("Il rendiconto finale arriva: rendicontazione ", ""),
        ("Chi ha una pratica incompleta può integrare la domanda ", ""),
        ("Saldo della quota ", ""),
        ("Esito della selezione ", ""),
        ("", " scattano i controlli in paese"),
        ("La biblioteca, ", ", potrà essere tenuta aperta la sera: se ne darà notizia"),
    ],
)
def test_a_term_of_another_step_is_not_the_requests(before: str, after: str) -> None:
    assert is_of_another_step(before, after, GRANT, Kind.deadline, "Le domande si fanno online.")


@pytest.mark.parametrize(
    ("before", "title"),
    [
        ("Le domande, con le ricevute allegate, si inviano ", GRANT),
        ("Le iscrizioni, con acconto di 20 euro, si fanno ", "Iscrizioni al corso di ceramica"),
        ("Saldo ", "IMU 2027"),
        ("Le ricevute vanno consegnate ", "Contributi 2026: consegna delle ricevute"),
        ("Servono le fatture. Istanze ", GRANT),
        ("La rata si paga ", "Cene in piazza"),
    ],
)
def test_the_requests_own_term_and_that_of_the_pages_matter_stay(before: str, title: str) -> None:
    assert not is_of_another_step(before, "", title, Kind.deadline)


def test_who_enrols_by_then_in_courses_has_the_requests_term() -> None:
    courses = ("Corsi", Kind.deadline)
    assert not is_of_another_step("Gli adulti, ", " si iscrivono ai corsi", *courses)
    assert is_of_another_step("Chi è in elenco viene avvisato; ", " cominciano le lezioni", *courses)


def test_a_ranking_is_the_news_of_a_page_of_results() -> None:
    assert not is_of_another_step("Reclami ", "", "Alloggi: graduatoria provvisoria", Kind.result)
    assert is_of_another_step("Avviso ai vincitori ", "", "Premio di poesia", Kind.result)


@pytest.mark.parametrize("before", ["Il termine era ", "Le iscrizioni si sono chiuse il "])
def test_a_term_that_is_over_is_none(before: str) -> None:
    assert is_over(before)
    assert not is_over("Il termine, che era breve, è ora ")


def test_of_a_list_of_terms_the_requests_is_told() -> None:
    body = (
        "Il Comune aiuta le botteghe aperte da più di 40 anni.\n\nSCADENZE\n- quesiti: entro il 5 marzo\n"
        "- istanze: dalle ore 8 del 15 febbraio alle ore 18 del 19 marzo 2027\n- esito: entro il 20 aprile\n"
        "- rendicontazione: entro il 30 novembre\n\nLe istanze si inviano dallo sportello telematico."
    )
    text = told(GRANT, body).text
    assert "dalle 8 del 15 febbraio alle 18 del 19 marzo 2027" in text
    assert "5 marzo" not in text


def test_a_period_of_weekdays_is_a_requests_whatever_is_handed_in_later() -> None:
    body = (
        "Il contributo è per chi manda i figli al doposcuola.\n\nQuando: domande on line da martedì 4 maggio "
        "a venerdì 28 maggio.\n\nGli scontrini si portano entro il 9 luglio. Il Comune versa in autunno."
    )
    text = told("Contributo per il doposcuola", body).text
    assert "da martedì 4 a venerdì 28 maggio" in text
    assert "fino al 9 luglio" not in text


def test_a_payment_is_not_missed_where_the_enrolment_is_told() -> None:
    body = (
        "Dal 3 al 28 maggio 2027 sono aperte le iscrizioni al doposcuola, solo online.\n"
        "Versamento: prima parte entro il 30 settembre, seconda parte entro il 31 gennaio 2028.\n"
        "Il servizio parte lunedì 20 settembre."
    )
    title = "Doposcuola 2027/28: iscrizioni"
    terms = read(title=title, abstract="", body=body).slots[Slot.deadline]
    assert [term.words for term in terms] == ["Dal 3 al 28 maggio 2027"]
    assert told(title, body).text.startswith("Dal 3 al 28 maggio 2027 sono aperte le iscrizioni")


def test_when_checks_begin_nobody_enrols() -> None:
    body = (
        "Il canile comunale tiene due giornate per i gatti dei residenti.\nsabato 6 marzo, piazza Verdi, "
        "9.00-12.00\nmercoledì 10 marzo, ambulatorio, 15.00-18.00\nChi viene non paga la multa per la "
        "mancata iscrizione; dal 15 marzo cominciano le verifiche."
    )
    assert "iscriverti" not in told("GATTI: giornate del microchip", body).text


def test_a_term_that_is_over_is_no_bid() -> None:
    body = (
        "Si vota domenica 9 maggio dalle 7 alle 23.\n\nVoto in ospedale: la scadenza delle domande era il "
        "20 aprile. I seggi sono nelle scuole."
    )
    assert "20 aprile" not in told("Referendum di domenica 9 maggio: orari", body).text


def test_the_term_of_one_line_of_a_programme_is_not_the_whole_days() -> None:
    body = (
        "Da venerdì 7 a domenica 9 maggio il borgo suona.\n\nVENERDÌ 7 MAGGIO\nOre 18,30 - Loggia: saluto\n"
        "Ore 21,15 - Piazza Alba: concerto\n\nSABATO 8 MAGGIO\n10-12 e 14-16 - Lezione di arpa, Scuola di "
        "musica (iscrizione entro il 2 maggio, euro 20)\nOre 21 - Piazza Alba: ballo"
    )
    assert "2 maggio" not in told("Il borgo suona 2027 - Programma", body).text


TAXES = (
    "IMU: acconto entro martedì 15 giugno, saldo entro giovedì 16 dicembre 2027. Il codice è A123.\n\n"
    "TARI: gli avvisi arrivano per posta. Rate:\n1^ rata 31 maggio\n2^ rata 30 settembre\n"
    "3^ rata 2 dicembre\nChi paga in ritardo ha una sanzione. Non si paga sotto i 12 euro."
)


def test_each_tax_of_two_has_its_own_days() -> None:
    assert told("IMU e TARI 2027", TAXES).text.startswith(
        "L'acconto dell'IMU scade martedì 15 giugno, il saldo giovedì 16 dicembre 2027. "
        "Le rate della TARI scadono il 31 maggio, il 30 settembre e il 2 dicembre."
    )


def test_days_of_which_no_label_says_whose_tax_are_not_told() -> None:
    text = told("IMU e TARI 2027", TAXES.replace("TARI: ", "").replace("IMU: ", "")).text
    assert "30 settembre" not in text
    assert "sotto i 12 euro" not in text


def test_a_row_of_a_list_is_no_sentence() -> None:
    body = (
        "Dal 3 al 28 maggio 2027 sono aperte le iscrizioni al pulmino.\n\nTariffa annua 200 euro. "
        "Solo ritorno: 70% della quota.\n\nIl pulmino parte il primo giorno di scuola. Sì: zaini, cartelle. "
        "No: biciclette."
    )
    text = told("Iscrizioni al pulmino", body).text
    assert text.startswith("Dal 3 al 28 maggio 2027")
    assert "70%" not in text
    assert "Sì:" not in text


def test_where_requests_close_is_their_term() -> None:
    body = (
        "Ci sono tre box liberi.\nApertura domande: 1 marzo.\nChiusura domande: 2 aprile.\nVisita: 20 marzo."
    )
    assert "entro il 2 aprile" in told("Box auto comunali", body).text


def test_a_pick_up_for_the_old_is_not_everybodys_booking() -> None:
    body = (
        "SABATO 6 MARZO raccolta di ferro e legno in piazza Alba dalle 8 alle 12.\nPer anziani e invalidi "
        "ritiro a casa giov. 4, solo su prenotazione entro lunedì 1 marzo ore 12 al 0445 555123."
    )
    assert "Puoi prenotare" not in told("Raccolta di ferro e legno", body).text


@pytest.mark.parametrize(
    "line", ["Il Comune aiuta le botteghe aperte da anni.", "La Pro Loco premia i negozi aperti."]
)
def test_what_a_verb_has_as_its_object_gets_no_verb_of_its_own(line: str) -> None:
    assert spoken(line) == line


@pytest.mark.parametrize(
    "waived",
    ["Il limite ISEE non vale per chi ha una disabilità.", "I disabili entrano a prescindere dall'ISEE."],
)
def test_a_limit_that_some_need_not_meet_is_not_set_to_all(waived: str) -> None:
    body = "Possono chiedere il bonus le famiglie con ISEE fino a 20.000 euro."
    assert ceiling(body) == "Serve un ISEE fino a 20.000 euro."
    assert ceiling(f"{body} {waived}") == ""


def test_a_short_weekday_does_not_end_a_sentence_before_its_day() -> None:
    said = "Il ritiro a casa è giov. 4 marzo e merc. 10 marzo."
    assert split(said) == [said]


def test_of_two_labelled_requests_no_term_is_told_as_that_of_both() -> None:
    body = (
        "Asili del Comune: iscrizioni dal 2 al 27 febbraio 2027, online.\n"
        "Ludoteche del Comune: iscrizioni dal 12 gennaio al 9 febbraio 2027."
    )
    assert "febbraio" not in told("Servizi per i piccoli: calendario delle iscrizioni", body).text
    fees = told(
        "Servizi per i piccoli: calendario delle iscrizioni", f"{body}\nLa retta si versa il 5 di ogni mese."
    ).text
    assert fees.startswith("Per i servizi per i piccoli le scadenze e gli altri dettagli sono nella pagina.")


def test_a_period_of_requests_is_told_beside_what_the_office_pays_then() -> None:
    body = (
        "Gli studenti possono chiedere il rimborso di metà della tessera. Richieste dal 4 ottobre al 12 "
        "novembre. Pagamenti entro il 31 dicembre."
    )
    text = told("Rimborso tessera del treno", body).text
    assert "dal 4 ottobre al 12 novembre" in text
    assert "31 dicembre" not in text


def test_what_minors_need_is_not_all_that_is_told_of_papers() -> None:
    body = (
        "Dal 3 maggio 2027 i vecchi permessi di pesca in cartoncino non valgono più in tutto il lago.\n"
        "Portare: il vecchio permesso e una foto. Per i minori servono tutti e due i genitori."
    )
    notice = read(title="Permessi di pesca: nuova tessera", abstract="", body=body)
    said = "Dal 3 maggio 2027 i vecchi permessi non valgono più. Per i minori servono tutti e due i genitori."
    assert any("vale per alcuni" in why for why in told_of_all(said, notice))
    assert not list(told_of_all(f"{said} Porta il vecchio permesso e una foto.", notice))


def test_who_accounts_for_a_grant_does_not_ask_for_it() -> None:
    body = "Chi ha avuto il contributo lo rendiconta entro 45 giorni dalla festa. Servono le fatture pagate."
    text = told("Contributi per le feste: rendicontazione", body).text
    assert "rendiconta entro 45 giorni" in text
    assert "uoi chiedere" not in text


def test_a_contribution_to_a_fee_is_what_one_asks_for() -> None:
    matter = matter_of("Soggiorni marini 2027, contributo alle famiglie per la riduzione della quota")
    assert matter is not None
    assert matter.text == "il contributo alle famiglie per la riduzione della quota dei soggiorni marini 2027"
