"""An event is named by what happens and who does it; every page here is made up."""

import re

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


def test_a_closure_is_no_appointment() -> None:
    body = (
        "Gli incontri sono sabato 9 maggio 2026 e sabato 16 maggio 2026 alle ore 10.30, in Biblioteca.\n\n"
        "La biblioteca resterà chiusa dal 1° al 21 agosto 2026."
    )
    text = text_of("Letture in Biblioteca", body)
    assert "16 maggio" in text
    assert re.search(r"appuntament\w [^.]*agosto", text) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "L'ingresso è libero, con biglietto per gli adulti.",
        "Alle 14:30 c'è la presentazione del libro per bambini «Scheletro», alle 21 il convegno.",
    ],
)
def test_people_of_a_part_or_of_a_price_are_not_all_the_people(sentence: str) -> None:
    text = text_of("Festa del fiume", f"La festa è sabato 9 maggio 2026 alle ore 10. {sentence}")
    assert "è per gli adulti" not in text
    assert "è per bambini" not in text


@pytest.mark.parametrize(
    "body",
    [
        "Domenica 10 maggio 2026 la camminata che dal centro storico di Riva arriverà "
        "al lago. Partenza libera.",
        "Domenica 10 maggio 2026. Dal centro storico di Riva la camminata raggiungerà il lago.",
    ],
)
def test_where_a_walk_leaves_from_is_not_where_it_is(body: str) -> None:
    assert "arriverà c'è" not in text_of("Camminata sul lago", body)
    assert "dal centro storico di Riva c'è" not in text_of("Camminata sul lago", body)


def test_days_that_begin_and_end_it_are_a_range() -> None:
    body = (
        "Si comincia venerdì 8 maggio 2026 alle ore 21 con la lettura. Sabato si prosegue alle 15."
        " La festa si concluderà domenica 10 maggio 2026 alle 15 con la premiazione."
    )
    text = text_of("Festa del fiume", body)
    assert text.startswith("Da venerdì 8 a domenica 10 maggio 2026 c'è la festa del fiume.")
    assert "orari" in text


def test_days_of_many_titles_keep_their_one_hour() -> None:
    body = (
        "Gli incontri sono alle ore 18:30.\n\n"
        "- giovedì 1 ottobre: Ada Neri con «Alba»\n- giovedì 8 ottobre: Ugo Bassi con «Sera»\n"
        "- giovedì 15 ottobre: Ida Poli con «Notte»"
    )
    text = text_of("Rassegna di letture", body)
    assert "1, 8 e 15 ottobre alle 18:30" in text.replace("1°", "1")


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Mamma in arrivo!INCONTRI ANNULLATI",
            "INCONTRI ANNULLATI",
            "Gli incontri «Mamma in arrivo!» sono annullati.",
        ),
        (
            "Festa dei colori - 16 Maggio - ore 15:00 - Sala Verdi - Evento Annullato -",
            "Festa dei colori - 16 Maggio - ore 15:00 - Sala Verdi - Evento Annullato Causa Maltempo",
            "La festa dei colori, prevista per il 16 maggio alle 15, è annullata per maltempo.",
        ),
    ],
)
def test_what_is_called_off_is_told_in_one_sentence(title: str, body: str, text: str) -> None:
    assert text_of(title, body) == text


@pytest.mark.parametrize(
    "lines",
    [
        "Martedì 17 Novembre 2026\n\nDalle ore 15:00 alle ore 17:00",
        "GIOVEDÌ, 12 NOVEMBRE 2026\n\nMartedì 17 Novembre 2026\n\nalle ore 15",
        "Martedì 17 Novembre 2026\n\npresso la Sala Verdi",
    ],
)
def test_a_day_on_its_own_line_may_be_the_events(lines: str) -> None:
    assert "17 novembre" in text_of("Corso di disegno", lines)


def test_a_lone_day_may_still_be_the_pages_own() -> None:
    assert "17 novembre" not in text_of(
        "Corso di disegno", "Martedì 17 Novembre 2026\n\nIscrizioni aperte a tutti"
    )


def test_the_start_of_something_is_no_place() -> None:
    body = "Al via la scuola estiva: giovedì 23 luglio 2026 alle 19.00 incontro in Biblioteca"
    assert "al via" not in text_of("Paesaggi – Laboratorio per i giovani", body)


def test_an_initial_does_not_end_a_street() -> None:
    body = "Serata mercoledì 13 maggio 2026, ore 18.30 presso Chiesetta Torre Via G. Giardino"
    text = text_of("Incontro sul fiume", body)
    assert "via G," not in text
    assert "Giardino" in text or "via G" not in text


