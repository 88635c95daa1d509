"""When the editor's window counts as gone, and that it is opened anew under a new key."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.input import RunInput
from prefect.states import (
    Cancelled,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
    Suspended,
)
from pydantic import Field, ValidationError, create_model
from sqlalchemy import Engine

from db import bulletins
from db.engine import transaction
from db.models import BulletinKind, BulletinStatus
from flows import watch
from flows.bulletin.status import WAITS
from flows.door import stamps
from flows.door.keys import ACCOUNTS
from flows.runs import client, forms
from flows.runs.client import RunState
from flows.settings import Settings
from tests.world.builders import make_bulletin

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
KEY = b"a stamp key made up for these tests"
LONG_AGO = NOW - timedelta(minutes=20)


class Server:
    """Prefect's side: states by run, and what was started under which key."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.states: dict[UUID, State] = {}
        self.started: list[str] = []
        self.inputs: dict[tuple[UUID, str], str] = {}
        self.tags = ("ordinario", "da-approvare", WAITS)
        self.renamed: dict[str, object] = {}
        for module in (client, forms):
            monkeypatch.setattr(module, "get_client", lambda sync_client: nullcontext(self))  # noqa: ARG005
        monkeypatch.setattr(client, "start", self.start)

    def read_flow_run(self, run_id: UUID) -> Any:
        if run_id not in self.states:
            raise ObjectNotFound(Exception("gone"))
        return SimpleNamespace(id=run_id, state=self.states[run_id], tags=self.tags)

    def update_flow_run(self, _run_id: UUID, **changed: object) -> None:
        self.renamed = changed

    def set_flow_run_state(self, run_id: UUID, state: State, force: bool) -> None:
        assert force
        self.states[run_id] = state

    def filter_flow_run_input(
        self, flow_run_id: UUID, key_prefix: str, limit: int, exclude_keys: set[str]
    ) -> list[Any]:
        kept = [(key, value) for (run_id, key), value in self.inputs.items() if run_id == flow_run_id]
        kept = [one for one in kept if one[0].startswith(key_prefix) and one[0] not in exclude_keys]
        return [SimpleNamespace(key=key, value=value) for key, value in kept[:limit]]

    def read_flow_runs(self, flow_filter: Any, flow_run_filter: Any) -> list[Any]:
        assert flow_filter.name.any_ == ["approva"]
        assert flow_run_filter.idempotency_key.any_
        return []

    def read_flow_run_states(self, run_id: UUID) -> list[State]:
        return [self.states[run_id]]

    def wait(self, run_id: str, version: int) -> None:
        """The run gets to its form of that version."""
        self.states[UUID(run_id)] = Suspended(pause_key=f"review-{version}")
        self.inputs[UUID(run_id), f"suspended-review-{version}-schema"] = '{"properties": {"chi": {}}}'

    def answer(self, run_id: UUID, version: int, values: dict[str, Any], *, at: datetime) -> None:
        """The door takes a form and stamps it."""
        key = f"suspended-review-{version}-response"
        self.inputs[run_id, key] = json.dumps(values)
        stamp = stamps.stamp(KEY, str(run_id), key, values, at=at)
        self.inputs[run_id, f"suspended-review-{version}-stamp-00"] = stamp.to_json()

    def start(
        self, _settings: Settings, _verb: str, _parameters: object, *, key: str, name: str, **more: Any
    ) -> str:
        assert name
        assert more in ({"tags": self.tags}, {"tags": self.tags, "queue": None})
        self.started.append(key)
        run_id = uuid4()
        self.states[run_id] = Scheduled()
        return str(run_id)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (Suspended(timestamp=LONG_AGO), RunState.waiting),
        (Scheduled(timestamp=LONG_AGO, scheduled_time=NOW - timedelta(minutes=10)), RunState.working),
        (Scheduled(timestamp=LONG_AGO, scheduled_time=LONG_AGO), RunState.lost),
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
    assert client.state(str(run_id), now=NOW) == expected


def test_a_deleted_run_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    Server(monkeypatch)
    assert client.state(str(uuid4()), now=NOW) == RunState.over


