"""The provider's door: what comes in is checked, stored raw and encrypted, answered, and only then read."""

import asyncio
import hmac
import logging
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect

from flows.web.ground.context import Web
from flows.web.inbound.store import NotJsonError, store
from flows.whatsapp.webhook_payload import REFUSAL, verify_signature

LIMIT = 4 * 1024 * 1024  # bytes; 1,000 updates, Meta's largest batch, are about 1 MB
PATIENCE = 10.0  # seconds for a whole body: Meta's come at once

log = logging.getLogger(__name__)


class TooLargeError(Exception):
    """The body exceeds LIMIT."""


def router(web: Web) -> APIRouter:
    routes = APIRouter(prefix="/webhook", tags=["webhook"])
    secrets = web.settings.secrets
    app_secrets = [part.strip() for part in secrets.app_secrets.get_secret_value().split(",")]
    verify_token = secrets.verify_token.get_secret_value()
    # one at a time: several would only wait for one another, and keep what was stored from being handled
    turn = asyncio.Lock()

    @routes.get("")
    async def verify(request: Request) -> Response:
        return verified(request, [verify_token])

    @routes.post("")
    async def receive(request: Request) -> Response:
        raw = await taken(request)
        if isinstance(raw, Response):
            return raw
        if not verify_signature(raw, request.headers.get("x-hub-signature-256"), app_secrets):
            return shut(401, "wrong signature")
        try:
            async with asyncio.timeout(PATIENCE):
                await turn.acquire()
        except TimeoutError:  # the database is busy: the provider brings it again
            return PlainTextResponse("busy", status_code=503)
        try:
            await run_in_threadpool(store, web, raw)
        except NotJsonError:
            return shut(400, "signed, and not JSON")
        except SQLAlchemyError as exc:  # the provider brings it again
            log.error("webhook: not stored: %s", type(exc).__name__)
            return PlainTextResponse("not stored", status_code=503)
        finally:
            turn.release()
        web.stored.set()
        return PlainTextResponse("ok")

    return routes


def verified(request: Request, tokens: Sequence[str]) -> Response:
    """What Meta asks when the address is set up, answered to who knows one of these words."""
    query = request.query_params
    token = query.get("hub.verify_token", "").encode("utf-8", "replace")
    is_right = [hmac.compare_digest(token, right.encode()) for right in tokens if right]
    if not any(is_right) or query.get("hub.mode") != "subscribe":
        return PlainTextResponse(REFUSAL, status_code=403)
    return PlainTextResponse(query.get("hub.challenge", "").encode("utf-8", "replace"))


async def taken(request: Request) -> bytes | Response:
    """The body of a post whose headers are those of one that we wait for, else what it is answered."""
    if refused := _refuse(request.headers):  # before a byte of the body is taken
        return refused
    try:
        async with asyncio.timeout(PATIENCE):
            return await read(request)
    except TooLargeError:
        return shut(413, "too large")
    except TimeoutError:
        return shut(408, "too slow")
    except ClientDisconnect:
        return shut(400, "truncated")


def _refuse(headers: Headers) -> Response | None:
    """What the headers alone tell to be nobody's post that we wait for."""
    if not headers.get("x-hub-signature-256"):
        return shut(401, "no signature")
    if headers.get("content-encoding", "identity").lower() != "identity":
        return shut(415, "compressed")  # Meta sends plain JSON; nothing here ever inflates a body
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 15 or int(length) > LIMIT:
        return shut(413, "too large")
    return None


def shut(status: int, why: str) -> Response:
    """Refused, and the connection closed: what is left of the body is not waited for."""
    log.warning("webhook: a post was refused: %s", why)
    return PlainTextResponse(why, status_code=status, headers={"Connection": "close"})


async def read(request: Request) -> bytes:
    """The body, never more than LIMIT bytes in memory; TooLargeError otherwise."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LIMIT:
            raise TooLargeError
    return bytes(body)
