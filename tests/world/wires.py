"""A provider that is a function: what stands in for the network where a test is not about the network."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from flows.whatsapp.wire import LostError, Method, NotSentError, Reply

Handler = Callable[[httpx.Request], httpx.Response]


class Handled:
    """A wire to `handler`; httpx's errors, raised by it, become ours."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def exchange(
        self, method: Method, url: str, body: bytes | None = None, leaves: Callable[[], None] | None = None
    ) -> Reply:
        if leaves:
            leaves()
        try:
            answer = self._handler(httpx.Request(method, url, content=body))
        except httpx.ConnectError as exc:
            raise NotSentError(type(exc).__name__) from exc
        except httpx.RequestError as exc:
            raise LostError(type(exc).__name__) from exc
        told = answer.headers
        return Reply(answer.status_code, answer.content, told.get("Retry-After"), told.get("Date"))