def test_a_window_is_opened_once_and_again_when_it_is_lost(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, sqlite: Engine
) -> None:
    server = Server(monkeypatch)
    with transaction(sqlite) as session:
        number = make_bulletin(session).id
    first = forms.open_review(settings, sqlite, number, now=NOW)
    assert first is not None
    assert forms.open_review(settings, sqlite, number, now=NOW) == first
    assert server.started == [f"bulletin-{number}-20261124T093000-0"]
    server.states[UUID(first)] = Running(timestamp=LONG_AGO)
    second = forms.open_review(settings, sqlite, number, now=NOW)
    assert second not in (None, first)
    assert server.started == [f"bulletin-{number}-20261124T093000-{attempt}" for attempt in (0, 1)]
    assert server.states[UUID(first)].is_crashed(), "the list of runs does not show it as running"
    assert server.renamed == {"tags": ["ordinario", "da-approvare"]}, "nor the list of what waits"
    server.states[UUID(str(second))] = Scheduled(name="Resuming", scheduled_time=LONG_AGO)
    third = forms.open_review(settings, sqlite, number, now=NOW)
    assert third not in (None, first, second), "no worker took it for so long: none will"
    with transaction(sqlite) as session:
        found = bulletins.locked(session, number)
        assert (found.status, found.review_run_id, found.review_attempt) == (
            BulletinStatus.in_review,
            third,
            2,
        )


def test_a_window_on_an_older_text_or_without_its_form_is_replaced(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, sqlite: Engine
) -> None:
    server = Server(monkeypatch)
    with transaction(sqlite) as session:
        number = make_bulletin(session).id
    first = forms.open_review(settings, sqlite, number, now=NOW)
    assert first is not None
    server.wait(first, 1)
    assert forms.open_review(settings, sqlite, number, now=NOW) == first
    with transaction(sqlite) as session:
        bulletins.add_version(session, bulletins.locked(session, number), [], author="x", now=NOW)
    second = forms.open_review(settings, sqlite, number, now=NOW)
    assert second not in (None, first)
    assert server.states[UUID(first)].is_cancelled()
    assert server.renamed == {"tags": ["ordinario", "da-approvare"]}
    server.wait(str(second), 2)
    server.inputs.clear()  # the process died before it stored the form: resuming is refused for ever
    third = forms.open_review(settings, sqlite, number, now=NOW)
    assert third not in (None, first, second)
    server.wait(str(third), 2)
    server.inputs[UUID(third), "suspended-review-2-schema"] = "{"
    assert forms.open_review(settings, sqlite, number, now=NOW) not in (None, first, second, third)


def test_a_form_that_asks_nobody_who_they_are_is_good_while_persons_sign_in(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, sqlite: Engine
) -> None:
    server, mark = Server(monkeypatch), settings.state / ACCOUNTS
    with transaction(sqlite) as session:
        number = make_bulletin(session).id
    first = forms.open_review(settings, sqlite, number, now=NOW)
    assert first is not None
    server.wait(first, 1)
    mark.write_text("made up")
    assert forms.open_review(settings, sqlite, number, now=NOW) == first, "whose name and code nobody minds"
    server.inputs[UUID(first), "suspended-review-1-schema"] = '{"properties": {}}'
    assert forms.open_review(settings, sqlite, number, now=NOW) == first
    mark.unlink()
    assert forms.open_review(settings, sqlite, number, now=NOW) != first, "else nobody could answer it"


def test_a_decided_bulletin_gets_no_window(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, sqlite: Engine
) -> None:
    server = Server(monkeypatch)
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session)
        bulletins.move(session, bulletin, BulletinStatus.in_review, by="x", now=NOW)
        bulletins.move(session, bulletin, BulletinStatus.rejected, by="x", now=NOW)
        number = bulletin.id
    assert forms.open_review(settings, sqlite, number, now=NOW) is None
    assert server.started == []


