"""Texts of calls that say who may ask, what one gets and where one asks; of services when they are open."""

import pytest

from flows.bulletin.page.notice import Told
from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.calls.asking import office_of
from flows.bulletin.summary.frames.calls.bands import bands
from flows.bulletin.summary.frames.calls.call import says_twice
from flows.bulletin.summary.frames.calls.families import at_school, born, parent_lives
from flows.bulletin.summary.frames.calls.particulars import given
from flows.bulletin.summary.frames.calls.shown import shown
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.services.openings import openings
from flows.bulletin.summary.frames.services.seasons import seasonal
from tests.test_bulletin_summary import told


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        (
            "Bonus nuovi nati 2027",
            "Il Comune dà un contributo di € 300,00 alle famiglie con bambini nati dal 1° gennaio al 31"
            " dicembre 2027. Il richiedente deve essere: - residente nel Comune di Po da almeno 12 mesi; -"
            " genitore convivente con il minore; - in possesso di un ISEE non superiore a 30.000 euro. La"
            " domanda va presentata entro il 31 marzo 2028 all'Ufficio Servizi sociali.",
            "Se hai un figlio nato nel 2027, risiedi a Po da almeno 12 mesi e hai un ISEE fino a 30.000"
            " euro puoi chiedere il bonus nuovi nati 2027 entro il 31 marzo 2028 all'Ufficio Servizi sociali."
            " Il contributo è di 300 euro. Altri requisiti sono nella pagina.",
        ),
        (
            "Contributo affitti 2027",
            "Il contributo è rivolto a cittadini residenti nel Comune di Po con un ISEE fino a 17.000"
            " euro. Il contributo ammonta a 1.000 euro. Le domande si presentano entro le ore 12 del 15"
            " maggio 2027. Sono esclusi gli assegnatari di alloggi pubblici.",
            "Se risiedi a Po e hai un ISEE fino a 17.000 euro puoi chiedere il contributo affitti 2027"
            " entro le 12 del 15 maggio 2027. Il contributo è di 1.000 euro. Sono esclusi gli assegnatari"
            " di alloggi pubblici. Requisiti e altri dettagli sono nella pagina.",
        ),
        (
            "Contributo libri di testo",
            "Possono fare domanda le famiglie di studenti frequentanti la scuola media, residenti nel"
            " Comune di Po. Il contributo è riconosciuto in base all'ISEE: - fino a 8.000 euro: 80% della"
            " spesa; - fino a 12.000 euro: 50% della spesa. Le domande vanno presentate online entro il 30"
            " settembre 2027.",
            "Se tuo figlio frequenta la scuola media e risiede a Po puoi chiedere online il contributo"
            " libri di testo entro il 30 settembre 2027. Con un ISEE fino a 8.000 euro ricevi l'80% della"
            " spesa, fino a 12.000 il 50%. Requisiti e altri dettagli sono nella pagina.",
        ),
        (
            "Mercatino di Natale 2027",
            "Chi è interessato a esporre al mercatino deve presentare la domanda entro il 10 novembre 2027.",
            "Se vuoi esporre al mercatino devi presentare la domanda entro il 10 novembre 2027.",
        ),
        (
            "Mele gratuite ai residenti",
            "I cittadini possono ritirare un massimo di 5 mele per famiglia entro il 10 ottobre 2027 in"
            " Municipio.",
            "Puoi ritirare un massimo di 5 mele per famiglia entro il 10 ottobre 2027 in Municipio.",
        ),
        (
            "Soggiorni marini 2027",
            "Il Comune organizza soggiorni marini per gli over 65. Iscrizioni entro il 30 marzo 2027"
            " presso l'Ufficio Scuola",
            "Il Comune organizza soggiorni marini per gli over 65. Puoi iscriverti entro il 30 marzo 2027"
            " all'Ufficio Scuola.",
        ),
        (
            "In Biblioteca lo sportello digitale",
            "Il servizio aiuta chi non usa lo SPID. Apertura a partire da martedì 2 marzo 2027, senza"
            " appuntamento. Orari di apertura: da lunedì a venerdì dalle 9.00 alle 12.00.",
            "In Biblioteca c'è lo sportello digitale. Da martedì 2 marzo 2027 l'orario è da lunedì a"
            " venerdì dalle 9 alle 12, senza prenotazione. Gli altri dettagli sono nella pagina.",
        ),
        (
            "Sportello energia",
            "Lo sportello aiuta a leggere le bollette e a scegliere l'offerta di luce e di gas.",
            "Lo sportello energia aiuta a leggere le bollette e a scegliere l'offerta di luce e di gas.",
        ),
        (
            "Pubblicazione graduatorie definitive Misura Alba - 2027",
            "Si pubblicano le graduatorie. Sarà cura dell'Ufficio Casa comunicare tempestivamente ai"
            " cittadini il codice della propria domanda.",
            "Sono pubblicate le graduatorie definitive della misura Alba 2027. L'Ufficio Casa ti"
            " comunicherà il codice della tua domanda.",
        ),
    ],
)
def test_a_call_or_service_speaks_to_who_reads(title: str, body: str, said: str) -> None:
    assert told(title, body).text == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "Il museo è aperto: Autunno/Inverno - 9:00/13:00 – 16:00/18:00 Primavera/Estate - 09:00/13:30."
            " L'ingresso è gratuito.",
            "Il museo civico è aperto in autunno e inverno dalle 9 alle 13 e dalle 16 alle 18, in"
            " primavera ed estate dalle 9 alle 13:30. L'ingresso è gratuito.",
        ),
        (
            "Orari - Inverno: 9:00-12:00 Estate: 8:00-20:00, chiuso il lunedì",
            "Per il museo civico l'orario è in inverno dalle 9 alle 12, in estate dalle 8 alle 20. I"
            " giorni sono nella pagina.",
        ),
        ("Il museo è aperto in estate: 9:00-12:00", ""),
        ("Orari - Inverno: 9:00-12:00 Inverno: 8:00-20:00", ""),
    ],
)
def test_hours_of_the_seasons_are_one_sentence(body: str, said: str) -> None:
    assert next(seasonal(read(title="Museo civico", abstract="", body=body)), "") == said


