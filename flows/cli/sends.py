"""The sends at the command line: dispatch, retry, stop; --help says more of each.

No verb asks for an editor's one-time code: who types here has the machine, and the secrets that codes are
made from. The name that is given stands in the history as the operator's word.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, editor, for_programs
from flows.cli.output import Advance, Output

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from db.deliveries import Certificate
    from flows.settings import Settings

EVERY = 1.0  # seconds between two looks at how far a send is


def dispatch(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from db.engine import make_engine
    from flows.dispatch import due

    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    if arguments.test:
        return _test(arguments, settings, engine, out, now)
    late_by, despite_by = (
        editor(arguments, settings, option) if getattr(arguments, option) is not None else None
        for option in ("late_by", "despite_by")
    )
    chosen = [arguments.bulletin] if arguments.bulletin else due(engine, settings, now)
    out.keep(bulletins=[])
    if not chosen:
        out.say("no approved bulletin is due now")
    codes = [
        _would_send(settings, engine, number, out, late=late_by is not None, now=now)
        if arguments.dry_run
        else _send(settings, engine, number, out, late_by=late_by, despite_by=despite_by, now=now)
        for number in chosen
    ]
    return max(codes, default=0)


def _would_send(
    settings: "Settings", engine: "Engine", number: int, out: Output, *, late: bool, now: datetime
) -> int:
    """What would leave, and every check of it."""
    from db import bulletins, recipients
    from db.engine import transaction
    from flows.bulletin.message.frame import fill
    from flows.by_hand.window import text_of
    from flows.dispatch import check
    from flows.review.differences import without_mobiles

    with out.progress(f"checking bulletin {number}"):
        order, found = check(settings, engine, number, late=late, has_server=True, now=now)
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, number)
        count = recipients.head_count(session, bulletin)
        text = text_of(settings, session, bulletin) if order.by_hand else ""
    if order.by_hand is None:
        text = fill(settings.frame(order.message.template), order.message.parameters)
        out.say(f"bulletin {number} would go to {count} recipients as {order.category}:", "", text)
    else:
        out.say(by_hand(number, order.by_hand, count), "", text)
    out.say("", *map(str, found.checks))
    out.add(
        "bulletins",
        {
            "bulletin": number,
            "recipients": count,
            "category": order.category,
            "by_hand": order.by_hand,
            "text": without_mobiles(text),
            "checks": [
                {"name": one.name, "verdict": one.verdict, "words": one.words} for one in found.checks
            ],
        },
    )
    return 2 if found.refusals else 0


def _send(
    settings: "Settings",
    engine: "Engine",
    number: int,
    out: Output,
    *,
    late_by: str | None,
    despite_by: str | None,
    now: datetime,
) -> int:
    from flows.by_hand.window import link as checklist_link
    from flows.dispatch import dispatch_bulletin
    from flows.door.sealed import OPERATOR
    from flows.review.acts import decide
    from flows.sending.checks import WITNESS
    from flows.sending.drain import RefusedError
    from flows.settings import BollettinoError

    if by := despite_by or late_by:
        decide(settings, engine, number, who=by, proof=OPERATOR, despite=despite_by is not None, now=now)
    try:
        with out.progress(f"sending bulletin {number}") as advance:
            certificate, reason = dispatch_bulletin(
                settings,
                engine,
                number,
                late_by=late_by,
                despite_by=despite_by,
                has_server=True,
                now=now,
                progress=share_of(engine, number, advance),
                warn=out.trouble,
            )
    except RefusedError as exc:
        remedy = (
            f"for an editor to let it leave all the same: python -m flows dispatch {number} --despite-by NAME"
        )
        if WITNESS in str(exc):
            remedy = "to look at both counts: python -m flows witness"
        raise BollettinoError(f"{exc}\n{remedy}") from exc
    return _sent(settings, engine, number, out, certificate, reason, checklist_link(settings, engine, number))


def _sent(
    settings: "Settings",
    engine: "Engine",
    number: int,
    out: Output,
    found: "Certificate",
    reason: str | None,
    checklist: str | None,
) -> int:
    """Keep the certificate, and tell it; the exit code."""
    from dataclasses import asdict

    from flows.sending.certificate import words

    keep_certificate(settings, engine, number)
    out.say(f"bulletin {number}: {words(found)}")
    if checklist:
        out.say(f"to be sent by hand: {checklist}")
    out.add("bulletins", {"bulletin": number, **asdict(found), "checklist": checklist, "stopped": reason})
    if reason:
        out.trouble(f"stopped: {reason}")
        out.trouble(f"to go on with it: python -m flows dispatch {number} --late-by NAME")
    return 2 if reason else 0


def share_of(engine: "Engine", number: int, advance: Advance) -> Callable[[], None]:
    """Tells how far a send is, now and then: counting a hundred thousand rows takes its time."""
    from db import deliveries
    from db.engine import reading

    last = 0.0

    def look() -> None:
        nonlocal last
        if time.monotonic() - last < EVERY:
            return
        last = time.monotonic()
        with reading(engine) as session:
            now = deliveries.certificate(session, number)
        done = now.planned - now.open
        advance(done / max(now.planned, 1), f"bulletin {number}: {done} of {now.planned}")

    return look


def _test(
    arguments: argparse.Namespace, settings: "Settings", engine: "Engine", out: Output, now: datetime
) -> int:
    """The text as it stands, to the recipients marked as test."""
    from db.engine import transaction
    from flows.bulletin.message.frame import fill
    from flows.review.differences import without_mobiles
    from flows.sending import samples
    from flows.settings import BollettinoError

    if arguments.bulletin is None:
        raise BollettinoError("--test needs the number of a bulletin: `python -m flows dispatch 1 --test`")
    number: int = arguments.bulletin
    if arguments.dry_run:
        with transaction(engine) as session:
            planned = samples.plan(settings, session, number, now=now)
        message = planned.order.message
        text = fill(settings.frame(message.template), message.parameters)
        out.say(f"bulletin {number} would go to {len(planned.to)} recipients marked as test:", "", text)
        row = {"bulletin": number, "recipients": len(planned.to), "text": without_mobiles(text)}
        out.keep(bulletins=[row])
        return 0
    with out.progress(f"sending bulletin {number} as a test"):
        told = samples.send(settings, engine, number, now=now)
    out.say(f"test send: {', '.join(f'{count} {end}' for end, count in sorted(told.items()))}")
    out.keep(bulletins=[{"bulletin": number, "test": {str(end): count for end, count in told.items()}}])
    return 0 if set(told) == {"accepted"} else 2


def by_hand(number: int, kind: str, count: int) -> str:
    """What a dry run says of a bulletin that a person sends."""
    from db.handovers import LIST_SIZE

    if kind == "channel":
        return f"bulletin {number} would be posted in the WhatsApp channel by hand:"
    lists = -(-count // LIST_SIZE)
    return (
        f"bulletin {number} would be sent by hand to {count} recipients in {lists} "
        f"{'list' if lists == 1 else 'lists'} of at most {LIST_SIZE} numbers:"
    )


def keep_certificate(settings: "Settings", engine: "Engine", number: int) -> None:
    from db.engine import transaction
    from flows.sending import certificate

    with transaction(engine) as session:
        document = certificate.draw_up(settings, session, number)
    certificate.keep(settings, document)


def retry(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from db.engine import make_engine
    from flows.dispatch import dispatch_bulletin
    from flows.door.sealed import OPERATOR
    from flows.settle import retry_failed

    engine = make_engine(settings.database)
    number: int = arguments.bulletin
    by = editor(arguments, settings, "--by")
    count, said = retry_failed(
        settings,
        engine,
        number,
        who=by,
        proof=OPERATOR,
        dry_run=arguments.dry_run,
        now=datetime.now(UTC),
    )
    out.say(said)
    out.keep(retried=count, words=said)
    if arguments.dry_run or not count:
        return 0
    with out.progress(f"sending bulletin {number} again") as advance:
        found, reason = dispatch_bulletin(
            settings,
            engine,
            number,
            late_by=by,
            has_server=True,
            now=datetime.now(UTC),
            progress=share_of(engine, number, advance),
        )
    return _sent(settings, engine, number, out, found, reason, None)


def stop(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    """The brake that needs no server, no code and no editor who can be reached."""
    from db.engine import make_engine
    from flows.door.sealed import OPERATOR
    from flows.stop import stop_sending

    by = editor(arguments, settings, "--by")
    engine = make_engine(settings.database)
    said = stop_sending(settings, engine, arguments.bulletin, who=by, proof=OPERATOR, now=datetime.now(UTC))
    out.say(said)
    out.keep(bulletin=arguments.bulletin, by=by, words=said)
    return 0


def add_verbs(add: Add) -> None:
    """Those about messages that leave, or left."""
    found = add("dispatch", dispatch, "Send what is approved for this moment, or resume one bulletin. "
                "--dry-run shows every check before a send; exit code 2 where one refuses it.")  # fmt: skip
    found.add_argument(
        "bulletin", type=int, nargs="?", help="only this one; with --late-by also a stopped send"
    )
    found.add_argument(
        "--test", action="store_true", help="send its text as it stands now, approved or not, to the "
        "recipients marked as test (`subscribers test`); in no certificate"
    )  # fmt: skip
    found.add_argument(
        "--late-by", metavar="NAME", help="who decides that a stopped send goes on, as in the profile"
    )
    found.add_argument(
        "--despite-by",
        metavar="NAME",
        help="who decides that it leaves although a check refuses it; kept, and told to all",
    )
    for_programs(
        found,
        bulletins="one object each: bulletin, planned, accepted, failed, skipped, uncertain, declared, open, "
        "checklist (the address, where a person sends it), stopped (why, in Italian); "
        "of a dry run bulletin, recipients, category, by_hand, text, checks (name, verdict, words); "
        "of --test bulletin, test (how many of each outcome)",
    )
    found = add("retry", retry, "Send a bulletin again to whom it failed by a passing trouble and surely "
                "did not leave; to nobody else.")  # fmt: skip
    found.add_argument("bulletin", type=int, help="the bulletin's number")
    found.add_argument("--by", metavar="NAME", required=True, help="who decides it, as in the profile")
    for_programs(
        found,
        retried="how many messages were (or would be) queued again",
        words="the same, in Italian",
        bulletins="one object, as of dispatch",
    )
    found = add("stop", stop, "Stop a bulletin that is being sent, after the messages that are on their way; "
                "the editors are told by the next `watch`.", writes=False)  # fmt: skip
    found.add_argument("bulletin", type=int, help="the bulletin's number")
    found.add_argument("--by", metavar="NAME", required=True, help="who decides it, as in the profile")
    for_programs(found, bulletin="its number", by="who stopped it", words="what happened, in Italian")
