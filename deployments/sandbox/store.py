"""Everything the sandbox remembers, one JSON document a row, so that a restart keeps all of it."""

import sqlite3
from pathlib import Path
from threading import RLock
from typing import TypeVar

from pydantic import BaseModel

Document = TypeVar("Document", bound=BaseModel)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    due REAL,
    body TEXT NOT NULL,
    UNIQUE (kind, key)
);
CREATE INDEX IF NOT EXISTS document_due ON document (kind, due);
"""


class Store:
    """Documents by kind (the model's class name) and key, in the order of their first writing."""

    def __init__(self, path: Path | str) -> None:
        self._lock = RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; the store is of no use afterwards."""
        with self._lock:
            self._connection.close()

    def put(self, key: str, document: BaseModel, due: float | None = None) -> None:
        """Write or overwrite; `due` is a POSIX time for documents that wait for their moment."""
        with self._lock:
            self._connection.execute(
                "INSERT INTO document (kind, key, due, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET due = excluded.due, body = excluded.body",
                (type(document).__name__, key, due, document.model_dump_json()),
            )

    def get(self, kind: type[Document], key: str) -> Document | None:
        """The document of that key, or None."""
        with self._lock:
            row = self._connection.execute(
                "SELECT body FROM document WHERE kind = ? AND key = ?", (kind.__name__, key)
            ).fetchone()
        return None if row is None else kind.model_validate_json(row[0])

    def all(self, kind: type[Document]) -> list[Document]:
        """Every document of a kind, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT body FROM document WHERE kind = ? ORDER BY seq", (kind.__name__,)
            ).fetchall()
        return [kind.model_validate_json(row[0]) for row in rows]

    def due(self, kind: type[Document], now: float, limit: int) -> list[tuple[str, Document]]:
        """Keys and documents whose moment has come, the longest waiting first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT key, body FROM document WHERE kind = ? AND due <= ? ORDER BY due, seq LIMIT ?",
                (kind.__name__, now, limit),
            ).fetchall()
        return [(key, kind.model_validate_json(body)) for key, body in rows]

    def delete(self, kind: type[BaseModel], key: str) -> bool:
        """Forget a document; says whether there was one."""
        with self._lock:
            cursor = self._connection.execute(
                "DELETE FROM document WHERE kind = ? AND key = ?", (kind.__name__, key)
            )
        return cursor.rowcount > 0
