"""A fleet of one machine as processes: server, worker, web app and gate; an SQLite file for each Comune."""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from prefect.client.orchestration import get_client
from prefect.context import SettingsContext, get_settings_context

from flows.deploy import deploy, deploy_fleet, name_for_all, registered_for_all
from flows.door import keys
from flows.settings import load_fleet
from tests.bench.fleet import copied
from tests.world.fleet import Land
from tests.world.installation import wait_for
from tests.world.ports import quiet_ports
from tests.world.process import Process
from tests.world.sharing import told_prefect
from tests.world.topology import STARTING

VERBS = ("prefect", "worker", "web", "gate")
PLANNING = 75.0  # seconds, within which the server plans the runs of what was registered: once a minute
SEEN = 5.0  # seconds, within which a run that was begun is one that works
ROUNDS = 1200.0  # seconds, within which the rounds of all have ended
BUSY = (
    "SELECT COUNT(*) FROM flow_run WHERE state_type IN ('RUNNING', 'PENDING') OR "
    "(state_type = 'SCHEDULED' AND next_scheduled_start_time < ?)"
)
HEALTH = {"prefect": "/api/health", "web": "/salute", "gate": "/salute"}


class Rounds:
    """What is done for all Comuni of a fleet, seen and begun from outside."""

    def server(self) -> tuple[str, str]:
        """Its address, and the credential of its own processes."""
        raise NotImplementedError

    def asked(self, query: str, *values: datetime) -> list[Any]:
        """What the server's database answers, to who only reads; `?` stands for a value."""
        raise NotImplementedError

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Prefect's clients in this process ask its server meanwhile."""
        address, internal = self.server()
        told = told_prefect(f"{address}/api", internal)
        with SettingsContext(profile=get_settings_context().profile, settings=told):
            yield

    def round(self, name: str) -> None:
        """A run for all, as its schedule starts it."""
        with self.entered(), get_client(sync_client=True) as client:
            client.create_flow_run_from_deployment(registered_for_all(client)[name_for_all(name)].id)

    @property
    def busy(self) -> int:
        """Runs that work, or should by now."""
        ((count,),) = self.asked(BUSY, datetime.now(UTC))
        return int(count)

    def settle(self, *names: str) -> None:
        """What is done once is done: these rounds, then `sorveglia`, which names what was planned."""
        for name in names:
            self.round(name)
        time.sleep(PLANNING)
        wait_for("the first rounds to end", lambda: not self.busy, ROUNDS)
        self.round("sorveglia")
        time.sleep(SEEN)
        wait_for("what was planned to be named", lambda: not self.busy, ROUNDS)


class OneMachine(Rounds):
    """`here`: its Comuni, with databases. It says there on which ports it is."""

    def __init__(self, here: Land, logs: Path) -> None:
        self.here, self.logs = here, logs
        logs.mkdir()
        free = quiet_ports
        self.ports = {name: next(free) for name in HEALTH}
        here.say(
            f'[prefect]\naddress = "{self._address("prefect")}"\n'
            f"[gate]\nport = {self.ports['gate']}\n[web]\nport = {self.ports['web']}\n"
        )
        ours = ("BOLLETTINO_", "PREFECT_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.internal = keys.new_internal()
        self.environment = {
            **kept,
            "BOLLETTINO_FLEET": str(here.folder),
            "BOLLETTINO_STATE": str(here.states),
            keys.INTERNAL: self.internal,
        }
        self.parts = {
            name: Process(name, (sys.executable, "-m", "flows", name), self.environment, logs / f"{name}.log")
            for name in VERBS
        }

    @property
    def prefect_database(self) -> Path:
        return self.here.states / "_fleet" / "prefect" / "prefect.db"

    def server(self) -> tuple[str, str]:
        return self._address("prefect"), self.internal

    def asked(self, query: str, *values: datetime) -> list[Any]:
        with closing(sqlite3.connect(f"file:{self.prefect_database}?mode=ro", uri=True)) as database:
            told = [one.astimezone(UTC).replace(tzinfo=None).isoformat(" ") for one in values]
            return database.execute(query, told).fetchall()

    @property
    def everything(self) -> dict[str, Process]:
        """Its processes."""
        return self.parts

    def start(self) -> None:
        """The server, what it is to do, then who does it."""
        self._begin("prefect")
        self._register()
        for name in VERBS[1:]:
            self._begin(name)

    def stop(self) -> None:
        for name in ("worker", "gate", "web", "prefect"):
            self.parts[name].stop()

    def _register(self) -> None:
        first, *others = self.here.fleet.roll().comuni
        with self.entered():
            deploy_fleet(load_fleet(self.here.folder))
            deploy(first)
        copied(self.prefect_database, *(one.profile.slug for one in (first, *others)))

    def _address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def _begin(self, name: str) -> None:
        self.parts[name].start()
        if name in HEALTH:
            wait_for(name, lambda: self._answers(name), STARTING)

    def _answers(self, name: str) -> bool:
        assert self.parts[name].lives, f"{name} has ended; see {self.logs}"
        try:
            asked = httpx.get(f"{self._address(name)}{HEALTH[name]}", trust_env=False, timeout=30)
        except httpx.HTTPError:
            return False
        return asked.status_code == 200
