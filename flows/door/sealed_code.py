"""The one-time code of a run that somebody starts, sealed: whoever may look at runs may read its parameters.

A code is good for some 90 seconds, for whatever its owner may do. So the door, which alone sees the code,
puts a token in its place: encrypted and authenticated (Fernet) under a key of its own, made for this
deployment and these values, with the moment when it came. The flow opens it; to everybody else it is worth
nothing, and sent in again it is sealed once more, as any other wrong code.
"""

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@dataclass(frozen=True)
class Proof:
    """What was given to prove who acts. Without anything it passes only where no codes are asked for."""

    code: str = field(default="", repr=False)
    at: datetime | None = None  # when the person asked for it; None: now
    by_operator: bool = False
    person: str = ""  # id of who had signed in; "": nobody needs to
    act: str = ""  # the key of what the door wrote down of it


NO_CODE = Proof()


OPERATOR = Proof(by_operator=True)


FIELD = "codice"  # the parameter; in the forms of approvals, too
WHO = "chi"  # and the name
OF_THE_PERSON = (WHO, FIELD)  # what forms ask of who does not sign in, the same in every round


@dataclass(frozen=True)
class EnteredCode:
    """What somebody typed as their code, and when it came through the door."""

    code: str = field(repr=False)
    at: datetime


def _cipher(stamp_key: bytes) -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"bollettino: code of a started run").derive(stamp_key)
    return Fernet(base64.urlsafe_b64encode(key))


def _digest(deployment: str, names: Collection[str], values: Mapping[str, Any]) -> str:
    content = [deployment.lower(), {name: values.get(name) for name in names}]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def seal(stamp_key: bytes, code: str, deployment: str, values: Mapping[str, Any], *, at: datetime) -> str:
    """The token for a code that came with these other values, for this deployment (its id)."""
    names = sorted(values.keys() - {FIELD})
    content = {"code": code, "at": at.isoformat(), "names": names, "for": _digest(deployment, names, values)}
    return _cipher(stamp_key).encrypt(json.dumps(content).encode()).decode()


def opened(stamp_key: bytes, token: str, deployment: str, values: Mapping[str, Any]) -> EnteredCode | None:
    """None for what the door did not seal, or for another deployment or with other values.

    The run may have more values than were sent: its deployment's own.
    """
    try:
        content = json.loads(_cipher(stamp_key).decrypt(token))
    except (InvalidToken, ValueError):  # not ASCII at all
        return None
    if content["for"] != _digest(deployment, content["names"], values):
        return None
    return EnteredCode(content["code"], datetime.fromisoformat(content["at"]))
