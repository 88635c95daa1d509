"""Which names of persons an editor is warned of, and which names are no persons."""

import json

import pytest

from flows.bulletin.persons import warnings
from tests.world.shared import SHARED, needs_shared

PERSON = (
    "Compare il nome di una persona ({}). Se non è un amministratore nell'esercizio delle funzioni, toglilo."
)
ELECTION = (
    "In periodo elettorale la comunicazione dev'essere impersonale e indispensabile. Togli {} o la notizia."
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("È stato assegnato a Mario Rossi il contributo per l'affitto.", "Mario Rossi"),
        ("Per iscriversi rivolgersi a Maria Teresa De Santis.", "Maria Teresa De Santis"),
        ("AVVISO: MARIO ROSSI NON RISIEDE PIÙ QUI", "MARIO ROSSI"),
        ("Al Teatro Verdi lunedì. Ringrazia Mario Rossi.", "Mario Rossi"),
        ("Il signor Paolo D'Amico ha trovato un cane.", "Paolo D'Amico"),
    ],
)
def test_a_person_is_named_to_the_editor(text: str, name: str) -> None:
    assert warnings(text) == (PERSON.format(name),)


@pytest.mark.parametrize(
    "text",
    [
        "Via Giuseppe Garibaldi e piazza Giovanni XXIII chiuse da lunedì.",
        "Lavori in viale dei Martiri, largo Enrico Fermi e nel parco Anna Frank.",
        "Festa di San Giovanni Battista; chiesa di Santa Maria Maddalena.",
        "La scuola primaria statale «Gianni Rodari» e l'istituto comprensivo Enrico Toti riaprono.",
        "Scuola Primaria Statale Gianni Rodari, Istituto Comprensivo «Enrico Toti».",
        "Biblioteca comunale Italo Calvino, palestra Pietro Mennea, teatro Giuseppe Verdi.",
        "Il Sindaco firma l'ordinanza. La Sindaca riceve il martedì.",
        "L'assessore alla Cultura Anna Bianchi presenta la rassegna.",
        "Interviene Paolo Verdi, vicesindaco, e il comandante Luca Neri.",
        "Concerto di Paolo Rossi con Anna Verdi, Ugo Neri e Ida Blu.",
        "Premio letterario Elsa Morante, memorial Marco Pantani.",
        "Domenica Ecologica: Comune di Romano d'Ezzelino, Enrico III, Rete VIOLA Anche.",
        "Contattare l'Ufficio Tributi o lo Sportello Unico.",
        "",
    ],
)
def test_streets_saints_schools_and_offices_are_no_alarm(text: str) -> None:
    assert warnings(text) == ()


def test_near_a_vote_office_holders_stay_unnamed() -> None:
    holders = ["Anna Bianchi", "Ugo Nerone"]
    told = "L'assessora Anna Bianchi inaugura il parco. Il sindaco Nerone saluta."
    assert warnings(told, holders) == ()
    assert warnings(told, holders, in_period=True) == (
        ELECTION.format("Anna Bianchi"),
        ELECTION.format("Ugo Nerone"),
    )
    assert warnings("Bianchi Anna ringrazia.", holders, in_period=True) == (ELECTION.format("Bianchi Anna"),)
    assert warnings("Il ministro Carlo Bruni arriva.", [], in_period=True) == (
        ELECTION.format("Carlo Bruni"),
    )


def test_near_a_vote_a_street_or_an_office_without_a_name_is_no_alarm() -> None:
    holders = ["Anna Bianchi", "Ugo Nerone"]
    text = "Il Sindaco ordina la chiusura di via Anna Bianchi e di piazza Nerone. Muri bianchi."
    assert warnings(text, holders, in_period=True) == ()


def test_an_act_of_the_albo_may_name_whom_it_concerns_but_no_candidate() -> None:
    text = "Pubblicazione di matrimonio di Mario Rossi."
    assert warnings(text, is_act=True) == ()
    assert warnings("Mario Rossi ringrazia.", ["Mario Rossi"], True, is_act=True) != ()


@needs_shared
def test_few_pages_of_comuni_raise_an_alarm() -> None:
    """Of 242 pages those that name artists, winners or experts: 8 when this was written."""
    with (SHARED / "news" / "comune_news.jsonl").open(encoding="utf-8") as lines:
        pages = [json.loads(line) for line in lines]
    alarmed = [page["id"] for page in pages if warnings(f"{page['title']}\n{page['text'] or ''}")]
    assert len(pages) > 200
    assert len(alarmed) <= len(pages) * 0.05
