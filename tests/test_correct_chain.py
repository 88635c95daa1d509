"""A correction that was wrong, too: what puts it right is a correction of the bulletin as well."""

from collections.abc import Sequence

import pytest

from db import recipients, told_news
from db.models import Bulletin, BulletinStatus
from flows import correct
from flows.correct import CorrectionError, draft_correction, draft_for_the_rest, listing, same_correction
from flows.draft.lineage import whole
from flows.newsroom import bulletins as newsroom
from flows.runs import choices
from flows.sending import hold
from flows.web.pages import bulletin as pages
from tests.test_correct_twice import FIRST, for_the_rest, gone, without_server
from tests.test_correct_twice import whole as remarks
from tests.test_settle import ANNA, close, corrected, letters, send, stopped, tell
from tests.world.comune import APPROVE, Comune

RIGHT = "Via Roma chiude lunedì 30 novembre."
TITLE = "Notizia 1"


def chain(comune: Comune) -> tuple[int, int, int]:
    """A send stopped after two, its correction, and the correction of that."""
    original = stopped(comune, tried=2)
    first = gone(comune, original)
    return original, first, gone(comune, first, RIGHT)


def banners(comune: Comune, number: int) -> list[str]:
    with comune.look() as session:
        page = pages.page(comune.settings, session, comune.bulletin(number).code, now=comune.now)
    assert page is not None
    return [banner.text for banner in page.banners]


def test_whoever_looks_for_the_right_text_of_the_bulletin_finds_the_last(comune: Comune) -> None:
    original, first, second = chain(comune)
    with comune.look() as session:
        assert told_news.of(session, second) == (original, first)
        assert hold.right_texts(session, original) == {TITLE: RIGHT}
        assert f"da copiare: «{RIGHT}»" in hold.for_the_rest(session, session.get_one(Bulletin, original))
        lines = newsroom.waiting(comune.settings, session, comune.now)
    (line,) = [one for one in lines if "invio fermato" in one.state]
    assert any(RIGHT in detail for detail in line.details)
    assert not any(FIRST in detail for detail in line.details)
    tell(comune, original)
    text = letters(comune, "invio_fermato")[0].text
    assert f"da copiare: «{RIGHT}»" in text
    assert FIRST not in text


def test_nobody_gets_it_twice_and_all_who_have_a_wrong_text_get_it(comune: Comune) -> None:
    original, first, second = chain(comune)
    assert sorted(row.recipient_id for row in comune.deliveries(second)) == sorted(
        row.recipient_id for row in comune.deliveries(first)
    )
    got = [len(texts) for texts in comune.received().values()]
    assert got == [2, 2, 0, 0, 0], "each correction once; what was stopped left before there was a phone"
    assert same_correction(comune.engine, original, 1, RIGHT) is not None


def test_its_form_and_its_letter_tell_who_has_nothing_yet(comune: Comune) -> None:
    original = stopped(comune, tried=2)
    second = corrected(comune, gone(comune, original), RIGHT)
    told = " ".join(remarks(comune, second))
    assert "Se non fai altro 3 persone restano senza bollettino e senza correzione" in told
    assert "due correzioni" not in told, "who has the wrong one is to get it"
    comune.answer(second, APPROVE)
    send(comune, second)
    tell(comune, second)
    text = next(one.text for one in letters(comune, "esito") if one.bulletin_id == second)
    assert "3 persone non hanno ricevuto niente, nemmeno questa correzione" in text
    assert f"da copiare: «{RIGHT}»" in text


def test_the_pages_show_the_last_and_none_that_was_wrong(comune: Comune) -> None:
    original = stopped(comune, tried=2)
    first = gone(comune, original)
    assert [FIRST in text for text in banners(comune, original)] == [True]
    gone(comune, first, RIGHT)
    assert [RIGHT in text for text in banners(comune, original)] == [True]
    assert [RIGHT in text for text in banners(comune, first)] == [True]


@pytest.mark.parametrize("chosen", ["of the bulletin", "of the correction"])
def test_the_box_does_the_same_from_either_row(
    comune: Comune, monkeypatch: pytest.MonkeyPatch, chosen: str
) -> None:
    """Both are in the list, and both are called «stessa riga»."""
    original, first, second = chain(comune)
    without_server(comune, monkeypatch)
    rows = {
        "of the bulletin": f"{original} · notizia 1 del bollettino",
        "of the correction": f"{first} · riga 1 del messaggio di correzione",
    }
    told = correct.correct.fn(rows[chosen], giusto=RIGHT, motivo=correct.ERROR, chi=ANNA, al_resto=True)
    assert str(told).startswith(f"Per chi l'ha ricevuto c'è già: correzione {second}, inviato.")
    assert comune.bulletin(original).status == BulletinStatus.sent
    rest = second + 1
    assert comune.items(rest)[0].text == RIGHT
    with comune.look() as session:
        assert recipients.head_count(session, session.get_one(Bulletin, rest)) == 3


