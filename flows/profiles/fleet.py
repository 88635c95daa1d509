"""A fleet as a folder: many Comuni of one machine, and what they share.

    fleet.toml      what they share (`FleetFile`)
    <slug>.toml     the profile of a Comune, and <slug>.testi/ beside it, as for one alone
    <slug>/         its secrets, a file for each variable, where no unit hands them over

What the environment of a process says beyond that is the fleet's alone: see `of_fleet`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from flows.door.environment import FLEETS, handed_over
from flows.profiles.contacts import Base
from flows.profiles.file import Strict
from flows.profiles.shapes import Slug

FILE = "fleet.toml"
OWN = "_fleet"  # beside the state folders of the Comuni, for the Prefect server; no slug begins like it
PLACE = "{slug}"
VARIABLE = re.compile(r"BOLLETTINO_[A-Z0-9_]+")
Processes: TypeAlias = Annotated[int, Field(ge=0, le=16)]  # units on this machine; 0 where another has them


class PrefectServer(Strict):
    """The one server of all Comuni; with `redis` it may be several processes behind one address."""

    address: Base = "http://127.0.0.1:4200"  # as our processes reach it; editors go through the gate
    pool: Slug = "bollettino"  # the work pool, whose workers do the runs of all
    redis: str | None = None  # through which the processes of the server speak with each other
    processes: Processes = 1  # of the server; several share `address`, from the port after its own upwards
    workers: Processes = 1
    runs: int = Field(default=40, ge=4, le=1000)  # side by side, of one worker: each takes some 90 MB
    # Of them, for all workers together, those that the clock starts for all Comuni in the same minute.
    by_clock: int | None = Field(default=None, ge=1)

    @property
    def most_by_clock(self) -> int:
        """Fewer than there is place for: what an alert or a person waits for begins all the same."""
        return self.by_clock or self.runs * max(self.workers, 1) * 3 // 4

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.address)
        return parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80)

    @field_validator("redis")
    @classmethod
    def _of_redis(cls, address: str | None) -> str | None:
        """An error never quotes it: a password may stand in it."""
        if address is not None and not re.fullmatch(r"rediss?://[^/?#@]+", address):
            raise ValueError(
                "is no redis://host:port: without the number of a database, which Prefect is told of three, "
                "and without a password, which BOLLETTINO_REDIS_PASSWORD holds"
            )
        return address

    @model_validator(mode="after")
    def _leaves_place(self) -> "PrefectServer":
        if self.workers and self.most_by_clock >= self.runs * self.workers:
            raise ValueError(
                f"by_clock: {self.most_by_clock} sends by the clock take every place of {self.workers} x "
                f"{self.runs} runs, and an alert's would wait for them"
            )
        return self

    @model_validator(mode="after")
    def _many_by_redis(self) -> "PrefectServer":
        if self.processes > 1 and self.redis is None:
            raise ValueError("processes: several of the server need redis, through which they speak")
        return self


class GateServer(Strict):
    """The gates of all Comuni, on loopback, from `port` upwards; a proxy stands before them."""

    port: int = Field(default=4300, ge=1, le=65535)
    processes: Processes = 1


class WebServer(Strict):
    """The one web app of all Comuni, on loopback; a proxy stands before it."""

    port: int = Field(default=8080, ge=1, le=65535)
    processes: int = Field(default=1, ge=0, le=1)  # it looks at each of them anyway, and is one


class FleetFile(Strict):
    """What the Comuni of a fleet share."""

    database: str | None = None  # of PostgreSQL, with {slug} in it; else each has an SQLite file of its own
    prefect: PrefectServer = PrefectServer()
    gate: GateServer = GateServer()
    web: WebServer = WebServer()

    @field_validator("database")
    @classmethod
    def _one_each(cls, address: str | None) -> str | None:
        """An error never quotes it: a password may stand in it."""
        if address is None:
            return None
        parts = urlsplit(address)
        if parts.scheme not in ("postgresql", "postgres"):
            raise ValueError("is no address of PostgreSQL; left out, each Comune has an SQLite file")
        if ":" in parts.netloc.rpartition("@")[0]:
            raise ValueError(
                "holds a password, which this file may not: put the whole address of a Comune into "
                "<slug>/BOLLETTINO_DATABASE, or the passwords into the file that PGPASSFILE names"
            )
        if PLACE not in parts.path:
            raise ValueError(f"needs {PLACE} in the database's name: no two Comuni share one")
        return address

    def database_of(self, slug: str) -> str | None:
        return self.database.replace(PLACE, slug) if self.database else None


def slugs(folder: Path) -> list[str]:
    """Of the Comuni whose profiles lie there, in the order of their names."""
    return sorted(path.stem for path in folder.glob("*.toml") if path.name != FILE)


def profile_of(folder: Path, slug: str) -> Path | None:
    """None where no Comune of this fleet is called so."""
    path = folder / f"{slug}.toml"
    return path if path.parent == folder and path.name != FILE and path.is_file() else None


def own_variables(folder: Path, slug: str, environment: Mapping[str, str]) -> dict[str, str]:
    """What this Comune alone is given: what a unit handed over as <slug>_<variable>, else the files of its
    folder. OSError or UnicodeDecodeError where one of them cannot be read.

    The fleet's own are none of a Comune's, whatever lies there.
    """
    given = handed_over(environment, slug) or {
        file.name: file.read_text(encoding="utf-8").strip()
        for file in sorted((folder / slug).glob("BOLLETTINO_*"))
        if VARIABLE.fullmatch(file.name)  # what is sealed, NAME.cred, only a unit opens
    }
    return {name: value for name, value in given.items() if name not in FLEETS}
