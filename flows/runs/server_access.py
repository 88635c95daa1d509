"""What the door and the page *Redazione* ask of the Prefect server, also of one in another process."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal, Protocol
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.sorting import ArtifactSort
from prefect.context import SettingsContext, get_settings_context
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.settings import Settings as PrefectSettings

from flows.door.interfaces import ServerAccess
from flows.door.request_bodies import RejectedRequest

NO_ANSWER = "Il server non risponde: riprova fra un minuto."
PAUSED = "PAUSED"

log = logging.getLogger(__name__)


class FullServerAccess(ServerAccess, Protocol):
    """A server as both know it."""

    async def deployment_of(self, flow: str, name: str) -> UUID | None:
        """The id of the flow's deployment that is called so."""

    async def newest(self, key: str) -> UUID | None:
        """The id of the newest artifact of a key."""


class RemoteServerAccess:
    """Of a server in another process (`FullServerAccess`); RejectedRequest where it is not there."""

    def __init__(self, client: PrefectClient, told: PrefectSettings) -> None:
        self._client, self._told = client, told

    async def deployment(self, id: str) -> str | None:
        with self._asking():
            return (await self._client.read_deployment(UUID(id))).name
        return None

    async def answer_key(self, run_id: str) -> str | None:
        with self._asking():
            state = (await self._client.read_flow_run(UUID(run_id))).state
            if state is None or state.type.value != PAUSED:
                return None
            keyset = state.state_details.run_input_keyset
            return keyset["response"] if keyset else None
        return None

    async def keep(self, run_id: str, key: str, value: str) -> None:
        with self._asking():
            await self._client.create_flow_run_input(UUID(run_id), key, value)

    async def drop(self, run_id: str, key: str) -> None:
        """An answer that was not taken may leave its stamp: it is for just these values and this form."""
        try:
            with self._asking():
                await self._client.delete_flow_run_input(UUID(run_id), key)
        except RejectedRequest:
            log.warning("the stamp of an answer that was not taken could not be taken away")

    async def deployment_of(self, flow: str, name: str) -> UUID | None:
        with self._asking():
            return (await self._client.read_deployment_by_name(f"{flow}/{name}")).id
        return None

    async def newest(self, key: str) -> UUID | None:
        wanted = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
        with self._asking():
            found = await self._client.read_artifacts(
                artifact_filter=wanted, sort=ArtifactSort.CREATED_DESC, limit=1
            )
            return found[0].id if found else None
        return None

    async def ask(self, method: Literal["GET", "POST"], path: str, body: Any = None) -> Any:
        """What the server answers to any request below its `/api`; None where there is nothing."""
        with self._asking():
            try:
                # the client behind it: Prefect's own methods read what they know into models
                answer = await self._client._client.request(method, path, json=body)
            except httpx.HTTPStatusError as exc:
                if exc.response.status_code == httpx.codes.NOT_FOUND:
                    return None
                raise
            return answer.json()
        return None

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """What is not there is nothing; a server that is not there is told."""
        try:
            # each request has a context of its own, and there Prefect's client looks how often it may try
            with SettingsContext(profile=get_settings_context().profile, settings=self._told):
                yield
        except ObjectNotFound:
            return
        except (httpx.HTTPError, PrefectException) as exc:
            log.warning("the Prefect server cannot be asked: %s", type(exc).__name__)
            raise RejectedRequest(NO_ANSWER, 503) from exc


@asynccontextmanager
async def remote() -> AsyncIterator[RemoteServerAccess]:
    """Of the server that the environment names, as long as it is asked. People wait for each answer, so
    nothing is asked twice.
    """
    with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}) as told:
        async with get_client() as client:
            yield RemoteServerAccess(client, told)
