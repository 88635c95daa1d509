"""The gate of a fleet in the loop of a test, on a port of its own, before a server that is a function."""

import asyncio
import base64
import json
import re
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from db.engine import opened
from flows.accounts import passwords
from flows.door import event_stream, keys
from flows.fleet import shared
from flows.fleet.front import directory, gate
from flows.fleet.front.gate import Gate, create_gate
from flows.settings import load
from tests.world.behind import Behind, serving
from tests.world.builders import NOW
from tests.world.fleet import Land, land
from tests.world.people import signed_in
from tests.world.ports import free_ports

SLUGS = ("alfa", "beta")
ANNA = "Anna Redazione"
THREADS = re.compile(r"(accounts|accounts-write|sign-in|newsroom)_\d+")
INTERNAL, SHARED = "installazione:of-the-fleet", "redazione:that-all-once-shared"


OWN = {  # what the gate itself asks: the deployments, with Prefect's token against forged requests
    "/api/csrf-token": {"token": "t", "client": str(UUID(int=1)), "expiration": "2100-01-01T00:00:00Z"},
    "/api/deployments/filter": [],
}


def like_prefect(app: Any) -> Any:
    """This application, which need not know what the gate itself asks."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] in OWN:
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": json.dumps(OWN[scope["path"]]).encode()})
        else:
            await app(scope, receive, send)

    return answer


def gated(folder: Path, monkeypatch: pytest.MonkeyPatch, template: Path) -> Land:
    """Alfa under a name of its own, too; what is waited for comes at once."""
    made = land(folder, monkeypatch)
    made.add(
        "alfa",
        ('# prefect_ui = "https://redazione.comune.esempio.mi.it"', 'prefect_ui = "https://alfa.example"'),
    )
    made.add("beta")
    made.settle((*SLUGS, "gamma"), template)
    for module, name, value in (
        (directory, "READ_EVERY", 0.0),
        (gate, "TIDY_EVERY", 0.02),
        (event_stream, "AGAIN", 0.02),
        (passwords, "MEMORY", 64),
    ):
        monkeypatch.setattr(module, name, value)
    monkeypatch.setenv(keys.INTERNAL, INTERNAL)
    monkeypatch.setenv(keys.PEOPLE, SHARED)
    return made


def name_of(slug: str) -> str:
    return f"{slug}.localhost:4300"


def basic(credential: str) -> str:
    return f"Basic {base64.b64encode(credential.encode()).decode()}"


def token_of(slug: str, person: str = ANNA) -> str:
    settings = load(slug)
    with opened(settings.database) as engine:
        return signed_in(settings, engine, person, NOW)


def cookie_of(slug: str, token: str = "") -> str:
    """Of a browser in which somebody has signed in; over TLS, as alfa's is, it is called otherwise."""
    return f"{COOKIES[slug]}={token or token_of(slug)}"


COOKIES = {"alfa": "__Host-bollettino-alfa", "beta": "bollettino-beta"}


@dataclass
class Site:
    """The gate as it runs, before a server that writes down what reaches it."""

    here: Land
    port: int
    gate: Gate
    behind: Behind
    http: httpx.AsyncClient
    before: Counter[str]  # threads of what other tests have left

    async def ask(
        self, host: str, path: str = "/accesso", method: str = "GET", cookie: str = "", **more: Any
    ) -> httpx.Response:
        headers = {"Host": host, **more.pop("headers", {}), **({"Cookie": cookie} if cookie else {})}
        return await self.http.request(method, path, headers=headers, **more)

    async def runs(self, host: str, cookie: str = "", **headers: str) -> int:
        """What somebody is answered who wants to see the runs."""
        given = {"headers": headers, "json": {}}
        return (await self.ask(host, "/api/flow_runs/filter", "POST", cookie, **given)).status_code

    @property
    def threads(self) -> Counter[str]:
        return counted() - self.before


def counted() -> Counter[str]:
    """The threads of doors in this process."""
    found = map(THREADS.fullmatch, (one.name for one in threading.enumerate()))
    return Counter(match[1] for match in found if match)


@asynccontextmanager
async def opened_gate(here: Land, behind: Any, *, is_there: bool = True) -> AsyncIterator[Site]:
    """Between its start and its clean end."""
    before = counted()
    (server,) = free_ports(1)
    address = f"http://127.0.0.1:{server}"
    here.say(f'[prefect]\naddress = "{address}"\n')
    with temporary_settings({PREFECT_API_URL: f"{address}/api", PREFECT_API_AUTH_STRING: INTERNAL}):
        app = create_gate(shared.of(here.fleet), clock=lambda: NOW)
    app.router.lifespan_context = _told(app.router.lifespan_context, address)
    async with (
        serving(app, lifespan="on") as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
        serving(like_prefect(behind), server if is_there else 0),
    ):
        yield Site(here, port, app.state.gate, behind, http, before)


def _told(lifespan: Any, address: str) -> Any:
    """With Prefect's client asking this server, as the environment of the process says."""

    @asynccontextmanager
    async def told(app: Any) -> AsyncIterator[None]:
        with temporary_settings({PREFECT_API_URL: f"{address}/api", PREFECT_API_AUTH_STRING: INTERNAL}):
            async with lifespan(app):
                yield

    return told


def lived(
    here: Land,
    story: Callable[[Site], Coroutine[Any, Any, None]],
    behind: Any = None,
    *,
    is_there: bool = True,
) -> None:
    async def go() -> None:
        answers = behind or Behind(headers=[(b"content-type", b"application/json")], parts=[b"{}"])
        async with opened_gate(here, answers, is_there=is_there) as site:
            await story(site)

    asyncio.run(go())


async def comes_true(what: Callable[[], object], seconds: float = 10.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if what():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come true")
