"""The graded notices beside the project, parted once for all: two thirds to build on,
a third to look at last.

A notice is held out by the hash of its id, so that the rows, slots and twins of one source stay on one side.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from tests.world.shared import SHARED

TEXT = SHARED / "text"


@dataclass(frozen=True)
class Graded:
    """One notice as it was graded: `gold` is what an editor would send, "" where they would send nothing."""

    id: str
    material: str
    title: str
    abstract: str
    body: str
    before: str
    grade: str
    classes: tuple[str, ...]
    gold: str
    refused: str
    published: str | None


def is_held_out(key: str) -> bool:
    """Whether this source is looked at only at the end."""
    return hashlib.sha256(f"14:{key}".encode()).digest()[0] % 3 == 0


def notices(*, held_out: bool) -> list[Graded]:
    """The notices of one side, in the order of the file."""
    news = {row["id"]: row for row in lines("news/comune_news.jsonl")}
    made = []
    for row in lines("text/graded.jsonl"):
        if is_held_out(row["id"]) is not held_out:
            continue
        page = news.get(row["id"], {})
        made.append(
            Graded(
                row["id"],
                row["material"],
                row["title"],
                "",  # graded on title and text alone: a list's teaser may tell a day that the text does not
                row.get("text") or page.get("text") or "",
                row["today"],
                row["grade"],
                tuple(row["classes"]),
                row.get("better") or "",
                row.get("refuse") or "",
                page.get("date"),
            )
        )
    return made


def lines(name: str) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file beside the project."""
    return [json.loads(line) for line in (SHARED / name).read_text(encoding="utf-8").splitlines()]
