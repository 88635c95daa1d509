import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from flows.bulletin.choosing.categories import Categorised, Category, categorise
from flows.settings import DEMO, load_profile
from tests.world.shared import SHARED, needs_shared


@pytest.mark.parametrize(
    ("kind", "words", "category"),
    [
        ("Avviso", ["Viabilità", "Eventi"], Category.roads),
        ("Notizia", ["Trasporto pubblico"], Category.roads),
        ("Avviso", ["LAVORO", "Bandi"], Category.calls),
        ("Concerto", ["Patrimonio culturale"], Category.events),
        ("Gara o Torneo o Competizione", ["Sport"], Category.events),
        ("", ["Commemorazione - Ricorrenza", "Tempo libero"], Category.events),
        ("Comunicato stampa", ["Gestione rifiuti"], Category.services),
        ("", ["Avvisi;Contributi;Sociale;Giovani"], Category.calls),
    ],
    ids=["road", "bus", "call", "concert", "contest", "anniversary", "waste", "joined"],
)
def test_the_sites_own_words_tell_the_category(kind: str, words: list[str], category: Category) -> None:
    found = categorise("Un titolo qualunque", "", kind=kind, words=words)
    assert found == Categorised(category, is_proposed=False)


def test_days_of_its_own_make_an_event_whatever_its_topics() -> None:
    found = categorise("Presentazione dei bandi", "", words=["Bandi"], is_event=True)
    assert found == Categorised(Category.events)


def test_the_profiles_table_goes_before_all_else() -> None:
    table = {"lavori pubblici": "viabilità e trasporti", "concerto": "altro"}
    assert (
        categorise("Nuova scuola", "", words=["Lavori Pubblici", "Scuola"], table=table).category
        == "viabilità e trasporti"
    )
    assert categorise("Coro in chiesa", "", kind="Concerto", is_event=True, table=table).category == "altro"


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Senso unico in via Po per lavori", Category.roads),
        ("Borse di studio: domande entro il 3 marzo", Category.calls),
        ("Letture animate per bambini", Category.events),
        ("Anagrafe, sportello chiuso per un giorno", Category.services),
        ("Il sindaco saluta i nuovi cittadini", Category.other),
        ("Contributi per i danni del maltempo", Category.calls),
        ("Maltempo, fase di attenzione per temporali", Category.other),
    ],
)
def test_keywords_propose_where_the_site_says_nothing(title: str, category: Category) -> None:
    assert categorise(title, "", kind="Avviso") == Categorised(category, is_proposed=True)


def test_a_topic_that_only_hints_gives_way_to_the_title_and_is_proposed() -> None:
    assert categorise("Saldo IMU, scadenza", "", words=["Tributi"]) == Categorised(Category.calls, True)
    assert categorise("Un avviso", "", words=["Tributi"]) == Categorised(Category.services, True)


@pytest.mark.parametrize(
    "title",
    [
        "ALLERTA SAFETY GATE: richiamo di un giocattolo",
        "Maltempo 17 aprile: ricognizione dei danni",
        "Allerta meteo arancione per temporali",
        "URGENTE allerta rossa",
    ],
)
def test_no_title_makes_a_news_item_an_alert(title: str) -> None:
    for words in ([], ["Allerta meteo"], ["Protezione civile"]):
        assert categorise(title, title, words=words).category in set(Category)
    assert "allerta meteo" not in set(Category)


@given(st.text(), st.text(max_size=600), st.lists(st.text(max_size=30), max_size=3))
def test_any_text_has_one_of_the_five_categories(title: str, text: str, words: list[str]) -> None:
    assert categorise(title, text, words=words).category in set(Category)


def test_a_profile_cannot_call_a_word_of_the_site_an_alert() -> None:
    profile = load_profile(DEMO)
    assert profile.categories["Lavori pubblici"] == "viabilità e trasporti"
    wrong = profile.model_dump() | {"categories": {"Protezione civile": "allerta meteo"}}
    with pytest.raises(ValidationError, match=r"categories\.Protezione civile"):
        type(profile).model_validate(wrong)


NAMES = {
    "servizi": Category.services,
    "viabilita": Category.roads,
    "eventi": Category.events,
    "bandi": Category.calls,
    "altro": Category.other,
}


@needs_shared
def test_keywords_are_mostly_right_on_the_titles_kept_apart() -> None:
    lines = (SHARED / "text" / "titles_it.txt").read_text(encoding="utf-8").splitlines()
    told = [line.split("|", 1) for line in lines if "|" in line and not line.startswith("#")][1::2]
    titles = [(category, title) for category, title in told if category != "allerta"]
    right = sum(categorise(title, "").category == NAMES[category] for category, title in titles)
    assert right / len(titles) >= 0.9


@needs_shared
def test_on_real_pages_the_sites_words_are_right_more_often_than_keywords() -> None:
    news = SHARED / "news"
    pages = {
        row["id"]: row
        for row in map(json.loads, (news / "comune_news.jsonl").read_text(encoding="utf-8").splitlines())
    }
    annotated = [*map(json.loads, (news / "annotations.jsonl").read_text(encoding="utf-8").splitlines())][
        1::2
    ]
    right = by_words = 0
    for one in annotated:
        page = pages[one["id"]]
        words = ";".join(filter(None, (page["site_category"], page["site_topics"])))
        sure = categorise(page["title"], page["text"], words=[words], is_event=page["kind"] == "event")
        guessed = categorise(page["title"], page["text"])
        right += sure.category == NAMES[one["category"]]
        by_words += guessed.category == NAMES[one["category"]]
    assert right >= by_words
    assert right / len(annotated) >= 0.9
