"""The attacks that one password for everything allowed, on the real server behind its door."""

import asyncio
import json
import shlex
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import sync_playwright
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import State
from prefect.states import Suspended

from flows.deploy import ELSE, LAUNCHER, deploy
from flows.door import stamps
from flows.runs import client as runs
from flows.runs import forms
from tests.world.door_server import DoorServer, door_server
from tests.world.editor import QUIET, executable
from tests.world.listening import listened

pytestmark = pytest.mark.xdist_group("desk")  # a server of Prefect's too: one at a time


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorServer]:
    with door_server(tmp_path_factory.mktemp("door")) as found:
        yield found


@pytest.fixture(scope="module")
def deployments(server: DoorServer) -> dict[str, UUID]:
    """All of ours, by name."""
    with server.entered():
        deploy(server.settings)
    with server.client() as client:
        return {one.name: one.id for one in client.read_deployments()}


NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
VERSION, KEY = 3, "suspended-review-3-response"
SCHEMA = {
    "type": "object",
    "properties": {f"decisione_{VERSION}": {"type": "string"}, "notizia_1": {"type": "string"}},
    "required": [f"decisione_{VERSION}"],
    "additionalProperties": False,
}
HONEST = {f"decisione_{VERSION}": "Approva", "notizia_1": "Il testo che Anna ha letto."}


def waiting_run(client: SyncPrefectClient, deployment: UUID, key: str | None = None) -> str:
    """A run that waits with a form, as `approva` does."""
    run = client.create_flow_run_from_deployment(
        deployment, parameters={"bulletin_id": 1}, idempotency_key=key
    )
    client.create_flow_run_input(run.id, f"suspended-review-{VERSION}-schema", json.dumps(SCHEMA))
    keyset = {kind: f"suspended-review-{VERSION}-{kind}" for kind in ("response", "schema", "description")}
    state: State[Any] = Suspended(pause_key=f"review-{VERSION}")
    state.state_details.run_input_keyset = keyset
    state.state_details.pause_reschedule = True
    client.set_flow_run_state(run.id, state, force=True)
    return str(run.id)


# ------------------------------------------------------------ who has the password of the editors


