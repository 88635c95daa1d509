"""The texts of an event and of a programme, from notices as the page's reading gives them."""

from flows.bulletin.page.notice import Kind, Notice, Row, Slot, Told
from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.events import event, programmes


def notice(title: str, body: str = "", *, rows: tuple[Row, ...] = (), **told: str) -> Notice:
    return Notice(
        title=title,
        source=f"{title}\n{body}",
        kind=Kind.event,
        rows=rows,
        slots={Slot(name): (Told(words),) for name, words in told.items()},
    )


def test_all_is_told_in_whole_sentences() -> None:
    concert = notice(
        "Concerto del coro", when="Sabato 4 maggio", hours="ore 21:00", place="Sala Verdi", amount="Gratuito"
    )
    assert next(event.texts(concert, 275)) == (
        "Sabato 4 maggio alle 21, nella Sala Verdi, c'è il concerto del coro. La partecipazione è gratuita."
    )


def test_no_day_no_text() -> None:
    assert list(event.texts(notice("Concerto del coro", hours="ore 21"), 275)) == []


def test_a_postponed_event_says_so_first() -> None:
    text = next(event.texts(notice("Festa del pane", "Rinviata a data da destinarsi causa maltempo."), 275))
    assert text == "La festa del pane è rinviata a data da destinarsi per maltempo."


def test_people_of_each_day_stay_with_it() -> None:
    rows = (
        Row(when="18 Ott", hours="20:30-23:00", who="rivolta agli adulti", list=1),
        Row(when="26 Ott", hours="14:30-17:00", who="Per ragazzi", list=1),
    )
    text = next(programmes.texts(notice("Alba e fuoco", rows=rows), 275))
    assert "il 18 ottobre dalle 20:30 alle 23 per gli adulti" in text
    assert "il 26 ottobre dalle 14:30 alle 17 per ragazzi" in text


def test_many_days_are_a_range_and_the_titles_are_in_the_page() -> None:
    rows = tuple(
        Row(what=f"Film {day}", when=f"{day}/10/2024", list=1) for day in (3, 10, 17, 18, 24, 30, 31)
    )
    text = next(programmes.texts(notice("Rassegna di cinema", rows=rows), 275))
    assert "Dal 3 al 31 ottobre 2024" in text
    assert "Titoli e giorni sono nella pagina." in text


def test_no_text_is_longer_than_the_limit() -> None:
    concert = notice(
        "Concerto del coro", when="4 maggio", hours="ore 21", place="Sala Verdi", amount="Gratuito"
    )
    assert all(len(text) <= 80 for text in event.texts(concert, 80))


def read_texts(title: str, body: str) -> list[str]:
    page = read(title=title, abstract="", body=body)
    return list(programmes.texts(page, 275))


def test_two_days_keep_their_hours_and_no_place_stands_for_both() -> None:
    body = (
        "Tornano gli incontri sul fuoco:\n\n"
        "Mercoledì 5 maggio alle ore 20:30, presso la Sala Verdi della Scuola di Poggio: come si accende.\n"
        "Martedì 11 maggio alle ore 17:45, presso la Biblioteca di Poggio: come si spegne.\n"
    )
    text = read_texts("Incontri sul fuoco", body)[0]
    assert "5 maggio alle 20:30" in text
    assert "11 maggio alle 17:45" in text
    assert ("Sala Verdi" in text) is ("Biblioteca" in text)


def test_hours_that_follow_the_day_are_the_events() -> None:
    body = (
        "Quando: domenica 9 maggio, dalle ore 9:30 alle ore 18:30.\n"
        "Chi vuole un banco scrive all'ufficio, aperto dalle 10 alle 12."
    )
    text = next(event.texts(read(title="Fiera del pane", abstract="", body=body), 275))
    assert text.startswith("Domenica 9 maggio dalle 9:30 alle 18:30 ")


def test_an_edition_is_named_with_its_article() -> None:
    walk = notice("Terza camminata dei mulini", when="Sabato 4 maggio", hours="ore 9")
    assert next(event.texts(walk, 275)) == "Sabato 4 maggio alle 9 c'è la terza camminata dei mulini."


def test_an_age_is_no_hour() -> None:
    tasting = notice(
        "Cena nel bosco",
        when="Sabato 4 maggio",
        hours="ore 18:30",
        who="Età minima di partecipazione 18 anni",
    )
    assert "18 anni" in next(event.texts(tasting, 275))


def test_nobody_is_told_to_book_where_one_need_not() -> None:
    body = "Sabato 12 giugno dalle 10 alle 12 il nido apre le porte alle famiglie. Non occorre prenotare."
    assert all("Devi prenotare" not in text for text in read_texts("Porte aperte al nido", body))


def test_a_course_of_one_weekday_is_not_told_as_daily() -> None:
    body = "Lezioni dal 4 ottobre al 20 dicembre, il lunedì dalle 17 alle 18."
    text = next(programmes.texts(read(title="Corso di vela", abstract="", body=body), 275))
    assert text == "Dal 4 ottobre al 20 dicembre ogni lunedì dalle 17 alle 18 c'è il corso di vela."
    two = f"{body[:-1]} e il giovedì dalle 9 alle 10."
    text = next(programmes.texts(read(title="Corso di vela", abstract="", body=two), 275))
    assert "il lunedì dalle 17 alle 18, il giovedì dalle 9 alle 10 c'è il corso di vela" in text


def test_a_price_is_not_told_by_the_day() -> None:
    walk = notice("Festa dei mulini", when="Sabato 5 giugno", hours="ore 9", amount="Costo 5 euro")
    assert next(event.texts(walk, 275)).endswith("Il costo è di 5 euro.")


def test_what_happens_is_a_name_and_not_several_lines() -> None:
    rows = (
        Row(when="5 giugno", hours="dalle 15 alle 18", what="giochi", list=1),
        Row(when="6 giugno", what="letture per tutti, ore 10. Se piove in sala", list=1),
    )
    assert all("Se piove" not in text for text in programmes.texts(notice("Festa", rows=rows), 275))
