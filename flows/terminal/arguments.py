"""What stands on the command line, read with words that a person can act on."""

import argparse
from datetime import date
from pathlib import Path
from typing import TypeAlias

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def day(text: str) -> date:
    """Raises ArgumentTypeError, whose text argparse shows."""
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write a day like 2026-09-01") from exc


def add_inspect(verbs: Verbs) -> None:
    from flows.terminal.inspection import moment
    from scrapers.alerts.allertalom import QUERIES

    words = (
        "Show what we read in a source, as JSON lines. SOURCE is an address, a file, or - (standard input)."
    )
    inspecting = verbs.add_parser("inspect", help=words, description=words)
    kinds = inspecting.add_subparsers(dest="what", required=True, metavar="WHAT")
    feed = kinds.add_parser("feed", help="one line an entry")
    page = kinds.add_parser("page", help="an article: title, abstract, body, attachments")
    alerts = kinds.add_parser(
        "alerts",
        help="one line a day and hazard of a zone; an archive of Protezione Civile, an XML of AllertaLOM, "
        "a CAP 1.2 document and a JSON of MeteoAlarm are told apart by themselves",
    )
    for found in (feed, page, alerts):
        found.add_argument("source", metavar="SOURCE")
    page.add_argument("--base-url", help="makes links absolute when SOURCE is not an address")
    alerts.add_argument("--zone", help="like Lomb-09; for MeteoAlarm a region like IT003, or none for all")
    alerts.add_argument("--hazard", choices=list(QUERIES), help="of an AllertaLOM file: it does not say it")
    alerts.add_argument("--now", type=moment, help="judge staleness at this time (default: now)")
    markup = kinds.add_parser("markup", help="a page's HTML as WhatsApp text")
    markup.add_argument("source", metavar="FILE.html")
    markup.add_argument("--base-url", help="makes links absolute when FILE.html is not an address")
    facts = kinds.add_parser(
        "facts", help="for each line {id, source, text} what the text tells and the source does not"
    )
    facts.add_argument("source", metavar="FILE.jsonl")
    summary = kinds.add_parser(
        "summary", help="for each line {id, title, text} its summary, with the source of each fact"
    )
    summary.add_argument("source", metavar="FILE.jsonl")
    summary.add_argument("--limit", type=int, default=275, help="UTF-16 units (default: 275)")


def add_discover(verbs: Verbs) -> None:
    words = (
        "Look at a Comune's site and print a profile to review: its feeds or list pages, its alert zones. "
        "What was tried is told on standard error."
    )
    found = verbs.add_parser("discover", help=words.partition(":")[0], description=words)
    found.add_argument("address", metavar="ADDRESS", help="like https://www.comune.esempio.mi.it")
    found.add_argument("--istat", metavar="CODE", help="whose site it is, when it does not tell")
    found.add_argument("--comune", metavar="NAME", help="the same by name; a homonym like 'Samone (TN)'")
    found.add_argument("--alerts", metavar="ADDRESS", help="another archive of Protezione Civile")
    found.add_argument("--write", metavar="FILE", type=Path, help="write the profile to a new file")
