"""What the letters of an editors' week say, and to whom: `test_editors_week` asks of all that was shown."""

import pytest

from flows.letters.receipts import SITE_TOO
from tests.test_editors_week import CALLS, RECEIPTS
from tests.world.week import LETTER, REDAZIONE, SMS, Week
from tests.world.week_story import ANNA, BRUNO

pytestmark = pytest.mark.xdist_group("editors_week")


def test_who_is_called_for_a_second_approval_is_not_reminded_at_the_same_moment(week: Week) -> None:
    asked = {(row.at, row.to) for row in week.rows if row.kind == "serve_la_tua_firma"}
    assert asked
    assert not asked & {(row.at, row.to) for row in week.rows if row.kind == "sollecito"}


def test_of_a_stopped_send_one_is_named_to_act(week: Week) -> None:
    told = {row.to: row.text for row in week.rows if row.kind == "invio_fermato"}
    assert "Decidi tu, che lo hai fermato" in told[ANNA]
    assert "Decide Anna Redazione, che lo ha fermato: tu non devi fare niente." in told[BRUNO]


def test_both_by_whose_word_it_left_stand_in_its_certificate_and_its_outcome(week: Week) -> None:
    certificates = {row.title: row.text for row in week.rows if row.title.startswith("certificato-")}
    assert "approvata da Anna Redazione e Bruno Vice" in certificates["certificato-1"]
    assert "\nAvviato: martedì 1 dicembre 2026, 11:00:00, da solo\n" in certificates["certificato-1"]
    assert "in coda" not in certificates["certificato-1"], "whoever is left is named as in the letter"
    outcomes = [row.text for row in week.rows if row.kind == "esito" and row.bulletin_id == 2]
    assert all(
        "approvato da Anna Redazione e Bruno Vice (senza codice: i nomi sono solo dichiarati). Primo" in text
        for text in outcomes
    )


def test_what_leaves_at_once_is_announced_and_then_told_as_done(week: Week) -> None:
    """Two letters in one minute: the first says that a second comes, and neither says the other's."""
    at_once = [row for row in week.rows if row.kind == "approvato" and row.title.endswith(", parte adesso")]
    assert {row.bulletin_id for row in at_once} == {2, 4, 5, 6}
    assert any(
        "«allerta ARANCIONE (livello 3 su 4) per temporali forti», parte adesso" in row.title
        for row in at_once
    )
    for row in at_once:
        assert "quando è finito, o se qualcosa lo trattiene, ti scriviamo di nuovo." in row.text
    for row in week.rows:
        if row.kind == "approvato" and row not in at_once:
            assert "ti scriviamo di nuovo" not in row.text
        if row.kind == "esito":
            assert "TESTO APPROVATO" not in row.text


def test_an_sms_tells_when_it_begins_else_the_deadline_of_the_letter(week: Week) -> None:
    told = {row.text.partition("subito, ")[2].partition(".")[0] for row in week.rows if row.channel == SMS}
    assert told == {"prima delle 14 del 3/12", "prima di domenica 6/12", "entro le 24 del 6/12"}


def test_what_a_colleague_approved_in_spite_of_is_not_said_to_stop_it(week: Week) -> None:
    asked = [row.text for row in week.rows if row.kind == "serve_la_tua_firma"]
    assert asked
    for text in asked:
        assert "(così non parte)" not in text
        assert "(parte solo con due approvazioni)" in text
    changed = "Che cosa è cambiato rispetto alla prima bozza:\n"
    first, second = (text.partition(changed)[2].partition("\n\nApri http")[0] for text in asked)
    market = "Mercatino dei sapori in piazza della Vittoria"
    assert first.endswith(f"{market}: aggiunto «Si replica sabato 19 dicembre.»")
    quoted = "nella bozza c'era scritto «domenica 6 dicembre, dalle 9 alle 18.», ora c'è scritto «Domenica 6"
    assert second.startswith(f"- Riquadro «Prima era»: {quoted} dicembre in piazza"), second
    spite = "\n\nLo ha approvato nonostante l'avviso al riquadro «Adesso»: la data «domenica 13 dicembre» "
    source = "Dice che il dato viene da: Telefonata dell'Ufficio Commercio.\n"
    assert f"{spite}non è nella pagina del sito.\n{source}" in asked[1]
    approved = [row.text for row in week.rows if row.kind == "approvato" and "correzione" in row.title]
    assert len(approved) == 2
    to_do = f"Ufficio Commercio. {SITE_TOO}\n"
    assert all(to_do in text for text in approved), "who opens the page of the message comes to the site"
    others = [row.text for row in week.rows if row.kind == "approvato" and "il dato viene da" not in row.text]
    assert others
    assert not any(SITE_TOO in text for text in others)
    for kind in ("serve_la_tua_firma", "prima_firma", "da_correggere"):
        titles = [
            row.title for row in week.rows if row.kind == kind and "messaggio di correzione" in row.title
        ]
        assert titles
        assert all("messaggio di correzione «Il Mercatino" in title for title in titles), (
            "of which it is told"
        )
    (closed,) = [
        row.text for row in week.rows if row.kind == "esito" and row.to == BRUNO and "ATTENZIONE" in row.text
    ]
    assert f"nemmeno questa correzione. Decide {ANNA}, che lo ha fermato: tu non devi fare niente." in closed


def test_of_what_nobody_answers_nobody_at_all_is_told(week: Week) -> None:
    told = [row.text for row in week.rows if "NON si invia niente" in row.text]
    assert told
    assert all("NON si invia niente, a nessuna delle 5 persone" in text for text in told)


def test_who_is_called_once_more_reads_again_why_a_colleague_approved_and_what_changed(week: Week) -> None:
    first, again = [
        row.text
        for row in week.rows
        if row.to == BRUNO and row.bulletin_id == 1 and row.kind in ("serve_la_tua_firma", "tocca_al_vice")
    ]
    why = first.partition("10:45.\n\n")[2].partition("\n\nApri http")[0]
    assert "Telefonata dell'Ufficio Cultura" in why
    assert "Si replica sabato 19 dicembre." in why
    changed = "Se cambi il testo, l'approvazione di Anna Redazione non vale più"
    assert f"10:45.\n\n{why}\n\n{changed}" in again
    assert f"{changed}: approvi tu, poi deve approvare di nuovo {ANNA}. Se invece togli il dato" in first


def test_the_first_of_two_reads_whom_to_call_and_until_when(week: Week) -> None:
    told = [row.text for row in week.rows if row.kind == "prima_firma"]
    dates = [
        "entro martedì 1 dicembre, ore 10:45",
        "subito, al più tardi entro mercoledì 2 dicembre, ore 23:10",
    ]
    for text, date in zip(told, dates, strict=True):
        assert f"Va approvato {date}: dopo non parte più. " in text
        assert f"e la risposta tarda, chiama {BRUNO}." in text
    assert ["Non scriviamo di nuovo: se" in text for text in told] == [False, True], "of a correction"


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
