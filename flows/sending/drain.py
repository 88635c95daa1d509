"""Empties the outbox of one bulletin: claim, commit the attempt, POST, store the answer; at most once."""

import gc
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Engine

from db.models import BulletinKind, HandoverKind
from db.rate import Priority
from db.recipients import Address
from flows.bulletin.message.exact import Message
from flows.sending import conductor, outbox
from flows.sending.conductor import Conductor
from flows.sending.judge import Judge
from flows.sending.outbox import Outbox
from flows.sending.pace import Pace
from flows.sending.provider import open_client
from flows.settings import BollettinoError, Settings
from flows.sources.rereading import Rereading
from flows.whatsapp.messages import Category, OutgoingTemplate


class DispatchError(BollettinoError):
    """This bulletin must not be sent (now). The text is Italian, for the editor."""


class HeldError(DispatchError):
    """The site says something else by now than what was approved: an editor is asked, nothing failed."""


class UntrueError(HeldError):
    """Its text is not right by now: what is wrong in it, or (nothing named) that it has been corrected."""

    def __init__(self, message: str, seen: Sequence[Rereading] = ()) -> None:
        super().__init__(message)
        self.seen = tuple(seen)


class RefusedError(DispatchError):
    """A check before the send says that it must not leave; it is tried again until its grace ends."""


BY_A_PERSON, GIVES_WAY = outbox.BY_A_PERSON, conductor.GIVES_WAY
MOST_CONNECTIONS = 300


@dataclass(frozen=True)
class Order:
    """What a dispatch was told to send, checked against its seal, and how things stood with it then."""

    bulletin_id: int
    kind: BulletinKind
    message: Message
    category: Category  # the provider's latest word decides the endpoint
    sender_id: UUID | None = None  # under which this process was written down when the send began
    by_hand: HandoverKind | None = None  # a person sends it, not we
    is_in_hand: bool = False  # and is at it
    is_new: bool = False  # nothing of it has begun to leave
    room: int | None = None  # it leaves in parts: the most people of this one; None: all of them


def addressed(order: Order, address: Address, opaque: str, category: Category) -> OutgoingTemplate:
    """The order's message to one address; ValueError when no message can go there."""
    return OutgoingTemplate(
        to=address.phone,
        bsuid=address.bsuid,
        name=order.message.template,
        language=order.message.language,
        category=category,
        parameters=order.message.parameters,
        button_suffix=order.message.button_suffix,
        opaque=opaque,
    )


_COPIES = set[int]()  # process ids: counting what is frozen, a million objects, takes a sixth of a second


def most_in_flight(per_second: float) -> int:
    """The most messages that one sender holds at a time, and leaves uncertain when it is killed.

    A second and a quarter of sending: the provider takes 0.2 s to answer, on a bad day one.
    """
    return min(1000, max(4, math.ceil(per_second * 1.25)))


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """What was loaded before the send is not looked through for garbage all the time during it.

    Nor after it in a copy of the warm process (`flows/runs/warm_worker.py`): whoever looks through what is
    shared writes to it, and has a copy of his own then, of 100 MB.
    """
    is_copy = os.getpid() in _COPIES or gc.get_freeze_count() > 0
    if is_copy:
        _COPIES.add(os.getpid())
    gc.freeze()
    try:
        yield
    finally:
        if not is_copy:
            gc.unfreeze()


async def drain(
    settings: Settings,
    engine: Engine,
    order: Order,
    progress: Callable[[], None] = lambda: None,
    gives_way: Callable[[], bool] | None = None,
) -> str | None:
    """Send until nothing is queued. Returns why it ended early, in Italian, or None.

    On PostgreSQL several processes may drain one bulletin together, under one rate; each ends when nobody
    holds anything any more.
    """
    whatsapp = settings.profile.whatsapp
    priority = Priority.ordinary if order.kind == BulletinKind.ordinary else Priority.alert
    write = partial(addressed, order)
    box = Outbox(
        engine,
        settings.ledger(),
        order.bulletin_id,
        write,
        sender_id=order.sender_id,
        room=order.room,
        clock=_now,
    )
    connections = min(MOST_CONNECTIONS, most_in_flight(whatsapp.messages_per_second))
    async with open_client(settings, concurrency=connections) as client:
        sender = Conductor(
            box,
            client,
            Pace(engine, whatsapp.phone_number_id, whatsapp.messages_per_second, priority),
            Judge(order.category),
            window=most_in_flight(whatsapp.messages_per_second),
            connections=connections,
            progress=progress,
            # of what leaves in parts only this one knows whom it reached, and an alert waits for nobody
            gives_way=gives_way if order.room is None and priority == Priority.ordinary else None,
            clock=_now,
        )
        with _undisturbed():
            return await sender.run()
