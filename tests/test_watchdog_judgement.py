"""When something is told: any history of troubles, and a memory that lives through any file."""

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.bulletin.alerts.urgent import Quiet
from flows.bulletin.message.sms import fits
from flows.settings import DEMO, Settings, load_profile
from flows.watchdog import judgement, memory
from flows.watchdog.channels import BROKEN, OVER, short
from flows.watchdog.judgement import AGAIN, BACK, LASTS, WELL
from flows.watchdog.memory import LENGTH, Known, Memory
from flows.watchdog.promises import Seen
from flows.watchdog.trouble import Trouble
from tests.world.builders import NOW

ROUND = timedelta(minutes=5)
QUIET = Quiet(time(22), time(7))
TEXTS = Settings(load_profile(DEMO), DEMO, DEMO).texts["sms"]
IDS = ("web", "prefect", "alerts")
URGENT = {"prefect", "alerts"}
NIGHT = NOW.replace(hour=23)  # midnight in Rome


def trouble(id_: str) -> Trouble:
    return Trouble(id_, id_.title(), f"{id_} è fermo", id_ in URGENT)


@given(st.lists(st.tuples(st.sets(st.sampled_from(IDS)), st.booleans()), max_size=400), st.booleans())
def test_each_trouble_is_mailed_once_a_day_and_an_end_only_of_what_was_told(
    history: list[tuple[set[str], bool]], is_blind: bool
) -> None:
    known, now = Memory(first_at=NOW), NOW
    open_: set[str] = set()
    last: dict[str, datetime] = {}
    run: dict[str, int] = dict.fromkeys(IDS, 0)
    well: dict[str, int] = dict.fromkeys(IDS, 0)
    for broken, database_answers in history:
        now += ROUND
        unknown = frozenset() if database_answers or not is_blind else frozenset({"alerts"})
        known = judgement.remembered(
            known, Seen(tuple(trouble(id_) for id_ in sorted(broken - unknown)), unknown), now=now
        )
        due = judgement.due(known, QUIET, now=now)
        for id_ in IDS:
            if id_ not in unknown:
                run[id_] = run[id_] + 1 if id_ in broken else 0
            well[id_] = 0 if id_ in broken | unknown else well[id_] + 1
        for id_ in due.mail:
            assert id_ not in last or now - last[id_] >= (AGAIN if id_ in open_ else BACK)
            assert run[id_] >= 2 or id_ in open_ or id_ in unknown, "seen twice"
            open_.add(id_)
            last[id_] = now
        for id_ in due.mail_over:
            assert id_ in open_
            assert well[id_] * ROUND > WELL
            open_.remove(id_)
        known = judgement.told(known, due, now=now)
        troubles = known.troubles.items()
        assert {id_ for id_, one in troubles if one.mailed_at and not one.is_mail_over} == open_
    for _ in range(14):  # when all is well for long enough, nothing is left to say
        now += ROUND
        known = judgement.remembered(known, Seen(()), now=now)
        known = judgement.told(known, judgement.due(known, QUIET, now=now), now=now)
    now = now.replace(hour=12) + timedelta(days=1)
    known = judgement.told(known, judgement.due(known, QUIET, now=now), now=now)
    assert known.troubles == {}


def rounds(known: Memory, now: datetime, looks: str) -> tuple[Memory, datetime, list[str]]:
    """A look each five minutes, `x` where it is broken; what is told by mail."""
    told = []
    for one in looks:
        now += ROUND
        known = judgement.remembered(known, Seen((trouble("web"),) if one == "x" else ()), now=now)
        due = judgement.due(known, QUIET, now=now)
        told += ["broken"] * len(due.mail) + ["over"] * len(due.mail_over)
        known = judgement.told(known, due, now=now)
    return known, now, told


def test_what_swings_is_told_once() -> None:
    _, _, told = rounds(Memory(first_at=NOW), NOW, "xx.." * 36)
    assert told == ["broken"], "in 12 hours"


def test_what_comes_back_soon_is_told_hours_after_it_was_told_before() -> None:
    known, now, told = rounds(Memory(first_at=NOW), NOW, "xx" + "." * 13)
    assert told == ["broken", "over"]
    assert known.troubles["web"].mailed_at == NOW + 2 * ROUND
    known, now, told = rounds(known, now, "x" * 22)  # until 2 h 55 min after it was told
    assert told == []
    known, now, told = rounds(known, now, "x")
    assert told == ["broken"]
    known, now, told = rounds(known, now, "." * 36)
    assert (told, known.troubles) == (["over"], {})
    assert rounds(known, now, "xx")[2] == ["broken"]


