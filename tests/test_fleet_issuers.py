"""Whom a round of alerts passes over: only who was served with all that its issuers say, and not for long."""

import logging
from datetime import UTC, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from prefect.context import FlowRunContext
from sqlalchemy import Engine

from db import disk, writes
from flows import poll
from flows.settings import Settings
from scrapers.fetching.fetcher import Fetcher
from tests.test_scrapers_dpc import CAP, QUIET, RED, TODAY, TOMORROW, archive, cap, dbf, rows
from tests.world.fleet import Land
from tests.world.loopback_site import Handler, Site
from tests.world.polled import ISSUED, SLUGS, Told, here, lines, site, told

__all__ = ["here", "site", "told"]  # the fixtures

FIRST, OTHER = SLUGS[1], SLUGS[3]
WORSE = {
    TODAY.replace("1511", "1555"): dbf(rows(temporali=RED)),
    TOMORROW.replace("1511", "1555"): dbf(rows()),
    CAP.replace("1511", "1555"): cap(),
}


class Served:
    """Whose databases a round of alerts opens, at a moment that the test chooses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.slugs = ISSUED, list[str]()
        monkeypatch.setattr(poll, "datetime", SimpleNamespace(now=lambda _zone: self.now))
        gather = poll.gather

        def noted(kind: str, polling: Any, settings: Settings, engine: Engine) -> Any:
            self.slugs.append(settings.profile.slug)
            return gather(kind, polling, settings, engine)

        monkeypatch.setattr(poll, "gather", noted)
        monkeypatch.setattr(writes, "TICK", 0.0)

    def of(self, minutes: float) -> list[str]:
        """In a round that comes so much later."""
        self.now += timedelta(minutes=minutes)
        self.slugs.clear()
        poll.collect_all.fn("allerte")
        return sorted(self.slugs)


@pytest.fixture
def served(here: Land, told: Told, monkeypatch: pytest.MonkeyPatch) -> Served:
    return Served(monkeypatch)


def test_nobody_is_opened_whose_issuer_has_nothing_new(served: Served, told: Told, site: Site) -> None:
    assert served.of(0) == SLUGS
    assert served.of(1) == []
    assert told.names[-1] == "Raccolta: allerte · 5 Comuni: nessuno con allerte nuove"
    assert served.of(28) == []
    assert served.of(1) == SLUGS, "nobody is passed over for longer"
    assert served.of(1) == []
    assert served.of(-120) == SLUGS, "the clock was put back"
    assert served.of(1) == []
    site.answer("/dpc", body=archive(WORSE))
    assert served.of(1) == SLUGS
    assert told.names[-1] == "Raccolta: allerte · 5 Comuni: 5 con allerte nuove"
    assert served.of(1) == []
    assert told.red == []


def test_by_its_etag_an_issuer_is_asked_for_no_more_than_its_word(served: Served, site: Site) -> None:
    site.answer("/dpc", body=archive(QUIET), ETag='"one"')
    whole = site.answers["/dpc"]
    site.answer("/nothing", status=304)

    def conditional(handler: Handler) -> None:
        (site.answers["/nothing"] if handler.headers["If-None-Match"] == '"one"' else whole)(handler)

    site.answers["/dpc"] = conditional
    assert [served.of(minutes) for minutes in (0, 1, 30, 1)] == [SLUGS, [], SLUGS, []]
    validators = [headers.get("If-None-Match") for headers in site.asked]
    assert validators == [None, '"one"', '"one"', '"one"'], "once in a round"


def test_who_joins_changes_or_was_not_served_is_opened(
    here: Land, served: Served, told: Told, site: Site
) -> None:
    database = here.states / FIRST / "bollettino.db"
    database.rename(database.with_suffix(".away"))
    served.of(0)
    database.with_suffix(".away").rename(database)
    assert served.of(1) == [FIRST]
    profile = here.folder / f"{OTHER}.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("# redirect_hosts", "redirect_hosts"), encoding="utf-8")
    assert served.of(1) == [OTHER]
    assert served.of(1) == []


def test_a_database_out_of_a_backup_is_opened(here: Land, served: Served) -> None:
    database = here.states / OTHER / "bollettino.db"
    served.of(0)
    copy = database.with_suffix(".copy")
    copy.write_bytes(database.read_bytes())
    copy.replace(database)
    assert served.of(1) == [OTHER]
    assert served.of(1) == []


def test_an_issuer_that_does_not_answer_is_everybody_s_failure(
    served: Served, told: Told, site: Site
) -> None:
    served.of(0)
    site.answer("/dpc", status=500)
    assert served.of(1) == SLUGS
    assert told.red[-1].startswith("Comuni non seguiti: 5 su 5")
    site.answer("/dpc", body=archive(QUIET))
    assert served.of(30) == SLUGS
    assert served.of(1) == []


def test_a_defect_in_asking_first_keeps_nobody_from_being_served(
    served: Served, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    get, calls = Fetcher.get, iter([True])

    def once(self: Fetcher, url: str, **validators: Any) -> Any:
        if next(calls, False):
            raise RuntimeError("nobody foresaw it")
        return get(self, url, **validators)

    monkeypatch.setattr(Fetcher, "get", once)
    assert [served.of(minutes) for minutes in (0, 1, 1)] == [SLUGS, SLUGS, []]
    assert told.red == []


def test_an_issuer_that_wants_to_be_left_alone_is_not_asked_by_the_round_either(
    served: Served, site: Site
) -> None:
    served.of(0)
    site.answer("/dpc", status=503, Retry_After="600")
    before = len(site.asked)
    assert [served.of(minutes) for minutes in (1, 1, 5)] == [SLUGS] * 3
    assert len(site.asked) - before == 1
    site.answer("/dpc", body=archive(QUIET))
    assert [served.of(minutes) for minutes in (4, 1)] == [SLUGS, []]


def test_who_reads_an_issuer_of_its_own_is_always_opened(here: Land, served: Served, site: Site) -> None:
    site.answer("/cap", body=b"no alert")
    profile = here.folder / f"{OTHER}.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("# alerts_cap", f'alerts_cap = ["{site.url}/cap"] #'), encoding="utf-8")
    served.of(0)
    assert served.of(1) == [OTHER]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that a round which a schedule began has waited."""
    found: list[float] = []
    monkeypatch.setattr(poll, "sleep", found.append)
    _begun_by_schedule(monkeypatch, late=timedelta(seconds=2))
    return found


