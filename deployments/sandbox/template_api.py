"""Meta's template endpoints: create, list, edit. The review answers at once."""

import json
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from deployments.sandbox.compose import Template
from deployments.sandbox.graph_auth import VERSION, authorised, json_body, no_such_object
from deployments.sandbox.graph_errors import GraphError
from deployments.sandbox.review import TemplateOrder, refused, review
from deployments.sandbox.store import Store
from deployments.sandbox.webhooks import Update
from deployments.sandbox.world import World


def template_key(name: str, language: str) -> str:
    """The key of a template in the store."""
    return f"{name}/{language}"


def template_routes(world: World) -> APIRouter:
    """`POST` and `GET /{version}/{waba_id}/message_templates`, `POST /{version}/{template_id}`."""
    router = APIRouter(prefix=f"/{VERSION}", dependencies=[Depends(authorised(world))])

    @router.post("/{object_id}/message_templates")
    async def create(object_id: str, payload: Annotated[Any, Depends(json_body)]) -> dict[str, str]:
        if object_id != world.config.waba_id:
            raise no_such_object()
        order = review(payload)
        key = template_key(order.name, order.language)
        if world.store.get(Template, key):
            raise refused("Content in this language already exists.", 2388024)
        _refuse_twins(world.store, order)
        template = Template(id=str(10**14 + secrets.randbelow(10**14)), status="APPROVED", order=order)
        world.store.put(key, template)
        return {"id": template.id, "status": template.status, "category": order.category}

    @router.get("/{object_id}/message_templates")
    async def show(object_id: str, name: str | None = None, fields: str | None = None) -> dict[str, Any]:
        if object_id != world.config.waba_id:
            raise no_such_object()
        templates = [t for t in world.store.all(Template) if name is None or t.order.name == name]
        return {"data": [_as_listed(template, fields) for template in templates], "paging": {}}

    @router.post("/{object_id}")
    async def edit(object_id: str, payload: Annotated[Any, Depends(json_body)]) -> dict[str, bool]:
        template = next((t for t in world.store.all(Template) if t.id == object_id), None)
        if template is None or not isinstance(payload, dict):
            raise no_such_object()
        order = review({**json.loads(template.order.model_dump_json(exclude_none=True)), **payload})
        if (order.name, order.language) != (template.order.name, template.order.language):
            raise GraphError(100, "The name and the language of a template cannot be edited.")
        _refuse_twins(world.store, order)
        key = template_key(order.name, order.language)
        world.store.put(key, template.model_copy(update={"order": order}))
        if order.components != template.order.components:
            world.webhooks.enqueue(_edited(world, template.id, order))
        return {"success": True}

    return router


def _refuse_twins(store: Store, order: TemplateOrder) -> None:
    """Meta refuses a template with the body and the footer of another one."""
    for other in store.all(Template):
        same = other.order.language == order.language and _words(other.order) == _words(order)
        if same and other.order.name != order.name:
            raise refused("A template with the same body and footer already exists.")


def _words(order: TemplateOrder) -> set[tuple[str, str | None]]:
    return {(c.type, c.text) for c in order.components if c.type in ("BODY", "FOOTER")}


def _as_listed(template: Template, fields: str | None) -> dict[str, Any]:
    """Of one that is not marketing Meta says nothing of its optimizations: there are none."""
    apart = {"allow_category_change", "degrees_of_freedom_spec"}
    listed: dict[str, Any] = template.order.model_dump(exclude_none=True, exclude=apart)
    listed |= {"status": template.status, "id": template.id, "quality_score": {"score": "UNKNOWN"}}
    if template.order.category == "MARKETING":
        listed["degrees_of_freedom_spec"] = template.order.degrees_of_freedom_spec.as_read()
    if fields is None:
        return listed
    return {name: listed[name] for name in [*fields.split(","), "id"] if name in listed}


def _edited(world: World, object_id: str, order: TemplateOrder) -> Update:
    """The webhook `message_template_components_update`."""
    parts = {component.type: component for component in order.components}
    value: dict[str, Any] = {
        "message_template_id": int(object_id),
        "message_template_name": order.name,
        "message_template_language": order.language,
        "message_template_element": parts["BODY"].text,
    }
    if "HEADER" in parts:
        value["message_template_title"] = parts["HEADER"].text
    if "FOOTER" in parts:
        value["message_template_footer"] = parts["FOOTER"].text
    if "BUTTONS" in parts:
        value["message_template_buttons"] = [
            {
                "message_template_button_type": button.type,
                "message_template_button_text": button.text,
                "message_template_button_url": button.url,
            }
            for button in parts["BUTTONS"].buttons or []
        ]
    return Update(
        kind="message_template_components_update", body=value, contact={}, created=world.now().timestamp()
    )
