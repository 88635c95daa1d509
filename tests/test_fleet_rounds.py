"""One process that works for many Comuni again and again keeps nothing of any of them open.

`BOLLETTINO_REHEARSAL=1` works for thirty.
"""

import gc
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from prefect import Flow
from prefect.logging import disable_run_logger
from sqlalchemy import Engine
from sqlalchemy.pool import Pool

from db import engine as engine_module
from db.engine import opened
from flows import collect, count, watch
from flows.alert import draft_urgent
from flows.count import overview, printed
from flows.privacy import intact
from flows.retain import retain, retain_all
from flows.runs import client
from flows.settings import Settings
from flows.watch import look
from tests.world.builders import NOW
from tests.world.fleet import Land, land

pytestmark = pytest.mark.slow  # many databases a test

MANY, ROUNDS = (30, 3) if os.environ.get("BOLLETTINO_REHEARSAL") else (8, 2)
PROCESS = psutil.Process()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Land:
    made = land(tmp_path, monkeypatch)
    slugs = [f"comune-{number}" for number in range(MANY)]
    for slug in slugs:
        made.add(slug)
    made.settle(slugs, sqlite_template)
    for settings in made.fleet.roll().comuni:
        with opened(settings.database) as engine:
            intact.keep_keys(settings, engine)
    return made


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    """When it comes nobody knows."""
    gc.disable()
    yield
    gc.enable()


def at_work(settings: Settings, engine: Engine) -> None:
    """What the shared verbs do with a database, without a server."""
    look(settings, engine, now=NOW)
    draft_urgent(settings, engine, now=NOW)
    retain(settings, engine, now=NOW)
    assert list(printed(settings, overview(engine), NOW))


def one_round(here: Land) -> None:
    for slug in here.fleet.slugs:
        settings = intact.load(slug)
        with opened(settings.database) as engine:
            at_work(settings, engine)


@dataclass(frozen=True)
class Held:
    """What this process holds at one moment."""

    descriptors: int
    pools: int


def held() -> Held:
    descriptors = PROCESS.num_fds()  # as the work left them: what is only garbage is still open
    gc.collect()
    return Held(descriptors, sum(isinstance(one, Pool) for one in gc.get_objects()))


def test_rounds_over_many_comuni_leave_no_descriptor_no_pool_and_no_statement(here: Land) -> None:
    """A statement of its own for each Comune and round was 16 kB, and pushed out what all have use for."""
    compiled = engine_module._COMPILED["compiled_cache"]
    compiled.clear()
    one_round(here)  # what is compiled and read once for all stays
    gc.collect()  # what other tests left
    before, statements = held(), len(compiled)
    for _ in range(ROUNDS):
        one_round(here)
    after = held()
    assert after.descriptors <= before.descriptors
    assert after.pools <= before.pools
    # a minute or a day may begin meanwhile, and something be asked for the first time: for all, not for each
    assert len(compiled) < statements + MANY


def test_a_comune_whose_work_fails_leaves_nothing_open_either(here: Land) -> None:
    def dies(slug: str) -> None:
        settings = intact.load(slug)
        with opened(settings.database) as engine:
            look(settings, engine, now=NOW)
            raise ZeroDivisionError

    one_round(here)
    gc.collect()  # what other tests left
    before = held()
    for slug in here.fleet.slugs:
        with pytest.raises(ZeroDivisionError):
            dies(slug)
    after = held()
    assert after.descriptors <= before.descriptors
    assert after.pools <= before.pools


@pytest.mark.parametrize("flow", [watch.watch, retain_all, count.count_all, collect.collect])
def test_a_run_closes_what_it_opened(
    here: Land, monkeypatch: pytest.MonkeyPatch, flow: Flow[..., Any]
) -> None:
    """As it is called in a process that lives on."""
    monkeypatch.setenv("BOLLETTINO_PROFILE", "comune-7")
    monkeypatch.setattr(collect, "collect_sources", lambda *_, **__: [])
    monkeypatch.setattr(count, "create_markdown_artifact", lambda *_, **__: None)
    monkeypatch.setattr(watch, "full_round", lambda _, engine: str(overview(engine)))
    monkeypatch.setattr(client, "named", lambda *_: None)
    with disable_run_logger():
        flow.fn()
        gc.collect()  # what other tests left
        before = held()
        flow.fn()
    assert held().descriptors <= before.descriptors


def test_an_engine_that_is_left_open_would_be_seen(here: Land) -> None:
    before = PROCESS.num_fds()
    left = [settings.engine() for settings in here.fleet.roll().comuni]
    for engine in left:
        overview(engine)
    assert PROCESS.num_fds() >= before + MANY
    for engine in left:
        engine.dispose()
    assert PROCESS.num_fds() <= before


def test_the_texts_of_the_program_are_read_once_for_all(here: Land) -> None:
    first, *others = here.fleet.roll().comuni
    assert all(settings.texts is first.texts for settings in others)
    assert first.templates.keys() == others[0].templates.keys()
