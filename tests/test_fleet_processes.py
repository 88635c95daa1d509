"""A fleet of two as its processes: who signs in at the gate starts what their own Comune may start."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from db.engine import opened
from flows.door import keys
from flows.settings import ROOT, load
from tests.world.fleet import Land, land
from tests.world.installation import wait_for
from tests.world.people import PASSWORD, Member
from tests.world.ports import free_ports

pytestmark = [pytest.mark.rehearsal, pytest.mark.slow, pytest.mark.xdist_group("fleet")]

ANNA = "Anna Redazione"


@contextmanager
def process(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Of a verb, until it is told to end; it has to end well."""
    with (folder / f"{words[0]}.log").open("wb") as log:
        command = [sys.executable, "-m", "flows", *words]
        begun = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=log, stderr=log)
    try:
        yield begun
    finally:
        begun.terminate()
        begun.wait(60)


def is_up(http: httpx.Client, path: str, host: str = "") -> bool:
    try:
        return http.get(path, headers={"Host": host} if host else {}).status_code == 200
    except httpx.TransportError:
        return False


def apply(code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flows", "fleet", "apply"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr


def test_who_signs_in_at_the_gate_starts_what_is_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    here: Land = land(tmp_path, monkeypatch)
    server, gate = free_ports(2)
    here.say(f'[prefect]\naddress = "http://127.0.0.1:{server}"\n[gate]\nport = {gate}\n')
    for slug in ("alfa", "beta"):
        here.add(slug)
    apply(2)  # the databases; there is no server yet
    behind = httpx.Client(base_url=f"http://127.0.0.1:{server}", trust_env=False, timeout=60)
    front = httpx.Client(base_url=f"http://127.0.0.1:{gate}", trust_env=False, timeout=60)
    with process(tmp_path, "prefect"), process(tmp_path, "gate") as at_gate, behind, front:
        wait_for("the server", lambda: is_up(behind, "/api/health"))
        wait_for("the gate", lambda: is_up(front, "/salute"))
        apply(0)
        with process(tmp_path, "worker"):
            _start(front, behind, here, gate)
    assert at_gate.returncode == 0
    assert "Traceback" not in (tmp_path / "gate.log").read_text(encoding="utf-8")


def _start(front: httpx.Client, behind: httpx.Client, here: Land, gate: int) -> None:
    hosts = {slug: f"{slug}.localhost:{gate}" for slug in ("alfa", "beta")}
    internal = keys.read(here.states / "_fleet").internal
    assert behind.get("/api/version").status_code == 401

    settings = load("alfa")
    with opened(settings.database) as engine:
        anna = Member(settings, engine, ANNA, datetime.now(UTC))
    typed = {"nome": ANNA, "password": PASSWORD, "codice": "000000"}
    at_alfa = {"Host": hosts["alfa"], "Origin": f"http://{hosts['alfa']}"}
    assert front.post("/accesso", data=typed, headers=at_alfa).status_code == 401
    following = anna.code(datetime.now(UTC) + timedelta(seconds=30))  # each is good once
    said = front.post("/accesso", data={**typed, "codice": following}, headers=at_alfa)
    cookie = said.headers["set-cookie"].partition(";")[0]
    assert (said.status_code, cookie.partition("=")[0]) == (303, "bollettino-alfa")
    page = front.get("/redazione/contenuto", headers={"Host": hosts["alfa"], "Cookie": cookie})
    assert page.status_code == 200
    assert "componi" in page.text.lower()

    at_alfa |= {"Cookie": cookie, "Prefect-Csrf-Client": "test"}
    token = front.get("/api/csrf-token", params={"client": "test"}, headers=at_alfa)
    at_alfa["Prefect-Csrf-Token"] = token.json()["token"]
    user, _, password = internal.partition(":")

    def found(slug: str) -> Any:
        named = behind.get(f"/api/deployments/name/componi/componi-{slug}", auth=(user, password))
        return named.json()["id"]

    def start(slug: str, headers: dict[str, str]) -> httpx.Response:
        return front.post(f"/api/deployments/{found(slug)}/create_flow_run", json={}, headers=headers)

    assert start("beta", at_alfa).status_code == 404, "what is another's is not there"
    at_beta = {**at_alfa, "Host": hosts["beta"], "Origin": f"http://{hosts['beta']}"}
    assert start("beta", at_beta).status_code == 401, "and nobody is known there by this cookie"
    begun = start("alfa", at_alfa)
    assert begun.status_code == 201, begun.text

    def ended() -> str | None:
        said = front.get(f"/api/flow_runs/{begun.json()['id']}", headers=at_alfa).json()
        return said["state_type"] if said["state_type"] in ("COMPLETED", "FAILED", "CRASHED") else None

    assert wait_for("componi to end", ended) == "COMPLETED"
    run = behind.get(f"/api/flow_runs/{begun.json()['id']}", auth=(user, password)).json()
    host, _, number = run["infrastructure_pid"].rpartition(":")
    assert host == socket.gethostname(), "by which a round knows that its process is gone"
    assert number.isdecimal()
