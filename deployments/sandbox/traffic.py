"""What a message sets in motion: the statuses of one that was sent, the webhook of one that came in."""

from datetime import datetime
from typing import Any

from deployments.sandbox.compose import Display
from deployments.sandbox.faults import failure_of
from deployments.sandbox.graph_errors import GraphError
from deployments.sandbox.messages import Message, Phone, Status, new_wamid
from deployments.sandbox.webhooks import Update
from deployments.sandbox.world import World

_STEPS: tuple[tuple[Status, float], ...] = (("sent", 0.0), ("delivered", 0.2), ("read", 1.0))  # seconds


def report_progress(world: World, message: Message, phone: Phone | None, now: datetime) -> None:
    """Queue the status webhooks of a message that was accepted for that phone (None: nobody has it)."""
    error = failure_of(world.store, message.wa_id) if phone else 131026
    if error is not None:
        world.store.put(message.wamid, message.model_copy(update={"error_code": error}))
        _queue(world, message, phone, "failed", now, 0.0, error)
        return
    steps = [step for step in _STEPS if step[0] != "read" or (phone and phone.reads)]
    delays = [delay for _, delay in steps]
    if world.webhooks.mode == "disorder":
        delays.reverse()
    for (status, _), delay in zip(steps, delays, strict=True):
        _queue(world, message, phone, status, now, delay, None)


def write_from(world: World, phone: Phone, text: str) -> Message:
    """The citizen writes: keep the bubble, open the 24 hours, send the webhook."""
    now = world.now()
    message = Message(
        wamid=new_wamid(phone.wa_id),
        wa_id=phone.wa_id,
        direction="in",
        at=now,
        shown=Display(text=text),
        status="read",
    )
    world.store.put(message.wamid, message)
    world.store.put(phone.wa_id, phone.model_copy(update={"last_inbound": now}))
    body: dict[str, Any] = {} if phone.hidden else {"from": phone.wa_id}
    body |= {
        "from_user_id": phone.bsuid,
        "id": message.wamid,
        "timestamp": str(int(now.timestamp())),
        "text": {"body": text},
        "type": "text",
    }
    contact = {"profile": {"name": phone.name}, **_contact(phone)}
    world.webhooks.enqueue(Update(kind="messages", body=body, contact=contact, created=now.timestamp()))
    return message


def _contact(phone: Phone) -> dict[str, Any]:
    number = {} if phone.hidden else {"wa_id": phone.wa_id}
    return {**number, "user_id": phone.bsuid}


def _queue(
    world: World,
    message: Message,
    phone: Phone | None,
    status: Status,
    now: datetime,
    delay: float,
    error: int | None,
) -> None:
    receiver = phone or Phone(wa_id=message.wa_id, name="")
    body: dict[str, Any] = {
        "id": message.wamid,
        "status": status,
        "timestamp": str(int(now.timestamp() + delay)),
        "recipient_id": receiver.bsuid if receiver.hidden else receiver.wa_id,
        "recipient_user_id": receiver.bsuid,
    }
    is_echoed = world.webhooks.mode != "without_opaque"  # a reseller may not hand it on
    if is_echoed and message.biz_opaque_callback_data is not None:
        body["biz_opaque_callback_data"] = message.biz_opaque_callback_data
    if error is None:  # `conversation` is gone since v24
        pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": message.category}
        body["pricing"] = pricing
    else:
        body["errors"] = [GraphError(error, "Message Undeliverable.").in_status()]
    update = Update(kind="statuses", body=body, contact=_contact(receiver), created=now.timestamp())
    world.webhooks.enqueue(update, delay)
