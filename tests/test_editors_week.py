"""A week of an editors' office in simulated time: everything that they were shown, in order, in one table.

The table is written to .pytest_cache/settimana.md for a reader, as an editor on her second day would read it.
What can be asked of all of it without a reader is asked here.
"""

import re
from collections import defaultdict

import pytest

from flows.bulletin.language.dates import in_rome
from flows.letters.urgent_calls import ITS_SITE
from tests.world.week import FORM, LETTER, REDAZIONE, SMS, WHATSAPP, Row, Week
from tests.world.week_story import ABSENT, ANNA, BRUNO

pytestmark = pytest.mark.xdist_group("editors_week")  # one week for all: it takes some seconds to live

MACHINE = re.compile(
    r"\b(none|null|true|false|nan|traceback|exception|error|failed|in_review|draft|drafted|approved|rejected|"
    r"merged|superseded|expired|missed|sending|stopped|sent|queued|skipped|accepted|uncertain|pending|bulletin|"
    r"deadline|dispatch|slot|stale|issued|timeout|unknown|datetime|stopped_by_hand|closed_by_hand)\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?://\S+")
DUE = re.compile(r"(?<!di nuovo)(?<!di nuovo,)(?<!in due)(?<!in due,) entro (\w+ \d+ \w+, ore \d+(?::\d\d)?)")
LEFT = re.compile(r"\bè partito\b|\bGià inviati: [1-9]|^PROVA · Inviato\b")
CALLS = ("bozza_pronta", "sollecito", "tocca_al_vice", "serve_la_tua_firma", "urgente", "rimandata")
RECEIPTS = ("da_correggere", "da_rileggere", "registrata", "approvato", "prima_firma", "troppo_tardi")


def words(row: Row) -> str:
    return ADDRESS.sub("", f"{row.title}\n{row.text}")


def test_the_week_shows_all_that_an_editor_is_shown(week: Week) -> None:
    assert {row.channel for row in week.rows} >= {LETTER, SMS, WHATSAPP, FORM, REDAZIONE}
    refused = [answer.verb for answer in week.answers if answer.is_refused]
    assert refused == [
        "assenza",
        "ferma",
        "riapri",
        "correggi",
        "riprendi",
        "chiusura",
        *("chiudi", "ritenta", "incerti", "recupera"),
        "avviso-urgente",
    ]
    kinds = {row.kind for row in week.rows if row.channel == LETTER}
    assert kinds >= {
        *("bozza_pronta", "sollecito", "tocca_al_vice", "serve_la_tua_firma", "urgente"),
        *("da_correggere", "registrata", "approvato", "prima_firma", "non_fatto"),
        *("invio_fermato", "esito", "non_approvato"),
    }


def test_no_word_is_the_machines(week: Week) -> None:
    found = {(match[0], row.title) for row in week.rows for match in MACHINE.finditer(words(row))}
    assert found == set()


def test_no_place_is_left_to_fill_and_no_mark_is_left_over(week: Week) -> None:
    for row in week.rows:
        shown = words(row)
        assert not re.search(r"\{\{?\w*\}", shown), (row.title, shown)
        assert "*" not in shown, (row.title, shown)


def test_a_bulletin_has_one_deadline_wherever_it_is_shown(week: Week) -> None:
    told = defaultdict[int, set[str]](set)
    for row in week.rows:
        if row.bulletin_id is not None:
            told[row.bulletin_id].update(DUE.findall(words(row)))
    assert {number: len(dates) for number, dates in told.items()} == dict.fromkeys(range(1, 8), 1)
    known = set.union(*told.values())
    on_the_page = {date for row in week.rows if row.channel == REDAZIONE for date in DUE.findall(row.text)}
    assert on_the_page
    assert on_the_page <= known


def test_what_is_reopened_has_one_deadline_too(week: Week) -> None:
    again = {
        date
        for row in week.rows
        for date in re.findall(r"di nuovo(?: in due)?,? entro ([^(.;]+?) \(", words(row))
    }
    assert {date.rsplit(" ", 1)[1] for date in again} == {"12"}, (
        "an hour after each sending, as the profile has it"
    )


def test_nobody_who_is_absent_is_called_unless_nobody_else_is_left(week: Week) -> None:
    called = [
        row
        for row in week.rows
        if row.to == ANNA
        and ABSENT[0] <= in_rome(row.at).date() <= ABSENT[1]
        and (row.kind in CALLS or row.channel in (SMS, WHATSAPP))
    ]
    assert [row.kind for row in called] == ["tocca_al_vice"]
    assert "risulti assente, ma Bruno Vice non ha ancora risposto" in called[0].text
    (beside,) = [
        row for row in week.rows if row.kind == "tocca_al_vice" and row.to == BRUNO and row.at == called[0].at
    ]
    assert "abbiamo scritto anche ad Anna Redazione." in beside.text, "told as well that she is"


