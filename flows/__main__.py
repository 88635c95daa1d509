"""The command line: `python -m flows <verb>`. Each verb's --help says what it does to what."""

import argparse
import os
import sys
from functools import cache
from typing import TYPE_CHECKING

from flows.cli import (
    adoption,
    backups,
    citizens,
    completion,
    daily,
    fleet,
    health,
    installation,
    machine,
    people,
    proofs,
    public,
    sends,
    templates,
    upgrades,
)
from flows.cli.arguments import Layout, Verb, Version, add_discover, add_inspect
from flows.cli.output import Output, trouble

if TYPE_CHECKING:  # the help of a verb imports nothing that takes its time
    from flows.settings import Settings

# two make it, the others need none or look themselves
WITHOUT_DATABASE = (
    *("run", "migrate", "deploy", "worker", "web", "codes"),
    *("prefect", "gate", "drain", "install"),
    *("backup", "restore", "drill", "upgrade"),
    *("kit", "handover"),
)


def run(_arguments: argparse.Namespace, settings: "Settings", _out: Output) -> int:
    from flows import run as installed

    return installed.run(settings, main)


def inspect(arguments: argparse.Namespace, out: Output) -> int:
    from flows.cli import inspection

    return inspection.inspect(arguments, out)


def discover(arguments: argparse.Namespace, out: Output) -> int:
    from datetime import UTC, datetime

    from flows.cli import discover as discovery

    return discovery.discover(
        arguments.address,
        istat=arguments.istat,
        comune=arguments.comune,
        alerts=arguments.alerts,
        write=arguments.write,
        now=datetime.now(UTC),
        out=out,
    )


def complete(arguments: argparse.Namespace, _out: Output) -> int:
    print(completion.script(parser(), arguments.shell), end="")
    return 0


WITHOUT_INSTALLATION = {
    "inspect": inspect,
    "discover": discover,
    "completion": complete,
    "doctor": health.doctor,  # these two find out themselves what of it is there
    "watchdog": health.watchdog,
    "fleet": fleet.fleet,
}


@cache  # 10 ms, of which a process that serves one Comune after another has use once
def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m flows",
        description="From the Comune's web site and the weather alerts to the citizens' WhatsApp.",
        epilog="An installation is a profile (--profile, else BOLLETTINO_PROFILE, else the sandbox's demo) "
        "and a state folder (BOLLETTINO_STATE, else .bollettino/<slug>). "
        "Exit codes: 0 done, 2 something could not be done and says what.",
    )
    top.add_argument("--version", action=Version)
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def add(name: str, handler: Verb, words: str, *, writes: bool = True) -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, help=words.splitlines()[0], description=words, formatter_class=Layout)
        verb.add_argument(
            "--profile", metavar="FILE", help="the Comune's profile (TOML), of a fleet its slug"
        )
        if writes:
            verb.add_argument("--dry-run", action="store_true", help="say what would be done; write nothing")
        verb.set_defaults(handler=handler)
        return verb

    add("run", run, "Start the whole installation: server, worker, web app, and the sandbox Comune "
        "when the profile is a sandbox. Ctrl-C stops it.", writes=False)  # fmt: skip
    installation.add_first_verbs(add)
    machine.add_verbs(add)
    daily.add_verbs(add)
    sends.add_verbs(add)
    proofs.add_verbs(add)
    citizens.add_verbs(add)
    public.add_verbs(add)
    templates.add_verbs(add)
    daily.add_later_verbs(add)
    installation.add_codes(add)
    people.add_verbs(add)
    health.add_verbs(add)
    backups.add_verbs(add)
    upgrades.add_verbs(add)
    adoption.add_verbs(add)
    fleet.add_fleet(verbs)
    add_inspect(verbs)
    add_discover(verbs)
    completion.add_completion(verbs)
    return top


def act(arguments: argparse.Namespace, out: Output) -> int:
    """Do what a verb does to an installation; errors that a person can mend are told in a line."""
    from sqlalchemy.exc import DatabaseError

    from db.engine import StoreError
    from flows.cli.fleet_processes import OF_ALL
    from flows.door.keys import KeysError
    from flows.fleet import registry
    from flows.privacy import intact
    from flows.settings import BollettinoError, load

    try:
        handler: Verb = arguments.handler
        if arguments.verb in OF_ALL and not arguments.profile and (of := registry.of_process()):
            return OF_ALL[arguments.verb](arguments, of, out)
        settings = load(arguments.profile)
        if arguments.verb not in ("run", "prefect"):  # the server needs none of what the sandbox keeps
            settings.prepare_secrets(make=False)
        settings.enter(arguments.verb)  # the web app, which citizens reach, gets no credential of Prefect's
        if arguments.verb in ("run", "deploy"):
            for warning in settings.warnings:
                out.trouble(f"bollettino: warning: {warning}")
        if arguments.verb not in WITHOUT_DATABASE:
            intact.require(settings)
        code = handler(arguments, settings, out)
        if settings.fleet and not settings.path.exists():  # `fleet retire --export` came in between
            out.trouble(
                f"bollettino: {settings.profile.slug} has left the fleet meanwhile, and what was done may be "
                "in no copy of it: type it again where it went"
            )
            return 2
        return code
    except (BollettinoError, StoreError, KeysError) as exc:  # any other is a defect and keeps its trace
        out.trouble(f"bollettino: {exc}")
        return 2
    except DatabaseError as exc:
        from db import schema

        if not schema.is_harm(exc):
            raise
        out.trouble(f"bollettino: {schema.HARMED}")
        return 2


def main(arguments: list[str] | None = None) -> int:
    parsed = parser().parse_args(arguments)
    parsed.typed = sys.argv[1:] if arguments is None else arguments
    parsed.main = main  # for who has other verbs done
    keys = getattr(parsed, "keys", ())
    as_json = getattr(parsed, "json", False)
    if as_json and not keys:  # `codes --json new`
        trouble("bollettino: this verb has nothing to tell a program: leave --json out")
        return 2
    out = Output(as_json=as_json, keys=keys)
    try:
        if alone := WITHOUT_INSTALLATION.get(parsed.verb):
            return alone(parsed, out)
        return act(parsed, out)
    finally:
        out.close()


if __name__ == "__main__":
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has seen enough: `... | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)
