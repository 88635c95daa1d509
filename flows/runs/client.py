"""What the verbs ask of the Prefect server: start a run, read its state, name it, end it, link to it.

The one place below no verb that knows Prefect, with `flows/runs/forms.py`: compose, approve and watch all
need it, and no verb imports another.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterIdempotencyKey,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import TERMINAL_STATES, State, StateType
from prefect.context import SyncClientContext
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run
from prefect.states import Cancelled, Crashed, Failed
from sqlalchemy import Engine

from db import bulletins
from db.engine import opened, transaction
from db.models import BulletinKind, BulletinStatus
from flows.accounts import asked
from flows.bulletin.language.dates import giorno
from flows.bulletin.language.markdown import escaped, within
from flows.bulletin.status import DESK, KINDS
from flows.deploy import ELSE, name_for_all
from flows.door import sealed_code
from flows.door.people import STARTED
from flows.door.request_bodies import AT_ONCE_QUEUE
from flows.door.sealed_code import FIELD, Proof
from flows.settings import BollettinoError, Settings, load

LOST_AFTER = timedelta(minutes=5)
"""Worker and engine killed together leave a run Running or Pending for ever (measured, Prefect 3.9.1)."""

UNTAKEN_AFTER = timedelta(minutes=15)
"""So long after its time a scheduled run is lost as well: who asks is `sorveglia`, which the same worker
runs. Later than others: a form waits for its turn (`deploy.QUEUES`), and 300 take some minutes.
"""

TAKEN_WITHIN = timedelta(minutes=2)  # from Pending to Running; 40 s measured on a very busy machine
ATTEMPTS = 20  # new runs, each over at once, that one call may start for a bulletin
_DAY = re.compile(r"\d{4}-\d\d-\d\d")  # a day among a run's parameters
SENDS = "dispatch"  # how the key of a run begins that a program started to send a bulletin
AT_ONCE = 200  # runs in one answer of Prefect's, which gives no more


class RunState(StrEnum):
    waiting = "waiting"  # at its form
    working = "working"  # about to run, or running
    lost = "lost"  # says that it works, for longer than a window ever does
    over = "over"  # completed, cancelled, failed, crashed or deleted


def start(
    settings: Settings,
    verb: str,
    parameters: dict[str, object],
    *,
    key: str,
    name: str,
    tags: Iterable[str] = (),
    queue: str | None = None,
) -> str:
    """Start a run of `verb` (the flow's name, e.g. approva); return its id. The same key never starts two.

    It has the deployment's tags and these, and waits in the deployment's queue or in this one.

    Through the client, not `run_deployment`: that one links the run to its parent as a subflow unless told
    otherwise, and subflows cannot suspend.
    """
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(f"{verb}/{settings.deployment(verb)}")
        run = client.create_flow_run_from_deployment(
            deployment.id,
            parameters=parameters,
            name=settings.profile.prova + name,
            tags=tags,
            idempotency_key=settings.own(key),
            work_queue_name=queue,
        )
    return str(run.id)


def start_for_all(flow: str, verb: str, *, key: str) -> None:
    """Start a run of what a fleet does for all its Comuni; `verb` as in prefect.yaml. No key starts two."""
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(f"{flow}/{name_for_all(verb)}")
        client.create_flow_run_from_deployment(deployment.id, idempotency_key=f"{verb}-{key}")


def last_state(run_id: str) -> State | None:
    """None when the run was deleted."""
    with get_client(sync_client=True) as client:
        try:
            return client.read_flow_run(UUID(run_id)).state
        except ObjectNotFound:
            return None


def state(run_id: str, *, now: datetime) -> RunState:
    """Whether a window still does, or will do, what it was opened for."""
    last = last_state(run_id)
    if last is None or last.is_final():
        return RunState.over
    if last.is_paused():
        return RunState.waiting
    due = last.state_details.scheduled_time if last.type == StateType.SCHEDULED else None
    waited, patience = now - (due or last.timestamp), UNTAKEN_AFTER if due else LOST_AFTER
    return RunState.lost if waited > patience else RunState.working


class Pool(Protocol):
    """Whose runs a worker does: an installation, or what the Comuni of a fleet share."""

    @property
    def work_pool(self) -> str: ...
    @property
    def most_runs(self) -> int | None:
        """Side by side, of one worker; None: as many as there are."""

    @property
    def server_state(self) -> Path:
        """Where the Prefect server has its files."""

    @property
    def prefect_address(self) -> str: ...


def require_server(pool: Pool) -> None:
    """BollettinoError when the Prefect server does not answer."""
    with get_client(sync_client=True) as client:
        if client.api_healthcheck() is not None:
            raise BollettinoError(
                f"the Prefect server does not answer at {pool.prefect_address}: start the installation first"
            )


def titled(pattern: str) -> Callable[[], str]:
    """For `flow_run_name`: these words with the run's parameters in them, and PROVA where it is one."""

    def name() -> str:
        short = {key: _short(value) for key, value in flow_run.parameters.items()}
        return load().profile.prova + pattern.format(**short)

    return name


def _short(value: object) -> object:
    """Of an entry of a list (`flows/runs/choices.py`) its number, until the run has an outcome; of a day."""
    if isinstance(value, date) and not isinstance(value, datetime):  # which may have no zone
        return giorno(value)
    if not isinstance(value, str):
        return value
    if _DAY.fullmatch(value):
        return giorno(date.fromisoformat(value))
    return "non scelto" if value == ELSE else value.partition(" · ")[0]


def rename(settings: Settings | None, run_id: str, name: str, *, tags: Iterable[str] | None = None) -> None:
    """Say in a run's name what it waits for, or how it ended; with `tags`, in place of those it had.

    Without settings it is a run for all Comuni of a fleet: no PROVA stands before its name.
    """
    with get_client(sync_client=True) as client:
        client.update_flow_run(
            UUID(run_id),
            name=(settings.profile.prova if settings else "") + name,
            tags=None if tags is None else [DESK, *tags],
        )


def proof(code: str) -> Proof:
    """What a person typed when they started this run, and when. Taken out of what Prefect shows of the run.

    `code` is what the door made of it (`flows/door/sealed_code.py`); one that is not sealed counts for
    none, since others could read it. Without any, the moment is that when the server made the run: no
    parameter moves it.
    """
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(UUID(flow_run.id))
        if code:
            parameters = {name: value for name, value in run.parameters.items() if name != FIELD}
            client.update_flow_run(run.id, parameters=parameters)
    typed = (
        sealed_code.opened(load().stamp_key(), code, str(run.deployment_id), run.parameters) if code else None
    )
    key = run.idempotency_key or ""
    person = started_by(load(), key, str(run.deployment_id), run.parameters)
    act = key if person else ""
    if typed is not None:
        return Proof(typed.code, typed.at, person=person, act=act)
    if code:
        get_run_logger().warning("il codice non è arrivato dalla pagina dei redattori: non vale")
    return Proof("", run.created, person=person, act=act)


def started_by(settings: Settings, key: str, deployment: str, parameters: Mapping[str, Any]) -> str:
    """The id of the person who started the run of this idempotency key; "" where nobody had signed in.

    `flows.accounts.asked.UNKNOWN` where one had, and it is not known any more who, or they asked for more or
    less than this.
    """
    if not key.startswith(STARTED):
        return ""
    with opened(settings.database) as engine:
        return asked.started(settings, engine, key, deployment, parameters)


@contextmanager
def link_of_thread() -> Iterator[None]:
    """Within it a thread of a run asks the server by a link of its own, as many times as it will."""
    with SyncClientContext():
        yield


Refusal = State[str]


def run_id() -> str:
    """Of the run that this is."""
    return str(flow_run.id)


def order() -> str:
    """What a person started: the name of the flow."""
    return str(flow_run.flow_name)


def completed(settings: Settings, outcome: str, link: str = "", lines: Sequence[str] = ()) -> None:
    """What came of an order, in the run's name and on its page, with a link to what comes next and `lines`,
    plain text. What cannot be shown is logged: it is done, and a red run would say that it is not.
    """
    next_step = [f"[Vai avanti: {link}]({link})"] if link else []
    listed = ["\n".join(f"- {escaped(line)}" for line in lines)] if lines else []
    page = within([f"**{escaped(outcome)}**", *next_step, *listed])
    named(settings, outcome)
    _shown(lambda: create_markdown_artifact(page, description="Che cosa è successo"))


def named(settings: Settings | None, outcome: str) -> None:
    """What came of this run, in its name; as `completed` where that cannot be shown."""
    _shown(lambda: rename(settings, run_id(), outcome))


def _shown(show: Callable[[], object]) -> None:
    try:
        show()
    except Exception as exc:  # noqa: BLE001  any trouble of the server's
        get_run_logger().warning("non si è potuto mostrare che cosa è successo: %s", type(exc).__name__)


def refused(settings: Settings | None, why: BollettinoError | str, what: str = "NON FATTO") -> Refusal:
    """The end of a run that did not do what a person started it for: red, with the reason as its message and
    in its name. For the flow to return.
    """
    get_run_logger().error("%s: %s", what, why)
    rename(settings, str(flow_run.id), f"{what} · {why}")
    return Failed(message=str(why))


def explained(what: str, why: str, steps: Mapping[str, str]) -> None:
    """Why an order was not done, on a page of its run, with where it leads: a phone shows two letters of the
    run's name, and its log a letter or two a line (3.9.1).
    """
    links = [f"[{escaped(words)}]({address})" for words, address in steps.items()]
    page = within([f"**{escaped(what)}**", escaped(why), *links])
    _shown(lambda: create_markdown_artifact(page, description="Che cosa è successo"))


def untag_ended(tag: str) -> None:
    """Take a tag from the runs that have ended with it: whoever cancels one in the UI leaves it there."""
    ended = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[tag]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[*TERMINAL_STATES])),
    )
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=ended, limit=AT_ONCE):
            client.update_flow_run(run.id, tags=[one for one in run.tags if one != tag])


