"""Who left a fleet: where its profile lies, and whose number nobody here hears from now on.

For a week what comes for such a number is refused, so that WhatsApp brings it again until somebody takes it:
who has it elsewhere, or this fleet where it is taken in again. Answered and kept by nobody, a DISATTIVA of
the time in between would be lost.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from db import disk
from flows.settings import Settings

RETIRED = "ritirati"  # beside the profiles, where no Comune is looked for
SUFFIX = ".altrove"
FOR = timedelta(days=7)  # the longest that WhatsApp is said to repeat what was not taken

log = logging.getLogger(__name__)


class Move(BaseModel):
    """One number that is heard here no more."""

    model_config = ConfigDict(frozen=True)

    phone_number_id: str
    until: datetime


def note(settings: Settings, *, now: datetime) -> None:
    """That it goes. While its profile is of the fleet it is served as ever."""
    if settings.profile.channel.uses_api:
        move = Move(phone_number_id=settings.profile.whatsapp.phone_number_id, until=now + FOR)
        path = settings.path.parent / RETIRED / f"{settings.profile.slug}{SUFFIX}"
        disk.replace(path, move.model_dump_json().encode())


def numbers(folder: Path, *, now: datetime) -> frozenset[str]:
    """Those for which nothing is taken here, and nothing answered as if it were."""
    return frozenset(one.phone_number_id for one in _moves(folder) if one.until > now)


def _moves(folder: Path) -> Iterator[Move]:
    for path in sorted((folder / RETIRED).glob(f"*{SUFFIX}")):
        try:
            yield Move.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as exc:
            log.error("fleet: %s cannot be read (%s)", path, type(exc).__name__)
