"""Personal data at rest: encryption that rotates, and a keyed hash for look-up that does not.

The look-up key never changes, because a tombstone has no number left to hash again.
"""

import hmac
from datetime import UTC, datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from db.engine import StoreError


class VaultError(StoreError):
    """A key is malformed, or what was stored was sealed with a key that is not configured."""


class Vault:
    """Seals and opens personal data.

    `encryption_keys`: Fernet keys (32 bytes, URL-safe base64), the newest first; all of them open,
    the first seals. `lookup_key`: at least 32 characters.
    """

    def __init__(self, encryption_keys: list[str], lookup_key: str) -> None:
        try:
            keys = [Fernet(key) for key in encryption_keys]
            self._newest, self._fernet = keys[0], MultiFernet(keys)
        except (ValueError, IndexError) as exc:
            raise VaultError("an encryption key is not 32 bytes in URL-safe base64") from exc
        if len(lookup_key) < 32:
            raise VaultError("the look-up key is shorter than 32 characters")
        self._lookup_key = lookup_key.encode()

    def seal(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as exc:
            raise VaultError("sealed with a key that is not configured any more") from exc

    def reseal(self, sealed: bytes) -> bytes | None:
        """The same under the newest key; None when it is already. VaultError when no key opens it."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return self.seal(self.open(sealed))
        return None

    def sealed_at(self, sealed: bytes) -> datetime | None:
        """When the newest key sealed it, to the second; None where that one did not."""
        try:
            return datetime.fromtimestamp(self._newest.extract_timestamp(sealed), UTC)
        except InvalidToken:
            return None

    def hash(self, text: str) -> str:
        """HMAC-SHA256, hex, for look-up by equality."""
        return hmac.digest(self._lookup_key, text.encode(), "sha256").hex()

    def mac(self, label: str, text: str) -> str:
        """HMAC-SHA256, hex, under a key of this label's own (HKDF, RFC 5869): who wrote this had the keys.

        The key comes from the look-up key, since that one never changes: an approval outlives a rotation.
        """
        key = HKDF(SHA256(), length=32, salt=None, info=f"bollettino {label}".encode())
        return hmac.digest(key.derive(self._lookup_key), text.encode(), "sha256").hex()
