"""What belongs to one day, hour or part of an event is not told of all of it; every page here is made up."""

import pytest

from flows.bulletin.facts.fact import Kind as FactKind
from flows.bulletin.facts.find import facts
from flows.bulletin.page.notice import Kind, Row, Slot
from flows.bulletin.page.reading import read
from flows.bulletin.summary.clauses.places import place_clause
from flows.bulletin.summary.frames.events.guests import people_of
from flows.bulletin.summary.frames.events.occasion import occasion_of
from flows.bulletin.summary.frames.events.sittings import sittings_of
from flows.bulletin.summary.text import summarise


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (  # two days with hours of their own
            "Festa dello sport",
            "Sabato 12 e domenica 13 settembre 2026 al Parco delle Querce. Sabato dalle 15 alle 19 prove di"
            " tutte le discipline, domenica dalle 9 alle 12 la corsa campestre.",
            "Sabato 12 e domenica 13 settembre 2026 al Parco delle Querce c'è la festa dello sport. Gli orari"
            " sono nella pagina.",
        ),
        (  # a church is one part's place
            "25 aprile, le celebrazioni ad Alba",
            "Sabato 25 aprile 2026 il programma prevede alle ore 9.30 la messa nella chiesa di San Rocco,"
            " alle ore 10.30 il corteo e alle ore 11 il discorso in piazza Roma.",
            "Sabato 25 aprile 2026 il programma prevede alle 9:30 la messa nella chiesa di San Rocco, alle"
            " 10:30 il corteo e alle 11 il discorso in piazza Roma.",
        ),
        (  # where a venue's name ends
            "Premiazione del concorso «Penne d'Alba»",
            "Si terrà sabato 16 maggio alle 17 presso Villa Neri la cerimonia di premiazione della decima"
            " edizione del concorso letterario per autori esordienti e giovani.",
            "Sabato 16 maggio alle 17, a Villa Neri, c'è la premiazione del concorso «Penne d'Alba».",
        ),
        (
            "Orto in comune",
            "Domenica 22 marzo dalle 9.30 alle 12 presso gli orti di via Adda si terrà una mattinata di"
            " semina. In caso di pioggia l'evento è rinviato a domenica 29 marzo.",
            "Domenica 22 marzo dalle 9:30 alle 12, agli orti di via Adda, c'è «Orto in comune», mattinata di"
            " semina. In caso di pioggia l'evento è rinviato a domenica 29 marzo.",
        ),
        (
            'Rete "Alba amica": incontri per i caregiver',
            'Mercoledì 25 novembre alle ore 20:30, presso la Scuola Primaria di Borgo: "Riposo e cura in'
            ' casa e fuori", con la psicologa Ada Neri\nMartedì 1 dicembre alle ore 17:45, presso la'
            ' Sala Po: "Caffè insieme", con l\'operatrice Ida Poli.\n\nGli incontri sono gratuiti.',
            "Ci sono gli incontri della rete «Alba amica» per i caregiver. Sono mercoledì 25 novembre alle"
            " 20:30, alla Scuola Primaria di Borgo, e martedì 1° dicembre alle 17:45, nella Sala Po. Gli"
            " argomenti sono nella pagina. La partecipazione è gratuita.",
        ),
    ],
)
def test_parts_keep_what_is_theirs(title: str, body: str, text: str) -> None:
    assert text_of(title, body) == text


def test_hours_before_a_plural_are_hours() -> None:
    told = [fact.value for fact in facts("dalle 15 alle 19 prove gratuite") if fact.kind is FactKind.time]
    assert told == ["15:00", "19:00"]
    assert not [fact for fact in facts("aiuti alle 3 famiglie") if fact.kind is FactKind.time]
    assert [fact for fact in facts("alle ore 21 davanti al bar") if fact.kind is FactKind.time]


def test_a_day_of_volunteers_is_an_event() -> None:
    body = (
        "Sabato 26 settembre 2026 torna Puliamo Alba, la giornata di volontariato. Il ritrovo è alle 9 al"
        " parcheggio di via Po. I minori devono essere accompagnati da un adulto."
    )
    page = read(title="Puliamo Alba", abstract="", body=body)
    assert page.kind is Kind.event
    assert text_of("Puliamo Alba", body) == body


