"""Stop and resume in WhatsApp's own menu: a stop is a word to leave, and only a resume takes it back."""

from datetime import datetime

from sqlmodel import Session

from db import moves, recipients
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
        web.ledger.stopped_at_provider(session, row, at=wish.at, now=now)
    else:
        _resume(session, web, row, wish.at, now)


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
