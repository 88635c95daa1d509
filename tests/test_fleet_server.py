"""A fleet with the Prefect server of all: deployments are registered once, and go with who leaves."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.states import Scheduled, Suspended

from db import bulletins
from db.engine import opened, reading, transaction
from db.models import Bulletin, BulletinStatus
from flows import deploy
from flows.__main__ import main
from flows.bulletin.status import WAITS
from flows.doctor import fleet as doctor
from flows.doctor.finding import Case, Said, Verdict
from flows.door import keys
from flows.door.request_bodies import BY_CLOCK
from flows.fleet.membership import retirement
from flows.profiles.fleet import OWN
from flows.sending.outbox import TODAY_IS_FULL
from flows.settings import load
from tests.world.builders import NOW, make_bulletin
from tests.world.door_server import DoorServer, door_server
from tests.world.fleet import Land, land
from tests.world.installation import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("server")]

POOL, SOON = "bollettino", {"state": {"type": "SCHEDULED"}}
Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorServer]:
    with door_server(tmp_path_factory.mktemp("fleet")) as found, found.entered():
        yield found


@pytest.fixture
def here(server: DoorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    """Five Comuni, of which two are ill, and a server with nothing of them."""
    monkeypatch.setattr("os.environ", {**os.environ})
    made = land(tmp_path, monkeypatch)
    made.say(f'[prefect]\naddress = "{server.address}"\n')
    (made.states / "_fleet").mkdir(parents=True)
    shutil.copy(server.settings.server_state / keys.FILE, made.states / "_fleet")
    for slug in ("alfa", "alfa-mare", "beta"):
        made.add(slug)
    made.add("cieco", ("grace_minutes = 60", "grace_minuts = 60"))
    made.add("erra")
    (made.folder / "erra" / "BOLLETTINO_APP_SECRETS").unlink()
    server.clear()
    return made


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    def type_(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["fleet", *words])
        return code, *capsys.readouterr()

    return type_


def registered(server: DoorServer) -> dict[str, Any]:
    with server.client() as client:
        return {one.name: one for one in client.read_deployments(limit=200)}


def by_comune(server: DoorServer) -> dict[str, int]:
    """Beside what is done for all together."""
    return Counter(one.tags[-1] for one in registered(server).values() if one.tags[-1] != OWN)


def test_each_is_registered_once_and_again_nothing_is_changed(
    here: Land, server: DoorServer, typed: Typed
) -> None:
    code, out, _ = typed("plan")
    assert code == 2
    assert "register deployments: " in out
    assert (typed("apply", "--dry-run")[:2], registered(server)) == ((code, out), {})
    code, out, err = typed("apply")
    assert (code, err) == (2, "")
    assert by_comune(server).keys() == {"alfa", "alfa-mare", "beta"}
    before = registered(server)
    (first,) = [one for one in before.values() if one.name == "componi-alfa"]
    assert first.pull_steps[-1] == {"flows.deploy.take_on": {"comune": "alfa"}}
    _, out, _ = typed("apply")
    assert out.splitlines()[:3] == [f"{slug}: nothing to do" for slug in ("alfa", "alfa-mare", "beta")]
    for name, one in registered(server).items():
        assert [item.id for item in one.schedules] == [item.id for item in before[name].schedules]


def test_what_is_other_than_it_should_be_is_registered_anew_for_that_one_alone(
    here: Land, server: DoorServer, typed: Typed
) -> None:
    typed("apply")
    before = registered(server)
    with server.client() as client:
        client.delete_deployment(before["numeri-beta"].id)
        friday = next(item for item in before["invia-beta"].schedules if cron(item) == "0 11 * * 5")
        client.update_deployment_schedule(before["invia-beta"].id, friday.id, active=False)
    assert deployments_of(typed)["beta"] == {"numeri-beta": "missing"}, "a person paused the other"
    profile = here.folder / "beta.toml"
    told = profile.read_text(encoding="utf-8")
    profile.write_text(told.replace("tue 11:00", "wed 11:00"), encoding="utf-8")
    others = deployments_of(typed)
    assert others["alfa"] == {}
    assert others["beta"]["numeri-beta"] == "missing"
    assert others["beta"]["invia-beta"] == "outdated"
    typed("apply")
    after = registered(server)
    paused = [cron(item) for item in after["invia-beta"].schedules if not item.active]
    assert paused == [cron(friday)], "and it stays so"
    assert after["componi-alfa"].updated == before["componi-alfa"].updated
    assert deployments_of(typed)["beta"] == {}


def cron(item: Any) -> str:
    return str(item.schedule.cron)


def deployments_of(typed: Typed) -> dict[str, dict[str, str]]:
    return {row["comune"]: row["deployments"] for row in json.loads(typed("plan", "--json")[1])["comuni"]}


def test_what_is_done_for_all_is_registered_once_and_looked_after(
    here: Land, server: DoorServer, typed: Typed
) -> None:
    """By the same verbs; a round for all would else be nobody's."""
    names = [f"{name}_tutti" for name in ("allerte", "conserva", "notizie", "numeri", "sorveglia")]
    pool = [POOL, BY_CLOCK]
    assert f"all together: would register {', '.join(sorted([*names, *pool]))}\n" in typed("plan")[1]
    assert f"all together: done: register {', '.join(names)}\n" in typed("apply")[1]
    before = registered(server)
    assert sorted(name for name, one in before.items() if one.tags[-1] == OWN) == names
    assert typed("plan")[1].splitlines()[-1] == "all together: nothing to do"
    assert typed("apply")[1].splitlines()[-1] == "all together: nothing to do"
    assert {name: registered(server)[name].updated for name in names} == {
        name: before[name].updated for name in names
    }

    with server.client() as client:
        clock, faster = before["sorveglia_tutti"].schedules[0].id, before["notizie_tutti"].schedules[0].id
        client.update_deployment_schedule(before["sorveglia_tutti"].id, clock, active=False)
        client.update_deployment_schedule(
            before["notizie_tutti"].id, faster, schedule=IntervalSchedule(interval=timedelta(minutes=1))
        )
        client.delete_deployment(before["numeri_tutti"].id)
        client.create_deployment(flow_id=before["notizie_tutti"].flow_id, name="urgente_tutti", tags=[OWN])
    told = json.loads(typed("plan", "--json")[1])["together"]
    assert told["deployments"] == {
        "numeri_tutti": "missing",
        "notizie_tutti": "outdated",
        "urgente_tutti": "of another version",
    }
    deeds = ["register numeri_tutti", "register anew notizie_tutti", "delete urgente_tutti"]
    assert told["would"] == deeds
    assert json.loads(typed("apply", "--json")[1])["together"]["done"] == deeds
    after = registered(server)
    assert sorted(name for name, one in after.items() if one.tags[-1] == OWN) == names
    assert [item.active for item in after["sorveglia_tutti"].schedules] == [False], "a person paused it"
    assert [item.schedule.interval for item in after["notizie_tutti"].schedules] == [timedelta(minutes=30)]


