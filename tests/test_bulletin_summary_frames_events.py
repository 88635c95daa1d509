"""The texts of an event and of a programme, from notices as the page's reading gives them."""

from flows.bulletin.page.notice import Kind, Notice, Row, Slot, Told
from flows.bulletin.summary.frames import events, programmes


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
    assert next(events.texts(concert, 275)) == (
        "Sabato 4 maggio alle 21, nella Sala Verdi, c'è il concerto del coro. La partecipazione è gratuita."
    )


def test_no_day_no_text() -> None:
    assert list(events.texts(notice("Concerto del coro", hours="ore 21"), 275)) == []


def test_a_postponed_event_says_so_first() -> None:
    text = next(events.texts(notice("Festa del pane", "Rinviata a data da destinarsi causa maltempo."), 275))
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
    rows = tuple(Row(what=f"Film {day}", when=f"{day}/10/2024", list=1) for day in (3, 10, 17, 24, 30, 31))
    text = next(programmes.texts(notice("Rassegna di cinema", rows=rows), 275))
    assert "Dal 3 al 31 ottobre 2024" in text
    assert "Titoli e giorni sono nella pagina." in text


def test_no_text_is_longer_than_the_limit() -> None:
    concert = notice(
        "Concerto del coro", when="4 maggio", hours="ore 21", place="Sala Verdi", amount="Gratuito"
    )
    assert all(len(text) <= 80 for text in events.texts(concert, 80))
