"""Two Comuni of a fleet with one Prefect server behind the gate, both processes; each has one of everything
that the other must not see, and the fleet has runs of its own.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows import deploy
from flows.fleet import shared
from flows.settings import ROOT, Settings, load
from tests.world import prefect_files
from tests.world.door_front import basic
from tests.world.fleet import land
from tests.world.installation import wait_for
from tests.world.people import signed_in
from tests.world.ports import free_ports
from tests.world.premises import KEY, placed

SLUGS = ("alfa", "beta")
EDITOR = "Anna Redazione"  # each has one who is called so
WORD = "parola-di-{}"  # in all that is a Comune's, and nowhere else
NOBODY_S = WORD.format("tutti")  # in what is done for all
OTHER = {"alfa": "beta", "beta": "alfa"}


class Neighbours:
    """`ids`: slug -> place in a path of the OpenAPI, with what stands before it -> what to ask for."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, template: Path) -> None:
        self.folder, self.here = folder, land(folder, patch)
        server, self.port = free_ports(2)
        self.server = f"http://127.0.0.1:{server}"
        self.here.say(f'[prefect]\naddress = "{self.server}"\n[gate]\nport = {self.port}\n')
        for slug in SLUGS:
            self.here.add(slug)
        self.here.settle(SLUGS, template)
        self.shared = shared.of(self.here.fleet)
        self.internal = self.shared.keys.internal
        self._processes: list[subprocess.Popen[bytes]] = []
        self._from_a_page: dict[str, dict[str, str]] = {}
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=60)
        self._inside = httpx.Client(
            base_url=f"{self.server}/api", trust_env=False, timeout=60, headers=_authorized(self.internal)
        )

    def start(self) -> None:
        prefect_files.bring(self.here.states / "_fleet")
        for verb, address in (("prefect", f"{self.server}/api/health"), ("gate", "/salute")):
            process = self._process(verb)
            wait_for(verb, lambda address=address, process=process: self._answers(address, process))  # type: ignore[misc]
        given = {"client": "world"}
        token = self._inside.get("/csrf-token", params=given).json()["token"]
        self._inside.headers.update({"Prefect-Csrf-Client": "world", "Prefect-Csrf-Token": token})
        self.settings = {slug: load(slug) for slug in SLUGS}
        self.tokens = {slug: self._signed_in(settings) for slug, settings in self.settings.items()}
        with self.entered():
            for slug in SLUGS:
                deploy.deploy(self.settings[slug])
            deploy.deploy_fleet(self.shared.file)
        self.deployments = {
            one["name"]: one for one in self.inside("POST", "/deployments/filter", {"limit": 200})
        }
        self.of_all = self._run("notizie_tutti", NOBODY_S, "COMPLETED")
        self.log(self.of_all["id"], NOBODY_S)
        self.ids = {slug: self._furnish(slug) for slug in SLUGS}
        wait_for("the events to be stored", self._are_events_there)
        self._from_a_page = {slug: self._csrf(slug) for slug in SLUGS}

    def stop(self) -> None:
        self.http.close()
        self._inside.close()
        for process in reversed(self._processes):
            process.terminate()
            process.wait(60)

    def _process(self, verb: str) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        kept |= {f"PREFECT_SERVER_LOGS_STREAM_{what}_ENABLED": "true" for what in ("OUT", "PUBLISHING")}
        with (self.folder / f"{verb}.log").open("wb") as log:
            command = [sys.executable, "-m", "flows", verb]
            process = subprocess.Popen(command, cwd=ROOT, env=kept, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def _answers(self, address: str, process: subprocess.Popen[bytes]) -> bool:
        assert process.poll() is None, [log.read_text() for log in self.folder.glob("*.log")]
        try:
            return self.http.get(address).status_code == 200
        except httpx.TransportError:
            return False

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Prefect's clients in this process ask this server meanwhile."""
        given = {PREFECT_API_URL: f"{self.server}/api", PREFECT_API_AUTH_STRING: self.internal}
        with temporary_settings(given):
            yield

    # ------------------------------------------------------------ who asks

    def _signed_in(self, settings: Settings) -> str:
        engine = settings.engine()
        token = signed_in(settings, engine, EDITOR, datetime.now(UTC))
        engine.dispose()
        return token

    def _csrf(self, slug: str) -> dict[str, str]:
        answer = self.http.get("/api/csrf-token", params={"client": slug}, headers=self.headers(slug))
        return {"Prefect-Csrf-Client": slug, "Prefect-Csrf-Token": answer.json()["token"]}

    def headers(self, slug: str, at: str = "") -> dict[str, str]:
        """Of a request of this one's editor; `at`: at the door of another."""
        host = f"{at or slug}.localhost:{self.port}"
        return {
            **self._from_a_page.get(slug, {}),
            "Host": host,
            "Origin": f"http://{host}",
            "Cookie": f"bollettino-{at or slug}={self.tokens[slug]}",
        }

    def ask(self, slug: str, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.request(method, path, headers=self.headers(slug), json=body)

    def request(self, method: str, address: str, **given: Any) -> httpx.Response:
        return self.http.request(method, address, **given)

    def inside(self, method: str, path: str, body: Any = None) -> Any:
        """As the installation's own processes ask the server, without any gate."""
        answer = self._inside.request(method, path, json=body)
        assert answer.status_code < 300, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def place(self, slug: str, template: str) -> str:
        return placed(template, self.ids[slug])

    def own(self, slug: str) -> list[str]:
        """The ids of its deployments."""
        return [one["id"] for name, one in self.deployments.items() if name.endswith(f"-{slug}")]

    # ------------------------------------------------------------ what stands in it

    def _run(self, deployment: str, name: str, state: str, **details: Any) -> Any:
        of = self.deployments[deployment]
        begun = {"type": state, "state_details": details} if details else {"type": state}
        body = {"flow_id": of["flow_id"], "deployment_id": of["id"], "name": name, "state": begun}
        return self.inside("POST", "/flow_runs/", body)

    def log(self, run: str, text: str, task: str | None = None) -> None:
        line = {"name": "x", "level": 20, "message": text, "timestamp": datetime.now(UTC).isoformat()}
        self.inside("POST", "/logs/", [{**line, "flow_run_id": run, "task_run_id": task}])

    def waiting(self, slug: str) -> Any:
        """A run that waits with a form."""
        keyset = {kind: f"{KEY}-{kind}" for kind in ("response", "schema", "description")}
        details = {"run_input_keyset": keyset, "pause_key": "review-3", "pause_reschedule": True}
        details["pause_timeout"] = "2099-01-01T00:00:00Z"
        run = self._run(f"approva-{slug}", f"modulo {WORD.format(slug)}", "PAUSED", **details)
        form = {"type": "object", "title": WORD.format(slug), "properties": {"decisione": {"type": "string"}}}
        self.inside(
            "POST", f"/flow_runs/{run['id']}/input", {"key": f"{KEY}-schema", "value": json.dumps(form)}
        )
        return run

    def _furnish(self, slug: str) -> dict[str, str]:
        word, settings, made = WORD.format(slug), self.settings[slug], self.inside
        run = self._run(f"componi-{slug}", f"corsa {word}", "RUNNING")
        later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        self._run(f"ferma-{slug}", f"più tardi {word}", "SCHEDULED", scheduled_time=later)
        waiting = self.waiting(slug)
        task = {"flow_run_id": run["id"], "task_key": "x", "dynamic_key": "0", "name": f"compito {word}"}
        task = made("POST", "/task_runs/", {**task, "state": {"type": "COMPLETED"}})
        self.log(run["id"], word)
        self.log(run["id"], word, task["id"])
        page = {"type": "markdown", "data": word, "description": word}
        keyed = made(
            "POST", "/artifacts/", {**page, "key": settings.own("bozza-1"), "flow_run_id": run["id"]}
        )
        plain = made("POST", "/artifacts/", {**page, "flow_run_id": run["id"], "task_run_id": task["id"]})
        numbers = {**page, "key": settings.own("numeri-del-servizio"), "flow_run_id": self.of_all["id"]}
        numbers = made("POST", "/artifacts/", numbers)
        order = self.deployments[f"componi-{slug}"]
        event = {"occurred": datetime.now(UTC).isoformat(), "event": f"evento.{word}", "id": run["id"]}
        event["resource"] = {"prefect.resource.id": f"prefect.deployment.{order['id']}"}
        made("POST", "/events", [event])
        pool = self.shared.work_pool
        made(
            "POST",
            f"/work_pools/{pool}/workers/heartbeat",
            {"name": "worker", "heartbeat_interval_seconds": 30},
        )
        return {
            "flow_runs/{id}": run["id"],
            "flow_runs/{id} that waits": waiting["id"],
            "flow_run_states/{id}": run["state_id"],
            "task_runs/{id}": task["id"],
            "task_run_states/{id}": task["state_id"],
            "deployments/{id}": order["id"],
            "flows/{id}": self.deployments[f"ferma-{slug}"]["flow_id"],
            "artifacts/{id}": keyed["id"],
            "artifacts/{id} without key": plain["id"],
            "artifacts/{id} of all": numbers["id"],
            "artifacts/{key}": keyed["key"],
            "input/{key}": f"{KEY}-schema",
            "work_queues/{id}": order["work_queue_id"],
            "work_pools/{name}": pool,
            "work_pools/{work_pool_name}": pool,
            "queues/{name}": "default",
            "flows/name/{name}": "ferma",
            "work_queues/name/{name}": "default",
            "name/{flow_name}": "componi",
            "{flow_name}/{deployment_name}": order["name"],
            "count-by/{countable}": "resource",
            "{resource_id}": f"prefect.deployment.{order['id']}",
        }

    def _are_events_there(self) -> bool:
        words = [f"evento.{WORD.format(slug)}" for slug in SLUGS]
        found = self.inside("POST", "/events/filter", {"filter": {"event": {"name": words}}})
        return len(found["events"]) == len(words)

    def foreign(self, slug: str) -> set[str]:
        """What no answer to this one's editor may have in it."""
        other = OTHER[slug]
        shared_with_it = set(self.ids[slug].values())
        ids = {one for one in self.ids[other].values() if one not in shared_with_it}
        ids |= {one["id"] for name, one in self.deployments.items() if not name.endswith(f"-{slug}")}
        return {*ids, other, NOBODY_S, "_tutti"}


def _authorized(credential: str) -> dict[str, str]:
    return {"Authorization": basic(credential)}


@contextmanager
def opened(folder: Path, template: Path) -> Iterator[Neighbours]:
    """What it takes of the environment it has read by then: the process has its own back."""
    with pytest.MonkeyPatch.context() as patch:
        found = Neighbours(folder, patch, template)
        try:
            found.start()
        except BaseException:
            found.stop()
            raise
    yield found
    found.stop()
