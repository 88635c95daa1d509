"""What Meta tells of an access token when it is asked, and a control that lets ours end."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict

from deployments.sandbox.graph_auth import VERSION, TokenState, authorised, token_state
from deployments.sandbox.subscription_api import APP
from deployments.sandbox.world import World


class TokenOrder(BaseModel):
    """`POST /_prova/chiave`: when it ends (POSIX seconds, 0 for never), and whether it was taken back."""

    model_config = ConfigDict(extra="forbid")

    expires_at: int = 0
    is_revoked: bool = False


def token_control(world: World) -> APIRouter:
    """Routes under `/_prova/chiave`."""
    router = APIRouter(prefix="/_prova/chiave")

    @router.post("")
    async def change(order: Annotated[TokenOrder, Body()]) -> dict[str, bool]:
        world.store.put("token", TokenState(**order.model_dump()))
        return {"ok": True}

    return router


def token_routes(world: World) -> APIRouter:
    """`GET /{version}/debug_token?input_token=...`."""
    router = APIRouter(prefix=f"/{VERSION}", dependencies=[Depends(authorised(world))])

    @router.get("/debug_token")
    async def show(input_token: str) -> dict[str, Any]:
        is_ours = input_token == world.config.token.get_secret_value()
        ends = token_state(world).expires_at
        told = {"type": "SYSTEM_USER", "is_valid": is_ours, "expires_at": ends}
        return {"data": {**told, "app_id": APP} if is_ours else told}

    return router
