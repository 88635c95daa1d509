"""A Prefect server in memory: its runs, their forms, the start forms, for flows that run in a test's process.

Only what our code asks of it, answered as Prefect 3.9.1 answers; a run is done when `work` comes to it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from inspect import Parameter, signature
from types import SimpleNamespace
from typing import Any, NoReturn
from uuid import UUID, uuid4

import pytest
from prefect import Flow
from prefect.client.schemas.objects import State
from prefect.exceptions import ObjectNotFound
from prefect.logging import disable_run_logger
from prefect.states import Completed, Failed, Running, Scheduled, Suspended

from flows import alert, approve, compose, correct, dispatch, settle
from flows.deploy import blocks, entry, form
from flows.runs import choices, client, forms, pages, planned
from flows.sending.drain import DispatchError
from flows.settings import Settings


class WaitsError(Exception):
    """A run has come to its form: its process ends here, and another goes on from the top."""


@dataclass
class Run:
    """One run, with every name and state that it had."""

    flow: str
    parameters: dict[str, Any]
    created: datetime
    key: str | None = None
    tags: list[str] = field(default_factory=list)
    id: UUID = field(default_factory=uuid4)
    names: list[str] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    form: type[forms.Form] | None = None  # what its window shows
    deployment_id: UUID = field(default_factory=uuid4)
    auto_scheduled: bool = False

    @property
    def name(self) -> str:
        return self.names[-1] if self.names else ""

    @property
    def state(self) -> State:
        return self.states[-1]

    @property
    def idempotency_key(self) -> str | None:
        return self.key

    @property
    def expected_start_time(self) -> datetime:
        return self.created


@dataclass
class Deployment:
    """A start form: what an editor may fill in, with its lists as they are by now."""

    name: str
    description: str
    flow: Flow[Any, Any]
    parameter_openapi_schema: dict[str, Any]
    is_for_editors: bool
    id: UUID = field(default_factory=uuid4)


class PrefectMemory:
    """The server and its worker. `named` is told each name that a run gets, `asked` each form that waits,
    `shown` each page that a run writes: its key and its Markdown.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        *,
        named: Callable[[Run], None],
        asked: Callable[[Run], None],
        shown: Callable[[Run, str, str], None],
    ) -> None:
        self._clock, self._named, self._asked, self._shown = clock, named, asked, shown
        self.runs: dict[UUID, Run] = {}
        self.stack: list[Run] = []
        editors = [editor.name for editor in settings.profile.editors]
        self.deployments: dict[str, Deployment] = {}
        for block in blocks()[0]:
            flow = entry(block["entrypoint"])
            self.deployments[flow.name] = Deployment(
                settings.deployment(block["name"]),
                block["description"],
                flow,
                form(flow, editors),
                bool(block.get("for_editors")),
            )

    def stand_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place of the server for all our code that asks one."""
        for module in (client, forms, choices, planned, pages):
            monkeypatch.setattr(module, "get_client", lambda sync_client: nullcontext(self))  # noqa: ARG005
        for module in (client, approve, dispatch, settle):
            monkeypatch.setattr(module, "flow_run", self)
        for module in (client, compose, correct, alert, pages):
            monkeypatch.setattr(module, "create_markdown_artifact", self._page)
        monkeypatch.setattr(pages, "create_table_artifact", lambda *_, **__: None)
        monkeypatch.setattr(approve, "suspend_flow_run", self._suspend)

    # ------------------------------------------------------------ what a run knows of itself

    @property
    def id(self) -> str:
        return str(self.stack[-1].id)

    @property
    def flow_name(self) -> str:
        return self.stack[-1].flow

    @property
    def parameters(self) -> dict[str, Any]:
        return self.stack[-1].parameters

    @property
    def scheduled_start_time(self) -> datetime:
        return self.stack[-1].created

    def _page(self, markdown: str, key: str = "", **_: object) -> UUID:
        self._shown(self.stack[-1], key, markdown)
        return uuid4()

    def _suspend(self, *, wait_for_input: type[forms.Form], key: str, timeout: None) -> NoReturn:
        assert timeout is None
        run = self.stack[-1]
        run.form = wait_for_input
        run.inputs[f"suspended-{key}-schema"] = '{"properties": {"chi": {}}}'
        run.states.append(Suspended(pause_key=key, timestamp=self._clock()))
        self._asked(run)
        raise WaitsError

    # ------------------------------------------------------------ the worker

    @contextmanager
    def _as_current(self, run: Run) -> Iterator[None]:
        self.stack.append(run)
        try:
            yield
        finally:
            self.stack.pop()

    def do(self, run: Run) -> Run:
        """Run it in this process, as far as its form or its end."""
        flow = self.deployments[run.flow].flow
        run.states.append(Running(timestamp=self._clock()))
        with self._as_current(run), disable_run_logger():
            if not run.names and callable(flow.flow_run_name):
                self.update_flow_run(run.id, name=flow.flow_run_name())
            try:
                ended = flow.fn(**run.parameters)
            except WaitsError:
                return run
            except DispatchError as exc:
                ended = Failed(message=str(exc))
        run.states.append(ended if isinstance(ended, State) else Completed(message=ended))
        return run

    def work(self) -> None:
        """Do what is due, and what that starts."""
        while due := [run for run in self.runs.values() if run.state.is_scheduled()]:
            self.do(due[0])

    def begin(self, flow: str, parameters: dict[str, Any]) -> Run:
        """What a schedule or a person starts."""
        known = signature(self.deployments[flow].flow.fn).parameters.values()
        defaults = {one.name: one.default for one in known if one.default is not Parameter.empty}
        run = Run(flow, {**defaults, **parameters}, self._clock())
        run.deployment_id = self.deployments[flow].id
        self.runs[run.id] = run
        return self.do(run)

    def waiting(self, bulletin_id: int) -> Run:
        """The run that holds the form of a bulletin."""
        return next(
            run
            for run in reversed(self.runs.values())
            if run.flow == "approva"
            and run.parameters["bulletin_id"] == bulletin_id
            and run.state.is_paused()
        )

    # ------------------------------------------------------------ the client

    def read_deployment_by_name(self, name: str) -> Deployment:
        return self.deployments[name.split("/")[0]]

    def read_deployments(self, **_: object) -> list[Deployment]:
        return list(self.deployments.values())

    def update_deployment(self, deployment_id: UUID, change: Any) -> None:
        for deployment in self.deployments.values():
            if deployment.id == deployment_id:
                deployment.parameter_openapi_schema = change.parameter_openapi_schema

    def create_flow_run_from_deployment(
        self,
        deployment_id: UUID,
        *,
        parameters: dict[str, Any],
        name: str,
        tags: Sequence[str],
        idempotency_key: str,
        work_queue_name: str | None,  # noqa: ARG002  each is done in the order in which it was started
    ) -> Run:
        for run in self.runs.values():
            if run.key == idempotency_key:
                return run
        (flow,) = [key for key, one in self.deployments.items() if one.id == deployment_id]
        run = Run(flow, parameters, self._clock(), idempotency_key, list(tags), names=[name])
        run.states.append(Scheduled(timestamp=self._clock(), scheduled_time=self._clock()))
        self.runs[run.id] = run
        self._named(run)
        return run

    def read_flow_run(self, run_id: UUID) -> Run:
        if run_id not in self.runs:
            raise ObjectNotFound(Exception("gone"))
        return self.runs[run_id]

    def read_flow_run_states(self, run_id: UUID) -> list[State]:
        return self.runs[run_id].states

    def read_flow_runs(
        self, *, flow_run_filter: Any, flow_filter: Any = None, deployment_filter: Any = None, limit: int = 0
    ) -> list[Run]:
        """By key, tag and type of state; what a schedule plans is not there."""
        if deployment_filter is not None:
            return []
        keys, tags, state = flow_run_filter.idempotency_key, flow_run_filter.tags, flow_run_filter.state
        found = [
            run
            for run in self.runs.values()
            if (flow_filter is None or run.flow in flow_filter.name.any_)
            and (keys is None or run.key in keys.any_)
            and (tags is None or set(tags.all_) <= set(run.tags))
            and (state is None or run.state.type in state.type.any_)
        ]
        return found[: limit or None]

    def update_flow_run(
        self, run_id: UUID, *, name: str | None = None, tags: Any = None, parameters: Any = None
    ) -> None:
        run = self.runs[run_id]
        if tags is not None:
            run.tags = list(tags)
        if parameters is not None:
            run.parameters = parameters
        if name is not None and name != run.name:
            run.names.append(name)
            self._named(run)

    def set_flow_run_state(self, run_id: UUID, state: State, force: bool) -> None:
        assert force
        self.runs[run_id].states.append(state)

    def filter_flow_run_input(
        self, run_id: UUID, key_prefix: str, limit: int, exclude_keys: set[str]
    ) -> list[Any]:
        kept = [one for one in self.runs[run_id].inputs.items() if one[0].startswith(key_prefix)]
        kept = [one for one in kept if one[0] not in exclude_keys]
        return [SimpleNamespace(key=key, value=value) for key, value in kept[:limit]]

    def read_latest_artifacts(self, **_: object) -> list[Any]:
        return []