def test_a_place_behind_an_hour_needs_no_preposition() -> None:
    page = read(
        title="Concerto", abstract="", body="Domenica 9 maggio ore 18, Villa Alba, concerto del coro."
    )
    assert [told.words for told in page.slots[Slot.place]] == ["Villa Alba"]
    assert place_clause("presso gli orti di via Adda") == "agli orti di via Adda"


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (  # a guest's life is nothing that happens that day
            "La voce del fiume",
            "Venerdì 10 aprile 2026 alle ore 20.45 in Sala Po la scrittrice Ada Neri presenta il suo ultimo"
            " romanzo. Ada Neri vive a Borgo e insegna lettere; con l'associazione Pagine organizza un"
            " festival di poesia per ragazzi. Ingresso libero.",
            "Venerdì 10 aprile 2026 alle 20:45, in Sala Po, c'è «La voce del fiume». La scrittrice Ada Neri"
            " presenta il suo ultimo romanzo. L'ingresso è libero.",
        ),
        (  # a duty of minors is no audience
            "Giro tra le ville",
            "Gli Amici della bicicletta propongono per domenica 17 maggio un giro in bici. Ritrovo alle 9 in"
            " piazza Roma, rientro alle 12.30. Obbligo di casco per i minori.",
            "Domenica 17 maggio, con ritrovo alle 9 in piazza Roma, c'è «Giro tra le ville». Gli altri"
            " dettagli sono nella pagina.",
        ),
        (
            "Tombola di Carnevale",
            "Martedì 17 febbraio alle ore 15.30 al centro anziani: tombola con premi. Per i soci.",
            "Martedì 17 febbraio alle 15:30, al centro anziani, c'è la tombola di Carnevale."
            " L'appuntamento è per i soci.",
        ),
        (
            "Storie in musica",
            "Sabato 28 febbraio alle ore 16, letture animate per bambini con Nina Gallo. Biblioteca comunale."
            " Gratuito.",
            "Sabato 28 febbraio alle 16, in Biblioteca comunale, c'è «Storie in musica», letture animate per"
            " bambini con Nina Gallo. La partecipazione è gratuita.",
        ),
        (  # `aprile alle`: the month's end is no `le`
            "Aperitivo letterario",
            "Aperitivo letterario con Carlo Verdi, giovedì 23 aprile alle 18.30 alla libreria Lume.",
            "Giovedì 23 aprile alle 18:30 c'è l'aperitivo letterario con Carlo Verdi alla libreria Lume.",
        ),
        (  # the first day of a course is no term, the term is told
            "Corso di inglese",
            "Aperte le iscrizioni al corso di inglese che inizierà martedì 6 ottobre alle 20. Il costo è di"
            " 120 euro. Iscrizioni online entro il 25 settembre.",
            "Sono aperte le iscrizioni al corso di inglese che inizia martedì 6 ottobre alle 20. Il costo è"
            " di 120 euro. Iscriviti online entro il 25 settembre.",
        ),
        (
            "Mostra dei presepi",
            "La mostra dei presepi è aperta dall'8 dicembre al 6 gennaio nella chiesa di San Rocco. Orari:"
            " feriali 15-18, festivi 10-12 e 15-18.",
            "La mostra dei presepi è aperta dall'8 dicembre al 6 gennaio nella chiesa di San Rocco. Gli orari"
            " sono nella pagina.",
        ),
    ],
)
def test_what_stands_beside_the_event_is_none_of_it(title: str, body: str, text: str) -> None:
    assert text_of(title, body) == text


@pytest.mark.parametrize(
    "sentence",
    [
        "Chi sporca paga una multa di 50 euro.",
        "Per chi entra in auto la sanzione è di 50 euro.",
        "I mobili si vendono: si parte da 50 euro.",
        "Base d’asta: 50 euro a pezzo.",
    ],
)
def test_fines_and_bids_are_no_prices(sentence: str) -> None:
    body = f"Domenica 9 maggio 2027 alle ore 9 in piazza Alba. {sentence}"
    found = occasion_of(read(title="Festa dei mobili vecchi", abstract="", body=body))
    assert (found.price, "price" in found.unsaid) == ("", False)


@pytest.mark.parametrize(
    ("middle", "people"), [("osservazione delle stelle", ""), ("letture per bambini", "per bambini")]
)
def test_the_people_of_some_rows_are_not_those_of_all(middle: str, people: str) -> None:
    rows = ("laboratorio per bambini", middle, "giochi per bambini")
    lines = [f"| {12 + place} marzo 2027 | ore 10 | {what} |" for place, what in enumerate(rows)]
    body = "\n".join(["| Giorno | Ore | Attività |", "|---|---|---|", *lines])
    notice = read(title="Giornata della scienza", abstract="", body=body)
    assert people_of(notice, has_own=False) == people


def test_a_note_of_some_rows_is_no_name_of_theirs() -> None:
    def names(*notes: str) -> set[str]:
        rows = [Row(what=note, when=f"{3 + at} ottobre 2027") for at, note in enumerate(notes)]
        return {sitting.what for sitting in sittings_of(rows) or ()}

    assert names("in base all'arrivo", "", "in base all'arrivo") == {""}
    assert names("Alba", "", "Tramonto") == {"Alba", "", "Tramonto"}
