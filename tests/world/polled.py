"""Five Comuni of a fleet that read one issuer's alerts, each its own feed; runs without a server."""

import logging
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.states import Failed

from flows import collect, poll
from flows.fleet.rounds import Limits
from flows.runs import client, drain
from flows.settings import Settings
from tests.test_scrapers_dpc import QUIET, archive
from tests.world.fleet import Land, land
from tests.world.loopback_site import Site

SLUGS = [f"comune-{number}" for number in range(5)]
ISSUED = datetime(2026, 11, 24, 15, tzinfo=UTC)  # the archive's day
FEED = (
    "<rss version='2.0'><channel><title>t</title><item><title>La biblioteca apre</title>"
    "<description>La biblioteca comunale apre sabato mattina.</description></item></channel></rss>"
)


@dataclass
class Told:
    """What became of a run."""

    red: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)  # runs for all, each with its key
    untagged: list[str] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    yield found
    found.close()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path, site: Site) -> Land:
    made = land(tmp_path, monkeypatch)
    demo = "http://127.0.0.1:8600/sito/feed/?post_type=notizia"
    dpc = "http://127.0.0.1:8600/dpc/files/all/latest_all.zip"
    for slug in SLUGS:
        made.add(slug, (demo, f"{site.url}/{slug}"), (dpc, f"{site.url}/dpc"))
        site.answer(f"/{slug}", body=FEED.encode(), Content_Type="application/rss+xml")
    site.answer("/dpc", body=archive(QUIET))
    made.settle(SLUGS, sqlite_template)
    return made


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Told:
    """A run without a server."""
    found, log = Told(), logging.getLogger("prefect.flow_runs")

    def refused(settings: Settings | None, why: object, what: str = "NON FATTO") -> Any:
        assert (settings, what) == (None, "NON TUTTO FATTO")
        found.red.append(str(why))
        return Failed(message=str(why))

    for module in (poll, collect):
        monkeypatch.setattr(module, "get_run_logger", lambda: log)
    monkeypatch.setattr(client, "refused", refused)
    monkeypatch.setattr(client, "named", lambda _settings, name: found.names.append(name))
    monkeypatch.setattr(client, "run_id", lambda: "this-run")
    monkeypatch.setattr(
        client, "start_for_all", lambda *names, key: found.begun.append(" ".join((*names, key)))
    )
    monkeypatch.setattr(client, "link_of_thread", nullcontext)
    monkeypatch.setattr(client, "untag_ended", found.untagged.append)
    lost = [drain.Work(uuid4(), "Controllo di prima", "Running", datetime.now(UTC))]
    monkeypatch.setattr(drain, "end_lost", lambda pool, **_: lost if pool.work_pool == "bollettino" else [])
    monkeypatch.setattr(poll, "LIMITS", dict.fromkeys(poll.LIMITS, Limits(each=60, whole=60)))
    caplog.set_level(logging.INFO, logger="prefect.flow_runs")
    monkeypatch.setattr(log, "handlers", [caplog.handler])  # else the server is told
    monkeypatch.setattr(log, "propagate", False)
    return found


def lines(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Of the run, and not of Prefect's own threads, which other tests have left."""
    ours = [record for record in caplog.records if record.name == "prefect.flow_runs"]
    return [record.getMessage() for record in ours if record.levelno == level]
