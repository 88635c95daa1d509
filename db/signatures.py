"""The rows that prove a decision, each under a keyed hash: who may only write to the database makes none.

The key is not in the database. What is void has no hash any more, so that nobody brings it back by emptying
the column that says so.
"""

import json
from datetime import UTC, datetime
from hmac import compare_digest

from db.models import Approval, SignOff
from db.vault import Vault

# in this order, each column that says who decided what, when, and how that is proved
BOUND = {
    SignOff: ("bulletin_id", "version_number", "editor", "name", "said", "at", "seal", "source", "overridden",
              "code_hash"),
    Approval: ("bulletin_id", "version_number", "decision", "approver", "decided_at", "code_hash", "seal",
               "profile_sha256", "head_count", "cost_estimate"),
}  # fmt: skip


def mac_of(vault: Vault, row: SignOff | Approval) -> str:
    """For the row's `mac`, once all the rest stands in it."""
    values = [_plain(getattr(row, name)) for name in BOUND[type(row)]]
    return vault.mac(f"row of {type(row).__name__}", json.dumps(values, ensure_ascii=False))


def is_genuine(vault: Vault, row: SignOff | Approval) -> bool:
    """Whether somebody who had the keys wrote exactly this. False for a row of before there were any."""
    return row.mac is not None and compare_digest(row.mac.encode(), mac_of(vault, row).encode())


def _plain(value: object) -> str | int | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if value is None or isinstance(value, int):
        return value
    return str(value)