def test_doctor_looks_at_what_is_done_for_all(here: Land, server: DoorServer, typed: Typed) -> None:
    def said(look: Callable[[Case], Sequence[Said]]) -> Said:
        (found,) = look(Case(load("alfa"), datetime.now(UTC) + timedelta(hours=7)))
        return found

    typed("apply")
    assert said(doctor.rounds).verdict == Verdict.good
    before = registered(server)
    with server.client() as client:
        late: State[Any] = Scheduled(scheduled_time=datetime.now(UTC) + timedelta(hours=6))
        client.create_flow_run_from_deployment(before["allerte_tutti"].id, state=late)
        clock = before["notizie_tutti"].schedules[0].id
        client.update_deployment_schedule(before["notizie_tutti"].id, clock, active=False)
        assert said(doctor.rounds).words == "Sospesi nella pagina di Prefect: notizie."
        client.delete_deployment(before["sorveglia_tutti"].id)
    missing = said(doctor.rounds)
    assert (missing.verdict, missing.remedy) == (Verdict.failed, "`python -m flows fleet apply`")
    assert "mancano: sorveglia" in missing.words
    stands = said(doctor.runs)
    assert (stands.verdict, "in ritardo: allerte" in stands.words) == (Verdict.attention, True)
    assert said(doctor.folders).verdict == Verdict.good
    with server.client() as client:
        client.send_worker_heartbeat(load("alfa").work_pool, "un-altro-1", heartbeat_interval_seconds=30)
    assert (said(doctor.folders).verdict, said(doctor.folders).detail) == (Verdict.failed, "un-altro")


