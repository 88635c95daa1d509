"""Which code and settings a text was made by, so that a stored one is not used after they changed."""

import hashlib
from datetime import date
from functools import cache
from pathlib import Path


@cache
def code() -> str:
    """SHA-256 over the modules of this package: whichever of them changes, texts may come out otherwise."""
    read = hashlib.sha256()
    package = Path(__file__).parent
    for path in sorted(package.rglob("*.py")):
        read.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return read.hexdigest()


def edition(published: date | None, settings: str = "") -> str:
    """The name of what a summary is made by, beside the item's content and the length.

    Args:
        published: `domani` counts from it.
        settings: of a profile, as far as texts depend on them.
    """
    return hashlib.sha256(f"{code()}\0{published}\0{settings}".encode()).hexdigest()[:16]
