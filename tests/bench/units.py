"""Holds what `install` writes against those who read it: systemd, nginx, Caddy; and starts it sandboxed.

`python -m tests.bench.units`, as root of a machine with systemd-analyze, nginx, caddy, openssl and libseccomp
(on Debian: apt install nginx caddy). Nothing of the machine is changed but for a folder below /var/tmp, which
goes. The start is that of `tests/test_machine_start.py`, as an account that can write nothing but the state
folder, in a user namespace, with a /proc that shows processes alone, and with the system calls that the units
allow.
"""

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flows.__main__ import main as flows
from flows.machine import secret_files
from flows.machine.setup import ETC, UNITS
from flows.settings import ROOT, load_profile
from tests.test_machine_start import Machine
from tests.world.installation import wait_for
from tests.world.readers import measured, read_by_caddy, read_by_nginx, run, verified
from tests.world.units import BACKUP, NAME, Unit, bring_secrets, settings_of, write_profile

NOBODY = 65534
# A mount namespace as of ProtectSystem=strict, PrivateTmp= and ProcSubset=pid; then come the account,
# PrivateUsers=, and no capabilities.
MOUNTS = (
    'mount --bind "$STATE" "$STATE" && mount -t tmpfs tmpfs /tmp && mount -o remount,bind,ro / '
    '&& mount -t proc -o subset=pid,hidepid=invisible proc /proc && unset STATE && exec "$@"'
)


def sandbox(state: Path, account: int) -> list[str]:
    """The words before a command of a unit."""
    # another than root has none as soon as it starts a program, and may not give them up by name
    no_capabilities = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"] if account == 0 else []
    identity = [f"--reuid={account}", f"--regid={account}", "--clear-groups"]
    return [
        *("env", f"STATE={state}", "unshare", "--mount", "sh", "-c", MOUNTS, "-"),
        *("setpriv", *identity, "--no-new-privs", "--"),
        *("unshare", "--user", "--map-current-user", "--"),
        *no_capabilities,
        *(sys.executable, str(ROOT / "tests" / "bench" / "sandboxed.py")),
    ]


def account() -> int:
    """Another than root, where it may read the Python that we run with."""
    words = ["--clear-groups", sys.executable, "-c", "import sys; print(sys.base_prefix)"]
    done = run("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", *words)
    return NOBODY if done.stdout.strip() == sys.base_prefix else 0


def say(what: str, done: subprocess.CompletedProcess[str], *, is_quiet: bool = False) -> bool:
    """`is_quiet`: systemd tells of keys that it does not know, and ends with 0."""
    is_right = done.returncode == 0 and not (is_quiet and done.stderr)
    print(f"{'right' if is_right else 'WRONG'}  {what}")
    if not is_right:
        print(done.stdout + done.stderr)
    return is_right


@contextlib.contextmanager
def told_to_nobody() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def installed(root: Path, profile: Path, proxy: str) -> None:
    with told_to_nobody():
        flows(["install", "--apply", "--profile", str(profile), "--root", str(root), "--proxy", proxy])


def units(root: Path) -> Iterator[bool]:
    folder = root / UNITS.relative_to("/")
    for file in sorted(folder.iterdir()):
        yield say(file.name, verified(file), is_quiet=True)
        if file.suffix == ".service":
            done = measured(file)
            yield say((done.stdout.strip().splitlines() or [file.name])[-1], done)
    sysusers, tmpfiles = (root / f"etc/{kind}.d/{NAME}.conf" for kind in ("sysusers", "tmpfiles"))
    yield say("sysusers", run("systemd-sysusers", "--dry-run", str(sysusers)))
    with tempfile.TemporaryDirectory() as empty:
        (Path(empty) / "etc").mkdir()
        run("systemd-sysusers", f"--root={empty}", str(sysusers))
        done = run("systemd-tmpfiles", "--create", f"--root={empty}", str(tmpfiles))
        yield say("tmpfiles", done, is_quiet=True)
    calendars = {
        line for file in folder.glob("*.timer") for line in settings_of(file.read_text())["OnCalendar"]
    }
    for calendar in sorted(calendars):
        yield say(f"calendar {calendar}", run("systemd-analyze", "calendar", calendar), is_quiet=True)
    yield say("the command", run("sh", "-n", str(root / "usr/local/sbin" / NAME)))


def secrets(root: Path, profile: Path) -> Iterator[bool]:
    """Encrypted by systemd-creds, here without a key: one of this machine's would stay on it."""
    folder, told = root / ETC.relative_to("/") / "esempio" / "credentials", load_profile(profile)
    names = secret_files.open_ones(secret_files.known(told), folder)
    before = {name: secret_files.value(folder, name) for name in names}
    secret_files.seal(folder, names, key="tpm2-absent")
    is_right = names and not secret_files.open_ones(names, folder) and not list(folder.glob(".*"))
    is_right = is_right and {name: secret_files.value(folder, name) for name in names} == before
    is_right = is_right and not list(secret_files.troubles(told, folder))
    print(f"{'right' if is_right else 'WRONG'}  {len(names)} secrets, encrypted and read back")
    yield bool(is_right)
    script = (root / "usr/local/sbin" / NAME).read_text().replace(str(ETC), str(root / ETC.relative_to("/")))
    script = script.partition("exec setpriv")[0] + "env"
    done = run("sh", "-c", script)
    shown = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    is_right = all(
        shown.get(name) == value for name, value in before.items() if name.startswith("BOLLETTINO")
    )
    print(f"{'right' if is_right else 'WRONG'}  the command decrypts them {done.stderr}")
    yield is_right
    installed(root, profile, "nginx")
    yield from units(root)


