"""A fleet of hundreds as a provider runs it: several of everything, and each Comune a copy of the first one.

As `tests.world.topology`, which makes each by itself and lets each have a sandbox: hundreds would take hours
and 30 GB. Here they have one issuer and one site, nothing is sent, and all have the first one's keys.
"""

import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.world.one_machine import Rounds
from tests.world.process import Process
from tests.world.topology import Topology
from tests.world.towns import PATH, Issuer

FEED, ALERTS = r"http://127\.0\.0\.1:\d+/sito/feed/[^\"]*", r"http://127\.0\.0\.1:\d+/dpc/[^\"]*\.zip"
# A row of the first Comune's with its name in it, for another; ids of copies are made of the first one's.
COPY = """
    INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, replace(
        (to_jsonb(one) || jsonb_build_object({keys}))::text, %(first)s, %(other)s)::jsonb)).*
    FROM {table} one WHERE {which}
"""
ID = "'{0}', md5({0}::text || %(other)s)::uuid"
OWN = "name LIKE '%%-' || %(first)s"
COPIES = (
    COPY.format(table="deployment", keys=ID.format("id"), which=OWN),
    COPY.format(
        table="deployment_schedule",
        keys=f"{ID.format('id')}, {ID.format('deployment_id')}",
        which=f"deployment_id IN (SELECT id FROM deployment WHERE {OWN})",  # noqa: S608
    ),
)


class Crowd(Topology, Rounds):
    """`issuer`: whom all read; what it shows has nothing new."""

    def __init__(self, folder: Path, comuni: int, issuer: Issuer) -> None:
        self.first, *self.others = (f"comune-{number:03}" for number in range(comuni))
        super().__init__(folder, [self.first])
        profile = self.fleet / f"{self.first}.toml"
        text = profile.read_text(encoding="utf-8")
        for pattern, address in ((FEED, f"{issuer.url}/feed"), (ALERTS, f"{issuer.url}{PATH}")):
            text, count = re.subn(pattern, address, text)
            assert count, f"the demo profile has no {pattern}"
        profile.write_text(text, encoding="utf-8")

    @property
    def everything(self) -> dict[str, Process]:
        """Its processes, PostgreSQL's too, and no sandbox."""
        own = {name: part for name, part in self.parts.items() if not name.startswith("sandbox")}
        return {**own, "postgresql": self.postgresql.process}

    def start(self) -> None:
        """The first alone; then the others as it is, and who works for all of them."""
        super().start()
        later = [name for name in self.parts if name.startswith(("worker", "gate", "web"))]
        for name in (*later, f"sandbox-{self.first}"):
            self.parts[name].stop()
        for number, slug in enumerate(self.others, 2):
            self._add(slug, f'"1000000000{number:05}"')
        for name in later:
            self.parts[name].start()
        for name in ("gate", "web"):
            self.wait(name, "/salute")

    def server(self) -> tuple[str, str]:
        return f"http://127.0.0.1:{self.ports['prefect']}", self.internal

    def asked(self, query: str, *values: datetime) -> list[Any]:
        with psycopg.connect(self._database("prefect"), autocommit=True) as connection:
            return connection.execute(query.replace("?", "%s").encode(), values).fetchall()

    def _add(self, slug: str, number: str) -> None:
        text = (self.fleet / f"{self.first}.toml").read_text(encoding="utf-8")
        own = text.replace(self.first, slug).replace('"100000000000001"', number)
        shutil.copytree(self.states / self.first, self.states / slug)
        with psycopg.connect(self._database("postgres"), autocommit=True) as connection:
            copied = f'CREATE DATABASE "comune_{slug}" TEMPLATE "comune_{self.first}"'
            connection.execute(copied.encode())
        with psycopg.connect(self._database("prefect")) as connection:
            for copy in COPIES:
                connection.execute(copy.encode(), {"first": self.first, "other": slug})
        (self.fleet / f"{slug}.toml").write_text(own, encoding="utf-8")
