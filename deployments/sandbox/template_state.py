"""What becomes of templates at Meta: how long a review takes, edits that are counted, names that are locked.

And a control: what the next reviews say, what happens to one template, whether edits are counted.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict

from deployments.sandbox.compose import Template
from deployments.sandbox.graph_auth import no_such_object
from deployments.sandbox.graph_errors import GraphError
from deployments.sandbox.review import Category, refused
from deployments.sandbox.webhooks import Update
from deployments.sandbox.world import World

Status = Literal["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "FLAGGED", "REINSTATED"]
_USABLE = ("APPROVED", "FLAGGED", "REINSTATED")
_EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
_DAY, _MONTH = timedelta(hours=24), timedelta(days=30)
_KEY = "review"


class Reviewer(BaseModel):
    """`POST /_prova/modelli`: what is given is changed, the rest stays. A demo's texts change many times a
    day, so edits are counted where that is asked for.
    """

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["APPROVED", "PENDING", "REJECTED"] = "APPROVED"
    reason: str = "INVALID_FORMAT"
    counts_edits: bool = False


class Fate(BaseModel):
    """`POST /_prova/modelli/{name}`: what happens to one; its webhooks leave."""

    model_config = ConfigDict(extra="forbid")

    language: str = "it"
    status: Status | None = None
    reason: str = "NONE"
    category: Category | None = None


class LockedName(BaseModel):
    """The name of an approved template that was deleted."""

    until: datetime


def reviewer(world: World) -> Reviewer:
    return world.store.get(Reviewer, _KEY) or Reviewer()


def template_key(name: str, language: str) -> str:
    """The key of a template in the store."""
    return f"{name}/{language}"


def template_control(world: World) -> APIRouter:
    """Routes under `/_prova/modelli`."""
    router = APIRouter(prefix="/_prova/modelli")

    @router.post("")
    async def instruct(changes: Annotated[Reviewer, Body()]) -> dict[str, Any]:
        state = reviewer(world).model_copy(update=changes.model_dump(exclude_unset=True))
        world.store.put(_KEY, state)
        return state.model_dump()

    @router.post("/{name}")
    async def decide(name: str, fate: Annotated[Fate, Body()]) -> dict[str, bool]:
        template = world.store.get(Template, template_key(name, fate.language))
        if template is None:
            raise no_such_object()
        if fate.status:
            template = template.model_copy(update={"status": fate.status, "rejected_reason": fate.reason})
            told = _told(world, template, "message_template_status_update", event=fate.status)
            world.webhooks.enqueue(told)
        if fate.category:
            was = template.order.category
            order = template.order.model_copy(update={"category": fate.category})
            template = template.model_copy(update={"order": order})
            words = {"previous_category": was, "new_category": fate.category}
            world.webhooks.enqueue(_told(world, template, "template_category_update", **words))
        world.store.put(template_key(name, fate.language), template)
        return {"ok": True}

    return router


def _told(
    world: World,
    template: Template,
    kind: Literal["message_template_status_update", "template_category_update"],
    **words: str,
) -> Update:
    value = {
        "message_template_id": int(template.id),
        "message_template_name": template.order.name,
        "message_template_language": template.order.language,
        **words,
    }
    if kind == "message_template_status_update":
        value["reason"] = template.rejected_reason
    return Update(kind=kind, body=value, contact={}, created=world.now().timestamp())


def require_free_name(world: World, name: str) -> None:
    """GraphError 2388023 while the name of a deleted template is locked."""
    locked = world.store.get(LockedName, name)
    if locked and world.now() < locked.until:
        raise refused("Content in this language is being deleted. Try again in 4 weeks.", 2388023)


def lock_name(world: World, template: Template) -> None:
    """Of one that was approved: nobody makes another under its name for 30 days."""
    if template.status in _USABLE:
        world.store.put(template.order.name, LockedName(until=world.now() + _MONTH))


def require_editable(world: World, template: Template, *, is_other_category: bool) -> None:
    """GraphError 100 for a status that is not edited, the category of an approved one, one edit too many."""
    if template.status not in _EDITABLE:
        raise GraphError(100, f"A template that is {template.status} cannot be edited.")
    if template.status != "APPROVED":
        return
    if is_other_category:
        raise GraphError(100, "The category of an approved template cannot be edited.")
    now = world.now()
    if reviewer(world).counts_edits and (
        any(now - at < _DAY for at in template.edits) or sum(now - at < _MONTH for at in template.edits) >= 10
    ):
        raise GraphError(100, "A template can be edited once in 24 hours and 10 times in 30 days.")


def require_usable(template: Template) -> None:
    """GraphError for a template with which nothing is sent now."""
    if template.status in _USABLE:
        return
    codes = {"PAUSED": 132015, "DISABLED": 132016}
    name = template.order.name
    raise GraphError(codes.get(template.status, 132001), f"template {name} is {template.status}")
