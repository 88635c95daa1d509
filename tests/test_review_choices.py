"""What an editor's answer does: pure checks first, then the record of it on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyotp import TOTP
from sqlmodel import select

from db import bulletins, news_items
from db.models import Approval, BulletinStatus, BulletinVersion
from flows.approve import BEHIND, UNKNOWN, load_round, record
from flows.bulletin.language.markup import parameter
from flows.bulletin.language.measure import utf16
from flows.bulletin.message.frame import problems
from flows.review.choices import (
    Answer,
    Choice,
    Reviewed,
    choice_of,
    choices,
    decision_of,
    entries,
    numbers_of,
    order_lines,
    ordered,
)
from flows.review.form import answer_of, form
from flows.review.page import artifact, describe
from flows.runs.forms import Confirmation
from tests.world.builders import item_of, make_bulletin, make_news_item, make_weather_alert, news_data
from tests.world.comune import APPROVE, DISCARD, PAGE, POSTPONE, SAVE, Comune

SHOWN = ("Primo testo.", "Secondo testo.", "Terzo testo.")
TITLES = ("Uno", "Due", "Tre")
LINES = tuple(order_lines(TITLES))


def review(
    texts: Sequence[str] = SHOWN, order: Sequence[str] = LINES, room: int = 100, shown: Sequence[str] = SHOWN
) -> Reviewed:
    found = ordered(shown, TITLES, Answer(APPROVE, tuple(texts), tuple(order), "", "Anna"))
    too_long = () if found.problems else problems([text for _, text in found.items], total=room)
    return Reviewed(found.items, (*found.problems, *too_long))


def test_what_was_not_touched_stays_as_it_was() -> None:
    assert review() == Reviewed(tuple(enumerate(SHOWN)), ())


def test_the_order_of_the_lines_is_the_order_of_the_items() -> None:
    assert [index for index, _ in review(order=[LINES[2], LINES[0], LINES[1]]).items] == [2, 0, 1]
    assert [index for index, _ in review(order=["  3) Tre", "1"]).items] == [2, 0]


def test_a_missing_line_takes_its_item_out() -> None:
    assert review(order=LINES[:2]) == Reviewed(((0, SHOWN[0]), (1, SHOWN[1])), ())
    emptied = review(texts=(SHOWN[0], "", SHOWN[2]), order=[LINES[0], LINES[2]])
    assert [index for index, _ in emptied.items] == [0, 2]


def test_an_item_taken_out_although_its_text_was_changed_comes_back_with_the_reason() -> None:
    found = review(texts=(SHOWN[0], "Riscritto.", SHOWN[2]), order=[LINES[0], LINES[2]])
    assert found.items == ((0, SHOWN[0]), (1, "Riscritto."), (2, SHOWN[2]))
    assert found.problems == (
        "Nell'ordine manca la notizia 2 ma il suo testo è stato cambiato: "
        "rimettila nell'ordine o svuota il testo.",
    )


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ((*LINES, LINES[0]), "Nell'ordine la notizia 1 compare due volte."),
        ((*LINES[:2], "la terza"), 'non capisco la riga "la terza"'),
        ((*LINES[:2], "4. Quattro"), 'non capisco la riga "4. Quattro"'),
        ((*LINES[:2], "0. Zero"), 'non capisco la riga "0. Zero"'),
        (
            (*LINES[:2], "3. Trenta"),
            "hai riscritto la riga 3: lì si sposta o si toglie",
        ),
    ],
)
def test_an_order_that_cannot_be_read_is_given_back(order: tuple[str, ...], words: str) -> None:
    found = review(order=order)
    assert any(words in problem for problem in found.problems)
    assert found.items == tuple(enumerate(SHOWN))


def test_too_long_says_by_how_much_and_which_one() -> None:
    found = review(texts=("a" * 30, "b" * 60, "c" * 20), room=100)
    assert found.problems == (
        "Il testo è troppo lungo di 10 caratteri in tutto. "
        "La notizia più lunga è la 2: accorciala o togline una.",
    )
    assert [text for _, text in found.items] == ["a" * 30, "b" * 60, "c" * 20]


def test_an_empty_text_in_the_order_is_asked_about() -> None:
    found = review(texts=(SHOWN[0], " \n ", SHOWN[2]))
    assert found.problems == ("Notizia 2: il testo è vuoto. Scrivilo, oppure togli la notizia dall'ordine.",)


def test_with_everything_taken_out_nothing_is_lost_and_the_way_out_is_told() -> None:
    found = review(order=())
    assert found.items == tuple(enumerate(SHOWN))
    assert found.problems == ("Non c'è nessuna notizia: lasciane almeno una, oppure scegli di non inviare.",)


def test_what_is_pasted_becomes_one_line_without_markup() -> None:
    found = review(texts=("Prima riga\n\nseconda\triga   *forte*", *SHOWN[1:]))
    assert found.items[0][1] == "Prima riga seconda riga ∗forte∗"


texts = st.text(max_size=60)
lines = st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=12)), max_size=5)


@given(st.tuples(texts, texts, texts), lines, st.integers(0, 200))
def test_nothing_typed_is_ever_lost_when_it_comes_back(
    typed: tuple[str, str, str], order: list[str], room: int
) -> None:
    found = review(texts=typed, order=order, room=room)
    kept = dict(found.items)
    assert len(kept) == len(found.items)
    if not found.problems:
        assert sum(utf16(text) for text in kept.values()) <= room
        assert all(kept.values())
    for index, text in enumerate(typed):
        if (clean := parameter(text)) and clean != SHOWN[index]:
            assert kept[index] == clean, "what a person wrote is in the version, or was refused with it"


def test_the_choices_are_read_by_their_beginning() -> None:
    slot = datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert choices(slot)[Choice.approve] == "Approva: parte venerdì 27 novembre alle 11"
    for when in (slot, None):
        offered = choices(when, is_shared=True)
        assert [choice_of(words) for words in offered.values()] == list(offered) == list(Choice)
    assert choice_of("Boh") is None


def test_a_choice_that_makes_no_sense_is_not_offered() -> None:
    assert Choice.send_back not in choices(None)
    assert Choice.reread not in choices(None, is_fixed=True)


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("", []),
        (" 7 ", [7]),
        ("7, 12; 7", [7, 12]),
        ("7. Chiusura di via Roma, lavori dal 3 dicembre", [7]),
        ("7) Chiusura", [7]),
        ("C7", [7]),
        ("c7, C 12 e C7", None),
        ("C7 C12", [7, 12]),
        ("c7, C 12", [7, 12]),
        ("C7 Chiusura di via Roma", [7]),
        ("la settima", None),
        ("3 dicembre", None),
        ("٧", None),
    ],
)
def test_the_numbers_of_the_queue_are_read_or_asked_again(written: str, numbers: list[int] | None) -> None:
    assert numbers_of(written) == numbers


def test_every_line_may_go_when_another_comes_from_the_queue() -> None:
    empty = Answer(APPROVE, SHOWN, (), "", "Anna")
    assert ordered(SHOWN, TITLES, empty, joins=1) == Reviewed((), ())
    assert ordered(SHOWN, TITLES, empty).items == tuple(enumerate(SHOWN))


# ---------------------------------------------------------------- the record


def waiting(comune: Comune, texts: Sequence[str] = SHOWN, deadline_at: datetime | None = None) -> int:
    with comune.look() as session:
        items = [
            item_of(make_news_item(session, news_data(title=f"Titolo {n}")), text=text)
            for n, text in enumerate(texts, start=1)
        ]
        slot = deadline_at + timedelta(minutes=15) if deadline_at else None
        bulletin = make_bulletin(
            session, items, status=BulletinStatus.in_review, slot_at=slot, deadline_at=deadline_at
        )
    return bulletin.id


def test_an_approval_stores_the_version_the_seal_and_who_in_one_go(comuni: Comune) -> None:
    comuni.subscribe()
    number = waiting(comuni)
    order = ["3. Titolo 3", "1. Titolo 1"]
    bulletin = comuni.answer(number, APPROVE, texts=("Nuovo.", *SHOWN[1:]), order=order)
    assert (bulletin.status, bulletin.status_by) == (BulletinStatus.approved, "Anna Redazione")
    assert [item.text for item in comuni.items(number)] == ["Terzo testo.", "Nuovo."]
    with comuni.look() as session:
        found = bulletins.approved(session, number)
        assert found is not None
        approval, version = found
        assert (approval.version_number, version.number, version.author) == (2, 2, "Anna Redazione")
        assert (approval.head_count, len(approval.seal or "")) == (5, 64)


def test_a_text_that_is_too_long_comes_back_whole_and_can_then_be_approved(comuni: Comune) -> None:
    number = waiting(comuni)
    long = "Una frase lunga. " * 80
    assert comuni.answer(number, APPROVE, texts=(long, *SHOWN[1:])).status == BulletinStatus.in_review
    (problem,) = comuni.problems(number)
    assert problem.startswith("Il testo è troppo lungo di ")
    assert comuni.items(number)[0].text == long.strip()
    shown = load_round(comuni.settings, comuni.engine, number, now=comuni.now)
    assert shown.name.startswith("DA CORREGGERE · Bollettino da inviare subito · 3 notizie")
    assert "**DA CORREGGERE: così non si può inviare.**" in describe(comuni.settings, shown, comuni.now)
    assert comuni.answer(number, APPROVE, texts=SHOWN).status == BulletinStatus.approved
    with comuni.look() as session:
        assert len(session.exec(select(BulletinVersion)).all()) == 3
        assert len(session.exec(select(Approval)).all()) == 1


def test_the_page_of_the_run_shows_phone_sources_and_what_to_look_at(comune: Comune) -> None:
    number = waiting(comune)
    comune.answer(number, SAVE, texts=("Aperto il 31 febbraio alle 25.", *SHOWN[1:]))
    shown = load_round(comune.settings, comune.engine, number, now=comune.now)
    page = artifact(comune.settings, shown, comune.now)
    wrong, _, told = describe(comune.settings, shown, comune.now).partition("\n\nVa a ")
    assert page.startswith(f"{wrong}\n\n### Sul telefono"), "the phone above all that is not wrong"
    assert told in page
    assert "### Da guardare con attenzione" in wrong
    assert "- Notizia 1: **" in page
    assert "(data:image/svg+xml;base64," in page
    assert "### Da dove viene ogni dato" in page
    assert len(page.encode()) < 100_000


def test_saving_keeps_the_text_and_the_bulletin_waits_on(comune: Comune) -> None:
    number = waiting(comune)
    assert comune.answer(number, SAVE, texts=("Bozza.", *SHOWN[1:])).status == BulletinStatus.in_review
    assert comune.items(number)[0].text == "Bozza."
    assert comune.problems(number) == []


@pytest.mark.parametrize(
    ("decision", "status"), [(POSTPONE, BulletinStatus.merged), (DISCARD, BulletinStatus.rejected)]
)
def test_a_bad_text_does_not_stand_in_the_way_of_not_sending(
    comune: Comune, decision: str, status: BulletinStatus
) -> None:
    assert comune.answer(waiting(comune), decision, texts=("", "", "")).status == status


@pytest.mark.parametrize(("decision", "who"), [("Boh", "Anna Redazione"), (APPROVE, "Uno che passava")])
def test_an_unknown_decision_or_person_decides_nothing(comune: Comune, decision: str, who: str) -> None:
    number = waiting(comune)
    assert comune.answer(number, decision, who=who).status == BulletinStatus.in_review
    assert comune.problems(number) == [UNKNOWN]


def test_an_approval_after_the_deadline_comes_too_late_and_its_text_is_kept(comuni: Comune) -> None:
    deadline = comuni.now + timedelta(minutes=5)
    number = waiting(comuni, deadline_at=deadline)
    late = deadline + timedelta(seconds=1)
    bulletin = comuni.answer(number, APPROVE, texts=("Tardi.", *SHOWN[1:]), now=late)
    assert bulletin.status == BulletinStatus.expired
    assert comuni.items(number)[0].text == "Tardi."
    with comuni.look() as session:
        assert bulletins.approved(session, number) is None


def test_an_answer_is_stored_once_however_often_it_is_read(comune: Comune) -> None:
    number = waiting(comune)
    given = Confirmation(
        "run", 1, comune.now, {"decisione": SAVE, "chi": "Anna Redazione", "notizia_1": "Bozza."}
    )
    for _ in range(2):
        record(comune.settings, comune.engine, number, given)
    assert load_round(comune.settings, comune.engine, number, now=comune.now).version == 2


def test_an_answer_to_an_older_text_is_kept_and_asked_again(comune: Comune) -> None:
    """Two windows, or a refresh while somebody was typing."""
    number = waiting(comune)
    for run, who, text in (("one", "Anna Redazione", "Di Anna."), ("two", "Bruno Vice", "Di Bruno.")):
        values = {"decisione": APPROVE if who == "Bruno Vice" else SAVE, "chi": who, "notizia_1": text}
        record(comune.settings, comune.engine, number, Confirmation(run, 1, comune.now, values))
    assert comune.bulletin(number).status == BulletinStatus.in_review
    assert comune.items(number)[0].text == "Di Bruno."
    assert comune.problems(number) == [BEHIND]


def test_what_the_page_does_not_tell_needs_a_source_and_a_second_person(comuni: Comune) -> None:
    comuni.collect()
    number = comuni.draft()
    texts = [item.text for item in comuni.items(number)]
    typed = [texts[0] + " Info: 02 9999 1111.", *texts[1:]]
    assert comuni.answer(number, APPROVE, texts=typed).status == BulletinStatus.in_review
    problem, how = comuni.problems(number)
    assert problem == "Notizia 1: il numero di telefono «02 9999 1111» non è nella pagina del sito."
    assert "un dato che la pagina del sito non riporta scrivi da dove viene" in how
    assert comuni.items(number)[0].text == typed[0]
    assert comuni.answer(number, APPROVE, source="Telefonata all'ufficio").status == BulletinStatus.in_review
    assert comuni.problems(number) == []
    shown = load_round(comuni.settings, comuni.engine, number, now=comuni.now)
    assert "aspetta la seconda approvazione" in shown.name
    assert "serve l'approvazione di un'altra persona" in shown.awaited[0]
    assert shown.awaited[1:-1] == (
        f"Lo ha approvato nonostante l'avviso alla n{problem[1:]}",
        "Dice che il dato viene da: Telefonata all'ufficio.",
    )
    assert comuni.answer(number, APPROVE).status == BulletinStatus.in_review  # the same person again
    assert comuni.answer(number, APPROVE, who="Bruno Vice").status == BulletinStatus.approved


def test_a_text_of_the_page_alone_needs_one_person(comune: Comune) -> None:
    comune.collect()
    number = comune.draft()
    assert comune.answer(number, APPROVE).status == BulletinStatus.approved


def test_the_code_of_an_editor_is_asked_for_and_stored_nowhere(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    monkeypatch.setenv("BOLLETTINO_TOTP_ANNA_REDAZIONE", secret)
    comune.reprofile(("grace_minutes = 60 ", "codes = true\ngrace_minutes = 60 "))
    comune.collect()
    number = comune.draft()
    assert comune.answer(number, APPROVE).status == BulletinStatus.in_review
    assert "codice di 6 cifre" in comune.problems(number)[0]
    assert comune.answer(number, APPROVE, code="000000").status == BulletinStatus.in_review
    code = TOTP(secret).at(comune.now)
    assert comune.answer(number, APPROVE, code=code).status == BulletinStatus.approved
    with comune.look() as session:
        (approval,) = session.exec(select(Approval)).all()
    assert approval.code_hash
    assert code.encode() not in b"".join(path.read_bytes() for path in comune.folder.rglob("*.db*"))


def test_an_alert_that_ends_before_the_send_is_not_approved(comune: Comune) -> None:
    with comune.look() as session:
        alert = make_weather_alert(session, day=comune.now.date() - timedelta(days=1))
        item = replace(item_of(make_news_item(session)), news_item_id=None, weather_alert_id=alert.id)
        number = make_bulletin(session, [item], status=BulletinStatus.in_review).id
    assert comune.answer(number, APPROVE).status == BulletinStatus.in_review
    assert comune.problems(number) == ["Notizia 1: l'allerta è già finita. Toglila dall'ordine."]


def test_what_the_sealed_version_tells_is_not_free_after_a_late_answer(comuni: Comune) -> None:
    """Else the same news would go out twice, in two bulletins."""
    number = waiting(comuni)
    comuni.answer(number, APPROVE)
    comuni.answer(number, APPROVE, order=["1. Titolo 1"], who="Bruno Vice")
    with comuni.look() as session:
        assert news_items.unsent(session) == []


def test_the_second_of_two_windows_changes_no_decision(comune: Comune) -> None:
    number = waiting(comune)
    comune.answer(number, APPROVE)
    assert comune.answer(number, DISCARD, who="Bruno Vice").status == BulletinStatus.approved
    with comune.look() as session:
        found = bulletins.approved(session, number)
        assert found is not None
        assert found[1].number == 2, "the sealed version stays the one that was approved"


def test_the_form_is_filled_with_what_is_stored_and_comes_back_unchanged(comune: Comune) -> None:
    number = waiting(comune)
    shown = load_round(comune.settings, comune.engine, number, now=comune.now)
    made: Any = form(comune.settings, shown, comune.now, PAGE)
    schema = made.model_json_schema()
    assert schema["required"] == ["decisione"]
    assert schema["properties"]["chi"]["enum"] == ["Anna Redazione", "Bruno Vice"]
    assert "default" not in schema["properties"]["chi"], "nobody is guessed"
    assert schema["properties"]["decisione"]["enum"][:2] == [
        "Approva (solo se sei Anna Redazione): parte subito",
        "Approva (solo se sei Bruno Vice): parte subito",
    ]
    assert "default" not in schema["properties"]["decisione"]
    assert not set(schema["properties"]) & {"items", "title", "description", "type", "enum", "default"}
    values = made(decisione=APPROVE, chi="Anna Redazione").model_dump(mode="json")
    given = answer_of(values, shown.items)
    assert given.texts == SHOWN
    assert given.order == ("1. Titolo 1", "2. Titolo 2", "3. Titolo 3")


def test_who_has_approved_this_text_is_offered_it_again_only_with_another_text() -> None:
    offered = entries(choices(None), ["Anna", "Bruno"], ["Anna"])
    assert offered[:2] == [
        "Approva (solo se sei Anna): hai già approvato, serve di nuovo solo se il testo cambia",
        "Approva (solo se sei Bruno): parte subito",
    ]
    assert [decision_of(one, "")[1] for one in offered[:2]] == ["Anna", "Bruno"]
    assert {choice_of(decision_of(one, "")[0]) for one in offered[:2]} == {Choice.approve}
