"""What letters of the editors' week say, beyond what none may: whom to call, why, and what is over."""

import pytest

from tests.test_editors_week import CALLS, RECEIPTS
from tests.world.week import LETTER, REDAZIONE, Week
from tests.world.week_story import ANNA, BRUNO

pytestmark = pytest.mark.xdist_group("editors_week")


def test_who_is_called_once_more_reads_again_why_a_colleague_approved_and_what_changed(week: Week) -> None:
    first, again = [
        row.text
        for row in week.rows
        if row.to == BRUNO and row.bulletin_id == 1 and row.kind in ("serve_la_tua_firma", "tocca_al_vice")
    ]
    why = first.partition("10:45.\n\n")[2].partition("\n\nApri http")[0]
    assert "Telefonata dell'Ufficio Cultura" in why
    assert "Si replica sabato 19 dicembre." in why
    assert f"10:45.\n\n{why}\n\nApri http" in again


def test_the_first_of_two_reads_whom_to_call_and_until_when(week: Week) -> None:
    told = [row.text for row in week.rows if row.kind == "prima_firma"]
    dates = [
        "entro martedì 1 dicembre, ore 10:45",
        "subito, al più tardi entro mercoledì 2 dicembre, ore 23:10",
    ]
    for text, date in zip(told, dates, strict=True):
        assert f"Va approvato {date}: dopo non parte più. Se la risposta tarda, chiama {BRUNO}." in text


def test_the_end_of_an_alert_does_not_read_as_an_alert(week: Week) -> None:
    ended = "fine allerta ARANCIONE (livello 3 su 4) per temporali forti"
    shown = [
        row.title for row in week.rows if "fine allerta" in row.title.lower() and "ARANCIONE" in row.title
    ]
    assert len(shown) >= 5
    assert all(ended in title.replace("Fine", "fine") for title in shown)
    page = [row.text for row in week.rows if row.channel == REDAZIONE][-1]
    assert "fine dell'allerta ARANCIONE (livello 3 su 4) per temporali forti" in page


def test_the_subject_of_an_act_says_that_and_what_was_noted(week: Week) -> None:
    told = {row.title for row in week.rows if row.kind == "atto" and "assenza" in row.title}
    what = "assenza di Anna Redazione, da giovedì 3 dicembre a venerdì 4 dicembre"
    assert told == {f"PROVA · Registrato: {what}"}


def test_after_a_greeting_nothing_begins_with_a_capital(week: Week) -> None:
    for row in week.rows:
        if row.channel == LETTER and row.kind in (*CALLS, *RECEIPTS, "atto"):
            begins = row.text.partition(",\n\n")[2]
            names = (
                ANNA,
                BRUNO,
                "Fine dell'allerta",
                "Allerta",
                "Avviso urgente",
            )  # of calls that are titles
            assert begins[0].islower() or begins.startswith(names), row.text
