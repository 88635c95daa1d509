"""Stop and resume in WhatsApp's own menu: a stop is a word to leave, and only a resume takes it back."""

from datetime import datetime

from sqlmodel import Session

from db import moves, recipients, tallies
from db.ledger import RESUME, STOP
from db.models import Consent, Recipient, Scope
from db.recipients import Address
from flows.web.context import Web
from flows.whatsapp.updates import Preference

JOINED = (Consent.opt_in, Consent.alerts_only)


def preference(session: Session, web: Web, wish: Preference, *, now: datetime) -> None:
    who = moves.follow(session, web.vault, Address(wish.phone, wish.bsuid), at=wish.at)
    row = recipients.note(session, web.vault, who, now=now)
    if wish.stopped:
        stop(session, web, row, at=wish.at, now=now)
    else:
        _resume(session, web, row, wish.at, now)


def stop(
    session: Session, web: Web, row: Recipient, *, message_id: str | None = None, at: datetime, now: datetime
) -> None:
    """Told by the menu itself, or by a message that failed (131050). A later word of the citizen stands."""
    if row.resumed_at and row.resumed_at >= at:
        return  # it was taken back before we heard of it
    later = any(event.at > at for event in web.ledger.history(session, row))
    web.ledger.record(
        session, row, Consent.opt_out, word=STOP, source="whatsapp", message_id=message_id, at=at
    )
    if not later and recipients.opt_out(session, row, now=now):
        tallies.exited(session, row.id, now=now)


def _resume(session: Session, web: Web, row: Recipient, at: datetime, now: datetime) -> None:
    """Brings back whom the menu had stopped, and nobody who wrote DISATTIVA."""
    row.resumed_at = max(at, row.resumed_at or at)
    session.add(row)
    session.flush()
    said = web.ledger.history(session, row)
    own = [event for event in said if event.word not in (STOP, RESUME)]
    if not own or own[-1].event not in JOINED or said[-1].word != STOP or said[-1].at > at:
        return
    scope = Scope.alerts if own[-1].event == Consent.alerts_only else Scope.everything
    who = recipients.open_address(web.vault, row)
    recipients.opt_in(session, web.vault, who, scope=scope, now=now)
    # under the time of the stop that it undoes: a DISATTIVA after that one, come late, is later
    web.ledger.record(session, row, own[-1].event, word=RESUME, source="whatsapp", at=said[-1].at)
