"""What we hold of one person, given out (GDPR 15 and 20) or taken away (17), by an operator's command.

A restore re-enrols nobody: what the journal knows and the database does not is done again.
"""

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select

from db import erasure, privacy, recipients
from db.engine import forget_pages, reading, transaction
from db.models import Bulletin, Consent, Delivery, InboundEvent, Recipient
from db.recipients import Address
from flows.settings import Settings

WORD = "RICHIESTA"


def export(settings: Settings, engine: Engine, who: Address, *, by: str, now: datetime) -> dict[str, Any]:
    """Everything that can be found under this number or BSUID, as JSON values; an empty history too."""
    ledger = settings.ledger()
    with transaction(engine) as session:
        privacy.note(
            session, by=by, command="export-person", people=1, subject_hash=ledger.subjects(who)[0], now=now
        )
    with reading(engine) as session:
        rows = recipients.matching(session, ledger.vault, who)
        hashes = {hashed for row in rows for hashed in ledger.subjects(row)} | set(ledger.subjects(who))
        return {
            "richiesta_del": now.isoformat(),
            "informativa_in_vigore": settings.profile.notice.version,
            "indirizzi": [_address(settings, row) for row in rows],
            "registro_dei_consensi": [
                {
                    "quando": event.at.isoformat(),
                    "che_cosa": event.event.value,
                    "parola": event.word,
                    "informativa": event.notice_version,
                    "informativa_sha256": event.notice_sha256,
                    "origine": event.source,
                    "atto": event.act,
                }
                for event in ledger.history(session, who)
            ],
            "messaggi": [message for row in rows for message in _messages(session, row)],
            "messaggi_ricevuti_non_ancora_trattati": len(
                session.exec(
                    select(InboundEvent.id).where(
                        or_(
                            col(InboundEvent.sender_hash).in_(hashes),
                            col(InboundEvent.bsuid_hash).in_(hashes),
                        ),
                        col(InboundEvent.handled_at).is_(None),
                    )
                ).all()
            ),
        }


def _address(settings: Settings, row: Recipient) -> dict[str, Any]:
    address = recipients.open_address(settings.vault(), row)
    return {
        "telefono": address.phone,
        "bsuid": address.bsuid,
        "stato": row.status.value,
        "dal": row.status_at.isoformat(),
        "riceve": row.scope.value,
        "iscritto_dal": row.opted_in_at.isoformat() if row.opted_in_at else None,
        "ultimo_messaggio_ricevuto": row.last_inbound_at.isoformat() if row.last_inbound_at else None,
    }


def _messages(session: Session, row: Recipient) -> list[dict[str, Any]]:
    rows = session.exec(
        select(Delivery, Bulletin.code)
        .join(Bulletin, col(Bulletin.id) == Delivery.bulletin_id, isouter=True)
        .where(Delivery.recipient_id == row.id)
        .order_by(col(Delivery.id))
    )
    return [
        {
            "bollettino": code,
            "risposta": delivery.reply,
            "testo": delivery.body,
            "esito": delivery.status.value,
            "quando": delivery.status_at.isoformat(),
            "ricevuta": delivery.receipt.value if delivery.receipt else None,
        }
        for delivery, code in rows
    ]


def erase(settings: Settings, engine: Engine, who: Address, *, by: str, now: datetime) -> int:
    """Unsubscribe and forget, and note it in ledger and journal; returns how many rows it was. No message."""
    ledger = settings.ledger()
    with transaction(engine) as session:
        rows = recipients.matching(session, ledger.vault, who)
        privacy.note(
            session, by=by, command="erase", people=len(rows), subject_hash=ledger.subjects(who)[0], now=now
        )
        if rows or ledger.history(session, who):
            ledger.record(session, who, Consent.erase, word=WORD, source="operator", at=now)
        for row in rows:
            recipients.opt_out(session, row, now=now)
            erasure.erase(session, row, now=now)
    forget_pages(engine)
    return len(rows)


log = logging.getLogger(__name__)


def replay(settings: Settings, engine: Engine, *, now: datetime) -> int:
    """Before anything is sent. Returns how many people had left, narrowed or been erased since the backup."""
    with transaction(engine) as session:
        done = settings.ledger().replay(session, now=now)
    if done:
        log.warning("a backup was restored: %d people had left, and do so again", done)
    return done
