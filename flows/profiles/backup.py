"""`[backup]` of a profile: where the archives go, whose keys open them, for how long they are kept."""

from pathlib import Path

from pydantic import Field, field_validator

from flows.profiles.file import Strict
from flows.profiles.offsite import Offsite

SECRET = "AGE-SECRET-KEY-"  # noqa: S105  how a private key begins


class Backup(Strict):
    """The machine has public keys only: who steals it cannot read an archive."""

    folder: Path  # on another disk; it is never made, since a disk that is not mounted would be one as well
    recipients: list[str] = Field(min_length=1)  # public keys of age, "age1..."
    keep_days: int = Field(default=30, ge=1, le=3660)  # erased people stand in archives for so long
    offsite: Offsite | None = None  # a further copy, elsewhere

    @field_validator("folder")
    @classmethod
    def _is_absolute(cls, folder: Path) -> Path:
        if not folder.is_absolute():
            raise ValueError(f"{folder} must begin with /: it is the same from wherever a verb is typed")
        return folder

    @field_validator("recipients")
    @classmethod
    def _are_public_keys(cls, recipients: list[str]) -> list[str]:
        from pyrage import RecipientError, x25519  # only where there is a [backup]

        for place, key in enumerate(recipients, start=1):
            if key.strip().upper().startswith(SECRET):  # not quoted: errors end in logs
                raise ValueError(
                    f"number {place} is a secret key: only its public one (age1...) belongs here"
                )
            try:
                x25519.Recipient.from_str(key)
            except RecipientError:
                raise ValueError(f"number {place} is no public key of age, like age1...") from None
        return recipients


def kept(backup: Backup | None) -> str:
    """How long copies are kept, as citizens read it: what is erased stands in them until then."""
    if backup is None:
        return "non ne facciamo."
    days = "un giorno" if backup.keep_days == 1 else f"{backup.keep_days} giorni"
    return f"{days}; ciò che cancelliamo vi resta fino ad allora."
