"""What a confirmed checklist says, read by the names of its fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RECORD = "Registra le caselle spuntate, il resto dopo"
LAST = "Ho finito: quello che non è spuntato non parte"


@dataclass(frozen=True)
class Answer:
    """`is_last` is None for a decision that is not on the list."""

    who: str
    note: str
    ticked: tuple[int, ...]  # numbers of lists, rising
    is_last: bool | None


def read(values: Mapping[str, Any]) -> Answer:
    """From the form's values as Prefect keeps them; a field that is missing was not filled in."""
    found = ((re.fullmatch(r"lista_(\d{1,6})", name), value) for name, value in values.items())
    return Answer(
        who=_typed(values.get("chi")),
        note=_typed(values.get("nota")),
        ticked=tuple(sorted(int(match[1]) for match, value in found if match and value is True)),
        is_last={RECORD: False, LAST: True}.get(_typed(values.get("decisione"))),
    )


def _typed(value: object) -> str:
    """As text; without NUL, which no text of PostgreSQL holds."""
    return "" if value is None else str(value).replace("\x00", "").strip()
