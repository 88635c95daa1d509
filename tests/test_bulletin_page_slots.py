"""Where a page tells its day, its term, its place and its people; every page here is made up."""

import pytest

from flows.bulletin.language.missing_months import with_months
from flows.bulletin.page.conditions import audiences
from flows.bulletin.page.inlined import inlined
from flows.bulletin.page.layout import layout
from flows.bulletin.page.missing import lacks
from flows.bulletin.page.notice import Slot
from flows.bulletin.page.reading import read
from flows.bulletin.summary.text import summarise

PLOT = (
    "Un vecchio pescatore parte da Napoli il 4 giugno e attraversa il mare con un cane e una valigia vuota."
)
SHOWN = "Domenica 9 maggio 2027 alle ore 21"


def told(title: str, body: str, slot: Slot) -> tuple[str, ...]:
    slots = read(title=title, abstract="", body=body).slots
    return tuple(one.words for one in slots.get(slot, ()))


def test_an_evening_without_its_date_is_no_day_of_an_event() -> None:
    concert = read(title="Concerto del coro", abstract="", body="Stasera il coro canta in chiesa.")
    assert lacks(concert) == (Slot.when,)
    made = summarise(title=concert.title, abstract="", body="Stasera il coro canta in chiesa.", limit=275)
    assert (made.text, made.reason) == ("", "La pagina non dice in quale giorno.")


def test_the_day_of_a_plot_is_no_day_of_the_film() -> None:
    body = f"Regia di Ugo Neri. {PLOT}\n\n{SHOWN}"
    assert told("Cinema in Villa", body, Slot.when) == ("Domenica 9 maggio 2027",)


@pytest.mark.parametrize(
    "body",
    [
        "Regia di Ugo Neri. Il film si proietta il 4 giugno per tutti quelli che quest'inverno non lo hanno"
        " visto.",
        f"Regia di Ugo Neri. {PLOT.replace('il 4 giugno', 'venerdì 4 giugno')}",
        f"Una gita. {PLOT}",
    ],
)
def test_the_day_on_which_it_is_shown_stays(body: str) -> None:
    assert any("4 giugno" in words for words in told("Cinema in Villa", body, Slot.when))


HANDED_IN = (
    "vanno presentate su appuntamento allo sportello oppure, da chi non può uscire di casa, con una"
    " telefonata alla segreteria della scuola che frequenta il figlio più piccolo,"
)


@pytest.mark.parametrize("what", ["Le domande", "Le richieste"])
def test_the_period_in_which_one_hands_in_is_the_term(what: str) -> None:
    body = f"{what} {HANDED_IN} dal 4 ottobre al 3 dicembre 2027."
    assert told("Voucher per il nido", body, Slot.deadline) == ("dal 4 ottobre al 3 dicembre 2027",)


def test_the_period_of_another_sentence_is_not() -> None:
    body = "Le domande vanno presentate allo sportello. Il nido apre dal 4 ottobre al 3 dicembre 2027."
    assert told("Voucher per il nido", body, Slot.deadline) == ()


@pytest.mark.parametrize(
    "month",
    [
        "entro il mese di ottobre 2027",
        "entro e non oltre il mese di ottobre 2027",
        "entro tutto il mese di ottobre",
        "entro ottobre 2027",
        "entro la fine di ottobre",
        "entro la fine del mese di ottobre 2027",
    ],
)
def test_a_month_may_be_the_term(month: str) -> None:
    assert told("Bonus trasporti", f"La rata del bonus si paga {month}.", Slot.deadline) == (month,)


def test_the_people_of_one_hour_are_not_those_of_the_whole() -> None:
    page = layout("Letture per adulti. Date e orari 12 marzo 2027 Ore 10 giochi per bambini Luogo Sala Verdi")
    assert [page.text[start:end] for start, end in audiences(page)] == ["per adulti"]


def test_a_day_at_the_end_is_the_pages_matter() -> None:
    assert told("Castagnata", "Castagnata in piazza\n\nVenerdì 1 maggio 2026", Slot.when) == (
        "Venerdì 1 maggio 2026",
    )
    assert told("Castagnata", "Castagnata in piazza\n\n1 maggio 2026", Slot.when) == ()


