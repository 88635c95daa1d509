"""The stamp on an answer: that the door took these values for this form, when, and with which credential.

What an editor confirms lies in Prefect until a worker comes to it. Whoever can write there meanwhile could
put other words under a code that was right. So the door, which alone sees who asks, leaves a keyed hash
beside each answer, and the flows take no answer without it. The key is derived from the installation's
look-up key (HKDF, RFC 5869): it outlives a restart, and nobody at the Prefect UI ever sees it.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PEOPLE = "redazione"  # the credential whose answers count, where people share one
PERSON = "persona:"  # and their id, where each signs in


def key_from(lookup_key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"bollettino: stamp of an answer").derive(lookup_key.encode())


@dataclass(frozen=True)
class Stamp:
    """Of one answer: when it came through the door, and by whose credential."""

    at: datetime
    by: str
    mac: str
    key: str = ""  # under which it lies; "" before it does

    @property
    def person(self) -> str:
        """The id of who had signed in; "" of one who came with the shared credential."""
        return self.by.removeprefix(PERSON) if self.by.startswith(PERSON) else ""

    def to_json(self) -> str:
        return json.dumps({"at": self.at.isoformat(), "by": self.by, "mac": self.mac})


def _mac(key: bytes, run_id: str, answer_key: str, values: Mapping[str, Any], at: datetime, by: str) -> str:
    content = json.dumps(
        [run_id.lower(), answer_key, values, at.isoformat(), by], sort_keys=True, separators=(",", ":")
    )
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


def stamp(
    key: bytes, run_id: str, answer_key: str, values: Mapping[str, Any], *, at: datetime, by: str = PEOPLE
) -> Stamp:
    """`answer_key` is where Prefect keeps the answer of this form."""
    return Stamp(at, by, _mac(key, run_id, answer_key, values, at, by))


def prefix_of(answer_key: str) -> str:
    """How the keys of an answer's stamps begin; a rejected attempt may have left one of its own."""
    return f"{answer_key.removesuffix('-response')}-stamp-"


def act_of(run_id: str, key: str) -> str:
    """The key of what the door writes down of an answer, whose stamp has this one."""
    return f"{run_id.lower()} {key}"


def stamped(
    key: bytes, run_id: str, answer_key: str, values: Mapping[str, Any], inputs: Mapping[str, str]
) -> Stamp | None:
    """The newest stamp of people on just these values, among what lies beside the answer, by its key."""
    read = [(name, _read(raw)) for name, raw in inputs.items()]
    right = [
        replace(entry, key=name)
        for name, entry in read
        if entry is not None
        and (entry.by == PEOPLE or entry.person)
        and hmac.compare_digest(entry.mac, _mac(key, run_id, answer_key, values, entry.at, entry.by))
    ]
    return max(right, key=lambda entry: entry.at, default=None)


def _read(raw: str) -> Stamp | None:
    """None for what is no stamp, whoever wrote it."""
    try:
        fields = json.loads(raw)
        at, by, mac = datetime.fromisoformat(fields["at"]), fields["by"], fields["mac"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if at.tzinfo is None or not isinstance(by, str) or not isinstance(mac, str) or not mac.isascii():
        return None
    return Stamp(at, by, mac)
