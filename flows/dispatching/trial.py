"""A test send: a bulletin's text as it stands now, to the few recipients marked as test and to nobody else.

It needs no approval and is no part of the send: in no certificate, and whoever got it gets the real one too.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, recipients, samples
from db.engine import transaction
from db.models import Outcome, Recipient, RecipientStatus
from db.rate import Priority
from db.recipients import Address
from db.vault import VaultError
from flows.desk.signing import message_of
from flows.dispatching.holding import DispatchError
from flows.dispatching.sender import Order, addressed
from flows.privacy import ground
from flows.sending import few, provider
from flows.settings import Settings
from flows.whatsapp.client import Outcome as Answer
from flows.whatsapp.messages import OutgoingTemplate

MOST = 20  # people: what nobody has approved must not reach a town by a list of tests


def mark(settings: Settings, engine: Engine, address: Address, *, is_test: bool) -> int:
    """Mark a subscriber as test, or no more; how many are marked then."""
    with transaction(engine) as session:
        found = recipients.find(session, settings.vault(), address)
        if found is None or (is_test and found.status != RecipientStatus.active):
            raise DispatchError("Questo numero non è iscritto: prima deve scrivere ATTIVA.")
        marked = recipients.marked_as_test(session)
        if is_test and found not in marked and len(marked) >= MOST:
            raise DispatchError(f"I numeri di prova sono già {MOST}: toglierne uno prima (--off).")
        found.is_test = is_test
        session.add(found)
        session.flush()
        return len(recipients.marked_as_test(session))


@dataclass(frozen=True)
class Trial:
    order: Order
    version: int
    to: list[Recipient]


def plan(settings: Settings, session: Session, bulletin_id: int, *, now: datetime) -> Trial:
    """The latest text of a bulletin, whatever its status, and who would get it.

    Raises:
        DispatchError: there is no text, or nobody to get it.
    """
    if gap := ground.missing(settings):
        raise DispatchError(gap)
    bulletin = bulletins.locked(session, bulletin_id)
    version = bulletins.latest(session, bulletin_id)
    to = recipients.marked_as_test(session)
    if version is None:
        raise DispatchError(f"Il bollettino {bulletin_id} non ha ancora un testo.")
    if not to:
        raise DispatchError(
            "Nessun numero di prova: segnane uno con `python -m flows subscribers test NUMERO`."
        )
    message = message_of(settings, bulletin, bulletins.items(session, version), now)
    category = provider.category(settings, session, message.template)
    return Trial(Order(bulletin_id, message, category), version.number, to)


def send(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> Counter[str]:
    """One message to each, its start committed before the POST; how many ended how, with the code.

    One whose number no key opens costs the others nothing.
    """
    outgoing: list[OutgoingTemplate] = []
    told: Counter[str] = Counter()
    with transaction(engine) as session:
        trial = plan(settings, session, bulletin_id, now=now)
        for one in trial.to:
            try:
                address = recipients.open_address(settings.vault(), one)
            except VaultError:
                told["refused unreadable_address"] += 1
                continue
            sample = samples.begin(session, bulletin_id, trial.version, now=now)
            outgoing.append(addressed(trial.order, address, str(sample.id), trial.order.category))

    def store(message: OutgoingTemplate, answer: Answer) -> None:
        code = answer.code or answer.reason
        told[f"{answer.kind} {code or ''}".strip()] += 1
        with transaction(engine) as session:
            samples.finish(session, UUID(message.opaque), Outcome(answer.kind), code)

    asyncio.run(few.post(settings, engine, outgoing, Priority.answer, store))
    return told
