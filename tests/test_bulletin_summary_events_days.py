"""Which days, places and people are an event's own; every page here is made up."""

import re

import pytest

from flows.bulletin.page.notice import Kind
from flows.bulletin.summary.clauses import days_of
from flows.bulletin.summary.clauses.days import Days, days_clause
from flows.bulletin.summary.frames.events.programmes import each_once
from flows.bulletin.summary.frames.events.subject import TITLE_DAY
from flows.bulletin.summary.text import summarise


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


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
    assert text == (
        "C'è la rassegna di letture. Gli appuntamenti sono: giovedì 1° ottobre alle 18:30, Ada Neri con"
        " «Alba»; giovedì 8 ottobre alle 18:30, Ugo Bassi con «Sera»; giovedì 15 ottobre alle 18:30, Ida Poli"
        " con «Notte»."
    )


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
    ("others", "said"),
    [
        (
            "Poi si prosegue giovedì 23 in piazza, martedì 28 al parco e giovedì 30 al molo.",
            "altri appuntamenti sono nella pagina",
        ),
        ("Seguono sabato 16 e domenica 17 gli altri.", "sabato 16 e domenica 17 maggio"),
    ],
)
def test_days_without_their_month_get_it_or_are_announced(others: str, said: str) -> None:
    body = f"Il primo incontro è venerdì 15 maggio 2026 alle 20.30, in Sala Verdi. {others}"
    text = text_of("Parliamone insieme – ciclo di incontri", body)
    assert said in text


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
        "Devi prenotare martedì 12 o mercoledì 13 maggio, dalle 20:30 alle 22:30, all'Oratorio di Riva."
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


@pytest.mark.parametrize("feast", ["4 novembre", "25 aprile", "2 giugno"])
def test_a_feast_that_names_the_day_is_not_the_day(feast: str) -> None:
    body = f"La cerimonia del {feast} si tiene domenica 10 maggio 2026 alle ore 10.30, in Piazza Verdi."
    text = text_of(f"Celebrazioni del {feast}", body)
    assert "domenica 10 maggio" in text.lower()
    assert f"è il {feast}" not in text


def test_a_feast_on_its_own_day_is_the_day() -> None:
    text = text_of("Festa della Repubblica", "Il 2 giugno 2026 alle ore 18, in Sala Verdi, il coro canta.")
    assert "2 giugno" in text


def test_days_on_which_all_is_closed_are_no_appointment() -> None:
    body = (
        "Sabato 9 maggio 2026 alle ore 16 si legge in Biblioteca. Iscriviti in "
        "Biblioteca, che ha trenta posti"
        " per i bambini e le bambine dei tre asili, con i genitori, i nonni e le "
        "maestre di tutti e tre i plessi."
        " Da domenica 10 a martedì 12 maggio 2026 la Biblioteca resterà chiusa."
    )
    text = text_of("Letture ad alta voce", body)
    assert re.search(r"appuntament\w [^.]*12 maggio", text) is None


def test_a_day_is_named_once_with_or_without_its_year() -> None:
    read = [days_of(words) for words in ("15 giugno 2026", "15 giugno", "14 giugno")]
    spans = [span for days in read if days for span in days.spans]
    assert each_once(tuple(spans)) == (spans[2], spans[0])


def test_days_keep_their_order_where_a_year_ends_between() -> None:
    read = [days_of(words) for words in ("28 dicembre", "4 gennaio")]
    spans = tuple(span for days in read if days for span in days.spans)
    assert each_once(spans) == spans


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Mercato contadino",
            "Mercato contadino, ogni sabato in piazza Alba, 8-13.",
            "Il mercato contadino si tiene ogni sabato in piazza Alba, dalle 8 alle 13.",
        ),
        (
            "Torna il mercatino dell'usato",
            "Mercatino dell'usato, la prima domenica del mese in via Po, dalle 9 alle 18. I banchi si"
            " iscrivono.",
            "Il mercatino dell'usato si tiene la prima domenica del mese in via Po, dalle 9 alle 18.",
        ),
    ],
)
def test_what_recurs_without_a_verb_is_said_with_one(title: str, body: str, text: str) -> None:
    assert text_of(title, body) == text


