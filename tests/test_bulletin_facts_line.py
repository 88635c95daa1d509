import pytest

from flows.bulletin.summary.facts_line import phrases
from flows.bulletin.page.sections import Part


def first(kind: str, text: str) -> str:
    """The fullest phrase that one part of a page yields; "" where it yields none."""
    made = phrases([Part(kind, text)])  # type: ignore[arg-type]
    return made[0][0].text if made else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Centro Civico Via Italia, 84 Esempio MI, 20064", "Centro Civico, via Italia 84"),
        ("Sala Verdi - Via Mazzini 12 - 25010 Borgo (BS)", "Sala Verdi, via Mazzini 12"),
        (
            'Biblioteca "A. Manzoni" Piazza dei Popoli, 1, 20096 Borgo MI, Italia',
            'Biblioteca "A. Manzoni", piazza dei Popoli 1',
        ),
        ("Auditorium via Oberdan via Oberdan 21, 20064", "Auditorium, via Oberdan 21"),
        ("Piazza Giovanni XXIII, 6/B, 20064", "Indirizzo: piazza Giovanni XXIII 6/B"),
        ("Parco Nord", "Parco Nord"),
        (
            "Presso l'atrio del Municipio, con ingresso da Via Italia 62.",
            "Presso l'atrio del Municipio, con ingresso da Via Italia 62",
        ),
    ],
)
def test_a_place_is_told_without_post_code_and_town(text: str, expected: str) -> None:
    assert first("where", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Partecipazione libera Ingresso gratuito", ["Ingresso gratuito"]),
        ("A pagamento Ingresso: €6,50 (oppure abbonamento)", ["Ingresso: €6,50 (oppure abbonamento)"]),
        ("Gratuito Ingresso ad offerta libera", ["Ingresso ad offerta libera"]),
        ("10 euro", ["Costo: 10 euro"]),
        (
            "Contributo 5 euro Iscrizioni entro il 14 ottobre 2024",
            ["Contributo 5 euro", "Iscrizioni entro il 14 ottobre 2024"],
        ),
        ("Intero € 10 Ridotto € 5", ["Intero € 10, Ridotto € 5"]),
        (
            "Clicca sul link qui sotto per effettuare la prenotazione entro il 17 ottobre",
            ["Prenotazione entro il 17 ottobre"],
        ),
        ("A pagamento", []),
    ],
)
def test_a_cost_is_told_once_and_without_its_label(text: str, expected: list[str]) -> None:
    assert [group[0].text for group in phrases([Part("cost", text)]) if group[0].field == "cost"] == expected


def test_who_may_come_is_told_where_it_is_not_everyone() -> None:
    assert (
        first("audience", "Ai bambini e alle bambine dai 6 ai 10 anni")
        == "Per i bambini e le bambine dai 6 ai 10 anni"
    )
    assert first("audience", "A tutti i cittadini.") == ""


def test_whom_to_call_is_the_number_given_for_it() -> None:
    assert first("contacts", "Telefono 02 9512345 Email info@comune.esempio.it") == "Info: 02 9512345"
    assert first("prose", "Per informazioni: ufficio scuola tel. 02 9512345") == "Info: 02 9512345"
    assert first("contacts", "Per visite scolaresche 02 9512345") == ""
    assert first("prose", "Il numero antiviolenza è 02 9512345.") == ""


def test_a_day_and_its_place_make_one_phrase() -> None:
    page = [
        Part("where", "Sala Verdi, via Mazzini 12"),
        Part("when", "12 Mar Dalle ore 18:00 alle ore 20:00"),
    ]
    texts = [phrase.text for phrase in phrases(page)[0]]
    assert "12 marzo, ore 18-20, Sala Verdi, via Mazzini 12" in texts


def test_a_programme_of_many_days_is_told_by_its_first_and_last() -> None:
    days = " ".join(f"{day:02}/10/2026 Film {day}" for day in (1, 8, 15, 22, 29))
    assert first("prose", f"In programma: {days}") == "Più date dal 1 ottobre al 29 ottobre"
