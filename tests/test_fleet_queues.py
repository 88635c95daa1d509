"""Whose run comes first in a fleet, where all have the same hour: asked of Prefect's real server."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.objects import DeploymentStatus, State
from prefect.context import FlowRunContext
from prefect.states import Completed, Running, Scheduled, Suspended

from db import bulletins, senders
from db.engine import opened, transaction
from db.models import BulletinKind, BulletinStatus
from flows.__main__ import main
from flows.deploy import QUEUES
from flows.door import keys
from flows.door.request_bodies import AT_ONCE_QUEUE, FORMS
from flows.runs import planned
from flows.runs.client import start_dispatch, start_rest
from flows.runs.pausable_worker import REST
from flows.sending import liveness
from flows.settings import load
from tests.world.builders import NOW, make_bulletin
from tests.world.door_server import DoorServer, door_server
from tests.world.fleet import Land, land
from tests.world.installation import wait_for
from tests.world.ports import free_ports

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("server")]

SLUGS = ("alfa", "beta", "gamma")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorServer]:
    with door_server(tmp_path_factory.mktemp("queues")) as found, found.entered():
        yield found


@pytest.fixture
def here(server: DoorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    monkeypatch.setattr("os.environ", {**os.environ})
    made = land(tmp_path, monkeypatch)
    (made.states / "_fleet").mkdir(parents=True)
    shutil.copy(server.settings.server_state / keys.FILE, made.states / "_fleet")
    for slug in SLUGS:
        made.add(slug)
    return made


def say(here: Land, server: DoorServer, *lines: str) -> None:
    here.say("\n".join(["[prefect]", f'address = "{server.address}"', *lines, ""]))


def given(server: DoorServer) -> list[UUID]:
    """What a worker is given, in the order in which it begins it."""
    found = server.http.post(
        "/api/work_pools/bollettino/get_scheduled_flow_runs",
        json={"scheduled_before": datetime.now(UTC).isoformat()},
        headers=server.as_(server.keys.internal),
    )
    return [UUID(one["flow_run"]["id"]) for one in found.json()]


def all_of(server: DoorServer) -> dict[str, datetime | None]:
    """The deployments that are ready, and when somebody last asked for them."""
    with server.client() as client:
        found = client.read_deployments(limit=200)
    return {one.name: one.last_polled for one in found if one.status == DeploymentStatus.READY}


def polled(server: DoorServer) -> datetime | None:
    with server.client() as client:
        return client.read_work_queue_by_name("default", work_pool_name="bollettino").last_polled


def test_what_all_send_at_the_same_hour_leaves_place_for_an_alert(
    here: Land, server: DoorServer, capsys: pytest.CaptureFixture[str]
) -> None:
    say(here, server, "runs = 4", "by_clock = 2")
    assert main(["fleet", "apply"]) == 0
    hour: State[Any] = Scheduled(scheduled_time=datetime.now(UTC) - timedelta(minutes=2))
    with server.client() as client, opened(load("alfa").database) as engine:
        names = {one.name: one.id for one in client.read_deployments(limit=200)}
        for slug in SLUGS:
            client.create_flow_run_from_deployment(names[f"invia-{slug}"], state=hour)
        with transaction(engine) as session:
            kind, status = BulletinKind.urgent, BulletinStatus.approved
            number = make_bulletin(session, kind=kind, status=status).id
        alert = start_dispatch(load("alfa"), engine, number, now=NOW)

        first, *others = given(server)
        assert str(first) == alert, "though it came last"
        assert len(others) == 2
        client.set_flow_run_state(others[0], Running(), force=True)
        assert given(server) == [first, others[1]], "so many of them by now"

        say(here, server, "runs = 8", "by_clock = 3")
        capsys.readouterr()
        main(["fleet", "plan"])
        assert "register anew a-orario" in capsys.readouterr().out
        main(["fleet", "apply"])
        assert len(given(server)) == 3
        main(["fleet", "plan"])
        assert "all together: nothing to do" in capsys.readouterr().out


def planned_at(hour: datetime, names: dict[str, UUID], client: SyncPrefectClient, slug: str) -> UUID:
    """A run of a slot's own, as the server's planner makes one."""
    due: State[Any] = Scheduled(scheduled_time=hour)
    tags = [planned.BY_THE_CLOCK]
    return client.create_flow_run_from_deployment(names[f"invia-{slug}"], state=due, tags=tags).id


def test_who_has_begun_gives_way_to_those_of_its_hour_and_its_rest_comes_after_them(
    here: Land, server: DoorServer
) -> None:
    server.clear()
    say(here, server, "runs = 4", "by_clock = 1")
    assert main(["fleet", "apply"]) == 0
    hour = datetime.now(UTC) - timedelta(minutes=2)
    alfa = load("alfa")

    def others(at: datetime) -> bool:
        return planned.others_wait(alfa, engine, number, hour=at)

    with server.client() as client, opened(alfa.database) as engine:
        names = {one.name: one.id for one in client.read_deployments(limit=200)}
        first, *waiting = (planned_at(hour, names, client, slug) for slug in SLUGS)
        client.set_flow_run_state(first, Running(), force=True)
        with transaction(engine) as session:
            number = make_bulletin(session, status=BulletinStatus.sending, slot_at=hour, now=hour).id
        assert others(hour)
        assert not others(hour - timedelta(minutes=1)), "those of a later hour have their own"

        assert start_rest(alfa, engine, number)
        rest = start_dispatch(alfa, engine, number, dead=True, now=datetime.now(UTC))
        client.set_flow_run_state(first, Completed(), force=True)
        while waiting:
            assert others(hour)
            (before,) = given(server)
            waiting.remove(before)
            client.set_flow_run_state(before, Completed(), force=True)
        assert not others(datetime.now(UTC)), "a rest is nobody's first message"
        assert list(map(str, given(server))) == [rest], "`sorveglia` starts no second one"


def test_it_gives_way_to_nobody_whom_no_worker_would_take_and_where_its_rest_would_be_late(
    here: Land, server: DoorServer
) -> None:
    server.clear()
    say(here, server)
    assert main(["fleet", "apply"]) == 0
    now = datetime.now(UTC)
    alfa = load("alfa")
    half = timedelta(minutes=alfa.profile.grace_minutes) / 2
    with server.client() as client, opened(alfa.database) as engine:
        names = {one.name: one.id for one in client.read_deployments(limit=200)}
        planned_at(now, names, client, "beta")
        with transaction(engine) as session:
            new, old = (
                make_bulletin(session, status=BulletinStatus.sending, slot_at=at, now=at).id
                for at in (now, now - half - timedelta(seconds=1))
            )
        assert planned.others_wait(alfa, engine, new, hour=now)
        assert not planned.others_wait(alfa, engine, old, hour=now)
        client.update_work_pool("bollettino", WorkPoolUpdate(is_paused=True))
        assert not planned.others_wait(alfa, engine, new, hour=now)
        client.update_work_pool("bollettino", WorkPoolUpdate(is_paused=False))
        (alfa.server_state / REST).touch()
        assert not planned.others_wait(alfa, engine, new, hour=now), "this machine's workers take nothing"
        (alfa.server_state / REST).unlink()
        assert planned.others_wait(alfa, engine, new, hour=now)


def test_a_rest_that_waited_while_a_person_ended_or_resumed_its_send_has_nothing_to_do(
    here: Land, server: DoorServer
) -> None:
    server.clear()
    say(here, server)
    assert main(["fleet", "apply"]) == 0
    alfa, now = load("alfa"), datetime.now(UTC)

    def told(run: object) -> str:
        context: Any = FlowRunContext
        with context.model_construct(flow_run=client.read_flow_run(UUID(str(run)))):
            return planned.moot(engine, number, now=now)

    with server.client() as client, opened(alfa.database) as engine:
        with transaction(engine) as session:
            number = make_bulletin(session, status=BulletinStatus.sending, now=NOW).id
        rest = start_dispatch(alfa, engine, number, now=now)
        deployment = client.read_deployment_by_name("invia/invia-alfa").id
        by_hand = client.create_flow_run_from_deployment(deployment, parameters={"bulletin_id": number}).id
        assert told(rest) == ""
        with transaction(engine) as session:
            senders.register(session, number, host="another", pid=1, now=now)
        assert told(rest) == f"Il bollettino {number} è già in invio."
        with transaction(engine) as session:
            senders.end_all(session, before=now)
            senders.register(session, number, host=liveness.here(), pid=2**22 + 1, now=now)
        assert told(rest) == "", "that one died"
        for status, words in (
            (BulletinStatus.stopped, "è fermo: lo fa"),
            (BulletinStatus.sent, "è già inviato."),
        ):
            with transaction(engine) as session:
                bulletins.move(session, bulletins.locked(session, number), status, by="Anna", now=now)
            assert told(rest).startswith(f"Il bollettino {number} {words}")
            assert told(by_hand) == "", "a person is told that it cannot be"


def test_a_server_that_does_not_answer_ends_no_send(
    here: Land, server: DoorServer, caplog: pytest.LogCaptureFixture
) -> None:
    say(here, server)
    assert main(["fleet", "apply"]) == 0
    here.say(f'[prefect]\naddress = "http://127.0.0.1:{free_ports(1)[0]}"\n')
    now = datetime.now(UTC)
    with caplog.at_level("WARNING", logger="flows.runs.planned"), opened(load("alfa").database) as engine:
        with transaction(engine) as session:
            number = make_bulletin(session, status=BulletinStatus.sending, slot_at=now, now=now).id
        assert not planned.others_wait(load("alfa"), engine, number, hour=now)
    assert "whether others wait is not known" in caplog.text


def test_what_was_answered_goes_on_before_the_forms_of_others_open(here: Land, server: DoorServer) -> None:
    """An editor who approves an alert does not wait while those of 300 Comuni get theirs."""
    say(here, server)
    assert main(["fleet", "apply"]) == 0
    earlier: State[Any] = Scheduled(scheduled_time=datetime.now(UTC) - timedelta(minutes=2))
    form: State[Any] = Suspended()
    with server.client() as client:
        forms = client.read_deployment_by_name("approva/approva-alfa").id
        about = {"bulletin_id": 1}
        answered = client.create_flow_run_from_deployment(forms, parameters=about, state=form)
        for _ in range(QUEUES[FORMS]):
            opening = client.create_flow_run_from_deployment(forms, parameters=about)
            client.set_flow_run_state(opening.id, Running(), force=True)
        waits = client.create_flow_run_from_deployment(forms, parameters=about, state=earlier)
        assert {answered.id, waits.id}.isdisjoint(given(server)), "there is room for no form"

        resumed = server.http.post(
            f"/api/flow_runs/{answered.id}/resume", json={}, headers=server.as_(server.keys.internal)
        )
        assert resumed.json()["status"] == "ACCEPT"
        assert [one for one in given(server) if one in (answered.id, waits.id)] == [answered.id]
        assert client.read_flow_run(answered.id).work_queue_name == AT_ONCE_QUEUE


def test_what_a_worker_asks_for_is_ready_without_an_event_for_each(here: Land, server: DoorServer) -> None:
    """6,000 of them held the server's write lock for minutes, and it never came to an end."""
    say(here, server)
    assert main(["fleet", "apply"]) == 0

    with server.client() as client:
        count = len(client.read_deployments(limit=200))

    def ready() -> dict[str, datetime | None] | None:
        given(server)
        found, recent = all_of(server), datetime.now(UTC) - timedelta(seconds=20)
        return found if len(found) == count and all(at and at > recent for at in found.values()) else None

    moments = wait_for("all to be ready", ready)
    before = polled(server)
    given(server)
    wait_for("the second time", lambda: polled(server) != before)
    assert all_of(server) == moments, "nothing has changed"
    found = server.http.post(
        "/api/events/filter",
        json={"filter": {"event": {"name": ["prefect.deployment.ready"]}}},
        headers=server.as_(server.keys.internal),
    )
    assert found.json()["total"] == 0
