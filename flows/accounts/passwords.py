"""Passwords: which are good enough, and how one is kept (Argon2id; RFC 9106, second recommended choice)."""

import os
import unicodedata

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SHORTEST = 12  # characters; a second factor stands beside it (NIST SP 800-63B asks for 8 then)
LONGEST = 200
MEMORY = 64 * 1024  # KiB
PASSES, LANES = 3, 4
UNKNOWN = "$argon2id$v=19$m=65536,t=3,p=4$" + "A" * 22 + "$" + "A" * 43
"""Of nobody: what is typed under an unknown name costs as much time as under a known one."""


def prepared(password: str) -> bytes:
    """The same for a letter that two keyboards write in two ways."""
    return unicodedata.normalize("NFKC", password).encode()


def hashed(password: str) -> str:
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=PASSES, lanes=LANES, memory_cost=MEMORY)
    return kdf.derive_phc_encoded(prepared(password))


def is_right(password: str, kept: str) -> bool:
    """`kept` is "" where there is none: never right, after the same time."""
    try:
        Argon2id.verify_phc_encoded(prepared(password[:LONGEST]), kept or UNKNOWN)
    except InvalidKey:
        return False
    return bool(kept)


def trouble(password: str, *names: str) -> str:
    """Why this cannot be a password, in Italian; "" where it can. `names`: of whose it would be."""
    if len(password) < SHORTEST:
        return f"La password è corta: servono almeno {SHORTEST} caratteri, per esempio quattro parole a caso."
    if len(password) > LONGEST:
        return f"La password è troppo lunga: al massimo {LONGEST} caratteri."
    folded = password.casefold()
    if len(set(folded)) < 5:
        return "La password ripete pochi caratteri: scegline una meno facile da indovinare."
    words = {word for name in names for word in name.casefold().replace("@", " ").split() if len(word) > 3}
    left = folded
    for word in words | {"bollettino", "password", "comune", "1234567890"}:
        left = left.replace(word, "")
    if len(left) < SHORTEST // 2:
        return "La password è fatta quasi solo di parole che tutti conoscono: scegline un'altra."
    return ""
