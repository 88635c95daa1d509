"""Two Comuni of a fleet on one Prefect server: what one starts, finds and shows is never the other's."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.schemas.filters import ArtifactCollectionFilter, LogFilter, LogFilterFlowRunId
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.states import Crashed

from db.engine import opened, transaction
from db.models import Bulletin, BulletinStatus
from flows import poll
from flows.bulletin.status import WAITS
from flows.deploy import deploy, deploy_fleet, startable
from flows.doctor import heartbeat
from flows.profiles.fleet import OWN
from flows.runs import client, forms, pages, server_health
from flows.settings import Settings
from flows.watch import act, answering, look
from tests.world.builders import make_bulletin
from tests.world.door_server import DoorServer, door_server
from tests.world.fleet import land
from tests.world.installation import wait_for

pytestmark = pytest.mark.xdist_group("server")  # a server of Prefect's too: one at a time

SLUGS = ("alfa", "beta")
NOW = datetime.now(UTC)


class Two:
    """Their databases hold the same: bulletin 1 waits for an editor, 2 is approved and due."""

    def __init__(self, server: DoorServer, settings: dict[str, Settings]) -> None:
        self.server, self.settings = server, settings

    def _ids(self) -> set[str]:
        with self.server.client() as prefect:
            return {str(run.id) for run in prefect.read_flow_runs() if not run.auto_scheduled}

    def round(self, slug: str) -> list[FlowRun]:
        """What a round of `sorveglia` starts for one of them."""
        before, settings = self._ids(), self.settings[slug]
        with opened(settings.database) as engine:
            busy = answering(settings, engine, NOW)
            act(settings, engine, look(settings, engine, answering=busy, now=NOW), now=NOW)
        with self.server.client() as prefect:
            runs = [run for run in prefect.read_flow_runs() if not run.auto_scheduled]
        return [run for run in runs if str(run.id) not in before]

    def owners(self, runs: list[FlowRun]) -> set[str]:
        """The slugs in the names of the deployments that these runs are of, and in their tags."""
        with self.server.client() as prefect:
            names = [prefect.read_deployment(run.deployment_id).name for run in runs if run.deployment_id]
        tagged = {slug for slug in SLUGS for run in runs if slug in run.tags}
        assert len(names) == len(runs)
        return {name.rpartition("-")[2] for name in names} | tagged


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorServer]:
    with door_server(tmp_path_factory.mktemp("fleet")) as found, found.entered():
        yield found


@pytest.fixture(scope="module")
def registered() -> set[str]:
    """Slugs; to the server each test's Comuni are the same."""
    return set()


@pytest.fixture
def two(
    server: DoorServer,
    registered: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sqlite_template: Path,
) -> Iterator[Two]:
    here = land(tmp_path, monkeypatch)
    here.say(f'[prefect]\naddress = "{server.address}"\n')
    for slug in SLUGS:
        here.add(slug)
    here.settle(SLUGS, sqlite_template)
    settings = {one.profile.slug: one for one in here.fleet.roll().comuni}
    for one in settings.values():
        if one.profile.slug not in registered:
            deploy(one)
            registered.add(one.profile.slug)
        with opened(one.database) as engine, transaction(engine) as session:
            make_bulletin(session, deadline_at=NOW + timedelta(hours=1), now=NOW)
            make_bulletin(
                session, status=BulletinStatus.approved, slot_at=NOW - timedelta(minutes=20), now=NOW
            )
    yield Two(server, settings)
    with server.client() as prefect:
        for run in prefect.read_flow_runs():
            prefect.delete_flow_run(run.id)


def test_what_a_round_starts_for_one_is_its_own(two: Two) -> None:
    """Each numbers its bulletins from 1, and both were made in the same second."""
    windows = {}
    for slug in SLUGS:
        runs = two.round(slug)
        assert sorted(run.name.split(" · ")[-1] for run in runs) == ["Invio (numero 2)", "da approvare"]
        assert two.owners(runs) == {slug}
        with opened(two.settings[slug].database) as engine, transaction(engine) as session:
            windows[slug] = session.get_one(Bulletin, 1).review_run_id
        assert windows[slug] in {str(run.id) for run in runs}
        assert two.round(slug) == [], "asked again it is the same"
    assert len(set(windows.values())) == len(SLUGS)


def test_what_one_s_editor_answered_is_not_read_for_the_other(two: Two) -> None:
    (window,) = [run for run in two.round("alfa") if run.name.endswith("da approvare")]
    two.round("beta")
    with two.server.client() as prefect:
        prefect.create_flow_run_input(window.id, "suspended-review-1-response", '{"decisione_1": "x"}')
    read = {}
    for slug, settings in two.settings.items():
        with opened(settings.database) as engine, transaction(engine) as session:
            bulletin = session.get_one(Bulletin, 1)
        read[slug] = forms.confirmations(settings, bulletin, stamp_key=b"", also_in="", now=NOW)
    assert [len(read[slug]) for slug in SLUGS] == [1, 0]


