"""An editor's one-time code: right once, at the instant of Resume; guessing is counted and ends in a wait."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pyotp import TOTP
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from db import sign_offs as stored
from db.engine import StoreError, transaction
from db.models import UsedCode, WrongCode
from flows.door.sealed_code import Proof
from flows.profiles.codes import STEP, matching
from flows.profiles.codes import typed as read
from flows.profiles.comune import Editor
from flows.review import codes
from flows.review.codes import (
    LOCK,
    TRIES,
    WINDOW,
    WITHIN,
    Judged,
    Verdict,
    judge,
    lock_out,
    spend,
    weigh,
)
from flows.settings import Settings
from tests.world.builders import NOW, make_bulletin
from tests.world.code_secrets import ANNA, BRUNO, SECRETS

WRONG_LEFT = [f"Restano {n} tentativi, poi aspetti 15 minuti." for n in (4, 3, 2)]


def code(at: datetime = NOW, editor: Editor = ANNA, steps: int = 0) -> str:
    """What the app shows at `at`, or so many steps later."""
    return TOTP(SECRETS[editor.id]).generate_otp(int(at.timestamp()) // STEP + steps)


def not_a_code(at: datetime = NOW) -> str:
    """Six digits that are right at no moment near `at`."""
    near = {code(at, steps=n) for n in range(-60, 61)}
    return next(digits for n in range(1000) if (digits := f"{n:06}") not in near)


def weighed(
    typed: str, at: datetime = NOW, used: Sequence[int] = (), wrong: Sequence[datetime] = ()
) -> Judged:
    return weigh(typed, SECRETS[ANNA.id], ANNA, at=at, used=used, wrong=wrong)


def judged(
    settings: Settings, engine: Engine, typed: str, at: datetime = NOW, editor: Editor = ANNA
) -> Judged:
    with transaction(engine) as session:
        return judge(settings, session, editor, Proof(typed), at=at)


def decided(
    settings: Settings, engine: Engine, typed: str, at: datetime = NOW, editor: Editor = ANNA
) -> Judged:
    """A code that leads to a decision on a bulletin of its own, where it passes."""
    with transaction(engine) as session:
        found = judge(settings, session, editor, Proof(typed), at=at)
        if found.passes:
            spend(settings, session, found, make_bulletin(session).id)
    return found


# ---------------------------------------------------------------- one code


@pytest.mark.parametrize("steps", range(-WINDOW, WINDOW + 1))
def test_a_code_counts_a_step_before_and_after_its_own(steps: int) -> None:
    found = weighed(code(steps=steps))
    assert (found.verdict, found.step) == (Verdict.accepted, int(NOW.timestamp()) // STEP + steps)
    assert found.sentence == ""


@pytest.mark.parametrize("shape", ["{0} {1}", " {0}{1}\n", "{0}-{1}", "{0}\N{NO-BREAK SPACE}{1}"])
def test_a_code_is_read_as_the_app_shows_it(shape: str) -> None:
    assert weighed(shape.format(code()[:3], code()[3:])).passes


def test_digits_of_another_width_are_digits() -> None:
    assert weighed(code().translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})).passes


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (-2, "Il codice è di circa un minuto fa. Scrivilo per ultimo"),
        (-10, "Il codice è di circa 5 minuti fa."),
        (2, "L'orologio del telefono è avanti di circa un minuto: imposta data e ora automatiche"),
        (20, "L'orologio del telefono è avanti di circa 10 minuti"),
    ],
)
def test_a_code_of_another_moment_is_refused_and_the_clock_is_told(steps: int, words: str) -> None:
    found = weighed(code(steps=steps))
    assert found.verdict == Verdict.wrong
    assert found.sentence.startswith(words)
    assert found.sentence.endswith(WRONG_LEFT[0])


@pytest.mark.parametrize("typed", ["12345", "1234567", "abcdef", "١٢٣٤٥", "🙂", "12345é"])
def test_what_is_no_code_is_told_so(typed: str) -> None:
    found = weighed(typed)
    assert found.verdict == Verdict.wrong
    assert found.sentence.startswith("Il codice deve avere 6 cifre")


@given(st.text(max_size=12), st.integers(0, 2**33))
def test_a_wrong_code_never_passes_and_whatever_is_typed_is_judged(typed: str, second: int) -> None:
    at = datetime.fromtimestamp(second, UTC)
    step = second // STEP
    right = {TOTP(SECRETS[ANNA.id]).generate_otp(n) for n in range(max(step - 1, 0), step + 2)}
    found = weighed(typed, at)
    assert found.passes == (read(typed) in right)
    assert found.passes or found.sentence


# ---------------------------------------------------------------- used once


def test_a_code_proves_one_decision_and_no_other_bulletin(asking: Settings, engine: Engine) -> None:
    first = decided(asking, engine, code())
    assert first.passes
    assert len(first.proof or "") == 64
    again = decided(asking, engine, code(), NOW + timedelta(seconds=5))
    assert (again.verdict, again.sentence) == (
        Verdict.used,
        "Il codice è già stato usato: aspetta quello nuovo (30 secondi).",
    )
    assert decided(asking, engine, code(steps=1), NOW + timedelta(seconds=30)).passes
    with transaction(engine) as session:
        kept = session.exec(select(UsedCode)).all()
        assert [row.editor for row in kept] == ["anna-redazione"] * 2
        assert code() not in repr(kept)
        assert session.exec(select(WrongCode)).all() == []


def test_the_code_of_one_is_wrong_for_another(asking: Settings, engine: Engine) -> None:
    assert decided(asking, engine, code()).passes
    assert decided(asking, engine, code(), editor=BRUNO).verdict == Verdict.wrong
    assert decided(asking, engine, code(editor=BRUNO), editor=BRUNO).passes


def test_a_text_that_comes_back_does_not_burn_the_code(asking: Settings, engine: Engine) -> None:
    assert judged(asking, engine, code()).passes
    assert judged(asking, engine, code(), NOW + timedelta(seconds=STEP)).passes
    late = judged(asking, engine, code(), NOW + timedelta(seconds=2 * STEP))
    assert late.verdict == Verdict.wrong, "each round judges it at its own Resume"


def test_a_code_is_not_spent_where_the_decision_fails(asking: Settings, engine: Engine) -> None:
    with Session(engine) as session:  # ends without a commit, as a decision that fails does
        spend(asking, session, judge(asking, session, ANNA, Proof(code()), at=NOW), make_bulletin(session).id)
    assert decided(asking, engine, code()).passes


def test_a_code_cannot_be_spent_twice_nor_when_it_does_not_pass(asking: Settings, engine: Engine) -> None:
    found = decided(asking, engine, code())
    with pytest.raises(StoreError, match="was used before"), transaction(engine) as session:
        spend(asking, session, found, make_bulletin(session).id)
    wrong = judged(asking, engine, not_a_code())
    with pytest.raises(StoreError, match="proves no decision"), transaction(engine) as session:
        spend(asking, session, wrong, make_bulletin(session).id)


def test_the_database_itself_refuses_a_second_use(engine: Engine) -> None:
    with transaction(engine) as session:
        number = make_bulletin(session).id
        for _ in range(2):
            session.add(UsedCode(editor="a", step=1, code_hash="x", at=NOW, bulletin_id=number))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_of_two_decisions_at_once_with_one_code_only_one_stands(asking: Settings, engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: decided(asking, engine, code()).verdict, range(4)))
    assert sorted(found) == [Verdict.accepted, Verdict.used, Verdict.used, Verdict.used]


def test_guesses_at_once_are_counted_one_by_one(asking: Settings, engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: judged(asking, engine, not_a_code()).verdict, range(8)))
    assert sorted(found) == [Verdict.locked] * 3 + [Verdict.wrong] * TRIES


def test_a_code_that_came_too_early_does_not_become_right_by_waiting(
    asking: Settings, engine: Engine
) -> None:
    """Else the hint about the clock would make guessing easier."""
    early = code(steps=10)
    assert judged(asking, engine, early).verdict == Verdict.wrong
    assert judged(asking, engine, early, NOW + timedelta(seconds=10 * STEP)).verdict == Verdict.used


# ---------------------------------------------------------------- guessing


def test_five_wrong_codes_lock_out_for_a_while_and_say_until_when(asking: Settings, engine: Engine) -> None:
    told = [judged(asking, engine, not_a_code(), NOW + timedelta(seconds=n)) for n in range(TRIES)]
    assert [one.sentence for one in told[:3]] == [f"Il codice non è giusto. {rest}" for rest in WRONG_LEFT]
    assert told[3].sentence == "Il codice non è giusto. Resta 1 tentativo, poi aspetti 15 minuti."
    assert [one.until for one in told] == [None] * 4 + [NOW + timedelta(seconds=4) + LOCK]
    assert told[4].sentence == (
        "Il codice non è giusto. Troppi codici sbagliati: quelli di Anna Redazione non si accettano fino "
        "alle 10:46. Il testo è salvato; intanto può approvare un collega."
    )
    later = NOW + timedelta(minutes=10)
    right = judged(asking, engine, code(later), later)
    assert right.verdict == Verdict.locked
    assert right.sentence.startswith("Troppi codici sbagliati")
    assert judged(asking, engine, code(later, BRUNO), later, BRUNO).passes, "only that editor's"
    with transaction(engine) as session:
        assert len(session.exec(select(WrongCode)).all()) == TRIES, "a try during the lock-out is not counted"
    after = told[4].until or NOW
    assert judged(asking, engine, not_a_code(after), after).sentence.endswith(WRONG_LEFT[0]), "five new tries"
    assert judged(asking, engine, code(after), after).passes


def test_a_lock_out_outlives_a_restart(asking: Settings, sqlite: Engine) -> None:
    for n in range(TRIES):
        judged(asking, sqlite, not_a_code(), NOW + timedelta(seconds=n))
    sqlite.dispose()
    at = NOW + timedelta(minutes=1)
    assert judged(asking, sqlite, code(at), at).verdict == Verdict.locked


def test_wrong_codes_far_apart_lock_nobody_out() -> None:
    apart = [NOW - n * WITHIN / (TRIES - 1) for n in range(1, TRIES)]
    assert weighed(not_a_code(), wrong=apart).until is None
    closer = [NOW - n * WITHIN / TRIES for n in range(1, TRIES)]
    assert weighed(not_a_code(), wrong=closer).until == NOW + LOCK


def test_an_answer_judged_late_falls_into_the_lock_out_that_it_was_given_in() -> None:
    wrong = [NOW + timedelta(seconds=10 * n) for n in range(TRIES)]
    assert weighed(code(NOW + timedelta(seconds=5)), NOW + timedelta(seconds=5), wrong=wrong).verdict == (
        Verdict.locked
    )
    before = NOW - timedelta(hours=1)
    assert weighed(code(before), before, wrong=wrong).passes, (
        "what was given before the first of them did not"
    )


@hypothesis_settings(deadline=None)  # a busy machine is slow, not wrong
@given(st.lists(st.integers(0, 7200), max_size=30), st.integers(0, 9000))
def test_a_lock_out_always_ends(seconds: list[int], now: int) -> None:
    """Whatever the failures, the wait is never longer than told, nor than the window and the lock."""
    wrong: list[datetime] = []
    for second in seconds:
        at = NOW + timedelta(seconds=second)
        if weighed(not_a_code(), at, wrong=wrong).verdict == Verdict.wrong:
            wrong.append(at)
    at = NOW + timedelta(seconds=now)
    found = lock_out(wrong, at)
    if found is None:
        return
    assert found.first <= at < found.until <= found.first + WITHIN + LOCK
    last = max(wrong) + LOCK
    assert lock_out(wrong, last) is None


tries = st.lists(
    st.tuples(
        st.integers(0, 90),  # seconds since the last
        st.sampled_from([-12, -2, -1, 0, 1, 2, 12, None]),  # steps of the code from now; None: a wrong one
        st.booleans(),  # whether the text is good, so that a decision follows
    ),
    max_size=40,
)


@given(tries)
def test_in_any_sequence_a_step_is_accepted_at_most_once_and_guesses_are_few(
    sequence: list[tuple[int, int | None, bool]],
) -> None:
    at, used, wrong, tried = NOW, list[int](), list[datetime](), list[datetime]()
    for seconds, steps, good in sequence:
        at += timedelta(seconds=seconds)
        typed = not_a_code(at) if steps is None else code(at, steps=steps)
        found = weighed(typed, at, used, wrong)
        if found.verdict == Verdict.wrong:
            wrong.append(at)
            used += [found.step] if found.step is not None else []
        if found.verdict != Verdict.locked:
            tried.append(at)
        if found.passes:
            assert steps in (-1, 0, 1)
            assert found.step not in used
            if good and found.step is not None:
                used.append(found.step)
    for first in wrong:
        assert sum(first <= one < first + WITHIN for one in wrong) <= TRIES


def test_a_code_that_two_moments_share_is_the_nearer_one_s() -> None:
    """Once in some hundred thousand the app shows the same six digits twice in a minute."""
    first = 60_045_832
    moments = [datetime.fromtimestamp((first + n) * STEP, UTC) for n in range(2)]
    shared, again = map(code, moments)
    assert shared == again, "as this secret has it"
    found = [matching(shared, SECRETS[ANNA.id], moment) for moment in moments]
    assert found == [[first, first + 1], [first + 1, first]]


# ---------------------------------------------------------------- without a code


def test_without_a_code_or_a_secret_nothing_is_counted(
    asking: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = judged(asking, engine, "  ")
    assert (empty.verdict, empty.editor, empty.at, empty.sentence) == (
        Verdict.missing,
        ANNA.id,
        NOW,
        "Per approvare serve il codice di 6 cifre dell'app: scrivilo per ultimo, prima di confermare.",
    )
    for value in ("", "not base32!", "JBSWY3DP"):
        monkeypatch.setenv(ANNA.code_variable, value)
        found = judged(asking, engine, code())
        assert (found.verdict, found.editor, found.at) == (Verdict.missing, ANNA.id, NOW)
        assert (
            found.sentence
            == "Per Anna Redazione non c'è ancora un codice: chiedilo a chi gestisce il servizio."
        )
    with transaction(engine) as session:
        assert session.exec(select(WrongCode)).all() == []


def test_where_no_codes_are_asked_for_the_name_is_a_declaration(settings: Settings, engine: Engine) -> None:
    found = decided(settings, engine, "")
    assert (found.verdict, found.passes, found.proof) == (Verdict.declared, True, None)
    with transaction(engine) as session:
        assert session.exec(select(UsedCode)).all() == []


def test_what_is_judged_holds_no_code_and_a_form_is_stored_without_it(
    asking: Settings, engine: Engine
) -> None:
    for typed in (code(), not_a_code()):
        assert typed not in repr(judged(asking, engine, typed))
    values: dict[str, Any] = {"decisione": "Approva", "codice": code(), "nota": ""}
    assert codes.without_code(values) == (code(), {"decisione": "Approva", "nota": ""})
    assert codes.without_code({"codice": None}) == ("", {})
    assert codes.without_code({}) == ("", {})


def test_steps_are_looked_up_of_one_editor_and_time_only(engine: Engine) -> None:
    with transaction(engine) as session:
        number = make_bulletin(session).id
        for editor, step in (("a", 10), ("a", 14), ("b", 11)):
            stored.add_used(session, editor, step=step, code_hash="x", at=NOW, bulletin_id=number)
        stored.add_wrong(session, "a", at=NOW, step=12)
        stored.add_wrong(session, "a", at=NOW + WITHIN, step=None)
        assert stored.used_steps(session, "a", 9, 13) == {10, 12}
        assert stored.wrong_between(session, "a", NOW, NOW) == [NOW]
        assert stored.wrong_between(session, "b", NOW, NOW + WITHIN) == []
