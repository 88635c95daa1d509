"""The verbs of every day: collect, compose, approve, history, watch, absence, closure, backfill."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, day, editor, for_programs, take_bulletin, take_decider
from flows.cli.output import Output

if TYPE_CHECKING:  # importing a verb imports Prefect, which takes a second and reads the environment
    from flows.absence import Noted
    from flows.settings import Settings
    from flows.sources.readings import Reading


def collect(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.collect import CHOICES
    from flows.sources.visit import collect_sources

    which = CHOICES[arguments.which]
    with out.progress("reading the sources"):
        readings = collect_sources(settings, which, dry_run=arguments.dry_run, now=datetime.now(UTC))
    return _tell(out, readings)


def compose(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.compose import compose_draft, report
    from flows.review.differences import without_mobiles
    from flows.runs import client, forms

    if not arguments.dry_run:
        client.require_server(settings)
    engine = settings.engine()
    now = datetime.now(UTC)
    with out.progress("composing"):
        draft = compose_draft(
            settings, engine, at_approval=arguments.at_approval, dry_run=arguments.dry_run, now=now
        )
    out.say(report(draft), "", draft.preview)
    out.keep(
        bulletin=draft.bulletin_id,
        why=without_mobiles(draft.why),
        titles=[without_mobiles(item.title) for item in draft.items],
        text=without_mobiles(draft.preview),
        waiting=[without_mobiles(line) for line in draft.queue],
        left_out=[without_mobiles(item.title) for item in draft.left_out],
        unread=list(draft.blind),
    )
    if draft.bulletin_id is not None and (
        run_id := forms.open_review(settings, engine, draft.bulletin_id, now=now)
    ):
        link = client.link(settings, run_id)
        out.say("", link)
        out.keep(form=link)
    return 0


def approve(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.approve import load_round
    from flows.review.differences import without_mobiles
    from flows.review.page import describe
    from flows.runs import client, forms

    engine = settings.engine()
    now = datetime.now(UTC)
    page = describe(settings, load_round(settings, engine, arguments.bulletin, now=now), now)
    out.say(page)
    out.keep(bulletin=arguments.bulletin, shown=without_mobiles(page))
    if arguments.dry_run:
        return 0
    client.require_server(settings)
    if run_id := forms.open_review(settings, engine, arguments.bulletin, now=now):
        link = client.link(settings, run_id)
        out.say("", link)
        out.keep(form=link)
        return 0
    out.say("")
    out.refuse("This bulletin does not wait for approval.")
    out.trouble(f"what became of it: python -m flows history {arguments.bulletin}")
    return 2


def history(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.cli import history as past

    record = past.history(settings.engine(), arguments.bulletin)
    out.say(record)
    out.keep(bulletin=arguments.bulletin, lines=record.splitlines())
    return 0


def watch(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from dataclasses import asdict

    from flows.runs import client
    from flows.watch import answering, keep_ui_true, look, rounds

    engine = settings.engine()
    now = datetime.now(UTC)
    letters: list[str] = []
    if arguments.dry_run:
        watched = look(settings, engine, dry_run=True, now=now)
    else:
        client.require_server(settings)
        with out.progress("looking at what waits"):
            watched, letters = rounds(settings, engine, answering=answering(settings, engine, now), now=now)
            keep_ui_true(settings, engine, now=now)
    out.say(str(watched), *letters)
    out.keep(**asdict(watched), mail=letters)
    return 0


def absence(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.absence import note_absence

    who = editor(arguments, settings, "who")
    return _note(arguments, settings, out, partial(note_absence, who=who))


def closure(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.absence import note_closure

    who = editor(arguments, settings, "--by")
    return _note(arguments, settings, out, partial(note_closure, who=who))


def _note(
    arguments: argparse.Namespace, settings: "Settings", out: Output, note: "Callable[..., Noted]"
) -> int:
    """Enter days, or take them back, in the name of who runs the service."""
    from flows.door.sealed_code import OPERATOR

    noted = note(
        settings,
        settings.engine(),
        first=arguments.first,
        last=arguments.last,
        note=arguments.note,
        cancel=arguments.cancel,
        proof=OPERATOR,
        dry_run=arguments.dry_run,
        now=datetime.now(UTC),
    )
    out.keep(accepted=noted.is_accepted, words=noted.words)
    (out.say if noted.is_accepted else out.refuse)(noted.words)
    return 0 if noted.is_accepted else 2


def backfill(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.backfill import backfill_all
    from flows.sources.past_ways import Window

    with out.progress("backfill") as advance:
        readings = backfill_all(
            settings,
            Window(arguments.first, arguments.last),
            dry_run=arguments.dry_run,
            offer=arguments.offer,
            now=datetime.now(UTC),
            progress=lambda reading, share: advance(share, str(reading)),
        )
    return _tell(out, readings)


def _tell(out: Output, readings: "list[Reading]") -> int:
    """What came of each source; return the exit code."""
    for reading in readings:
        (out.trouble if reading.failure else out.say)(str(reading))
        out.say(*(f"  would store: {title}" for title in reading.found))
        out.say(*(f"  would offer: {title}" for title in reading.offered))
        out.say(*(f"  {problem}" for problem in reading.problems))
    out.keep(sources=[_source(reading) for reading in readings])
    if not readings:
        out.trouble("no source to read: the profile names none")
    return 2 if any(reading.failure for reading in readings) else 0


def _source(reading: "Reading") -> dict[str, object]:
    """Without what is empty: most sources have neither failure nor problems."""
    from dataclasses import asdict

    counts = ("source", "new", "updated", "unchanged")
    return {name: value for name, value in asdict(reading).items() if value or name in counts}


SOURCES = (
    "one object a source: source, new, updated, unchanged; where there is any of it unread_pages, undated, "
    "problems, found and offered (of a dry run), failure, absent, not_modified"
)
NOTED = {"accepted": "whether it was entered (or would be)", "words": "what was done, or why nothing was"}


def add_verbs(add: Add) -> None:
    """Those that make and approve a bulletin."""
    parser = add("collect", collect, "Read the site and the alerts; store what is new.")
    parser.add_argument("which", nargs="?", choices=["tutto", "notizie", "allerte"], default="tutto",
                       help="everything, the news, or the alerts")  # fmt: skip
    for_programs(parser, sources=SOURCES)
    parser = add("compose", compose, "Draft the bulletin of the next slot and open the editor's form. "
                 "A second run refreshes a draft that nobody has touched.")  # fmt: skip
    parser.add_argument("--at-approval", action="store_true", help="no slot: it goes once approved")
    for_programs(
        parser,
        bulletin="its number; null where none was made",
        why="why this draft, in Italian",
        titles="of its items, in their order",
        text="as the phones would show it; a mobile number in it is [cellulare]",
        waiting="titles that wait for another bulletin, with their notes",
        left_out="titles that are not offered",
        unread="sources that could not be read, in Italian",
        form="the address of the editor's form",
    )
    parser = add("approve", approve, "Show a draft, and open the editor's form again if it was lost. "
                 "The decision is made in the form, never here.")  # fmt: skip
    take_bulletin(parser)
    for_programs(
        parser,
        bulletin="its number",
        shown="what stands above the form (Markdown); a mobile number in it is [cellulare]",
        form="the address of the editor's form",
    )
    parser = add("history", history, "Show who did what to a bulletin: each version and what it changed, who "
                 "approved it and in spite of what, what left. Changes nothing.", writes=False)  # fmt: skip
    take_bulletin(parser)
    for_programs(parser, bulletin="its number", lines="the record, in Italian, a line each")


def add_later_verbs(add: Add) -> None:
    """Those that look after it all, and that go back in time."""
    parser = add("watch", watch, "Close what is past its time, open lost forms again, start what goes at "
                 "approval.")  # fmt: skip
    for_programs(
        parser,
        expired="numbers of bulletins that nobody approved in time",
        missed="that were not sent in time",
        waiting="that wait for an editor",
        answered="that an editor just confirmed",
        to_send="that are due",
        broken="whose send was interrupted and goes on",
        ended="whose send was interrupted and is stopped",
        by_hand="that a person sends",
        next_part="that leave in parts, whose next one is due",
        part_over="that left in parts, and whose text is past its time",
        part_given_up="that left in parts, and that nobody chose to continue",
        mail="what to know of the letters to the editors, a line each",
    )
    parser = add("absence", absence, "Enter when an editor is away, or take it back: the next one is called.")
    parser.add_argument("who", help="the editor's name, as in the profile")
    away = parser
    closed = add("closure", closure, "Enter days without a bulletin, or take them back; alerts still go.")
    for parser in (away, closed):
        parser.add_argument("first", type=day, help="first day, like 2026-12-07")
        parser.add_argument("last", type=day, help="last day, included")
        parser.add_argument("--note", default="", help="for the colleagues")
        parser.add_argument("--cancel", action="store_true", help="take back what was entered for these days")
        for_programs(parser, **NOTED)
    take_decider(closed, "who closes them")
    parser = add("backfill", backfill, "Collect the news of past days, both included. Cannot compose or "
                 "send; what it brings enters no bulletin by itself. Stopped, it goes on where it "
                 "was.")  # fmt: skip
    parser.add_argument("first", type=day, help="first day, like 2026-09-01")
    parser.add_argument("last", type=day, help="last day")
    parser.add_argument(
        "--offer", action="store_true", help="offer these news in the next bulletin (default: they are not)"
    )
    for_programs(parser, sources=SOURCES)
