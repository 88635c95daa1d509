"""What a text of a call says beside what and until when; every page here is made up."""

import pytest

from flows.bulletin.facts.figures import in_words
from flows.bulletin.page.notice import Told
from flows.bulletin.page.reading import read
from flows.bulletin.summary.additions.of_calls import OF_CALLS, limited, without_definition
from flows.bulletin.summary.frames.calls.asking import office_of, up_to
from flows.bulletin.summary.frames.calls.granted import granted
from flows.bulletin.summary.frames.events.exhibitors import applied_for
from tests.test_bulletin_summary import told

HOMES = "Proroga bando per l'assegnazione degli orti comunali"
HOMES_BODY = (
    "È prorogato alle ore 12:00 del 20 marzo 2027 il termine per presentare le domande del bando."
    "{} Le domande si fanno sul portale del Comune. Restano valide le domande già inviate."
)


def test_of_a_call_that_was_put_off_one_reads_that_one_may_ask() -> None:
    text = told(HOMES, body=HOMES_BODY.format("")).text
    said = "Puoi fare domanda per gli orti comunali fino alle 12 del 20 marzo 2027: il termine è prorogato."
    assert text.startswith(said)


@pytest.mark.parametrize(
    "title",
    [
        "Proroga bando per l'assegnazione di incarichi",
        "Proroga avviso pubblico per la ricerca di alloggi",
        "Proroga bando per la concessione dei servizi cimiteriali",
    ],
)
def test_what_a_citizen_does_not_ask_for_stays_a_call(title: str) -> None:
    assert "Puoi fare domanda per gli" not in told(title, body=HOMES_BODY.format("")).text
    assert "Puoi fare domanda per i servizi" not in told(title, body=HOMES_BODY.format("")).text


def added(text: str, title: str, body: str) -> list[str]:
    notice = read(title=title, abstract="", body=body)
    return [said for make in OF_CALLS for said in make(text, notice)]


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            "Il portale non sarà raggiungibile nei giorni 3 e 4 marzo.",
            "Il portale non funziona il 3 e il 4 marzo.",
        ),
        (
            "La piattaforma regionale, che nelle date del 3, 4 e 9 marzo sarà inutilizzabile, è ferma.",
            "La piattaforma non funziona il 3, 4 e 9 marzo.",
        ),
        (
            "Il sito sarà fuori servizio il 3 marzo dalle 8:00 alle 14:00.",
            "Quando il sito non funziona è nella pagina.",
        ),
        ("Il portale è attivo nei giorni 3 e 4 marzo.", ""),
        ("Il portale non è attivo per chi abita altrove. Il bando esce il 3 marzo.", ""),
        ("Il portale apre il 3 marzo e la sala non è disponibile il giorno dopo.", ""),
        ("La piazza non è disponibile nei giorni 3 e 4 marzo.", ""),
    ],
)
def test_when_the_portal_is_down_is_told(sentence: str, said: str) -> None:
    body = f"Le domande per gli orti si presentano online entro il 20 marzo 2027. {sentence}"
    text = "Puoi fare domanda online per gli orti entro il 20 marzo 2027."
    assert added(text, "Orti comunali: domande", body) == ([said] if said else [])


def test_a_text_is_told_the_days_on_which_its_platform_is_down() -> None:
    body = (
        "Con determina n. 8 del 02/03/2027 è stato prorogato fino al 20 marzo 2027 alle ore 12:00 l'avviso"
        " n° 70/2027 per l'assegnazione degli orti comunali, a causa di lavori sulla piattaforma informatica"
        " che nelle date del 3, 4 e 9 marzo la rendono inutilizzabile. Restano valide le domande inviate."
    )
    assert "La piattaforma non funziona il 3, 4 e 9 marzo." in told(HOMES, body=body).text


BUS = "Lo scuolabus parte il 10 settembre 2027. Le iscrizioni si fanno online entro il 20 agosto 2027{}"
ENROL = "Puoi iscriverti online allo scuolabus entro il 20 agosto 2027."


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        (
            ". Per effettuare l'iscrizione è necessario aver versato almeno la prima rata della tariffa.",
            ["Per iscriverti devi prima versare almeno la prima rata."],
        ),
        (
            ". Per iscriversi occorre aver già pagato la quota annuale, di cui all'allegato.",
            ["Per iscriverti devi prima pagare la quota annuale."],
        ),
        (". Per il servizio è necessario pagare la quota annuale entro ottobre.", []),
        (". Per fare la gita occorre aver pagato l'ingresso.", []),
        (
            ", successivamente le richieste saranno accolte in presenza di posti ancora disponibili.",
            ["Chi tarda entra solo se restano posti."],
        ),
        (
            ". Dopo tale data le domande sono accolte solo se ci sono ancora posti.",
            ["Chi tarda entra solo se restano posti."],
        ),
        (". I posti sono 40. Dopo tale data escono gli orari.", []),
        (". Successivamente si fa una graduatoria. Lo scuolabus ha 40 posti.", []),
    ],
)
def test_what_comes_before_and_behind_an_enrolment_is_told(rest: str, said: list[str]) -> None:
    assert added(ENROL, "Servizio scuolabus 2027/2028", BUS.format(rest)) == said


