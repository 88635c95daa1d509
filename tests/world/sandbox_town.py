"""A sandbox in this process: its clock, its webhook and its account are in the test's hands."""

import asyncio
import json
import re
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi.testclient import TestClient

from deployments.sandbox.app import create_app
from deployments.sandbox.config import ROME, Config
from deployments.sandbox.world import World

NOW = datetime(2026, 11, 25, 10, 7, 31, tzinfo=ROME)
ANNA, BRUNO, NOBODY = "+393330000001", "+393330000002", "+393330009999"
CONFIG = {
    "phone_number_id": "100",
    "waba_id": "200",
    "token": "gettone",
    "app_secret": "segreto",
    "verify_token": "verifica",
    "webhook_url": "http://127.0.0.1:9/webhook",
    "display_number": "+390200000000",
}
BODY = "*La notizia.* {{1}}\n\nBollettino di {{2}}. Testo completo e contatti nella pagina qui sotto."
FOOTER = "Per non ricevere più messaggi scrivi DISATTIVA"


def definition(name: str = "bollettino_1", body: str = BODY, **changes: Any) -> dict[str, Any]:
    samples = ["una notizia"] * len(re.findall(r"\{\{", body))
    components: list[dict[str, Any]] = [
        {"type": "HEADER", "format": "TEXT", "text": "Notizie dal Comune di Esempio"},
        {"type": "BODY", "text": body, **({"example": {"body_text": [samples]}} if samples else {})},
        {"type": "FOOTER", "text": FOOTER},
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "URL",
                    "text": "Leggi il bollettino",
                    "url": "http://127.0.0.1:8601/b/{{1}}",
                    "example": ["http://127.0.0.1:8601/b/x"],
                }
            ],
        },
    ]
    order = {"name": name, "language": "it", "category": "MARKETING", "components": components}
    return {**order, **changes}


def template_send(
    to: str = ANNA,
    values: tuple[str, ...] = ("Piscina chiusa.", "venerdì"),
    name: str = "bollettino_1",
    **changes: Any,
) -> dict[str, Any]:
    components = [
        {"type": "body", "parameters": [{"type": "text", "text": value} for value in values]},
        {
            "type": "button",
            "sub_type": "url",
            "index": "0",
            "parameters": [{"type": "text", "text": "abc123"}],
        },
    ]
    payload = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": "template",
        "template": {"name": name, "language": {"code": "it"}, "components": components},
        "biz_opaque_callback_data": "attempt-1",
    }
    return {**payload, **changes}


class Town:
    """A sandbox in this process, with a clock and a webhook of our own."""

    def __init__(
        self, state: Path, *, start: datetime = NOW, files: Path | None = None, **config: Any
    ) -> None:
        self.now = start
        self.posts: list[tuple[bytes, str]] = []
        self.posted = threading.Event()
        self.down = False
        self.status = 200
        settings = Config.model_validate({**CONFIG, **config})
        app = create_app(settings, state, files, clock=lambda: self.now, http=self._webhook)
        self.client = TestClient(app, base_url="http://127.0.0.1:8600")
        self.world: World = app.state.world

    def _webhook(self, url: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        if self.down:
            raise ConnectionRefusedError
        if body is None:
            query = parse_qs(urlsplit(url).query)
            known = query["hub.verify_token"] == ["verifica"] and query["hub.mode"] == ["subscribe"]
            return (200, query["hub.challenge"][0].encode()) if known else (403, b"")
        self.posts.append((body, headers["X-Hub-Signature-256"]))
        self.posted.set()
        return self.status, b""

    def graph(self, path: str, payload: Any, token: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {CONFIG['token'] if token is None else token}"}
        answer: Any = self.client.post(f"/v25.0/{path}", json=payload, headers=headers)
        return answer

    def send(self, payload: Any, endpoint: str = "messages") -> Any:
        return self.graph(f"100/{endpoint}", payload)

    def later(self, **how_much: float) -> None:
        """Let time pass, then let the webhooks that are due leave."""
        self.now += timedelta(**how_much)
        asyncio.run(self._drain())

    async def _drain(self) -> None:
        while await self.world.webhooks.deliver_due(self.now):
            pass

    def updates(self, kind: str) -> list[dict[str, Any]]:
        payloads = [json.loads(body) for body, _ in self.posts]
        changes = [change for p in payloads for entry in p["entry"] for change in entry["changes"]]
        return [update for change in changes for update in change["value"].get(kind, [])]

    def phone(self, number: str = ANNA) -> dict[str, Any]:
        phones: list[dict[str, Any]] = self.client.get("/_prova/telefoni").json()
        return next(phone for phone in phones if phone["number"] == number)

    def write(self, text: str, number: str = ANNA) -> None:
        assert self.client.post(f"/_prova/telefoni/{number}/messaggi", json={"text": text}).status_code == 200

    def fault(self, **order: Any) -> None:
        assert self.client.post("/_prova/guasti", json=order).status_code == 200


def code(answer: Any) -> int:
    error = answer.json()["error"]
    assert set(error) >= {"message", "type", "code", "error_data", "fbtrace_id"}
    return int(error["code"])


def open_town(state: Path) -> Town:
    """With two templates registered: `bollettino_1` (marketing) and `allerta_meteo` (utility)."""
    town = Town(state)
    assert town.graph("200/message_templates", definition()).json()["status"] == "APPROVED"
    alert = definition(
        "allerta_meteo", "Il Comune comunica: *allerta {{1}}*. Resta al chiuso.", category="UTILITY"
    )
    assert town.graph("200/message_templates", alert).status_code == 200
    return town


def text_send(body: str = "Ciao", to: str = ANNA) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": body}}
