"""Who may call the Graph API, and how its requests are read."""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from pydantic import BaseModel
from starlette.convertors import StringConvertor, register_url_convertor

from deployments.sandbox.graph_errors import GraphError
from deployments.sandbox.world import World


class _Version(StringConvertor):
    """The first part of Graph's addresses: any other address is not Graph's to answer."""

    regex = "v[0-9][^/]*"


register_url_convertor("version", _Version())
VERSION = "{version:version}"


class TokenState(BaseModel):
    """What became of the token that we were told of."""

    expires_at: int = 0  # POSIX seconds; 0: never
    is_revoked: bool = False


def token_state(world: World) -> TokenState:
    return world.store.get(TokenState, "token") or TokenState()


def authorised(world: World) -> Callable[[Request], Awaitable[None]]:
    """A dependency that lets only the configured bearer token in, while it lives (error 190 otherwise)."""

    async def check(request: Request) -> None:
        expected = f"Bearer {world.config.token.get_secret_value()}".encode()
        header = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(header, expected):
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
        state = token_state(world)
        if state.is_revoked or 0 < state.expires_at <= world.now().timestamp():
            raise GraphError(
                190, "Error validating access token: it was taken back or has ended", subcode=463
            )
        version = str(request.path_params.get("version", ""))
        if not (version.startswith("v") and version[1:].replace(".", "", 1).isdecimal()):
            raise no_such_object()

    return check


async def json_body(request: Request) -> Any:
    """The body as JSON; raises GraphError 100 when it is none."""
    try:
        return json.loads(await request.body())
    except ValueError as exc:
        raise GraphError(100, "The request body is not valid JSON.") from exc


def no_such_object() -> GraphError:
    """Graph's answer to an id that is not ours."""
    return GraphError(
        100,
        "Unsupported request. Object does not exist, cannot be loaded due to missing permissions, "
        "or does not support this operation",
        subcode=33,
    )