def test_a_quarter_is_a_place_and_a_place_ends_before_its_day() -> None:
    assert told("Festa", "La festa si tiene in Q.re Alba, domenica 9 maggio 2027.", Slot.place) == (
        "in Q.re Alba",
    )
    assert told("Concerto", "Il coro canta nella chiesa di San Rocco 9 maggio 2027.", Slot.place) == (
        "nella chiesa di San Rocco",
    )


RUN = "donne in gravidanza persone con più di 60 anni operatori sanitari e chi vive con loro"


@pytest.mark.parametrize(
    ("lead", "said"),
    [
        ("per le seguenti categorie", "per le categorie elencate nella pagina."),
        ("ai seguenti soggetti", "ai soggetti elencati nella pagina."),
    ],
)
def test_people_that_run_together_are_left_to_the_page(lead: str, said: str) -> None:
    text = f"Il vaccino è gratuito {lead}: {RUN}. Si prenota in farmacia."
    assert inlined(text) == f"Il vaccino è gratuito {said} Si prenota in farmacia."


def test_services_that_a_list_names_keep_their_adjective() -> None:
    text = (
        "Saranno garantiti i seguenti servizi minimi:\n\n"
        "- Stato Civile (solo denunce di nascita e di morte): 8.30-10.30, ingresso da via Po;\n"
        "- Polizia Locale: turno ordinario 7.30-19.30;\n- Servizi cimiteriali: reperibilità al 339 7714058."
    )
    assert inlined(text).startswith("Saranno garantiti alcuni servizi minimi, elencati nella pagina.")


@pytest.mark.parametrize("items", ["donne in gravidanza.", f"{RUN}; medici.", f"* {RUN}."])
def test_a_list_that_one_can_read_stays(items: str) -> None:
    text = f"Il vaccino è gratuito per le seguenti categorie: {items}"
    assert inlined(text) == text


@pytest.mark.parametrize(
    ("body", "slot", "words"),
    [
        (
            "Si ricorda il 4 novembre 1918. La cerimonia si tiene domenica 7 novembre 2027 alle ore 10.",
            Slot.when,
            "domenica 7 novembre 2027",
        ),
        (
            "Si corre di norma il 15 agosto. Quest'anno si corre domenica 22 agosto 2027 alle ore 18.",
            Slot.when,
            "domenica 22 agosto 2027",
        ),
        (
            "La conferenza dei capigruppo del 24 aprile 2027 si è tenuta. Il Consiglio si riunisce il 3"
            " maggio 2027 alle ore 20.",
            Slot.when,
            "il 3 maggio 2027",
        ),
        (
            "Chi ha presentato domanda entro il 5 maggio 2027 riceve una lettera. Le altre domande si"
            " presentano entro il 30 giugno 2027.",
            Slot.deadline,
            "entro il 30 giugno 2027",
        ),
    ],
)
def test_a_day_long_ago_a_usual_one_and_a_term_that_was_kept_are_not_this_times(
    body: str, slot: Slot, words: str
) -> None:
    assert told("Si fa festa", body, slot) == (words,)


def test_what_a_row_is_stands_before_its_day_where_it_does_so_twice() -> None:
    lines = "Corso base: martedì 5 ottobre ore 19\nCorso avanzato: giovedì 7 ottobre ore 20"
    notice = read(title="Corsi di disegno", abstract="", body=f"{lines}\nSi tengono in biblioteca.")
    assert [(row.what, row.when) for row in notice.rows] == [
        ("Corso base", "martedì 5 ottobre"),
        ("Corso avanzato", "giovedì 7 ottobre"),
    ]


def test_a_place_may_stand_behind_the_hour_of_a_row() -> None:
    lines = (
        "- prova scritta: martedì 9 novembre 2027 ore 10 presso la palestra di via Po\n"
        "- prova orale: lunedì 22 novembre 2027 ore 9 presso la sala Verdi"
    )
    notice = read(title="Prove del concorso", abstract="", body=lines)
    assert [(row.what, row.place) for row in notice.rows] == [
        ("prova scritta", "presso la palestra di via Po"),
        ("prova orale", "presso la sala Verdi"),
    ]


