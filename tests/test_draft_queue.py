"""A draft in an editor's hands: what joins it from the queue, and what a new reading of the site renews."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from db import bulletins, news_items
from db.bulletins import ItemData
from db.models import BulletinStatus, BulletinVersion, Edit, Letter, Level, NewsItem
from flows.approve import asks_to_read, load_round, load_start, read_site
from flows.bulletin.language.measure import utf16
from flows.draft.items import AUTHOR
from flows.draft.refresh import NAMED, Waiting
from flows.letters import drafts
from flows.review.choices import order_lines
from flows.review.form import form
from flows.review.page import Round, describe
from flows.review.text import Site
from flows.runs.forms import Confirmation
from tests.test_compose import STOCK, stock
from tests.world.builders import item_of, make_bulletin, make_news_item, make_weather_alert, news_data
from tests.world.comune import APPROVE, DISCARD, PAGE, POSTPONE, SAVE, Comune

REREAD = "Rileggi il sito e aggiorna la bozza"
SAMPLE = "Mandami una prova sul telefono"


def shown(comune: Comune, number: int) -> Round:
    return load_round(comune.settings, comune.engine, number, now=comune.now)


def titles(comune: Comune, number: int) -> list[str]:
    return [item.title for item in comune.items(number)]


def waiting(comune: Comune, number: int) -> list[Waiting]:
    return [one for one in shown(comune, number).queue if not one.is_left_out]


def drafted(comune: Comune, count: int = 6) -> int:
    """A draft for the next slot, of the first four of so many news."""
    stock(comune, count)
    return comune.draft(at_approval=False)


# ---------------------------------------------------------------- the queue


def test_the_queue_is_on_the_page_with_the_numbers_that_add_it(comune: Comune) -> None:
    number = drafted(comune)
    first, second = waiting(comune, number)
    page = describe(comune.settings, shown(comune, number), comune.now)
    assert f"- **C{first.number}** {first.title} (" in page
    assert "In coda per un'altra volta:" in page
    how = "in coda o lasciata fuori, scrivi il suo numero nel modulo, ad esempio"
    assert f"Per aggiungerne una, {how} C{first.number}." in page
    made: Any = form(comune.settings, shown(comune, number), comune.now, PAGE)
    title = made.model_json_schema()["properties"]["aggiungi"]["title"]
    assert title == f"Aggiungi dalla coda (il numero, ad esempio {first.label})"
    assert {first.title, second.title}.isdisjoint(titles(comune, number))


def test_what_was_left_out_is_listed_with_its_reason_and_can_be_added(comune: Comune) -> None:
    number = drafted(comune, 2)
    with comune.look() as session:
        old = news_data(title="Vecchia notizia", published_at=comune.now - timedelta(days=60))
        make_news_item(session, old, now=comune.now - timedelta(days=60))
    (left,) = shown(comune, number).queue
    assert (left.title, left.is_left_out) == ("Vecchia notizia", True)
    assert left.note
    assert "Lasciate fuori:" in describe(comune.settings, shown(comune, number), comune.now)
    comune.answer(number, SAVE, added=str(left.number))
    assert titles(comune, number)[-1] == "Vecchia notizia"


def test_an_item_is_swapped_for_one_of_the_queue_which_is_written_like_any(comuni: Comune) -> None:
    number = drafted(comuni)
    before = comuni.items(number)
    chosen = waiting(comuni, number)[0]
    order = order_lines([item.title for item in before])[1:]
    comuni.answer(number, SAVE, order=order, added=str(chosen.number))
    after = comuni.items(number)
    assert [item.title for item in after] == [*(item.title for item in before[1:]), chosen.title]
    assert after[-1].text
    assert after[-1].news_item_id == chosen.number
    assert comuni.problems(number) == []
    (said,) = shown(comuni, number).remarks
    assert said == f"Notizia 4: entra dalla coda «{chosen.title}» ({utf16(after[-1].text)} caratteri)."
    back = [one.number for one in waiting(comuni, number)]
    assert before[0].news_item_id in back, "what was taken out waits again"
    assert chosen.number not in back


def test_the_only_item_can_be_swapped_too(comune: Comune) -> None:
    stock(comune, 1)
    number = comune.draft(at_approval=False)
    stock(comune, 1)
    (other,) = waiting(comune, number)
    comune.answer(number, SAVE, order=[], added=f"{other.number}. {other.title}")
    assert titles(comune, number) == [other.title]


def test_nobody_approves_a_text_that_was_never_shown(comune: Comune) -> None:
    number = drafted(comune, 5)
    (other,) = waiting(comune, number)
    assert comune.answer(number, APPROVE, added=str(other.number)).status == BulletinStatus.in_review
    assert titles(comune, number)[-1] == other.title
    (problem,) = comune.problems(number)
    assert problem.startswith("Notizia 5: entra dalla coda")
    assert problem.endswith("Leggila, poi approva.")
    draft = load_round(comune.settings, comune.engine, number, now=comune.now)
    assert draft.name.startswith("DA RILEGGERE · "), "nothing is wrong with it"
    with comune.look() as session:
        drafts.tell_bulletin(comune.settings, session, number, now=comune.now)
        told = session.exec(select(Letter.subject).where(Letter.kind == "da_rileggere")).all()
    assert told
    assert all("Da rileggere: il bollettino" in subject for subject in told)
    assert comune.answer(number, APPROVE).status == BulletinStatus.approved


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ("9999", "Nella coda non c'è il numero 9999"),
        ("la prima", "Non capisco «la prima»"),
        ("0", "Nella coda non c'è il numero 0"),
    ],
)
def test_a_number_that_is_not_in_the_queue_comes_back_with_the_typed_texts(
    comune: Comune, added: str, words: str
) -> None:
    number = drafted(comune, 5)
    typed = ["Scritto.", *[item.text for item in comune.items(number)][1:]]
    comune.answer(number, SAVE, texts=typed, added=added)
    (problem,) = comune.problems(number)
    assert words in problem
    assert [item.text for item in comune.items(number)] == typed


def test_what_is_already_there_or_too_much_is_told(comune: Comune) -> None:
    number = drafted(comune, 6)
    here = comune.items(number)[1]
    comune.answer(number, SAVE, added=str(here.news_item_id))
    assert comune.problems(number) == [f"La {here.news_item_id} è già nella bozza: è la notizia 2."]
    both = ", ".join(str(one.number) for one in waiting(comune, number))
    comune.answer(number, SAVE, added=both)
    assert comune.problems(number) == [
        "In un messaggio stanno al massimo 5 notizie: togline una dall'ordine, poi aggiungi."
    ]
    assert len(comune.items(number)) == 4


def test_an_added_item_that_does_not_fit_comes_back_with_the_excess(comune: Comune) -> None:
    number = drafted(comune, 5)
    texts = ["a" * 220 for _ in comune.items(number)]
    (other,) = waiting(comune, number)
    comune.answer(number, SAVE, texts=texts, added=str(other.number))
    assert comune.problems(number)[0].startswith("Il testo è troppo lungo di ")
    assert [item.text for item in comune.items(number)][:4] == texts
    assert len(comune.items(number)) == 5


def test_nothing_joins_by_an_answer_that_ends_the_bulletin(comune: Comune) -> None:
    for decision, status in ((POSTPONE, BulletinStatus.merged), (DISCARD, BulletinStatus.rejected)):
        stock(comune, 5) if decision == POSTPONE else None
        number = comune.draft()
        other = waiting(comune, number)[0]
        assert comune.answer(number, decision, added=str(other.number)).status == status
        assert other.title not in titles(comune, number)


def test_news_that_another_bulletin_took_meanwhile_do_not_join(comuni: Comune) -> None:
    number = drafted(comuni, 5)
    (other,) = waiting(comuni, number)
    with comuni.look() as session:
        taken = session.get_one(NewsItem, other.number)
        make_bulletin(session, [item_of(taken)], status=BulletinStatus.in_review)
    comuni.answer(number, SAVE, added=str(other.number))
    assert "Nella coda non c'è il numero" in comuni.problems(number)[0]


def test_fixed_lines_take_no_news(comune: Comune) -> None:
    stock(comune, 1)
    with comune.look() as session:
        lines = [ItemData(title=str(n), category="", url="", text=f"riga {n}") for n in range(5)]
        bulletin = make_bulletin(session, lines, status=BulletinStatus.in_review)
        bulletin.template = "avviso_urgente"
        session.add(bulletin)
        found = session.exec(select(NewsItem)).one().id
    assert shown(comune, bulletin.id).queue == ()
    assert "aggiungi" not in form(comune.settings, shown(comune, bulletin.id), comune.now, PAGE).model_fields
    comune.answer(bulletin.id, SAVE, added=str(found))
    assert comune.problems(bulletin.id) == [
        "In questo messaggio le righe sono fisse: non si aggiungono notizie."
    ]


# ---------------------------------------------------------------- the site, read again


def edit(comune: Comune, item: NewsItem, text: str) -> None:
    """The page says something else, as a reading finds it."""
    comune.now += timedelta(minutes=5)
    with comune.look() as session:
        stored = session.get_one(NewsItem, item.id)
        data = replace(
            news_data(guid=stored.guid, url=stored.url, title=stored.title, published_at=stored.published_at),
            abstract=text,
            body="",
            category=None,
        )
        news_items.revise(session, item.id, data, edit=Edit.updated, now=comune.now)


def reread(comune: Comune, number: int, **options: Any) -> tuple[str, ...]:
    """The answer as the window stores it, without its reading; what the form says then."""
    comune.answer(number, REREAD, **options)
    return shown(comune, number).remarks


def test_a_reading_that_finds_nothing_says_so_and_changes_nothing(comuni: Comune) -> None:
    number = drafted(comuni)
    before = [(item.title, item.text) for item in comuni.items(number)]
    assert reread(comuni, number) == ("Sito riletto alle 10:30: niente da cambiare.",)
    assert [(item.title, item.text) for item in comuni.items(number)] == before
    with comuni.look() as session:
        found = bulletins.latest(session, number)
        assert found is not None
        assert (found.number, found.author) == (2, "Anna Redazione")


def test_a_text_of_composing_follows_its_page_and_a_typed_one_stays(comuni: Comune) -> None:
    number = drafted(comuni, 4)
    texts = [item.text for item in comuni.items(number)]
    news = comuni.news()
    places = titles(comuni, number)
    edit(comuni, news[places[0]], "Lo sportello riceve anche lunedì 14 dicembre dalle 15.")
    edit(comuni, news[places[1]], "La nuova sede apre mercoledì 2 dicembre alle 9 in via Verdi 3.")
    typed = ["Questo l'ha scritto Anna.", *texts[1:]]
    said = reread(comuni, number, texts=typed)
    after = [item.text for item in comuni.items(number)]
    assert after[0] == typed[0]
    assert "via Verdi 3" in after[1]
    assert after[2:] == texts[2:]
    assert "Notizia 2: il testo è aggiornato a ciò che dice ora il sito." in said
    assert not any("Notizia 1:" in line for line in said)


def test_new_items_wait_in_the_queue_where_every_slot_was_written_by_a_person(comune: Comune) -> None:
    number = drafted(comune, 4)
    typed = [f"Anna, {n}." for n in range(4)]
    comune.now += timedelta(minutes=5)
    with comune.look() as session:
        new = make_news_item(
            session, news_data(title="Sciopero dei treni domani", published_at=comune.now), now=comune.now
        )
    said = reread(comune, number, texts=typed)
    assert [item.text for item in comune.items(number)] == typed
    assert f"Nuove nella coda: «Sciopero dei treni domani» ({new.id})." in said
    assert new.id in [one.number for one in waiting(comune, number)]


def test_a_new_item_takes_the_slot_that_nobody_touched(comune: Comune) -> None:
    number = drafted(comune, 4)
    items = comune.items(number)
    typed = [*(f"Anna, {n}." for n in range(3)), items[3].text]
    comune.now += timedelta(minutes=5)
    with comune.look() as session:
        make_news_item(
            session, news_data(title="Sciopero dei treni", published_at=comune.now), now=comune.now
        )
    said = reread(comune, number, texts=typed)
    assert [item.text for item in comune.items(number)][:3] == typed[:3]
    assert titles(comune, number)[3] == "Sciopero dei treni"
    assert "Notizia 4: entra «Sciopero dei treni»." in said
    assert f"«{items[3].title}» lascia il posto: torna in coda." in said
    assert items[3].news_item_id in [one.number for one in waiting(comune, number)]


def test_a_slot_that_composing_could_not_fill_is_filled_and_one_that_a_person_emptied_is_not(
    comune: Comune,
) -> None:
    number = drafted(comune, 3)
    stock(comune, 3)
    said = reread(comune, number)
    assert len(titles(comune, number)) == 4
    assert any(line.startswith("Notizia 4: entra") for line in said)
    gone = titles(comune, number)[0]
    reread(comune, number, order=order_lines(titles(comune, number))[1:])
    assert len(titles(comune, number)) == 3
    assert gone not in titles(comune, number), "what a person took out does not come back by itself"


def test_what_a_person_added_is_not_pushed_out_by_its_rank(comune: Comune) -> None:
    number = drafted(comune, 6)
    last = waiting(comune, number)[-1]
    comune.answer(number, SAVE, order=order_lines(titles(comune, number))[1:], added=str(last.number))
    reread(comune, number)
    assert titles(comune, number)[-1] == last.title


def test_an_alert_that_came_goes_first_and_one_that_is_over_goes(comune: Comune) -> None:
    number = drafted(comune, 3)
    comune.now += timedelta(minutes=5)
    with comune.look() as session:
        make_weather_alert(session, level=Level.gialla, day=comune.now.date(), now=comune.now)
    comune.answer(number, REREAD)
    after = comune.items(number)
    assert after[0].category == "allerta meteo"
    assert len(after) == 4
    comune.now += timedelta(days=2)
    with comune.look() as session:
        bulletin = bulletins.locked(session, number)
        bulletin.slot_at, bulletin.deadline_at = comune.now + timedelta(hours=1), None
        session.add(bulletin)
    said = reread(comune, number)
    assert all(item.category != "allerta meteo" for item in comune.items(number))
    assert any(line.endswith("non vale più.") for line in said)


def test_many_new_items_are_counted(comune: Comune) -> None:
    number = drafted(comune, 2)
    comune.answer(number, SAVE, texts=["Uno.", "Due."])
    comune.now += timedelta(minutes=5)
    with comune.look() as session:
        for place, (title, abstract) in enumerate(STOCK[2:]):
            published = comune.now - timedelta(minutes=place)
            data = news_data(title=title, abstract=abstract, body="", category=None, published_at=published)
            make_news_item(session, data, now=comune.now)
    said = reread(comune, number)
    (line,) = [line for line in said if line.startswith("Nuove nella coda:")]
    assert line.count("«") == NAMED
    assert line.endswith(f"e altre {len(STOCK) - 2 - 2 - NAMED}.")


def test_a_source_that_could_not_be_read_is_told(comune: Comune) -> None:
    number = drafted(comune, 2)
    (feed,) = comune.settings.profile.sources.feeds
    site = Site(read_at=comune.now, unread=(feed,))
    comune.answer(number, REREAD, site=site)
    assert f"Non si è potuto leggere {feed}: lì può esserci altro." in shown(comune, number).remarks


def test_the_window_reads_the_site_only_for_who_asks_and_only_once(comune: Comune) -> None:
    number = drafted(comune, 2)
    values = {"decisione": REREAD, "chi": "Anna Redazione"}
    asked = Confirmation("run-1", 1, comune.now, values)
    assert asks_to_read(load_start(comune.engine, number), asked)
    saved = replace(asked, values={**values, "decisione": SAVE})
    assert not asks_to_read(load_start(comune.engine, number), saved)
    comune.answer(number, REREAD)
    assert not asks_to_read(load_start(comune.engine, number), asked), "stored already"
    comune.answer(number, POSTPONE)
    assert not asks_to_read(load_start(comune.engine, number), replace(asked, run_id="run-9"))


def test_the_site_is_read_as_collect_reads_it_and_joins_the_draft(comuni: Comune) -> None:
    """Through the sandbox's site: a notice that is published while the draft waits."""
    comuni.collect()
    number = comuni.draft()
    comuni.now += timedelta(minutes=10)
    body = {"title": "Acqua sospesa in via Po", "abstract": "Acqua sospesa in via Po lunedì 30 novembre.",
            "body": "<p>Acqua sospesa in via Po lunedì 30 novembre.</p>"}  # fmt: skip
    comuni.ask("POST", "/sito/_prova/articoli", body)
    site = read_site(comuni.settings, frozenset(), comuni.now)
    assert site.unread == ()
    assert site.read_at == comuni.now
    comuni.answer(number, REREAD, site=site)
    found = [*titles(comuni, number), *(one.title for one in waiting(comuni, number))]
    assert "Acqua sospesa in via Po" in found
    with comuni.look() as session:
        version = bulletins.latest(session, number)
        assert version is not None
        assert version.created_at == comuni.now, "what changed until then is in its text"


def test_reading_again_never_makes_composing_rewrite_a_person(comune: Comune) -> None:
    number = drafted(comune, 4)
    reread(comune, number, texts=["Di Anna.", *[item.text for item in comune.items(number)][1:]])
    stock(comune, 3)
    assert "C'è già un bollettino" in comune.compose(at_approval=False).why
    assert comune.items(number)[0].text == "Di Anna."
    with comune.look() as session:
        authors = [one.author for one in session.exec(select(BulletinVersion))]
    assert authors == [AUTHOR, "Anna Redazione"]