def proxies(root: Path) -> Iterator[bool]:
    done = read_by_nginx(root, (root / f"etc/nginx/conf.d/{NAME}.conf").read_text())
    yield say("nginx -t", done) and "[warn]" not in done.stderr
    site = (root / f"etc/caddy/conf.d/{NAME}.caddyfile").read_text()
    yield say("caddy validate", read_by_caddy(root, site))


def forbids() -> Iterator[bool]:
    """The sandbox itself: else what starts in it proves nothing."""
    for what, code in (
        ("memory that is written and run", "import mmap; mmap.mmap(-1, 4096, prot=7)"),
        ("another priority", "import os; os.setpriority(os.PRIO_PROCESS, 0, 5)"),
        ("sockets of the kernel", "import socket; socket.socket(socket.AF_NETLINK)"),
        ("a file outside the state folder", f"open({str(ROOT / 'README.md')!r}, 'a')"),
    ):
        with tempfile.TemporaryDirectory() as state:
            words = [*sandbox(Path(state), account()), sys.executable, "-c"]
            done = run(*words, f"try:\n    {code}\nexcept OSError:\n    raise SystemExit(7)")
        print(f"{'right' if done.returncode == 7 else 'WRONG'}  forbidden: {what}")
        yield done.returncode == 7


def start(folder: Path) -> bool:
    """Server, worker and web app, and a run, with what the units forbid."""
    with told_to_nobody():
        machine = Machine(folder)
    three, owner = (machine.prefect, machine.worker, machine.web), account()
    print(f"as the account with id {owner}")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, owner)
    for unit in three:
        unit.before, unit.owner = sandbox(unit.state, owner), owner
    try:
        (line,) = machine.worker.settings["ExecStart"]
        machine.worker.prepare()
        assert machine.worker.begin(line.replace(" worker", " migrate")).wait(240) == 0, machine.worker.words
        for unit in three:
            unit.start()
        address = f"http://127.0.0.1:{machine.settings.profile.servers.web_port}/salute"
        wait_for("/salute", lambda: machine.answers(address))
        wait_for("the worker", machine.is_online)
        with machine.client() as client:
            for verb in ("numeri", "conserva", "sorveglia"):
                one = client.read_deployment_by_name(f"{verb}/{machine.settings.deployment(verb)}")
                run_id = client.create_flow_run_from_deployment(one.id).id

                def ended(run_id: object = run_id) -> str:
                    state = client.read_flow_run(run_id).state  # type: ignore[arg-type]
                    return state.name or "" if state is not None and state.is_final() else ""

                state = wait_for(f"{verb} to end", ended)
                print(f"{'right' if state == 'Completed' else 'WRONG'}  {verb}: {state}")
        jobs = all(
            map(job, (Unit(machine.root, name, machine.web.before) for name in ("watchdog", "doctor")))
        )
        is_right = jobs and machine.worker.stop() == 0 and machine.web.stop() == 0
        is_right = is_right and machine.prefect.stop() in (0, -signal.SIGTERM)
        for unit in three:
            refused = [line for line in unit.log.read_text().splitlines() if "not permitted" in line]
            print(f"{unit.process}: {len(refused)} lines of its log tell of something refused")
            for told in refused[:5]:
                print(f"    {told}")
            is_right = is_right and not refused
    finally:
        machine.stop()
    print(f"{'right' if is_right else 'WRONG'}  server, worker and web app, sandboxed")
    return is_right


def job(unit: Unit) -> bool:
    """What the machine's clock starts, sandboxed as the others: it comes to its end, whatever it finds."""
    unit.owner = account()
    unit.prepare()
    (command,) = unit.settings["ExecStart"]
    code = unit.begin(command).wait(240)
    is_right = code in (0, 1, 2, 3) and not any(word in unit.words for word in ("Traceback", "not permitted"))
    print(f"{'right' if is_right else 'WRONG'}  {unit.process}: ended with {code}")
    if not is_right:
        print(unit.words)
    return is_right


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="bollettino-units-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        root, profile = folder / "root", write_profile(folder, [BACKUP])
        bring_secrets(root)
        (root / ETC.relative_to("/") / "esempio" / "credentials" / secret_files.IDENTITY).write_text(
            "made up"
        )
        for proxy in ("nginx", "caddy"):
            installed(root, profile, proxy)
        found = [*units(root), *proxies(root), *secrets(root, profile), *forbids()]
        started = folder / "started"
        started.mkdir()
        found.append(start(started))
    finally:
        shutil.rmtree(folder)
    return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