@pytest.mark.parametrize(
    ("start", "said"),
    [("venerdì 7", "venerdì 7 maggio"), ("venerdì 8", "venerdì 8"), ("lunedì 26", "lunedì 26")],
)
def test_a_day_gets_its_month_from_a_later_one_that_agrees(start: str, said: str) -> None:
    assert with_months(f"Si comincia {start}. Domenica 9 maggio si chiude.") == (
        f"Si comincia {said}. Domenica 9 maggio si chiude."
    )


def test_whom_the_takings_go_to_is_no_place() -> None:
    body = (
        "Il ricavato del torneo andrà alla scuola materna.\n"
        "L'appuntamento è sabato 20 novembre 2027 alle 20.30 al Circolo Fratellanza."
    )
    assert told("Torneo di burraco", body, Slot.place) == ("al Circolo Fratellanza",)


def test_a_visit_before_one_offers_and_a_time_of_the_office_are_no_terms() -> None:
    body = (
        "Il sopralluogo è obbligatorio, da concordare con l'ufficio entro il 20 aprile 2027.\n"
        "Le offerte devono arrivare entro il 28 aprile 2027."
    )
    assert told("Gara per il chiosco", body, Slot.deadline) == ("entro il 28 aprile 2027",)
    body = (
        "L'ufficio rilascia i certificati entro 24 ore dalla richiesta ed è aperto anche domenica 18 aprile"
        " 2027 dalle 9 alle 12."
    )
    assert told("Certificati elettorali", body, Slot.deadline) == ()


def test_when_lessons_begin_is_no_day_of_the_trial() -> None:
    trial = "Le prove si tengono dal 13 al 24 settembre 2027 in via Verdi."
    begins = "I corsi cominciano lunedì 4 ottobre 2027."
    assert told("Lezioni di prova", f"{trial} {begins}", Slot.when) == ("dal 13 al 24 settembre 2027",)
    assert told("Corsi di musica", begins, Slot.when) == ("lunedì 4 ottobre 2027",)


def test_a_show_that_lasts_longer_has_no_term_and_a_request_has_its_weekdays() -> None:
    longer = "La mostra fotografica al museo è prorogata fino al 30 maggio 2027."
    assert told("Mostra di fotografie", longer, Slot.until) == ("fino al 30 maggio 2027",)
    asked = "La domanda si presenta da lunedì 11 ottobre a venerdì 12 novembre 2027 ai Servizi sociali."
    assert "venerdì 12 novembre 2027" in "".join(told("Voucher sport", asked, Slot.deadline))


def test_when_an_office_pays_is_no_citizens_term() -> None:
    body = (
        "Le somme saranno accreditate entro il 20 maggio 2027. Chi ha cambiato conto deve comunicarlo"
        " all'ufficio entro il 7 maggio 2027."
    )
    assert told("Contributi per i libri", body, Slot.deadline) == ("entro il 7 maggio 2027",)


def test_a_day_of_birth_is_no_deadline_and_a_period_to_ask_is_one() -> None:
    body = (
        "Il contributo può essere richiesto dai genitori dal 17 settembre al 17 ottobre 2026 solo online.\n\n"
        "Ha la precedenza:\n- chi ha un figlio nato entro il 31.12.2010, con ISEE basso;\n"
        "- chi ha un figlio nato entro il 31.12.2006, con ISEE basso."
    )
    page = read(title="Contributo per i libri di testo", abstract="", body=body)
    assert [told.words for told in page.slots[Slot.deadline]] == ["dal 17 settembre al 17 ottobre 2026"]


def test_bare_days_of_a_list_are_told_as_one_says_them() -> None:
    text = (
        "La raccolta si svolge nelle seguenti date:\n\n- 8 gennaio 2027\n- 1 marzo 2027\n- 11 aprile 2027\n"
    )
    assert inlined(text).startswith("La raccolta si svolge l'8 gennaio, il 1° marzo e l'11 aprile 2027.")
