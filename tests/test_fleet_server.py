"""Two Comuni of a fleet on one Prefect server: what one starts, finds and shows is never the other's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.schemas.filters import ArtifactCollectionFilter
from prefect.client.schemas.objects import FlowRun
from prefect.states import Crashed

from db.engine import opened, transaction
from db.models import Bulletin, BulletinStatus
from flows.deploy import deploy
from flows.runs import client, forms, pages
from flows.settings import Settings
from flows.watch import act, answering, look
from tests.world.builders import make_bulletin
from tests.world.door_server import DoorServer, door_server
from tests.world.fleet import land

pytestmark = pytest.mark.xdist_group("installation")  # a server of Prefect's too: one at a time

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


@pytest.fixture
def two(
    server: DoorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path
) -> Iterator[Two]:
    here = land(tmp_path, monkeypatch)
    here.say(f'[prefect]\naddress = "{server.address}"\n')
    for slug in SLUGS:
        here.add(slug)
    here.settle(SLUGS, sqlite_template)
    settings = {one.profile.slug: one for one in here.fleet.roll().comuni}
    for one in settings.values():
        deploy(one)
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
    assert len({pages.drafts(settings, 1) for settings in two.settings.values()}) == 1, "led on by its door"