def test_ages_are_no_hours_and_another_word_leaves_the_line_alone() -> None:
    assert "dalle 8 alle 13" not in text_of("Laboratorio di creta", "Laboratorio di creta, bambini, 8-13.")
    line = "Mercato contadino, ogni sabato con i produttori della valle, 8-13."
    assert "si tiene ogni sabato con" not in text_of("Mercato contadino", line)


def test_where_one_meets_is_not_where_it_happens() -> None:
    body = "Domenica 7 febbraio 2027, sfilata dei carri in centro. Ritrovo alle 14 in piazza Alba."
    assert "in centro, con ritrovo alle 14 in piazza Alba" in text_of("Carnevale 2027", body)
    one = "Domenica 7 febbraio 2027 sfilata dei carri. Ritrovo alle 14 in piazza Alba."
    assert "con ritrovo alle 14 in piazza Alba" in text_of("Carnevale 2027", one)


def test_a_title_of_its_day_alone_is_named_by_its_programme() -> None:
    body = "Ecco il programma della festa della Repubblica:\nMercoledì 2 giugno 2027, ore 10 in piazza Po"
    text = "Mercoledì 2 giugno 2027 alle 10, in piazza Po, c'è la festa della Repubblica."
    assert text_of("2 giugno 2027", f"{body} alzabandiera.") == text


def test_a_free_service_beside_it_makes_no_free_evening() -> None:
    body = (
        "Gli incontri si tengono mercoledì 3 e 10 febbraio 2027 alle 20.45 in biblioteca.\n"
        "C'è un servizio gratuito di baby sitting."
    )
    text = text_of("Incontri per genitori", body)
    assert "gratuit" not in text.replace("un servizio gratuito di baby sitting", "")


def test_days_that_a_page_lists_are_a_programme_only_where_it_speaks_of_one() -> None:
    lost = (
        "Si pubblica l'elenco degli oggetti ritrovati:\n\n| Oggetto | Luogo | Data |\n|---|---|---|\n"
        "| Bici | Stazione | 04/07/2027 |\n| Chiavi | Parco | 19/07/2027 |\n| Anello | Bar | 02/08/2027 |"
    )
    assert "appuntamenti" not in text_of("Oggetti smarriti: elenco", lost)


def test_one_has_to_book_where_the_page_says_so() -> None:
    body = (
        "Domenica 25 ottobre 2026 alle 9 al campo sportivo c'è la camminata tra gli ulivi.\n\n"
        "Prenotazione obbligatoria entro giovedì 22 ottobre."
    )
    text = text_of("Camminata tra gli ulivi", body)
    assert "Devi prenotare" in text
    assert "Puoi prenotare" not in text


def test_both_days_of_a_title_leave_its_name() -> None:
    assert TITLE_DAY.sub("", "Sagra dell'asparago, sabato 16 e domenica 17 maggio") == "Sagra dell'asparago"
    assert TITLE_DAY.sub("", "Festa a Po: venerdì 1, sabato 2 e domenica 3 maggio 2026") == "Festa a Po"


def test_days_that_a_sentence_counts_are_told_with_their_hours() -> None:
    body = (
        "L'Azienda sanitaria organizza due giornate di vaccinazione gratuita in via Po 8.\n\n"
        "- sabato 23 ottobre 2027, dalle 9.00 alle 13.00\n- sabato 6 novembre 2027, dalle 9.00 alle 12.00\n"
    )
    text = text_of("Vaccinazione antinfluenzale: due giornate", body)
    assert "Le giornate sono sabato 23 ottobre dalle 9 alle 13 e sabato 6 novembre dalle 9 alle 12." in text


def test_a_year_is_told_once_with_the_last_of_its_days() -> None:
    days = ("sabato 14 novembre 2026", "sabato 12 dicembre 2026", "sabato 16 gennaio 2027")
    spans = each_once(tuple(span for day in days if (read := days_of(day)) for span in read.spans))
    assert days_clause(Days(spans)) == "sabato 14 novembre, sabato 12 dicembre 2026 e sabato 16 gennaio 2027"


def test_a_name_holds_no_half_of_its_days() -> None:
    made = text_of("Dimore Festival - 2-26 ottobre 2026 - Prima edizione", "Il concerto in villa")
    assert made == "Dal 2 al 26 ottobre 2026 in villa c'è «Dimore Festival - Prima edizione»."
