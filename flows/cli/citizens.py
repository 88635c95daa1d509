"""Citizens' data at the command line: lists, one person's data, erasure, keys, retention, the register."""

import argparse
import json
import os
import pwd
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, add_verb, day, for_programs
from flows.cli.output import Output

if TYPE_CHECKING:
    from db.recipients import Address
    from db.service_numbers import Sent
    from flows.settings import Settings


def who_asks() -> str:
    """The user of this machine, for the access log; an environment variable would prove nothing."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def subscribers(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.privacy import lists
    from flows.privacy.subscribers import ListOrigin, give_out, take_in

    engine, now = settings.engine(), datetime.now(UTC)
    if arguments.what == "export":
        count = give_out(settings, engine, arguments.file, by=who_asks(), now=now)
        out.say(f"{count} subscribers written to {arguments.file}, which only you can read")
        out.keep(subscribers=count, file=arguments.file)
        return 0
    if arguments.what == "test":
        from flows.sending import samples

        count = samples.mark(settings, engine, _address(arguments), is_test=not arguments.off)
        out.say(f"recipients marked as test: {count}")
        out.keep(marked=count)
        return 0
    with out.progress("taking the list in"):
        report = take_in(
            settings,
            engine,
            lists.read(arguments.file),
            ListOrigin(arguments.source, arguments.dated, arguments.act),
            by=who_asks(),
            dry_run=arguments.dry_run,
            now=now,
        )
    out.say(str(report))
    out.keep(
        read=report.count.total(),
        counts={verdict.value: count for verdict, count in report.count.items()},
        lines=report.lines,
    )
    return 0


def export_person(arguments: argparse.Namespace, settings: "Settings", _out: Output) -> int:
    from flows.privacy import people

    who, now = _address(arguments), datetime.now(UTC)
    record = people.export(settings, settings.engine(), who, by=who_asks(), now=now)
    print(json.dumps(record, ensure_ascii=False, indent=2))
    return 0


def erase(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.privacy import people

    who, now = _address(arguments), datetime.now(UTC)
    count = people.erase(settings, settings.engine(), who, by=who_asks(), now=now)
    out.say("erased" if count else "nothing is known of this number")
    out.keep(erased=count)
    return 0


def _address(arguments: argparse.Namespace) -> "Address":
    from flows.privacy.phones import address

    if arguments.number != "-":
        return address(arguments.number)
    if sys.stdin.isatty():
        print("number: ", end="", file=sys.stderr, flush=True)
    return address(sys.stdin.readline())


def rotate_keys(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.privacy.rotation import rotate

    with out.progress("sealing anew"):
        rotation = rotate(settings.engine(), settings.vault(), dry_run=arguments.dry_run)
    out.say(f"sealed anew: {rotation.done}; under the newest key already: {rotation.before}")
    out.keep(sealed=rotation.done, before=rotation.before, lost=rotation.lost)
    for place in rotation.lost:
        out.trouble(f"no key opens {place}")
    if not rotation.lost and not arguments.dry_run:
        out.say("the older keys may leave BOLLETTINO_ENCRYPTION_KEYS, once every process has been restarted")
    return 2 if rotation.lost else 0


def retention(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.retain import retain, words

    engine, now = settings.engine(), datetime.now(UTC)
    with out.progress("ending what was kept long enough"):
        ended = retain(settings, engine, dry_run=arguments.dry_run, now=now)
    out.say(words(ended))
    out.keep(ended={RETAINED[name]: count for name, count in ended.items()})
    return 0


def numbers(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from db.models import Scope
    from flows.count import drawing, overview, printed

    counts, now = overview(settings.engine()), datetime.now(UTC)
    out.say(*printed(settings, counts, now))
    out.keep(
        subscribers=counts.total,
        alerts_only=sum(count for (_, scope), count in counts.subscribers.items() if scope == Scope.alerts),
        bulletins=[_sent(bulletin) for bulletin in counts.bulletins],
    )
    if arguments.picture:
        arguments.picture.write_text(drawing(counts, now), encoding="utf-8")
    return 0


def _sent(bulletin: "Sent") -> dict[str, object]:
    """Shares are null where so few got it that they would tell of each person."""
    outcomes: dict[str, int] = {}
    for (status, _code), count in bulletin.outcomes.items():
        outcomes[status.value] = outcomes.get(status.value, 0) + count
    return {
        "bulletin": bulletin.id,
        "kind": bulletin.kind.value,
        "at": bulletin.at,
        "outcomes": outcomes,
        "delivered": bulletin.shares.delivered if bulletin.shares else None,
        "read": bulletin.shares.read if bulletin.shares else None,
        "joined": bulletin.joined,
        "left": bulletin.tally.exits,
        "replies": bulletin.tally.replies,
    }


def privacy(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from db import privacy as access
    from db import recipients
    from db.engine import reading
    from flows.bulletin.language.dates import in_rome
    from flows.privacy.register import report

    with reading(settings.engine()) as session:
        if arguments.what == "report":
            text = report(settings, subscribers=recipients.subscribed(session), now=datetime.now(UTC))
            out.say(text.removesuffix("\n"))
            out.keep(register=text)
            return 0
        seen = access.accesses(session, limit=arguments.last)
        rows = [
            {
                "at": f"{in_rome(row.at):%Y-%m-%d %H:%M}",
                "by": row.by,
                "command": row.command,
                "people": row.people,
                "subject": row.subject_hash[:12] if row.subject_hash else None,
            }
            for row in seen
        ]
    plain = ("{at} {by}: {command}, {people} {subject}".format(**row | {"subject": row["subject"] or ""})
             for row in rows)  # fmt: skip
    out.table("accesses", rows, (line.rstrip() for line in plain))
    return 0


RETAINED = {  # what the profile's periods end, as keys of a document
    "persone": "people",
    "messaggi": "messages",
    "risposte": "replies",
    "ricevute": "receipts",
    "consegne": "deliveries",
    "lettere": "letters",
    "chiamate": "calls",
    "accessi": "accesses",
    "porta": "sign-ins",
}


def _take_number(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "number",
        metavar="NUMBER",
        nargs="?",
        default="-",
        help="with or without +39, or a BSUID; - or none: from standard input, since the command line stays "
        "in the shell's history and other users see it in the list of processes",
    )  # fmt: skip


def add_verbs(add: Add) -> None:
    """Those about citizens' data. `export-person` is JSON by itself, and the one that shows a number."""
    _add_subscribers(add)
    for name, handler, words in (
        ("export-person", export_person, "Print what we hold of one person, as JSON (GDPR 15 and 20)."),
        ("erase", erase, "Unsubscribe and forget one person (GDPR 17); a code that holds no number stays."),
    ):
        parser = add(name, handler, f"{words} The access log notes it.", writes=False)
        _take_number(parser)
        if name == "erase":
            for_programs(parser, erased="how many were: 0 where nothing is known of the number")
    parser = add("rotate-keys", rotate_keys, "Seal all personal data anew under the newest encryption key. "
        "Put it first in BOLLETTINO_ENCRYPTION_KEYS and restart, before.")  # fmt: skip
    for_programs(
        parser,
        sealed="how many values were (or would be) sealed anew",
        before="how many were under the newest key already",
        lost="those that no key opens, as 'table.column id'",
    )
    parser = add(
        "retention", retention, "End what was kept for its period in the profile; also runs every day."
    )
    for_programs(parser, ended=f"how many rows, by {', '.join(RETAINED.values())}")
    parser = add("numbers", numbers, "Print how the service is doing: subscribers, who came and went, what "
                 "arrived. Sums only.", writes=False)  # fmt: skip
    parser.add_argument("--picture", type=Path, metavar="FILE", help="write the picture, too, as SVG")
    for_programs(
        parser,
        subscribers="how many there are",
        alerts_only="how many of them want alerts alone",
        bulletins="the last ones, oldest first: bulletin, kind, at, outcomes (by status), delivered and read "
        "(shares; null of few), joined, left, replies",
    )
    parser = add("privacy", privacy, "Print the register of processing (GDPR 30), or who saw numbers.",
                 writes=False)  # fmt: skip
    kinds = parser.add_subparsers(dest="what", required=True, metavar="report|log")
    words = "The register of processing, as Markdown, from this configuration."
    register = add_verb(kinds, "report", words)
    for_programs(register, register="the register (Markdown)")
    words = "The commands that showed, gave out or erased numbers."
    logged = add_verb(kinds, "log", words)
    logged.add_argument("--last", type=int, default=50, metavar="N", help="how many (default: 50)")
    for_programs(
        logged,
        accesses="one object each, the newest first: at (in Italy), by, command, people, subject (a code "
        "that holds no number)",
    )


