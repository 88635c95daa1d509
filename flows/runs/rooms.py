"""What the door asks of the server behind it: by its own functions, in its process."""

from uuid import UUID

from prefect.server import models
from prefect.server.database import provide_database_interface
from prefect.server.schemas.core import FlowRunInput
from prefect.server.schemas.states import StateType


class PrefectRooms:
    """`flows.door.gate.Rooms`."""

    async def deployment(self, id: str) -> str | None:
        async with provide_database_interface().session_context() as session:
            found = await models.deployments.read_deployment(session, UUID(id))  # type: ignore[attr-defined]
            return found.name if found else None

    async def answer_key(self, run_id: str) -> str | None:
        async with provide_database_interface().session_context() as session:
            run = await models.flow_runs.read_flow_run(session, UUID(run_id))  # type: ignore[attr-defined]
            if run is None or run.state is None or run.state.type != StateType.PAUSED:
                return None
            keyset = run.state.state_details.run_input_keyset
            return keyset["response"] if keyset else None

    async def keep(self, run_id: str, key: str, value: str) -> None:
        kept = FlowRunInput(flow_run_id=UUID(run_id), key=key, value=value)
        async with provide_database_interface().session_context(begin_transaction=True) as session:
            await models.flow_run_input.create_flow_run_input(session=session, flow_run_input=kept)  # type: ignore[attr-defined]

    async def drop(self, run_id: str, key: str) -> None:
        async with provide_database_interface().session_context(begin_transaction=True) as session:
            await models.flow_run_input.delete_flow_run_input(  # type: ignore[attr-defined]
                session=session, flow_run_id=UUID(run_id), key=key
            )
