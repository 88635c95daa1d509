"""A profile as a file: in which line a key stands, what is wrong with it, what is still to be filled in.

Reads text that `flows/settings.py` hands it, and opens nothing itself.
"""

import re
import tomllib
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

FILES = 1024  # whose content is kept: of the Comuni of a large fleet
Where = tuple[str | int, ...]  # keys from the outside in; a number is a place in a list

PLACEHOLDER = "CHECK"  # what a profile of ours holds where only the Comune knows the value
TO_FILL = 'is still to be filled in ("{}")'
IDS = (("whatsapp", "phone_number_id"), ("whatsapp", "waba_id"))  # digits, so their placeholder is 0


class Strict(BaseModel):
    """A table of a profile: every key that stands there is one of its own, and nothing changes it later."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False)


Read = TypeVar("Read", bound=Strict)


@lru_cache(FILES)
def content(what: type[Read], text: str) -> Read:
    """Of a text. ValidationError, TOMLDecodeError. Kept, since it stays true of this text: the profiles
    of a fleet are read by each of its rounds, at a millisecond and a half.
    """
    return what.model_validate(tomllib.loads(text))


def line_of(text: str, where: Where) -> int:
    """The line (from 1) where a key stands in TOML text, or else that of its nearest table.

    `tomllib` keeps no positions. Headers and `key =` lines are enough for a profile: multi-line
    strings in it would only make the answer less exact.
    """
    best, best_depth = 1, 0
    table: list[str | int] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[\[?)([\w.-]+)\]", line):
            table = list(header[2].split("."))
            if header[1] == "[[":
                seen[header[2]] = seen.get(header[2], -1) + 1
                table.append(seen[header[2]])
            here = table
        elif key := re.match(r"\s*([\w.-]+)\s*=", line):
            here = [*table, *key[1].split(".")]
        else:
            continue
        depth = min(len(here), len(where))
        if tuple(here[:depth]) == where[:depth] and depth > best_depth:
            best, best_depth = number, depth
    return best


def at(path: Path, text: str, where: Where, message: str) -> str:
    """`file, line N: key: message`."""
    return f"{path}, line {line_of(text, where)}: {'.'.join(str(part) for part in where)}: {message}"


def explain(path: Path, text: str, exc: ValidationError) -> list[str]:
    """A line for each thing that is wrong, with its file, line and key."""
    lines = []
    for error in exc.errors():
        message = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            message = "is not a key of a profile"
        if error["loc"]:
            lines.append(at(path, text, error["loc"], message))
            continue
        for problem in message.splitlines():  # a rule over several keys begins with the key to change
            key, _, rest = problem.partition(": ")
            where = tuple(int(part) if part.isdigit() else part for part in key.split("."))
            lines.append(at(path, text, where, rest))
    return lines


def _values(node: object, where: Where = ()) -> Iterator[tuple[Where, object]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _values(value, (*where, key))
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from _values(value, (*where, position))
    else:
        yield where, node


def unfilled(path: Path, text: str, *, excluding: Collection[Where] = ()) -> list[str]:
    """A line for each value that is still a placeholder, with its file, line and key.

    `excluding`: keys that this installation has no use for.
    """
    return [
        at(path, text, where, TO_FILL.format(value))
        for where, value in _values(tomllib.loads(text))
        if where not in excluding
        and isinstance(value, str)
        and (PLACEHOLDER in value or (where in IDS and not value.strip("0")))
    ]