FEW = ("I posti sono limitati.",)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        (". Iscrizioni fino ad esaurimento posti.", FEW),
        (". I posti disponibili: 20, in ordine di arrivo.", FEW),
        (". I posti sono 40.", FEW),
        (", massimo 20 persone.", FEW),
        (". Chi perde il posto fa un'altra domanda.", ()),
        (". I rimborsi sono dati fino ad esaurimento delle disponibilità di bilancio.", ()),
        (". Ogni domanda vale per un massimo di 3 persone.", ()),
        (". Si entra al massimo 20 persone alla volta.", ()),
    ],
)
def test_that_places_are_few_is_told_and_not_that_money_is(rest: str, said: tuple[str, ...]) -> None:
    page = read(title="Servizio scuolabus 2027/2028", abstract="", body=BUS.format(rest))
    assert limited(ENROL, page) == said


def test_that_places_are_few_is_told_only_to_who_may_ask_and_once() -> None:
    body = "Il laboratorio è il 3 marzo 2027 alle 15 in Sala Lari. Numero chiuso, massimo 20 partecipanti."
    page = read(title="Laboratorio di cucito", abstract="", body=body)
    assert limited("Il 3 marzo 2027 c'è il laboratorio di cucito. Devi prenotare.", page) == FEW
    assert limited("Il 3 marzo 2027 c'è il laboratorio di cucito.", page) == ()
    assert limited("Puoi prenotare per il laboratorio di cucito, i posti sono 20.", page) == ()


def test_what_a_text_of_an_enrolment_tells_is_not_told_twice() -> None:
    body = BUS.format(
        ", successivamente solo se ci sono posti. Per iscriversi occorre aver pagato la quota annuale."
    )
    text = f"{ENROL} Chi tarda entra solo se restano posti. Prima paga la quota annuale."
    assert added(text, "Servizio scuolabus 2027/2028", body) == []
    assert added("Lo scuolabus parte il 10 settembre 2027.", "Servizio scuolabus 2027/2028", body) == []


BAGS = "I sacchetti si ritirano in Sala Lari dal 3 al 14 maggio 2027. {}"


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Presentare la propria tessera sanitaria, meglio se in originale.", ["Porta la tessera sanitaria."]),
        ("Portare un documento di identità.", ["Porta un documento di identità."]),
        (
            "Utenze domestiche: presentare la tessera sanitaria. Utenze non domestiche: esibire la Ecocard.",
            ["Porta la tessera sanitaria, le utenze non domestiche la Ecocard."],
        ),
        ("Famiglie: presentare la tessera sanitaria. Altri: presentare il codice fiscale.", []),
        ("Utenze non domestiche: presentare la Ecocard.", []),
        ("Chi manda un vicino, in caso di malattia, deve presentare la carta d'identità.", []),
        ("Presentare la domanda entro maggio.", []),
    ],
)
def test_what_one_brings_to_a_counter_is_told_for_whom_it_is(sentence: str, said: list[str]) -> None:
    text = "Puoi ritirare i sacchetti in Sala Lari dal 3 al 14 maggio 2027."
    assert added(text, "Ritiro sacchetti per la raccolta differenziata", BAGS.format(sentence)) == said


WALK = "Il Piedibus riparte il 13 settembre 2027. Ci si iscrive entro il 6 settembre 2027. {}"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("RITROVO: ore 07:35 – PARTENZA 07:50", ["Il ritrovo è alle 7:35 e si parte alle 7:50."]),
        (
            "Linea Rossa a Borgo = Via Adda dietro il forno (partenza), Via Po (arrivo).\nRITROVO: ore 07:35",
            ["Il ritrovo è alle 7:35 a Borgo, in via Adda dietro il forno."],
        ),
        (
            "Linea Rossa: Piazza Lari (partenza), Via Po. Ritrovo alle 8.00, partenza alle 8.15",
            ["Il ritrovo è alle 8 in piazza Lari, e si parte alle 8:15."],
        ),
        (
            "Linea Rossa: Via Adda (partenza). Linea Blu: Via Po (partenza). Ritrovo ore 7:35",
            ["Il ritrovo è alle 7:35."],
        ),
        ("Linea Rossa: ritrovo ore 7:35. Linea Blu: ritrovo ore 7:45.", []),
        ("Dopo il ritrovo i bambini camminano.", []),
    ],
)
def test_where_and_when_a_walk_to_school_meets(lines: str, said: list[str]) -> None:
    text = "Il Piedibus riparte il 13 settembre 2027. Puoi iscriverti entro il 6 settembre 2027."
    assert added(text, "Servizio Piedibus 2027/2028", WALK.format(lines)) == said


