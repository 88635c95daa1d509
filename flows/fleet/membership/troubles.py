"""Why a Comune cannot be served, in words that hold no secret."""

from collections.abc import Callable

from sqlalchemy.exc import DatabaseError

from db import schema
from db.engine import StoreError
from flows.door.keys import KeysError
from flows.settings import BollettinoError, Settings


def words(exc: Exception) -> str:
    """Of what a person can mend its text; of a defect its kind alone: its text may hold anything."""
    if isinstance(exc, BollettinoError | StoreError | KeysError):
        return str(exc)
    if isinstance(exc, DatabaseError) and schema.is_harm(exc):
        return schema.HARMED
    return type(exc).__name__


def unfit(settings: Settings) -> str:
    """What keeps it from being started although its profile can be read, a line each; "" for nothing.

    Of secrets only those that depend on the profile: the others are told by their names.
    """
    found = []
    checks: list[Callable[[], object]] = [
        settings.require_filled,
        settings.require_codes,
        settings.require_login,
        settings.require_model,
        lambda: settings.mail_login,
    ]
    for check in checks:
        try:
            check()
        except BollettinoError as exc:
            found.append(str(exc))
    return "\n".join(found)