def test_who_asks_asks_for_the_thing() -> None:
    body = "Domande entro il 30 maggio 2027."
    assert told("Bonus merenda 2027", body).text.startswith(
        "Puoi chiedere il bonus merenda 2027 entro il 30 maggio"
    )
    body = (
        "Le imprese possono fare domanda entro il 30 maggio 2027.\n\nSpese ammesse: reti antigrandine,"
        " serramenti, scorte e mezzi agricoli, esclusi i veicoli\n\nDomanda di contributo PDF Scarica"
    )
    assert told("Contributi per la grandine", body).text == (
        "Le imprese possono chiedere i contributi per la grandine entro il 30 maggio 2027. Il modulo e gli"
        " altri dettagli sono nella pagina."
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "Le foto sono in mostra fino a domenica 3 ottobre 2027.\n\nLuogo: Biblioteca comunale, via Po 3",
            "La mostra è in Biblioteca comunale (via Po 3) fino a domenica 3 ottobre 2027.",
        ),
        ("Le foto sono in mostra fino a domenica 3 ottobre 2027.", ""),
        ("Si vota fino a domenica 3 ottobre 2027.\n\nLuogo: Biblioteca comunale, via Po 3", ""),
    ],
)
def test_what_won_a_contest_can_be_seen(body: str, said: str) -> None:
    made = shown(read(title="I vincitori del concorso fotografico", abstract="", body=body))
    assert (made.text if made else "") == said