def test_the_text_that_was_wrong_is_taken_for_no_correction_that_is_there(comune: Comune) -> None:
    """It stands to be copied in older letters."""
    original = stopped(comune, tried=2)
    first = gone(comune, original)
    second = corrected(comune, first, RIGHT)

    def found(right: str) -> int | None:
        same = same_correction(comune.engine, original, 1, right)
        return same.id if same else None

    assert (found(FIRST), found(RIGHT)) == (first, second), "nobody has approved the second"
    comune.answer(second, APPROVE)
    assert (found(FIRST), found(RIGHT)) == (None, second)


@pytest.mark.parametrize("chosen", ["correction", "rest"])
def test_who_was_sent_the_wrong_words_for_the_rest_is_reached_as_well(comune: Comune, chosen: str) -> None:
    original = stopped(comune, tried=2)
    first = gone(comune, original)
    rest = for_the_rest(comune, original)
    comune.move(rest, BulletinStatus.in_review)
    comune.answer(rest, APPROVE)
    send(comune, rest)
    second = corrected(comune, first if chosen == "correction" else rest, RIGHT)
    with comune.look() as session:
        assert told_news.of(session, second) == (original, first, rest)
        assert recipients.head_count(session, session.get_one(Bulletin, second)) == 5
    comune.answer(second, APPROVE)
    assert [RIGHT in text for text in banners(comune, rest)] == [True]


def test_the_draft_for_the_rest_says_that_a_correction_has_other_words_by_now(comune: Comune) -> None:
    original = stopped(comune, tried=2)
    first = gone(comune, original)
    rest = for_the_rest(comune, original)
    assert remarks(comune, rest) == []
    second = corrected(comune, first, RIGHT)
    told = [f"«{TITLE}»: la correzione di questa riga (numero {second}) dice «{RIGHT}». Se è quello il testo "
            "giusto, scrivilo anche qui."]  # fmt: skip
    assert remarks(comune, rest) == told
    comune.move(second, BulletinStatus.rejected)
    assert remarks(comune, rest) == []


@pytest.mark.parametrize(
    ("quoted", "is_accepted"), [("", True), ("Via Roma è chiusa", True), ("Via Verdi è chiusa.", False)]
)
def test_it_quotes_the_bulletin_or_the_correction(comune: Comune, quoted: str, is_accepted: bool) -> None:
    original = stopped(comune, tried=2)
    sent = comune.items(original)[0].text
    first = gone(comune, original)
    for words in (quoted, sent if is_accepted else quoted):
        number = draft_correction(
            comune.settings, comune.engine, bulletin_id=first, position=1, reason=correct.ERROR, right=RIGHT,
            wrong=words, who=ANNA, now=comune.now,
        )  # fmt: skip
        comune.move(number, BulletinStatus.in_review)
        told = [line for line in remarks(comune, number) if "non c'era scritto così" in line]
        assert bool(told) != is_accepted


def test_both_lists_have_the_same_lines(comune: Comune) -> None:
    _, first, _ = chain(comune)
    with comune.look() as session:
        entries = choices.LISTS[choices.LINES](comune.settings, session, comune.now)
    told = listing(comune.engine, comune.now)
    for entry in entries:
        number, place, *_ = entry.split(choices.SEPARATOR)
        assert f"- {place.capitalize()} (numero {number}): " in told
    assert f"- Riga 1 del messaggio di correzione (numero {first}): {TITLE} ({choices.PUT_RIGHT})" in told


def test_a_line_that_is_no_corrections_is_its_own(comune: Comune) -> None:
    original, first, second = chain(comune)

    def found(number: int, positions: Sequence[int] = (1, 2, 3)) -> list[tuple[int, int]]:
        with comune.look() as session:
            return [whole(session, session.get_one(Bulletin, number), place) for place in positions]

    assert found(second) == [(original, 1), (second, 2), (second, 3)]
    assert found(first, [1]) == [(original, 1)]
    assert found(original, [1, 2]) == [(original, 1), (original, 2)]
    close(comune, original)
    with pytest.raises(CorrectionError, match="il testo corretto va al resto solo dopo"):
        draft_for_the_rest(
            comune.settings, comune.engine, bulletin_id=found(first)[0][0], position=1, right=RIGHT, who=ANNA,
            now=comune.now,
        )  # fmt: skip


def test_of_a_correction_only_its_text_is_put_right(comune: Comune) -> None:
    _, first, _ = chain(comune)
    with comune.look() as session:
        rows = choices.LISTS[choices.LINES](comune.settings, session, comune.now)
    rows = [row for row in rows if row.startswith(f"{first} ")]
    assert [row for row in rows if "riga 1 " in row] == rows != []
    assert f"(numero {first})" in listing(comune.engine, comune.now)
    assert "Riga 2 del messaggio di correzione" not in listing(comune.engine, comune.now)
    with pytest.raises(CorrectionError, match=r"riga 1"):
        draft_correction(
            comune.settings,
            comune.engine,
            bulletin_id=first,
            position=3,
            reason=correct.ERROR,
            right=RIGHT,
            who=ANNA,
            now=comune.now,
        )
