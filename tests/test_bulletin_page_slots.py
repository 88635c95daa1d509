"""Where a page tells its day, its term, its place and its people; every page here is made up."""

import pytest

from flows.bulletin.page.inlined import inlined
from flows.bulletin.page.lacks import lacks
from flows.bulletin.page.layout import layout
from flows.bulletin.page.notice import Slot
from flows.bulletin.page.reading import read
from flows.bulletin.page.terms import audiences
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


@pytest.mark.parametrize("items", ["donne in gravidanza.", f"{RUN}; medici.", f"* {RUN}."])
def test_a_list_that_one_can_read_stays(items: str) -> None:
    text = f"Il vaccino è gratuito per le seguenti categorie: {items}"
    assert inlined(text) == text
