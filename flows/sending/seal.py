"""The exact message of a bulletin and the seal that an approval puts on it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from db import bulletins, recipients, signatures
from db import sign_offs as used
from db.models import (
    Approval,
    Bulletin,
    BulletinItem,
    BulletinKind,
    BulletinStatus,
)
from flows.accounts import asked
from flows.bulletin.message.exact import Message, compile_message, frame_name
from flows.bulletin.status import ACCESS
from flows.profiles.fingerprint import fingerprint
from flows.settings import Settings


def message_of(
    settings: Settings, bulletin: Bulletin, items: Sequence[BulletinItem], at: datetime
) -> Message:
    """What would be sent of these items; `at` is the approval, for a bulletin without a slot."""
    return compile_message(
        items,
        settings.frame(frame_name(bulletin, items)),
        dated=bulletin.slot_at or at,
        code=bulletin.code,
        language=settings.profile.whatsapp.language,
    )


def seal_of(settings: Settings, session: Session, bulletin: Bulletin, message: Message) -> str:
    """Over exactly what would be sent, to whom, and by which profile; keyed, so that nobody who may only
    write to the database can seal a text of their own.
    """
    digest = _digest(settings, session, bulletin, message)
    return settings.vault().mac("seal of a text", f"{bulletin.id} {digest}")


def _digest(settings: Settings, session: Session, bulletin: Bulletin, message: Message) -> str:
    return message.sealed(recipients.audience_rule(session, bulletin), fingerprint(settings.profile))


def broken(
    settings: Settings, session: Session, bulletin: Bulletin, approval: Approval, message: Message
) -> str:
    """Why this is not what the approval sealed, in Italian; "" when it is."""
    sealed_profile = approval.profile_sha256
    if sealed_profile is not None and sealed_profile != fingerprint(settings.profile):
        return (
            f"Dopo l'approvazione di {approval.approver} è cambiato il profilo del Comune (nomi, contatti, "
            f"mittente o pagine): il bollettino {bulletin.id} non parte. {_way_out(bulletin)}"
        )
    if sealed_profile is None or approval.seal == _digest(settings, session, bulletin, message):
        return (
            f"{approval.approver} ha approvato il bollettino {bulletin.id} con una versione del programma "
            f"che non proteggeva il sigillo con una chiave: non parte. {_way_out(bulletin)}"
        )
    is_same = approval.seal == seal_of(settings, session, bulletin, message)
    if not is_same or not signatures.is_genuine(settings.vault(), approval):
        return f"Il bollettino {bulletin.id} non è più quello approvato da {approval.approver}: non parte."
    if settings.profile.asks_codes and not _is_proved(settings, session, bulletin, approval):
        return (
            f"L'approvazione di {approval.approver} per il bollettino {bulletin.id} non è provata da un "
            f"codice né da un accesso: non parte. {_way_out(bulletin)}"
        )
    return ""


def _way_out(bulletin: Bulletin) -> str:
    """What a person can do with a bulletin whose approval does not hold: only what has not left re-opens."""
    if bulletin.status == BulletinStatus.sent:
        return "Non si rimanda: chi non l'ha ricevuto lo legge sul sito."
    if bulletin.status not in (BulletinStatus.sending, BulletinStatus.stopped):
        return "Riaprilo con «riapri» e approvalo di nuovo."
    first = "Prima fermalo con «ferma». " if bulletin.status == BulletinStatus.sending else ""
    return (
        f"{first}Per chi non l'ha ricevuto: «correggi» con la casella «L'invio è fermato», oppure «chiudi»."
    )


def not_as_approved(settings: Settings, session: Session, bulletin: Bulletin) -> str:
    """Why this bulletin is not, or no longer, what was approved, in Italian; "" when it is."""
    sealed = bulletins.approved(session, bulletin.id)
    if sealed is None:
        return f"Il bollettino {bulletin.id} non è mai stato approvato."
    approval, version = sealed
    message = message_of(settings, bulletin, bulletins.items(session, version), approval.decided_at)
    return broken(settings, session, bulletin, approval, message)


def _is_proved(settings: Settings, session: Session, bulletin: Bulletin, approval: Approval) -> bool:
    """By a code that was used up for this bulletin, or by who had signed in and signed it; the Comune's
    standing order has neither.
    """
    if approval.code_hash is not None and approval.code_hash.startswith(ACCESS):
        row = asked.led_to(settings, session, approval.code_hash.removeprefix(ACCESS), bulletin.id)
        words = used.genuine(session, settings.vault(), bulletin.id)
        signed = [word.editor for word in words if word.code_hash == approval.code_hash]
        return row is not None and signed == [row.person] and row.at == approval.decided_at
    if approval.code_hash is not None:
        return used.led_to(session, bulletin.id, approval.code_hash)
    order = settings.profile.urgent.standing_order
    return order is not None and bulletin.kind == BulletinKind.urgent and approval.approver == order.approver
