"""When the editor's window counts as gone, and that it is opened anew under a new key."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Completed, Crashed, Failed, Pending, Running, Scheduled, Suspended
from sqlalchemy import Engine

from db import bulletins
from db.engine import transaction
from db.models import BulletinStatus
from flows import runs, windows
from flows.runs import RunState
from flows.settings import Settings
from tests.builders import make_bulletin

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LONG_AGO = NOW - timedelta(minutes=10)


class Server:
    """Prefect's side: states by run, and what was started under which key."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.states: dict[UUID, State] = {}
        self.started: list[str] = []
        self.inputs: dict[tuple[UUID, str], str] = {}
        for module in (runs, windows):
            monkeypatch.setattr(module, "get_client", lambda sync_client: nullcontext(self))  # noqa: ARG005
        monkeypatch.setattr(runs, "start", self.start)

    def read_flow_run(self, run_id: UUID) -> Any:
        if run_id not in self.states:
            raise ObjectNotFound(Exception("gone"))
        return SimpleNamespace(state=self.states[run_id])

    def set_flow_run_state(self, run_id: UUID, state: State, force: bool) -> None:
        assert force
        self.states[run_id] = state

    def filter_flow_run_input(self, flow_run_id: UUID, **_: object) -> list[Any]:
        kept = [(key, value) for (run_id, key), value in self.inputs.items() if run_id == flow_run_id]
        return [SimpleNamespace(key=key, value=value) for key, value in kept]

    def wait(self, run_id: str, version: int) -> None:
        """The run gets to its form of that version."""
        self.states[UUID(run_id)] = Suspended(pause_key=f"review-{version}")
        self.inputs[UUID(run_id), f"suspended-review-{version}-schema"] = "{}"

    def start(self, _settings: Settings, _verb: str, _parameters: object, *, key: str, name: str) -> str:
        assert name
        self.started.append(key)
        run_id = uuid4()
        self.states[run_id] = Scheduled()
        return str(run_id)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (Suspended(timestamp=LONG_AGO), RunState.waiting),
        (Scheduled(timestamp=LONG_AGO), RunState.working),
        (Running(timestamp=NOW), RunState.working),
        (Running(timestamp=LONG_AGO), RunState.lost),
        (Pending(timestamp=LONG_AGO), RunState.lost),
        (Completed(), RunState.over),
        (Failed(), RunState.over),
        (Crashed(), RunState.over),
        (Cancelled(), RunState.over),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_a_run_is_lost_when_it_says_it_runs_but_never_ends(
    monkeypatch: pytest.MonkeyPatch, state: State, expected: RunState
) -> None:
    server, run_id = Server(monkeypatch), uuid4()
    server.states[run_id] = state
    assert runs.state(str(run_id), now=NOW) == expected


def test_a_deleted_run_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    Server(monkeypatch)
    assert runs.state(str(uuid4()), now=NOW) == RunState.over


def test_a_window_is_opened_once_and_again_when_it_is_lost(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, sqlite: Engine
) -> None:
    server = Server(monkeypatch)
    with transaction(sqlite) as session:
        number = make_bulletin(session).id
    first = windows.open_review(settings, sqlite, number, now=NOW)
    assert first is not None
    assert windows.open_review(settings, sqlite, number, now=NOW) == first
    assert server.started == [f"bulletin-{number}-0"]
    server.states[UUID(first)] = Running(timestamp=LONG_AGO)
    second = windows.open_review(settings, sqlite, number, now=NOW)
    assert second not in (None, first)
    assert server.started == [f"bulletin-{number}-0", f"bulletin-{number}-1"]
    assert server.states[UUID(first)].is_crashed(), "the list of runs does not show it as running"
    with transaction(sqlite) as session:
        found = bulletins.locked(session, number)
        assert (found.status, found.review_run_id, found.review_attempt) == (
            BulletinStatus.in_review,
            second,
            1,
        )


def test_a_window_on_an_older_text_or_without_its_form_is_replaced(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, sqlite: Engine
) -> None:
    server = Server(monkeypatch)
    with transaction(sqlite) as session:
        number = make_bulletin(session).id
    first = windows.open_review(settings, sqlite, number, now=NOW)
    assert first is not None
    server.wait(first, 1)
    assert windows.open_review(settings, sqlite, number, now=NOW) == first
    with transaction(sqlite) as session:
        bulletins.add_version(session, bulletins.locked(session, number), [], author="x", now=NOW)
    second = windows.open_review(settings, sqlite, number, now=NOW)
    assert second not in (None, first)
    assert server.states[UUID(first)].is_cancelled()
    server.wait(str(second), 2)
    server.inputs.clear()  # the process died before it stored the form: resuming is refused for ever
    assert windows.open_review(settings, sqlite, number, now=NOW) not in (None, first, second)


def test_a_decided_bulletin_gets_no_window(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, sqlite: Engine
) -> None:
    server = Server(monkeypatch)
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session)
        bulletins.move(session, bulletin, BulletinStatus.in_review, by="x", now=NOW)
        bulletins.move(session, bulletin, BulletinStatus.rejected, by="x", now=NOW)
        number = bulletin.id
    assert windows.open_review(settings, sqlite, number, now=NOW) is None
    assert server.started == []
