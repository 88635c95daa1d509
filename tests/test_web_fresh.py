"""Updates kept in memory until they are handled: none stays behind, whoever brings the same one meanwhile."""

import json
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from db import inbound
from db.engine import transaction
from db.models import InboundEvent
from flows.settings import Settings
from flows.web.app import create_app
from flows.web.inbound import inbox
from flows.web.inbound import store as storing
from tests.world.web_site import Site, status, statuses


@pytest.fixture
def site(settings: Settings, engine: Engine, now: datetime) -> Site:
    app = create_app(settings, engine, clock=lambda: now)
    return Site(app, app.state.web)


def batch(now: datetime, count: int = 30) -> dict[str, object]:
    return statuses(*[status("delivered", now, id=f"wamid.{number}") for number in range(count)])


def test_an_update_is_in_memory_before_anybody_can_handle_it(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be handled from the database, and stay in memory for ever."""
    store = inbound.store
    seen: list[int] = []

    def watched(session: Session, rows: list[dict[str, object]]) -> int:
        seen.append(len(site.web.fresh))
        return store(session, rows)

    monkeypatch.setattr(inbound, "store", watched)
    assert site.post(batch(now)) == 200
    assert seen == [30]
    site.handle()
    assert site.web.fresh == {}


def test_what_another_post_brought_meanwhile_does_not_stay(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = json.dumps(batch(now)).encode()
    seal = inbound.seal

    def late(session: Session, *args: object, **kwargs: object) -> list[dict[str, object]]:
        rows = seal(session, *args, **kwargs)  # type: ignore[arg-type]
        monkeypatch.setattr(inbound, "seal", seal)
        storing.store(site.web, raw)  # the other post, between our look and our insert
        inbox.statuses(site.web)  # and it is handled at once
        return rows

    monkeypatch.setattr(inbound, "seal", late)
    storing.store(site.web, raw)
    assert site.web.fresh == {}
    with site.look() as session:
        assert len(session.exec(select(InboundEvent)).all()) == 30


def test_what_could_not_be_stored_does_not_stay(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> int:
        raise OperationalError("INSERT", {}, Exception("locked"))

    monkeypatch.setattr(inbound, "store", gone)
    assert site.post(batch(now)) == 503
    assert site.web.fresh == {}


def test_how_many_were_new_is_counted(site: Site, now: datetime) -> None:
    """By the driver: some do not count many rows at once."""
    vault = site.web.vault

    def rows(*names: str) -> list[dict[str, object]]:
        with site.look() as session:
            found = {name: inbound.Incoming("message", None, name) for name in names}
            return inbound.seal(session, vault, found, now=now)

    two, three = rows("a", "b"), rows("a", "b", "c")
    for part, new in ((two, 2), (three, 1), (three, 0), ([], 0)):
        with transaction(site.web.engine) as session:
            assert inbound.store(session, part) == new
