"""Days as offices write them: in short, without their month, as a timetable; and which are no term."""

from datetime import date

import pytest

from flows.bulletin.language.missing_months import with_months, with_weekdays
from flows.bulletin.language.relative_days import resolved
from flows.bulletin.page.notice import Slot
from flows.bulletin.page.reading import read
from flows.bulletin.page.told_slots import calendar_days

JUNE = date(2027, 6, 14)
_JULY = "GIOVEDÌ 1 – ore 21, concerto\n\nDOMENICA 4 – ore 6, alba\n\nVENERDÌ 9 – ore 21, film"
_WEEK = "L'orario estivo:\n\nlunedì chiuso\nmartedì 14.30 - 19\ngiovedì 14.30 - 22\nvenerdì 9 - 12.30\n"


def test_a_weekday_in_three_letters_is_written_out_before_its_date() -> None:
    assert with_weekdays("SAB 4 DICEMBRE ore 17, dom. 5 dicembre, mar 12/1") == (
        "sabato 4 DICEMBRE ore 17, domenica 5 dicembre, martedì 12/1"
    )
    assert (
        with_weekdays("Mar 3 e il Sab di Po, via Dom Minzoni 4") == "Mar 3 e il Sab di Po, via Dom Minzoni 4"
    )


def test_the_month_of_a_title_is_that_of_its_days_where_every_weekday_agrees() -> None:
    title = "Estate al lago: gli appuntamenti di luglio"
    assert "DOMENICA 4 luglio" in with_months(_JULY, title, JUNE)
    assert "luglio" not in with_months(_JULY.replace("DOMENICA 4", "DOMENICA 5"), title, JUNE)
    assert "luglio" not in with_months(_JULY, title)
    assert "luglio" not in with_months(_JULY, "Tra giugno e di luglio", date(2026, 6, 14))


def test_a_month_over_its_days_is_theirs_where_the_weekday_agrees() -> None:
    body = "### Dicembre\n\nSabato 4: fiabe.\n\nDomenica 4: gioco.\n\n### Gennaio\n\nSabato 8: coro."
    said = with_months(body, published=date(2027, 11, 20))
    assert "Sabato 4 dicembre: fiabe" in said
    assert "Sabato 8 gennaio: coro" in said
    assert "Domenica 4: gioco" in said, "the fourth is no Sunday"
    assert with_months(body) == body


def test_the_first_of_several_days_on_their_lines_is_no_day_of_the_pages_own() -> None:
    films = {"Venerdì 3": "Il vigile", "Venerdì 10": "Divorzio all'italiana", "Venerdì 17": "Il sorpasso"}
    lines = [f"{day} luglio 2026\n\n{film}" for day, film in films.items()]
    notice = read(title="Il programma del cinema", abstract="", body="\n\n".join(lines))
    assert [told.words for told in notice.slots[Slot.when]] == [f"{day} luglio 2026" for day in films]


def test_hours_behind_a_phone_to_ask_are_not_the_concerts() -> None:
    body = (
        "Il concerto è sabato 4 luglio 2026 alle ore 21.15.\n\n"
        "Per informazioni: Biblioteca, tel. 0574 998231, dal martedì al venerdì dalle 15.00 alle 18.30."
    )
    told = read(title="Concerto della banda", abstract="", body=body).slots
    assert [one.words for one in told[Slot.hours]] == ["alle ore 21.15"]
    assert [one.words for one in told[Slot.when]] == ["sabato 4 luglio 2026"]


def test_the_day_to_which_rain_puts_a_walk_off_is_none_of_the_feasts() -> None:
    body = (
        "Sabato 30 e domenica 31 maggio 2026 c'è la festa.\n\nIn caso di pioggia il concerto si tiene in"
        " palestra; la camminata verrà invece rinviata a domenica 7 giugno."
    )
    told = read(title="Festa del ciliegio", abstract="", body=body).slots[Slot.when]
    assert not any("giugno" in one.words for one in told)


def test_how_long_a_sprayed_garden_is_left_alone_is_no_term() -> None:
    body = "Non raccogliere frutta e verdura negli orti entro 7 giorni dal trattamento."
    assert Slot.deadline not in read(title="Zanzare", abstract="", body=body).slots


def test_the_day_in_question_is_the_titles() -> None:
    body = "Nella giornata in oggetto gli uffici sono chiusi."
    said = with_months(body, "Chiusura uffici lunedì 7 dicembre")
    assert said == "Lunedì 7 dicembre gli uffici sono chiusi."
    assert with_months(body, "Chiusura uffici 7 dicembre").startswith("Il 7 dicembre gli")
    assert with_months(body, "Chiusura 7 dicembre e 2 gennaio") == body