@pytest.mark.parametrize(
    "others",
    [
        "Poi si prosegue giovedì 23 in piazza, martedì 28 al parco e giovedì 30 al molo.",
        "Seguono sabato 16 e domenica 17 gli altri.",
    ],
)
def test_days_without_their_month_are_announced(others: str) -> None:
    body = f"Il primo incontro è venerdì 15 maggio 2026 alle 20.30, in Sala Verdi. {others}"
    text = text_of("Parliamone insieme – ciclo di incontri", body)
    assert "altri appuntamenti sono nella pagina" in text


def test_days_within_a_season_are_the_season() -> None:
    body = (
        "Dal 13 novembre all'11 dicembre 2026 le compagnie si alternano sul palco.\n\n"
        "Si apre venerdì 13 novembre alle 20.45 con «Alba».\n\nMartedì 17 novembre è la volta di «Sera»."
    )
    text = text_of("Rassegna teatrale d'autunno", body)
    assert "dal 13 novembre all'11 dicembre" in text.lower()
    assert re.search(r"appuntament\w [^.]*17 novembre", text) is None


def test_where_a_story_is_set_is_no_venue() -> None:
    body = (
        "Sabato 14 novembre 2026, ore 20:45\n\nregia di Ada Neri\n\n"
        "Il giovane Ugo trova riparo nella biblioteca del suo comune e vi incontra un mago."
    )
    text = text_of("L'avventura fantastica - Musical", body)
    assert text.startswith("Sabato 14 novembre 2026 alle 20:45 c'è il musical «L'avventura fantastica».")


@pytest.mark.parametrize("mark", ["si terranno", "si effettuano", "si raccolgono"])
def test_when_and_where_one_books_is_told_whole(mark: str) -> None:
    body = (
        "Sabato 16 maggio 2026 alle ore 18, in Sala Verdi.\n\n"
        f"Le prenotazioni obbligatorie {mark} MARTEDI' 12 maggio e MERCOLEDI' 13 maggio dalle ore 20.30"
        " alle ore 22.30 presso l'Oratorio di Riva."
    )
    assert (
        "Devi prenotare martedì 12 e mercoledì 13 maggio, dalle 20:30 alle 22:30, all'Oratorio di Riva."
        in text_of("Cena in piazza", body)
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "In caso di pioggia la manifestazione sarà annullata.",
        "I bambini dovranno essere accompagnati da un adulto.",
    ],
)
def test_what_one_wants_to_know_before_leaving_is_told_where_there_is_room(sentence: str) -> None:
    body = (
        "Domenica 10 maggio 2026 alle ore 9 si cammina lungo il fiume, con ritorno previsto per il pranzo."
        " Il percorso è lungo sei chilometri e passa per i campi, i mulini e le chiuse della valle vecchia."
        " Il gruppo degli Amici del Fiume ha curato ogni tappa con le scuole e con le cascine del territorio."
        f"\n\n{sentence}"
    )
    assert sentence in text_of("Camminata sul fiume", body)


def test_a_phone_to_book_by_is_a_sentence() -> None:
    body = "Sabato 16 maggio 2026 alle ore 16, in Sala Verdi. Per info e prenotazioni: tel. 02 1234567."
    assert "Prenota al numero 02 1234567." in text_of("Presentazione dei corsi", body)


def test_what_enrolment_costs_is_no_price_of_the_evening() -> None:
    body = (
        "Sabato 16 maggio 2026 alle ore 16, in Sala Verdi, si presentano i corsi e i "
        "laboratori dell'anno nuovo.\n\n"
        "L'iscrizione ai corsi si fa in Biblioteca al costo di 20 euro."
    )
    text = text_of("Presentazione dei corsi", body)
    assert "Il costo è di 20 euro" not in text


def test_some_who_pay_nothing_are_never_left_out_of_a_price() -> None:
    body = (
        "Sabato 16 maggio 2026 alle ore 16, in Sala Verdi.\n\nCosto: 20 euro.\n\n"
        "L'ingresso è gratuito per gli studenti del liceo."
    )
    text = text_of("Concerto del coro", body)
    assert "20 euro" not in text or "gratuit" in text


def test_bad_weather_makes_no_alert_of_a_concert() -> None:
    body = (
        "Sabato 16 maggio 2026, dalle 15 alle 18, piazza Verdi diventa il regno della "
        "banda, che presenta i suoi corsi."
        " In caso di maltempo si va nella sede di via Po 19."
    )
    one = summarise(title="Presentazione dei corsi della banda", abstract="", body=body, limit=275)
    assert one.kind is not Kind.alert


@pytest.mark.parametrize("name", ["piazza Duca d'Aosta", "piazza Dell'Unità"])
def test_a_square_with_an_apostrophe_is_whole_and_told_once(name: str) -> None:
    body = (
        f"Fino al 6 gennaio 2027 in {name} c'è il mercatino. Ore 9-22. Ingresso libero. "
        f"Venti casette di legno."
    )
    text = text_of(f"Christmas Market in {name}", body)
    assert "d'," not in text
    assert text.count(name) <= 1
