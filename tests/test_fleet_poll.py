"""What a fleet does for all its Comuni in one run; five of them, of whom two may be ill."""

import logging
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from prefect.states import Failed
from sqlalchemy import Engine
from sqlmodel import select

from db import disk
from db.engine import opened, transaction
from db.models import NewsItem
from flows import collect, count, poll, retain, watch
from flows.alert import Round
from flows.bulletin.status import WAITS
from flows.doctor import heartbeat
from flows.fleet.rounds import LATE, Limits
from flows.letters import alarms
from flows.privacy import intact
from flows.runs import client, drain
from flows.settings import BollettinoError, Settings, SettingsError
from tests.test_scrapers_dpc import CAP, QUIET, RED, TODAY, TOMORROW, archive, cap, dbf, rows
from tests.world.fleet import Land, land
from tests.world.loopback_site import Handler, Site

AT_REST = next(said for said in watch.AT_REST if said.endswith("; e-mail inviate: 0"))
GONE, SILENT = "comune-1", "comune-3"
SLUGS = [f"comune-{number}" for number in range(5)]
WELL = [slug for slug in SLUGS if slug not in (GONE, SILENT)]
BRIEF = Limits(each=1.5, whole=60)
ISSUED = datetime(2026, 11, 24, 15, tzinfo=UTC)  # the archive's day
PHONE = "+393330000042"
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
def hanging(here: Land, site: Site) -> Iterator[Land]:
    """One without a database, one whose site takes the question and says nothing."""
    (here.states / GONE / "bollettino.db").unlink()
    free = threading.Event()

    def silent(_handler: Handler) -> None:
        free.wait(30)

    site.answers[f"/{SILENT}"] = silent
    yield here
    free.set()


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


def news(here: Land, slug: str) -> list[str]:
    with opened(here.fleet.settings(slug).database) as engine, transaction(engine) as session:
        return [row.title for row in session.exec(select(NewsItem))]


