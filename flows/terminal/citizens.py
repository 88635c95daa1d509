"""Citizens' data at the command line: lists, one person's data, erasure, keys, retention, the register."""

import argparse
import json
import os
import pwd
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from db.recipients import Address
from flows.settings import Settings
from flows.terminal.arguments import day

Add = Callable[..., argparse.ArgumentParser]


def who_asks() -> str:
    """The user of this machine, for the access log; an environment variable would prove nothing."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def subscribers(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.privacy import lists
    from flows.privacy.subscribers import Origin, give_out, take_in

    engine, now = make_engine(settings.database), datetime.now(UTC)
    if arguments.what == "export":
        count = give_out(settings, engine, arguments.file, by=who_asks(), now=now)
        print(f"{count} subscribers written to {arguments.file}, which only you can read")
        return 0
    if arguments.what == "test":
        from flows.dispatching import trial

        count = trial.mark(settings, engine, _address(arguments), is_test=not arguments.off)
        print(f"recipients marked as test: {count}")
        return 0
    report = take_in(
        settings,
        engine,
        lists.read(arguments.file),
        Origin(arguments.source, arguments.dated, arguments.act),
        by=who_asks(),
        dry_run=arguments.dry_run,
        now=now,
    )
    print(report)
    return 0


def export_person(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.privacy import people

    who, now = _address(arguments), datetime.now(UTC)
    found = people.export(settings, make_engine(settings.database), who, by=who_asks(), now=now)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


def erase(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.privacy import people

    who, now = _address(arguments), datetime.now(UTC)
    count = people.erase(settings, make_engine(settings.database), who, by=who_asks(), now=now)
    print("erased" if count else "nothing is known of this number")
    return 0


def _address(arguments: argparse.Namespace) -> Address:
    from flows.privacy.addressed import address

    return address(sys.stdin.readline() if arguments.number == "-" else arguments.number)


def rotate_keys(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.privacy.rotation import rotate

    found = rotate(make_engine(settings.database), settings.vault(), dry_run=arguments.dry_run)
    print(f"sealed anew: {found.done}; under the newest key already: {found.before}")
    for one in found.lost:
        print(f"no key opens {one}", file=sys.stderr)
    if not found.lost and not arguments.dry_run:
        print("the older keys may leave BOLLETTINO_ENCRYPTION_KEYS, once every process has been restarted")
    return 2 if found.lost else 0


def retention(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.retention import retain, words

    engine, now = make_engine(settings.database), datetime.now(UTC)
    print(words(retain(settings, engine, dry_run=arguments.dry_run, now=now)))
    return 0


def numbers(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.numbers import drawing, overview, printed

    found, now = overview(make_engine(settings.database)), datetime.now(UTC)
    print(*printed(settings, found, now), sep="\n")
    if arguments.picture:
        arguments.picture.write_text(drawing(found, now), encoding="utf-8")
    return 0


def privacy(arguments: argparse.Namespace, settings: Settings) -> int:
    from db import access, recipients
    from db.engine import make_engine, reading
    from flows.bulletin.dates import in_rome
    from flows.privacy.register import report

    with reading(make_engine(settings.database)) as session:
        if arguments.what == "report":
            print(report(settings, subscribers=recipients.subscribed(session), now=datetime.now(UTC)), end="")
            return 0
        for one in access.listing(session, limit=arguments.last):
            subject = f" {one.subject_hash[:12]}" if one.subject_hash else ""
            print(f"{in_rome(one.at):%Y-%m-%d %H:%M} {one.by}: {one.command}, {one.people}{subject}")
    return 0


def add_verbs(add: Add) -> None:
    """`add` is the parser's own: name, handler, words, and whether there is a dry run."""
    found = add("subscribers", subscribers, "Take an existing list of subscribers in, or give ours out.",
                writes=False)  # fmt: skip
    kinds = found.add_subparsers(dest="what", required=True, metavar="import|export|test")
    words = (
        "Subscribe who is on a list and never left: a CSV with a column 'telefono', or a vCard. Landlines, "
        "doubles and whoever left before are told, and not subscribed. No message is sent."
    )
    taking = kinds.add_parser("import", help=words.partition(":")[0], description=words)
    taking.add_argument("file", type=Path, metavar="FILE")
    taking.add_argument("--source", required=True, help="where the list comes from: 'liste broadcast URP'")
    taking.add_argument("--dated", required=True, type=day, metavar="DAY", help="the list's day: 2026-09-01")
    taking.add_argument("--act", required=True, help="the act that allows it: 'delibera n. 12/2026'")
    taking.add_argument("--dry-run", action="store_true", help="say what would be done; write nothing")
    words = "Write who is subscribed, with their numbers, to a new CSV that only you can read."
    giving = kinds.add_parser("export", help=words, description=words)
    giving.add_argument("file", type=Path, metavar="FILE")
    words = "Mark a subscriber as test: `dispatch N --test` goes to these alone, and no sum counts them."
    testing = kinds.add_parser("test", help=words.partition(":")[0], description=words)
    testing.add_argument("number", metavar="NUMBER", help="with or without +39, a BSUID, or - to type it")
    testing.add_argument("--off", action="store_true", help="mark it no more")
    for name, handler, said in (
        ("export-person", export_person, "Print what we hold of one person, as JSON (GDPR 15 and 20)."),
        ("erase", erase, "Unsubscribe and forget one person (GDPR 17); a code that holds no number stays."),
    ):
        found = add(name, handler, f"{said} The access log notes it.", writes=False)
        found.add_argument("number", metavar="NUMBER", help="with or without +39, a BSUID, or - to type it")
    add("rotate-keys", rotate_keys, "Seal all personal data anew under the newest encryption key. "
        "Put it first in BOLLETTINO_ENCRYPTION_KEYS and restart, before.")  # fmt: skip
    add("retention", retention, "End what was kept for its period in the profile; also runs every day.")
    found = add("numbers", numbers, "Print how the service is doing: subscribers, who came and went, what "
                "arrived. Sums only.", writes=False)  # fmt: skip
    found.add_argument("--picture", type=Path, metavar="FILE", help="write the picture, too, as SVG")
    found = add("privacy", privacy, "Print the register of processing (GDPR 30), or who saw numbers.",
                writes=False)  # fmt: skip
    kinds = found.add_subparsers(dest="what", required=True, metavar="report|log")
    kinds.add_parser("report", help="the register of processing, as Markdown, from this configuration")
    logged = kinds.add_parser("log", help="the commands that showed, gave out or erased numbers")
    logged.add_argument("--last", type=int, default=50, metavar="N", help="how many (default: 50)")
