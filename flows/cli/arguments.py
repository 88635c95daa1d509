"""What stands on the command line, read with words that a person can act on.

Imports nothing that takes its time: the help of a verb is there at once.
"""

import argparse
import shlex
import textwrap
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from flows.cli.output import Output
    from flows.settings import Settings

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Verb: TypeAlias = "Callable[[argparse.Namespace, Settings, Output], int]"
Add: TypeAlias = Callable[..., argparse.ArgumentParser]
"""`add(name, handler, words, writes=...)` makes a verb's parser."""

ROOT = Path(__file__).resolve().parents[2]
KEYS = "keys of --json (one that does not apply is left out):"
HAZARDS = ("temporali", "idrogeologico", "idraulico", "vento", "neve")  # of AllertaLOM's queries


class Version(argparse.Action):
    """Print the version that stands in pyproject.toml: the application is run from its folder."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version")

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        import tomllib

        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        print(f"{project['name']} {project['version']}")
        parser.exit()


def add_port(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("--port", type=int, metavar="N", help=words)


def day(text: str) -> date:
    """Raises ArgumentTypeError, whose text argparse shows."""
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write a day like 2026-09-01") from exc


def moment(text: str) -> datetime:
    """An aware time for `--now`; without an offset it is a time in Italy. Raises ArgumentTypeError."""
    from zoneinfo import ZoneInfo

    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write one like 2026-09-01T14:00") from exc
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo("Europe/Rome"))


def for_programs(parser: argparse.ArgumentParser, **keys: str) -> None:
    """--json for a verb, with the keys of its document in its --help; a key that does not apply is left out.

    The innermost parser counts: `subscribers import` has other keys than `subscribers export`.
    """
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document, for a program"
    )
    width = max(map(len, keys))
    listed = [f"  {name:<{width}}  {words}" for name, words in keys.items()]
    parser.epilog = "\n".join([KEYS, *listed])
    parser.set_defaults(keys=tuple(keys))


class Layout(argparse.HelpFormatter):
    """Fills the words of a verb, and each row of a list below them by itself."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        head, *rows = text.splitlines()
        head = super()._fill_text(head, width, indent)
        if not rows:
            return head
        below = indent + " " * max(row.index(row.split(maxsplit=1)[1]) for row in rows)
        filled = (
            textwrap.fill(row, width, initial_indent=indent, subsequent_indent=below, break_on_hyphens=False)
            for row in rows
        )
        return "\n".join([head, *filled])


def add_verb(verbs: Verbs, name: str, words: str) -> argparse.ArgumentParser:
    """A verb, or what stands after one; its line in the list of them ends at the first colon."""
    return verbs.add_parser(name, help=words.partition(":")[0], description=words, formatter_class=Layout)


def editor(arguments: argparse.Namespace, settings: "Settings", option: str) -> str:
    """The editor that an option names, by name or id whatever the capitals.

    BollettinoError that lists the names, and where one of them must be meant says the command to type.
    """
    from flows.settings import BollettinoError

    typed: str = getattr(arguments, option.removeprefix("--").replace("-", "_"))
    if person := settings.profile.editor(typed):
        return person.name
    names = [person.name for person in settings.profile.editors]
    message = f"{typed!r} is no editor of {settings.path}; they are: {', '.join(names)}."
    alike = [name for name in names if typed.strip() and typed.strip().casefold() in name.casefold()]
    if len(alike) == 1:
        message += f" To type: {retyped(arguments, typed, alike[0])}"
    raise BollettinoError(message)


def retyped(arguments: argparse.Namespace, typed: str, meant: str) -> str:
    """The command that was typed, with another word in the place of one."""
    words = [
        f"{word.removesuffix(typed)}{meant}" if word == typed or word.endswith(f"={typed}") else word
        for word in arguments.typed
    ]
    return f"python -m flows {shlex.join(words)}"


def take_bulletin(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bulletin", type=int, help="the bulletin's number")


def take_decider(parser: argparse.ArgumentParser, words: str = "who decides it") -> None:
    parser.add_argument("--by", metavar="NAME", required=True, help=f"{words}, as in the profile")


def add_inspect(verbs: Verbs) -> None:
    words = (
        "Show what we read in a source, as JSON lines. SOURCE is an address, a file, or - (standard input)."
    )
    inspecting = verbs.add_parser("inspect", help=words, description=words)
    kinds = inspecting.add_subparsers(dest="what", required=True, metavar="WHAT")

    def add(name: str, what: str) -> argparse.ArgumentParser:
        parser = kinds.add_parser(name, help=what, description=what, formatter_class=Layout)
        for_programs(parser, rows="what the lines are without --json, in one list")
        return parser

    feed = add("feed", "one line an entry")
    page = add("page", "an article: title, abstract, body, attachments")
    alerts = add(
        "alerts",
        "one line a day and hazard of a zone; an archive of Protezione Civile, an XML of AllertaLOM, "
        "a CAP 1.2 document and a JSON of MeteoAlarm are told apart by themselves",
    )
    for parser in (feed, page, alerts):
        parser.add_argument("source", metavar="SOURCE")
    page.add_argument("--base-url", help="makes links absolute when SOURCE is not an address")
    alerts.add_argument("--zone", help="like Lomb-09; for MeteoAlarm a region like IT003, or none for all")
    alerts.add_argument("--hazard", choices=HAZARDS, help="of an AllertaLOM file: it does not say it")
    alerts.add_argument("--now", type=moment, help="judge staleness at this time (default: now)")
    facts = add("facts", "for each line {id, source, text} what the text tells and the source does not")
    facts.add_argument("source", metavar="FILE.jsonl")
    summary = add("summary", "for each line {id, title, text} its summary, with the source of each fact")
    summary.add_argument("source", metavar="FILE.jsonl")
    summary.add_argument("--limit", type=int, default=275, help="UTF-16 units (default: 275)")


def add_discover(verbs: Verbs) -> None:
    words = (
        "Look at a Comune's site and print a profile to review: its feeds or list pages, its alert zones. "
        "What was tried is told on standard error."
    )
    parser = add_verb(verbs, "discover", words)
    parser.add_argument("address", metavar="ADDRESS", help="like https://www.comune.esempio.mi.it")
    parser.add_argument("--istat", metavar="CODE", help="whose site it is, when it does not tell")
    parser.add_argument("--comune", metavar="NAME", help="the same by name; a homonym like 'Samone (TN)'")
    parser.add_argument("--alerts", metavar="ADDRESS", help="another archive of Protezione Civile")
    parser.add_argument("--write", metavar="FILE", type=Path, help="write the profile to a new file")
    for_programs(
        parser,
        profile="the profile to review (TOML)",
        written="the file that it was written to",
        comune="the Comune's name",
        istat="its ISTAT code",
        feed="the address of its feed",
        lists="the addresses of its list pages",
        zones="the codes of its alert zones",
        missing="what a person must find or decide",
        asleep_days="how old the newest entry of the feed is, where that is too long",
    )