def test_the_check_of_pages_says_so_where_there_is_none(week: Week) -> None:
    told = {
        row.title.removeprefix("controlli-"): row.text.partition("Notizie sul sito")[2].splitlines()[0]
        for row in week.rows
        if row.title.startswith("controlli-")
    }
    assert "Rilette adesso" in told.pop("1")
    assert told
    assert "La pagina si rilegge quando si approva, non adesso" in told["2"], "a correction's"
    assert all("Nessuna pagina da rileggere" in words for number, words in told.items() if number != "2")
    assert [number for number in told if "allerta" in told[number]] == ["5", "6"]
    assert [number for number in told if "rimanda alla pagina" in told[number]] == ["2"]


def test_a_correction_is_held_beside_what_was_sent_and_what_the_site_says(week: Week) -> None:
    """She wrote hours that the message did not have, of a day that the site does not know."""
    forms = [row.text for row in week.rows if row.channel == FORM and "[Prima era]" in row.text]
    misquoted = "Copia, tutte o in parte, quelle che chi legge ha visto: «Domenica 6 dicembre in piazza"
    asked, sent_back, *right = forms
    assert misquoted in asked
    (letter,) = [row for row in week.rows if row.kind == "bozza_pronta" and "correzione" in row.title]
    assert "\n3. Sistema ciò per cui qui sopra è scritto «non parte», poi scegli" in letter.text
    assert " persone e parte appena lo approvi; in due, se resta il dato che il sito non" in letter.text
    assert "DA CORREGGERE" in sent_back
    assert misquoted in sent_back.partition("DA CORREGGERE")[2]
    assert right
    assert not [text for text in right if misquoted in text]
    for text in forms:
        assert "Il sito non riporta ancora questo dato" in text
        assert "va solo a chi aveva ricevuto il messaggio" in text
        assert "Riquadro «Adesso»: la data «domenica 13 dicembre» non è nella pagina del sito." in text
        assert "Notizia 1" not in text


def test_the_end_of_an_alert_names_its_source_and_when_it_ends_by_itself(week: Week) -> None:
    (told,) = [row.text for row in week.rows if row.kind == "urgente" and "Fine dell'allerta" in row.text]
    assert "L'allerta annunciata scade comunque domenica 6 dicembre, ore 24." in told
    source = r"Controlla anche la fonte: Dipartimento della Protezione Civile, bollettino di .+ - (.+)\n"
    assert re.findall(source, told) == [ITS_SITE], "whose profile names no page of it"
    assert "Da quando: da domenica 6 dicembre, ore 12." in told
    assert "Adesso: VERDE (livello 1 su 4), nessuna allerta per temporali forti, domenica 6" in told
    assert "La fonte dà VERDE, il livello più basso, per temporali forti, domenica 6 dicembre." in told
    asked = [row for row in week.rows if "Controlla anche la fonte" in row.text]
    assert not any("/sito\n" in row.text for row in asked), "the Comune's site is no source of an alert"


def test_a_run_that_changed_nothing_says_so_in_its_name(week: Week) -> None:
    names = [row.title for row in week.rows if row.title.startswith("PROVA · C'è già un bollettino")]
    assert names
    assert all(
        "Da solo non si aggiorna più: Anna Redazione ha già risposto nel modulo." in name for name in names
    )


def test_what_ran_out_says_how_it_can_leave_sooner_and_what_was_lost_keeps_its_reason(week: Week) -> None:
    (told,) = [row.text for row in week.rows if row.kind == "non_approvato"]
    assert "parte appena approvata" in told
    assert "«riapri» dopo la scadenza non serve" in told
    draft = [row.text for row in week.rows if row.kind == "bozza_pronta"][-1]  # of a week with a holiday
    assert "\n- Consiglio comunale in seduta pubblica: viene prima dell'invio, giovedì 10" in draft
    assert "finché nessuno ha risposto nel modulo. Dopo una risposta, anche «Mandami una prova», le" in draft
    assert "(martedì 8 dicembre, ore 8; giovedì 10 dicembre, ore 8:30; venerdì 11 dicembre, ore 8)" in draft
    assert "Martedì 8 dicembre non c'è invio: questa è già la bozza di venerdì 11 dicembre." in draft
    assert "omincia mercoledì 9 dicembre, PRIMA di questo invio (venerdì 11 dicembre)." in draft
    lost = draft.partition("Ma allora sarà tardi, del tutto o in parte, per:\n")[2].partition("\n\n")[0]
    assert [line.partition(",")[0] for line in lost.splitlines()] == [
        "- Carta d'identità elettronica",
        "- Asfaltature in via Dante e via dei Tigli: venerdì 11 dicembre sarà già passato",  # what is left
    ]
    page = [row.text for row in week.rows if row.channel == REDAZIONE][-1]
    assert "\nConsiglio comunale in seduta pubblica\n: viene prima dell'invio, giovedì 10" in page


