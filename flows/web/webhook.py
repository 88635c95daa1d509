"""The provider's door: what comes in is checked, stored raw and encrypted, answered, and only then read."""

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.concurrency import run_in_threadpool

from db import inbound
from db.engine import transaction
from flows.web.context import Web
from flows.whatsapp.updates import InboundMessage, StatusUpdate, Update
from flows.whatsapp.webhook import parse, verify_signature

LIMIT = 4 * 1024 * 1024  # bytes; 1,000 updates, Meta's largest batch, are about 1 MB

log = logging.getLogger(__name__)


class TooLargeError(Exception):
    """The body exceeds LIMIT."""


def router(web: Web) -> APIRouter:
    routes = APIRouter(prefix="/webhook")
    secrets = web.settings.secrets
    app_secrets = [part.strip() for part in secrets.app_secrets.get_secret_value().split(",")]
    verify_token = secrets.verify_token.get_secret_value()
    one_at_a_time = asyncio.Lock()  # a repeated webhook may come while its first copy is being stored

    @routes.get("")
    async def verify(request: Request) -> Response:
        query = request.query_params
        given = query.get("hub.verify_token", "").encode()
        right = bool(verify_token) and hmac.compare_digest(given, verify_token.encode())
        if not right or query.get("hub.mode") != "subscribe":
            return PlainTextResponse("wrong verify token", status_code=403)
        return PlainTextResponse(query.get("hub.challenge", ""))

    @routes.post("")
    async def receive(request: Request) -> Response:
        try:
            raw = await read(request)
        except TooLargeError:
            log.warning("webhook: a body over %d bytes was refused", LIMIT)
            return PlainTextResponse("too large", status_code=413)
        if not verify_signature(raw, request.headers.get("x-hub-signature-256"), app_secrets):
            log.warning("webhook: a post with a missing or wrong signature was refused")
            return PlainTextResponse("wrong signature", status_code=401)
        try:
            payload = json.loads(raw)
        except (ValueError, RecursionError):
            log.error("webhook: a signed post is not JSON")
            return PlainTextResponse("not JSON", status_code=400)
        async with one_at_a_time:
            await run_in_threadpool(store, web, parse(payload).updates)
        web.stored.set()
        return PlainTextResponse("ok")

    return routes


async def read(request: Request) -> bytes:
    """The body, never more than LIMIT bytes in memory; TooLargeError otherwise."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LIMIT:
            raise TooLargeError
    return bytes(body)


def store(web: Web, updates: Sequence[Update]) -> None:
    """Every update of a post in one transaction; one that is known already is passed over."""
    now = web.clock()
    with transaction(web.engine) as session:
        for update in updates:
            raw = json.dumps(update.raw, sort_keys=True)
            inbound.keep(
                session, web.vault, key=key(update, raw), sender=sender(update), payload=raw, now=now
            )


def key(update: Update, raw: str) -> str:
    """What makes two copies of an update the same: the provider repeats for up to seven days."""
    if isinstance(update, InboundMessage):
        return update.id
    if isinstance(update, StatusUpdate):
        return f"{update.wamid}:{update.status}"
    return f"raw:{hashlib.sha256(raw.encode()).hexdigest()}"


def sender(update: Update) -> str | None:
    return update.phone or update.bsuid if isinstance(update, InboundMessage) else None
