"""What is done for each Comune of a fleet's web app: when, and at nobody else's cost."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from db import canary, writes
from db.engine import make_engine, opened, transaction
from flows.fleet.front import app as front_app
from flows.fleet.front import shared_webhook, tenant
from flows.settings import load
from flows.web.app import at_work
from flows.web.ground.context import Web
from flows.web.inbound import answers, inbox, store
from tests.world.builders import NOW, make_recipient
from tests.world.fleet import Land
from tests.world.fleet_web import (
    PUBLIC,
    SHARED,
    THREE,
    Fronted,
    comes_true,
    events,
    handled,
    lived,
    post,
    replies,
    said,
    three,
)
from tests.world.web_site import PHONE

SLUGS = THREE


@pytest.fixture(params=["sqlite", "postgresql"])
def here(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Land]:
    with three(request, tmp_path, monkeypatch) as made:
        yield made


@contextmanager
def held(slug: str) -> Iterator[None]:
    """Somebody else writes in this Comune's database, and does not come to an end."""
    engine = make_engine(load(slug).database)
    with engine.connect() as connection:
        _hold(connection)
        yield
        connection.rollback()
    engine.dispose()


def _hold(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("SELECT 1"))  # BEGIN IMMEDIATE
    else:
        connection.execute(text("LOCK TABLE inboundevent IN ACCESS EXCLUSIVE MODE"))


