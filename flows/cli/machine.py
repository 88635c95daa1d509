"""The verbs of a real machine: prefect (a process), drain, install."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, add_port, for_programs
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.machine.setup import Setup
    from flows.runs.client import Pool
    from flows.runs.drain import Work
    from flows.settings import Settings

PROXIES = ("nginx", "caddy")


def prefect(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    if arguments.port or arguments.services:
        out.refuse("prefect: --port and --services are for a fleet, without --profile")
        return 2
    from flows.runs.server import serve

    settings.require_filled()
    serve(settings)
    return 0


def gate(_arguments: argparse.Namespace, _settings: "Settings", out: Output) -> int:
    """Of one Comune alone: its server has its own."""
    out.refuse("gate: is for a fleet, without --profile; `prefect` has the gate of one Comune in it")
    return 2


def drain(arguments: argparse.Namespace, pool: "Pool", out: Output) -> int:
    from flows.runs import client
    from flows.runs import drain as draining

    if arguments.here:
        return _rest(pool, out)
    client.require_server(pool)
    if words := draining.doubt(pool):
        out.refuse(words)
    if arguments.dry_run:
        works = draining.at_work(pool)
        out.say("nothing runs" if not works else "runs:", *map(draining.line, works))
        _keep(out, works)
        return 0
    if arguments.undo:
        ended = draining.undo(pool)
        out.say(*(f"ended, its process was gone: {work.name}" for work in ended))
        out.say(f"{pool.work_pool} goes on")
        out.keep(ended=[work.name for work in ended], paused=False)
        return 0
    told: list[set[str]] = []
    with out.progress("waiting for what runs") as advance:

        def look(works: list["Work"], share: float) -> None:
            advance(share, f"{len(works)} to end")
            names = {str(work.id) for work in works}
            if works and names not in told[-1:]:
                out.say("waiting for:", *map(draining.line, works))
            told.append(names)

        works = draining.drain(pool, look)
    _keep(out, works)
    out.keep(paused=True)
    if works:
        out.refuse("still running, and the work pool stays paused:")
        for work in works:
            out.refuse(draining.line(work))
        return 2
    out.say(f"nothing runs any more; {pool.work_pool} is paused until `drain --undo`")
    return 0


def _rest(pool: "Pool", out: Output) -> int:
    """Asks no server."""
    from flows.runs import drain as draining

    with out.progress("waiting for what runs here") as advance:
        is_over = draining.rest(pool, lambda _works, share: advance(share, "to end"))
    out.keep(running=[], paused=False)
    if not is_over:
        out.refuse("still running here, and the workers of this machine take nothing until `drain --undo`")
        return 2
    out.say("nothing runs here any more; the workers of this machine rest until `drain --undo`")
    return 0


def _keep(out: Output, works: list["Work"]) -> None:
    out.keep(running=[{"name": work.name, "state": work.state, "since": work.since} for work in works])


def install(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.machine import plan

    if settings.fleet:
        out.refuse("install: a fleet has one set of units for all its Comuni: type it without --profile")
        return 2
    return set_up(arguments, plan.of(settings), out)


def set_up(arguments: argparse.Namespace, machine: "Setup", out: Output) -> int:
    from flows.machine import files, secret_files

    root = arguments.root.resolve()
    folder = root / machine.credentials.relative_to("/")
    seals = arguments.encrypt
    if seals is None:  # a key of this machine is of no use to another one, whose files lie below `root`
        seals = root == Path("/") and secret_files.can_seal()
    planned = machine.files(root, arguments.proxy, is_sealed=seals)
    made = secret_files.made(folder)
    if arguments.apply:
        files.require_ours(planned, root)
        _write(machine, root, made, out)
        if seals:
            secret_files.seal(folder, secret_files.open_ones(machine.secrets, folder))
    open_ones = secret_files.open_ones(machine.secrets, folder) if seals else []
    troubles = list(machine.lacks(root))
    standing = [(one, one.standing(root)) for one in planned]
    commands = machine.commands(arguments.proxy)
    out.keep(
        files=[{"path": one.path, "mode": f"{one.mode:04o}", "standing": how} for one, how in standing],
        made=[str(machine.credentials / name) for name in made],
        encrypted=[str(machine.credentials / name) for name in open_ones],
        troubles=troubles,
        commands=commands,
    )
    if arguments.apply:
        for one, how in standing:
            if how != files.Standing.same:
                one.write(root)
            out.say(f"{how.value:<8} {one.mode:04o} {one.path}")
    else:
        out.say(f"folder   0700 {machine.credentials}")
        out.say(*(f"secret   0600 {machine.credentials / name} (made here, never shown)" for name in made))
        out.say(
            *(f"encrypt  0600 {machine.credentials / name} (and not in clear any more)" for name in open_ones)
        )
        for one, how in standing:
            out.say(f"{how.value:<8} {one.mode:04o} {one.path}")
            out.say(*one.difference(root).splitlines())
    out.say("", "then, as root:", *(f"  {line}" for line in commands))
    for line in troubles:
        out.trouble(f"bollettino: {line}")
    return 2 if troubles or files.Standing.foreign in dict(standing).values() else 0


def _write(machine: "Setup", root: Path, made: dict[str, str], out: Output) -> None:
    """The folder of the secrets, and those that are ours to make."""
    from db import disk

    for folder, mode in ((machine.folder, 0o755), (machine.credentials, 0o700)):
        place = root / folder.relative_to("/")
        place.mkdir(mode=mode, parents=True, exist_ok=True)
        place.chmod(mode)
    for name, value in made.items():
        disk.replace(root / (machine.credentials / name).relative_to("/"), f"{value}\n".encode())
        out.say(f"secret   0600 {machine.credentials / name}")


def add_verbs(add: Add) -> None:
    parser = add(
        "prefect",
        prefect,
        "Start the Prefect server behind its door (a process of `run`). Of a fleet, without --profile, the "
        "server of all, behind the gate.",
        writes=False,
    )
    add_port(
        parser,
        "of a fleet's server, where several stand behind the address of fleet.toml; with --services where "
        "it answers (/salute) whether all that is done by the clock still is",
    )
    parser.add_argument(
        "--services",
        action="store_true",
        help="of a fleet's server with [prefect] redis: be the process that does what is done by the clock",
    )
    parser = add(
        "gate",
        gate,
        "Start the gate of a fleet: where the people of all its Comuni sign in, before the Prefect server.",
        writes=False,
    )
    add_port(parser, "in place of the one in fleet.toml, where several gates are on one machine")
    parser = add(
        "drain",
        drain,
        "Before the worker is stopped: pause the work pool and wait, a quarter of an hour at most, until "
        "nothing runs any more; code 2 says what still does. Forms that wait for an editor go on waiting.",
    )
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--undo", action="store_true", help="let the worker go on")
    ways.add_argument(
        "--here",
        action="store_true",
        help="of a fleet: let the workers of this machine alone come to rest; those of others go on",
    )
    for_programs(
        parser,
        running="what (still) runs: name, state, since",
        ended="names of runs whose process was gone, and which were ended",
        paused="whether the worker is given no new runs",
    )
    parser = add(
        "install",
        install,
        "Write what a machine with systemd needs to run this installation: units, an account, a command for "
        "root, a web server's file. A file that a person changed is never written over. Of a fleet, without "
        "--profile, for all its Comuni.",
        writes=False,
    )
    ways = parser.add_mutually_exclusive_group(required=True)
    ways.add_argument("--plan", action="store_true", help="say what would be written and run; write nothing")
    ways.add_argument("--apply", action="store_true", help="write it; what is to be run is told, never run")
    parser.add_argument("--proxy", choices=PROXIES, help="write the file of this web server, too")
    parser.add_argument(
        "--root", metavar="DIR", type=Path, default=Path("/"), help="write below this folder (default: /)"
    )
    parser.add_argument(
        "--encrypt",
        action=argparse.BooleanOptionalAction,
        help="let systemd-creds encrypt the secrets with a key of this machine, and let them lie in clear no "
        "more (default: where that is there, and --root is this machine)",
    )
    for_programs(
        parser,
        files="what is written: path, mode, standing (new, same, changed, foreign: a person's)",
        made="secrets that it makes",
        encrypted="secrets that lie in clear and are (or would be) encrypted",
        troubles="what keeps the units from starting",
        commands="what root runs afterwards",
    )
