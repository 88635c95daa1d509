"""What Meta tells of the business number and of its account when it is asked, and a control to change it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict

from deployments.sandbox.graph_auth import VERSION, authorised, no_such_object
from deployments.sandbox.graph_errors import GraphError
from deployments.sandbox.world import World

_KEY = "number"
Terms = Literal["ELIGIBLE", "PENDING_VALID_PAYMENT_METHOD", "INELIGIBLE_INACTIVE_OR_RESTRICTED", "ONBOARDED"]
Tier = Literal["TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED"]


class NumberState(BaseModel):
    """`POST /_prova/numero`: what is given is changed, the rest stays."""

    model_config = ConfigDict(extra="forbid")

    quality_rating: Literal["GREEN", "YELLOW", "RED", "UNKNOWN"] = "GREEN"
    status: Literal["CONNECTED", "FLAGGED", "RESTRICTED", "BANNED", "DISCONNECTED"] = "CONNECTED"
    whatsapp_business_manager_messaging_limit: Tier = "TIER_2K"
    marketing_messages_onboarding_status: Terms = "ONBOARDED"  # the account's


TERMS = "marketing_messages_onboarding_status"
OF_THE_ACCOUNT = (TERMS, "id")
OF_THE_NUMBER = (*(name for name in NumberState.model_fields if name != TERMS), "id")


def is_onboarded(world: World) -> bool:
    """Whether the account has accepted the terms of the Marketing Messages API."""
    state = world.store.get(NumberState, _KEY) or NumberState()
    return state.marketing_messages_onboarding_status == "ONBOARDED"


def number_control(world: World) -> APIRouter:
    """Routes under `/_prova/numero`."""
    router = APIRouter(prefix="/_prova/numero")

    @router.post("")
    async def change(changes: Annotated[NumberState, Body()]) -> dict[str, Any]:
        current = world.store.get(NumberState, _KEY) or NumberState()
        state = current.model_copy(update=changes.model_dump(exclude_unset=True))
        world.store.put(_KEY, state)
        return state.model_dump()

    return router


def number_routes(world: World) -> APIRouter:
    """`GET /{version}/{phone_number_id}?fields=...`, and of the account's id."""
    router = APIRouter(prefix=f"/{VERSION}", dependencies=[Depends(authorised(world))])

    @router.get("/{object_id}")
    async def show(object_id: str, fields: str = "id") -> dict[str, Any]:
        of_each = {world.config.phone_number_id: OF_THE_NUMBER, world.config.waba_id: OF_THE_ACCOUNT}
        if object_id not in of_each:
            raise no_such_object()
        state = world.store.get(NumberState, _KEY) or NumberState()
        values = {**state.model_dump(), "id": object_id}
        names = [name.strip() for name in fields.split(",")]
        for name in names:
            if name not in of_each[object_id]:
                raise GraphError(100, f"Tried accessing nonexisting field ({name})")
        return {name: values[name] for name in {*names, "id"}}

    return router
