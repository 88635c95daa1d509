"""Starts the processes of one installation, keeps them running, and stops them in the reverse order.

The units of a real machine (`flows/machine/`) start the same commands; this is for a first look, a rehearsal
and the tests.
"""

import fcntl
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from flows.cli import neighbours
from flows.privacy import basis, intact
from flows.profiles import documents, secrets_file
from flows.settings import ROOT, BollettinoError, Settings, SettingsError

Main = Callable[[list[str]], int]  # what is typed behind `python -m flows` -> its exit code

STARTING = 120.0  # seconds; Prefect's first start makes its database: 14 s measured, more on a busy machine
STOPPING = 20.0
WAITS = (0.0, 1.0, 5.0, 15.0, 60.0, 300.0)  # seconds before a process that died is started again, and again
STEADY = 600.0  # seconds: one that lived so long starts with a clean slate


class RunError(BollettinoError):
    """The installation cannot start or go on; one line that names the remedy."""


@dataclass
class Child:
    """One process of the installation."""

    name: str
    command: list[str]
    port: int | None = None
    health: str | None = None
    log: Path = field(default=Path())
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] | None = None
    restarts: int = 0
    started: float = 0.0
    due: float | None = None  # when it is started again

    def start(self) -> None:
        self.started, self.due = time.monotonic(), None
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is None or not self.alive:
            return
        self.process.terminate()
        try:
            self.process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def write_config(settings: Settings) -> Path:
    """What the sandbox must know of the installation, in a file that only this user reads."""
    secrets, profile = settings.secrets, settings.profile
    path = settings.state / "sandbox.json"
    secrets_file.write(
        path,
        {
            "phone_number_id": profile.whatsapp.phone_number_id,
            "waba_id": profile.whatsapp.waba_id,
            "token": secrets.whatsapp_token.get_secret_value(),
            "app_secret": secrets.app_secrets.get_secret_value().split(",")[0],
            "verify_token": secrets.verify_token.get_secret_value(),
            "webhook_url": f"{settings.web_address}/webhook",
            "display_number": profile.contacts.numero_servizio,
            "staff": [
                {"name": editor.name, "number": phone.get_secret_value()}
                for editor in profile.editors
                if (phone := settings.editor_phone(editor))
            ],
        },
    )
    return path


def children(settings: Settings) -> list[Child]:
    """In the order of their start. The same commands stand in `deployments/systemd/`."""
    servers = settings.profile.servers
    processes = [
        Child(
            "prefect",
            module("flows", "prefect"),
            settings.prefect_place[1],
            f"{settings.prefect_address}/api/health",
        ),
        Child("worker", module("flows", "worker")),
        Child("web", module("flows", "web"), servers.web_port, _health(servers.web_port)),
    ]
    if settings.profile.stage == "sandbox":
        options = ["--port", str(servers.sandbox_port), "--state", str(settings.state / "sandbox")]
        command = module("deployments.sandbox", *options, "--config", str(write_config(settings)))
        sandbox = Child("sandbox", command, servers.sandbox_port, _health(servers.sandbox_port))
        processes.insert(0, sandbox)
    for child in processes:
        child.log = settings.state / "logs" / f"{child.name}.log"
        child.environment = settings.given_to(child.name)
    return processes


def module(*words: str) -> list[str]:
    """The command that runs a module, and what stands behind it, with this Python."""
    return [sys.executable, "-m", *words]


def _health(port: int) -> str:
    return f"http://127.0.0.1:{port}/salute"