def test_every_answer_is_read(monkeypatch: pytest.MonkeyPatch, settings: Settings, sqlite: Engine) -> None:
    """Prefect gives 200 inputs at a time, and each round leaves two and a stamp."""
    server, run_id = Server(monkeypatch), uuid4()
    server.states[run_id] = Scheduled(name="Resuming")
    for version in range(1, 251):
        server.wait(str(run_id), version)
        values = {f"decisione_{version}": "Salva", "notizia_1": f"Testo {version}."}
        server.answer(run_id, version, values, at=NOW + timedelta(minutes=version))
    server.states[run_id] = Scheduled(name="Resuming")
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session)
    found = forms.confirmations(settings, bulletin, stamp_key=KEY, also_in=str(run_id), now=NOW)
    assert [(one.version, one.at, one.is_stamped) for one in found] == [
        (version, NOW + timedelta(minutes=version), True) for version in range(1, 251)
    ]
    assert all(one.values == {"decisione": "Salva", "notizia_1": f"Testo {one.version}."} for one in found)


def test_a_form_takes_no_values_of_another_version() -> None:
    form: Any = create_model(
        "Modulo",
        __base__=RunInput,
        decisione=(str, Field(title="Che cosa?")),
        nota=(str, ""),
        chi=(str, ""),
        codice=(str, ""),
    )
    form._description = "Sopra il modulo"
    old, new = cast(Any, forms.bound(form, 2)), cast(Any, forms.bound(form, 3))
    assert new._description == "Sopra il modulo"
    schema = new.model_json_schema()
    assert list(schema["properties"]) == ["decisione_3", "nota_v3", "chi", "codice"]
    assert schema["properties"]["decisione_3"]["title"] == "Che cosa?"
    assert schema["required"] == ["decisione_3"]
    typed = {"decisione_2": "Salva", "nota_v2": "x", "chi": "Anna Redazione"}
    assert old(**typed)
    with pytest.raises(ValidationError):
        new(**typed)
    with pytest.raises(ValidationError):
        new(decisione_3="Salva", nota_v2="x")
    plain = {"decisione": "Salva", "nota": "x", "chi": "Anna Redazione"}
    assert forms.unbound(typed, 2) == plain
    assert forms.unbound(typed, 3) == typed
    assert forms.unbound({"decisione_2": "Salva", "notizia_2": "x"}, 2) == {
        "decisione": "Salva",
        "notizia_2": "x",
    }, "a form that waited while the program was changed"


