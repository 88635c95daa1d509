"""When a council meets: one sitting, on the one day that its page names; every page is made up."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.events.meetings import meeting
from tests.test_bulletin_summary import told


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        (
            "Convocazione del Consiglio comunale",
            "Convocazione del consiglio comunale per il giorno 27 gennaio 2027 - ore 20.00, seduta pubblica.",
            "Il Consiglio comunale si riunisce mercoledì 27 gennaio 2027 alle 20. La seduta è pubblica.",
        ),
        (
            "Si riunisce il Consiglio comunale",
            "Giovedì 22 aprile ore 18.30",
            "Il Consiglio comunale si riunisce giovedì 22 aprile alle 18:30.",
        ),
        (
            "Convocazione del Consiglio comunale",
            "Il 27 gennaio 2027, in seconda seduta il 29 gennaio 2027",
            "",
        ),
        (
            "Consiglio comunale di maggio",
            "È convocata la seduta per il 9 maggio 2027 alle ore 20.",
            "Il Consiglio comunale si riunisce domenica 9 maggio 2027 alle 20.",
        ),
        (
            "Sessione del Consiglio comunale",
            "9 maggio 2027 ore 20 - Sala consiliare",
            "Il Consiglio comunale si riunisce domenica 9 maggio 2027 alle 20 nella sala consiliare.",
        ),
        (
            "Convocazione del Consiglio comunale",
            "Il Consiglio comunale non viene convocato nella sede municipale giovedì 27 maggio 2027",
            "",
        ),
        (
            "Convocazione del Consiglio comunale",
            "Discussi tutti gli argomenti all'ordine del giorno nella seduta di giovedì 27 maggio 2027",
            "",
        ),
        (
            "Convocato il Consiglio comunale",
            "Il Consiglio viene convocato lunedì 24 e giovedì 27 maggio 2027",
            "Il Consiglio comunale si riunisce lunedì 24 e giovedì 27 maggio 2027.",
        ),
        (
            "Convocazione del Consiglio comunale",
            "Il Consiglio si riunisce il 3 maggio 2027 alle ore 20 nell'aula magna, come deciso dalla"
            " conferenza dei capigruppo del 24 aprile 2027.",
            "Il Consiglio comunale si riunisce lunedì 3 maggio 2027 alle 20 nell'aula magna.",
        ),
        (
            "Convocazione del Consiglio comunale",
            "Il Consiglio si riunisce il 3 maggio 2027 alle ore 20 presso la Sala Verdi. La seduta è"
            " trasmessa in streaming.",
            "Il Consiglio comunale si riunisce lunedì 3 maggio 2027 alle 20 nella sala Verdi. Puoi "
            "seguire la"
            " seduta in diretta online.",
        ),
        ("Il Consiglio comunale premia gli atleti", "La festa è il 9 maggio 2027.", ""),
        ("Consiglio comunale dei ragazzi", f"Festa il 9 maggio 2027. {'Si gioca. ' * 40}Poi la seduta.", ""),
        ("Consiglio comunale: le decisioni della seduta", "Seduta del 28 aprile 2027, alle 20.", ""),
        (
            "Consiglio comunale, seduta di aprile",
            "Nella seduta del 28 aprile 2027 il Consiglio comunale ha approvato il rendiconto.",
            "",
        ),
        ("Rinviata la seduta del Consiglio comunale", "27 gennaio 2027", ""),
        ("Convocazione del Consiglio comunale", "Seduta del Consiglio.", ""),
        ("Convocazione dei genitori", "27 gennaio 2027", ""),
    ],
)
def test_a_council_meets_on_the_one_day_that_the_page_names(title: str, body: str, said: str) -> None:
    assert meeting(read(title=title, abstract="", body=body)) == said


@pytest.mark.parametrize(
    "second",
    [
        " e in seconda convocazione il 10 maggio 2027 alle ore 21 presso la sala consiliare",
        ", ed occorrendo in seconda convocazione l'11 maggio 2027 alle ore 20 nella sala consiliare",
        ", 2ª convocazione 10 maggio 2027 ore 21 presso la sala consiliare",
    ],
)
def test_a_second_convocation_is_no_second_day(second: str) -> None:
    body = f"Il Consiglio è convocato in prima convocazione il 9 maggio 2027 alle ore 20{second}."
    page = read(title="Convocazione del Consiglio comunale", abstract="", body=body)
    first, _, other = meeting(page).partition(" La seconda convocazione è ")
    assert first == "Il Consiglio comunale si riunisce domenica 9 maggio 2027 alle 20 nella sala consiliare."
    assert other in ("lunedì 10 maggio 2027 alle 21.", "martedì 11 maggio 2027 alle 20.")


HOURS = "Date e orari\n07 Ott Dalle ore 16:00 alle ore 18:00\n04 Nov Dalle ore 16:00 alle ore 18:00"
RECEIVES = "La sindaca Ada Neri riceverà i cittadini, in base all'ordine di arrivo, presso il proprio ufficio"


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (f"{RECEIVES} al primo piano del municipio.", "nel proprio ufficio al primo piano del municipio."),
        (
            f"{RECEIVES} al primo piano, in concomitanza con il mercato.",
            "al primo piano, in concomitanza con",
        ),
    ],
)
def test_whoever_receives_the_citizens_is_named_behind_the_days(sentence: str, said: str) -> None:
    text = told("Incontra la Sindaca", f"Non serve più l'appuntamento. {sentence}\n{HOURS}").text
    assert text.startswith(
        "Il 7 ottobre e il 4 novembre dalle 16 alle 18 la sindaca Ada Neri riceverà i cittadini, in base"
    )
    assert said in text


def test_who_receives_whom_on_a_day_of_its_own_is_not_given_others() -> None:
    body = f"La sindaca Ada Neri riceve i cittadini il 12 dicembre. Il 7 ottobre c'è la festa.\n{HOURS}"
    text = told("Incontra la Sindaca", body).text
    assert "alle 18 la sindaca" not in text


def test_an_entry_that_adds_no_more_than_the_hour_is_told() -> None:
    made = told("Convocazione Consiglio Comunale per il giorno 30 settembre 2026", body="ore 18.30")
    assert made.text == "Il Consiglio comunale si riunisce mercoledì 30 settembre 2026 alle 18:30."


def test_a_second_call_is_told_with_its_day_and_hour() -> None:
    body = (
        "Il Consiglio comunale è convocato in seduta pubblica per lunedì 27 settembre 2027 alle ore "
        "18.30 e, occorrendo, "
        "in seconda convocazione per mercoledì 29 settembre 2027 alle ore 19.00, nella sala consiliare."
    )
    text = told("CONVOCAZIONE CONSIGLIO COMUNALE", body=body).text
    assert "lunedì 27 settembre 2027 alle 18:30" in text
    assert "La seconda convocazione è mercoledì 29 settembre 2027 alle 19." in text