def test_what_a_thing_is_gives_way_to_its_hours() -> None:
    body = (
        "Riparte il 13 settembre 2027 il servizio Piedibus, una forma di trasporto che permette ai bambini di"
        " andare a scuola a piedi, in fila e in allegria, lungo strade sicure, con adulti che li seguono.\n"
        "Linea Rossa a Borgo = Via Adda dietro il forno (partenza), Via Po (arrivo).\n"
        "RITROVO: ore 07:35 – PARTENZA 07:50\n"
        "La domanda di iscrizione va consegnata in municipio entro il 6 settembre 2027."
    )
    text = told("Servizio Piedibus", body=body).text
    assert "Riparte il 13 settembre 2027 il servizio Piedibus. " in text
    assert "Il ritrovo è alle 7:35 a Borgo, in via Adda dietro il forno, e si parte alle 7:50." in text


@pytest.mark.parametrize(
    "text",
    [
        "Apre il centro Alba, un servizio per anziani che offre pasti da 5 euro.",
        "Apre il centro Alba, che offre pasti agli anziani del paese.",
        "Apre il centro Alba, un edificio nuovo che ospita la scuola.",
    ],
)
def test_what_is_no_mere_definition_stays(text: str) -> None:
    assert without_definition(text) == text


@pytest.mark.parametrize(
    ("title", "booking", "said"),
    [
        (
            "Fiera di primavera",
            "La domanda deve arrivare entro il 4 maggio 2027.",
            "Gli espositori devono fare domanda entro il 4 maggio 2027.",
        ),
        (
            "Mercatino di Natale",
            "Puoi fare domanda entro il 4 maggio 2027.",
            "Gli espositori possono fare domanda entro il 4 maggio 2027.",
        ),
        (
            "Concorso di poesia",
            "La domanda deve arrivare entro il 4 maggio 2027.",
            "La domanda per partecipare deve arrivare entro il 4 maggio 2027.",
        ),
        ("Fiera di primavera", "Iscriviti online.", "Iscriviti online."),
    ],
)
def test_who_sells_at_a_fair_applies_and_not_who_visits_it(title: str, booking: str, said: str) -> None:
    notice = read(title=title, abstract="", body="I prodotti esposti sono artigianali.")
    assert applied_for(booking, notice) == said


def test_a_fair_whose_page_speaks_of_no_sellers_keeps_its_request() -> None:
    notice = read(title="Festa di primavera", abstract="", body="Si gioca alle bocce, a squadre.")
    said = "La domanda per partecipare deve arrivare entro il 4 maggio."
    assert applied_for("La domanda deve arrivare entro il 4 maggio.", notice) == said


GIVEN = (
    "È pubblicato l'avviso pubblico per la concessione di contributi economici per {}.\n"
    "La domanda va presentata al Comune di Alba entro le ore 12:00 del 3 maggio 2027."
)


@pytest.mark.parametrize(
    ("title", "what", "said"),
    [
        (
            "Trasporto alunni con disabilità 2027",
            "il trasporto a scuola di alunni, frequentanti la scuola primaria",
            "un contributo per il trasporto a scuola di alunni che frequentano la scuola primaria",
        ),
        ("Contributi per il trasporto", "il trasporto a scuola di alunni con disabilità", ""),
        ("Vetrine del centro 2027", "le vetrine delle imprese del centro", ""),
    ],
)
def test_the_money_that_a_call_gives_is_named(title: str, what: str, said: str) -> None:
    assert granted(read(title=title, abstract="", body=GIVEN.format(what))) == said


def test_a_call_for_money_says_so_and_which_comune_one_asks() -> None:
    body = GIVEN.format("il trasporto a scuola di alunni con disabilità")
    title = "Trasporto alunni con disabilità 2027"
    text = told(title, body=f"{body} Il Comune di Borgo Alto partecipa alla spesa.").text
    said = "Entro le 12 del 3 maggio 2027 puoi chiedere{} un contributo per il trasporto a scuola di alunni"
    assert text.startswith(said.format(" al Comune di Alba"))
    assert told(title, body=body).text.startswith(said.format(""))


