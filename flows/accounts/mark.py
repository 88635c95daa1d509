"""Beside the database stands that accounts are used: one that is lost re-opens no shared password."""

from sqlmodel import Session

from db import accounts, disk
from flows.door import keys
from flows.settings import Settings

FILE = keys.ACCOUNTS
_WORDS = (
    "Whoever opens the Prefect UI signs in with an account of their own. While this file is here the shared\n"
    "password opens nothing, whatever the database holds; `python -m flows accounts close` of the last one\n"
    "takes it away.\n"
)


def leave(settings: Settings) -> None:
    """OSError where it cannot be written: then nobody has enrolled."""
    if not settings.signs_in:
        disk.replace(settings.state / FILE, _WORDS.encode())


def take_away(settings: Settings) -> None:
    (settings.state / FILE).unlink(missing_ok=True)


def are_used(settings: Settings, session: Session) -> bool:
    """Whether the shared password opens nothing."""
    return accounts.are_used(session) or settings.signs_in
