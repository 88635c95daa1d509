"""A fleet as a provider runs it, as processes of this machine: several of everything behind one proxy.

PostgreSQL, Redis and nginx are the machine's own (Debian: apt install postgresql redis-server nginx). Each
Comune has a sandbox of its own. Everything is on loopback, and ends with `stop`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import psycopg

from flows.door import keys
from flows.door.keys import new_internal
from flows.run import write_config
from flows.settings import DEMO, ROOT, Settings, load
from tests.world import cluster
from tests.world.cluster import Cluster
from tests.world.installation import wait_for
from tests.world.ports import quiet_ports
from tests.world.process import Process

PROGRAMS = ("redis-server", "nginx")
REMEDY = "Debian: apt install postgresql redis-server nginx"
PORTS = (
    *("postgresql", "redis", "prefect", "prefect-1", "prefect-2"),
    *("gate", "gate-1", "gate-2", "web", "web-1", "web-2"),
)
STARTING = 180.0  # seconds; the first start makes Prefect's database
NGINX = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    map $http_upgrade $connection_wanted {{ default upgrade; "" ""; }}
    client_max_body_size 6m;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_wanted;
    proxy_read_timeout 1h;
{servers}
}}
"""
SERVER = """
    upstream {name} {{
        {how}
        server 127.0.0.1:{first} max_fails=1 fail_timeout=2s;
        server 127.0.0.1:{second} max_fails=1 fail_timeout=2s;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_next_upstream error timeout{also};
            proxy_pass http://{name};
        }}
    }}
"""


Made = TypeVar("Made", bound="Topology")


