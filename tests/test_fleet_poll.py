"""What a fleet does for all its Comuni in one run; five of them, of whom two may be ill."""

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from prefect.states import Failed
from sqlalchemy import Engine
from sqlmodel import select

from db.engine import opened, transaction
from db.models import NewsItem
from flows import count, poll, retain, watch
from flows.alert import Round
from flows.bulletin.status import WAITS
from flows.doctor import heartbeat
from flows.fleet.rounds import LATE, Limits
from flows.letters import alarms
from flows.privacy import intact
from flows.runs import client
from flows.settings import BollettinoError, Settings, SettingsError
from tests.world.fleet import Land
from tests.world.loopback_site import Handler, Site
from tests.world.polled import ISSUED, SLUGS, Told, here, lines, site, told

__all__ = ["here", "site", "told"]  # the fixtures

AT_REST = next(said for said in watch.AT_REST if said.endswith("; e-mail inviate: 0"))
GONE, SILENT = "comune-1", "comune-3"
WELL = [slug for slug in SLUGS if slug not in (GONE, SILENT)]
BRIEF = Limits(each=1.5, whole=60)
PHONE = "+393330000042"


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


def news(here: Land, slug: str) -> list[str]:
    with opened(here.fleet.settings(slug).database) as engine, transaction(engine) as session:
        return [row.title for row in session.exec(select(NewsItem))]


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