def test_a_term_is_told_once_and_the_same_day_may_be_told_of_two_things() -> None:
    page = read(
        title="Contributi", abstract="", body="Domande entro il 3 maggio 2027. Parte il 3 maggio 2027."
    )
    assert says_twice("Puoi chiederlo entro il 3 maggio 2027. Si chiede entro il 3 maggio 2027.", page)
    assert not says_twice("Parte il 3 maggio 2027. Puoi chiederlo entro il 3 maggio 2027.", page)


def test_hours_beside_which_it_is_shut_are_left_to_the_page() -> None:
    body = "Orari di apertura: da lunedì a venerdì dalle 9.00 alle 12.00, chiuso ad agosto."
    page = read(title="Sportello energia", abstract="", body=body)
    assert not list(openings(page))
    assert list(
        openings(read(title="Sportello energia", abstract="", body=body.replace(", chiuso ad agosto", "")))
    )


def test_a_place_and_a_season_are_told_of_what_one_collects() -> None:
    body = (
        "Dove\n\nPresso l'atrio della biblioteca , con ingresso da Via Po 3\n\nQuando\n\nDal 3 marzo 2027"
        " al 30 aprile 2027 così: dal 3 al 31 marzo il lunedì, dal 1 al 30 aprile il martedì"
    )
    text = told("Ritiro sacchi raccolta differenziata", body).text
    assert text.startswith(
        "Per ritirare i sacchi della raccolta differenziata vai nell'atrio della biblioteca, con ingresso"
        " da via Po 3."
    )
    assert "Giorni e orari, dal 3 marzo al 30 aprile 2027, sono nella pagina." in text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Per i bambini nati nel 2026 e per i bambini nati nel 2027.", ""),
        ("Per i bambini nati dal 1° marzo 2025 al 31 agosto 2027 e per chi è nato nel 2027.", ""),
        (
            "Per ogni figlio nato nel 2027; vale anche per i figli adottati.",
            "hai un figlio nato o adottato nel 2027",
        ),
        ("Per i nati dal 1° gennaio 2026 al 31 dicembre 2027.", ""),
        ("Per i nati nel 2027, escluse le adozioni.", "hai un figlio nato nel 2027"),
    ],
)
def test_a_child_s_year_is_a_condition_where_it_is_one(body: str, said: str) -> None:
    assert born(body) == said


def test_a_child_that_must_live_somewhere_is_the_reader_s() -> None:
    assert at_school("Voucher per i minori dai 6 ai 16 anni residenti nel Comune di Adria.") == (
        "tuo figlio ha da 6 a 16 anni e risiede ad Adria"
    )
    assert parent_lives("Almeno un genitore deve essere residente nel Comune di Po da almeno 2 anni.") == (
        "Almeno un genitore deve risiedere a Po da almeno 2 anni."
    )


@pytest.mark.parametrize(
    "body",
    [
        "In base all'ISEE: fino a 8.000 euro: 50% della spesa; fino a 9.000 euro: 80% della spesa.",
        "In base all'ISEE: fino a 8.000 euro: 80% della spesa; fino a 9.000 euro: 50% della spesa. Sconto"
        " del 10%.",
        "ISEE fino a 8.000 euro: 80% della spesa, massimo 100 euro; ISEE fino a 9.000 euro: 50% della spesa.",
        "Fino a 8.000 euro: 80% della spesa; fino a 9.000 euro: 50% della spesa.",
        "In base all'ISEE: fino a 8.000 euro, 80%; fino a 9.000 euro, 50%.",
    ],
)
def test_shares_that_are_not_plain_are_left_to_the_page(body: str) -> None:
    assert bands(read(title="Bonus", abstract="", body=body)) == ""


def test_what_one_gets_is_no_sum_of_an_isee_and_no_address() -> None:
    assert (
        given("Il contributo è di 500 euro. Serve un ISEE fino a 9.000 euro.")
        == "Il contributo è di 500 euro."
    )
    body = "Il contributo è fissato in € 400,00; il contributo è fissato in € 300,00. https://po.it/isee/#/servizi"
    assert given(body) == "Il contributo va da 300 a 400 euro."


