"""What the verbs ask of the Prefect server: start a run, read its state, name it, link to it.

The one place below no verb that knows Prefect, because compose, approve and watch all open the
editor's window and no verb imports another.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run
from prefect.states import Cancelled, Crashed
from sqlalchemy import Engine

from db import bulletins
from db.engine import transaction
from db.models import BulletinStatus
from flows.settings import BollettinoError, Settings, load

LOST_AFTER = timedelta(minutes=5)
"""A window works for seconds between two waits: one that is Running or Pending for longer has lost its
process (worker and engine killed together leave it so for ever, measured on Prefect 3.9.1)."""


class RunState(StrEnum):
    alive = "alive"  # waiting for the editor, about to run, or running
    lost = "lost"  # says that it runs, but nothing does
    over = "over"  # completed, cancelled, failed, crashed or deleted


def start(settings: Settings, verb: str, parameters: dict[str, object], *, key: str, name: str) -> str:
    """Start a run of `verb` (the flow's name, e.g. approva); return its id. The same key never starts two.

    Not as a subflow: those cannot suspend.
    """
    run: FlowRun = run_deployment(  # type: ignore[assignment]  # sync here, though typed for both
        f"{verb}/{settings.deployment(verb)}",
        parameters=parameters,
        flow_run_name=settings.profile.prova + name,
        timeout=0,
        as_subflow=False,
        idempotency_key=key,
    )
    return str(run.id)


def state(run_id: str, *, now: datetime) -> RunState:
    """Whether a run still does, or will do, what it was started for."""
    with get_client(sync_client=True) as client:
        try:
            found = client.read_flow_run(UUID(run_id)).state
        except ObjectNotFound:
            return RunState.over
    if found is None or found.is_final():
        return RunState.over
    working = found.type in (StateType.RUNNING, StateType.PENDING)
    return RunState.lost if working and now - found.timestamp > LOST_AFTER else RunState.alive


def is_waiting(run_id: str) -> bool:
    """Whether the run has got to its form."""
    with get_client(sync_client=True) as client:
        found = client.read_flow_run(UUID(run_id)).state
    return found is not None and found.is_paused()


def require_server(settings: Settings) -> None:
    """BollettinoError when the Prefect server does not answer."""
    with get_client(sync_client=True) as client:
        if client.api_healthcheck() is not None:
            raise BollettinoError(
                f"the Prefect server does not answer at {settings.prefect_address}: "
                "start the installation first"
            )


def titled(words: str) -> Callable[[], str]:
    """For `flow_run_name`: these words with the run's parameters in them, and PROVA where it is one."""

    def name() -> str:
        return load().profile.prova + words.format(**flow_run.parameters)

    return name


def rename(settings: Settings, run_id: str, name: str) -> None:
    with get_client(sync_client=True) as client:
        client.update_flow_run(UUID(run_id), name=settings.profile.prova + name)


def link(settings: Settings, run_id: str) -> str:
    """Where an editor opens the run, in the V2 UI."""
    return f"{settings.prefect_ui}/runs/flow-run/{run_id}"


def open_review(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> str | None:
    """See that a bulletin that waits for an editor has a live window; return the run's id.

    A window that was lost (cancelled, deleted, crashed) is replaced by one with a new key: Prefect would
    hand back the old run for a key it knows. None when the bulletin does not wait.
    """
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.status == BulletinStatus.draft:
            bulletins.move(session, bulletin, BulletinStatus.in_review, by="componi", now=now)
        if bulletin.status != BulletinStatus.in_review:
            return None
        before, attempt = bulletin.review_run_id, bulletin.review_attempt
        name = f"Bollettino {bulletin_id} · da approvare"
    seen = state(before, now=now) if before else None
    if seen == RunState.alive:
        return before
    if before and seen == RunState.lost:
        _end(before, Crashed(message="il processo non risponde: si apre un nuovo modulo"))
    attempt += 1 if before else 0
    run_id = start(
        settings,
        "approva",
        {"bulletin_id": bulletin_id},
        key=f"bulletin-{bulletin_id}-{attempt}",
        name=name,
    )
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        bulletin.review_run_id, bulletin.review_attempt = run_id, attempt
        session.add(bulletin)
    return run_id


def start_dispatch(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> str | None:
    """See that a bulletin that goes at approval has a run that sends it; None when it needs none.

    A run that failed before it began is replaced: sending twice is prevented by our rows, not by runs.
    """
    for attempt in range(ATTEMPTS):
        with transaction(engine) as session:
            sealed = bulletins.approved(session, bulletin_id)
            if sealed is None or bulletins.locked(session, bulletin_id).status != BulletinStatus.approved:
                return None
        run_id = start(
            settings,
            "invia",
            {"bulletin_id": bulletin_id},
            key=f"dispatch-{bulletin_id}-{sealed[1].number}-{attempt}",
            name=f"Invio (bollettino {bulletin_id})",
        )
        if state(run_id, now=now) == RunState.alive:
            return run_id
    raise BollettinoError(f"bulletin {bulletin_id}: {ATTEMPTS} runs could not send it, see the newest one")


ATTEMPTS = 20


def close_review(settings: Settings, engine: Engine, bulletin_id: int, why: str, *, now: datetime) -> None:
    """Cancel the window of a bulletin that no longer waits, and say so in its name."""
    with transaction(engine) as session:
        run_id = bulletins.locked(session, bulletin_id).review_run_id
    if run_id is None or state(run_id, now=now) == RunState.over:
        return
    _end(run_id, Cancelled(message=why))
    rename(settings, run_id, f"Bollettino {bulletin_id} · {why}")


def _end(run_id: str, final: State) -> None:
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(UUID(run_id), final, force=True)