@pytest.mark.parametrize(
    ("sentence", "where"),
    [
        (
            "Le domande vanno presentate di persona allo Sportello Casa che le riceve, nei giorni di lunedì,"
            " martedì e venerdì dalle 8.30 alle 12.30, entro il 3 maggio",
            "di persona allo Sportello Casa, il lunedì, martedì e venerdì dalle 8:30 alle 12:30",
        ),
        (
            "La domanda si presenta di persona all'Ufficio Casa entro il 3 maggio",
            "di persona all'Ufficio Casa",
        ),
        ("Le domande si presentano di persona allo Sportello Casa o via PEC entro il 3 maggio", ""),
        (
            "La domanda si presenta di persona all'Ufficio Casa il martedì dalle 9 e dalle 12 dal 3 maggio",
            "di persona all'Ufficio Casa, il martedì",
        ),
    ],
)
def test_where_one_asks_in_person_is_told_with_its_days(sentence: str, where: str) -> None:
    assert office_of(Told("entro il 3 maggio", sentence)) == where


def test_an_age_in_words_is_a_condition() -> None:
    body = (
        "Il bando è per le persone ultrasettantacinquenni sole. Le domande vanno presentate di persona"
        " all'Ufficio Casa, nei giorni di lunedì e giovedì, dal 4 ottobre al 3 dicembre 2027."
    )
    text = told(
        "Contributo a favore delle persone anziane sole per le spese di riscaldamento 2027-2028", body=body
    )
    assert text.text.startswith(
        "Se hai più di 75 anni puoi chiedere il contributo per le persone anziane sole per le spese di"
        " riscaldamento dal 4 ottobre al 3 dicembre 2027, di persona all'Ufficio Casa, il lunedì e giovedì."
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [("ultrasessantacinquenni", 65), ("ultraottantenne", 80), ("ultrasuoni", None), ("ultraleggeri", None)],
)
def test_an_age_in_one_word_is_a_number(words: str, said: int | None) -> None:
    assert in_words(words) == said


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        (
            "scrivendo una mail a verde@comune.alba.example.it",
            "Puoi prenotare per e-mail fino a 5 piantine gratuite per famiglia entro il 30 settembre.",
        ),
        (
            "inviando una mail a verde@comune.alba.example.it oppure telefonando",
            "Puoi prenotare fino a 5 piantine gratuite per famiglia entro il 30 settembre.",
        ),
        (
            "nei modi usati gli altri anni",
            "Puoi prenotare fino a 5 piantine gratuite per famiglia entro il 30 settembre.",
        ),
    ],
)
def test_things_are_free_and_not_their_booking(rest: str, said: str) -> None:
    sentence = f"Si possono prenotare un massimo di 5 piantine per famiglia, entro il 30 settembre, {rest}."
    notice = read(title="Alberi in paese - Piantine gratuite", abstract="", body=sentence)
    made = up_to(notice, "entro il 30 settembre", Told("entro il 30 settembre", sentence))
    assert made is not None
    assert made.text == said


def test_what_one_fetches_is_booked_by_no_mail() -> None:
    sentence = "I cittadini possono ritirare un massimo di 5 mele per famiglia scrivendo una mail a po@po.it."
    notice = read(title="Mele per tutti", abstract="", body=sentence)
    made = up_to(notice, "", None)
    assert made is not None
    assert made.text == "Puoi ritirare fino a 5 mele per famiglia."


CONTEST = (
    "Il Comune ha istituito il concorso, rivolto agli alunni delle classi quarte delle Scuole Secondarie di"
    " Secondo Grado della Provincia di Alba, avente ad oggetto {}.\n"
    "Le domande dovranno pervenire al Comune entro le ore 12:00 del 3 maggio 2027 scegliendo una delle"
    " seguenti modalità:\n1. tramite PEC.\n2. a mano al Protocollo."
)


def test_a_contest_says_for_whom_it_is_and_what_one_makes() -> None:
    body = CONTEST.format("la redazione di un racconto breve sul tema della pioggia")
    text = told("Concorso letterario «Premio Prof. Ada Neri»", body=body).text
    assert "Prof. Ada Neri» puoi fare domanda entro le 12 del 3 maggio 2027." in text
    assert "È per gli alunni delle classi quarte delle scuole superiori della Provincia di Alba." in text
    assert "Devi scrivere un racconto breve." in text


@pytest.mark.parametrize(
    ("title", "what", "said"),
    [
        ("Concorso Alba", "la realizzazione di un disegno, a mano", ["Devi realizzare un disegno."]),
        ("Concorso Alba", "la realizzazione di una foto dedicata al fiume", ["Devi scattare una foto."]),
        ("Concorso Alba", "la redazione di testi", []),
        ("Bando Alba", "la realizzazione di un ponte", []),
    ],
)
def test_what_one_makes_is_told_of_a_contest_alone(title: str, what: str, said: list[str]) -> None:
    assert added("Per il concorso puoi fare domanda entro il 3 maggio.", title, CONTEST.format(what)) == said