class Topology:
    """Two of server, services, worker, web app and gate. `changes`: old and new in the demo's profile."""

    def __init__(self, folder: Path, slugs: Sequence[str], *changes: tuple[str, str]) -> None:
        self.folder, self.slugs, self._changes = folder, slugs, changes
        self.fleet, self.states, self.logs = (folder / name for name in ("comuni", "stato", "log"))
        for made in (self.fleet, self.states, self.logs):
            made.mkdir(parents=True, exist_ok=True)
        self._free = quiet_ports
        self.ports = {name: next(self._free) for name in PORTS}
        self.postgresql = Cluster(self.ports["postgresql"], self.logs / "postgresql.log")
        self._write()
        self.environment = self._environment()
        self.parts = self._parts()

    # ------------------------------------------------------------ what is written

    def _write(self) -> None:
        ports = self.ports
        (self.fleet / "fleet.toml").write_text(
            f'database = "{self._database("comune_{slug}")}"\n'
            f'[prefect]\naddress = "http://127.0.0.1:{ports["prefect"]}"\n'
            f'redis = "redis://127.0.0.1:{ports["redis"]}"\n'
            f"[gate]\nport = {ports['gate']}\n[web]\nport = {ports['web']}\n",
            encoding="utf-8",
        )
        text = DEMO.read_text(encoding="utf-8")
        for number, slug in enumerate(self.slugs, 1):
            own, port = text, next(self._free)
            for old, new in (
                ('slug = "esempio"', f'slug = "{slug}"'),
                ('"100000000000001"', f'"1000000000{number:05}"'),
                ("http://127.0.0.1:8080", f"http://127.0.0.1:{ports['web']}/{slug}"),
                ("8600", str(port)),  # of its sandbox, wherever it is named
                *self._changes,
            ):
                assert old in own, f"the demo profile holds no {old!r}"
                own = own.replace(old, new)
            (self.fleet / f"{slug}.toml").write_text(own, encoding="utf-8")
        servers = "".join(
            SERVER.format(
                name=name,
                how=how,
                also=also,
                port=ports[name],
                first=ports[f"{name}-1"],
                second=ports[f"{name}-2"],
            )
            for name, how, also in (
                ("prefect", "least_conn;", ""),
                ("gate", "hash $http_host consistent;", ""),
                ("web", "least_conn;", " non_idempotent"),  # what was stored is not stored twice
            )
        )
        user = "user root;" if os.getuid() == 0 else ""  # else nobody, who may not enter our folder
        (self.folder / "nginx.conf").write_text(
            NGINX.format(folder=self.folder, user=user, servers=servers), encoding="utf-8"
        )

    def _database(self, name: str) -> str:
        return self.postgresql.address(name)

    def _environment(self) -> dict[str, str]:
        """What all of them share. Nothing of the environment that we run in."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("BOLLETTINO_", "PREFECT_"))
        }
        return {
            **kept,
            "BOLLETTINO_FLEET": str(self.fleet),
            "BOLLETTINO_STATE": str(self.states),
            "BOLLETTINO_PREFECT_DATABASE": self._database("prefect"),
            keys.INTERNAL: new_internal(),
            "PYTHONUNBUFFERED": "1",
        }

    def _parts(self) -> dict[str, Process]:
        redis = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder))
        commands: dict[str, Sequence[str]] = {
            "redis": ("redis-server", "--port", str(self.ports["redis"]), *redis),
            "nginx": ("nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")),
        }
        for number in (1, 2):
            for verb in ("prefect", "gate", "web"):
                name = f"{verb}-{number}"
                commands[name] = (*_flows(verb), "--port", str(self.ports[name]))
            commands[f"services-{number}"] = (*_flows("prefect"), "--services")
            commands[f"worker-{number}"] = _flows("worker")
        return {name: self._part(name, command) for name, command in commands.items()}

    def _part(self, name: str, command: Sequence[str]) -> Process:
        return Process(name, command, self.environment, self.logs / f"{name}.log")

    @property
    def internal(self) -> str:
        """The credential of its own processes."""
        return self.environment[keys.INTERNAL]

    def settings(self, slug: str) -> Settings:
        """In a process whose environment names this fleet."""
        return load(slug)

    # ------------------------------------------------------------ its life

    def start(self) -> None:
        self.postgresql.start()
        with psycopg.connect(self._database("postgres"), autocommit=True) as connection:
            for name in ("prefect", *(f"comune_{slug}" for slug in self.slugs)):
                connection.execute(f'CREATE DATABASE "{name}"')
        for name in ("redis", "nginx"):
            self.parts[name].start()
        self.flows("fleet", "apply", code=2)  # databases, and the sandboxes' secrets; no server yet
        for slug in self.slugs:
            self.parts[f"sandbox-{slug}"] = self._sandbox(slug)
        first = [
            part for name, part in self.parts.items() if name.startswith(("prefect", "services", "sandbox"))
        ]
        for part in first:
            part.start()
        self.wait("prefect", "/api/health")
        self.flows("fleet", "apply")  # what may be started
        for part in self.parts.values():
            if part.process is None:
                part.start()
        for name in ("gate", "web"):
            self.wait(name, "/salute")

    def _sandbox(self, slug: str) -> Process:
        settings = self.settings(slug)
        port, state = settings.profile.servers.sandbox_port, settings.state / "sandbox"
        options = ("--port", str(port), "--state", str(state), "--config", str(write_config(settings)))
        return self._part(f"sandbox-{slug}", (sys.executable, "-m", "deployments.sandbox", *options))

    def typed(self, *words: str) -> Sequence[str]:
        """The command that is a verb."""
        return _flows(*words)

    def flows(self, *words: str, code: int = 0) -> str:
        """What a verb says that ends with this code."""
        done = subprocess.run(
            self.typed(*words), cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def wait(self, name: str, path: str) -> None:
        """Until it answers through the proxy, and each of its processes by itself."""
        for one in (f"{name}-1", f"{name}-2", name):

            def answers(one: str = one) -> bool:
                part = self.parts.get(one)
                assert part is None or part.lives, f"{one} has ended; see {self.logs}"
                return _answers(self.ports[one], path)

            wait_for(f"{one} at {self.ports[one]}", answers, STARTING)

    def stop(self) -> None:
        """Whoever is spoken to goes last."""
        order = ("worker", "gate", "web", "sandbox", "prefect", "services", "nginx", "redis")
        for kind in order:
            for name, part in self.parts.items():
                if name.startswith(kind):
                    part.stop()
        self.postgresql.close()


def _flows(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "flows", *words)


def _answers(port: int, path: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def missing() -> list[str]:
    """Of the machine's own programs."""
    lacking = [name for name in PROGRAMS if shutil.which(name) is None]
    return lacking if cluster.is_here() else ["postgresql", *lacking]


@contextmanager
def topology(folder: Path, slugs: Sequence[str], *changes: tuple[str, str]) -> Iterator[Topology]:
    """Started, in a process that counts as one of this fleet's; ended whatever becomes of it."""
    with started(Topology(folder, slugs, *changes)) as made:
        yield made


@contextmanager
def started(made: Made) -> Iterator[Made]:
    before = dict(os.environ)
    os.environ.update(made.environment)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        os.environ.clear()
        os.environ.update(before)