def test_a_dead_send_of_one_is_not_taken_for_the_other_s(two: Two) -> None:
    (first,) = [run for run in two.round("alfa") if "Invio" in run.name]
    client.end(str(first.id), Crashed())
    (second,) = [run for run in two.round("beta") if "Invio" in run.name]
    assert second.idempotency_key != first.idempotency_key
    assert second.idempotency_key is not None
    assert "-0--" in second.idempotency_key, "its first attempt"


def test_the_pages_of_one_are_not_those_of_the_other(two: Two) -> None:
    for slug, settings in two.settings.items():
        pages.draft(settings, 1, f"La bozza di {slug}.", "La bozza come si vede")
    with two.server.client() as prefect:
        shown = prefect.read_latest_artifacts(artifact_filter=ArtifactCollectionFilter())
    assert {row.key: row.data for row in shown} == {
        f"bozza-1--{slug}": f"La bozza di {slug}." for slug in SLUGS
    }
    shown_at = {slug: pages.drafts(settings, 1) for slug, settings in two.settings.items()}
    assert shown_at == {slug: f"http://{slug}.localhost:4300/redazione/pagina/bozza-1" for slug in SLUGS}, (
        "each before its own door, which leads on"
    )


def test_what_is_done_for_all_is_registered_once_and_no_comune_does_it_by_the_clock(two: Two) -> None:
    fleet = two.settings["alfa"].fleet
    assert fleet is not None
    assert deploy_fleet(fleet) == deploy_fleet(fleet)
    planned: dict[str, list[float]] = {}
    with two.server.client() as prefect:
        for deployment in prefect.read_deployments(limit=200):
            planned[deployment.name] = [
                item.schedule.interval.total_seconds()
                for item in deployment.schedules
                if isinstance(item.schedule, IntervalSchedule)
            ]
    assert {name: times for name, times in planned.items() if times} == {
        "notizie_tutti": [1800],
        "allerte_tutti": [60],
        "sorveglia_tutti": [300],
        "conserva_tutti": [86400],
        "numeri_tutti": [86400],
    }
    for slug in SLUGS:
        assert {f"{verb}-{slug}" for verb in ("notizie", "allerte", "sorveglia", "numeri")} <= planned.keys()
        assert server_health.planned(two.settings[slug]) == server_health.Planned(), "as it should be"
        assert not any(name.endswith("_tutti") for name in startable(two.settings[slug]))


def test_a_schedule_of_all_that_was_paused_stays_paused_and_an_older_one_goes(two: Two) -> None:
    fleet = two.settings["alfa"].fleet
    assert fleet is not None
    deploy_fleet(fleet)
    with two.server.client() as prefect:
        found = prefect.read_deployment_by_name("sorveglia-tutti/sorveglia_tutti")
        prefect.update_deployment_schedule(found.id, found.schedules[0].id, active=False)
        prefect.create_deployment(flow_id=found.flow_id, name="urgente_tutti", tags=[OWN])
        deploy_fleet(fleet)
        again = prefect.read_deployment_by_name("sorveglia-tutti/sorveglia_tutti")
        names = {one.name for one in prefect.read_deployments(limit=200)}
        prefect.update_deployment_schedule(again.id, again.schedules[0].id, active=True)
    assert [item.active for item in again.schedules] == [False]
    assert "urgente_tutti" not in names


def test_a_round_for_all_is_one_run_that_starts_each_one_s_own(two: Two) -> None:
    """Within Prefect's engine, in its threads; the log, too, comes from there."""
    with two.server.client() as prefect:
        over = prefect.create_flow_run(poll.watch_all, name="era da approvare", tags=[WAITS], state=Crashed())
        ended = poll.watch_all(return_state=True)
        assert ended.is_completed(), ended.message
        runs = [run for run in prefect.read_flow_runs() if not run.auto_scheduled]
        (own,) = [run for run in runs if run.name.startswith("Controllo")]
        assert own.name == "Controllo · 2 Comuni: 2 con qualcosa da seguire"
        assert prefect.read_flow_run(over.id).tags == [], "it waits for nobody"
    for slug in SLUGS:
        started = [run for run in runs if slug in run.tags]
        assert two.owners(started) == {slug}
        assert sorted(run.name.split(" · ")[-1] for run in started) == ["Invio (numero 2)", "da approvare"]
    Path(str(two.settings["beta"].state / "bollettino.db")).unlink()
    ended = poll.watch_all(return_state=True)
    assert (ended.is_failed(), ended.message) == (
        True,
        "Comuni non seguiti: 1 su 2: beta. Perché, lo dice il registro qui sotto.",
    )
    assert heartbeat.last_beat(two.settings["alfa"].state)
    with two.server.client() as prefect:
        (red,) = [run for run in prefect.read_flow_runs() if run.state and run.state.is_failed()]
        assert red.name.startswith("NON TUTTO FATTO · Comuni non seguiti: 1 su 2: beta.")

        def logged() -> list[str]:
            wanted = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[red.id]))
            return [line.message for line in prefect.read_logs(wanted) if line.level >= logging.ERROR]

        lines = wait_for("the log", logged)
    assert any(line.startswith("beta: ") and "is missing: put its last backup" in line for line in lines)
