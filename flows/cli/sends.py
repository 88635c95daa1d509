"""The sends at the command line: dispatch, retry, stop; --help says more of each.

No verb asks for an editor's one-time code: who types here has the machine, and the secrets that codes are
made from. The name that is given stands in the history as the operator's word.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, editor, for_programs, take_bulletin, take_decider
from flows.cli.output import Advance, Output

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from db.deliveries import Certificate
    from flows.settings import Settings

EVERY = 1.0  # seconds between two looks at how far a send is


def dispatch(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.dispatch import due

    engine = settings.engine()
    now = datetime.now(UTC)
    if arguments.test:
        return _test(arguments, settings, engine, out, now)
    late_by, despite_by, in_parts_by = (
        editor(arguments, settings, option) if getattr(arguments, option) is not None else None
        for option in ("late_by", "despite_by", "in_parts_by")
    )
    chosen = [arguments.bulletin] if arguments.bulletin else due(settings, engine, now)
    out.keep(bulletins=[])
    if not chosen:
        out.say("no approved bulletin is due now")
    codes = [
        _would_send(settings, engine, bulletin_id, out, late=late_by is not None, now=now)
        if arguments.dry_run
        else _send(
            settings,
            engine,
            bulletin_id,
            out,
            late_by=late_by,
            despite_by=despite_by,
            in_parts_by=in_parts_by,
            now=now,
        )
        for bulletin_id in chosen
    ]
    return max(codes, default=0)


def _would_send(
    settings: "Settings", engine: "Engine", bulletin_id: int, out: Output, *, late: bool, now: datetime
) -> int:
    """What would leave, and every check of it."""
    from db import bulletins, deliveries, recipients
    from db.engine import transaction
    from flows.bulletin.message.frame import fill
    from flows.by_hand.window import text_of
    from flows.dispatch import check
    from flows.review.differences import without_mobiles

    with out.progress(f"checking bulletin {bulletin_id}"):
        order, preflight = check(settings, engine, bulletin_id, late=late, has_server=True, now=now)
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        planned = deliveries.certificate(session, bulletin_id)  # of one that went on: who has nothing yet
        count = planned.open if planned.planned else recipients.head_count(session, bulletin)
        text = text_of(settings, session, bulletin) if order.by_hand else ""
    if order.by_hand is None:
        text = fill(settings.frame(order.message.template), order.message.parameters)
        out.say(f"bulletin {bulletin_id} would go to {count} recipients as {order.category}:", "", text)
    else:
        out.say(by_hand(bulletin_id, order.by_hand, count), "", text)
    out.say("", *map(str, preflight.checks))
    out.add(
        "bulletins",
        {
            "bulletin": bulletin_id,
            "recipients": count,
            "category": order.category,
            "by_hand": order.by_hand,
            "text": without_mobiles(text),
            "checks": [
                {"name": check.name, "verdict": check.verdict, "words": check.words}
                for check in preflight.checks
            ],
        },
    )
    return 2 if preflight.refusals else 0


def _send(
    settings: "Settings",
    engine: "Engine",
    bulletin_id: int,
    out: Output,
    *,
    late_by: str | None,
    despite_by: str | None,
    in_parts_by: str | None,
    now: datetime,
) -> int:
    from flows.by_hand.window import link as checklist_link
    from flows.dispatch import dispatch_bulletin
    from flows.door.sealed_code import OPERATOR
    from flows.review.acts import decide
    from flows.runs import choices
    from flows.sending.checks import WITNESS
    from flows.sending.drain import RefusedError
    from flows.settings import BollettinoError

    late_by = late_by or in_parts_by
    if by := despite_by or late_by:
        decide(
            settings,
            engine,
            bulletin_id,
            who=by,
            proof=OPERATOR,
            despite=despite_by is not None,
            in_parts=in_parts_by is not None,
            now=now,
        )
    try:
        with out.progress(f"sending bulletin {bulletin_id}") as advance:
            certificate, reason = dispatch_bulletin(
                settings,
                engine,
                bulletin_id,
                late_by=late_by,
                despite_by=despite_by,
                has_server=True,
                now=now,
                progress=share_of(engine, bulletin_id, advance),
                warn=out.trouble,
                begun=partial(choices.refresh, settings, engine, now=now),
            )
    except RefusedError as exc:
        command = f"python -m flows dispatch {bulletin_id} --despite-by NAME"
        remedy = f"for an editor to let it leave all the same: {command}"
        if WITNESS in str(exc):
            remedy = "to look at both counts: python -m flows witness"
        raise BollettinoError(f"{exc}\n{remedy}") from exc
    checklist = checklist_link(settings, engine, bulletin_id)
    return _sent(settings, engine, bulletin_id, out, certificate, reason, checklist)


def _sent(
    settings: "Settings",
    engine: "Engine",
    bulletin_id: int,
    out: Output,
    certificate: "Certificate",
    reason: str | None,
    checklist: str | None,
) -> int:
    """Keep the certificate, and tell it; the exit code."""
    from dataclasses import asdict

    from flows.sending.certificate import words
    from flows.sending.outbox import TODAY_IS_FULL
    from flows.sending.parts import told

    keep_certificate(settings, engine, bulletin_id)
    out.say(f"bulletin {bulletin_id}: {words(certificate)}")
    if checklist:
        out.say(f"to be sent by hand: {checklist}")
    out.add(
        "bulletins",
        {"bulletin": bulletin_id, **asdict(certificate), "checklist": checklist, "stopped": reason},
    )
    if reason == TODAY_IS_FULL:
        out.say(told(settings, engine, bulletin_id, reason))
        return 0
    if reason:
        out.trouble(f"stopped: {reason}")
        out.trouble(f"to go on with it: python -m flows dispatch {bulletin_id} --late-by NAME")
    return 2 if reason else 0


def share_of(engine: "Engine", bulletin_id: int, advance: Advance) -> Callable[[], None]:
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
            now = deliveries.certificate(session, bulletin_id)
        done = now.planned - now.open
        advance(done / max(now.planned, 1), f"bulletin {bulletin_id}: {done} of {now.planned}")

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
    bulletin_id: int = arguments.bulletin
    if arguments.dry_run:
        with transaction(engine) as session:
            planned = samples.plan(settings, session, bulletin_id, now=now)
        message = planned.order.message
        text = fill(settings.frame(message.template), message.parameters)
        out.say(f"bulletin {bulletin_id} would go to {len(planned.to)} recipients marked as test:", "", text)
        row = {"bulletin": bulletin_id, "recipients": len(planned.to), "text": without_mobiles(text)}
        out.keep(bulletins=[row])
        return 0
    with out.progress(f"sending bulletin {bulletin_id} as a test"):
        ends = samples.send(settings, engine, bulletin_id, now=now)
    out.say(f"test send: {', '.join(f'{count} {end}' for end, count in sorted(ends.items()))}")
    out.keep(bulletins=[{"bulletin": bulletin_id, "test": {str(end): count for end, count in ends.items()}}])
    return 0 if set(ends) == {"accepted"} else 2


def by_hand(bulletin_id: int, kind: str, count: int) -> str:
    """What a dry run says of a bulletin that a person sends."""
    from db.handovers import LIST_SIZE

    if kind == "channel":
        return f"bulletin {bulletin_id} would be posted in the WhatsApp channel by hand:"
    lists = -(-count // LIST_SIZE)
    return (
        f"bulletin {bulletin_id} would be sent by hand to {count} recipients in {lists} "
        f"{'list' if lists == 1 else 'lists'} of at most {LIST_SIZE} numbers:"
    )


def keep_certificate(settings: "Settings", engine: "Engine", bulletin_id: int) -> None:
    from db.engine import transaction
    from flows.sending import certificate

    with transaction(engine) as session:
        document = certificate.draw_up(settings, session, bulletin_id)
    certificate.keep(settings, document)


def retry(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.dispatch import dispatch_bulletin
    from flows.door.sealed_code import OPERATOR
    from flows.settle import retry_failed

    engine = settings.engine()
    bulletin_id: int = arguments.bulletin
    by = editor(arguments, settings, "--by")
    count, words = retry_failed(
        settings,
        engine,
        bulletin_id,
        who=by,
        proof=OPERATOR,
        dry_run=arguments.dry_run,
        now=datetime.now(UTC),
    )
    out.say(words)
    out.keep(retried=count, words=words)
    if arguments.dry_run or not count:
        return 0
    with out.progress(f"sending bulletin {bulletin_id} again") as advance:
        certificate, reason = dispatch_bulletin(
            settings,
            engine,
            bulletin_id,
            late_by=by,
            has_server=True,
            now=datetime.now(UTC),
            progress=share_of(engine, bulletin_id, advance),
        )
    return _sent(settings, engine, bulletin_id, out, certificate, reason, None)


def stop(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    """The brake that needs no server, no code and no editor who can be reached."""
    from flows.door.sealed_code import OPERATOR
    from flows.stop import stop_sending

    by = editor(arguments, settings, "--by")
    engine = settings.engine()
    words = stop_sending(settings, engine, arguments.bulletin, who=by, proof=OPERATOR, now=datetime.now(UTC))
    out.say(words)
    out.keep(bulletin=arguments.bulletin, by=by, words=words)
    return 0


def add_verbs(add: Add) -> None:
    """Those about messages that leave, or left."""
    parser = add("dispatch", dispatch, "Send what is approved for this moment, or resume one bulletin. "
                 "--dry-run shows every check before a send; exit code 2 where one refuses it.")  # fmt: skip
    parser.add_argument(
        "bulletin", type=int, nargs="?", help="only this one; with --late-by also a stopped send"
    )
    parser.add_argument(
        "--test", action="store_true", help="send its text as it stands now, approved or not, to the "
        "recipients marked as test (`subscribers test`); in no certificate"
    )  # fmt: skip
    parser.add_argument(
        "--late-by", metavar="NAME", help="who decides that a stopped send goes on, as in the profile"
    )
    parser.add_argument(
        "--despite-by",
        metavar="NAME",
        help="who decides that it leaves although a check refuses it; kept, and told to all",
    )
    parser.add_argument(
        "--in-parts-by",
        metavar="NAME",
        help="who decides that it leaves in parts where WhatsApp does not allow so many people today; the "
        "rest leaves by itself on the next days",
    )
    for_programs(
        parser,
        bulletins="one object each: bulletin, planned, accepted, failed, skipped, uncertain, declared, open, "
        "checklist (the address, where a person sends it), stopped (why, in Italian); "
        "of a dry run bulletin, recipients, category, by_hand, text, checks (name, verdict, words); "
        "of --test bulletin, test (how many of each outcome)",
    )
    parser = add("retry", retry, "Send a bulletin again to whom it failed by a passing trouble and surely "
                 "did not leave; to nobody else.")  # fmt: skip
    take_bulletin(parser)
    take_decider(parser)
    for_programs(
        parser,
        retried="how many messages were (or would be) queued again",
        words="the same, in Italian",
        bulletins="one object, as of dispatch",
    )
    parser = add("stop", stop, "Stop a bulletin that is being sent, after the messages that are on their "
                 "way; the editors are told by the next `watch`.", writes=False)  # fmt: skip
    take_bulletin(parser)
    take_decider(parser)
    for_programs(parser, bulletin="its number", by="who stopped it", words="what happened, in Italian")
