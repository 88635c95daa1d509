"""Whom a round of `sorveglia` passes over: only where nothing waits, nobody wrote since, and not for long."""

import logging
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine

from db import disk, writes
from db.engine import opened, transaction
from db.models import BulletinStatus
from flows import poll, watch
from flows.doctor import heartbeat
from flows.settings import Settings
from tests.world.builders import make_bulletin
from tests.world.fleet import Land
from tests.world.polled import ISSUED, SLUGS, Told, here, lines, site, told

__all__ = ["here", "site", "told"]  # the fixtures

FIRST, OTHER = SLUGS[1], SLUGS[3]
AT_REST = next(iter(watch.AT_REST))


class Looked:
    """Whom a round looks at, at a moment that the test chooses; it finds nothing to do, but for `busy`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.slugs, self.busy = ISSUED, list[str](), set[str]()
        monkeypatch.setattr(poll, "datetime", SimpleNamespace(now=lambda _zone: self.now))
        monkeypatch.setattr(watch, "full_round", self._round)
        monkeypatch.setattr(writes, "TICK", 0.0)

    def _round(self, settings: Settings, _engine: Engine) -> str:
        self.slugs.append(settings.profile.slug)
        return "da inviare: [1]" if settings.profile.slug in self.busy else AT_REST

    def after(self, minutes: float) -> list[str]:
        """In a round that comes so much later."""
        self.now += timedelta(minutes=minutes)
        self.slugs.clear()
        poll.watch_all.fn()
        return sorted(self.slugs)


@pytest.fixture
def looked(here: Land, told: Told, monkeypatch: pytest.MonkeyPatch) -> Looked:
    found = Looked(monkeypatch)
    assert found.after(0) == SLUGS
    # the first to open a copied file may have written into it: everybody once more, at an hour that is known
    assert found.after(15) == SLUGS
    return found


def test_nobody_is_looked_at_where_nothing_waits_and_nobody_wrote(looked: Looked, told: Told) -> None:
    assert looked.after(5) == []
    assert told.names[-1] == "Controllo · 5 Comuni: nessuno con qualcosa da seguire"
    assert told.red == []
    assert looked.after(5) == []
    assert looked.after(4.9) == SLUGS, "nobody is passed over for longer, though a round begins a bit earlier"
    assert looked.after(5) == []
    assert looked.after(-120) == SLUGS, "the clock was put back"
    assert looked.after(5) == []


def test_who_is_passed_over_has_its_beat(here: Land, looked: Looked) -> None:
    assert looked.after(5) == []
    assert [heartbeat.last_beat(here.states / slug) for slug in SLUGS] == [looked.now] * len(SLUGS)


def test_who_is_passed_over_has_its_beat_before_the_others_are_looked_at(
    here: Land, looked: Looked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which may take minutes: the watchdog would call Prefect dead, at the very time of many alerts."""
    with opened(here.fleet.settings(FIRST).database) as engine, transaction(engine) as session:
        make_bulletin(session, status=BulletinStatus.in_review)
    beats = []

    def long_round(_settings: Settings, _engine: Engine) -> str:
        beats.append(heartbeat.last_beat(here.states / OTHER))
        return AT_REST

    monkeypatch.setattr(watch, "full_round", long_round)
    looked.after(5)
    assert beats == [looked.now]


def test_what_waits_or_was_written_is_looked_at(here: Land, looked: Looked) -> None:
    with opened(here.fleet.settings(FIRST).database) as engine, transaction(engine) as session:
        make_bulletin(session, status=BulletinStatus.in_review)
    assert looked.after(5) == [FIRST]
    assert looked.after(5) == [FIRST], "it waits for a person"
    with opened(here.fleet.settings(OTHER).database) as engine, transaction(engine) as session:
        make_bulletin(session, status=BulletinStatus.rejected)
    assert looked.after(1) == [FIRST, OTHER]
    assert looked.after(1) == [FIRST]


def test_what_a_round_had_to_do_is_looked_at_again(looked: Looked) -> None:
    looked.busy = set(SLUGS)
    assert looked.after(15) == SLUGS
    looked.busy = set()
    assert looked.after(5) == SLUGS
    assert looked.after(5) == []


def test_another_profile_or_a_database_that_is_gone_is_looked_at(
    here: Land, looked: Looked, told: Told
) -> None:
    profile = here.folder / f"{OTHER}.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("# redirect_hosts", "redirect_hosts"), encoding="utf-8")
    assert looked.after(5) == [OTHER]
    (here.states / FIRST / "bollettino.db").unlink()
    looked.after(5)
    assert told.red[-1].startswith(f"Comuni non seguiti: 1 su 5: {FIRST}.")


def test_a_memory_that_cannot_be_read_or_written_costs_a_round_s_work(
    here: Land, looked: Looked, told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (memory,) = (here.states).glob(f"*/giri/{poll.STILL}")
    memory.write_text("half of a fi", encoding="utf-8")
    assert looked.after(5) == SLUGS
    assert looked.after(5) == []

    memory.unlink()
    memory.mkdir()  # as one that may not be read
    assert looked.after(5) == SLUGS
    memory.rmdir()
    assert looked.after(5) == SLUGS

    def full(path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(disk, "replace", full)
    assert looked.after(5) == []
    said = [line for line in lines(caplog, logging.WARNING) if "non si scrive: No space left" in line]
    assert len(said) == len(SLUGS) + 1, "no beat of any of them, and not the memory"
    assert told.red == []