def take(state: Path) -> IO[str]:
    """The state folder, for this process alone until it ends."""
    (state / "logs").mkdir(parents=True, exist_ok=True)
    state.chmod(0o700)  # keys and databases
    lock = (state / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        raise RunError(f"{state} is in use by another `run`: stop that one first") from exc
    return lock


def check_ports(settings: Settings) -> None:
    servers = settings.profile.servers
    ports = {"prefect": settings.prefect_place[1], "web": servers.web_port}
    if settings.profile.stage == "sandbox":
        ports["sandbox"] = servers.sandbox_port
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as exc:
                raise RunError(
                    f"port {port} ({name}) is taken by another program: stop it, or change "
                    f"servers.{name}_port in the profile (of the sandbox: a copy of "
                    "deployments/profiles/demo.toml, then make run PROFILE=...)"
                ) from exc


def answers(address: str) -> bool:
    """Whether a server is up, by its health address; never through a proxy.

    What `/salute` says besides 200 is of the installation, for instance of its disk: a server that tells it
    is up, and the others are needed all the more.
    """
    code = neighbours.status(address)
    if code in (200, None) or not address.endswith("/salute"):
        return code == 200
    say(f"  warning: {address} says {code}: it is up, but look at what it tells")
    return True


def wait(child: Child, ready: Callable[[], bool]) -> None:
    """Until the child is healthy; RunError when it ended, or took too long."""
    deadline = time.monotonic() + STARTING
    while not ready():
        if not child.alive:
            raise RunError(f"{child.name} ended while starting; its last words are in {child.log}")
        if time.monotonic() > deadline:
            raise RunError(f"{child.name} is not ready after {STARTING:.0f} s; see {child.log}")
        time.sleep(0.2)


def verb(main: Main, *arguments: str) -> None:
    """Run one of our verbs to its end, as an operator would type it, but in this process: a new one would
    take three seconds to import what stands here already.
    """
    errors = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(errors):
        code = main([*arguments])
    if code != 0:
        raise RunError(f"`python -m flows {' '.join(arguments)}` failed:\n{errors.getvalue().strip()}")


def say(text: str) -> None:
    print(text, flush=True)


def start_all(settings: Settings, processes: list[Child]) -> None:
    # late: importing Prefect reads the environment that `enter` has set
    from flows.deploy import deploy
    from flows.runs import drain

    for child in processes:
        if child.name != "worker":  # which alone needs another one, the server
            child.start()
    for child in processes:
        address = child.health
        if child.name == "worker":
            child.start()
            wait(child, lambda: worker_is_online(settings))
        elif address:
            wait(child, lambda address=address: answers(address))  # type: ignore[misc]
        if child.name == "prefect":
            deploy(settings)
            if words := drain.doubt(settings):
                say(f"  {words}")
            drain.undo(settings)  # what an earlier start left Running has no process any more
        say(f"  {child.name:<8} ready{f' on port {child.port}' if child.port else ''}")


def worker_is_online(settings: Settings) -> bool:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        workers: list[Any] = client.read_workers_for_work_pool(settings.work_pool)
    return any(worker.status == "ONLINE" for worker in workers)


def look_after(processes: list[Child], now: float) -> None:
    """Start again what died, each time a little later: one that cannot live costs the others nothing.

    An outsider may know how to end one of them; that must not end the sends or the web app's answers too.
    """
    for child in processes:
        if child.alive or child.process is None:
            continue
        if child.due is None:
            if now - child.started > STEADY:
                child.restarts = 0
            wait = WAITS[min(child.restarts, len(WAITS) - 1)]
            child.restarts += 1
            child.due = now + wait
            when = f"in {wait:.0f} s" if wait else "now"
            say(f"  {child.name} ended (code {child.process.returncode}), its last words are in {child.log}: "
                f"starting it again {when}")  # fmt: skip
        if now >= child.due:
            child.start()


def watch_over(processes: list[Child]) -> None:
    """For ever."""
    while True:
        look_after(processes, time.monotonic())
        time.sleep(0.5)


def stop_all(processes: list[Child]) -> None:
    """In the reverse order, the Prefect server last, since the others report to it."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)  # a second Ctrl-C must not leave processes behind
    first = [child for child in reversed(processes) if child.name != "prefect"]
    for child in [*first, *(child for child in processes if child.name == "prefect")]:
        child.stop()


def interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def require_complete(settings: Settings) -> None:
    """SettingsError with all that profile, papers and environment lack: one list to fill, not one a start."""

    def papers() -> None:
        if lines := [*filter(None, [basis.missing(settings)]), *documents.troubles(settings.path)]:
            raise SettingsError("\n".join(lines))

    checks: list[Callable[[], object]] = [settings.require_filled, papers]
    checks += [settings.require_model, settings.require_codes, settings.require_login]
    if settings.profile.stage != "sandbox":  # it makes its own
        checks.append(settings.vault)
    lacking = []
    for check in checks:
        try:
            check()
        except SettingsError as exc:
            lacking.append(str(exc))
    if lacking:
        raise SettingsError("\n".join(lacking))


def run(settings: Settings, main: Main) -> int:
    """The whole installation, until Ctrl-C or SIGTERM; `main` does a verb. Returns the exit code."""
    if settings.fleet:  # it would make the credential of all anew, which their processes have already
        raise RunError(
            f"{settings.profile.slug} is of a fleet, whose processes are of all its Comuni: start each "
            "(`prefect`, `worker`, `gate`, `web`) without --profile, or unset BOLLETTINO_FLEET for one alone"
        )
    require_complete(settings)
    for signum in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell's background job inherits it ignored
        signal.signal(signum, interrupt)
    os.umask(0o077)  # what this process and its children make is nobody else's to read
    lock = take(settings.state)
    check_ports(settings)  # before the secrets: an installation that runs there already keeps its own
    settings.prepare_secrets(make=True)
    settings.vault()  # asks for the secrets now, not in a child's log
    settings.enter()
    processes = children(settings)
    say(f"{settings.profile.prova}{settings.profile.names.comune}: starting in {settings.state}")
    verb(main, "migrate")
    for line in intact.missing(settings):
        say(f"  warning: {line}")
    try:
        start_all(settings, processes)
        from flows.cli.tour import first_steps

        first_steps(settings, say, partial(verb, main))
        say("\n  Ctrl-C stops everything; the next `make run` picks up here.")
        watch_over(processes)
    except KeyboardInterrupt:
        say("\nstopping")
    finally:
        stop_all(processes)
        lock.close()
    say("stopped; the next `run` picks up here")
    return 0
