"""Who asked for what: stored before the Prefect server is asked, found again by what it led to."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from db import accounts
from db.engine import reading, transaction
from db.models import DoorAct, SignInProof
from db.vault import Vault
from flows.accounts import persons
from flows.accounts.keys import vault_of
from flows.door.people import Asked, digest
from flows.door.permissions import Use
from flows.settings import Settings

UNKNOWN = "?"  # the id of nobody
LOST = (
    "Non si sa più chi ha avviato questa operazione: la riga che lo diceva manca, o è stata cambiata. "
    "Avviala di nuovo; se succede ancora, chiedi a chi gestisce il servizio."
)


def note(engine: Engine, vault: Vault, asked: Asked) -> None:
    row = DoorAct(
        key=asked.key,
        person=asked.person.id,
        role=asked.person.role,
        proof=SignInProof(asked.person.proof),
        use=asked.use,
        subject=asked.subject,
        body_sha256=asked.body_sha256,
        at=asked.at,
        address=asked.address,
        proved_at=asked.person.proved_at,
        mac="",
    )
    row.mac = _mac(vault, row)
    with transaction(engine) as session:
        session.add(row)


def started(
    settings: Settings, engine: Engine, key: str, deployment: str, parameters: Mapping[str, Any]
) -> str:
    """The id of the person who started a run of this deployment (its id), with these parameters; the door
    gave it this key.

    Without its row, with one that somebody altered, or where they asked for something else, UNKNOWN: nobody
    acts for who has that.
    """
    with reading(engine) as session:
        row = whole(settings, session, key)
    if row is None or (row.use, row.subject) != (Use.START, deployment.lower()):
        return UNKNOWN
    return row.person if row.body_sha256 == digest({"parameters": dict(parameters)}) else UNKNOWN


def whole(settings: Settings, session: Session, key: str) -> DoorAct | None:
    """What the door wrote down under this key; None where it is not there, or somebody has altered it."""
    row = accounts.asked(session, key)
    if row is None or not _is_same(row.mac, _mac(vault_of(settings.stamp_key()), row)):
        return None
    return row


def use_up(settings: Settings, session: Session, key: str, *, bulletin_id: int | None, now: datetime) -> None:
    """By the decision that it led to, in its transaction; StoreError where it is not there, or was used."""
    row = accounts.to_use_up(session, key)
    row.used_at, row.bulletin_id = now, bulletin_id
    row.used_mac = _mac_of_use(vault_of(settings.stamp_key()), row)
    session.add(row)
    session.flush()


def led_to(settings: Settings, session: Session, key: str, bulletin_id: int) -> DoorAct | None:
    """Whose word under this key was used up by a decision on this bulletin, and for what it was given."""
    row = whole(settings, session, key)
    if row is None or row.used_at is None or row.bulletin_id != bulletin_id:
        return None
    is_whole = _is_same(row.used_mac or "", _mac_of_use(vault_of(settings.stamp_key()), row))
    return row if is_whole else None


def _is_same(found: str, made: str) -> bool:
    return hmac.compare_digest(found.encode(errors="surrogatepass"), made.encode())


def _mac_of_use(vault: Vault, row: DoorAct) -> str:
    at = row.used_at.astimezone(UTC).isoformat() if row.used_at else ""
    return vault.mac("use of DoorAct", json.dumps([row.key, at, row.bulletin_id]))


def _mac(vault: Vault, row: DoorAct) -> str:
    values = [row.key, row.person, row.role, row.proof, row.use, row.subject, row.body_sha256]
    # a row of before it was told has a hash over the others alone
    when = [row.at, row.proved_at] if row.proved_at else [row.at]
    return vault.mac("row of DoorAct", json.dumps([*values, *(at.isoformat() for at in when)]))


def in_anothers_name(settings: Settings, person_id: str, name: str) -> str:
    """Why who has signed in may not act under this name, in Italian; "" where it is theirs, or nobody has."""
    if not person_id:
        return ""
    if person_id == UNKNOWN:
        return LOST
    mine = persons.with_id(settings.profile, person_id)
    if mine is None:
        return "Chi ha effettuato l'accesso non è più nel profilo: chiedi a chi gestisce il servizio."
    if mine.name == name:
        return ""
    return (
        f"Hai effettuato l'accesso come {mine.name}, ma nel modulo c'è un altro nome: scegli il tuo. Se sei "
        "un'altra persona, prima esci ed entra con il tuo nome."
    )
