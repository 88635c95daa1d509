"""Meta's send endpoints: check as Meta does, keep for the phone, answer, then report by webhook."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse, JSONResponse

from deployments.sandbox.compose import Display, Template, compose, parameters
from deployments.sandbox.faults import NextFault, take_next
from deployments.sandbox.graph_auth import VERSION, authorised, json_body, no_such_object
from deployments.sandbox.graph_errors import GraphError
from deployments.sandbox.limits import Endpoint, Request, TextSend, check_request
from deployments.sandbox.messages import Message, Phone, find_phone, new_wamid, wa_id_of, within_window
from deployments.sandbox.number_api import is_onboarded
from deployments.sandbox.template_state import require_usable, template_key
from deployments.sandbox.traffic import report_progress
from deployments.sandbox.world import World

_HTML_500 = "<!DOCTYPE html><html><body><h1>Sorry, something went wrong.</h1><p>PROVA</p></body></html>"


def send_routes(world: World) -> APIRouter:
    """`POST /{version}/{phone_number_id}/messages` and `.../marketing_messages`."""
    router = APIRouter(prefix=f"/{VERSION}", dependencies=[Depends(authorised(world))])

    async def send(object_id: str, payload: Any, endpoint: Endpoint) -> Response:
        if object_id != world.config.phone_number_id:
            raise no_such_object()
        world.throughput.admit(world.now())
        fault = take_next(world.store)
        if fault and isinstance(fault.fault, int):
            raise GraphError(fault.fault, "PROVA: fault on demand")
        if fault and fault.fault == "http_500":
            return HTMLResponse(_HTML_500, status_code=500)
        answer = _accept(world, check_request(payload, endpoint), endpoint)
        return await _spoil(fault, answer)

    @router.post("/{object_id}/messages")
    async def messages(object_id: str, payload: Annotated[Any, Depends(json_body)]) -> Response:
        return await send(object_id, payload, "messages")

    @router.post("/{object_id}/marketing_messages")
    async def marketing_messages(object_id: str, payload: Annotated[Any, Depends(json_body)]) -> Response:
        return await send(object_id, payload, "marketing_messages")

    return router


async def _spoil(fault: NextFault | None, answer: dict[str, Any]) -> Response:
    """What becomes of the answer on its way back: the message is accepted all the same."""
    if fault and fault.fault == "garbage_200":
        return JSONResponse({"messaging_product": "whatsapp"})
    if fault and fault.fault == "timeout_after_accept":
        await asyncio.sleep(fault.seconds)
        return HTMLResponse(_HTML_500, status_code=504)
    return JSONResponse(answer)


def _accept(world: World, request: Request, endpoint: Endpoint) -> dict[str, Any]:
    now = world.now()
    if request.to and wa_id_of(request.to) == wa_id_of(world.config.display_number):
        raise GraphError(131021, "Recipient phone number cannot be the same as the sender's")
    phone = find_phone(world.store, request.to, request.recipient)
    message = _message(world, request, phone, endpoint, now)
    world.store.put(message.wamid, message)
    report_progress(world, message, phone, now)
    contact = {"input": request.to or request.recipient}
    contact |= {"wa_id": message.wa_id} if request.to else {"user_id": request.recipient}
    return {
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [{"id": message.wamid, "message_status": "accepted"}],
    }


def _message(
    world: World, request: Request, phone: Phone | None, endpoint: Endpoint, now: datetime
) -> Message:
    wa_id = phone.wa_id if phone else wa_id_of(request.to or request.recipient or "")
    shown, template, values, category = _content(world, request, phone, endpoint, now)
    return Message(
        wamid=new_wamid(wa_id),
        wa_id=wa_id,
        direction="out",
        at=now,
        shown=shown,
        template=template,
        parameters=values,
        category=category,
        endpoint=endpoint,
        biz_opaque_callback_data=request.biz_opaque_callback_data,
    )


def _content(
    world: World, request: Request, phone: Phone | None, endpoint: Endpoint, now: datetime
) -> tuple[Display, str | None, list[str], str]:
    """What is shown, the template's name, its values and the category that is billed."""
    if isinstance(request, TextSend):
        if not within_window(phone, now):
            raise GraphError(131047, "More than 24 hours have passed since the recipient last replied")
        return Display(text=request.text.body), None, [], "service"
    use = request.template
    template = world.store.get(Template, template_key(use.name, use.language.code))
    if template is None:
        raise GraphError(132001, f"template name ({use.name}) does not exist in {use.language.code}")
    require_usable(template)
    if endpoint == "marketing_messages" and template.order.category != "MARKETING":
        raise GraphError(131055, "This endpoint only takes marketing templates")
    if endpoint == "marketing_messages" and not is_onboarded(world):
        raise GraphError(134102, "The account has not accepted the terms of the Marketing Messages API")
    return compose(template, use), use.name, parameters(use), template.order.category.lower()
