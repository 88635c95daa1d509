"""The door before an application that writes down what reaches it, in this process."""

import asyncio
import base64
import json
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import httpx

from flows.door.gate import Door
from flows.door.interfaces import DoorSettings
from flows.door.people import Accounts

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ID = "08efb67e-99fa-44ca-b0f6-41348aaa7de3"
INTERNAL, PEOPLE = "installazione:interna", "redazione:delle-persone"
HERE = "http://127.0.0.1:4200"


class ServerAccess:
    """A server with one deployment of each sort, and one run that waits."""

    def __init__(self) -> None:
        self.names = {ID: "ferma-esempio"}
        self.waits: str | None = "suspended-review-3-response"
        self.kept: dict[str, str] = {}

    async def deployment(self, id: str) -> str | None:
        return self.names.get(id)

    async def answer_key(self, run_id: str) -> str | None:
        assert run_id.lower() == ID
        return self.waits

    async def keep(self, _run_id: str, key: str, value: str) -> None:
        self.kept[key] = value

    async def drop(self, _run_id: str, key: str) -> None:
        del self.kept[key]


class Newsroom:
    """A page that says what it was asked for."""

    content = "/redazione/contenuto"

    def frame(self, path: str) -> tuple[bytes, bytes] | None:
        is_ours = path == "/redazione" or path.startswith("/redazione/comando/")
        return (b"text/html", b"<p>frame</p>") if is_ours else None

    async def show(self, query: str) -> tuple[int, str]:
        return 200, f"<p>inside: {query}</p>"


class Front:
    """The door before an application that writes down what reaches it. `here`: under which it is reached."""

    def __init__(self, accounts: Accounts | None = None, here: str = HERE) -> None:
        self.access, self.reached = ServerAccess(), list[tuple[str, str, str, Any]]()
        self.status = "ACCEPT"
        door_settings = DoorSettings(
            INTERNAL,
            PEOPLE,
            b"key",
            frozenset({"ferma-esempio"}),
            (here, here.replace("127.0.0.1", "localhost")),
            technical=frozenset({"raccogli-esempio"}),
        )
        self.door = Door(
            self._app, door_settings, self.access, lambda: NOW, newsroom=Newsroom(), accounts=accounts
        )
        self.http = httpx.Client(transport=_Sync(self.door), base_url=here)

    async def _app(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = dict(scope["headers"])
        self.reached.append(
            (scope["method"], scope["path"], headers.get(b"authorization", b"").decode(), body)
        )
        told = json.dumps({"status": self.status}).encode()
        await send(
            {
                "type": "http.response.start",
                "status": 201,
                "headers": [(b"access-control-allow-origin", b"*")],
            }
        )
        await send({"type": "http.response.body", "body": told})

    def ask(
        self, method: str, path: str, credential: str | None = PEOPLE, body: Any = None, **headers: str
    ) -> httpx.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if credential is not None:
            given["Authorization"] = basic(credential)
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        return self.http.request(method, path, content=content, headers=given)


class _Sync(httpx.BaseTransport):
    """An ASGI application for a client that waits."""

    def __init__(self, app: Any) -> None:
        self._app = httpx.ASGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            answer = await self._app.handle_async_request(request)
            content = await answer.aread()
            return httpx.Response(answer.status_code, headers=answer.headers, content=content)

        return asyncio.run(ask())


def basic(credential: str) -> str:
    return "Basic " + base64.b64encode(credential.encode()).decode()