def test_a_database_that_is_down_costs_the_others_nothing(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its part comes again with the whole post, of which the others keep nothing twice."""
    monkeypatch.setattr(shared_webhook, "PATIENCE", 0.5)
    both = post(said("alfa", "ATTIVA"), said("beta", "ATTIVA"))

    async def story(site: Fronted) -> None:
        with held("beta"):
            for _ in range(2):
                assert await site.tell(both, SHARED) == 503
            await comes_true(handled("alfa", 1))
            await comes_true(lambda: replies("alfa") == [("benvenuto", "accepted")])
            assert (await site.get(f"{PUBLIC['alfa']}/")).status_code == 200
        monkeypatch.setattr(shared_webhook, "PATIENCE", 20.0)  # what is now stored may take its time
        assert await site.tell(both, SHARED) == 200
        await comes_true(handled("beta", 1))

    lived(here, story)
    assert [len(events(slug)) for slug in SLUGS] == [1, 1, 0]
    assert replies("alfa") == [("benvenuto", "accepted")]


def test_posts_for_one_that_hangs_do_not_pile_up(here: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_webhook, "PATIENCE", 0.2)
    monkeypatch.setattr(tenant, "PATIENCE", 0.4)

    async def story(site: Fronted) -> None:
        with held("beta"):
            for number in range(4):
                assert await site.tell(post(said("beta", "ATTIVA", id=f"wamid.{number}")), SHARED) == 503
            assert len(site.front.door._late) > 1
            await comes_true(lambda: len(site.front.door._late) == 1, seconds=3)
        await comes_true(lambda: not site.front.door._late)

    lived(here, story)
    assert len(events("beta")) == 1, "what waited so long is stored after all"


def test_what_cannot_be_handled_is_not_tried_again_by_every_look(
    here: Land, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError(PHONE)

    monkeypatch.setattr(inbox, "handle", fail)

    async def story(site: Fronted) -> None:
        assert await site.tell(post(said("beta", "ATTIVA")), SHARED) == 200
        await comes_true(lambda: [event.failure for event in events("beta")] == ["ValueError"])
        await comes_true(lambda: not site.front.tenants["beta"].is_working)
        await site.front.tenants["beta"].close()
        await site.front.sweep()
        assert not site.front.tenants["beta"].is_working

    lived(here, story)
    assert PHONE not in caplog.text


def test_a_database_that_is_not_there_costs_the_others_nothing(
    here: Land, caplog: pytest.LogCaptureFixture
) -> None:
    there = load("beta").database
    both = post(said("beta", "ATTIVA"), said("alfa", "ATTIVA"))

    async def story(site: Fronted) -> None:
        here.give("beta", "BOLLETTINO_DATABASE", "postgresql://nobody:secret-of-beta@127.0.0.1:1/gone")
        assert await site.tell(both, SHARED) == 503
        await comes_true(handled("alfa", 1))
        here.give("beta", "BOLLETTINO_DATABASE", there)
        assert await site.tell(both, SHARED) == 200

    lived(here, story)
    assert [len(events(slug)) for slug in SLUGS] == [1, 1, 0]
    assert "secret-of-beta" not in caplog.text


def test_a_database_under_other_keys_is_neither_shown_nor_written_to(here: Land) -> None:
    with opened(load("beta").database) as engine, transaction(engine) as session:
        canary.plant(session, load("beta").vault())
    here.give("beta", "BOLLETTINO_LOOKUP_KEY", "another-look-up-key, which is long enough")

    async def story(site: Fronted) -> None:
        assert await site.tell(post(said("alfa", "ATTIVA"), said("beta", "ATTIVA")), SHARED) == 503
        assert (await site.get(f"{PUBLIC['beta']}/")).status_code == 503
        await comes_true(handled("alfa", 1))

    lived(here, story)
    assert events("beta") == []


def test_what_fell_due_without_a_post_is_found_by_the_look_at_all(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a crash between storing and handling; a Comune at rest has nothing open."""
    raw = json.dumps(post(said("gamma", "ATTIVA"))).encode()

    async def story(site: Fronted) -> None:
        quiet = site.front.tenants
        await comes_true(lambda: not any(one.is_working for one in quiet.values()))
        settings = load("gamma")
        engine = make_engine(settings.database)
        store.store(Web(settings, engine, settings.vault(), settings.ledger(), lambda: NOW), raw)
        engine.dispose()
        await site.front.sweep()
        assert [slug for slug, one in quiet.items() if one.is_working] == ["gamma"]
        await comes_true(lambda: replies("gamma") == [("benvenuto", "accepted")])
        await comes_true(lambda: not quiet["gamma"].is_working)
        assert quiet["gamma"].is_open, "for who may come at once"
        await site.front.sweep()
        assert not any(one.is_working for one in quiet.values())
        monkeypatch.setattr(tenant, "IDLE", 0.0)
        for one in quiet.values():
            await one.tidy()
        assert not any(one.is_open for one in quiet.values())

    lived(here, story)


def test_a_look_opens_only_who_was_written_to_or_is_due_or_was_left_alone_for_long(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    is_due = tenant.Tenant.is_due

    def noted(one: tenant.Tenant, engine: Engine) -> bool:
        asked.append(one.settings.profile.slug)
        return is_due(one, engine)

    monkeypatch.setattr(tenant.Tenant, "is_due", noted)
    monkeypatch.setattr(writes, "TICK", 0.0)

    async def looked(site: Fronted) -> list[str]:
        asked.clear()
        await site.front.sweep()
        return sorted(asked)

    async def story(site: Fronted) -> None:
        quiet = site.front.tenants
        await comes_true(lambda: not any(one.is_working for one in quiet.values()))
        looks = [await looked(site) for _ in range(8)]  # the first may find a loop's last write
        assert looks[-1] == [], looks
        with opened(load("beta").database) as engine, transaction(engine) as session:
            make_recipient(session, load("beta").vault())
        assert await looked(site) == ["beta"]
        assert await looked(site) == []
        quiet["gamma"]._due = NOW  # an answer's time comes without a write
        assert await looked(site) == ["gamma"]
        monkeypatch.setattr(tenant, "ASK_ANYWAY", 0.0)
        assert await looked(site) == sorted(SLUGS)

    lived(here, story)


def test_work_that_failed_is_tried_again_though_no_write_shows(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL crashed with the word stored: at nought its sums were before, and are again."""
    monkeypatch.setattr(writes, "marks", lambda addresses: dict.fromkeys(addresses, (0, 0, 0)))
    tries = iter([True])

    def once(*args: Any) -> Any:
        if next(tries, False):
            raise OperationalError("SELECT", {}, Exception())
        return at_work(*args)

    async def story(site: Fronted) -> None:
        alfa = site.front.tenants["alfa"]
        await comes_true(lambda: alfa._found is not None)
        monkeypatch.setattr(tenant, "at_work", once)
        assert await site.tell(post(said("alfa", "ATTIVA")), SHARED) == 200
        await comes_true(lambda: not alfa.is_working)
        assert not any(event.handled_at for event in events("alfa"))
        await site.front.sweep()
        await comes_true(handled("alfa", 1))

    lived(here, story)


def test_a_loop_that_dies_is_one_comune_s_and_begins_again_by_the_next_look(
    here: Land, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = answers.run

    async def die(web: Any, client: Any) -> None:
        if web.settings.profile.slug == "beta":
            raise RuntimeError(PHONE)
        await run(web, client)

    async def story(site: Fronted) -> None:
        monkeypatch.setattr(answers, "run", die)
        assert await site.tell(post(said("alfa", "ATTIVA"), said("beta", "ATTIVA")), SHARED) == 200
        await comes_true(lambda: not site.front.tenants["beta"].is_working)
        await comes_true(lambda: replies("alfa") == [("benvenuto", "accepted")])
        assert replies("beta") in ([], [("benvenuto", "queued")])
        monkeypatch.setattr(answers, "run", run)
        await site.front.sweep()
        await comes_true(lambda: replies("beta") == [("benvenuto", "accepted")])

    lived(here, story)
    assert "the loop answers died: RuntimeError" in caplog.text
    assert PHONE not in caplog.text


def test_loops_of_who_changed_begin_when_those_of_before_have_ended(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: list[int] = []
    most: list[int] = []
    run = answers.run

    async def slow(web: Any, client: Any) -> None:
        if web.settings.profile.slug == "beta":
            running.append(1)
            most.append(len(running))
            await web.stopping.wait()
            await asyncio.sleep(0.3)
            running.pop()
        else:
            await run(web, client)

    monkeypatch.setattr(answers, "run", slow)

    async def story(site: Fronted) -> None:
        assert await site.tell(post(said("beta", "ATTIVA")), SHARED) == 200
        await comes_true(lambda: running)
        here.give("beta", "BOLLETTINO_VERIFY_TOKEN", "another")
        assert await site.tell(post(said("beta", "INFO")), SHARED) == 200, "who posts does not wait"
        assert running
        await comes_true(lambda: len(most) == 2)
        assert most == [1, 1]

    lived(here, story)


def test_the_look_at_all_goes_by_itself_and_ends_the_process_where_it_dies(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[bool] = []
    looked: list[str] = []

    async def sweep(front: Any) -> None:
        looked.extend(front.tenants)
        raise RuntimeError("a defect")

    monkeypatch.setattr(front_app.Front, "sweep", sweep)

    async def go() -> None:
        app = front_app.create_front(here.fleet, on_fault=lambda: ended.append(True))
        async with app.router.lifespan_context(app):
            await comes_true(lambda: ended)

    asyncio.run(go())
    assert looked == list(SLUGS)