def test_what_is_not_there_yet_is_not_told_as_nothing(week: Week) -> None:
    """Confirmations that come later, and what was looked at where nothing is to be remarked."""
    certificates = [row.text for row in week.rows if row.title.startswith("certificato-")]
    assert any("Conferme di consegna alle 11:10 di martedì 1 dicembre: non ancora arrivate" in text
               for text in certificates)  # fmt: skip
    assert not any("nessuna\n" in text for text in certificates)
    quiet = [row.text for row in week.rows if "nessuna differenza. Il resto" in row.text]
    assert quiet
    assert all(
        "Abbiamo confrontato con le pagine del sito date, ore, cifre e nomi: nessuna differenza" in text
        for text in quiet
    )


def test_nothing_is_said_to_have_left_before_it_has(week: Week) -> None:
    before: dict[int, int] = {}
    said = 0
    for row in week.rows:
        if row.bulletin_id is None:
            continue
        before.setdefault(row.bulletin_id, row.reached)
        if row.channel == LETTER and (LEFT.search(row.title) or LEFT.search(row.text)):
            said += 1
            assert row.reached > before[row.bulletin_id], (row.title, row.text)
    assert said


def test_what_a_stopped_send_has_sent_is_told_as_it_was(week: Week) -> None:
    """Not as it stood when somebody pressed, with messages on their way."""
    letters = [row for row in week.rows if row.kind == "invio_fermato"]
    (reached,) = {row.reached for row in letters}
    assert all("Finito anche ciò che stava già partendo, il conto è questo." in row.text for row in letters)
    assert {int(re.findall(r"Già inviati: (\d+)", row.text)[0]) for row in letters} == {reached}


def test_each_order_has_one_answer_to_who_gave_it(week: Week) -> None:
    for answer in week.answers:
        if answer.is_form:
            assert len(answer.letters_to_them(RECEIPTS)) == 1, (answer.rows[0].at, answer.who)
            continue
        assert len(answer.run.names) == 2, answer.run.names
        told = [row.text for row in answer.letters_to_them(["non_fatto"])]
        assert len(told) == answer.is_refused, answer.run.names
        assert all(str(answer.run.state.message) in text for text in told)
        assert not told or re.fullmatch(r"[A-ZÈ].+[.)]", str(answer.run.state.message))


def test_a_corrected_send_leads_to_the_same_line_and_the_same_text(week: Week) -> None:
    """With other words who has the correction would get another."""
    same = (
        "«correggi», stessa riga (Mercatino dei sapori in piazza della Vittoria) e stesso testo giusto (da "
        "copiare: «Il Mercatino dei sapori è rinviato a domenica 13 dicembre, dalle 9 alle 18.»), con la cas"
    )
    (refused,) = [row.text for row in week.rows if row.kind == "non_fatto" and "«riprendi» (" in row.text]
    assert same in refused
    pages = [row.text for row in week.rows if row.channel == REDAZIONE and "è stato corretto: il" in row.text]
    assert pages
    for text in pages:
        assert same in text
        assert "chi non l'ha ricevuto: correggi, stessa riga e stesso testo giusto, con la casella" in text


def test_a_refusal_names_no_order_that_would_be_refused_too(week: Week) -> None:
    """The corrected send was closed: neither «correggi» with its box nor «chiudi» takes it any more."""
    (told,) = [row.text for row in week.rows if row.kind == "non_fatto" and "usato «ritenta»" in row.text]
    assert "è stato corretto: il testo sbagliato non va ad altri. L'invio è chiuso; il testo" in told
    assert "nella pagina pubblica. Non c'è altro da fare." in told
    assert "«chiudi»" not in told
    assert "Per rifarlo" not in told


