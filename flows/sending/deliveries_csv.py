"""The deliveries of one bulletin as CSV: without numbers, or with them on request, which leaves a trace."""

import csv
from datetime import datetime
from typing import TextIO

from sqlalchemy import Engine

from db import outcomes, privacy, recipients
from db.engine import reading, transaction
from db.models import Recipient
from db.vault import Vault, VaultError
from flows.bulletin.language.dates import in_rome
from flows.privacy.lists import cell
from flows.sending.certificate import WORD, reason
from flows.settings import Settings

COLUMNS = (
    "consegna",
    "numero",
    "esito",
    "codice",
    "che_cosa_vuol_dire",
    "quando",
    "ricevuta",
    "ricevuta_quando",
)
UNREADABLE = "(non leggibile)"


def write(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    file: TextIO,
    *,
    full_for: str | None = None,
    now: datetime,
) -> int:
    """Write one line a delivery; return how many.

    Masked, a number shows its last two digits. With `full_for`, a person's name, it is whole: that is noted
    in the access log before the first line is written.
    """
    vault = settings.vault()
    if full_for is not None:
        with transaction(engine) as session:
            people = outcomes.by_code(session, bulletin_id).total()
            command = f"certificate {bulletin_id} --deliveries --full-for"
            privacy.note(session, by=full_for, command=command, people=people, now=now)
    rows = csv.writer(file)
    rows.writerow(COLUMNS)
    count = 0
    with reading(engine) as session:
        for delivery, recipient in outcomes.listed(session, bulletin_id):
            code = delivery.reason or ""
            rows.writerow(
                (
                    delivery.id,
                    cell(_number(vault, recipient, is_full=full_for is not None)),
                    WORD[delivery.status],
                    cell(code),
                    cell(reason(code)),
                    _moment(delivery.status_at),
                    delivery.receipt or "",
                    _moment(delivery.receipt_at) if delivery.receipt_at else "",
                )
            )
            count += 1
    return count


def _number(vault: Vault, recipient: Recipient, *, is_full: bool) -> str:
    try:
        address = recipients.open_address(vault, recipient)
    except VaultError:
        return UNREADABLE
    whole = address.phone or address.bsuid or ""
    return whole if is_full else f"...{whole[-2:]}"


def _moment(moment: datetime) -> str:
    return f"{in_rome(moment):%Y-%m-%d %H:%M:%S}"
