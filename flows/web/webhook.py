"""The provider's door: what comes in is checked, stored raw and encrypted, answered, and only then read."""

import asyncio
import hmac
import logging

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect

from flows.web.ground.context import Web
from flows.web.inbound.store import NotJsonError, store
from flows.whatsapp.webhook import REFUSAL, verify_signature

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
        query = request.query_params
        token = query.get("hub.verify_token", "").encode("utf-8", "replace")
        is_right = bool(verify_token) and hmac.compare_digest(token, verify_token.encode())
        if not is_right or query.get("hub.mode") != "subscribe":
            return PlainTextResponse(REFUSAL, status_code=403)
        return PlainTextResponse(query.get("hub.challenge", "").encode("utf-8", "replace"))

    @routes.post("")
    async def receive(request: Request) -> Response:
        if refused := _refuse(request.headers):  # before a byte of the body is taken
            return refused
        try:
            async with asyncio.timeout(PATIENCE):
                raw = await read(request)
        except TooLargeError:
            return _shut(413, "too large")
        except TimeoutError:
            return _shut(408, "too slow")
        except ClientDisconnect:
            return _shut(400, "truncated")
        if not verify_signature(raw, request.headers.get("x-hub-signature-256"), app_secrets):
            return _shut(401, "wrong signature")
        try:
            async with asyncio.timeout(PATIENCE):
                await turn.acquire()
        except TimeoutError:  # the database is busy: the provider brings it again
            return PlainTextResponse("busy", status_code=503)
        try:
            await run_in_threadpool(store, web, raw)
        except NotJsonError:
            return _shut(400, "signed, and not JSON")
        except SQLAlchemyError as exc:  # the provider brings it again
            log.error("webhook: not stored: %s", type(exc).__name__)
            return PlainTextResponse("not stored", status_code=503)
        finally:
            turn.release()
        web.stored.set()
        return PlainTextResponse("ok")

    return routes


def _refuse(headers: Headers) -> Response | None:
    """What the headers alone tell to be nobody's post that we wait for."""
    if not headers.get("x-hub-signature-256"):
        return _shut(401, "no signature")
    if headers.get("content-encoding", "identity").lower() != "identity":
        return _shut(415, "compressed")  # Meta sends plain JSON; nothing here ever inflates a body
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 15 or int(length) > LIMIT:
        return _shut(413, "too large")
    return None


def _shut(status: int, why: str) -> Response:
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
