"""Nothing that the issuer has taken back is sent, whatever is delayed, held, stopped and resumed.

`BOLLETTINO_REHEARSAL=1` tries many more orders of events.
"""

import os
import random
import shutil
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.engine import make_engine
from db.models import Hazard, Level, WeatherAlert
from db.vault import Vault
from flows.bulletin.alerts.statements import Span
from flows.bulletin.alerts.truth import announced_at, changed, newest_word
from flows.bulletin.language.dates import ROME
from flows.sources import truth
from tests.bench.replay_alerts import ZONE, Issue, Key, history
from tests.bench.replay_urgent import settings_of, statements
from tests.world.alert_world import PEOPLE, World, levels_in
from tests.world.comune import SECRETS
from tests.world.shared import needs_shared

IS_REHEARSAL = bool(os.environ.get("BOLLETTINO_REHEARSAL"))
MOMENTS = 5_000 if IS_REHEARSAL else 400
STORIES = 300 if IS_REHEARSAL else 6
SIX_HOURS = 360
ACTIONS = ("round", "approve", "start", "send", "stop", "resume", "watch")
STEP = st.tuples(st.sampled_from(ACTIONS), st.sampled_from((1, 4, 5, 10, 30, 60, 180, SIX_HOURS)))


@cache
def issues() -> list[Issue]:
    return history()


@cache
def rows() -> dict[date, list[WeatherAlert]]:
    """All that was ever stated of each day, as it is stored."""
    found: dict[date, list[WeatherAlert]] = defaultdict(list)
    for number, one in enumerate((one for issue in issues() for one in statements(issue)), start=1):
        row = WeatherAlert(id=number, source_id=1, seen_at=one.sent_at, **one.__dict__)
        found[one.day].append(row)
    return found


def stored_near(moment: datetime) -> list[WeatherAlert]:
    """Of the days around it, as `db.weather_alerts.ever_said` asks the database."""
    day = moment.astimezone(ROME).date()
    return [row for ahead in range(3) for row in rows().get(day + timedelta(days=ahead), [])]


@cache
def turns() -> list[int]:
    """Of the bulletins that follow one with an alert, those that say of a day what that one did not."""
    found = []
    for number, (before, after) in enumerate(pairwise(said()), start=1):
        if any(before[key] != after[key] for key in before.keys() & after.keys()):
            found.append(number)
    return found


@cache
def said() -> list[dict[Key, Level]]:
    """What each bulletin says, in the issuer's words."""
    return [issue.levels() for issue in issues()]


def known_at(moment: datetime) -> dict[Key, Level]:
    """Of the days around it."""
    found: dict[Key, Level] = {}
    for issue, levels in zip(issues(), said(), strict=True):
        if moment - timedelta(days=4) <= issue.sent <= moment:
            found |= levels
    return found