def untag(run_id: str, tag: str) -> None:
    """The same for a run that we have just ended: the list of what waits shows it no longer."""
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(UUID(run_id))
        client.update_flow_run(run.id, tags=[one for one in run.tags if one != tag])


def end(run_id: str, final: State) -> None:
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(UUID(run_id), final, force=True)


def cancel(run_id: str, why: str) -> None:
    end(run_id, Cancelled(message=why))


def link(settings: Settings, run_id: str) -> str:
    """Where an editor opens the run, in the V2 UI."""
    return settings.run_link(run_id)


def start_dispatch(
    settings: Settings, engine: Engine, bulletin_id: int, *, dead: bool = False, now: datetime
) -> str | None:
    """See that an approved bulletin has a run that sends it; None when it needs none.

    A run that failed before it began is replaced: sending twice is prevented by our rows, not by runs. So is
    one whose worker died while it took it: no other takes it. `dead` says that nothing has moved for long,
    so a run that claims to work has lost its process. However many runs a check has turned away, there is a
    next one until the bulletin's grace ends: what the check held may be mended by then.
    """
    over: int | None = None
    for attempt in range(ATTEMPTS):
        with transaction(engine) as session:
            sealed = bulletins.approved(session, bulletin_id)
            bulletin = bulletins.locked(session, bulletin_id)
        if sealed is None or bulletin.status not in (BulletinStatus.approved, BulletinStatus.sending):
            return None
        key = f"{SENDS}-{bulletin_id}-{sealed[1].number}"
        over = _over(settings, key) if over is None else over
        run_id = start(
            settings,
            "invia",
            {"bulletin_id": bulletin_id},
            key=f"{key}-{over + attempt}",
            name=f"Invio (numero {bulletin_id})",
            tags=[KINDS[bulletin.kind].replace(" ", "-")],
            queue=None if bulletin.kind == BulletinKind.ordinary else AT_ONCE_QUEUE,
        )
        last = last_state(run_id)
        if last is None or last.is_final():
            continue
        is_stranded = last.is_pending() and now - last.timestamp > TAKEN_WITHIN
        is_dead = dead and last.is_running() and now - last.timestamp > TAKEN_WITHIN  # else about to begin
        if not (is_stranded or is_dead):
            return run_id
        end(run_id, Crashed(message="il processo non risponde: l'invio riprende in un altro"))
    raise BollettinoError(f"Bollettino {bulletin_id}: {ATTEMPTS} tentativi di invio non riusciti.")


