"""The names of what Prefect plans by itself, on its real server with its own planner."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Scheduled
from sqlalchemy import Engine

from db import days_off
from db.engine import transaction
from flows.bulletin.language.dates import giorno, in_rome
from flows.deploy import deploy
from flows.draft.slots import slot_after
from flows.profiles.comune import Profile
from flows.runs import planned
from flows.settings import Settings
from flows.watch import keep_ui_true
from tests.world.door_server import DoorServer, door_server
from tests.world.installation import wait_for

pytestmark = pytest.mark.xdist_group("server")  # a server of Prefect's too: one at a time

ROME = ZoneInfo("Europe/Rome")
COMPOSE = datetime(2026, 11, 30, 8, 30, tzinfo=ROME)
REFRESH = datetime(2026, 12, 1, 8, 0, tzinfo=ROME)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorServer]:
    with door_server(tmp_path_factory.mktemp("planned")) as found, found.entered():
        deploy(found.settings)
        yield found


def runs_of(server: DoorServer, verb: str) -> dict[UUID, FlowRun]:
    ours = DeploymentFilter(name=DeploymentFilterName(any_=[server.settings.deployment(verb)]))
    with server.client() as client:
        return {run.id: run for run in client.read_flow_runs(deployment_filter=ours)}


def by_the_planner(server: DoorServer, verb: str) -> dict[UUID, FlowRun]:
    return {id_: run for id_, run in runs_of(server, verb).items() if run.auto_scheduled}


def without_name(run: FlowRun) -> dict[str, Any]:
    """All but the name, and what the clock changes in each answer."""
    return run.model_dump(exclude={"name", "updated", "estimated_start_time_delta"})


def day_of(run: FlowRun, profile: Profile, *closed: date) -> str:
    assert run.expected_start_time is not None
    slot = slot_after(profile, run.expected_start_time, closed)
    assert slot is not None
    return giorno(slot.dispatch_at)


def test_a_slots_own_run_that_waits_for_a_worker_is_told(server: DoorServer) -> None:
    """Another one is started for its bulletin where there is none."""
    coming = wait_for("the planner", lambda: by_the_planner(server, "invia"))
    first = min(run.expected_start_time for run in coming.values() if run.expected_start_time)
    for seconds, waits in ((-1, False), (600, True)):
        now = first + timedelta(seconds=seconds)
        assert planned.waits_its_turn(server.settings, "invia", now=now) == waits


def test_what_the_server_planned_is_named_by_its_bulletin_once(server: DoorServer, sqlite: Engine) -> None:
    profile = server.settings.profile
    before = wait_for("the planner", lambda: by_the_planner(server, "componi"))
    others = wait_for("the planner", lambda: by_the_planner(server, "sorveglia"))
    assert not any("bollettino" in run.name for run in before.values()), "no way of the server's own by now?"
    with server.client() as client:
        deployment = client.read_deployment_by_name(f"componi/{server.settings.deployment('componi')}")
        later: State[Any] = Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=1))
        own = client.create_flow_run_from_deployment(deployment.id, name="di Anna", state=later)

    planned.name_coming(server.settings, sqlite, now=datetime.now(UTC))
    after = runs_of(server, "componi")
    assert after.pop(own.id).name == "di Anna"
    assert after.keys() >= before.keys()
    for id_, run in before.items():
        assert after[id_].name in {
            f"PROVA · {verb} il bollettino di {day_of(run, profile)}" for verb in ("Componi", "Aggiorna")
        }
        assert without_name(after[id_]) == without_name(run), "it starts as it was planned"
    assert {id_: run.name for id_, run in runs_of(server, "sorveglia").items() if id_ in others} == {
        id_: run.name for id_, run in others.items()
    }

    named = {id_: run.updated for id_, run in by_the_planner(server, "componi").items()}
    planned.name_coming(server.settings, sqlite, now=datetime.now(UTC))
    assert {id_: run.updated for id_, run in by_the_planner(server, "componi").items()} == named, "once"


def test_a_closed_day_that_was_entered_since_gives_another_name(server: DoorServer, sqlite: Engine) -> None:
    now = datetime.now(UTC)
    runs = wait_for("the planner", lambda: by_the_planner(server, "componi"))
    planned.name_coming(server.settings, sqlite, now=now)
    slot = slot_after(server.settings.profile, now + timedelta(days=2))
    assert slot is not None
    day = in_rome(slot.dispatch_at).date()
    with transaction(sqlite) as session:
        days_off.enter_closure(session, first=day, last=day, note="", now=now)
    before = {run.name for run in by_the_planner(server, "componi").values()}
    assert any(giorno(day) in name for name in before)
    planned.name_coming(server.settings, sqlite, now=now)
    found = by_the_planner(server, "componi")
    for id_, run in runs.items():
        assert found[id_].name.endswith(f"il bollettino di {day_of(run, server.settings.profile, day)}")
        assert giorno(day) not in found[id_].name


def test_a_round_names_them_though_something_else_cannot_be_done(
    server: DoorServer, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("a list that nobody can make")

    wait_for("the planner", lambda: by_the_planner(server, "componi"))
    for name in ("flows.runs.choices.store", "flows.runs.client.untag_ended"):
        monkeypatch.setattr(name, broken)
    with pytest.raises(ExceptionGroup, match="pagine di Prefect") as told:
        keep_ui_true(server.settings, sqlite, now=datetime.now(UTC))
    assert len(told.value.exceptions) == 2
    assert all(" il bollettino di " in run.name for run in by_the_planner(server, "componi").values())


@pytest.mark.parametrize(
    ("at", "closed", "name"),
    [
        (COMPOSE, (), "PROVA · Componi il bollettino di martedì 1 dicembre"),
        (REFRESH, (), "PROVA · Aggiorna il bollettino di martedì 1 dicembre"),
        (COMPOSE.astimezone(UTC), (), "PROVA · Componi il bollettino di martedì 1 dicembre"),
        (COMPOSE, [date(2026, 12, 1)], "PROVA · Componi il bollettino di venerdì 4 dicembre"),
        # the Immacolata is no day of a bulletin
        (COMPOSE + timedelta(days=7), (), "PROVA · Componi il bollettino di venerdì 11 dicembre"),
    ],
)
def test_a_name_says_the_day_that_the_run_composes_for(
    settings: Settings, at: datetime, closed: list[date], name: str
) -> None:
    assert planned.title(settings.profile, at, closed) == name


def test_only_a_trial_is_marked_as_one_and_no_slot_gives_no_name(settings: Settings) -> None:
    real = settings.profile.model_copy(update={"stage": "production"})
    assert planned.title(real, COMPOSE, ()) == "Componi il bollettino di martedì 1 dicembre"
    assert planned.title(real.model_copy(update={"slots": []}), COMPOSE, ()) == ""


def test_a_schedule_that_a_person_paused_stays_so_when_all_is_registered_anew(server: DoorServer) -> None:
    """Of a clock of every five minutes, too, whose beginning the server keeps and a new one has not."""
    full = f"sorveglia/{server.settings.deployment('sorveglia')}"
    with server.client() as client:
        before = client.read_deployment_by_name(full)
        client.update_deployment_schedule(before.id, before.schedules[0].id, active=False)
        deploy(server.settings)
        assert [one.active for one in client.read_deployment_by_name(full).schedules] == [False]
        client.update_deployment_schedule(
            before.id, client.read_deployment_by_name(full).schedules[0].id, active=True
        )