def test_conditions_do_not_stand_without_word_of_the_others() -> None:
    body = (
        "Il contributo è per cittadini residenti nel Comune di Po con un ISEE fino a 17.000 euro. Le"
        " domande si presentano entro il 15 maggio 2027. I lavori devono essere documentati con fattura e"
        " bonifico parlante."
    )
    text = told("Contributo affitti 2027", body).text
    assert text.startswith("Se risiedi a Po")
    assert text.endswith("nella pagina.")


def test_shops_are_not_asked_for_a_child() -> None:
    body = (
        "Le attività commerciali possono aderire entro il 13 dicembre 2027. Il bonus è per le famiglie con"
        " bambini nati dal 1° gennaio al 31 dicembre 2028."
    )
    assert "figlio" not in told("Bonus bebè 2028", body).text


@pytest.mark.parametrize(
    ("sentence", "where"),
    [
        ("Iscrizioni entro il 3 maggio presso l'ufficio cultura", "all'ufficio cultura"),
        ("Iscrizioni entro il 3 maggio presso la biblioteca oppure via mail", ""),
        ("Iscrizioni entro il 3 maggio via PEC e presso l'ufficio cultura", ""),
        ("Iscrizioni entro il 3 maggio", ""),
    ],
)
def test_where_one_asks_is_told_where_it_is_the_only_way(sentence: str, where: str) -> None:
    assert office_of(Told("entro il 3 maggio", sentence)) == where


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            "Coloro che intendono vendere i propri mobili possono iscriversi entro il 3 maggio.",
            "Se vuoi vendere i tuoi mobili puoi iscriverti entro il 3 maggio.",
        ),
        ("Si va dal 3 ottobre al 25 ottobre 2027.", "Si va dal 3 al 25 ottobre 2027."),
        (
            "In occasione della festa lunedì 3 maggio gli uffici sono chiusi.",
            "In occasione della festa, lunedì 3 maggio gli uffici sono chiusi.",
        ),
        (
            "L'ufficio comunicherà ai richiedenti non ammessi il motivo.",
            "L'ufficio comunicherà ai richiedenti non ammessi il motivo.",
        ),
        ("Chi ha vinto deve venire in Comune.", "Chi ha vinto deve venire in Comune."),
        (
            "Il museo riaprirà a maggio - Aperti il parco e la torre.",
            "Il museo riaprirà a maggio. Sono aperti il parco e la torre.",
        ),
        (
            "Lo usano i Cittadini residenti nei Comuni Del Distretto.",
            "Lo usano i cittadini residenti nei Comuni del Distretto.",
        ),
    ],
)
def test_an_office_s_sentence_speaks_to_who_reads(sentence: str, said: str) -> None:
    assert worded(sentence) == said


def test_vouchers_are_no_contribution_in_euros() -> None:
    assert given("Il contributo è di 500 euro.") == "Il contributo è di 500 euro."
    assert given("Il contributo è di 500 euro in buoni spesa.") == ""


BONUS = (
    "Il Comune sostiene le famiglie con un bambino nato nel 2027. Alle famiglie residenti vengono assegnati"
    " {} da spendere nei negozi che aderiscono. La domanda si presenta online entro il 3 maggio 2027."
)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("buoni acquisto per un importo complessivo di 1.250,00 euro,", "Sono 1.250 euro in buoni acquisto."),
        ("buoni spesa, per l'ammontare complessivo di € 500,00,", "Sono 500 euro in buoni spesa."),
        ("buoni spesa da 20 euro ciascuno", ""),
        ("buoni spesa per complessivi 80,50 euro", ""),
    ],
)
def test_what_is_given_in_vouchers_is_no_money(given: str, said: str) -> None:
    text = told("Bonus bebè 2027", body=BONUS.format(given)).text
    assert text.startswith("Se hai un figlio nato nel 2027 puoi chiedere online il bonus bebè 2027")
    assert said in text
    assert ("Sono " in text) is bool(said)
