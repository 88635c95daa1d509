"""An event is named by what happens and who does it; every page here is made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.acting import acted, acted_title
from flows.bulletin.summary.text import summarise

DAY = "Sabato 9 maggio 2026 alle ore 21, presso la Sala Verdi."


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


def page(body: str = "") -> Notice:
    return Notice(title="Alba", source=f"Alba\n{body}", kind=Kind.event)


@pytest.mark.parametrize(
    ("line", "clause"),
    [
        ("L'ensemble Il Canto Nuovo celebra Vivaldi", "l'ensemble Il Canto Nuovo celebra Vivaldi"),
        (
            "La compagnia Gli Erranti porta in scena «Alba»",
            "la compagnia Gli Erranti porta in scena «Alba»",
        ),
        ("Ada Neri e Ugo Bassi raccontano il fiume", "Ada Neri e Ugo Bassi raccontano il fiume"),
        ("La Giunta incontra i cittadini", "la Giunta incontra i cittadini"),
        ("I volontari del canile spiegano come si adotta", "i volontari del canile spiegano come si adotta"),
    ],
)
def test_who_performs_may_follow_its_day(line: str, clause: str) -> None:
    assert acted(line, page()) == clause


@pytest.mark.parametrize(
    "line",
    [
        "Un viaggio nella storia del fiume",
        "Il percorso racconta la storia del fiume",
        "L'ensemble Alba suona alle ore 21",
        "Ada Neri racconta il 9 maggio la sua vita",
        "Questa serata presenta il fiume",
        "I loro allievi suonano",
        "L'ensemble Alba celebra Vivaldi. Segue un brindisi",
    ],
)
def test_what_names_nobody_or_has_a_day_of_its_own_follows_none(line: str) -> None:
    assert acted(line, page()) == ""


def test_a_person_of_a_plot_performs_nothing() -> None:
    assert acted("Ada Neri racconta al medico la sua vita", page("Regia di Ugo Bassi. Trama: …")) == ""


def test_a_headlines_clause_comes_without_what_stands_before_its_colon() -> None:
    title = "Il ponte di note: l'ensemble Alba celebra Vivaldi"
    assert acted_title(title, page()) == "l'ensemble Alba celebra Vivaldi"
    assert text_of(title, f"Appuntamento {DAY[0].lower()}{DAY[1:]}") == (
        "Sabato 9 maggio 2026 alle 21, nella Sala Verdi, l'ensemble Alba celebra Vivaldi."
    )


def test_the_day_of_a_headline_opens_the_sentence_and_is_told_once() -> None:
    title = "Giorno del Ponte 2026, martedì 3 febbraio la cerimonia per gli operai che lo costruirono"
    text = text_of(title, "Assessora Neri: «Una pagina della nostra città»")
    assert text == "Martedì 3 febbraio c'è la cerimonia per gli operai che lo costruirono."


def test_the_pages_phrase_goes_on_where_the_title_says_its_noun() -> None:
    text = text_of(
        "Note in chiesa - Recital pianistico", f"Recital Pianistico con Ada Neri al pianoforte. {DAY}"
    )
    assert "c'è il recital pianistico «Note in chiesa» con Ada Neri al pianoforte." in text


def test_a_last_part_of_a_title_says_what_its_name_is() -> None:
    text = text_of(
        "Grafica - Disegnare per tutti - Corso di formazione", f"Si tiene {DAY[0].lower()}{DAY[1:]}"
    )
    assert "il corso di formazione «Grafica - Disegnare per tutti»" in text


def test_a_place_that_the_title_repeats_is_told_once() -> None:
    text = text_of("Polo Sud: oltre il ghiaccio – serata culturale alla Sala Verdi", DAY)
    assert text.count("Sala Verdi") == 1


def test_a_telegraphic_title_gets_the_small_words_of_the_page() -> None:
    body = f"Si celebra la Giornata mondiale del gatto nero. {DAY}"
    assert "la giornata mondiale del gatto nero" in text_of("Giornata mondiale gatto nero 2026", body).lower()


def test_a_matter_is_no_audience() -> None:
    body = f"La Biblioteca invita alla serata «Polo Sud», dedicata alla spedizione del 1915. {DAY}"
    assert "è per la spedizione" not in text_of("Polo Sud – serata alla Sala Verdi", body)


def test_more_meetings_than_are_told_are_announced() -> None:
    text = text_of(
        "La Giunta incontra i cittadini", "13 incontri nelle frazioni\n\nLunedì 23 febbraio ore 20.30"
    )
    assert text.endswith("Gli altri appuntamenti sono nella pagina.")
    assert "c'è «La Giunta incontra i cittadini», 13 incontri" not in text


def test_all_the_meetings_told_announce_none() -> None:
    body = "Due incontri gratuiti.\n\nLunedì 23 febbraio e lunedì 2 marzo 2026 alle ore 20:30, Sala Verdi."
    assert "altri appuntamenti" not in text_of("Incontri sul fiume", body)


@pytest.mark.parametrize("aside", ["gratuito sotto i 18 anni", "gratis sotto i 18 anni"])
def test_who_pays_nothing_stays_with_the_price(aside: str) -> None:
    body = f"Camminata sul fiume. Domenica 10 maggio 2026 alle ore 9.\n\nCosto: Contributo 5 euro ({aside})"
    assert "Il contributo è di 5 euro, gratis sotto i 18 anni." in text_of("Camminata sul fiume", body)


@pytest.mark.parametrize("people", ["A tutti", "A tutti i cittadini di ogni età", "Aperto a tutti"])
def test_a_free_event_says_that_it_is_for_all(people: str) -> None:
    body = (
        f"Cos'è Il coro canta. A chi è rivolto {people}. Date e orari 9 maggio 2026 ore "
        f"21 Costi Ingresso gratuito"
    )
    assert "L'ingresso è gratuito e aperto a tutti." in text_of("Concerto del coro", body)


@pytest.mark.parametrize("people", ["A tutti, dai 13 anni", "Solo ai residenti"])
def test_a_condition_is_never_for_all(people: str) -> None:
    body = (
        f"Cos'è Il coro canta. A chi è rivolto {people}. Date e orari 9 maggio 2026 ore "
        f"21 Costi Ingresso gratuito"
    )
    assert "a tutti" not in text_of("Concerto del coro", body)


def test_where_one_meets_is_told_as_that() -> None:
    body = (
        "Sabato 16 maggio 2026 dalle 15 alle 17:30. Si naviga sul fiume con ritrovo sul porticciolo di Riva."
    )
    text = text_of("Gita in battello", body)
    assert "porticciolo" not in text or "ritrovo sul porticciolo" in text


def test_the_title_never_runs_on_into_the_text() -> None:
    title = "Il coro celebra il fiume, domenica 21 settembre alle ore 18 al teatro Olimpico di Riva"
    assert "Riva Il coro" not in text_of(title, title)


_NOUNS = st.sampled_from(["Concerto", "Corso", "Mostra", "Lettura", "Incontro", "Festa", "Recital"])
_NAMES = st.sampled_from(["Alba chiara", "Il fiume lento", "Note d'inverno", "Parole al vento"])
_TAILS = st.sampled_from(["con Ada Neri", "di Ugo Bassi", "a cura della Pro Loco", "per le scuole", ""])


@given(noun=_NOUNS, name=_NAMES, tail=_TAILS, mark=st.sampled_from([" - ", ": ", " – "]))
def test_no_noun_is_told_twice(noun: str, name: str, tail: str, mark: str) -> None:
    notice = read(title=f"{name}{mark}{noun}", abstract="", body=f"{noun} {tail}. {DAY}".replace(" .", "."))
    text = text_of(notice.title, f"{noun} {tail}. {DAY}".replace(" .", "."))
    assert text.lower().count(noun.lower()) <= 1
    assert "9 maggio" in text
