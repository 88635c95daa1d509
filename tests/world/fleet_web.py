"""The web app of a fleet in the process of a test, with a provider that is a function."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from db.engine import opened, transaction
from db.models import Delivery, InboundEvent
from flows.fleet.front import directory, tenant
from flows.fleet.front.app import Front, create_front
from flows.settings import Settings, load
from flows.whatsapp.client import WhatsAppClient
from tests.world.builders import NOW
from tests.world.fleet import Land, land
from tests.world.web_site import PHONE, wrote
from tests.world.wires import Handled

SLUGS = ("alfa", "beta")
THREE = (*SLUGS, "gamma")
SHARED = "app-secret-of-all"
NUMBERS = {"alfa": "100000000000011", "beta": "100000000000022", "gamma": "100000000000033"}
ACCOUNTS = {"alfa": "200000000000011", "beta": "200000000000022", "gamma": "200000000000033"}
TOGETHER = "https://unione.example.it"  # where beta and gamma stand below a path; alfa has a name of its own
PUBLIC = {
    "alfa": "https://alfa.example.it",
    "beta": f"{TOGETHER}/beta",
    "gamma": f"{TOGETHER}/gamma",
}
SHOWN = {"alfa": "333 100 0011", "beta": "333 100 0022", "gamma": "333 100 0033"}


def join(here: Land, slug: str, *more: tuple[str, str]) -> dict[str, str]:
    """One of these joins the folder; the secrets that it has."""
    return here.add(
        slug,
        (f'"1000000000{here.count + 1:05}"', f'"{NUMBERS[slug]}"'),
        ('waba_id = "200000000000001"', f'waba_id = "{ACCOUNTS[slug]}"'),
        ('public = "http://127.0.0.1:8080"', f'public = "{PUBLIC[slug]}"'),
        ('numero_servizio = "333 123 4567"', f'numero_servizio = "{SHOWN[slug]}"'),
        *more,
    )


def settled(folder: Path, monkeypatch: pytest.MonkeyPatch, template: Path) -> Land:
    """Alfa at a name of its own, beta below a path, with databases; what is waited for comes at once."""
    here = land(folder, monkeypatch)
    for slug in SLUGS:
        join(here, slug)
    here.settle(SLUGS, template)
    monkeypatch.setattr(tenant, "QUIET", 0.05)
    monkeypatch.setattr(directory, "READ_EVERY", 0.0)
    return here


@contextmanager
def three(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Land]:
    """With one app of the provider's, whose secret they share; each on a database of the fixture's kind."""
    here = land(folder, monkeypatch)
    here.settle(THREE, request.getfixturevalue("sqlite_template"))
    taken: list[Engine] = []
    for slug in THREE:
        join(here, slug)
        here.give(slug, "BOLLETTINO_APP_SECRETS", SHARED)
        if request.param == "postgresql":
            taken.append(engine := request.getfixturevalue("migrated").take())
            here.give(slug, "BOLLETTINO_DATABASE", engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(tenant, "QUIET", 0.05)
    monkeypatch.setattr(directory, "READ_EVERY", 0.0)
    yield here
    for engine in taken:
        request.getfixturevalue("migrated").give_back(engine)


def change(slug: str, value: dict[str, Any], name: str = "messages", **more: str) -> dict[str, Any]:
    """An entry of a post, as Meta makes it of what concerns this Comune's number."""
    metadata = {"phone_number_id": NUMBERS[slug], "display_phone_number": f"39{SHOWN[slug]}", **more}
    named = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return {"id": ACCOUNTS[slug], "time": int(NOW.timestamp()), "changes": [{"field": name, "value": named}]}


def said(slug: str, text: str, *, id: str = "", sender: str = PHONE) -> dict[str, Any]:
    return change(slug, {"messages": [wrote(text, NOW, id=id or f"wamid.{slug}.{text}", sender=sender)]})


def of_account(slug: str, name: str, **value: object) -> dict[str, Any]:
    """What concerns the account, and names no number."""
    return {
        "id": ACCOUNTS[slug],
        "time": int(NOW.timestamp()),
        "changes": [{"field": name, "value": value}],
    }


def post(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": list(entries)}


@dataclass
class Fronted:
    """The app as it runs, and what it sent: slug and message."""

    here: Land
    front: Front
    client: httpx.AsyncClient
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def get(self, address: str, **query: str) -> httpx.Response:
        return await self.client.get(address, params=query or None)

    async def tell(
        self, payload: object, secret: str, address: str = "https://waba.example.it/webhook"
    ) -> int:
        raw = json.dumps(payload).encode()
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={digest}"}
        return (await self.client.post(address, content=raw, headers=headers)).status_code


def events(slug: str) -> list[InboundEvent]:
    """Stored with this Comune."""
    with look(slug) as session:
        return list(session.exec(select(InboundEvent).order_by(InboundEvent.id)))  # type: ignore[arg-type]


def replies(slug: str) -> list[tuple[str | None, str]]:
    with look(slug) as session:
        rows = session.exec(select(Delivery).order_by(Delivery.id))  # type: ignore[arg-type]
        return [(row.reply, row.status.value) for row in rows]


@contextmanager
def look(slug: str) -> Iterator[Session]:
    with opened(load(slug).database) as engine, transaction(engine) as session:
        yield session


def handled(slug: str, count: int) -> Callable[[], bool]:
    return lambda: [bool(event.handled_at) for event in events(slug)] == [True] * count


@asynccontextmanager
async def fronted(here: Land) -> AsyncIterator[Fronted]:
    """Between start and stop."""
    sent: list[tuple[str, dict[str, Any]]] = []

    def client(settings: Settings) -> WhatsAppClient:
        def provider(request: httpx.Request) -> httpx.Response:
            sent.append((settings.profile.slug, json.loads(request.content)))
            return httpx.Response(200, json={"messages": [{"id": f"wamid.{len(sent)}"}]})

        token = settings.secrets.whatsapp_token.get_secret_value()
        return WhatsAppClient("http://meta/v25.0", "1", token, wire=Handled(provider))

    app = create_front(here.fleet, client=client, clock=lambda: NOW)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://nobody.example") as http,
    ):
        yield Fronted(here, app.state.front, http, sent)


def lived(here: Land, story: Callable[[Fronted], Coroutine[Any, Any, None]]) -> None:
    """The app from its start to its stop, with what happens meanwhile."""

    async def go() -> None:
        async with fronted(here) as site:
            await story(site)

    asyncio.run(go())


async def comes_true(what: Callable[[], object], seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not await asyncio.to_thread(what):
        assert time.monotonic() < ends, "it did not come true"
        await asyncio.sleep(0.02)