def start_rest(settings: Settings, engine: Engine, bulletin_id: int) -> bool:
    """Have the rest of a send that gave way leave in a run of its own, behind those that wait; False where
    none is left, or somebody has stopped it meanwhile.
    """
    try:
        return start_dispatch(settings, engine, bulletin_id, now=datetime.now(UTC)) is not None
    except Exception as exc:  # noqa: BLE001  `sorveglia` starts the very same run, at the latest in five minutes
        get_run_logger().warning("il resto dell'invio non comincia subito: %s", type(exc).__name__)
        return True


def start_part(settings: Settings, bulletin_id: int, *, part: int, tried: int) -> str:
    """See that the next part of a send has its run; asked again it is the same one, until `tried` grows."""
    return start(
        settings,
        "invia",
        {"bulletin_id": bulletin_id},
        key=f"part-{bulletin_id}-{part}-{tried}",
        name=f"Invio (numero {bulletin_id}), parte {part}",
        tags=[KINDS[BulletinKind.ordinary].replace(" ", "-")],
    )


def _over(settings: Settings, key: str) -> int:
    """How many runs of these keys, counted from 0, are over before the first that is not, or is not there."""
    first = 0
    with get_client(sync_client=True) as client:
        while True:
            keys = [settings.own(f"{key}-{attempt}") for attempt in range(first, first + AT_ONCE)]
            runs = client.read_flow_runs(
                flow_run_filter=FlowRunFilter(idempotency_key=FlowRunFilterIdempotencyKey(any_=keys)),
                limit=AT_ONCE,
            )
            over = {run.idempotency_key for run in runs if run.state is not None and run.state.is_final()}
            count = next((count for count, key in enumerate(keys) if key not in over), AT_ONCE)
            first += count
            if count < AT_ONCE:
                return first