def test_no_telephone_number_is_shown_but_a_colleagues_in_a_call(week: Week) -> None:
    citizens = [phone["number"] for phone in week.comune.ask("GET", "/_prova/telefoni")]
    editors = [
        phone.get_secret_value()
        for editor in week.comune.settings.profile.editors
        if (phone := week.comune.settings.editor_phone(editor))
    ]
    assert citizens
    assert editors
    for row in week.rows:
        digits = re.sub(r"[\s.-]", "", words(row))
        assert not any(number[-9:] in digits for number in citizens), row.title
        assert row.channel == WHATSAPP or not any(number[-9:] in digits for number in editors), row.title


def test_who_is_alone_is_not_told_of_a_successor(week: Week) -> None:
    """On Thursday Anna is away, and after Bruno comes Bruno."""
    called = [row for row in week.rows if in_rome(row.at).date() == ABSENT[0] and row.channel == WHATSAPP]
    letters = [row for row in week.rows if in_rome(row.at).date() == ABSENT[0] and row.kind == "urgente"]
    assert [row.to for row in (*called, *letters)] == [BRUNO] * 2
    assert "scriviamo di nuovo a te." in called[0].text
    assert "ti scriviamo di nuovo" in letters[0].text


def test_a_reminder_does_not_say_that_nobody_approved(week: Week) -> None:
    """On Tuesday Anna had, and Bruno had to as well."""
    reminders = [row for row in week.rows if row.kind == "sollecito"]
    assert {row.to for row in reminders} == {ANNA, BRUNO}
    assert not any("nessuno" in row.text for row in reminders)


def test_who_answers_too_late_hears_that_and_when_it_was(week: Week) -> None:
    (told,) = [row for row in week.rows if row.title.startswith("PROVA · Troppo tardi")]
    assert told.to == BRUNO
    assert (
        "il bollettino di venerdì 4 dicembre è scaduto venerdì 4 dicembre, ore 10:45. Non è partito niente"
        in told.text
    )
    page = [row.text for row in week.rows if row.channel == REDAZIONE][-1]
    assert "non approvato in tempo, venerdì 4 dicembre, ore 10:45\n" in page


def test_a_source_that_is_read_is_not_said_to_be_unreadable(week: Week) -> None:
    (told,) = [row for row in week.rows if row.kind.startswith("fonte_")]
    assert (
        "\nnelle notizie del sito c'è qualcosa da controllare: nessuna notizia nuova da 7 giorni" in told.text
    )
    assert told.text.index("http") > told.text.index("La pagina si legge"), "the address comes after all that"
    assert "non si legge" not in words(told)


def test_what_was_asked_and_refused_is_not_told_as_done(week: Week) -> None:
    """The stopped send was corrected: it was asked to go on, and did not."""
    letters = [row.text for row in week.rows if row.kind == "esito" and "«riprendi»" in row.text]
    assert letters
    assert all("Ha chiesto di riprenderlo. Non è ripartito niente." in text for text in letters)
    page = [row.text for row in week.rows if row.channel == REDAZIONE][-1]
    assert (
        "Mercatino dei sapori in piazza della Vittoria\ngià corretto, con un messaggio di correzione\n"
        in page
    )


def test_the_name_of_an_order_is_short_from_its_beginning(week: Week) -> None:
    first = [answer.run.names[0] for answer in week.answers if answer.verb == "ferma" and not answer.is_form]
    assert first == ["PROVA · Ferma l'invio (bollettino non scelto)", "PROVA · Ferma l'invio (bollettino 1)"]


def test_a_letter_speaks_to_who_did_it_in_the_second_person(week: Week) -> None:
    (notice,) = [row for row in week.rows if row.kind == "urgente" and "AVVISO URGENTE" in row.title]
    assert "\nTesto tuo: non c'è una pagina con cui confrontarlo." in notice.text
    for row in week.rows:
        if row.channel == LETTER:
            assert not re.search(rf"(?:risposta di|Non c'è ancora una risposta di) {row.to}\b", row.text), (
                row.text
            )
            assert f"{row.to} ha " not in row.text, row.text
            assert f"scriviamo a {row.to}" not in row.text, row.text


def test_the_page_of_what_can_be_corrected_marks_what_was(week: Week) -> None:
    first, *_, last = [row.text for row in week.rows if row.title == "correzioni"]
    where = "Notizia 4 del bollettino di martedì 1 dicembre (numero 1)"
    assert f"{where}: Mercatino dei sapori in piazza della Vittoria (già corretta)" in last
    assert "già corretta" not in first