def test_the_password_starts_no_command(
    server: DoorServer, deployments: dict[str, UUID], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = {"command": f"bash -c 'env > {out}'"}
    for name in ("numeri-esempio", "ferma-esempio", "invia-esempio"):
        path = f"/deployments/{deployments[name]}/create_flow_run"
        assert server.people("POST", path, {"parameters": {}, "job_variables": command}).status_code == 403
    flow_id = server.people("POST", "/flows/filter", {}).json()[0]["id"]
    steps = [{"prefect.deployments.steps.run_shell_script": {"script": "id"}}]
    made = {"name": "x", "flow_id": flow_id, "entrypoint": "flows.count:count_all", "pull_steps": steps}
    assert server.people("POST", "/deployments/", made).status_code == 403
    for path in ("/flow_runs/", "/work_pools/", "/variables/", "/automations/", "/block_documents/"):
        assert server.people("POST", path, {}).status_code == 403
    with server.client() as client:
        assert not [run for run in client.read_flow_runs() if run.job_variables]


def test_no_run_of_the_pool_can_bring_a_command_whoever_starts_it(
    server: DoorServer, deployments: dict[str, UUID]
) -> None:
    """Second bolt: the pool's template has no place for one, nor for an environment."""
    from prefect.workers.process import ProcessJobConfiguration

    with server.client() as client:
        template = client.read_work_pool(server.settings.work_pool).base_job_template
    asked = {
        "command": "id",
        "env": {"LD_PRELOAD": "x"},
        "env.PYTHONPATH": "x",
        "working_dir": "/",
        "name": "x",
    }
    with server.entered():
        found: Any = asyncio.run(ProcessJobConfiguration.from_template_and_values(template, asked))
    ours = shlex.join(LAUNCHER)
    assert (found.command, found.env, found.working_dir, found.name) == (ours, {}, None, None)


def test_an_editor_starts_the_deployments_of_editors_only(
    server: DoorServer, deployments: dict[str, UUID]
) -> None:
    started = {}
    for name, id in deployments.items():
        answer = server.people("POST", f"/deployments/{id}/create_flow_run", {"parameters": {}})
        started[name.removesuffix("-esempio")] = answer.status_code
    closed = {name for name, status in started.items() if status == 403}
    assert closed == {"approva", "invia", "a-mano", "sorveglia", "conserva"}
    assert {status for name, status in started.items() if name not in closed} <= {201, 409, 422}
    assert started["componi"] == 201


def test_who_may_look_at_runs_sees_no_code_and_the_flow_gets_it(
    server: DoorServer, deployments: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {"bollettino": ELSE, "chi": "Anna Redazione", "codice": "415926"}
    path = f"/deployments/{deployments['ferma-esempio']}/create_flow_run"
    started = server.people("POST", path, {"parameters": sent}).json()
    token = started["parameters"]["codice"]
    for path in ("/flow_runs/filter", "/flow_runs/paginate", "/events/filter"):
        assert '"415926"' not in server.people("POST", path, {}).text  # a time may end so
    monkeypatch.setattr(runs, "load", lambda: server.settings)
    monkeypatch.setattr(runs, "flow_run", SimpleNamespace(id=started["id"]))
    with server.entered():
        proof = runs.proof(token)
    shown = server.people("GET", f"/flow_runs/{started['id']}").json()
    assert (proof.code, shown["parameters"]) == ("415926", {"bollettino": ELSE, "chi": "Anna Redazione"})
    assert proof.at is not None
    assert proof.at <= datetime.fromisoformat(shown["created"]), "it is judged as of when it came"


# ------------------------------------------------------------ between an answer and its flow


def test_nobody_but_the_server_writes_what_an_editor_confirmed(
    server: DoorServer, deployments: dict[str, UUID]
) -> None:
    with server.client() as client:
        run_id = waiting_run(client, deployments["approva-esempio"])
        form = server.people("GET", f"/flow_runs/{run_id}/input/suspended-review-{VERSION}-schema")
        assert form.json() == SCHEMA
        answer = server.people("POST", f"/flow_runs/{run_id}/resume", {"run_input": HONEST})
        assert answer.json()["status"] == "ACCEPT"
        pool = server.settings.work_pool
        for method, path, body in (
            ("PATCH", f"/work_pools/{pool}", {"is_paused": True}),
            ("PATCH", f"/work_pools/{pool}/queues/default", {"is_paused": True}),
            ("POST", f"/deployments/{deployments['approva-esempio']}/pause_deployment", None),
            ("GET", f"/flow_runs/{run_id}/input/{KEY}", None),
            ("POST", f"/flow_runs/{run_id}/input/filter", {"prefix": "suspended"}),
            ("DELETE", f"/flow_runs/{run_id}/input/{KEY}", None),
            ("POST", f"/flow_runs/{run_id}/input", {"key": KEY, "value": "{}"}),
            ("POST", f"/flow_runs/{run_id}/set_state", {"state": {"type": "PAUSED"}, "force": True}),
            ("POST", "/flow_runs/bulk_set_state", {"state": {"type": "CANCELLED"}, "force": True}),
            ("DELETE", f"/flow_runs/{run_id}", None),
            ("PATCH", f"/flow_runs/{run_id}", {"name": "x"}),
        ):
            assert server.people(method, path, body).status_code == 403, path
        found = given(server, run_id)
        assert (found.values, found.is_stamped) == (
            {"decisione": "Approva", "notizia_1": HONEST["notizia_1"]},
            True,
        )

        # and who gets behind the door has a text, but no stamp for it
        client.delete_flow_run_input(UUID(run_id), KEY)
        other = {**HONEST, "notizia_1": "Votate Rossi."}
        client.create_flow_run_input(UUID(run_id), KEY, json.dumps(other))
        found = given(server, run_id)
        assert (found.values["notizia_1"], found.is_stamped) == ("Votate Rossi.", False)


def test_a_code_that_was_stored_is_taken_out_and_the_answer_stays_stamped(
    server: DoorServer, deployments: dict[str, UUID]
) -> None:
    with server.client() as client:
        run_id = waiting_run(client, deployments["approva-esempio"])
    server.people("POST", f"/flow_runs/{run_id}/resume", {"run_input": HONEST})
    before = given(server, run_id)
    with server.entered():
        forms.forget(before, "notizia_1", stamp_key=server.settings.stamp_key())
    after = given(server, run_id)
    assert (after.values, after.at, after.is_stamped) == ({"decisione": "Approva"}, before.at, True)


def test_what_is_rejected_or_comes_twice_leaves_one_stamp(
    server: DoorServer, deployments: dict[str, UUID]
) -> None:
    with server.client() as client:
        run_id = waiting_run(client, deployments["approva-esempio"])
        path = f"/flow_runs/{run_id}/resume"
        statuses = [
            server.people("POST", path, {"run_input": values}).json()["status"]
            for values in ({}, {"notizia_1": "x"}, {**HONEST, "altro": "x"}, HONEST, HONEST)
        ]
        assert statuses == ["REJECT", "REJECT", "REJECT", "ACCEPT", "ABORT"]
        kept = client.filter_flow_run_input(
            UUID(run_id), stamps.prefix_of(KEY), limit=200, exclude_keys=set()
        )
        assert len(kept) == 1
    assert given(server, run_id).is_stamped


def test_an_answer_in_a_run_of_another_flow_is_not_read(
    server: DoorServer, deployments: dict[str, UUID]
) -> None:
    """Whatever key it has."""
    with server.entered(), server.client() as client:
        found = [
            waiting_run(client, deployments[f"{name}-esempio"], key)
            for name, key in (("approva", "ours"), ("numeri", "theirs"))
        ]
        for run_id in found:
            server.people("POST", f"/flow_runs/{run_id}/resume", {"run_input": HONEST})
        read = forms.confirmed(
            server.settings,
            forms.FLOW,
            ["ours", "theirs"],
            stamp_key=server.settings.stamp_key(),
            also_in=None,
            now=NOW,
        )
    assert [one.run_id for one in read] == found[:1]


def given(server: DoorServer, run_id: str) -> forms.Confirmation:
    with server.entered():
        (found,) = forms.confirmed(
            server.settings, forms.FLOW, [], stamp_key=server.settings.stamp_key(), also_in=run_id, now=NOW
        )
    return found


# ------------------------------------------------------------ by another spelling


def raw(server: DoorServer, request: str) -> int:
    """The status of a request whose bytes no client has put right."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(request.encode("latin-1"))
        first = connection.makefile("rb").readline()
    return int(first.split()[1]) if first else 0


@pytest.mark.parametrize(
    "path",
    [
        "/api/flow_runs/./filter",
        "/api/x/../variables/filter",
        "/api/flow_runs/filter/..%2f..%2fvariables/filter",
        "/api%2fvariables%2ffilter",
        "/%61pi/variables/filter",
        "/api/variables/filter?x=/flow_runs/filter",
        "/api/variables/filter#/flow_runs/filter",
        "/API/variables/filter",
        "//api/variables/filter",
        "http://127.0.0.1/api/variables/filter",
        "/api/flow_runs/filter%00",
        "/api/flow_runs\\filter",
    ],
)
def test_no_spelling_of_a_closed_path_is_open(server: DoorServer, path: str) -> None:
    """Never 2xx: what the server does behind the door must fit what the door has read."""
    headers = {**server.as_(server.keys.people), "Host": f"127.0.0.1:{server.port}", "Connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    body = "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    assert raw(server, f"POST {path} HTTP/1.1\r\n{lines}{body}") in (0, 400, 403, 404, 405)


def test_without_a_host_nothing_is_answered(server: DoorServer) -> None:
    assert raw(server, "GET /api/health HTTP/1.0\r\n\r\n") == 421


# ------------------------------------------------------------ WebSockets


def test_people_listen_and_tell_nothing(server: DoorServer) -> None:
    people, internal = server.keys.people, server.keys.internal
    for path in ("/events/out", "/logs/out"):
        assert listened(server.port, path, people, server.address) == "open"
        assert listened(server.port, path, internal) == "open"
        for token in (None, "", "redazione:sbagliata", "null"):
            assert listened(server.port, path, token) == "closed"
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
            assert listened(server.port, path, people, origin) == "refused"
    pool = server.settings.work_pool
    for path in ("/events/in", "/task_runs/subscriptions/scheduled", f"/work_pools/{pool}/workers/connect"):
        assert listened(server.port, path, people) == "closed"
        assert listened(server.port, path, None) == "closed"
    assert listened(server.port, "/events/in", internal) == "open"


# ------------------------------------------------------------ a page of another site, in a real browser

PAGE = """<!DOCTYPE html><script>
const told = [];
const server = location.hash.slice(1);
async function attack() {
  for (const path of ["/api/csrf-token?client=x", "/ui-settings", "/api/flow_runs/filter", "/entra.js"]) {
    for (const mode of ["cors", "no-cors"]) {
      try {
        const answer = await fetch(server + path, {mode, method: path.includes("filter") ? "POST" : "GET"});
        told.push(mode === "cors" || answer.type !== "opaque" ? path + " " + answer.status : "opaque");
      } catch (error) { told.push("no"); }
    }
  }
  const form = document.createElement("form");
  form.method = "POST"; form.action = server + "/api/flow_runs/filter";
  form.target = "there"; form.enctype = "text/plain";
  const frame = document.createElement("iframe"); frame.name = "there";
  document.body.append(frame, form); form.submit();
  await new Promise(done => setTimeout(done, 500));
  document.title = told.join(" ");
}
attack();
</script><body></body>"""


@contextmanager
def elsewhere() -> Iterator[int]:
    """Another site's server; its port."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, *_: Any) -> None:
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    yield site.server_address[1]
    site.shutdown()
    thread.join()
    site.server_close()


def test_a_page_of_another_site_learns_and_starts_nothing(server: DoorServer) -> None:
    """Neither from its own name, nor under a name of its own that leads to this server (DNS rebinding)."""
    before = server.started()
    rules = "--host-resolver-rules=MAP evil.example 127.0.0.1"
    with elsewhere() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*QUIET, rules])
        try:
            page = browser.new_page()
            page.goto(f"http://evil.example:{port}/#{server.address}")
            page.wait_for_function("document.title !== ''")
            told = page.title()
            page.goto(f"http://evil.example:{server.port}/v2/runs")
            rebound = page.content()
        finally:
            browser.close()
    for status in (" 200", " 201", " 307"):
        assert status not in told, told
    assert "Questo indirizzo non è quello del server." in rebound
    assert server.started() == before