def test_a_timetable_has_no_day_of_the_calendar() -> None:
    assert resolved(_WEEK, JUNE) == _WEEK
    assert "15 giugno" in resolved("Martedì la biblioteca è chiusa.", JUNE)


def test_a_series_by_the_name_of_its_weekday_is_no_day() -> None:
    title, body = (
        'Sabato al museo: "Il drago"',
        "Spettacolo di burattini.\n\nDate e orari\n26 giu\nDalle ore 16:30",
    )
    notice = read(title=title, abstract="", body=body, published=JUNE)
    assert "Sabato" not in notice.title
    assert {told.words for told in notice.slots[Slot.when]} == {"26 giu"}


def test_a_month_is_no_day() -> None:
    assert calendar_days("nel mese di agosto 2026") == frozenset()
    assert calendar_days("a giugno, il 5 giugno 2026") == {"06-05"}


@pytest.mark.parametrize(
    ("body", "term"),
    [
        ("Le domande oltre il termine saranno accolte con decorrenza 1° novembre 2027.", ""),
        ("Le domande dopo il termine e comunque entro il 31 agosto 2027 pagano di più.", ""),
        ("Angolo bimbi disponibile su richiesta entro lunedì 25 gennaio 2027.", ""),
        ("Il cane va iscritto entro i 60 giorni di vita del cucciolo.", ""),
        ("La tessera è rilasciata subito e vale fino al 31 dicembre 2028.", ""),
        ("La graduatoria è consultabile all'Albo Pretorio per le domande dal 3 maggio 2027.", ""),
        (
            "Dal 19 aprile al 31 maggio 2027 sono aperte le iscrizioni alla mensa.",
            "dal 19 aprile al 31 maggio",
        ),
    ],
)
def test_what_is_by_when_one_asks(body: str, term: str) -> None:
    slots = read(title="Servizi comunali", abstract="", body=body).slots
    told = {one.words.lower() for slot in (Slot.deadline, Slot.until) for one in slots.get(slot, ())}
    assert [words for words in told if words.startswith(term)] if term else not told


def test_two_columns_of_hours_are_one() -> None:
    table = "| Data | Dalle | Alle | Vie |\n|---|---|---|---|\n| 05/10/2026 | 08:45 | 13:00 | VIA PO |\n"
    notice = read(
        title="Interruzione energia", abstract="", body=f"{table}| 06/10/2026 | 9 | 12 | VIA ADDA |"
    )
    assert [row.hours for row in notice.rows] == ["dalle 08:45 alle 13:00", "dalle 9 alle 12"]


def test_a_weekday_within_a_period_is_one_row() -> None:
    body = "Quando\nTutti i mercoledì dal 17 novembre al 15 dicembre, ore 10.00 - 10.45\n\nDove\nBiblioteca"
    notice = read(title="Letture in biblioteca", abstract="", body=body)
    assert len({row.when for row in notice.rows}) <= 1


def test_what_one_speaks_of_is_no_place() -> None:
    body = "Il Comune incontra i cittadini per presentare il piano: zone 30, sosta nel quartiere Po, bus."
    notice = read(title="Incontro pubblico sul traffico", abstract="", body=body)
    assert Slot.place not in notice.slots


def test_a_single_day_without_its_month_is_the_one_right_ahead() -> None:
    """`Martedì 29` of a page of 22 September: one such day is near, and none lies right behind."""
    published = date(2026, 9, 22)
    assert (
        with_months("Martedì 29 al Vivaldi si legge.", "", published)
        == "Martedì 29 settembre al Vivaldi si legge."
    )
    for text in (
        "Mercoledì 29 al Vivaldi si legge.",  # no such day is near
        "Martedì 16-18, mercoledì chiuso.",  # hours
        "Martedì 29 si legge, giovedì 1 si canta.",  # two of them
        "Martedì 15 si è letto.",  # right behind
    ):
        assert with_months(text, "", published) == text


def test_a_day_of_longer_hours_is_a_row_like_the_others() -> None:
    body = (
        "I cimiteri osserveranno le seguenti aperture:\nLunedì 30 ottobre 2028: apertura "
        "straordinaria dalle 8.00 "
        "alle 17.30\nMartedì 31 ottobre 2028: dalle 8.00 alle 17.30\nMercoledì 1 novembre 2028: "
        "dalle 8.00 alle 17.30"
    )
    rows = read(title="Aperture dei cimiteri", abstract="", body=body).rows
    assert [row.when for row in rows] == [
        "Lunedì 30 ottobre 2028",
        "Martedì 31 ottobre 2028",
        "Mercoledì 1 novembre 2028",
    ]