def lines(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Of the run, and not of Prefect's own threads, which other tests have left."""
    ours = [record for record in caplog.records if record.name == "prefect.flow_runs"]
    return [record.getMessage() for record in ours if record.levelno == level]


def test_the_news_of_all_are_read_in_one_run(
    here: Land, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    assert poll.collect_all.fn("notizie") == "5 Comuni: 5 con notizie nuove"
    assert told.names == ["Raccolta: notizie · 5 Comuni: 5 con notizie nuove"]
    assert {slug: news(here, slug) for slug in SLUGS} == {slug: ["La biblioteca apre"] for slug in SLUGS}
    expected = [f"{slug}: notizie, nuove o aggiornate: 1" for slug in SLUGS]
    assert lines(caplog, logging.INFO) == expected, "once for each, and no more"
    caplog.clear()
    assert poll.collect_all.fn("notizie") == "5 Comuni: nessuno con notizie nuove"
    assert lines(caplog, logging.INFO) == []
    assert told.red == []


def test_one_without_a_database_and_one_whose_site_hangs_cost_no_other(
    hanging: Land, told: Told, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "LIMITS", dict.fromkeys(poll.LIMITS, BRIEF))
    state = poll.collect_all.fn("notizie")
    assert isinstance(state, type(Failed()))
    assert told.red == [
        f"Comuni non seguiti: 2 su 5: {GONE}, {SILENT}. Perché, lo dice il registro qui sotto."
    ]
    assert {slug: news(hanging, slug) for slug in WELL} == {slug: ["La biblioteca apre"] for slug in WELL}
    first, second = lines(caplog, logging.ERROR)
    assert first.startswith(f"{GONE}: ")
    assert f"{GONE}/bollettino.db is missing: put its last backup in its place" in first
    assert second == f"{SILENT}: {LATE.format(BRIEF.each)}"


def test_the_alerts_of_all_come_before_anybody_s_news(
    here: Land, told: Told, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "datetime", SimpleNamespace(now=lambda _zone: ISSUED))
    order: list[str] = []
    for path, answer in list(site.answers.items()):

        def noted(handler: Handler, path: str = path, answer: Any = answer) -> None:
            order.append(path)
            answer(handler)

        site.answers[path] = noted
    poll.collect_all.fn("tutto")
    assert order[0] == "/dpc"
    assert sorted(order[1:]) == sorted(f"/{slug}" for slug in SLUGS), "the issuer was asked once"
    assert told.names == ["Raccolta: tutto · 5 Comuni: 5 con allerte nuove; 5 Comuni: 5 con notizie nuove"]


def test_an_alert_that_was_read_is_looked_at_at_once_and_only_then(
    here: Land, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "datetime", SimpleNamespace(now=lambda _zone: ISSUED))
    poll.collect_all.fn("notizie")
    assert told.begun == []
    poll.collect_all.fn("allerte")
    poll.collect_all.fn("allerte")
    assert told.begun == ["sorveglia-tutti sorveglia this-run"], "nothing was new the second time"


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
    assert served.of(8) == []
    assert served.of(1) == SLUGS, "nobody is passed over for longer"
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
    assert [served.of(minutes) for minutes in (0, 1, 10, 1)] == [SLUGS, [], SLUGS, []]
    validators = [headers.get("If-None-Match") for headers in site.asked]
    assert validators == [None, '"one"', '"one"', '"one"'], "once in a round"


def test_who_joins_changes_or_was_not_served_is_opened(
    here: Land, served: Served, told: Told, site: Site
) -> None:
    database = here.states / GONE / "bollettino.db"
    database.rename(database.with_suffix(".away"))
    served.of(0)
    database.with_suffix(".away").rename(database)
    assert served.of(1) == [GONE]
    profile = here.folder / f"{SILENT}.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("# redirect_hosts", "redirect_hosts"), encoding="utf-8")
    assert served.of(1) == [SILENT]
    assert served.of(1) == []


def test_an_issuer_that_does_not_answer_is_everybody_s_failure(
    served: Served, told: Told, site: Site
) -> None:
    served.of(0)
    site.answer("/dpc", status=500)
    assert served.of(1) == SLUGS
    assert told.red[-1].startswith("Comuni non seguiti: 5 su 5")
    site.answer("/dpc", body=archive(QUIET))
    assert served.of(10) == SLUGS
    assert served.of(1) == []


def test_who_reads_an_issuer_of_its_own_is_always_opened(here: Land, served: Served, site: Site) -> None:
    site.answer("/cap", body=b"no alert")
    profile = here.folder / f"{SILENT}.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("# alerts_cap", f'alerts_cap = ["{site.url}/cap"] #'), encoding="utf-8")
    served.of(0)
    assert served.of(1) == [SILENT]


def test_a_memory_that_cannot_be_read_or_written_costs_a_round_s_work(
    here: Land, served: Served, told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    served.of(0)
    (memory,) = here.states.rglob(poll.HEARD)
    memory.write_text("half of a fi", encoding="utf-8")
    assert served.of(1) == SLUGS
    assert served.of(1) == []

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "replace", full)
    assert served.of(10) == SLUGS
    assert f"{poll.HEARD} non si scrive: No space left on device" in lines(caplog, logging.WARNING)
    assert told.red == []


def test_a_server_that_begins_no_look_costs_nothing_of_what_was_read(
    here: Land, told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_names: str, key: str) -> None:
        raise ConnectionError(f"{PHONE} {key}")

    monkeypatch.setattr(poll, "datetime", SimpleNamespace(now=lambda _zone: ISSUED))
    monkeypatch.setattr(client, "start_for_all", away)
    poll.collect_all.fn("tutto")
    assert told.names == ["Raccolta: tutto · 5 Comuni: 5 con allerte nuove; 5 Comuni: 5 con notizie nuove"]
    assert "il controllo non comincia subito: ConnectionError" in lines(caplog, logging.WARNING)
    assert PHONE not in caplog.text


def test_a_source_that_was_not_read_is_red_by_the_comune_s_name(
    here: Land, told: Told, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.answer(f"/{SILENT}", status=500)
    poll.collect_all.fn("notizie")
    assert told.red == [f"Comuni non seguiti: 1 su 5: {SILENT}. Perché, lo dice il registro qui sotto."]
    assert all(line.startswith(f"{SILENT}: Font") for line in lines(caplog, logging.ERROR))
    assert len(lines(caplog, logging.ERROR)) == 2, "by the reading, and at the end"
    assert news(here, GONE) == ["La biblioteca apre"]


def test_all_are_watched_in_one_run_and_each_has_its_beat(
    here: Land, told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def round_of(settings: Settings, _engine: Engine) -> str:
        if settings.profile.slug == GONE:
            raise ExceptionGroup(f"per {PHONE}", [ValueError(PHONE), KeyError(PHONE)])
        heartbeat.beat(settings.state, now=datetime.now(UTC))
        log = logging.getLogger("prefect.flow_runs")
        log.info("niente")
        log.warning("attenzione")
        return "da inviare: [1]" if settings.profile.slug == SILENT else AT_REST

    monkeypatch.setattr(watch, "full_round", round_of)
    poll.watch_all.fn()
    assert told.red == [f"Comuni non seguiti: 1 su 5: {GONE}. Perché, lo dice il registro qui sotto."]
    others = [slug for slug in SLUGS if slug != GONE]
    assert [slug for slug in SLUGS if heartbeat.last_beat(here.states / slug)] == others
    ended = "chiusa, il suo processo non c'era più: Controllo di prima"
    assert sorted(lines(caplog, logging.WARNING)) == [ended, *(f"{slug}: attenzione" for slug in others)]
    assert lines(caplog, logging.INFO) == [f"{SILENT}: da inviare: [1]"]
    assert PHONE not in caplog.text
    assert told.untagged == [WAITS], "once for all"
    assert lines(caplog, logging.ERROR) == [f"{GONE}: ValueError (?); KeyError (?)"]


def test_a_quiet_round_is_nothing_to_look_after_with_mail_and_without(here: Land) -> None:
    settings = here.fleet.settings(GONE)
    without = settings.profile.model_copy(update={"mail": None})
    for one in (settings, settings.renewed(without)):
        with opened(one.database) as engine:
            mail = alarms.tell_all(one, engine, now=datetime.now(UTC))
        assert "; ".join([str(Round()), str(watch.Watched()), *mail]) in watch.AT_REST


def test_a_database_under_the_keys_of_another_is_left_alone(
    here: Land, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    for slug in SLUGS:
        settings = here.fleet.settings(slug)
        with opened(settings.database) as engine:
            intact.keep_keys(settings, engine)
    foreign = here.fleet.settings(SILENT).secrets.lookup_key.get_secret_value()
    here.give(GONE, "BOLLETTINO_LOOKUP_KEY", foreign)
    poll.collect_all.fn("notizie")
    assert told.red[0].startswith(f"Comuni non seguiti: 1 su 5: {GONE}.")
    assert news(here, GONE) == []
    assert foreign not in caplog.text


def test_retention_and_numbers_are_done_for_all(
    here: Land, told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(count, "create_markdown_artifact", lambda *_, key, **__: shown.append(key))
    assert poll.retain_everywhere.fn() == "5 Comuni: nessuno con dati da cancellare"
    assert poll.count_everywhere.fn() == "5 Comuni"
    assert sorted(shown) == [f"numeri-del-servizio--{slug}" for slug in SLUGS]
    assert sum("Iscritti: 0" in line for line in lines(caplog, logging.INFO)) == len(SLUGS)
    monkeypatch.setattr(
        retain, "retain", lambda settings, *_, **__: {"persone": len(settings.profile.slug) - 7}
    )
    caplog.clear()
    assert poll.retain_everywhere.fn() == "5 Comuni: 5 con dati da cancellare"
    assert f"{GONE}: persone uscite, cancellate: 1" in caplog.messages


def test_what_they_share_and_cannot_be_read_ends_the_run(here: Land, told: Told) -> None:
    here.say("[prefect")
    with pytest.raises(SettingsError, match="not valid TOML"):
        poll.watch_all.fn()
    assert told.names == told.red == []


def test_a_process_of_one_comune_alone_polls_for_no_fleet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOLLETTINO_FLEET", raising=False)
    for flow in (poll.watch_all, poll.collect_all, poll.retain_everywhere, poll.count_everywhere):
        with pytest.raises(BollettinoError, match="BOLLETTINO_FLEET"):
            flow.fn()


def test_each_round_has_limits_below_its_interval() -> None:
    assert poll.LIMITS["sorveglia"].whole < 300
    assert poll.LIMITS["allerte"].whole < 600
    assert poll.LIMITS["notizie"].whole < 1800
    assert {name for names in poll.FIRST.values() for name in names} | {
        "sorveglia",
        "conserva",
        "numeri",
    } == poll.LIMITS.keys()