def test_a_number_that_a_restored_database_gives_out_again_has_windows_of_its_own(sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        before, after = make_bulletin(session), make_bulletin(session, now=NOW + timedelta(days=7))
    after.id = before.id
    assert forms.key_of(before, 0) != forms.key_of(after, 0)


def test_watch_opens_a_new_window_for_one_that_a_person_cancelled_deleted_or_paused(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, sqlite: Engine
) -> None:
    """Within its five minutes, and not a second one for the same."""
    server = Server(monkeypatch)
    with transaction(sqlite) as session:
        number = make_bulletin(session, status=BulletinStatus.in_review).id
    before = forms.open_review(settings, sqlite, number, now=NOW)

    def meddle(run_id: UUID, how: str) -> None:
        if how == "deleted":
            del server.states[run_id]
        else:
            server.states[run_id] = Cancelled() if how == "cancelled" else Paused()

    for how in ("cancelled", "deleted", "paused"):
        server.wait(str(before), 1)
        assert watch.rounds(settings, sqlite, now=NOW)[0].waiting == (number,)
        assert window_of(sqlite, number) == before, "one that waits is left alone"
        meddle(UUID(before), how)
        watch.rounds(settings, sqlite, now=NOW)
        after = window_of(sqlite, number)
        assert after != before, how
        before = after
    assert len(server.started) == 4


def window_of(engine: Engine, number: int) -> str | None:
    with transaction(engine) as session:
        return bulletins.locked(session, number).review_run_id


def test_a_run_says_in_its_tags_what_it_waits_for(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, sqlite: Engine
) -> None:
    server = Server(monkeypatch)
    with transaction(sqlite) as session:
        number = make_bulletin(session, kind=BulletinKind.urgent).id
    server.tags = ("urgente", "da-approvare", WAITS)
    run_id = forms.open_review(settings, sqlite, number, now=NOW)
    assert run_id is not None
    server.wait(run_id, 1)
    forms.close_review(settings, sqlite, number, "non approvato in tempo", now=NOW)
    assert server.renamed == {
        "name": f"PROVA · Messaggio urgente {number} · non approvato in tempo",
        "tags": ["redazione", "urgente", "non-approvato-in-tempo"],
    }


def test_an_answer_that_is_not_stored_yet_is_awaited_whatever_became_of_its_run(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, engine: Engine
) -> None:
    """Else one that was confirmed in time would expire with the bulletin, for want of a process."""
    server = Server(monkeypatch)
    with transaction(engine) as session:
        number = make_bulletin(session).id
    assert not forms.is_answering(settings, engine, number, now=NOW)
    run_id = str(forms.open_review(settings, engine, number, now=NOW))
    server.wait(run_id, 1)
    assert not forms.is_answering(settings, engine, number, now=NOW)
    server.inputs[UUID(run_id), "suspended-review-1-response"] = "{}"
    states: tuple[State[Any], ...] = (
        Scheduled(name="Resuming"),
        Running(timestamp=LONG_AGO),
        Failed(),
        Cancelled(),
    )
    for state in states:
        server.states[UUID(run_id)] = state
        assert forms.is_answering(settings, engine, number, now=NOW)
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, number)
        bulletins.add_version(session, bulletin, [], author="x", now=NOW, answers=(run_id, 1))
    assert not forms.is_answering(settings, engine, number, now=NOW)
    server.inputs[UUID(run_id), "suspended-review-7-response"] = "{}"
    assert not forms.is_answering(settings, engine, number, now=NOW), (
        "of a version that a restored database lacks"
    )


class Sends(Server):
    """The runs of `invia` by their keys."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(monkeypatch)
        self.by_key: dict[str, UUID] = {}
        self.tags = ["ordinario"]  # type: ignore[assignment]

    def start(self, *given: Any, key: str, name: str, **more: Any) -> str:
        if key not in self.by_key:
            self.by_key[key] = UUID(super().start(*given, key=key, name=name, **more))
        return str(self.by_key[key])

    def read_flow_runs(  # type: ignore[override]  # Prefect's client has both forms
        self, flow_run_filter: Any, limit: int = 200
    ) -> list[Any]:
        keys = flow_run_filter.idempotency_key.any_
        assert limit >= len(keys)
        return [
            SimpleNamespace(idempotency_key=key, state=self.states[self.by_key[key]])
            for key in keys
            if key in self.by_key
        ]


def test_a_bulletin_that_a_check_holds_is_started_for_as_long_as_its_grace(
    monkeypatch: pytest.MonkeyPatch, sqlite: Engine, settings: Settings
) -> None:
    """Every five minutes of a whole day, each run turned away; and what runs is not started twice."""
    server = Sends(monkeypatch)
    with transaction(sqlite) as session:
        number = make_bulletin(session, status=BulletinStatus.approved).id
    for round_ in range(288):
        run_id = client.start_dispatch(settings, sqlite, number, now=NOW)
        assert run_id is not None
        assert client.start_dispatch(settings, sqlite, number, now=NOW) == run_id, "it is there already"
        server.states[UUID(run_id)] = Failed()
        assert len(server.by_key) == round_ + 1
    run_id = client.start_dispatch(settings, sqlite, number, now=NOW) or "none was started"
    server.states[UUID(run_id)] = Running(timestamp=NOW)
    for wait, others in ((1, 0), (3, 1)):  # minutes: it is about to begin, and its process is gone
        client.start_dispatch(settings, sqlite, number, dead=True, now=NOW + timedelta(minutes=wait))
        assert len(server.by_key) == 289 + others
    assert server.states[UUID(run_id)].is_crashed()
    assert list(server.by_key)[-1] == f"dispatch-{number}-1-289"
