"""What a door is told of its installation, what it asks of the server behind it, and its editors' page."""

from dataclasses import dataclass
from typing import Protocol


class ServerAccess(Protocol):
    """What the door must know of the server behind it."""

    async def deployment(self, id: str) -> str | None:
        """The name of a deployment, if there is one."""

    async def answer_key(self, run_id: str) -> str | None:
        """Where the answer of the form will lie that this run waits with; None where it waits with none."""

    async def keep(self, run_id: str, key: str, value: str) -> None:
        """Store an input of a run."""

    async def drop(self, run_id: str, key: str) -> None:
        """Take it away again."""


class Newsroom(Protocol):
    """The editors' page *Redazione*, which stands behind the same credential."""

    content: str  # the path of what it shows

    def frame(self, path: str) -> tuple[bytes, bytes] | None:
        """Media type and body of its frame, which holds nothing; None for a path that is not of this page."""

    async def show(self, query: str) -> tuple[int, str]:
        """Status and HTML for a query string; in words where it cannot be shown."""


@dataclass(frozen=True)
class DoorSettings:
    """What an installation tells its door."""

    internal: str  # user:password, as Prefect has it
    people: str
    stamp_key: bytes
    startable: frozenset[str]  # the names of the deployments that editors start
    addresses: tuple[str, ...]  # scheme://host[:port] under which it is reached; the first is the UI's
    name: str = "bollettino"  # of the installation, for the cookie; its work pool has it, too
    technical: frozenset[str] = frozenset()  # the names of the deployments that operators start
