"""What is new stands in a sentence of its own, with its name; every page here is made up."""

import pytest

from flows.bulletin.summary.frames.prose.wording import worded
from tests.test_bulletin_summary import told


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Servizi di mensa e trasporto A.S. 2027/2028 – Iscrizioni aperte",
            "Iscrizione ai servizi scolastici per l'anno 2027/2028 per tutte le famiglie.",
            "Sono aperte le iscrizioni ai servizi di mensa e trasporto 2027/2028."
            " Gli altri dettagli sono nella pagina.",
        ),
        (
            "Nido comunale, al via le iscrizioni",
            "Anno educativo 2027/2028.",
            "Sono aperte le iscrizioni al nido comunale.",
        ),
        (
            "Risparmio idrico",
            "Emessa ordinanza per limitare l'uso dell'acqua potabile nei quartieri alti",
            "È stata emessa un'ordinanza per limitare l'uso dell'acqua potabile nei quartieri alti.",
        ),
        (
            "Raccolta differenziata",
            "Cambiano gli orari di alcuni sportelli dal 3 maggio 2027",
            "Cambiano gli orari di alcuni sportelli dal 3 maggio 2027.",
        ),
        (
            "Contributo “Libri” regionale 2027",
            "Il contributo è rivolto agli studenti che frequentano le scuole superiori.",
            "Il contributo “Libri” regionale 2027 è per gli studenti che frequentano le scuole superiori.",
        ),
        (
            "2027/411",
            "POTATURA - DATA 11/6/2027.- NUOVA DISCIPLINA TEMPORANEA DELLA VIABILITA’ IN VIALE PIO XII.-",
            "L'11 giugno 2027 in viale Pio XII cambia temporaneamente la viabilità.",
        ),
    ],
)
def test_what_is_new_is_told_by_name(title: str, body: str, text: str) -> None:
    assert told(title, body).text == text


def test_an_event_that_takes_people_in_needs_no_day() -> None:
    body = "Sono aperte le iscrizioni per partecipare alla «Festa dei nonni» del Comune di Roccabruna."
    assert told("Festa dei nonni 2027", body).text == body


def test_an_event_without_day_or_call_is_still_left_to_a_person() -> None:
    assert not told("Festa dei nonni 2027", "La festa è organizzata dal Comune con la Pro Loco.").text


@pytest.mark.parametrize(
    ("official", "plain"),
    [
        ("La sala è aperta il giorno 08/01/2027.", "La sala è aperta l'8 gennaio 2027."),
        ("La sala chiude dal 11 giugno al 8 luglio.", "La sala chiude dall'11 giugno all'8 luglio."),
        ("Le tariffe per l'A.S. 2027/2028 restano uguali.", "Le tariffe 2027/2028 restano uguali."),
    ],
)
def test_days_and_years_are_written_as_an_editor_writes_them(official: str, plain: str) -> None:
    assert worded(official) == plain