@needs_shared
@settings(max_examples=MOMENTS, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_text_is_right_exactly_while_the_newest_bulletin_says_the_same(data: st.DataObject) -> None:
    """Of every day with any level: written at one moment, asked up to six hours later."""
    turn = issues()[data.draw(st.sampled_from(turns()))].sent
    written = turn + timedelta(minutes=data.draw(st.integers(-SIX_HOURS, SIX_HOURS)))
    asked = written + timedelta(minutes=data.draw(st.integers(0, SIX_HOURS)))
    stored = [row for row in stored_near(asked) if row.seen_at <= asked]
    by_then = announced_at(stored, asked, known_at=written)
    by_now = announced_at(stored, asked, known_at=newest_word(stored, asked))
    before, after = known_at(written), known_at(asked)
    for day in {span.row.day for span in by_then}:
        told = [span for span in by_then if span.row.day == day]
        keys = [(day, span.row.hazard) for span in told]
        same = all(before[key] == after[key] for key in keys)
        assert (changed(told, by_now, asked) is None) == same, (written, asked, day)
        rest: list[list[Span]] = [[one for one in said if one.row.day == day] for said in (by_then, by_now)]
        every = {(day, hazard) for hazard in Hazard}
        none = Level.verde
        same = all(before.get(key, none) == after.get(key, none) for key in every)
        assert (changed(rest[0], rest[1], asked, whole=True) is None) == same, (written, asked, day)


@pytest.fixture
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.slow
@needs_shared
@pytest.mark.usefixtures("_secrets")
def test_no_delay_hold_or_resume_sends_what_was_taken_back(sqlite_template: Path, tmp_path: Path) -> None:
    pressing = [number for number in turns() if _is_orange_still(number)]
    assert len(pressing) > 5
    tried: Counter[str] = Counter()

    @settings(max_examples=STORIES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(pressing),
        st.integers(0, SIX_HOURS),
        st.booleans(),
        st.lists(STEP, min_size=20, max_size=40),
    )
    def lived(turn: int, before: int, order: bool, steps: list[tuple[str, int]]) -> None:
        tried.update(live(sqlite_template, tmp_path, turn, before, order, steps))

    lived()
    # chance alone rarely walks the whole way: these do, to the turn and beyond it
    dice = random.Random(12)
    for turn in pressing if IS_REHEARSAL else dice.sample(pressing, 8):
        tried.update(live(sqlite_template, tmp_path, turn, dice.randint(0, 90), False, walk(dice)))
    for one in ("message: urgent", "message: all_clear", "held", "taken back by collect", "ended"):
        assert tried[one], f"it was not tried at all: {tried}"


@needs_shared
@pytest.mark.usefixtures("_secrets")
def test_the_story_notices_what_nobody_asks(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(truth, "untrue", lambda *_, **__: [])
    turn = next(number for number in turns() if _is_orange_still(number))
    ready = [("round", 1), ("approve", 1), ("start", 1), ("send", 1), ("stop", 1)]
    steps = [*ready, ("watch", 90), ("resume", 1), ("send", 1)]
    with pytest.raises(AssertionError, match="but 20"):
        live(sqlite_template, tmp_path, turn, 60, False, steps)


def walk(dice: random.Random) -> list[tuple[str, int]]:
    """Drafted, approved, begun, stopped after two, and all of it again with delays."""
    steps = []
    for _ in range(4):
        for action in ("round", "approve", "start", "send", "stop", "resume", "send"):
            steps.append((action, dice.choice((1, 1, 4, 10, 30, 180))))
    return steps


def _is_orange_still(turn: int) -> bool:
    """Whether a day that was orange until this bulletin is not over by then."""
    today = issues()[turn].sent.date()
    return any(
        day >= today and level.rank >= Level.arancione.rank for (day, _), level in said()[turn - 1].items()
    )


def live(
    template: Path, folder: Path, turn: int, before: int, order: bool, steps: list[tuple[str, int]]
) -> Counter[str]:
    """A story that begins up to six hours before a bulletin that turns the one before it."""
    database = folder / "story.db"
    shutil.copy(template, database)
    engine = make_engine(f"sqlite:///{database}")
    vault = Vault([Fernet.generate_key().decode()], "a look-up key made up for tests only")
    begins = max(issues()[turn - 1].sent, issues()[turn].sent - timedelta(minutes=before))
    try:
        world = World(engine, settings_of(order), vault, begins, issues()[turn - 2 : turn + 4])
        world.people()
        world.later(0)
        for action, minutes in steps:
            world.do(action)
            world.later(minutes)
        assert world.wrong == []
        return world.seen
    finally:
        engine.dispose()


def test_the_oracle_reads_the_levels_of_a_text() -> None:
    assert levels_in(
        "ARANCIONE (livello 3 su 4) per rischio idraulico e temporali forti; "
        "GIALLA (livello 2 su 4) per rischio idrogeologico"
    ) == {
        Hazard.idraulico: Level.arancione,
        Hazard.temporali: Level.arancione,
        Hazard.idrogeologico: Level.gialla,
    }
    assert levels_in(
        "resta l'allerta GIALLA (livello 2 su 4) per temporali forti, dalle 0 alle 24 di mercoledì 25"
    ) == {Hazard.temporali: Level.gialla}
    assert levels_in("per mercoledì 25 novembre la fonte non indica più questo livello") == {}
    assert PEOPLE > 2, "or no send is stopped on its way"
    assert ZONE == "Lomb-09"
