"""The phones of the rehearsal and the messages that go to and fro."""

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from deployments.sandbox.compose import Display
from deployments.sandbox.config import Staff
from deployments.sandbox.store import Store

Status = Literal["accepted", "sent", "delivered", "read", "failed"]
RANKS: dict[Status, int] = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}

# +39 333 000 000x is a valid Italian mobile range with a number nobody would choose
_FIRST_PHONES = (
    ("393330000001", "Anna Prova", True),
    ("393330000002", "Bruno Prova", False),
    ("393330000003", "Carla Prova", True),
    ("393330000004", "Dario Prova", False),
    ("393330000005", "Elena Prova", True),
)


class Phone(BaseModel):
    """A citizen's phone, or an editor's; `wa_id` is the number without its plus."""

    wa_id: str = Field(repr=False)
    name: str
    reads: bool = True  # sends the blue ticks
    hidden: bool = False  # behind a username: webhooks carry its BSUID and no number
    last_inbound: AwareDatetime | None = None
    is_staff: bool = False  # an editor's: called, and never subscribed by the rehearsal

    @property
    def number(self) -> str:
        """In the international form, `+39...`."""
        return f"+{self.wa_id}"

    @property
    def bsuid(self) -> str:
        """The business-scoped id that Meta would give this user, always the same one."""
        digest = hashlib.sha256(self.wa_id.encode()).digest()
        return f"IT.{int.from_bytes(digest[:8]) % 10**17:017d}"


class Message(BaseModel):
    """One bubble of a chat."""

    wamid: str = Field(repr=False)
    wa_id: str = Field(repr=False)
    direction: Literal["in", "out"]  # seen from the Comune: "in" was written by the citizen
    at: AwareDatetime
    shown: Display
    template: str | None = None
    parameters: list[str] = Field(default=[], repr=False)
    biz_opaque_callback_data: str | None = None
    category: str = "service"
    endpoint: str | None = None  # on which it was sent
    status: Status = "accepted"
    error_code: int | None = None


def wa_id_of(number: str) -> str:
    """`+39 333 000 0001` -> `393330000001`."""
    return re.sub(r"\D", "", number)


def new_wamid(wa_id: str) -> str:
    """Like Meta's: base64 with the number inside, which is why a wamid is personal data."""
    tail = secrets.token_hex(9).upper().encode()
    raw = b"\x1c\x18" + bytes([len(wa_id)]) + wa_id.encode() + b"\x15\x02\x00\x11\x18\x12" + tail + b"\x00"
    return f"wamid.{base64.b64encode(raw).decode()}"


def plant_phones(store: Store, staff: Sequence[Staff] = ()) -> None:
    """The five phones of a first start; a later start finds some and leaves them alone. And the editors'."""
    if not any(not phone.is_staff for phone in store.all(Phone)):
        for wa_id, name, reads in _FIRST_PHONES:
            store.put(wa_id, Phone(wa_id=wa_id, name=name, reads=reads))
    for editor in staff:
        wa_id = wa_id_of(editor.number)
        if store.get(Phone, wa_id) is None:
            store.put(wa_id, Phone(wa_id=wa_id, name=editor.name, is_staff=True))


def find_phone(store: Store, to: str | None, recipient: str | None) -> Phone | None:
    """By number when there is one, else by BSUID."""
    if to is not None:
        return store.get(Phone, wa_id_of(to))
    return next((phone for phone in store.all(Phone) if phone.bsuid == recipient), None)


def advance(store: Store, wamid: str, status: Status) -> None:
    """Move a message on; late news never moves it back."""
    message = store.get(Message, wamid)
    if message and RANKS[status] > RANKS[message.status]:
        store.put(wamid, message.model_copy(update={"status": status}))


def within_window(phone: Phone | None, now: datetime) -> bool:
    """Whether the user wrote in the last 24 hours, so that a free-form text may go."""
    return bool(phone and phone.last_inbound and (now - phone.last_inbound).total_seconds() < 86_400)
