"""The web app with a provider that is a function, and the posts that the provider sends."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from sqlmodel import Session, select

from db.engine import transaction
from db.models import Delivery, DeliveryStatus
from flows.settings import Settings
from flows.web.ground.context import Web
from flows.web.inbound import answers, inbox
from flows.whatsapp.client import WhatsAppClient
from tests.world.wires import Handled

PHONE = "393331234567"


@dataclass
class Site:
    """The app without its loops: a test runs their work when it wants to."""

    app: Any
    web: Web
    posted: list[dict[str, Any]] = field(default_factory=list)  # to the provider
    answer: Any = None  # what the provider does instead of accepting

    def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, path, **kwargs)

        return asyncio.run(go())

    def post(self, payload: object, *, secret: str | None = None) -> int:
        secret = secret or self.web.settings.secrets.app_secrets.get_secret_value().split(",")[0]
        raw = json.dumps(payload).encode()
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={digest}"}
        return self.request("POST", "/webhook", content=raw, headers=headers).status_code

    def tell(self, payload: object) -> None:
        """Post, then handle."""
        assert self.post(payload) == 200
        self.handle()

    def handle(self) -> int:
        """Act on what is stored, as one round of the app's loop does."""
        return inbox.messages(self.web) + inbox.statuses(self.web)

    def send(self) -> None:
        """One batch of answers."""

        async def go() -> None:
            async with self.client() as client:
                await answers.send_batch(self.web, client, answers.make_pace(self.web))

        asyncio.run(go())

    def client(self) -> WhatsAppClient:
        return WhatsAppClient("http://meta/v25.0", "1", "token", wire=Handled(self.provider))

    def provider(self, request: httpx.Request) -> httpx.Response:
        self.posted.append(json.loads(request.content))
        if self.answer is not None:
            reply: httpx.Response = self.answer(request)
            return reply
        return httpx.Response(200, json={"messages": [{"id": f"wamid.{len(self.posted)}"}]})

    @contextmanager
    def look(self) -> Iterator[Session]:
        with transaction(self.web.engine) as session:
            yield session

    def replies(self) -> list[tuple[str | None, DeliveryStatus]]:
        with self.look() as session:
            rows = session.exec(select(Delivery).order_by(Delivery.id))  # type: ignore[arg-type]
            return [(row.reply, row.status) for row in rows if row.reply]


def below_path(settings: Settings, path: str) -> Settings:
    """The same Comune with its public pages below a path of its web server."""
    servers = settings.profile.servers.model_copy(
        update={"public": f"{settings.profile.servers.public}{path}"}
    )
    profile = settings.profile.model_copy(update={"servers": servers})
    return Settings(profile, settings.path, settings.state, settings.database)


def change(value: dict[str, Any], name: str = "messages") -> dict[str, Any]:
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "2", "time": 1764000000, "changes": [{"field": name, "value": value}]}],
    }


def wrote(text: str, at: datetime, *, id: str = "wamid.in", sender: str = PHONE) -> dict[str, Any]:
    message = {"from": sender, "id": id, "timestamp": str(int(at.timestamp())), "type": "text"}
    return {**message, "text": {"body": text}}


def messages(*items: dict[str, Any]) -> dict[str, Any]:
    return change({"messaging_product": "whatsapp", "messages": list(items)})


def status(word: str, at: datetime, *, id: str = "wamid.1", **more: Any) -> dict[str, Any]:
    stamp = str(int(at.timestamp()))
    return {"id": id, "status": word, "timestamp": stamp, "recipient_id": PHONE, **more}


def statuses(*items: dict[str, Any]) -> dict[str, Any]:
    return change({"messaging_product": "whatsapp", "statuses": list(items)})