def test_what_was_over_is_not_broken_because_nobody_can_look() -> None:
    known, now, _ = rounds(Memory(first_at=NOW), NOW, "xx" + "." * 13)
    for _ in range(40):
        now += ROUND
        known = judgement.remembered(known, Seen((), frozenset({"web"})), now=now)
        due = judgement.due(known, Quiet(time(3), time(4)), now=now)
        assert due.mail == ()
        known = judgement.told(known, due, now=now)


def test_what_is_seen_once_is_nothing_yet() -> None:
    known = judgement.remembered(Memory(first_at=NOW), Seen((trouble("web"),)), now=NOW)
    assert judgement.due(known, QUIET, now=NOW).mail == ()
    again = judgement.remembered(known, Seen((trouble("web"),)), now=NOW + LASTS)
    assert judgement.due(again, QUIET, now=NOW + LASTS).mail == ("web",)
    gone = judgement.remembered(known, Seen(()), now=NOW + ROUND)
    assert gone.troubles == {}


def test_at_night_only_what_may_cost_an_alert_wakes_anybody() -> None:
    troubles = {id_: Known(since=NIGHT - ROUND, name=id_, words="", is_urgent=id_ in URGENT) for id_ in IDS}
    known = Memory(first_at=NIGHT, troubles=troubles)
    due = judgement.due(known, QUIET, now=NIGHT)
    assert set(due.mail) == set(IDS)
    assert set(due.text) == URGENT
    known = judgement.told(known, due, now=NIGHT)
    morning = NIGHT + timedelta(hours=7, minutes=5)
    assert judgement.due(known, QUIET, now=morning).text == ("web",)


def test_what_could_not_be_told_is_due_again() -> None:
    known = Memory(first_at=NOW, troubles={"web": Known(since=NOW - ROUND, name="Web", words="")})
    assert judgement.told(known, judgement.Due(), now=NOW) == known
    assert judgement.due(known, QUIET, now=NOW).mail == ("web",)


def test_an_end_that_nobody_could_be_told_of_is_forgotten() -> None:
    told = Known(since=NOW, name="Web", words="", mailed_at=NOW)
    known = judgement.remembered(Memory(first_at=NOW, troubles={"web": told}), Seen(()), now=NOW + ROUND)
    assert known.troubles["web"].gone_at == NOW + ROUND
    later = judgement.remembered(known, Seen(()), now=NOW + ROUND + judgement.FORGOTTEN)
    assert later.troubles == {}


moments = st.timedeltas(timedelta(), timedelta(days=1000)).map(lambda since: NOW + since)
stored = st.builds(
    Known,
    since=moments,
    name=st.text(max_size=30),
    words=st.text(max_size=200),
    is_urgent=st.booleans(),
    mailed_at=st.none() | moments,
    texted_at=st.none() | moments,
    gone_at=st.none() | moments,
    is_mail_over=st.booleans(),
    is_text_over=st.booleans(),
)
memories = st.builds(
    Memory, first_at=moments, troubles=st.dictionaries(st.text(max_size=10), stored, max_size=8)
)


@given(memories)
def test_what_is_saved_is_loaded(tmp_path_factory: pytest.TempPathFactory, known: Memory) -> None:
    folder = tmp_path_factory.mktemp("memory")
    assert memory.save(folder, known)
    assert memory.load(folder, now=NOW) == known
    assert (folder / memory.FILE).stat().st_size >= LENGTH
    assert (folder / memory.FILE).stat().st_mode & 0o077 == 0


@given(st.binary(max_size=200))
def test_a_file_that_cannot_be_read_is_begun_anew(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    folder = tmp_path_factory.mktemp("memory")
    (folder / memory.FILE).write_bytes(raw)
    assert memory.load(folder, now=NOW) == Memory(first_at=NOW)


def test_without_room_for_another_file_it_is_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("db.disk.replace", full)
    known = Memory(first_at=NOW, troubles={"web": Known(since=NOW, name="Web", words="è fermo")})
    assert not memory.save(tmp_path, known), "there is no file yet"
    monkeypatch.undo()
    assert memory.save(tmp_path, Memory(first_at=NOW))
    monkeypatch.setattr("db.disk.replace", full)
    assert memory.save(tmp_path, known)
    assert memory.load(tmp_path, now=NOW) == known


@given(
    st.lists(st.sampled_from(["Prefect", "Applicazione web", "Database", "Allerte"]), min_size=1, max_size=40)
)
def test_an_sms_is_one(names: list[str]) -> None:
    for kind in (BROKEN, OVER):
        text = short(TEXTS[kind], "PROVA · ", names)
        assert fits(text)
        assert names[0] in text
