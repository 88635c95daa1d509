"""A sentence of a text whose subject, day, street or occasion on the page is another one; all invented."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks.attribution import of_another_part
from flows.bulletin.summary.checks.bans_dated import bans_dated
from flows.bulletin.summary.checks.measures_told import measures_told
from flows.bulletin.summary.checks.subjects import without_subject
from tests.test_bulletin_summary import told

_HOME = "Le coppie sotto i 35 anni possono chiedere un contributo per la prima casa entro il 31 ottobre 2027."
_TWO_REQUESTS = f"{_HOME}\n\nDomanda\nSi presenta online con SPID.\n\nLiquidazione\nSi invia via PEC."
_CONCERT = (
    "La chiesa di San Martino accoglie domenica 26 settembre 2027 alle ore 17 il concerto d'organo.\n\n"
    "Alle 16 visita guidata al campanile per massimo 15 persone, con prenotazione obbligatoria allo "
    "0572 000123.\n\nIl sagrato è riservato ai disabili."
)
_FAIR = (
    "Il mercatino cambia la circolazione domenica 6 giugno e domenica 4 luglio 2027.\n\n"
    "In via Roma è vietato il transito dalle 6 alle 20. In piazza Po è vietata la sosta dalle 5 alle 20."
)
_PALIO = (
    "Sabato 19 e domenica 20 giugno 2027 si corre il palio.\n\n**Sabato 19 giugno**\n"
    "- in via Roma è vietato il transito dalle 17 alle 24\n\n**Domenica 20 giugno**\n"
    "- in via Garibaldi è vietata la sosta dalle 8 alle 20"
)


@pytest.mark.parametrize("said", ["Si invia via PEC.", "Si presenta online con SPID."])
def test_what_is_sent_stood_in_a_heading(said: str) -> None:
    notice = read(title="Contributo per la prima casa", abstract="", body=_TWO_REQUESTS)
    assert list(without_subject(f"{_HOME} {said}", notice))


@pytest.mark.parametrize(
    "said",
    [
        "Va presentata la domanda entro il 31 ottobre 2027.",
        "Si può presentare ricorso entro 15 giorni.",
        "Possono essere prenotate al massimo 8 piante.",
        "Possono partecipare i residenti.",
    ],
)
def test_a_subject_may_stand_behind_its_verb(said: str) -> None:
    notice = read(title="Contributo per la prima casa", abstract="", body=f"{_HOME}\n\nNota\n{said}")
    assert not list(without_subject(f"{_HOME} {said}", notice))


def test_the_sentence_before_may_have_the_subject() -> None:
    body = "La biblioteca resta chiusa lunedì 3 maggio 2027. Riapre martedì 4 maggio 2027."
    notice = read(title="Chiusura della biblioteca", abstract="", body=body)
    assert not list(without_subject(body, notice))


@pytest.mark.parametrize(
    "said",
    ["Devi prenotare al numero 0572 000123.", "I posti sono limitati.", "L'appuntamento è per i disabili."],
)
def test_what_holds_for_a_part_is_not_told_of_the_concert(said: str) -> None:
    notice = read(title="Concerto d'organo a San Martino", abstract="", body=_CONCERT)
    text = f"Domenica 26 settembre 2027 alle 17 c'è il concerto d'organo. {said}"
    assert list(of_another_part(text, notice))
    assert "disabili" not in (told(notice.title, body=_CONCERT).text or "").replace("riservato ai", "")


def test_whom_one_calls_is_told_of_its_own_hour() -> None:
    body = "Sabato 3 maggio 2027 alle 21 concerto in villa, prenotazione obbligatoria allo 0572 000123."
    notice = read(title="Concerto in villa", abstract="", body=body)
    text = "Sabato 3 maggio 2027 alle 21 c'è il concerto in villa. Devi prenotare al numero 0572 000123."
    assert not list(of_another_part(text, notice))


def test_office_hours_are_no_other_appointment() -> None:
    body = (
        "Sabato 3 maggio 2027 alle 21 concerto in villa.\n\n"
        "Prenotazioni allo 0572 000123, dalle 9 alle 12 dei giorni feriali."
    )
    notice = read(title="Concerto in villa", abstract="", body=body)
    text = "Sabato 3 maggio 2027 alle 21 c'è il concerto in villa. Devi prenotare al numero 0572 000123."
    assert not list(of_another_part(text, notice))


def test_who_enters_free_is_not_whom_it_is_for() -> None:
    body = "Domenica 13 giugno 2027 alle 16 visita guidata al museo. La visita è gratuita per i soci."
    assert "è per i soci" not in (told("Visita guidata al museo", body=body).text or "")


@pytest.mark.parametrize("event", ["concerto d'organo", "spettacolo di burattini", "lettura di poesie"])
def test_a_place_ends_before_what_is_held_there(event: str) -> None:
    body = f"Sabato 26 giugno 2027 alle 21 nella chiesa di San Pietro {event}. Ingresso libero."
    text = told(event.capitalize(), body=body).text or ""
    assert text.count(event) == 1
    assert "nella chiesa di San Pietro" in text


def test_a_ban_without_its_day_does_not_stand() -> None:
    notice = read(title="Mercatino: modifiche alla viabilità", abstract="", body=_FAIR)
    said = "In via Roma è vietato il transito dalle 6 alle 20."
    assert list(bans_dated(f"{said} Gli altri dettagli sono nella pagina.", notice))
    assert not list(
        bans_dated(f"Domenica 6 giugno e domenica 4 luglio 2027 {said[0].lower()}{said[1:]}", notice)
    )
    assert not list(bans_dated(f"{said} I giorni sono nella pagina.", notice))


@pytest.mark.parametrize("when", ["ogni martedì", "tutti i giorni", "fino a revoca"])
def test_a_ban_may_hold_for_good(when: str) -> None:
    notice = read(title="Mercatino: modifiche alla viabilità", abstract="", body=_FAIR)
    assert not list(bans_dated(f"In via Roma è vietato il transito {when}.", notice))


def test_the_day_a_ban_makes_an_exception_of_is_not_its_day() -> None:
    notice = read(title="Mercatino: modifiche alla viabilità", abstract="", body=_FAIR)
    assert list(bans_dated("In via Roma è vietato il transito, tranne sabato e domenica.", notice))


def test_a_ban_below_one_day_is_not_told_of_both() -> None:
    notice = read(title="Palio: come cambia la viabilità", abstract="", body=_PALIO)
    opening = "Sabato 19 e domenica 20 giugno 2027 si corre il palio."
    said = "In via Garibaldi è vietata la sosta dalle 8 alle 20."
    assert list(bans_dated(f"{opening} {said}", notice))
    text = told(notice.title, body=_PALIO).text or ""
    assert said not in text
    assert "in via Garibaldi è vietata" not in text


def test_each_street_of_a_title_is_told_or_left_to_the_page() -> None:
    body = (
        "Dal 15 al 18 giugno 2027 si potano i rami. Il 15 e 16 giugno è vietata la sosta in viale Europa. "
        "Il 17 e 18 giugno è vietata la sosta in viale Italia."
    )
    notice = read(title="Divieti di sosta in viale Europa e viale Italia", abstract="", body=body)
    first = "Il 15 e 16 giugno 2027 è vietata la sosta in viale Europa."
    assert any("viale Italia" in why for why in measures_told(first, notice))
    assert not any(
        "viale" in why for why in measures_told(f"{first} Le altre vie sono nella pagina.", notice)
    )


def test_the_bounds_of_a_stretch_are_no_streets_of_the_title() -> None:
    body = "Da lunedì 12 aprile 2027 il tratto di corso Adda è chiuso al transito fino a venerdì 28 maggio."
    title = "Corso Adda: chiuso il tratto fra via Po e piazza Oglio"
    notice = read(title=title, abstract="", body=body)
    assert not any("titolo" in why for why in measures_told(body, notice))


def test_no_ban_is_added_without_its_street() -> None:
    body = (
        "Sono disposte le seguenti modifiche.\n\n## Lunedì 7 giugno 2027\n\n"
        "Via Garibaldi: divieto di transito dalle ore 8 alle ore 18.\n\n## Martedì 8 giugno 2027\n\n"
        "Via dei Tigli: divieto di sosta dalle ore 7 alle ore 19.\n"
    )
    text = told("Modifiche alla viabilità per lavori di asfaltatura", body=body).text or ""
    assert "C'è anche il divieto di sosta" not in text


def test_a_ban_left_out_is_left_to_the_page() -> None:
    body = (
        'In occasione della gara "Trofeo San Lazzaro" di domenica 20 giugno 2027, via Matteotti, via Piave e '
        "viale Rimembranze saranno chiuse al traffico dalle ore 13.30 fino alla fine, prevista per le 17.30. "
        "Dalle ore 8 vige il divieto di sosta in via Piave.\n\nSospesa la messa delle 16 alla chiesetta. La "
        "farmacia di turno è raggiungibile solo a piedi."
    )
    text = told("Via Matteotti, modifiche per la gara ciclistica", body=body).text or ""
    assert "divieto di sosta" in text or "nella pagina" in text


def test_hours_of_two_sorts_of_users_are_not_those_of_a_day() -> None:
    body = (
        "Da lunedì 5 luglio 2027 cambiano gli orari del centro di raccolta.\n\n"
        "| Giorno | Utenze domestiche | Utenze non domestiche |\n|---|---|---|\n"
        "| Lunedì | 14-18 | 9-12 |\n| Mercoledì | 9-12 | chiuso |\n| Sabato | 9-12 / 14-18 | chiuso |\n"
    )
    text = told("Centro di raccolta: nuovi orari", body=body).text or ""
    assert "9 alle 12" not in text
    assert "nella pagina" in text


def test_morning_and_afternoon_are_those_of_a_day() -> None:
    body = (
        "Da lunedì 5 luglio 2027 cambiano gli orari della biblioteca.\n\n"
        "| Giorno | Mattina | Pomeriggio |\n|---|---|---|\n"
        "| Lunedì | 9-12 | 14-18 |\n| Mercoledì | 9-12 | 15-18 |\n"
    )
    text = told("Biblioteca: nuovi orari", body=body).text or ""
    assert "il lunedì dalle 9 alle 12 e dalle 14 alle 18" in text


def test_one_day_of_a_list_of_closures_is_no_appointment() -> None:
    body = (
        "Il Museo civico resterà chiuso:\n- domenica 13 giugno 2027 tutto il giorno\n"
        "- sabato 19 giugno dalle 14\n- da lunedì 28 giugno a venerdì 2 luglio per allestimento mostra\n\n"
        "Ingresso ridotto (3 euro invece di 6)."
    )
    text = told("Museo civico, chiusure straordinarie", body=body).text or ""
    assert "c'è" not in text
    assert text.startswith("Il Museo civico resterà chiuso: domenica 13 giugno")
