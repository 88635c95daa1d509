"""Which deployments a worker asks for runs of, as the Prefect server keeps it, without what it costs a fleet.

At each poll of a worker, every 2 s, Prefect (3.9.1) writes the moment into every deployment of the pool. For
those that become ready it tells an event each, within the same transaction. Of 300 Comuni with 6,000
deployments that was 10 MB of SQLite's log and 70 ms a poll, and at a worker's start 6,000 events within one
write lock; another 6,000 told that none of them counted as asked for. Nothing of ours waits for these events.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from prefect.server.api import background_workers, deployments, work_queues, workers
from prefect.server.database import PrefectDBInterface, provide_database_interface
from prefect.server.schemas.statuses import DeploymentStatus
from prefect.server.services import foreman

from db.engine import blocks

FRESH = timedelta(seconds=30)  # the server takes for asked for what was so within a minute
_READY, _NOT_READY = "mark_deployments_ready", "mark_deployments_not_ready"
_THEIRS = getattr(workers, _READY)
_GIVEN = {name: one.default for name, one in signature(_THEIRS).parameters.items()}  # by who does its tasks


async def mark_deployments_ready(
    *,
    db: PrefectDBInterface = _GIVEN["db"],
    deployment_ids: Iterable[UUID] | None = None,
    work_queue_ids: Iterable[UUID] | None = None,
    retry: Any = _GIVEN["retry"],  # noqa: ARG001
) -> None:
    """In place of Prefect's, by its name; those of which nothing has changed are left alone."""
    now, table = datetime.now(UTC), db.Deployment
    stale = sa.and_(
        sa.or_(table.id.in_(deployment_ids or []), table.work_queue_id.in_(work_queue_ids or [])),
        sa.or_(
            table.status != DeploymentStatus.READY,
            table.last_polled.is_(None),
            table.last_polled < now - FRESH,
        ),
    )
    async with db.session_context() as session:  # no writer waits for it
        if (await session.execute(sa.select(table.id).where(stale).limit(1))).first() is None:
            return
    values = {"status": DeploymentStatus.READY, "last_polled": now, "updated": table.updated}
    async with db.session_context(begin_transaction=True, with_for_update=True) as session:
        await session.execute(sa.update(table).where(stale).values(values))


async def mark_deployments_not_ready(deployment_ids: Iterable[UUID]) -> None:
    """In place of Prefect's, for those that no worker asks for any more."""
    db = provide_database_interface()
    values = {"status": DeploymentStatus.NOT_READY, "updated": db.Deployment.updated}
    async with db.session_context(begin_transaction=True, with_for_update=True) as session:
        for some in blocks([*deployment_ids], 500):
            query = sa.update(db.Deployment).where(db.Deployment.id.in_(some))
            await session.execute(query.values(values))


def keep_quietly() -> None:
    """From now on in this process."""
    for module in (workers, deployments, work_queues):
        setattr(module, _READY, mark_deployments_ready)
    tasks = background_workers.task_functions
    tasks[:] = [mark_deployments_ready if task is _THEIRS else task for task in tasks]
    setattr(foreman, _NOT_READY, mark_deployments_not_ready)
