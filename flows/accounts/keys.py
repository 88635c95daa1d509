"""The keys of the accounts: one to seal the secrets of their codes, one to hash what lets somebody in.

Both come from the stamp key (HKDF, RFC 5869), which the process of the Prefect server has. It is given no key
that opens a citizen's number, and so it needs none for these.
"""

import base64

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from db.vault import Vault


def vault_of(stamp_key: bytes) -> Vault:
    def derived(purpose: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"bollettino: accounts, " + purpose).derive(stamp_key)

    return Vault([base64.urlsafe_b64encode(derived(b"sealed")).decode()], derived(b"hashed").hex())