def _add_subscribers(add: Add) -> None:
    parser = add("subscribers", subscribers, "Take an existing list of subscribers in, or give ours out.",
                 writes=False)  # fmt: skip
    kinds = parser.add_subparsers(dest="what", required=True, metavar="import|export|test")
    words = (
        "Subscribe who is on a list and never left: a CSV with a column 'telefono', or a vCard. Landlines, "
        "doubles and whoever left before are told, and not subscribed. No message is sent."
    )
    taking = add_verb(kinds, "import", words)
    taking.add_argument("file", type=Path, metavar="FILE", help="- is standard input")
    taking.add_argument("--source", required=True, help="where the list comes from: 'liste broadcast URP'")
    taking.add_argument("--dated", required=True, type=day, metavar="DAY", help="the list's day: 2026-09-01")
    taking.add_argument("--act", required=True, help="the act that allows it: 'delibera n. 12/2026'")
    taking.add_argument("--dry-run", action="store_true", help="say what would be done; write nothing")
    for_programs(
        taking,
        read="how many lines were",
        counts="how many of each: subscribed, already subscribed, ...",
        lines="why a line was not subscribed, without its number",
    )
    words = "Write who is subscribed, with their numbers, to a new CSV that only you can read."
    giving = add_verb(kinds, "export", words)
    giving.add_argument("file", type=Path, metavar="FILE")
    for_programs(giving, subscribers="how many were written", file="where to")
    words = "Mark a subscriber as test: `dispatch N --test` goes to these alone, and no sum counts them."
    testing = add_verb(kinds, "test", words)
    _take_number(testing)
    testing.add_argument("--off", action="store_true", help="mark it no more")
    for_programs(testing, marked="how many recipients are marked as test")
