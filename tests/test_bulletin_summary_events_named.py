"""An event is named by what happens and who does it; every page here is made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.events.acting import acted, acted_title
from flows.bulletin.summary.frames.events.lacking import untold
from flows.bulletin.summary.frames.events.occasion import occasion_of
from flows.bulletin.summary.frames.events.subject import matters
from flows.bulletin.summary.frames.titles.nouns import phrase_of, with_nominal
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


@pytest.mark.parametrize("place", ["in Biblioteca", "al Teatro", "al Museo"])
def test_a_place_is_not_told_by_a_name_that_has_its_word(place: str) -> None:
    name = f"«{place.split()[1]} di carta»"
    text = text_of(f"Incontro {name}", f"Domenica 9 maggio 2027 alle ore 9, {place}.")
    assert text == f"Domenica 9 maggio 2027 alle 9, {place}, c'è l'incontro {name}."
    text = text_of(f"Incontro {place}", f"Domenica 9 maggio 2027 alle ore 9, {place}.")
    assert text == f"Domenica 9 maggio 2027 alle 9 c'è l'incontro {place}."


def test_a_text_that_has_the_word_of_a_place_in_a_name_alone_lacks_the_place() -> None:
    body = "Domenica 9 maggio 2027 alle ore 9, in Biblioteca."
    occasion = occasion_of(read(title="Incontro «Biblioteca viva»", abstract="", body=body))
    named = "Domenica 9 maggio 2027 alle 9 c'è l'incontro «Biblioteca viva»"
    assert untold(f"{named}.", occasion) == ["place"]
    assert untold(f"{named} in Biblioteca.", occasion) == []


@pytest.mark.parametrize(
    "behind",
    [
        " - 4 maggio 2027 - ore 18 - sala consiliare",
        " | venerdì 4 maggio alle 21 | Sala Verdi",
        " - ore 20.30-22",
        " – dalle ore 20:30",
    ],
)
def test_a_title_is_told_without_its_day_its_hour_and_its_hall(behind: str) -> None:
    body = "Gli apicoltori raccontano. Date e orari 4 maggio 2027 ore 21 Luogo Sala Verdi"
    notice = read(title=f"Serata sulle api{behind}", abstract="", body=body)
    assert {phrase for phrase, _ in matters(notice)} == {"la serata sulle api"}


def test_of_a_sentence_for_a_title_it_is_the_pages_phrase_that_happens() -> None:
    days = "Sabato 8 maggio 2027 alle ore 11 in piazza Roma.\n\nDomenica 9 maggio 2027 alle 12 in piazza Po"
    assert text_of("Alba è città europea", f"Incontri sulla storia europea.\n\n{days}") == (
        "Ci sono gli incontri sulla storia europea. Sono sabato 8 maggio 2027 alle 11, in piazza Roma, e"
        " domenica 9 maggio 2027 alle 12, in piazza Po."
    )


@pytest.mark.parametrize("people", [" dedicato ai ragazzi delle scuole", ", rivolto all'infanzia"])
def test_where_there_is_no_room_what_happens_is_told_without_its_people(people: str) -> None:
    body = f"Laboratorio di disegno{people}. Sabato 8 maggio 2027 alle ore 11."
    notice = read(title="Rotte lontane", abstract="", body=body)
    assert "«Rotte lontane», laboratorio di disegno" in [phrase for phrase, _ in matters(notice)]


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("Festa dei nonni: celebrazioni nei rioni", "la festa dei nonni, con celebrazioni nei rioni"),
        ("Incontro informativo: Il voucher", "l'incontro informativo «Il voucher»"),
        ('Incontro: "letture lente"', "l'incontro «letture lente»"),
    ],
)
def test_what_it_consists_of_is_no_name(title: str, phrase: str) -> None:
    assert phrase_of(title) == phrase


def test_a_countdown_and_a_town_that_is_ready_tell_nothing() -> None:
    for words in ("È iniziato il conto alla rovescia", "La città è pronta a partire"):
        body = f"{words} per la festa di Rotte lontane. Sabato 8 maggio 2027 alle ore 11 in piazza Roma."
        assert text_of("Rotte lontane", body) == (
            "Sabato 8 maggio 2027 alle 11, in piazza Roma, c'è «Rotte lontane»."
        )


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


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Concerto di Capodanno: in vendita i biglietti", "il concerto di Capodanno"),
        ("Giornata del donatore: prelievi straordinari", "la giornata del donatore"),
        ("Corsa nei campi: aperte le iscrizioni", "la corsa nei campi"),
        ("Giornata ecologica: puliamo il fiume", "la giornata ecologica «Puliamo il fiume»"),
        ("Serata teatrale: il malato immaginario", "la serata teatrale «Il malato immaginario»"),
    ],
)
def test_news_behind_a_colon_is_no_name(title: str, said: str) -> None:
    assert phrase_of(title) == said


def test_a_phrase_that_says_the_name_again_is_not_put_behind_it() -> None:
    own = "il torneo di carte di beneficenza"
    assert with_nominal(own, "Torneo di carte a coppie") == own
    assert with_nominal("il recital", "Recital con Ada Neri") == "il recital con Ada Neri"
