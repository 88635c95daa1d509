"""The page of a line that is corrected, read again while its correction waits: the site may be mended."""

import pytest

from db.models import BulletinStatus, NewsItem
from flows.approve import load_round, look_again
from flows.correct import ERROR, draft_correction
from flows.dispatch import dispatch_bulletin
from flows.draft.evidence import SITE_BEHIND
from flows.review.page import describe
from flows.sources.rereading import reread_bulletin
from tests.test_sources_rereading import (
    LIBRARY,
    MOVED,
    PATH,
    answered,
    approved,
    calls,
    dispatched,
    edit_day,
    place,
    withdraw,
)
from tests.world.comune import Comune
from tests.world.shelf import Shelf, article

BOX = "Riquadro «Il dato giusto»: la data «Sabato 5 dicembre» non è nella pagina del sito."
UNREAD = f"«{LIBRARY}»: la pagina non si è potuta rileggere, vale ciò che diceva"


def corrected(comune: Comune) -> int:
    """A correction of the library's day, which its page does not tell; it waits for an editor."""
    original = approved(comune)
    dispatched(comune, original)
    number = draft_correction(
        comune.settings,
        comune.engine,
        bulletin_id=original,
        position=place(comune, original),
        reason=ERROR,
        right=MOVED,
        who="Anna Redazione",
        now=comune.now,
    )
    comune.move(number, BulletinStatus.in_review)
    return number


def form(comune: Comune, number: int) -> str:
    """What one round shows of it, as it is read."""
    seen = look_again(comune.settings, comune.engine, comune.bulletin(number), comune.now)
    draft = load_round(comune.settings, comune.engine, number, seen, now=comune.now)
    return describe(comune.settings, draft, comune.now).replace("\\", "").replace("**", "")


def library(comune: Comune) -> NewsItem:
    return comune.news()[LIBRARY]


def texts(comune: Comune, number: int) -> list[tuple[str, str]]:
    return [(item.title, item.text) for item in comune.items(number)]


def test_a_form_that_opens_after_the_site_was_mended_asks_for_nothing(comuni: Comune) -> None:
    number = corrected(comuni)
    before = texts(comuni, number)
    shown = form(comuni, number)
    assert BOX.partition(": ")[2] in shown
    assert SITE_BEHIND in shown
    edit_day(comuni)
    shown = form(comuni, number)
    assert "non è nella pagina del sito" not in shown
    assert SITE_BEHIND not in shown
    assert "Riletto adesso sul sito" not in shown, "the page says what the text does"
    assert texts(comuni, number) == before, "a person's words"
    assert calls(comuni) == []


def test_who_approves_a_form_from_before_is_enough_once_the_site_says_so(comuni: Comune) -> None:
    number = corrected(comuni)
    assert answered(comuni, number) == BulletinStatus.in_review
    assert comuni.problems(number)[0] == BOX
    edit_day(comuni)
    before = texts(comuni, number)
    assert answered(comuni, number) == BulletinStatus.approved
    assert texts(comuni, number) == before


def test_of_two_the_second_is_not_needed_once_the_site_says_so(comune: Comune) -> None:
    """Who has approved already approves once more, by the page as it is."""
    number = corrected(comune)
    assert answered(comune, number, fonte="Telefonata") == BulletinStatus.in_review
    edit_day(comune)
    assert answered(comune, number) == BulletinStatus.approved


@pytest.mark.parametrize("page", ["down", "maintenance", "gone"])
def test_a_page_that_cannot_be_read_changes_nothing_and_is_said(
    comune: Comune, shelf: Shelf, page: str
) -> None:
    number = corrected(comune)
    edit_day(comune)
    form(comune, number)
    mended, before = library(comune).body, texts(comune, number)
    if page == "gone":
        withdraw(comune)
    else:
        text = article("Il sito non è disponibile per lavori: torna più tardi, grazie.", "Manutenzione")
        shelf.put(PATH, text, "text/html", 503 if page == "down" else 200)
    shown = form(comune, number)
    assert f"- {UNREAD}" in shown.partition("Riletto adesso sul sito:")[2]
    assert ("(non c'è più sul sito)" in shown) == (page == "gone")
    assert "Notizia 1" not in shown
    assert "non è nella pagina del sito" not in shown
    assert (library(comune).body, texts(comune, number)) == (mended, before)
    assert answered(comune, number) == BulletinStatus.approved


def test_a_page_that_says_something_else_again_is_laid_beside_the_text_and_holds_nothing(
    comune: Comune,
) -> None:
    number = corrected(comune)
    edit_day(comune, MOVED.replace("5 dicembre", "12 dicembre"))
    shown = form(comune, number)
    assert BOX.partition(": ")[2] in shown
    assert "sul sito è cambiata" not in shown
    assert answered(comune, number, fonte="Telefonata") == BulletinStatus.in_review
    assert answered(comune, number, chi="Bruno Vice") == BulletinStatus.approved
    assert calls(comune) == []


def test_once_it_is_approved_its_page_is_not_read_again(comune: Comune) -> None:
    """The approval holds, whatever the site says after it: its text comes from no page."""
    number = corrected(comune)
    edit_day(comune)
    assert answered(comune, number) == BulletinStatus.approved
    told = library(comune).body
    withdraw(comune)
    assert reread_bulletin(comune.settings, comune.engine, number, now=comune.now) == []
    certificate, reason = dispatch_bulletin(comune.settings, comune.engine, number, now=comune.now)
    assert (certificate.accepted, reason) == (5, None)
    assert library(comune).body == told
