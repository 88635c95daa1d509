"""The Prefect server behind its door, in this process and on loopback: persons of every role come to it as
themselves, and its database has one of everything that they might change.
"""

import contextvars
import hashlib
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from prefect.context import SettingsContext, get_settings_context
from prefect.settings import Settings as PrefectSettings

from db import schema
from flows.runs import server
from flows.settings import DEMO, Settings, load_profile
from tests.world import prefect_files
from tests.world.comune import SECRETS
from tests.world.door_front import basic
from tests.world.people import signed_in
from tests.world.ports import free_ports

COLLEAGUES = "".join(
    f'\n[[colleagues]]\nname = "{name}"\nemail = "{role}@comune.esempio.mi.it"\nrole = "{role}"\n'
    for name, role in (("Sara Lettrice", "reader"), ("Omar Tecnico", "operator"))
)
NAMES = {
    "reader": "Sara Lettrice",
    "operator": "Omar Tecnico",
    "deputy": "Bruno Vice",
    "editor": "Anna Redazione",
}
ROLES = ("nobody", *NAMES)
CLIENT = "browser"  # whose token against forged requests everybody brings: it is the door that must refuse
KEY = "suspended-review-3"  # of the form that a run waits with, and what its keys begin with
VARIABLE, BLOCK = "valore-di-una-variabile", "valore-di-un-blocco"  # what people may not read
QUIET = {  # nothing plans and nothing cleans up meanwhile
    "PREFECT__SERVER_WEBSERVER_ONLY": "1",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
}
UNREAD = {"csrf_token", "sqlite_sequence", "alembic_version"}  # tables that a reading may change

Digest = dict[str, tuple[int, str]]


