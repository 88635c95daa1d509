"""The secrets behind the editors' one-time codes: which are missing or no good. Pure."""

import base64
import binascii
from collections.abc import Sequence

from pydantic import SecretStr

from flows.profiles.comune import Editor

LEAST_BITS = 128  # RFC 4226, R6


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
