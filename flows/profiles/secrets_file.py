"""The sandbox's secrets in a file: lost, they are not made anew over what is sealed with them."""

import json
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from cryptography.fernet import Fernet

from db import disk

FILE = "secrets.json"
DATABASE, JOURNAL = "bollettino.db", "consensi.jsonl"  # in the same folder, and of no use without them
HEADER = b"SQLite format 3\0"
SEALED = ("canary", "recipient")  # tables; without a row in either nothing is under a key


def new_secrets() -> dict[str, str]:
    """New ones, as the environment would give them."""
    return {
        "BOLLETTINO_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "BOLLETTINO_LOOKUP_KEY": secrets.token_hex(32),
        "BOLLETTINO_WHATSAPP_TOKEN": secrets.token_hex(16),
        "BOLLETTINO_APP_SECRETS": secrets.token_hex(16),
        "BOLLETTINO_VERIFY_TOKEN": secrets.token_hex(16),
    }


def completed(given: Mapping[str, str]) -> dict[str, str]:
    """Those that are given, by their names in the environment, and new ones in place of the others."""
    return {**new_secrets(), **given}


def read(path: Path) -> dict[str, str]:
    """Those that are kept; none where there is no such file."""
    kept_secrets: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return kept_secrets


def write(path: Path, values: Mapping[str, object]) -> None:
    """As JSON, for this user of the machine alone."""
    disk.replace(path, json.dumps(values, indent=2).encode())


def trouble(path: Path, *, make: bool) -> str:
    """Why these secrets cannot be used, or made (`make`) where there are none; "" where all is well."""
    if not path.exists():
        beside = [DATABASE] if _is_sealed(path.with_name(DATABASE)) else []
        beside += [JOURNAL] if _holds_something(path.with_name(JOURNAL)) else []
        if not make or not beside:
            return ""
        what = f"is not there, although {' and '.join(beside)} are sealed with its keys"
    else:
        try:
            content = json.loads(path.read_bytes())
        except ValueError:
            content = None
        if (
            isinstance(content, dict)
            and content
            and all(isinstance(value, str) for value in content.values())
        ):
            return ""
        what = "holds no secrets (it is empty, or cut off)"
    return (
        f"{path} {what}: put the copy of it back. Without one the numbers are lost; to begin anew, move the "
        f"whole folder {path.parent} away"
    )


def _is_sealed(path: Path) -> bool:
    """Whether a key of long ago is needed for what it holds; one that cannot be read may need it."""
    if not _holds_something(path):
        return False
    with path.open("rb") as file:
        if file.read(len(HEADER)) != HEADER:  # SQLite takes what is cut off there for an empty one
            return True
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            sealed = [name for name in SEALED if name in tables]
            return any(connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() for name in sealed)  # noqa: S608
    except sqlite3.Error:
        return True


def _holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
