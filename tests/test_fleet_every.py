"""A round over all Comuni: so many side by side, and who fails or hangs is named and costs no other."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.engine import StoreError
from flows.fleet import rounds
from flows.fleet.registry import Roll
from flows.fleet.rounds import BUSY, LATE, NOT_BEGUN, Limits, Outcome, every
from flows.settings import BollettinoError, Settings
from tests.world.fleet import Land, land

SLUGS = [f"comune-{number}" for number in range(6)]
LONG = Limits(each=60, whole=60)
PHONE = "+393330000042"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    made = land(tmp_path, monkeypatch)
    for slug in SLUGS:
        made.add(slug)
    return made


@pytest.fixture
def roll(here: Land) -> Roll:
    return here.fleet.roll()


def slug_of(settings: Settings, _engine: Engine) -> str:
    return settings.profile.slug


def test_each_is_served_once_with_a_database_of_its_own(roll: Roll) -> None:
    seen: list[tuple[str, str]] = []

    def work(settings: Settings, engine: Engine) -> int:
        seen.append((settings.profile.slug, str(engine.url)))
        return len(settings.profile.slug)

    outcome = every(roll, "prova", work, LONG)
    assert outcome == Outcome(dict.fromkeys(SLUGS, 8), {})
    assert sorted(seen) == [(one.profile.slug, one.database) for one in roll.comuni]
    assert outcome.red() == ""


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_so_many_are_served_side_by_side_and_no_more(roll: Roll, at_once: int) -> None:
    lock, now, most = threading.Lock(), 0, 0
    full = threading.Barrier(at_once)

    def work(_settings: Settings, _engine: Engine) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        if at_once < 4:  # of six, four would wait for two more
            full.wait(5)
        with lock:
            now -= 1

    assert every(roll, "prova", work, LONG, at_once=at_once).ill == {}
    assert most <= at_once
    assert most == at_once or at_once == 4


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (BollettinoError("questo\n  si può dire"), "questo si può dire"),
        (StoreError("the database is away"), "the database is away"),
        (ValueError(f"no such number: {PHONE}"), "ValueError (?)"),
        (
            ExceptionGroup("x", [BollettinoError("a"), KeyError(PHONE), BollettinoError("a")]),
            "a; KeyError (?)",
        ),
        (SystemExit(3), "SystemExit (?)"),
    ],
)
def test_one_that_fails_is_named_and_costs_no_other(roll: Roll, trouble: BaseException, words: str) -> None:
    def work(settings: Settings, engine: Engine) -> str:
        if settings.profile.slug == SLUGS[2]:
            raise trouble
        return slug_of(settings, engine)

    outcome = every(roll, "prova", work, LONG, at_once=2)
    assert outcome.ill == {SLUGS[2]: words}
    assert outcome.done == {slug: slug for slug in SLUGS if slug != SLUGS[2]}
    assert outcome.red() == ("Comuni non seguiti: 1 su 6: comune-2. Perché, lo dice il registro qui sotto.")


def test_what_nobody_foresaw_is_told_by_its_place(roll: Roll) -> None:
    outcome = every(roll, "prova", lambda settings, _: settings.frame("gone"), LONG)
    assert set(outcome.ill) == set(SLUGS)
    assert outcome.ill[SLUGS[0]].startswith("KeyError (flows/profiles/wording.py:")


def test_at_whom_another_round_is_just_now_is_served_when_the_others_are(
    roll: Roll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "_begun_at", lambda *_: 0.0)  # both began with the same one
    at_it, free = threading.Event(), threading.Event()

    def slow(settings: Settings, engine: Engine) -> str:
        if settings.profile.slug == SLUGS[0]:
            at_it.set()
            assert free.wait(30)
        return slug_of(settings, engine)

    first = threading.Thread(target=every, args=(roll, "prova", slow, LONG), kwargs={"at_once": 1})
    first.start()
    assert at_it.wait(30)

    def last_frees(settings: Settings, engine: Engine) -> str:
        if settings.profile.slug == SLUGS[-1]:
            free.set()
            first.join(30)
        return slug_of(settings, engine)

    assert every(roll, "prova", last_frees, LONG, at_once=1) == Outcome({slug: slug for slug in SLUGS}, {})


def test_one_that_hangs_is_left_behind_and_not_begun_again_before_it_comes_back(roll: Roll) -> None:
    free, begun = threading.Event(), []

    def hangs(settings: Settings, engine: Engine) -> str:
        begun.append(settings.profile.slug)
        if settings.profile.slug == SLUGS[0]:
            assert free.wait(30)
        return slug_of(settings, engine)

    brief = Limits(each=2, whole=60)  # to open a database takes some tenths of a second on a busy machine
    others = {slug: slug for slug in SLUGS[1:]}
    first = every(roll, "prova", hangs, brief, at_once=1)
    assert (first.done, first.ill) == (others, {SLUGS[0]: LATE.format(2)})
    again = every(roll, "prova", hangs, brief, at_once=1)
    assert (again.done, again.ill) == (others, {SLUGS[0]: BUSY})
    assert begun.count(SLUGS[0]) == 1
    other = every(roll, "altro", slug_of, LONG)
    assert other.ill == {}, "of another work it holds nothing"
    free.set()
    until = time.monotonic() + 10
    while (last := every(roll, "prova", slug_of, LONG)).ill and time.monotonic() < until:
        time.sleep(0.01)
    assert last.done == {slug: slug for slug in SLUGS}


def test_who_is_not_begun_in_time_is_named_and_comes_first_in_the_next(roll: Roll) -> None:
    order: list[str] = []

    def work(settings: Settings, _engine: Engine) -> None:
        order.append(settings.profile.slug)
        time.sleep(0.2)

    first = every(roll, "prova", work, Limits(each=60, whole=0.6), at_once=1)
    left = set(SLUGS) - set(order)
    assert 0 < len(left) < len(SLUGS)
    assert first.ill == dict.fromkeys(left, NOT_BEGUN)
    every(roll, "prova", work, LONG, at_once=1)
    begun = len(SLUGS) - len(left)
    assert set(order[begun : begun + len(left)]) == left


def test_who_is_ill_before_the_round_is_named_too(here: Land) -> None:
    here.add("cieco", ("grace_minutes = 60", "grace_minuts = 60"))
    outcome = every(here.fleet.roll(), "prova", slug_of, LONG)
    assert set(outcome.done) == set(SLUGS)
    assert "grace_minuts" in outcome.ill["cieco"]
    assert outcome.red().startswith("Comuni non seguiti: 1 su 7: cieco.")


def test_a_password_that_was_not_encoded_in_an_address_is_its_own_comune_s_trouble(here: Land) -> None:
    """With `@` and `:` in it what follows is read as a port, and the error quotes it."""
    here.give(SLUGS[2], "BOLLETTINO_DATABASE", "postgresql://bollettino:a@secret:word@127.0.0.1/gone")
    outcome = every(here.fleet.roll(), "prova", slug_of, LONG)
    assert (len(outcome.done), list(outcome.ill)) == (5, [SLUGS[2]])
    assert "BOLLETTINO_DATABASE" in outcome.ill[SLUGS[2]]
    assert "word" not in outcome.ill[SLUGS[2]].replace("user:password", "")


def test_many_that_are_ill_are_named_as_far_as_a_sentence_goes() -> None:
    red = Outcome(ill={f"c{number:03}": "x" for number in range(300)}).red()
    assert red.startswith("Comuni non seguiti: 300 su 300: c000, c001, ")
    assert "c019 e altri 280. Perché" in red


def test_nobody_is_a_round_too() -> None:
    assert every(Roll((), {}), "prova", slug_of, LONG) == Outcome({}, {})


def test_what_is_logged_says_for_whom(roll: Roll, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("prova")

    def work(settings: Settings, _engine: Engine) -> None:
        log.warning("%s per cento", settings.profile.slug[-1])

    every(roll, "prova", work, LONG)
    log.warning("dopo: %s", 1)
    assert sorted(caplog.messages) == [*(f"{slug}: {slug[-1]} per cento" for slug in SLUGS), "dopo: 1"]


def test_a_thread_has_what_its_round_has_and_enters_once(roll: Roll) -> None:
    given: ContextVar[str] = ContextVar("given")
    given.set("run")
    entered, left = [], []

    @contextmanager
    def around() -> Iterator[None]:
        entered.append(threading.get_ident())
        yield
        left.append(threading.get_ident())

    outcome = every(roll, "prova", lambda *_: given.get(), LONG, around=around, at_once=2)
    assert set(outcome.done.values()) == {"run"}
    assert len(entered) == len(set(entered)) <= 2


def test_what_cannot_be_entered_is_told_and_tried_again_for_the_next(roll: Roll) -> None:
    tries: list[int] = []

    @contextmanager
    def around() -> Iterator[None]:
        tries.append(1)
        if len(tries) == 1:
            raise BollettinoError("non risponde")
        yield

    outcome = every(roll, "prova", slug_of, LONG, around=around, at_once=1)
    assert list(outcome.ill.values()) == ["non risponde"]
    assert len(outcome.done) == len(SLUGS) - 1


def test_its_threads_end_with_it(roll: Roll) -> None:
    before = threading.active_count()
    every(roll, "prova", slug_of, LONG)
    until = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_a_lock_lies_beside_the_states_and_in_none(here: Land, roll: Roll) -> None:
    every(roll, "prova", slug_of, LONG)
    folder = here.states / "_fleet" / rounds.FOLDER
    assert sorted(path.name for path in folder.iterdir()) == [f"prova_{slug}" for slug in SLUGS]
    assert folder.stat().st_mode & 0o777 == 0o700
