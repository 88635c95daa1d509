"""A second correction of a line that has one: who would get both is told before anybody approves it."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from db import told_news
from db.models import BulletinStatus, Delivery, DeliveryStatus, NewsItem
from flows import correct
from flows.approve import load_round
from flows.correct import ERROR, draft_for_the_rest
from flows.dispatch import begin
from flows.door.sealed_code import NO_CODE
from flows.letters import orders
from flows.letters.held_sends import hold as hold_send
from flows.review import acts
from flows.runs import choices, client, forms
from flows.sending import hold
from flows.sending.drain import UntrueError
from flows.stop import stop_sending
from tests.test_settle import ANNA, close, corrected, letters, send, stopped, tell
from tests.world.builders import item_of, make_news_item
from tests.world.comune import APPROVE, Comune

FIRST, OTHERWISE = "Via Roma è chiusa qui.", "Qui via Roma è chiusa."
TWO = "due correzioni della stessa riga"


def whole(comune: Comune, number: int) -> list[str]:
    return list(load_round(comune.settings, comune.engine, number, now=comune.now).whole)


def said(comune: Comune, number: int) -> list[str]:
    """What its form says of a second correction."""
    return [line for line in whole(comune, number) if TWO in line]


def gone(comune: Comune, original: int, right: str = FIRST) -> int:
    """A correction that reached those who got the original."""
    number = corrected(comune, original, right)
    comune.answer(number, APPROVE)
    send(comune, number)
    return number


@pytest.mark.parametrize(
    ("tried", "who"), [(2, "2 persone ricevono"), (1, "1 persona riceve")], ids=["two", "one"]
)
def test_the_form_and_the_letter_say_how_many_get_a_second_one(comune: Comune, tried: int, who: str) -> None:
    original = stopped(comune, tried=tried)
    first = gone(comune, original)
    second = corrected(comune, original, OTHERWISE)
    (told,) = said(comune, second)
    assert told.startswith(
        f"Questa riga ha già una correzione approvata (numero {first}: «{FIRST}»). Se approvi anche questa, "
        f"{who} {TWO}."
    )
    assert told.endswith(
        "Per raggiungere solo chi non ha ricevuto niente scarta questa e usa di nuovo «correggi», stessa "
        "riga e il testo di quella, con la casella «L'invio è fermato»."
    )
    assert not any("Non serve scartarla" in line for line in whole(comune, second)), "it may be the way"
    (left,) = [line for line in whole(comune, second) if line.startswith("L'invio del")]
    assert left.endswith("stessa riga e testo di questa, con la casella «L'invio è fermato».")
    assert "nessuno riceve due volte" not in left, "two would"
    tell(comune, second)
    letter = [one.text for one in letters(comune, "bozza_pronta") if one.bulletin_id == second]
    assert letter
    assert all(told in text for text in letter)


def test_who_only_wants_to_reach_the_rest_is_led_to_their_own_draft(comune: Comune) -> None:
    original = stopped(comune, tried=2)
    gone(comune, original)
    second = corrected(comune, original, OTHERWISE)
    rest = for_the_rest(comune, original)
    (told,) = said(comune, second)
    assert told.endswith(
        "se no scartala. Chi non aveva ricevuto niente ha già una bozza sua "
        f"(numero {rest}), da approvare a parte."
    )


def test_of_two_that_wait_each_names_the_other_until_one_is_turned_down(comune: Comune) -> None:
    original = stopped(comune, tried=2)
    first, second = corrected(comune, original), corrected(comune, original, OTHERWISE)
    for one, other in ((first, second), (second, first)):
        (told,) = said(comune, one)
        assert told.startswith(
            f"C'è un'altra correzione di questa riga da approvare (numero {other}: "
            f"«{comune.items(other)[0].text}»)"
        )
        assert f"Se approvate tutte e due, 2 persone ricevono {TWO}: scarta" in told
    comune.move(first, BulletinStatus.rejected)
    assert said(comune, second) == []


def test_one_that_has_still_to_leave_reaches_all_of_them(comune: Comune) -> None:
    original = stopped(comune, tried=2)
    comune.answer(corrected(comune, original, FIRST), APPROVE)
    (told,) = said(comune, corrected(comune, original, OTHERWISE))
    assert f"2 persone ricevono {TWO}" in told


def test_who_did_not_get_the_first_is_not_counted(comune: Comune) -> None:
    original = stopped(comune, tried=2)
    first = gone(comune, original)
    with comune.look() as session:
        missed, *_ = session.exec(select(Delivery).where(Delivery.bulletin_id == first))
        missed.status = DeliveryStatus.failed
    second = corrected(comune, original, OTHERWISE)
    assert f"1 persona riceve {TWO}" in said(comune, second)[0]
    with comune.look() as session:
        for row in session.exec(select(Delivery).where(Delivery.bulletin_id == first)):
            row.status = DeliveryStatus.failed
    assert said(comune, second) == []


def test_another_line_and_the_first_correction_are_nobodys_second(comune: Comune) -> None:
    original = stopped(comune, tried=2)
    first = gone(comune, original)
    other = correct.draft_correction(
        comune.settings, comune.engine, bulletin_id=original, position=2, reason=ERROR, right=FIRST,
        who=ANNA, now=comune.now,
    )  # fmt: skip
    assert said(comune, first) == []
    assert said(comune, other) == []


def for_the_rest(comune: Comune, original: int, position: int = 1, right: str = FIRST) -> int:
    return draft_for_the_rest(
        comune.settings,
        comune.engine,
        bulletin_id=original,
        position=position,
        right=right,
        who=ANNA,
        now=comune.now,
    )


def test_who_was_spared_a_wrong_line_gets_no_other_that_was_corrected(comune: Comune) -> None:
    """The box takes one line; of the others an approved correction knows what is right."""
    original = stopped(comune, tried=2)
    gone(comune, original, "Via Roma chiude qui.")
    gone(comune, original, FIRST)
    corrected(comune, original, "Nessuno ha ancora deciso.")
    rest = for_the_rest(comune, original, 2, "Via Roma è chiusa lunedì 30 novembre.")
    assert [item.text for item in comune.items(rest)] == [FIRST, "Via Roma è chiusa lunedì 30 novembre."]
    assert all(item.is_typed for item in comune.items(rest))


def test_of_two_lines_with_one_title_none_is_taken_for_the_other(comune: Comune) -> None:
    line = item_of(make_stored(comune), text="Via Roma è chiusa.")
    right = {line.title: "Giusto."}
    assert correct._as_corrected([line, line], right) == [line, line]
    assert [one.text for one in correct._as_corrected([line], right)] == ["Giusto."]


def make_stored(comune: Comune) -> NewsItem:
    with comune.look() as session:
        return make_news_item(session)


def test_a_second_correction_of_a_correction_is_led_to_no_draft_for_the_rest(comune: Comune) -> None:
    """Of a send that is over: the other draft is one more correction, of the same line."""
    first = gone(comune, stopped(comune, tried=5))
    of_it = gone(comune, first, "Via Roma chiude lunedì 30 novembre.")
    told, other = said(comune, corrected(comune, first, OTHERWISE)), corrected(comune, first, FIRST)
    assert other
    assert [line.partition("numero ")[2].partition(":")[0] for line in told] == [str(of_it)]
    assert told[0].endswith("deve leggere parole nuove; se no scartala.")


SAME = (
    "Per chi non l'ha ricevuto: «correggi», stessa riga (Notizia 1) e stesso testo giusto (da copiare: "
    f"«{FIRST}»), con la casella «L'invio è fermato»: con altre parole chi ha già la correzione ne riceve "
    "un'altra. Oppure «chiudi»."
)


def test_a_corrected_send_is_refused_with_the_text_to_copy(comune: Comune) -> None:
    original = stopped(comune, tried=2)
    gone(comune, original)
    with comune.look() as session, pytest.raises(UntrueError) as refused:
        hold.require_right(
            comune.settings,
            session,
            comune.bulletin(original),
            hold.sealed_items(session, original),
            now=comune.now,
        )
    assert str(refused.value).endswith(f"è stato corretto: il testo sbagliato non va ad altri. {SAME}")
    held = hold_send(comune.settings, comune.engine, original, [], now=comune.now)
    assert str(held).endswith(f"È già stato corretto, e il testo sbagliato non riparte. {SAME}")
    close(comune, original)
    with comune.look() as session, pytest.raises(UntrueError, match="L'invio è chiuso"):
        hold.require_right(comune.settings, session, comune.bulletin(original), [], now=comune.now)


@pytest.mark.parametrize("is_corrected", [True, False])
def test_the_letter_of_a_corrected_send_offers_no_way_that_is_refused(
    comune: Comune, is_corrected: bool
) -> None:
    original = stopped(comune, tried=2)
    if is_corrected:
        gone(comune, original)
    tell(comune, original)
    text = letters(comune, "invio_fermato")[0].text
    link = comune.settings.order_link("correggi")
    assert (
        "- È già corretto. Per chi non l'ha ricevuto: stessa riga (Notizia 1) e stesso testo giusto (da "
        f"copiare: «{FIRST}»), con la casella «L'invio è fermato»; con altre parole chi ha già la correzione "
        f"ne riceve un'altra: {link}\n- Nessun altro deve riceverlo. Chiudi qui" in text
    ) == is_corrected
    assert ("- Il testo è sbagliato. Correggi: chi l'ha ricevuto" in text) != is_corrected
    assert ("non può più riprendere quando" in text) != is_corrected
    assert ("«riprendi» non vale più." in text) == is_corrected
    assert ("- Il testo è giusto. Riprendi da dove si è fermato: http" in text) != is_corrected
    assert ("«riprendi» vale fino a" in text) != is_corrected


def test_the_letter_of_a_corrected_correction_leaves_only_to_close_it(comune: Comune) -> None:
    """Who did not get it has no text of their own."""
    first = corrected(comune, stopped(comune, tried=5), FIRST)
    comune.answer(first, APPROVE)
    begin(comune.settings, comune.engine, first, now=comune.now)
    stop_sending(comune.settings, comune.engine, first, who=ANNA, now=comune.now)
    comune.answer(corrected(comune, first, OTHERWISE), APPROVE)
    tell(comune, first)
    text = next(one.text for one in letters(comune, "invio_fermato") if one.bulletin_id == first)
    assert "CHE COSA SI PUÒ FARE\n\n- Nessun altro deve riceverlo. Chiudi qui" in text
    assert comune.settings.order_link("correggi") not in text


def test_an_old_page_leads_from_a_corrected_send_to_the_text_to_copy(comune: Comune) -> None:
    """It was opened while that could be re-opened, and is confirmed once its text is known to be wrong."""
    original = stopped(comune, tried=2)
    entry = f"{original} · approvato · bollettino"
    with pytest.raises(acts.NotDoneError, match="Se il testo è giusto usa «riprendi»"):
        acts.chosen(comune.engine, entry)
    gone(comune, original)
    with pytest.raises(acts.NotDoneError) as refused:
        acts.chosen(comune.engine, entry)
    assert "questo comando non vale più. È già corretto. " + SAME in str(refused.value)


def test_the_list_of_what_can_be_resumed_says_how_a_corrected_send_goes_on() -> None:
    words = choices.NOTHING_LISTED[choices.TO_RESUME]
    assert "di una riga già corretta bene, con lo stesso testo" in words


Shown = list[tuple[int, list[str]]]
Run = Callable[..., tuple[str, Shown]]


@pytest.fixture
def run(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> Run:
    """*correggi* with its box, without a server: what it says in the end, and what its forms would show."""

    def opened(_settings: object, _engine: object, number: int, **_: object) -> None:
        if comune.bulletin(number).status == BulletinStatus.draft:
            comune.move(number, BulletinStatus.in_review)
        shown.append((number, said(comune, number) if number != original else []))

    original, shown = stopped(comune, tried=2), Shown()
    without_server(comune, monkeypatch, opened)

    def start(right: str, *, first: str = "", is_for_the_rest: bool = True) -> tuple[str, Shown]:
        if first:
            gone(comune, original, first)
        entry = f"{original} · notizia 1 del bollettino"
        outcome = correct.correct.fn(entry, giusto=right, motivo=ERROR, chi=ANNA, al_resto=is_for_the_rest)
        return str(outcome), shown

    return start


def without_server(
    comune: Comune, monkeypatch: pytest.MonkeyPatch, opened: Callable[..., None] = lambda *_, **__: None
) -> None:
    """*correggi* of this Comune, which returns what it would say; `opened` is called for each form."""
    monkeypatch.setattr(correct, "load", lambda: comune.settings)
    monkeypatch.setattr(correct, "make_engine", lambda _: comune.engine)
    monkeypatch.setattr(correct, "create_markdown_artifact", lambda *_, **__: None)
    monkeypatch.setattr(client, "proof", lambda _: NO_CODE)
    monkeypatch.setattr(forms, "open_review", opened)
    monkeypatch.setattr(orders, "done", lambda _settings, _engine, outcome, **_: outcome)
    monkeypatch.setattr(orders, "refused", lambda _settings, _engine, why, **_: f"ROSSO {why}")


def test_the_box_with_other_words_says_at_once_what_comes_of_it(run: Run, comune: Comune) -> None:
    told, shown = run(OTHERWISE, first=FIRST)
    correction, rest = (number for number, _ in shown)
    assert f"Bozza pronta, da approvare: correzione {correction}. Questa riga ha già una correzione" in told
    assert f"Se approvi anche questa, 2 persone ricevono {TWO}." in told
    assert told.endswith(f"Per chi non l'ha ancora ricevuto: il testo giusto, numero {rest}, da approvare.")
    assert comune.bulletin(rest).kind == comune.bulletin(correction - 2).kind
    assert f"bozza sua (numero {rest})" in shown[0][1][0], "its form opens when both are there"


def test_the_box_with_the_same_words_makes_no_second_correction(run: Run) -> None:
    told, shown = run(FIRST, first=FIRST)
    assert "Per chi l'ha ricevuto c'è già: correzione" in told
    assert TWO not in told
    assert all(not lines for _, lines in shown)


def test_the_same_words_without_the_box_are_refused_and_the_box_named(run: Run, comune: Comune) -> None:
    """It would reach the same persons with the same text."""
    told, shown = run(FIRST, first=FIRST, is_for_the_rest=False)
    assert told.startswith("ROSSO C'è già una correzione di questa riga con questo testo: numero ")
    assert "inviato. Non ne è stata preparata un'altra." in told
    assert told.endswith("rifallo con lo stesso testo e la casella «L'invio è fermato».")
    assert shown == []
    with comune.look() as session:
        assert len(told_news.follow_ups(session, 1, *BulletinStatus)) == 1


def test_a_form_opens_for_who_got_it_also_where_the_rest_cannot_be_reached(
    run: Run, comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise correct.CorrectionError("Ci sono ancora messaggi in viaggio: riprova fra un minuto.")

    monkeypatch.setattr(correct, "draft_for_the_rest", refuse)
    told, shown = run(OTHERWISE)
    assert told.startswith("ROSSO Bozza pronta, da approvare: correzione")
    assert told.endswith("non è stato preparato: Ci sono ancora messaggi in viaggio: riprova fra un minuto.")
    assert [comune.bulletin(number).status for number, _ in shown] == [BulletinStatus.in_review]
