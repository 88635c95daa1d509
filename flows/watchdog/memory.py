"""What was seen and told before, in a small file of its own: the database may be what is gone.

The file is as long as it will ever be from the first time on. On a disk that is full there is no room for
another one to take its place: it is then written over where it stands, which needs none.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from db import disk

FILE = "watchdog.json"  # in the state folder
LENGTH = 8192  # bytes: two pages, for some ten troubles


class Known(BaseModel):
    """One trouble: since when it is seen, when it was last told and how, and since when it is not seen.

    `is_mail_over`, `is_text_over`: whether its end was told since. `is_certain`: no second look is needed.
    """

    model_config = ConfigDict(frozen=True)

    since: AwareDatetime
    name: str
    words: str
    is_urgent: bool = False
    is_certain: bool = False
    mailed_at: AwareDatetime | None = None
    texted_at: AwareDatetime | None = None
    gone_at: AwareDatetime | None = None
    is_mail_over: bool = False
    is_text_over: bool = False


class Memory(BaseModel):
    """`first_at`: of the first round that could remember anything; `slots_at`: of the first that saw these
    slots of the profile.
    """

    model_config = ConfigDict(frozen=True)

    first_at: AwareDatetime
    slots_at: AwareDatetime | None = None
    slots: str = ""
    troubles: dict[str, Known] = {}


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """One round after the other: two at once would tell everything twice. Needs no room on the disk."""
    try:
        handle = os.open(state, os.O_RDONLY)
    except OSError:  # then that is what is told
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def load(state: Path, *, now: datetime) -> Memory:
    """A new one where there is none, or what is there cannot be read."""
    try:
        return Memory.model_validate_json((state / FILE).read_bytes().rstrip())
    except (OSError, ValidationError):
        return Memory(first_at=now)


def with_slots(memory: Memory, slots: str, *, now: datetime) -> Memory:
    """What was due by other slots is not missed by these, as after a change of the profile."""
    if slots == memory.slots:
        return memory
    return memory.model_copy(update={"slots": slots, "slots_at": now})


def save(state: Path, memory: Memory) -> bool:
    """Whether the next round will know it."""
    content = memory.model_dump_json(exclude_none=True).encode()
    content = content.ljust(LENGTH) if len(content) < LENGTH else content
    try:
        disk.replace(state / FILE, content)
    except OSError:
        return _written_over(state / FILE, content)
    return True


def _written_over(path: Path, content: bytes) -> bool:
    try:
        with path.open("r+b") as file:
            if os.fstat(file.fileno()).st_size != len(content):
                return False
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return False
    return True
