"""Faults on demand, a small table: what the next send meets, which phone fails, how webhooks behave."""

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, model_validator

from deployments.sandbox.messages import wa_id_of
from deployments.sandbox.store import Store
from deployments.sandbox.webhooks import Mode, WebhookMode
from deployments.sandbox.world import World

Accident = Literal["timeout_after_accept", "http_500", "garbage_200"]
_NEXT = "next"


class FaultOrder(BaseModel):
    """`POST /_prova/guasti`: one of `phone` with `code`, `next`, `webhooks`."""

    model_config = ConfigDict(extra="forbid")

    phone: str | None = None
    code: int | None = None
    next: Accident | int | None = None  # a number is a Graph code
    times: int = 1
    seconds: float = 30.0  # how long `timeout_after_accept` hangs
    webhooks: Mode | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if (self.phone is None) != (self.code is None):
            raise ValueError("phone goes with code")
        if sum(value is not None for value in (self.phone, self.next, self.webhooks)) != 1:
            raise ValueError("give one of phone with code, next, webhooks")
        return self


class PhoneFault(BaseModel):
    """Every message to that phone ends in status failed with this code."""

    wa_id: str
    code: int


class NextFault(BaseModel):
    """What the next sends meet, one document: a code or one of

    * `http_500`: a page of HTML with status 500, nothing accepted;
    * `garbage_200`: status 200 without an id, though the message was accepted;
    * `timeout_after_accept`: accepted, then no answer for `seconds`.
    """

    fault: Accident | int
    times: int
    seconds: float


def fault_routes(world: World) -> APIRouter:
    """Routes under `/_prova/guasti`."""
    router = APIRouter(prefix="/_prova/guasti")

    @router.get("")
    async def table() -> dict[str, Any]:
        waiting = world.store.get(NextFault, _NEXT)
        return {
            "next": waiting.model_dump() if waiting else None,
            "phones": [
                {"phone": f"+{fault.wa_id}", "code": fault.code} for fault in world.store.all(PhoneFault)
            ],
            "webhooks": world.webhooks.mode,
        }

    @router.post("")
    async def order(fault: Annotated[FaultOrder, Body()]) -> dict[str, bool]:
        if fault.phone is not None and fault.code is not None:
            wa_id = wa_id_of(fault.phone)
            world.store.put(wa_id, PhoneFault(wa_id=wa_id, code=fault.code))
        elif fault.next is not None:
            world.store.put(_NEXT, NextFault(fault=fault.next, times=fault.times, seconds=fault.seconds))
        elif fault.webhooks is not None:
            world.store.put("mode", WebhookMode(mode=fault.webhooks))
        return {"ok": True}

    @router.delete("")
    async def repair() -> dict[str, bool]:
        world.store.delete(NextFault, _NEXT)
        world.store.delete(WebhookMode, "mode")
        for fault in world.store.all(PhoneFault):
            world.store.delete(PhoneFault, fault.wa_id)
        return {"ok": True}

    return router


def take_next(store: Store) -> NextFault | None:
    """The fault that this send meets, used up as it is taken."""
    fault = store.get(NextFault, _NEXT)
    if fault is None:
        return None
    if fault.times > 1:
        store.put(_NEXT, fault.model_copy(update={"times": fault.times - 1}))
    else:
        store.delete(NextFault, _NEXT)
    return fault


def failure_of(store: Store, wa_id: str) -> int | None:
    """The code with which messages to that phone fail, if they do."""
    fault = store.get(PhoneFault, wa_id)
    return fault.code if fault else None
