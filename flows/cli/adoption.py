"""kit and handover: the papers before a service opens, and what whoever takes it over must know."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, for_programs
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.settings import Settings


def kit(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from db import recipients
    from db.engine import StoreError, reading
    from flows.doctor.reader import reader
    from flows.kit import papers
    from flows.profiles.places import gaps

    try:
        with reader(settings) as engine, reading(engine) as session:
            subscribers = recipients.subscribed(session)
    except StoreError:
        subscribers = 0  # the papers come before the first start
    contents = papers.papers(
        settings,
        subscribers=subscribers,
        expected=subscribers if arguments.subscribers is None else arguments.subscribers,
        now=datetime.now(UTC),
    )
    places = {name: gaps(text) for name, text in contents.items() if name.endswith(".md")}
    for name in sorted(contents):
        waiting = places.get(name)
        out.say(f"{name}: {waiting} places to fill in" if waiting else name)
    out.keep(files=sorted(contents), gaps=places)
    if arguments.dry_run:
        out.say("nothing was written")
        return 0
    papers.write(arguments.folder, contents)
    out.say(f"written to {arguments.folder}; begin with leggimi.md")
    out.keep(folder=arguments.folder)
    return 0


def handover(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.kit import inventory

    text = inventory.report(settings, now=datetime.now(UTC), is_offline=arguments.offline)
    out.say(text.rstrip())
    out.keep(report=text)
    return 0


def _people(text: str) -> int:
    """For `--subscribers`. Raises ArgumentTypeError, whose text argparse shows."""
    if not text.isdigit() or not 0 < int(text) <= 3_000_000:  # the largest Comune has 2.7 million
        raise argparse.ArgumentTypeError(f"{text!r} is no number of people; write one like 3000")
    return int(text)


def add_verbs(add: Add) -> None:
    words = (
        "Write the papers that a Comune needs before it opens the service: act, notice, register, risk "
        "sheet, appointments, costs, launch plan, comparison, poster. In Italian, filled in from the "
        "profile; what only a person knows stands in square brackets."
    )
    parser = add("kit", kit, words)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new one; no file is written over")
    parser.add_argument(
        "--subscribers",
        type=_people,
        metavar="N",
        help="reckon costs and limits for so many (default: who subscribes today)",
    )
    for_programs(
        parser,
        files="the name of each",
        gaps="how many places of each wait for a person",
        folder="where they were written to",
    )
    words = (
        "Print what whoever takes the service over must know: accounts, keys by fingerprint, dates that "
        "end, people, open matters. In Italian, for a file (`> consegne.md`); no secret and no citizen's "
        "number is in it. Changes nothing."
    )
    parser = add("handover", handover, words, writes=False)
    parser.add_argument("--offline", action="store_true", help="ask nobody but the database")
    for_programs(parser, report="the whole of it, as Markdown")
