"""Meta's template endpoints: create, list page by page, edit, delete. A review answers at once."""

import base64
import json
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from deployments.sandbox.compose import Template
from deployments.sandbox.graph_auth import VERSION, authorised, json_body, no_such_object
from deployments.sandbox.graph_errors import GraphError
from deployments.sandbox.review import TemplateOrder, refused, review
from deployments.sandbox.store import Store
from deployments.sandbox.template_state import (
    lock_name,
    require_editable,
    require_free_name,
    reviewer,
    template_key,
)
from deployments.sandbox.webhooks import Update
from deployments.sandbox.world import World


def template_routes(world: World) -> APIRouter:
    """`POST`, `GET` and `DELETE /{version}/{waba_id}/message_templates`, `POST /{version}/{template_id}`."""
    router = APIRouter(prefix=f"/{VERSION}", dependencies=[Depends(authorised(world))])

    @router.post("/{object_id}/message_templates")
    async def create(object_id: str, payload: Annotated[Any, Depends(json_body)]) -> dict[str, str]:
        if object_id != world.config.waba_id:
            raise no_such_object()
        order = review(payload)
        key = template_key(order.name, order.language)
        if world.store.get(Template, key):
            raise refused("Content in this language already exists.", 2388024)
        require_free_name(world, order.name)
        _refuse_twins(world.store, order)
        number = str(10**14 + secrets.randbelow(10**14))
        template = _reviewed(world, Template(id=number, status="", order=order))
        world.store.put(key, template)
        return {"id": template.id, "status": template.status, "category": order.category}

    @router.get("/{object_id}/message_templates")
    async def show(
        request: Request,
        object_id: str,
        name: str = "",
        fields: str | None = None,
        limit: Annotated[int, Query(ge=1)] = 25,
        after: str = "",
    ) -> dict[str, Any]:
        if object_id != world.config.waba_id:
            raise no_such_object()
        templates = [t for t in world.store.all(Template) if name in t.order.name]
        first = next((place for place, t in enumerate(templates, 1) if _cursor(t) == after), 0)
        page = templates[first : first + limit]
        listed: dict[str, Any] = {"data": [_as_listed(template, fields) for template in page]}
        if page:
            listed["paging"] = {"cursors": {"before": _cursor(page[0]), "after": _cursor(page[-1])}}
        if first + limit < len(templates):
            listed["paging"]["next"] = str(request.url.include_query_params(after=_cursor(page[-1])))
        return listed

    @router.delete("/{object_id}/message_templates")
    async def delete(object_id: str, name: str) -> dict[str, bool]:
        found = [t for t in world.store.all(Template) if t.order.name == name]
        if object_id != world.config.waba_id or not found:
            raise no_such_object()
        for template in found:
            if template.status == "DISABLED":
                raise GraphError(100, "A disabled template cannot be deleted.")
            lock_name(world, template)
            world.store.delete(Template, template_key(name, template.order.language))
        return {"success": True}

    @router.post("/{object_id}")
    async def edit(object_id: str, payload: Annotated[Any, Depends(json_body)]) -> dict[str, bool]:
        template = next((t for t in world.store.all(Template) if t.id == object_id), None)
        if template is None or not isinstance(payload, dict):
            raise no_such_object()
        order = review({**json.loads(template.order.model_dump_json(exclude_none=True)), **payload})
        if (order.name, order.language) != (template.order.name, template.order.language):
            raise GraphError(100, "The name and the language of a template cannot be edited.")
        require_editable(world, template, is_other_category=order.category != template.order.category)
        _refuse_twins(world.store, order)
        key = template_key(order.name, order.language)
        edits = [*template.edits, world.now()]
        world.store.put(key, _reviewed(world, template.model_copy(update={"order": order, "edits": edits})))
        if order.components != template.order.components:
            world.webhooks.enqueue(_edited(world, template.id, order))
        return {"success": True}

    return router


def _reviewed(world: World, template: Template) -> Template:
    """With the status that Meta's review gives it."""
    said = reviewer(world)
    reason = said.reason if said.verdict == "REJECTED" else "NONE"
    return template.model_copy(update={"status": said.verdict, "rejected_reason": reason})


def _cursor(template: Template) -> str:
    """Opaque, as Meta's."""
    return base64.urlsafe_b64encode(template.id.encode()).decode().rstrip("=")


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
    listed["rejected_reason"] = template.rejected_reason
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
