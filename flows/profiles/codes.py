"""One-time codes (TOTP, RFC 6238): of which moment a code is, and which secrets are no good. Pure."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest

from pydantic import SecretStr
from pyotp import TOTP

from flows.profiles.comune import Editor

LEAST_BITS = 128  # RFC 4226, R6
STEP = 30  # seconds
FAR = 20  # steps to look for a late code or a phone's wrong clock: 10 minutes


def typed(code: str) -> str:
    """What was typed, without blanks and in plain digits."""
    return re.sub(r"[\s.-]", "", unicodedata.normalize("NFKC", code))


def matching(code: str, secret: str, at: datetime) -> list[int]:
    """The steps around `at` whose code this is, the nearest first; all are compared, in constant time."""
    now = int(at.timestamp()) // STEP
    totp = TOTP(secret)
    digits = code.encode()
    steps = [
        step
        for step in range(max(now - FAR, 0), now + FAR + 1)
        if compare_digest(totp.generate_otp(step).encode(), digits)
    ]
    return sorted(steps, key=lambda step: abs(step - now))


def is_usable(value: str) -> bool:
    """Whether it is base32, padded or not, of `LEAST_BITS` or more."""
    bare = value.rstrip("=")
    try:
        return len(base64.b32decode(bare + "=" * (-len(bare) % 8))) * 8 >= LEAST_BITS
    except (binascii.Error, ValueError):
        return False


def problems(secrets: Sequence[tuple[Editor, SecretStr | None]]) -> list[str]:
    """A line for each secret that is missing, is none, or is another editor's too; never a secret in it."""
    lines: list[str] = []
    owners: dict[str, Editor] = {}
    for editor, secret in secrets:
        if secret is None:
            lines.append(f"not set in the environment: {editor.code_variable}")
            continue
        value = secret.get_secret_value().rstrip("=")
        if not is_usable(value):
            lines.append(f"{editor.code_variable} is not base32 of {LEAST_BITS} bits or more")
        elif value in owners:
            lines.append(
                f"{editor.code_variable} is also the secret of {owners[value].name}: each has their own"
            )
        owners.setdefault(value, editor)
    return lines
