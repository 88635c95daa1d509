"""The Prefect server behind its door, alone: no worker, no web app."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows.door.keys import DoorKeys
from flows.settings import DEMO, ROOT, Settings, load_profile
from tests.world import prefect_files
from tests.world.comune import NO_TLS, SECRETS
from tests.world.installation import wait_for
from tests.world.ports import free_ports

Headers = dict[str, str]


class DoorServer:
    """Started as `run` starts it, with the demo profile on a free port."""

    def __init__(self, folder: Path, *, is_first: bool = False) -> None:
        (port,) = free_ports(1)
        self.profile = folder / "profile.toml"
        self.profile.write_text(DEMO.read_text(encoding="utf-8").replace("4200", str(port)), encoding="utf-8")
        self.settings = Settings(load_profile(self.profile), self.profile, folder / "state")
        self.settings.prepare_secrets(make=True)
        if not is_first:
            prefect_files.bring(self.settings.server_state)
        self.keys: DoorKeys = self.settings.door_keys()
        self.address, self.port = self.settings.prefect_address, port
        environment = {**self.settings.given_to("prefect"), **self.settings.environment()}
        command = [sys.executable, "-m", "flows", "prefect"]
        with (folder / "server.log").open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self.http = httpx.Client(base_url=self.address, trust_env=False, verify=NO_TLS, timeout=60)

        def is_up() -> bool:
            assert self.process.poll() is None, (folder / "server.log").read_text(encoding="utf-8")
            try:
                return self.http.get("/api/health").status_code == 200
            except httpx.TransportError:
                return False

        try:
            wait_for("the server behind its door", is_up)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self.http.close()
        self.process.terminate()
        self.process.wait(60)

    def as_(self, credential: str, **headers: str) -> Headers:
        """The headers of a request by this credential, as a page of the server's own UI sends it."""
        coded = base64.b64encode(credential.encode()).decode()
        found = {"Authorization": f"Basic {coded}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        token = self.http.get("/api/csrf-token", params={"client": "test"}, headers=found)
        if token.status_code == 200:
            found |= {"Prefect-Csrf-Client": "test", "Prefect-Csrf-Token": token.json()["token"]}
        return found

    def client(self) -> SyncPrefectClient:
        """Prefect's own, as worker, flows and commands have it."""
        return SyncPrefectClient(api=f"{self.address}/api", auth_string=self.keys.internal)

    def clear(self) -> None:
        """Of what is registered: deployments fifty at a time, and the pools."""
        ours = self.as_(self.keys.internal)
        while self.http.post("/api/deployments/bulk_delete", json={}, headers=ours).json()["deleted"]:
            pass
        with self.client() as client:
            for pool in client.read_work_pools():
                client.delete_work_pool(pool.name)

    def started(self) -> set[UUID]:
        """The runs that somebody started; the server plans others by itself, some time after a deployment."""
        with self.client() as client:
            return {run.id for run in client.read_flow_runs() if not run.auto_scheduled}

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Prefect's clients in this process ask this server meanwhile."""
        address = f"{self.address}/api"
        given = {PREFECT_API_URL: address, PREFECT_API_AUTH_STRING: self.keys.internal}
        with temporary_settings(given):
            yield

    def people(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.http.request(method, f"/api{path}", json=body, headers=self.as_(self.keys.people))


@contextmanager
def door_server(folder: Path, *, is_first: bool = False) -> Iterator[DoorServer]:
    before = {name: os.environ.get(name) for name in SECRETS}
    server = DoorServer(folder, is_first=is_first)
    try:
        yield server
    finally:
        server.stop()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
