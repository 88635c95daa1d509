"""What a phone shows of a message's body before "Leggi tutto", and what only after it.

A marketing body shows about five lines, empty ones included. Meta does not document it: four providers
measured it. Header, footer and button are always seen.
"""

from dataclasses import dataclass

from flows.bulletin.message.wrapping import cells, runs, wrapped

LINES = 5
WIDTH = 38  # characters a line on a usual phone
LARGE_WIDTH = 22  # the same with the largest type, which many older readers set


@dataclass(frozen=True)
class Folded:
    """The lines of a body as drawn, without marks."""

    before: tuple[str, ...]
    after: tuple[str, ...]


def folded(body: str, width: int = WIDTH) -> Folded:
    """The body of a message (WhatsApp's marks in it) broken into lines of `width` characters."""
    lines = [
        "".join(run.text for run in line)
        for paragraph in body.split("\n")
        for line in wrapped(runs(paragraph), width, cells)
    ]
    return Folded(tuple(lines[:LINES]), tuple(lines[LINES:]))
