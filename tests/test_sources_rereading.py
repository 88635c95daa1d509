"""The site is read again at each round and before a send: what changed or vanished holds the bulletin."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlmodel import col, select

from db import bulletins
from db.models import BulletinStatus, Letter
from flows.approve import load_round, look_again, record
from flows.dispatch import dispatch_bulletin
from flows.review.choices import order_lines
from flows.review.page import describe
from flows.review.text import Site
from flows.runs import client
from flows.runs.forms import Confirmation
from flows.sending.drain import DispatchError, HeldError
from flows.sources.pages import Now
from flows.sources.rereading import Rereading, reread_bulletin
from flows.watch import look
from tests.world.comune import APPROVE, POSTPONE, Comune
from tests.world.installation import Installation, wait_for
from tests.world.shelf import Shelf, article

LIBRARY = "Biblioteca civica, sabato chiusa per inventario"
SLUG = "biblioteca-civica-sabato-chiusa-per-inventario"
PATH = f"/sito/novita/{SLUG}/"
TOLD = "Sabato 28 novembre la Biblioteca civica di via Roma 12 resta chiusa tutto il giorno per l'inventario."
MOVED = TOLD.replace("28 novembre", "5 dicembre")


def edit(comune: Comune, **changes: str) -> None:
    comune.ask("PUT", f"/sito/_prova/articoli/{SLUG}", changes)


def edit_day(comune: Comune, text: str = MOVED) -> None:
    edit(comune, body=f"<p>{text}</p>")


def withdraw(comune: Comune) -> None:
    comune.ask("DELETE", f"/sito/_prova/articoli/{SLUG}")


def waiting(comune: Comune) -> int:
    """A draft with the library in it; an hour later."""
    edit_day(comune, TOLD)
    comune.collect()
    number = comune.draft()
    assert LIBRARY in [item.title for item in comune.items(number)]
    comune.now += timedelta(hours=1)
    return number


def answered(comune: Comune, number: int, **changed: Any) -> BulletinStatus:
    """One round as the window does it: the site, then the answer."""
    seen = look_again(comune.settings, comune.engine, comune.bulletin(number), comune.now)
    shown = load_round(comune.settings, comune.engine, number, seen, now=comune.now)
    values = {
        "decisione": APPROVE,
        "chi": "Anna Redazione",
        "ordine": order_lines([item.title for item in shown.items]),
        **changed,
    }
    given = Confirmation(f"run-{shown.version}", shown.version, comune.now, values)
    lost = [one.news_item_id for one in seen if one.news_item_id and one.state == Now.gone]
    return record(comune.settings, comune.engine, number, given, site=Site(frozenset(lost)))


def approved(comune: Comune) -> int:
    """Approved, with subscribers; ten minutes later."""
    comune.subscribe()
    number = waiting(comune)
    assert answered(comune, number) == BulletinStatus.approved
    comune.now += timedelta(minutes=10)
    return number


def place(comune: Comune, number: int) -> int:
    return next(item.position for item in comune.items(number) if item.title == LIBRARY)


def reread_now(comune: Comune, number: int) -> list[Rereading]:
    return reread_bulletin(comune.settings, comune.engine, number, now=comune.now)


def dispatched(comune: Comune, number: int, warnings: list[str] | None = None, **by: Any) -> int:
    """Messages that were accepted."""
    told = [] if warnings is None else warnings
    settings, engine = comune.settings, comune.engine
    certificate, reason = dispatch_bulletin(settings, engine, number, now=comune.now, warn=told.append, **by)
    assert reason is None
    return certificate.accepted


def calls(comune: Comune) -> list[Letter]:
    with comune.look() as session:
        query = select(Letter).where(col(Letter.kind).contains("cambiata")).order_by(col(Letter.id))
        return list(session.exec(query))


def counts(comune: Comune) -> list[int]:
    """Messages on each phone."""
    return [len(texts) for texts in comune.received().values()]


def test_pages_that_stand_as_they_were_hold_nothing(comuni: Comune) -> None:
    number = approved(comuni)
    warnings: list[str] = []
    assert dispatched(comuni, number, warnings) == 5
    assert not any("Notizi" in line for line in warnings)
    assert calls(comuni) == []


def test_a_changed_day_is_shown_and_an_approval_of_the_old_one_refused(comuni: Comune) -> None:
    number = waiting(comuni)
    edit_day(comuni)
    seen = look_again(comuni.settings, comuni.engine, comuni.bulletin(number), comuni.now)
    (one,) = seen
    assert (one.state, one.holds) == (Now.changed, True)
    assert "28 novembre" in one.before
    assert "5 dicembre" in one.after
    shown = describe(
        comuni.settings, load_round(comuni.settings, comuni.engine, number, seen, now=comuni.now), comuni.now
    )
    assert "Riletto adesso sul sito" in shown
    assert "5 dicembre" in shown.split("Come si vede")[0]
    for _ in range(2):
        assert answered(comuni, number) == BulletinStatus.in_review
        comuni.now += timedelta(minutes=1)
    assert "28 novembre" in comuni.problems(number)[0]
    right = next(item.text for item in comuni.items(number) if item.title == LIBRARY)
    right = right.replace("28 novembre", "5 dicembre")
    name = f"notizia_{place(comuni, number)}"
    assert answered(comuni, number, **{name: right}) == BulletinStatus.approved
    assert [letter.editor for letter in calls(comuni)] == ["Anna Redazione", "Bruno Vice"]
    letter = calls(comuni)[0].text
    assert "28 novembre" in letter.split("Nel bollettino:")[1].split("Ora sul sito:")[0]
    assert "5 dicembre" in letter.split("Ora sul sito:")[1].split("\n")[0]


def test_an_approval_in_spite_of_a_page_that_is_gone_needs_a_source_and_two_persons(comuni: Comune) -> None:
    comuni.subscribe()
    number = waiting(comuni)
    withdraw(comuni)
    (one,) = look_again(comuni.settings, comuni.engine, comuni.bulletin(number), comuni.now)
    assert one.line == f"Notizia {place(comuni, number)}: «{LIBRARY}»: la pagina non c'è più sul sito."
    assert answered(comuni, number) == BulletinStatus.in_review
    assert comuni.problems(number)[0] == one.line
    assert answered(comuni, number, fonte="Telefonata in biblioteca") == BulletinStatus.in_review
    assert answered(comuni, number, chi="Bruno Vice") == BulletinStatus.approved
    assert dispatched(comuni, number) == 5, "it is known, and was approved all the same"
    assert len(calls(comuni)) == 2


def test_a_news_whose_page_is_gone_is_taken_out_by_one_person(comune: Comune) -> None:
    number = waiting(comune)
    withdraw(comune)
    lines = order_lines([item.title for item in comune.items(number)])
    lines.pop(place(comune, number) - 1)
    assert answered(comune, number, ordine=lines) == BulletinStatus.approved
    assert LIBRARY not in [item.title for item in comune.items(number)]


@pytest.mark.parametrize("is_withdrawn", [False, True], ids=["changed", "withdrawn"])
def test_what_happens_to_a_page_after_the_approval_holds_the_send_and_calls_once(
    comuni: Comune, is_withdrawn: bool
) -> None:
    number = approved(comuni)
    if is_withdrawn:
        withdraw(comuni)
    else:
        edit_day(comuni)
    opened: list[BulletinStatus] = []

    def open_window() -> None:
        opened.append(comuni.bulletin(number).status)
        assert calls(comuni) == [], "the letter links to the window"

    with pytest.raises(HeldError, match="non c'è più" if is_withdrawn else "5 dicembre"):
        dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now, open_window=open_window)
    assert opened == [BulletinStatus.in_review]
    assert comuni.bulletin(number).status_reason == "una notizia è cambiata sul sito"
    with pytest.raises(DispatchError, match="non è approvato"):
        dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    assert (comuni.deliveries(number), set(counts(comuni))) == ([], {0})
    look_again(comuni.settings, comuni.engine, comuni.bulletin(number), comuni.now)
    assert [letter.editor for letter in calls(comuni)] == ["Anna Redazione", "Bruno Vice"]
    with comuni.look() as session:
        assert bulletins.approved(session, number) is None
    assert answered(comuni, number) == BulletinStatus.in_review, "the old text does not pass"
    name = f"notizia_{place(comuni, number)}"
    lines = order_lines([item.title for item in comuni.items(number)])
    lines.pop(place(comuni, number) - 1)
    assert answered(comuni, number, ordine=lines, **{name: ""}) == BulletinStatus.approved
    assert dispatched(comuni, number) == 5
    assert counts(comuni) == [1] * 5
    assert not any("inventario" in text for texts in comuni.received().values() for text in texts)


def test_what_collect_found_after_the_approval_holds_the_send_too(comune: Comune) -> None:
    number = approved(comune)
    edit_day(comune)
    comune.collect()
    comune.now += timedelta(minutes=10)
    with pytest.raises(HeldError, match=r"28 novembre.*5 dicembre"):
        dispatched(comune, number)
    assert set(counts(comune)) == {0}


def test_without_prefect_the_send_is_held_and_the_editors_called_all_the_same(comune: Comune) -> None:
    number = approved(comune)
    withdraw(comune)
    with pytest.raises(ZeroDivisionError):
        dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now, open_window=lambda: 1 // 0)
    assert (comune.bulletin(number).status, len(calls(comune))) == (BulletinStatus.in_review, 2)


def test_what_was_changed_and_put_back_is_what_was_approved(comune: Comune) -> None:
    number = approved(comune)
    for text in (MOVED, TOLD):
        edit_day(comune, text)
        comune.collect()
        comune.now += timedelta(minutes=10)
    assert dispatched(comune, number) == 5


def test_a_page_that_flips_between_two_texts_does_not_slip_through(comune: Comune) -> None:
    """For collect it is no event any more; but the page tells another day than what was approved."""
    number = waiting(comune)
    for text in (MOVED, TOLD):
        edit_day(comune, text)
        comune.collect()
        comune.now += timedelta(minutes=10)
    comune.subscribe()
    assert answered(comune, number) == BulletinStatus.approved
    edit_day(comune)
    comune.now += timedelta(minutes=10)
    with pytest.raises(HeldError, match="5 dicembre"):
        dispatched(comune, number)


def test_a_title_alone_that_says_cancelled_holds_the_send(comune: Comune) -> None:
    number = approved(comune)
    edit(comune, title=f"ANNULLATO: {LIBRARY}")
    with pytest.raises(HeldError, match=r"Ora: ANNULLATO"):
        dispatched(comune, number)
    assert f"ANNULLATO: {LIBRARY}" in comune.news()
    comune.now += timedelta(minutes=10)
    comune.collect()
    assert comune.news()[f"ANNULLATO: {LIBRARY}"].page_lags is False


def test_other_words_for_the_same_facts_hold_nothing(comune: Comune) -> None:
    number = approved(comune)
    edit_day(comune, f"{TOLD} Ci scusiamo con chi legge.")
    assert reread_now(comune, number) == []
    assert dispatched(comune, number) == 5


@pytest.mark.parametrize("is_maintenance", [False, True], ids=["down", "maintenance"])
def test_a_site_that_is_down_is_told_and_costs_neither_approval_nor_send(
    comune: Comune, shelf: Shelf, is_maintenance: bool
) -> None:
    comune.subscribe()
    number = waiting(comune)
    items = comune.items(number)
    before = {title: item.body for title, item in comune.news().items()}
    for item in items:
        page = article("Il sito non è disponibile per lavori: torna più tardi, grazie.", "Manutenzione")
        shelf.put(urlsplit(item.url).path, page, "text/html", 200 if is_maintenance else 503)
    seen = look_again(comune.settings, comune.engine, comune.bulletin(number), comune.now)
    assert [one.state for one in seen] == [Now.unreadable] * len(items)
    shown = describe(
        comune.settings, load_round(comune.settings, comune.engine, number, seen, now=comune.now), comune.now
    )
    assert shown.count("non si è potuta rileggere") == len(items)
    assert answered(comune, number) == BulletinStatus.approved
    warnings: list[str] = []
    assert dispatched(comune, number, warnings) == 5
    (told,) = (line for line in warnings if line.startswith("Notizie sul sito: attenzione"))
    assert told.count("non si è potuta rileggere") == len(items)
    assert calls(comune) == []
    assert {title: item.body for title, item in comune.news().items()} == before


def test_a_page_that_is_read_for_the_first_time_has_not_changed(comune: Comune, shelf: Shelf) -> None:
    shelf.put(PATH, "", "text/html", 503)
    number = waiting(comune)
    assert comune.news()[LIBRARY].page_read_at is None
    del shelf.answers[PATH]
    assert look_again(comune.settings, comune.engine, comune.bulletin(number), comune.now) == []
    assert comune.news()[LIBRARY].page_read_at == comune.now


def test_a_page_with_another_title_than_its_feed_has_not_changed(comune: Comune, shelf: Shelf) -> None:
    shelf.put(PATH, article(TOLD, "Avviso della Biblioteca: orari dalle 9:00"), "text/html")
    number = waiting(comune)
    assert look_again(comune.settings, comune.engine, comune.bulletin(number), comune.now) == []


@pytest.mark.parametrize("despite", [None, "Anna Redazione"])  # nobody overrides a page that changed
def test_a_stopped_send_does_not_go_on_with_what_is_no_longer_true(comune: Comune, despite: str) -> None:
    number = approved(comune)
    comune.move(number, BulletinStatus.sending, BulletinStatus.stopped)
    edit_day(comune)
    with pytest.raises(HeldError):
        dispatched(comune, number, late_by="Anna Redazione", despite_by=despite)
    assert comune.bulletin(number).status == BulletinStatus.stopped
    assert (set(counts(comune)), len(calls(comune))) == ({0}, 2)


def test_a_held_bulletin_of_a_slot_can_still_go_within_the_grace(comune: Comune) -> None:
    edit_day(comune, TOLD)
    comune.collect()
    number = comune.draft(at_approval=False)
    slot = comune.bulletin(number).slot_at
    assert slot is not None
    grace = timedelta(minutes=comune.settings.profile.grace_minutes)
    comune.subscribe()
    assert answered(comune, number) == BulletinStatus.approved
    edit_day(comune)
    comune.now = slot
    with pytest.raises(HeldError):
        dispatched(comune, number)
    assert comune.bulletin(number).deadline_at == slot + grace
    comune.now = slot + timedelta(minutes=20)
    assert number in look(comune.settings, comune.engine, now=comune.now).waiting
    right = next(item.text for item in comune.items(number) if item.title == LIBRARY)
    name = f"notizia_{place(comune, number)}"
    right = right.replace("28 novembre", "5 dicembre")
    assert answered(comune, number, **{name: right}) == BulletinStatus.approved
    assert number in look(comune.settings, comune.engine, now=comune.now).to_send
    assert dispatched(comune, number) == 5


def test_a_held_bulletin_of_a_slot_expires_with_the_grace(comune: Comune) -> None:
    edit_day(comune, TOLD)
    comune.collect()
    number = comune.draft(at_approval=False)
    slot = comune.bulletin(number).slot_at
    assert slot is not None
    assert answered(comune, number) == BulletinStatus.approved
    withdraw(comune)
    comune.now = slot
    with pytest.raises(HeldError):
        dispatched(comune, number)
    late = slot + timedelta(minutes=comune.settings.profile.grace_minutes, seconds=1)
    assert look(comune.settings, comune.engine, now=late).expired == (number,)


@pytest.mark.xdist_group("installation")
def test_in_prefect_a_held_send_is_no_failure_and_the_form_is_open_again(installation: Installation) -> None:
    title = "Corso di ceramica nella sala civica"
    number = installation.draft(title)
    first = installation.run_of(number)
    now = datetime.now(UTC)
    with installation.at_server():
        shown = load_round(installation.settings, installation.engine, number, now=now)
    given = Confirmation("by-hand", shown.version, now, {"decisione": APPROVE, "chi": "Anna Redazione"})
    assert record(installation.settings, installation.engine, number, given) == BulletinStatus.approved
    (slug,) = [one["slug"] for one in installation.ask("/sito/_prova/articoli") if one["title"] == title]
    cancelled = {"abstract": "Il corso di ceramica è ANNULLATO."}
    installation.ask(f"/sito/_prova/articoli/{slug}", cancelled, "PUT")
    with installation.at_server():
        sending = client.start_dispatch(installation.settings, installation.engine, number, now=now)
        assert sending is not None

        def ended() -> str | None:
            state = client.last_state(sending)
            return state.name if state and state.is_final() else None

        assert wait_for("the send to end", ended, 90) == "Completed"
    assert installation.bulletin(number).status == BulletinStatus.in_review
    assert installation.run_of(number) != first
    assert not any(installation.received(installation.bulletin(number).code).values())
    installation.answer(number, POSTPONE)
    installation.ends_as(number, "merged")