class Premises:
    """What reached the server behind the door stands in `reached`, and how it was answered in `answered`;
    what came to the door, from which origin, and the status that went back, in `came`.
    """

    def __init__(self, folder: Path) -> None:
        (self.port,) = free_ports(1)
        profile = folder / "profile.toml"
        text = DEMO.read_text(encoding="utf-8").replace("4200", str(self.port))
        profile.write_text(text + COLLEAGUES, encoding="utf-8")
        state = folder / "state"
        self.settings = Settings(
            load_profile(profile), profile, state, f"sqlite:///{folder / 'bollettino.db'}"
        )
        self.settings.prepare_secrets(make=True)
        self.engine = self.settings.engine()
        schema.upgrade(self.engine)
        now = datetime.now(UTC)
        self.tokens = {role: signed_in(self.settings, self.engine, name, now) for role, name in NAMES.items()}
        self.secrets = self._secrets()
        self.reached, self.answered = list[tuple[str, str]](), list[int]()
        self.came = list[tuple[str, str, str, int]]()
        os.environ.update(self.settings.environment() | QUIET)
        prefect_files.bring(state)
        context = contextvars.copy_context()
        self._server: uvicorn.Server = context.run(self._made)
        self._thread = threading.Thread(target=lambda: context.run(self._server.run))
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server ended while starting"
            time.sleep(0.05)
        self.address = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.address, trust_env=False, timeout=60)
        internal = {"Authorization": basic(self.settings.door_keys().internal)}
        token = self.http.get("/api/csrf-token", params={"client": CLIENT}, headers=internal).json()["token"]
        self._from_a_page = {"Prefect-Csrf-Client": CLIENT, "Prefect-Csrf-Token": token}
        self._internal = internal | self._from_a_page
        self.ids = self._furnish()

    def _made(self) -> uvicorn.Server:
        """With the settings of an installation in this thread and its copies only."""
        context = SettingsContext(profile=get_settings_context().profile, settings=PrefectSettings())
        SettingsContext.__var__.set(context)
        server.wait_for_turns()
        self.door = server.door(self.settings)
        behind = self.door._app

        async def written_down(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "lifespan":
                self.reached.append((scope.get("method", "WEBSOCKET"), scope["path"]))

            async def noted(message: Any) -> None:
                if message["type"] == "http.response.start":
                    self.answered.append(message["status"])
                await send(message)

            await behind(scope, receive, noted)

        self.door._app = written_down
        config = uvicorn.Config(self._at_the_door, port=self.port, interface="asgi3", log_level="error")
        return uvicorn.Server(config)

    async def _at_the_door(self, scope: Any, receive: Any, send: Any) -> None:
        origin = dict(scope.get("headers", [])).get(b"origin", b"").decode()

        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.came.append((scope["method"], scope["path"], origin, message["status"]))
            await send(message)

        await self.door(scope, receive, noted)

    def _secrets(self) -> set[str]:
        """What no answer may have in it, whoever asks."""
        keys = self.settings.door_keys()
        found = {keys.internal, keys.people, keys.internal.partition(":")[2], keys.people.partition(":")[2]}
        found |= {value for name, value in os.environ.items() if name in SECRETS}
        return {*found, self.settings.stamp_key().hex(), *self.tokens.values(), VARIABLE, BLOCK}

    def stop(self) -> None:
        self.http.close()
        self._server.should_exit = True
        self._thread.join()
        self.engine.dispose()

    # ------------------------------------------------------------ who asks

    def headers(self, role: str) -> dict[str, str]:
        """Of a request from a page of the server's own."""
        kept = {"Cookie": f"{self.settings.work_pool}={self.tokens[role]}"} if role in self.tokens else {}
        return {**self._from_a_page, **kept, "Origin": self.address}

    def ask(self, role: str, method: str, path: str, body: Any = None) -> httpx.Response:
        content = {} if body is None else {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.http.request(method, path, headers=self.headers(role), **content)

    def internally(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.http.request(method, f"/api{path}", headers=self._internal, json=body)

    # ------------------------------------------------------------ what stands in it

    def made(self, path: str, body: Any, method: str = "POST") -> Any:
        answer = self.internally(method, path, body)
        assert answer.status_code < 300, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def waiting(self, flow: str, deployment: str) -> dict[str, str]:
        """A run that waits with a form."""
        keyset = {kind: f"{KEY}-{kind}" for kind in ("response", "schema", "description")}
        details = {"run_input_keyset": keyset, "pause_key": "review-3", "pause_reschedule": True}
        details["pause_timeout"] = "2099-01-01T00:00:00Z"
        state = {"type": "PAUSED", "name": "Suspended", "state_details": details}
        body = {"flow_id": flow, "deployment_id": deployment, "state": state}
        run: dict[str, str] = self.made("/flow_runs/", body)
        form = {"type": "object", "properties": {"decisione_3": {"type": "string"}}}
        self.made(f"/flow_runs/{run['id']}/input", {"key": f"{KEY}-schema", "value": json.dumps(form)})
        return run

    def wait_again(self) -> None:
        """With another run: what there was may have been answered."""
        run = self.waiting(self.ids["flows/{id}"], self.ids["deployments/{id}"])
        self.ids |= {"flow_runs/{id}": run["id"], "flow_run_states/{id}": run["state_id"]}

    def _furnish(self) -> dict[str, str]:
        """Place in a path of the OpenAPI, with what stands before it, -> what to ask for."""
        made = self.made
        pool = self.settings.work_pool
        made("/work_pools/", {"name": pool, "type": "process"})
        heard = {"name": "worker", "heartbeat_interval_seconds": 30}
        made(f"/work_pools/{pool}/workers/heartbeat", heard)
        queue = made(f"/work_pools/{pool}/queues/filter", {})
        flow = made("/flows/", {"name": "ferma"})["id"]
        deployments = {}
        for verb in ("ferma", "notizie", "invia"):
            schedule = {"schedule": {"interval": 86_400}, "active": False}
            body = {
                "name": self.settings.deployment(verb),
                "flow_id": flow,
                "work_pool_name": pool,
                "schedules": [schedule],
            }
            deployments[verb] = made("/deployments/", body)
        ferma = deployments["ferma"]
        run = self.waiting(flow, ferma["id"])
        task = {"flow_run_id": run["id"], "task_key": "x", "dynamic_key": "0", "state": {"type": "RUNNING"}}
        task = made("/task_runs/", task)
        artifact = {"key": "pagina", "type": "markdown", "data": "x", "flow_run_id": run["id"]}
        kind = made("/block_types/", {"name": "Kind", "slug": "kind"})
        fields = {"type": "object", "properties": {"x": {"type": "string"}}}
        block_schema = made("/block_schemas/", {"fields": fields, "block_type_id": kind["id"]})
        block = {
            "name": "block",
            "data": {"x": BLOCK},
            "block_schema_id": block_schema["id"],
            "block_type_id": kind["id"],
        }
        trigger = {"type": "event", "posture": "Reactive", "threshold": 1, "within": 0}
        automation = {"name": "a", "trigger": trigger, "actions": [{"type": "do-nothing"}]}
        limit = {"name": "limit", "limit": 5}
        event = {"occurred": "2026-11-24T09:00:00Z", "event": "x", "id": run["id"]}
        made("/events", [{**event, "resource": {"prefect.resource.id": "x"}}])
        variable = made("/variables/", {"name": "variable", "value": VARIABLE})["id"]
        return {
            "flows/{id}": flow,
            "flow_runs/{id}": run["id"],
            "task_runs/{id}": task["id"],
            "flow_run_states/{id}": run["state_id"],
            "task_run_states/{id}": task["state_id"],
            "deployments/{id}": ferma["id"],
            "deployment of operators": deployments["notizie"]["id"],
            "deployment of nobody": deployments["invia"]["id"],
            "schedules/{schedule_id}": ferma["schedules"][0]["id"],
            "saved_searches/{id}": made("/saved_searches/", {"name": "s", "filters": []}, "PUT")["id"],
            "concurrency_limits/{id}": made("/concurrency_limits/", {"tag": "t", "concurrency_limit": 5})[
                "id"
            ],
            "concurrency_limits/{id_or_name}": made("/v2/concurrency_limits/", limit)["id"],
            "block_types/{id}": kind["id"],
            "block_schemas/{id}": block_schema["id"],
            "checksum/{checksum}": block_schema["checksum"],
            "block_documents/{id}": made("/block_documents/", block)["id"],
            "work_queues/{id}": queue[0]["id"],
            "artifacts/{id}": made("/artifacts/", artifact)["id"],
            "variables/{id}": variable,
            "automations/{id}": made("/automations/", automation)["id"],
            "input/{key}": f"{KEY}-schema",
            "work_pools/{name}": pool,
            "work_pools/{work_pool_name}": pool,
            "queues/{name}": "default",
            "workers/{name}": "worker",
            "flows/name/{name}": "ferma",
            "variables/name/{name}": "variable",
            "work_queues/name/{name}": "default",
            "name/{flow_name}": "ferma",
            "{flow_name}/{deployment_name}": ferma["name"],
            "tag/{tag}": "t",
            "slug/{slug}": "kind",
            "name/{block_document_name}": "block",
            "artifacts/{key}": "pagina",
            "count-by/{countable}": "day",
            "views/{view}": "aggregate-worker-metadata",
            "{resource_id}": f"prefect.deployment.{ferma['id']}",
            "leases/{lease_id}": run["id"],
        }

    def place(self, template: str) -> str:
        """A path of the OpenAPI with what stands in the database in its places."""
        return placed(template, self.ids)

    def digest(self) -> Digest:
        """Table -> number of rows, and a hash of them: of Prefect's database, and of ours."""
        found: Digest = {}
        for path in (self.settings.state / "prefect" / "prefect.db", Path(str(self.engine.url.database))):
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                asked = "SELECT name FROM sqlite_master WHERE type = 'table'"
                for (name,) in connection.execute(asked).fetchall():
                    if name not in UNREAD:
                        rows = sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"')))  # noqa: S608
                        summed = hashlib.sha256("\n".join(rows).encode()).hexdigest()
                        found[f"{path.stem}.{name}"] = (len(rows), summed)
        return found

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever happens meanwhile in the database of Prefect's."""
        path = self.settings.state / "prefect" / "prefect.db"
        with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(f"{path}.kept")) as kept:
            live.backup(kept)
            yield
            kept.backup(live)


def placed(template: str, ids: Mapping[str, str]) -> str:
    """A path of the OpenAPI with what is known in its places, each by the longest end of what leads to it."""
    parts = template.split("/")

    def in_place(start: str) -> str:
        return ids[max((end for end in ids if start.endswith(end)), key=len)]

    found = [in_place("/".join(parts[: n + 1])) if "{" in part else part for n, part in enumerate(parts)]
    return "/api" + "/".join(found)


def changed(before: Digest, after: Digest) -> set[str]:
    """The tables."""
    return {name for name in before | after if before.get(name) != after.get(name)}


@contextmanager
def opened(folder: Path) -> Iterator[Premises]:
    """What it takes of the environment it has read by then: the process has its own back."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        before = dict(os.environ)
        try:
            found = Premises(folder)
        finally:
            os.environ.clear()
            os.environ.update(before)
    try:
        yield found
    finally:
        found.stop()
