"""What a text of a call says beside what and until when; every page here is made up."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.of_calls import OF_CALLS
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
