"""The phones page, where a rehearsal is looked at, and the same as JSON."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Body, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, ConfigDict, Field

from deployments.sandbox.config import ROME
from deployments.sandbox.dates import day_in_words
from deployments.sandbox.markup import to_html
from deployments.sandbox.messages import Message, Phone, wa_id_of
from deployments.sandbox.traffic import write_from
from deployments.sandbox.world import World

_REFRESH = 5  # seconds
_TICKS = {"accepted": "🕓", "sent": "✓", "delivered": "✓✓", "read": "✓✓", "failed": "!"}
_STATUSES = {
    "accepted": "accettato",
    "sent": "inviato",
    "delivered": "consegnato",
    "read": "letto",
    "failed": "non consegnato",
}


class NewPhone(BaseModel):
    """`POST /_prova/telefoni`."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(pattern=r"^\+[1-9][0-9 ]{6,18}$")
    name: str = "Telefono di prova"
    reads: bool = True
    hidden: bool = False


class Text(BaseModel):
    """`POST /_prova/telefoni/{number}/messaggi`."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=4096)


def phone_routes(world: World) -> APIRouter:
    """`/telefoni` for people; `/_prova/telefoni`, and `/_prova/redazione` for the editors', for programs."""
    router = APIRouter()

    @router.get("/_prova/redazione")
    async def staff() -> list[dict[str, Any]]:
        chats = _chats(world)
        return [_phone_json(phone, chats.get(phone.wa_id, [])) for phone in _all(world, is_staff=True)]

    router.include_router(_json_routes(world))
    router.include_router(_page_routes(world))
    return router


def _json_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/_prova/telefoni")

    @router.get("")
    async def phones() -> list[dict[str, Any]]:
        chats = _chats(world)
        return [_phone_json(phone, chats.get(phone.wa_id, [])) for phone in _all(world, is_staff=False)]

    @router.post("")
    async def add(new: Annotated[NewPhone, Body()]) -> dict[str, Any]:
        return _phone_json(_add(world, new), [])

    @router.post("/{number}/messaggi")
    async def write(number: str, text: Annotated[Text, Body()]) -> dict[str, str]:
        return {"wamid": write_from(world, _phone(world, number), text.text).wamid}

    return router


def _page_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/telefoni")
    pages = Jinja2Templates(Path(__file__).parent / "templates")
    pages.env.filters["whatsapp"] = to_html

    def page(request: Request, phones: list[Phone], writing: str | None) -> Response:
        chats = _chats(world)
        context = {
            "chats": [(phone, _with_days(chats.get(phone.wa_id, []))) for phone in phones],
            "writing": writing,
            "refresh": None if writing else _REFRESH,
            "ticks": _TICKS,
            "statuses": _STATUSES,
            "rome": ROME,
            "business": world.config.display_number,
        }
        return pages.TemplateResponse(request, "telefoni.html", context)

    @router.get("", response_class=HTMLResponse)
    async def all_phones(request: Request, scrivi: str | None = None) -> Response:
        return page(request, [*_all(world, is_staff=False), *_all(world, is_staff=True)], scrivi)

    @router.get("/{number}", response_class=HTMLResponse)
    async def one_phone(number: str, request: Request, scrivi: str | None = None) -> Response:
        return page(request, [_phone(world, number)], scrivi)

    @router.post("")
    async def add(request: Request) -> Response:
        form = await _form(request)
        number = form.get("number", "").strip()
        try:
            _add(world, NewPhone(number=number, name=form.get("name", "").strip() or "Telefono di prova"))
        except ValueError as exc:
            raise HTTPException(
                422, "Il numero va scritto in forma internazionale, per esempio +39 333 000 0006"
            ) from exc
        return RedirectResponse("/telefoni", status_code=303)

    @router.post("/{number}")
    async def write(number: str, request: Request) -> Response:
        text = (await _form(request)).get("text", "").strip()
        if text:
            write_from(world, _phone(world, number), text[:4096])
        return RedirectResponse(f"/telefoni#t{wa_id_of(number)}", status_code=303)

    return router


async def _form(request: Request) -> dict[str, str]:
    """The urlencoded fields; python-multipart is not needed for these."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"))
    return {name: values[0].replace("\r\n", "\n") for name, values in fields.items()}


def _add(world: World, new: NewPhone) -> Phone:
    wa_id = wa_id_of(new.number)
    earlier = world.store.get(Phone, wa_id)
    phone = Phone(
        wa_id=wa_id,
        name=new.name,
        reads=new.reads,
        hidden=new.hidden,
        last_inbound=earlier.last_inbound if earlier else None,
    )
    world.store.put(wa_id, phone)
    return phone


def _all(world: World, *, is_staff: bool) -> list[Phone]:
    return [phone for phone in world.store.all(Phone) if phone.is_staff == is_staff]


def _phone(world: World, number: str) -> Phone:
    phone = world.store.get(Phone, wa_id_of(number))
    if phone is None:
        raise HTTPException(404, "Nessun telefono di prova con questo numero")
    return phone


def _chats(world: World) -> dict[str, list[Message]]:
    chats: dict[str, list[Message]] = {}
    for message in world.store.all(Message):
        chats.setdefault(message.wa_id, []).append(message)
    return chats


def _with_days(messages: list[Message]) -> list[tuple[str, Message]]:
    """Each message with the day to print above it, empty when it is the day of the one before."""
    days = [day_in_words(message.at.astimezone(ROME).date()) for message in messages]
    return [
        ("" if index and days[index - 1] == day else day, message)
        for index, (day, message) in enumerate(zip(days, messages, strict=True))
    ]


def _phone_json(phone: Phone, messages: list[Message]) -> dict[str, Any]:
    return {
        "number": phone.number,
        "name": phone.name,
        "bsuid": phone.bsuid,
        "reads": phone.reads,
        "hidden": phone.hidden,
        "messages": [_message_json(message) for message in messages],
    }


def _message_json(message: Message) -> dict[str, Any]:
    flat = message.model_dump(mode="json", exclude={"shown", "wa_id"})
    return {**flat, **message.shown.model_dump()}
