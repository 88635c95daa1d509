"""Signed webhooks to the Comune: batched, retried with back-off while it is down, kept over a restart."""

import asyncio
import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Any, Literal
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from pydantic import BaseModel, Field

from deployments.sandbox.config import Clock, Config
from deployments.sandbox.messages import Status, advance, wa_id_of
from deployments.sandbox.store import Store

Mode = Literal["normal", "duplicate", "disorder", "silent", "without_opaque"]
Http = Callable[[str, bytes | None, dict[str, str]], tuple[int, bytes]]

_BATCH = 100  # Meta goes up to 1,000 updates a POST
_POLL = 0.1  # seconds
_LONGEST_WAIT = 60.0
_GIVE_UP = 7 * 86_400.0  # Meta retries for up to 7 days
_TIMEOUT = 5.0
SUBSCRIPTION = "subscription"  # the key of the one document
_log = logging.getLogger("sandbox.webhooks")


class Update(BaseModel):
    """One status, one inbound message or one change of a template that waits for its turn."""

    kind: Literal[
        "statuses",
        "messages",
        "message_template_components_update",
        "message_template_status_update",
        "template_category_update",
    ]
    body: dict[str, Any] = Field(repr=False)
    contact: dict[str, Any] = Field(repr=False)
    created: float
    attempts: int = 0


class WebhookMode(BaseModel):
    """How badly the webhooks behave; one document."""

    mode: Mode = "normal"


class Subscription(BaseModel):
    """Whether the account's webhooks go to the token's app, as they do from the start."""

    is_there: bool = True


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def over_http(url: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
    """POST the body, or GET without one, past any proxy and without following redirects.

    Raises OSError when nobody answers, or not in HTTP.
    """
    opener = build_opener(ProxyHandler({}), _NoRedirect())
    try:
        with opener.open(Request(url, body, headers), timeout=_TIMEOUT) as answer:  # noqa: S310 - config allows loopback only
            return answer.status, answer.read(65_536)
    except HTTPError as exc:
        return exc.code, b""
    except HTTPException as exc:
        raise ConnectionError("the answer is not HTTP") from exc


def sign(app_secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256 for these very bytes."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


class Webhooks:
    """A queue in the store and the one worker that empties it."""

    def __init__(self, config: Config, store: Store, clock: Clock, http: Http = over_http) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._http = http
        self._verified = False

    @property
    def mode(self) -> Mode:
        """How the webhooks behave now."""
        return (self._store.get(WebhookMode, "mode") or WebhookMode()).mode

    def enqueue(self, update: Update, delay: float = 0.0) -> None:
        """Send `update` after `delay` seconds."""
        self._store.put(secrets.token_hex(8), update, due=update.created + delay)

    async def run(self) -> None:
        """Deliver what falls due, until cancelled."""
        while True:
            if not await self.deliver_due(self._clock()):
                await asyncio.sleep(_POLL)

    async def deliver_due(self, now: datetime) -> int:
        """Send one batch of what is due; returns how many updates left, 0 when none did."""
        batch = self._store.due(Update, now.timestamp(), _BATCH)
        if not batch:
            return 0
        for _, update in batch:
            if update.kind == "statuses" and update.attempts == 0:
                _advance(self._store, update.body)
        if not self._has_reader() or await self._post([update for _, update in batch]):
            for key, _ in batch:
                self._store.delete(Update, key)
            return len(batch)
        self._postpone(batch, now.timestamp())
        return 0

    def _has_reader(self) -> bool:
        """What nobody is subscribed to goes nowhere, and is not kept for who subscribes later."""
        subscription = self._store.get(Subscription, SUBSCRIPTION) or Subscription()
        return subscription.is_there and self.mode != "silent"

    async def _post(self, updates: Sequence[Update]) -> bool:
        body = json.dumps(self._payload(updates), ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": sign(self._config.app_secret.get_secret_value(), body),
        }
        try:
            if not self._verified:
                self._verified = await self._handshake()
                if not self._verified:
                    return False
            for _ in range(2 if self.mode == "duplicate" else 1):
                status, _answer = await asyncio.to_thread(self._http, self._config.webhook_url, body, headers)
        except OSError as exc:
            _log.info("webhook not reachable: %s", type(exc).__name__)
            return False
        if not 200 <= status < 300:
            _log.warning("webhook answered %d", status)
        return 200 <= status < 300

    async def _handshake(self) -> bool:
        """Meta's GET with hub.challenge, before the first POST of a run."""
        challenge = str(secrets.randbelow(10**10))
        query = urlencode(
            {
                "hub.mode": "subscribe",
                "hub.challenge": challenge,
                "hub.verify_token": self._config.verify_token.get_secret_value(),
            }
        )
        url = f"{self._config.webhook_url}?{query}"
        status, answer = await asyncio.to_thread(self._http, url, None, {})
        passed = status == 200 and answer.decode("utf-8", "replace").strip() == challenge
        if not passed:
            _log.warning("webhook did not pass the verification: status %d", status)
        return passed

    def _payload(self, updates: Sequence[Update]) -> dict[str, Any]:
        changes = []
        for kind in ("messages", "statuses"):
            chosen = [update for update in updates if update.kind == kind]
            if chosen:
                contacts = {update.contact["user_id"]: update.contact for update in chosen}
                value = {
                    "messaging_product": "whatsapp",
                    "metadata": {
                        "display_phone_number": wa_id_of(self._config.display_number),
                        "phone_number_id": self._config.phone_number_id,
                    },
                    "contacts": list(contacts.values()),
                    kind: [update.body for update in chosen],
                }
                changes.append({"value": value, "field": "messages"})
        others = [update for update in updates if update.kind not in ("messages", "statuses")]
        changes += [{"value": update.body, "field": update.kind} for update in others]
        entry: dict[str, Any] = {"id": self._config.waba_id, "changes": changes}
        if others:
            entry["time"] = int(max(update.created for update in others))
        return {"object": "whatsapp_business_account", "entry": [entry]}

    def _postpone(self, batch: Sequence[tuple[str, Update]], now: float) -> None:
        for key, update in batch:
            if now - update.created > _GIVE_UP:
                self._store.delete(Update, key)
                _log.warning("an update was given up after 7 days")
                continue
            wait = min(_LONGEST_WAIT, 0.5 * 2.0 ** min(update.attempts, 10))
            later = update.model_copy(update={"attempts": update.attempts + 1})
            self._store.put(key, later, due=now + wait)


def _advance(store: Store, body: dict[str, Any]) -> None:
    status: Status = body["status"]
    advance(store, body["id"], status)