def _begun_by_schedule(monkeypatch: pytest.MonkeyPatch, late: timedelta) -> None:
    """A run that begins so long after its time."""

    def context() -> Any:
        due = vars(poll)["datetime"].now(UTC) - late
        return SimpleNamespace(flow_run=SimpleNamespace(auto_scheduled=True, expected_start_time=due))

    monkeypatch.setattr(FlowRunContext, "get", context)


def test_a_round_by_the_clock_asks_the_issuers_once_more_before_the_next(
    served: Served, told: Told, site: Site, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is published just after a round is read half a minute later, and not a whole one."""
    served.of(0)
    told.begun.clear()
    worse = archive(WORSE)  # made anew, it would have another time in it

    def published(seconds: float) -> None:
        waits.append(seconds)
        site.answer("/dpc", body=worse)

    monkeypatch.setattr(poll, "sleep", published)
    assert served.of(1) == SLUGS
    assert told.begun == ["sorveglia-tutti sorveglia this-run-again"], "the key of the first look is taken"
    assert waits[-1] == 28, "half a minute after it was due"
    ended = told.names[-1]
    new = "mezzo minuto dopo: 5 Comuni: 5 con allerte nuove"
    assert ended.endswith(f"· 5 Comuni: nessuno con allerte nuove; {new}")
    asked = len(site.asked)
    assert served.of(1) == []
    assert len(site.asked) - asked == 2
    assert told.red == []


def test_in_the_second_look_nobody_is_asked_but_who_speaks_to_all(
    here: Land, served: Served, told: Told, site: Site, waits: list[float]
) -> None:
    site.answer("/cap", status=500)
    profile = here.folder / f"{OTHER}.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("# alerts_cap", f'alerts_cap = ["{site.url}/cap"] #'), encoding="utf-8")
    served.of(0)
    before = len(site.asked)
    assert served.of(1) == [OTHER]
    assert len(site.asked) - before == 3, "the issuer of all twice, the other's own once"
    assert len(waits) == 2


def test_an_issuer_that_is_away_or_a_comune_that_is_ill_costs_the_second_look_nothing(
    here: Land, served: Served, told: Told, site: Site, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    served.of(0)
    (here.folder / f"{SLUGS[0]}.toml").write_text("half of a pro", encoding="utf-8")

    def away(_seconds: float) -> None:
        site.answer("/dpc", status=500)

    monkeypatch.setattr(poll, "sleep", away)
    assert served.of(1) == []
    assert told.red[-1].startswith(f"Comuni non seguiti: 1 su 5: {SLUGS[0]}.")


@pytest.mark.parametrize("late", [None, timedelta(seconds=31), timedelta(hours=3), timedelta(seconds=-40)])
def test_nobody_waits_for_a_second_look_by_hand_nor_in_a_late_round(
    served: Served, site: Site, waits: list[float], monkeypatch: pytest.MonkeyPatch, late: timedelta | None
) -> None:
    """After an upgrade sixty rounds begin at once: each would hold a place of the worker's."""
    if late is None:
        monkeypatch.setattr(FlowRunContext, "get", lambda: None)
    else:
        _begun_by_schedule(monkeypatch, late)
    assert served.of(0) == SLUGS
    assert (waits, len(site.asked)) == ([], 1)


def test_a_defect_in_the_second_look_costs_nothing_of_the_first(
    served: Served,
    told: Told,
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def defect(_fleet: object) -> bool:
        raise RuntimeError("+393330000042")

    monkeypatch.setattr(poll, "issuers_have_news", defect)
    assert served.of(0) == SLUGS
    assert told.names[-1].endswith("· 5 Comuni: 5 con allerte nuove")
    assert "il secondo sguardo non è riuscito: RuntimeError" in lines(caplog, logging.WARNING)


def test_a_memory_that_cannot_be_read_or_written_costs_a_round_s_work(
    here: Land, served: Served, told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    served.of(0)
    (memory,) = here.states.rglob(poll.HEARD)
    memory.write_text("half of a fi", encoding="utf-8")
    assert served.of(1) == SLUGS
    assert served.of(1) == []

    memory.unlink()
    memory.mkdir()  # as one that may not be read: it is tried to be written all the same
    assert served.of(1) == SLUGS
    assert told.red == []
    memory.rmdir()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "replace", full)
    assert served.of(30) == SLUGS
    assert f"{poll.HEARD} non si scrive: No space left on device" in lines(caplog, logging.WARNING)
    assert told.red == []
