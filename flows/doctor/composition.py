"""The mark that each `componi` for a slot leaves at its end, also where there was nothing to draft.

Nobody looks at a red run, and a slot without news leaves no row: only this tells the two apart. A file, as
that of `sorveglia` is: the watchdog's memory lies beside it, and goes where it goes.
"""

from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from db import disk

FILE = "composizione.json"  # in the state folder
KEPT = 20  # marks: of some weeks, or of a day on which somebody tries it again and again


class Mark(BaseModel):
    """`slot_at`: of the send that it was for. `is_drafted`: it has a bulletin, whatever became of that."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    slot_at: AwareDatetime
    is_drafted: bool


MARKS = TypeAdapter(list[Mark])


def leave(state: Path, mark: Mark) -> None:
    """Behind those that are there: one that is for the next slot says nothing of this one. OSError where the
    disk takes nothing.
    """
    disk.replace(state / FILE, MARKS.dump_json([*marks(state), mark][-KEPT:]))


def marks(state: Path) -> list[Mark]:
    """The oldest first; none where the file cannot be read."""
    try:
        return MARKS.validate_json((state / FILE).read_bytes())
    except (OSError, ValidationError):
        return []