def test_where_they_cannot_be_registered_the_comuni_are(
    here: Land, server: DoorServer, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for slug in ("cieco", "erra"):
        (here.folder / f"{slug}.toml").unlink()

    def fails(_: object) -> list[str]:
        raise ZeroDivisionError("token-of-alfa")

    monkeypatch.setattr(deploy, "deploy_fleet", fails)
    code, out, err = typed("apply")
    assert (code, out.splitlines()[-1]) == (2, "all together: ill: ZeroDivisionError")
    assert "token-of-alfa" not in out + err
    assert by_comune(server).keys() == {"alfa", "alfa-mare", "beta"}


def wait(here: Land, server: DoorServer) -> tuple[dict[str, int], Any]:
    """A draft, one to approve, one approved and one between two parts, of alfa; and a form that waits."""
    with opened(load("alfa").database) as engine, transaction(engine) as session:
        numbers = {}
        for count, status in enumerate(("draft", "in_review", "approved", "stopped")):
            row = make_bulletin(
                session, status=BulletinStatus(status), slot_at=NOW + timedelta(days=7 * count)
            )
            numbers[status] = row.id
        session.get_one(Bulletin, numbers["stopped"]).status_reason = TODAY_IS_FULL
    with server.client() as client:
        deployment = client.read_deployment_by_name("approva/approva-alfa")
        about = {"bulletin_id": numbers["in_review"]}
        form: State[Any] = Suspended()
        run = client.create_flow_run_from_deployment(
            deployment.id, parameters=about, state=form, tags=[WAITS]
        )
        later: State[Any] = Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=1))
        client.create_flow_run_from_deployment(deployment.id, parameters=about, state=later, name="di Anna")
    return numbers, run


def test_who_leaves_is_started_no_more_and_keeps_what_it_has(
    here: Land, server: DoorServer, typed: Typed
) -> None:
    typed("apply")
    numbers, run = wait(here, server)
    (here.folder / "alfa.testi").mkdir()
    others = by_comune(server)
    settings = load("alfa")
    code, out, _ = typed("retire", "alfa", "--dry-run")
    assert code == 0
    assert f"would cancel bulletins: {', '.join(map(str, numbers.values()))}\n" in out
    assert "di Anna" in out
    assert f"kept: database sqlite:///{here.states}/alfa/bollettino.db\n" in out
    assert (by_comune(server), here.fleet.slugs.count("alfa")) == (others, 1)
    with opened(settings.database) as engine, reading(engine) as session:
        assert bulletins.with_status(session, BulletinStatus.draft)

    code, out, _ = typed("retire", "alfa")
    assert code == 0
    assert out.splitlines()[-1] == "alfa has left: nothing of it starts any more"
    assert by_comune(server) == {slug: count for slug, count in others.items() if slug != "alfa"}
    assert "alfa" not in here.fleet.slugs
    assert (here.folder / "ritirati" / "alfa.toml").is_file()
    assert (here.folder / "ritirati" / "alfa.testi").is_dir()
    assert (here.folder / "alfa" / "BOLLETTINO_LOOKUP_KEY").is_file()
    with opened(settings.database) as engine, reading(engine) as session:
        ends = {name: session.get_one(Bulletin, number) for name, number in numbers.items()}
    assert {name: str(row.status) for name, row in ends.items()} == {
        "draft": "expired",
        "in_review": "expired",
        "approved": "missed",
        "stopped": "stopped",
    }
    assert {row.status_reason for row in ends.values()} == {"retired"}
    with server.client() as client:
        ended = client.read_flow_run(run.id)
        assert ended.state is not None
        assert (ended.state.type, ended.state.message) == (StateType.CANCELLED, retirement.WHY)
        assert WAITS not in ended.tags
        left = client.read_flow_runs(
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=["componi-alfa"]))
        )
    assert left == []
    again = (here.folder / "ritirati" / "alfa.toml").rename(here.folder.parent / "alfa.toml")
    code, out, _ = typed("add", str(again))
    assert code == 0
    assert f"take up again what lies in {settings.state}\n" in out
    assert "alfa: done: register deployments" in out
    assert by_comune(server) == others


