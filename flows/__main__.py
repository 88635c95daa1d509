"""The command line: `python -m flows <verb>`. Each verb's --help says what it does to what."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from db.errors import StoreError
from flows import published
from flows.settings import BollettinoError, Settings, load
from flows.terminal import citizens
from flows.terminal import sends as terminal
from flows.terminal.arguments import add_discover, add_inspect, day

if TYPE_CHECKING:  # importing a verb imports Prefect, which takes a second and reads the environment
    from flows.sources.readings import Reading

Verb = Callable[[argparse.Namespace, Settings], int]

# Errors whose text is for the person at the terminal; any other is a defect and keeps its trace.
EXPLAINED = (BollettinoError, StoreError)
# two make it, two need none, one looks itself
WITHOUT_DATABASE = ("run", "migrate", "deploy", "web", "codes")


def migrate(arguments: argparse.Namespace, settings: Settings) -> int:
    from db import schema
    from db.engine import make_engine

    settings.state.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database)
    steps = schema.pending(engine)
    print("\n".join(steps) or "nothing to do")
    if steps and not arguments.dry_run:
        schema.upgrade(engine)
    return 0


def collect(arguments: argparse.Namespace, settings: Settings) -> int:
    from flows.collect import CHOICES
    from flows.sources.visit import collect_sources

    which = CHOICES[arguments.which]
    readings = collect_sources(settings, which, dry_run=arguments.dry_run, now=datetime.now(UTC))
    return _tell(readings)


def compose(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows import runs
    from flows.compose import compose_draft, report
    from flows.desk import windows

    if not arguments.dry_run:
        runs.require_server(settings)
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    draft = compose_draft(
        settings, engine, at_approval=arguments.at_approval, dry_run=arguments.dry_run, now=now
    )
    print(report(draft), draft.preview, sep="\n\n")
    if draft.bulletin_id is not None and (
        run_id := windows.open_review(settings, engine, draft.bulletin_id, now=now)
    ):
        print(f"\n{runs.link(settings, run_id)}")
    return 0


def approve(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows import runs
    from flows.approve import load_round
    from flows.desk import windows
    from flows.desk.form import describe

    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    print(describe(settings, load_round(settings, engine, arguments.bulletin, now=now), now))
    if arguments.dry_run:
        return 0
    runs.require_server(settings)
    run_id = windows.open_review(settings, engine, arguments.bulletin, now=now)
    print(f"\n{runs.link(settings, run_id) if run_id else 'This bulletin does not wait for approval.'}")
    return 0 if run_id else 2


def history(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.terminal import history as past

    print(past.history(make_engine(settings.database), arguments.bulletin))
    return 0


def watch(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows import runs
    from flows.watch import answering, look, rounds

    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    if arguments.dry_run:
        print(look(settings, engine, dry_run=True, now=now))
        return 0
    runs.require_server(settings)
    found, told = rounds(settings, engine, answering=answering(engine, now), now=now)
    print(found, *told, sep="\n")
    return 0


def absence(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.absence import note_absence

    noted = note_absence(
        settings,
        make_engine(settings.database),
        who=arguments.who,
        first=arguments.first,
        last=arguments.last,
        note=arguments.note,
        cancel=arguments.cancel,
        dry_run=arguments.dry_run,
        now=datetime.now(UTC),
    )
    print(noted.words)
    return 0 if noted.is_stored or arguments.dry_run else 2


def closure(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.absence import note_closure

    noted = note_closure(
        settings,
        make_engine(settings.database),
        first=arguments.first,
        last=arguments.last,
        note=arguments.note,
        cancel=arguments.cancel,
        dry_run=arguments.dry_run,
        now=datetime.now(UTC),
    )
    print(noted.words)
    return 0 if noted.is_stored or arguments.dry_run else 2


def backfill(arguments: argparse.Namespace, settings: Settings) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from flows.backfill import backfill_all
    from flows.sources.window import Window

    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[what]}"))
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as shown:
        bar = shown.add_task("backfill", total=1.0, what="")
        readings = backfill_all(
            settings,
            Window(arguments.first, arguments.last),
            dry_run=arguments.dry_run,
            offer=arguments.offer,
            now=datetime.now(UTC),
            progress=lambda reading, share: shown.update(bar, completed=share, what=str(reading)),
        )
    return _tell(readings)


def deploy(_arguments: argparse.Namespace, settings: Settings) -> int:
    from flows import deploy as deployment
    from flows import runs

    settings.require_codes()
    runs.require_server(settings)
    print("\n".join(deployment.deploy(settings)))
    return 0


def web(_arguments: argparse.Namespace, settings: Settings) -> int:
    from flows.web.app import serve

    settings.require_filled()
    return serve(settings)


def run(_arguments: argparse.Namespace, settings: Settings) -> int:
    from flows import run as installation

    return installation.run(settings)


def codes(arguments: argparse.Namespace, settings: Settings) -> int:
    from flows.editors import enrolment

    print(
        enrolment.new(settings, arguments.name) if arguments.what else "\n".join(enrolment.listing(settings))
    )
    return 0


def inspect(arguments: argparse.Namespace) -> int:
    from flows.terminal import inspection

    if arguments.what == "feed":
        return inspection.inspect_feed(arguments.source)
    if arguments.what == "page":
        return inspection.inspect_page(arguments.source, arguments.base_url)
    if arguments.what == "alerts":
        now = arguments.now or datetime.now(UTC)
        return inspection.inspect_alerts(arguments.source, arguments.zone, now, arguments.hazard)
    if arguments.what == "markup":
        return inspection.inspect_markup(arguments.source, arguments.base_url)
    if arguments.what == "facts":
        return inspection.inspect_facts(arguments.source)
    return inspection.inspect_summary(arguments.source, arguments.limit)


def discover(arguments: argparse.Namespace) -> int:
    from flows.terminal import discovery

    return discovery.discover(
        arguments.address,
        istat=arguments.istat,
        comune=arguments.comune,
        alerts=arguments.alerts,
        write=arguments.write,
        now=datetime.now(UTC),
    )


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m flows",
        description="From the Comune's web site and the weather alerts to the citizens' WhatsApp.",
        epilog="An installation is a profile (--profile, else BOLLETTINO_PROFILE, else the sandbox's demo) "
        "and a state folder (BOLLETTINO_STATE, else .bollettino/<slug>). "
        "Exit codes: 0 done, 2 something could not be done and says what.",
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def add(name: str, handler: Verb, words: str, *, writes: bool = True) -> argparse.ArgumentParser:
        found = verbs.add_parser(name, help=words.splitlines()[0], description=words)
        found.add_argument("--profile", metavar="FILE", help="the Comune's profile (TOML)")
        if writes:
            found.add_argument("--dry-run", action="store_true", help="say what would be done; write nothing")
        found.set_defaults(handler=handler)
        return found

    add("run", run, "Start the whole installation: server, worker, web app, and the sandbox Comune "
        "when the profile is a sandbox. Ctrl-C stops it.", writes=False)  # fmt: skip
    add("migrate", migrate, "Bring the database to this version. Make a backup first.")
    add(
        "deploy",
        deploy,
        "Register deployments and schedules with the running server.",
        writes=False,
    )
    add("web", web, "Serve the webhook and the citizens' pages (a process of `run`).", writes=False)
    found = add("collect", collect, "Read the site and the alerts; store what is new.")
    found.add_argument("which", nargs="?", choices=["tutto", "notizie", "allerte"], default="tutto",
                       help="everything, the news, or the alerts")  # fmt: skip
    found = add("compose", compose, "Draft the bulletin of the next slot and open the editor's form. "
                "A second run refreshes a draft that nobody has touched.")  # fmt: skip
    found.add_argument("--at-approval", action="store_true", help="no slot: it goes once approved")
    found = add("approve", approve, "Show a draft, and open the editor's form again if it was lost. "
                "The decision is made in the form, never here.")  # fmt: skip
    found.add_argument("bulletin", type=int, help="the bulletin's number")
    found = add("history", history, "Show who did what to a bulletin: each version and what it changed, who "
                "approved it and in spite of what, what left. Changes nothing.", writes=False)  # fmt: skip
    found.add_argument("bulletin", type=int, help="the bulletin's number")
    terminal.add_verbs(add)
    citizens.add_verbs(add)
    published.add_verbs(add)
    add("watch", watch, "Close what is past its time, open lost forms again, start what goes at approval.")
    found = add("absence", absence, "Enter when an editor is away, or take it back: the next one is called.")
    found.add_argument("who", help="the editor's name, as in the profile")
    away = found
    closed = add("closure", closure, "Enter days without a bulletin, or take them back; alerts still go.")
    for found in (away, closed):
        found.add_argument("first", type=day, help="first day, like 2026-12-07")
        found.add_argument("last", type=day, help="last day, included")
        found.add_argument("--note", default="", help="for the colleagues")
        found.add_argument("--cancel", action="store_true", help="take back what was entered for these days")
    found = add("backfill", backfill, "Collect the news of past days, both included. Cannot compose or send; "
                "what it brings enters no bulletin by itself. Stopped, it goes on where it was.")  # fmt: skip
    found.add_argument("first", type=day, help="first day, like 2026-09-01")
    found.add_argument("last", type=day, help="last day")
    found.add_argument(
        "--offer", action="store_true", help="offer these news in the next bulletin (default: they are not)"
    )
    found = add("codes", codes, "List the editors and whether each has a secret for one-time codes. "
                "`codes new NAME` makes one and shows it once, for the environment and for the phone; "
                "nothing is stored.", writes=False)  # fmt: skip
    new = found.add_subparsers(dest="what", metavar="new").add_parser(
        "new", help="a new secret for an editor, shown once", description="Make a secret and show it once."
    )
    new.add_argument("name", metavar="NAME", help="as the profile calls the editor, or the id")
    add_inspect(verbs)
    add_discover(verbs)
    return top


def _tell(readings: "list[Reading]") -> int:
    """Print what came of each source; return the exit code."""
    for reading in readings:
        print(reading, file=sys.stderr if reading.failure else sys.stdout)
        for title in reading.found:
            print(f"  would store: {title}")
        for title in reading.offered:
            print(f"  would offer: {title}")
        for problem in reading.problems:
            print(f"  {problem}")
    if not readings:
        print("no source to read: the profile names none", file=sys.stderr)
    return 2 if any(reading.failure for reading in readings) else 0


def _require_database(settings: Settings) -> None:
    from db import schema
    from db.engine import make_engine

    schema.check(make_engine(settings.database))


def main(arguments: list[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    if given.verb == "inspect":
        return inspect(given)
    if given.verb == "discover":
        return discover(given)
    try:
        settings = load(given.profile)
        if given.verb != "run":
            settings.prepare_secrets(make=False)
        settings.enter()
        if given.verb in ("run", "deploy"):
            for warning in settings.warnings:
                print(f"bollettino: warning: {warning}", file=sys.stderr)
        if given.verb not in WITHOUT_DATABASE:
            _require_database(settings)
        handler: Verb = given.handler
        return handler(given, settings)
    except EXPLAINED as exc:
        print(f"bollettino: {exc}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has seen enough: `... | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)
