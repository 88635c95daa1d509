"""Where whoever runs a fleet could read a citizen's number: its files, its logs, Prefect's database.

What is searched: the folder of states with each Comune's journals, certificates and lists, what the processes
and the proxy wrote, and a dump of every database (runs with their parameters, logs, artifacts and blocks in
Prefect's; in a Comune's own numbers are encrypted). Not the sandboxes, which are the citizens' phones. A
number is sought in any dress (`tests.world.traces`).
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

from tests.world.topology import Topology
from tests.world.traces import national, traces

SANDBOX = "sandbox"
CHUNK = 4 * 2**20  # bytes that are searched at a time, in whole lines


class Sought:
    """Groups of numbers that begin alike: what does not hold the beginning of a group holds none of it."""

    def __init__(self, groups: Sequence[Collection[str]]) -> None:
        self._numbers = {national(number) for group in groups for number in group}
        self._begin = [_beginning([national(number) for number in group]) for group in groups]

    def dresses(self, raw: bytes) -> set[str]:
        """In which of them a number stands there."""
        found: set[str] = set()
        for chunk in _chunks(raw):
            if traces(chunk, self._begin):
                found |= traces(chunk, self._numbers)
        return found


def _beginning(numbers: Sequence[bytes]) -> bytes:
    """What all of them have in common, as the first and the last of them do."""
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(min(numbers), max(numbers), strict=False))
    return bytes(one for one, _ in alike)


def _chunks(raw: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(raw):
        end = raw.find(b"\n", start + CHUNK) + 1 or len(raw)
        yield raw[start:end]
        start = end


def showing(running: Topology, sought: Sought) -> list[str]:
    """What holds a number, and in which dress; nothing of the number."""
    found = []
    for name, raw in _searched(running):
        if dresses := sought.dresses(raw):
            found.append(f"{name} ({', '.join(sorted(dresses))})")
    return found


def _searched(running: Topology) -> Iterator[tuple[str, bytes]]:
    for path in files(running):
        with suppress(FileNotFoundError):  # it has just ended
            yield str(path.relative_to(running.folder)), path.read_bytes()
    for name in ("prefect", *(f"comune_{slug}" for slug in running.slugs)):
        dump = running.postgresql.dump(name).encode()
        assert b"COPY public." in dump, "or nothing is searched"
        yield f"database {name}", dump


def files(running: Topology, *, sandboxes: bool = False) -> list[Path]:
    """What was written by the fleet, or by its sandboxes alone."""
    there = (path for path in running.folder.rglob("*") if path.is_file())
    return [path for path in there if _is_sandbox(path.relative_to(running.folder)) == sandboxes]


def _is_sandbox(path: Path) -> bool:
    return any(part == SANDBOX or part.startswith(f"{SANDBOX}-") for part in path.parts)