def test_the_runs_that_the_server_planned_go_with_who_leaves(
    here: Land, server: DoorServer, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does what the planner wrote a little later; a neighbour's stays that has a tag of this name."""
    take_away, as_ours = deploy.take_away, server.as_(server.keys.internal)

    def plans_meanwhile(client: Any, settings: Any) -> None:
        take_away(client, settings)
        late = {"flow_id": str(client.read_flow_by_name("componi").id), "tags": [settings.profile.slug]}
        for more in ({}, {"deployment_id": str(client.read_deployment_by_name("componi/componi-alfa").id)}):
            given = late | SOON | more
            assert server.http.post("/api/flow_runs/", json=given, headers=as_ours).status_code == 201

    def planned() -> int:
        with server.client() as client:
            runs = client.read_flow_runs(limit=200)
        return sum("beta" in run.tags and run.state_type == StateType.SCHEDULED for run in runs)

    typed("apply")
    monkeypatch.setattr(deploy, "take_away", plans_meanwhile)
    wait_for("the planner", lambda: planned() > 0)
    assert typed("retire", "beta", "--export", str(tmp_path / "uscita"))[0] == 0
    assert (planned(), "beta" in by_comune(server), any((tmp_path / "uscita").iterdir())) == (1, False, True)


def test_nobody_leaves_while_it_sends(here: Land, server: DoorServer, typed: Typed) -> None:
    typed("apply")
    numbers, _ = wait(here, server)
    others = by_comune(server)
    with opened(load("alfa").database) as engine, transaction(engine) as session:
        sending = session.get_one(Bulletin, numbers["approved"])
        bulletins.move(session, sending, BulletinStatus.sending, by="invia", now=NOW)
    for words in (["--dry-run"], []):
        code, _, err = typed("retire", "alfa", *words)
        assert code == 2
        assert f"bulletin {numbers['approved']} is being sent" in err
    assert (by_comune(server), "alfa" in here.fleet.slugs) == (others, True)
    with opened(load("alfa").database) as engine, reading(engine) as session:
        assert session.get_one(Bulletin, numbers["draft"]).status == BulletinStatus.draft


def test_a_send_that_begins_meanwhile_leaves_all_as_it_is(
    here: Land, server: DoorServer, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("apply")
    numbers, _ = wait(here, server)
    real = retirement.leave

    def leave(*words: Any, **told: Any) -> None:
        with opened(load("alfa").database) as engine, transaction(engine) as session:
            sending = session.get_one(Bulletin, numbers["approved"])
            bulletins.move(session, sending, BulletinStatus.sending, by="invia", now=NOW)
        real(*words, **told)

    monkeypatch.setattr(retirement, "leave", leave)
    others = by_comune(server)
    assert typed("retire", "alfa")[0] == 2
    assert (by_comune(server), "alfa" in here.fleet.slugs) == (others, True)


def test_what_was_killed_half_way_is_typed_again(
    here: Land, server: DoorServer, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    typed("apply")
    numbers, _ = wait(here, server)
    with monkeypatch.context() as patch:
        patch.setattr("flows.deploy.take_away", killed)
        with pytest.raises(KeyboardInterrupt):
            typed("retire", "alfa")
    assert "alfa" in here.fleet.slugs
    code, out, _ = typed("retire", "alfa")
    assert code == 0
    assert "cancel bulletins: none waits\n" in out
    assert "alfa" not in {*here.fleet.slugs, *by_comune(server)}
    with opened(f"sqlite:///{here.states}/alfa/bollettino.db") as engine, reading(engine) as session:
        assert session.get_one(Bulletin, numbers["approved"]).status == BulletinStatus.missed


def test_one_whose_registering_fails_costs_no_other(
    here: Land, server: DoorServer, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = deploy.deploy

    def fails(settings: Any) -> list[str]:
        if settings.profile.slug == "alfa":
            raise ZeroDivisionError("token-of-alfa")
        return real(settings)

    monkeypatch.setattr(deploy, "deploy", fails)
    code, out, err = typed("apply")
    assert code == 2
    assert "alfa: ill: ZeroDivisionError\n" in out
    assert "alfa: done: make its state folder; make its database, which is missing, at " in out
    assert "token-of-alfa" not in out + err
    assert by_comune(server).keys() == {"alfa-mare", "beta"}


def test_no_verb_hands_anything_of_one_to_the_server_of_all(
    here: Land, server: DoorServer, typed: Typed
) -> None:
    """What is planted with each is looked for in what the server was told and what was printed."""
    said = "".join(map(str, (*typed("plan"), *typed("apply", "--json"), *typed("status", "--json"))))
    told = said + "".join(one.model_dump_json() for one in registered(server).values())
    for slug in here.fleet.slugs:
        for file in (here.folder / slug).iterdir():
            assert file.read_text(encoding="utf-8").strip() not in told, file.name
