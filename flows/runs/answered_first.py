"""What a person has answered goes on before the forms of others are opened, as the Prefect server keeps it.

A form is opened in a queue that takes few runs at a time (`flows/deploy.py`, QUEUES), where Prefect (3.9.1)
lets a run wait once its form was filled in, too. Behind the forms that an alert opens, of hundreds of Comuni,
an editor's approval of that alert waited for minutes. So with its answer a run goes over to the pool's usual
queue; no operation of Prefect's API moves one.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from prefect.server import models
from prefect.server.database import provide_database_interface
from prefect.server.schemas.responses import SetStateStatus
from sqlalchemy.ext.asyncio import AsyncSession

RESUMING = "Resuming"  # a state of Prefect's, by its name
_as_it_was = models.flow_runs.set_flow_run_state


async def set_flow_run_state(session: AsyncSession, flow_run_id: UUID, state: Any, **told: Any) -> Any:
    """In place of Prefect's, by its name, for whoever asks the server."""
    result = await _as_it_was(session=session, flow_run_id=flow_run_id, state=state, **told)
    if state.name == RESUMING and result.status == SetStateStatus.ACCEPT:
        await _go_before(session, flow_run_id)
    return result


async def _go_before(session: AsyncSession, flow_run_id: UUID) -> None:
    db = provide_database_interface()
    pool, queue = db.WorkPool, db.WorkQueue
    usual = (
        sa.select(queue.id, queue.name)
        .join(pool, pool.default_queue_id == queue.id)
        .where(
            pool.id.in_(
                sa.select(queue.work_pool_id)
                .join(db.FlowRun, db.FlowRun.work_queue_id == queue.id)
                .where(db.FlowRun.id == flow_run_id)
            )
        )
    )
    if (found := (await session.execute(usual)).first()) is not None:
        run = await session.get_one(db.FlowRun, flow_run_id)
        run.work_queue_id, run.work_queue_name = found


def go_first() -> None:
    """From now on in this process."""
    models.flow_runs.set_flow_run_state = set_flow_run_state  # type: ignore[assignment]
