"""`templates`: ours beside WhatsApp's. `plan` says what `submit` would do; `sync` takes in how they are."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, add_verb, for_programs
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.sending.submission import Planned, Taken
    from flows.settings import Settings

THE_SAME = "as ours"
SUBMIT = "python -m flows templates submit --yes"


def templates(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.sending import submission
    from flows.settings import BollettinoError
    from flows.whatsapp.errors import WhatsAppError

    now, engine = datetime.now(UTC), settings.engine()
    try:
        with out.progress("asking WhatsApp"):
            there = submission.held(settings)
        if arguments.what == "sync":
            return _say_taken(submission.take_in(settings, engine, there, now=now), out)
        plan = submission.plan(settings, engine, there, now=now)
        if arguments.what == "plan":
            return _say_plan(plan, out)
        return _submit(arguments, settings, plan, out, now)
    except WhatsAppError as exc:  # it did not say how its templates are, or takes our token no more
        raise BollettinoError(str(exc)) from exc


def _row(row: "Planned") -> dict[str, object]:
    from flows.bulletin.language.dates import in_rome

    until, words = row.step.until, row.step.words or THE_SAME
    return {
        "name": row.name,
        "state": f"{row.state.status}, {row.state.category}" if row.state else "missing",
        "usable": row.is_usable,
        "told": f"{words}, the next from {in_rome(until):%Y-%m-%d %H:%M} on" if until else words,
        "step": row.step.act.value,
    }


def _say_plan(plan: "Sequence[Planned]", out: Output) -> int:
    rows = [_row(row) for row in plan]
    would = {row.name: f"would {row.step.act} it: " if row.step.payload else "" for row in plan}
    lines = (f"{row['name']}: {row['state']}: {would[str(row['name'])]}{row['told']}" for row in rows)
    out.table("templates", rows, lines, show=("name", "state", "step", "told"))
    if all(row.is_well for row in plan):
        return 0
    if any(row.step.payload for row in plan):
        out.trouble(f"to create and edit as said above: {SUBMIT}")
    return 2


def _submit(
    arguments: argparse.Namespace,
    settings: "Settings",
    plan: "Sequence[Planned]",
    out: Output,
    now: datetime,
) -> int:
    from flows.cli.citizens import who_asks
    from flows.sending import submission

    if any(row.step.payload for row in plan) and not arguments.yes:
        _say_plan(plan, out)
        if out.as_json or not sys.stdin.isatty() or input("Post this to WhatsApp? [y/N] ").strip() != "y":
            out.trouble("nothing was posted")
            return 2
    with out.progress("submitting"):
        done = submission.submit(settings, settings.engine(), plan, by=who_asks(), now=now)
    rows = [{"name": row.name, "done": done.get(row.name) or str(_row(row)["told"])} for row in plan]
    out.table("templates", rows, (f"{row['name']}: {row['done']}" for row in rows))
    is_left = any(row.step.act != "nothing to do" and row.name not in done for row in plan)
    return 2 if is_left or any(words.startswith(submission.FAILED) for words in done.values()) else 0


def _say_taken(taken: "Sequence[Taken]", out: Output) -> int:
    rows: list[dict[str, object]] = []
    lines = []
    for one in taken:
        state = one.state
        words = "missing"
        if state is not None:
            words = f"{state.status}, {state.category}, quality {state.quality or 'not told'}"
            if not one.is_ours:
                words += ", none of ours"
            elif one.was != state.status:
                words += f", was {one.was}" if one.was else ", new to us"
        rows.append(
            {
                "name": one.name,
                "state": state.status if state else "missing",
                "category": state.category if state else None,
                "was": one.was,
                "ours": one.is_ours,
            }
        )
        lines.append(f"{one.name}: {words}")
    out.table("templates", rows, lines)
    return 0


def add_verbs(add: Add) -> None:
    words = "The message templates: compare ours with WhatsApp's, submit them, take in how they are."
    verb = add("templates", templates, words, writes=False)
    kinds = verb.add_subparsers(dest="what", required=True, metavar="plan|submit|sync")
    plan = add_verb(
        kinds,
        "plan",
        "Say what submit would do: each of ours beside what WhatsApp holds (text, footer, button, time to "
        "live, whether WhatsApp may alter it). Changes nothing. Exit code 2 when one is missing, unusable or "
        "different.",
    )
    for_programs(
        plan,
        templates="one object each: name, and state, usable, told (what is otherwise than ours, or what to "
        "do; 'as ours'), step",
    )
    submitting = add_verb(
        kinds,
        "submit",
        "Do what plan says: submit what is missing, edit what differs where WhatsApp takes an edit. Said "
        "twice, the second time does nothing. Exit code 2 when something is left.",
    )
    submitting.add_argument("--yes", action="store_true", help="do not ask before it is posted")
    for_programs(submitting, templates="one object each: name, done; where nothing was posted, as of plan")
    taking = add_verb(
        kinds,
        "sync",
        "Take in how each is at WhatsApp: status, category, quality. One that somebody made there under a "
        "name of ours is ours from then on. Changes nothing at WhatsApp.",
    )
    for_programs(
        taking,
        templates="one object each: name, and state, category, was (the status known before), ours",
    )
