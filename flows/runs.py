"""What the verbs ask of the Prefect server: start a run, read its state, name it, link to it.

The one place below no verb that knows Prefect, because compose, approve and watch all open the
editor's window and no verb imports another.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run
from prefect.states import Cancelled
from sqlalchemy import Engine

from db import bulletins
from db.engine import transaction
from db.models import BulletinStatus
from flows.settings import BollettinoError, Settings, load


class RunState(StrEnum):
    alive = "alive"  # waiting for the editor, or about to run, or running
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


def state(run_id: str) -> RunState:
    with get_client(sync_client=True) as client:
        try:
            run = client.read_flow_run(UUID(run_id))
        except ObjectNotFound:
            return RunState.over
    return RunState.over if run.state is None or run.state.is_final() else RunState.alive


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
    if before is not None and state(before) == RunState.alive:
        return before
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


def start_dispatch(settings: Settings, engine: Engine, bulletin_id: int) -> str:
    """Start the send of a bulletin that goes at approval; for one approval there is one run, ever."""
    with transaction(engine) as session:
        approval, _ = bulletins.approved_version(session, bulletin_id)
        number = approval.version_number
    return start(
        settings,
        "invia",
        {"bulletin_id": bulletin_id},
        key=f"dispatch-{bulletin_id}-{number}",
        name=f"Invio del bollettino {bulletin_id}",
    )


def close_review(settings: Settings, engine: Engine, bulletin_id: int, why: str) -> None:
    """Cancel the window of a bulletin that no longer waits, and say so in its name."""
    with transaction(engine) as session:
        run_id = bulletins.locked(session, bulletin_id).review_run_id
    if run_id is None or state(run_id) == RunState.over:
        return
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(UUID(run_id), Cancelled(message=why), force=True)
    rename(settings, run_id, f"Bollettino {bulletin_id} · {why}")
