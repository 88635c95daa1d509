"""The sends at the command line: dispatch, certificate, retry, witness, cost; --help says more of each."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from flows.settings import BollettinoError, Settings

Verb = Callable[[argparse.Namespace, Settings], int]
Add = Callable[..., argparse.ArgumentParser]


def dispatch(arguments: argparse.Namespace, settings: Settings) -> int:
    from db import bulletins, recipients
    from db.engine import make_engine, transaction
    from flows.bulletin.message.render import fill
    from flows.checklist import link as checklist_link
    from flows.checklist import text_of
    from flows.dispatch import check, dispatch_bulletin, due
    from flows.dispatching.certificate import words

    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    if arguments.test:
        return _test(arguments, settings, engine, now)
    chosen = [arguments.bulletin] if arguments.bulletin else due(engine, settings, now)
    if not chosen:
        print("no approved bulletin is due now")
    code = 0
    for number in chosen:
        if arguments.dry_run:
            is_late = arguments.late_by is not None
            order, found = check(settings, engine, number, late=is_late, has_server=True, now=now)
            with transaction(engine) as session:
                bulletin = bulletins.locked(session, number)
                count = recipients.head_count(session, bulletin)
                text = text_of(settings, session, bulletin) if order.by_hand else ""
            if order.by_hand is None:
                print(f"bulletin {number} would go to {count} recipients as {order.category}:\n")
                print(fill(settings.frame(order.message.template), order.message.parameters))
            else:
                print(by_hand(number, order.by_hand, count), end="\n\n")
                print(text)
            print("", *found.checks, sep="\n")
            code = 2 if found.refusals else code
            continue
        certificate, reason = dispatch_bulletin(
            settings,
            engine,
            number,
            late_by=arguments.late_by,
            despite_by=arguments.despite_by,
            has_server=True,
            now=now,
            warn=lambda line: print(line, file=sys.stderr),
        )
        keep_certificate(settings, number)
        print(f"Bollettino {number}. {words(certificate)}")
        if link := checklist_link(settings, engine, number):
            print(f"to be sent by hand: {link}")
        if reason:
            print(f"stopped: {reason}", file=sys.stderr)
            code = 2
    return code


def _test(arguments: argparse.Namespace, settings: Settings, engine: Engine, now: datetime) -> int:
    """The text as it stands, to the recipients marked as test."""
    from db.engine import transaction
    from flows.bulletin.message.render import fill
    from flows.dispatching import trial

    if arguments.bulletin is None:
        raise BollettinoError("--test needs the number of a bulletin: `dispatch 1 --test`")
    if arguments.dry_run:
        with transaction(engine) as session:
            planned = trial.plan(settings, session, arguments.bulletin, now=now)
        message = planned.order.message
        print(f"bulletin {arguments.bulletin} would go to {len(planned.to)} recipients marked as test:\n")
        print(fill(settings.frame(message.template), message.parameters))
        return 0
    told = trial.send(settings, engine, arguments.bulletin, now=now)
    print(f"test send: {', '.join(f'{count} {end}' for end, count in sorted(told.items()))}")
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


def keep_certificate(settings: Settings, number: int) -> None:
    from db.engine import make_engine, transaction
    from flows.dispatching import certificate

    with transaction(make_engine(settings.database)) as session:
        document = certificate.draw_up(settings, session, number)
    certificate.keep(settings, document)


def certificate(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine, transaction
    from flows.dispatching import certificate as proof
    from flows.dispatching import deliveries_csv

    engine = make_engine(settings.database)
    with transaction(engine) as session:
        document = proof.draw_up(settings, session, arguments.bulletin)
    if arguments.verify:
        found = proof.compare(arguments.verify.read_text(encoding="utf-8"), document)
        print(*(f"NON TORNA: {line}" for line in found.wrong), sep="\n", end="\n" if found.wrong else "")
        for line in found.settled:
            print(f"chiarito dopo: {line}")
        print(
            "Il certificato corrisponde alle righe." if found.is_good else "Il certificato NON corrisponde."
        )
        return 0 if found.is_good else 2
    if arguments.deliveries:
        with arguments.deliveries.open("w", encoding="utf-8", newline="") as file:
            count = deliveries_csv.write(
                settings,
                engine,
                arguments.bulletin,
                file,
                full_for=arguments.full_for,
                now=datetime.now(UTC),
            )
        print(f"{arguments.deliveries}: {count} consegne")
        return 0
    print(document.json() if arguments.json else "\n".join(proof.printed(document)))
    return 0 if document.is_whole else 2


def retry(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.dispatch import dispatch_bulletin
    from flows.dispatching.certificate import words
    from flows.settle import retry_failed

    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    count, said = retry_failed(
        settings, engine, arguments.bulletin, who=arguments.by, dry_run=arguments.dry_run, now=now
    )
    print(said)
    if arguments.dry_run or not count:
        return 0
    found, reason = dispatch_bulletin(
        settings, engine, arguments.bulletin, late_by=arguments.by, has_server=True, now=datetime.now(UTC)
    )
    keep_certificate(settings, arguments.bulletin)
    print(f"Bollettino {arguments.bulletin}. {words(found)}")
    if reason:
        print(f"stopped: {reason}", file=sys.stderr)
    return 2 if reason else 0


def witness(arguments: argparse.Namespace, settings: Settings) -> int:
    """Show the counters, or accept a restored database."""
    from db import starts
    from db.engine import make_engine, transaction
    from flows.dispatching import witness as outside

    heard = outside.hear(outside.places(settings, has_server=True))
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    with transaction(engine) as session:
        ours = starts.last_number(session)
    print(f"Partenze nel database: {ours}. Fuori: {heard.latest or 'nessuna'}.")
    for line in heard.unread:
        print(line, file=sys.stderr)
    if heard.latest is None or not heard.is_ahead_of(ours):
        print("Il database non risulta ripristinato da una copia.")
        return 0
    if arguments.accept_by is None:
        print(
            "Il database sembra ripristinato da una copia: non parte niente finché una persona non conferma."
        )
        return 2
    with transaction(engine) as session:
        starts.accept(session, heard.latest.number, by=arguments.accept_by, now=now)
    print(f"Confermato da {arguments.accept_by}: gli invii ripartono dal numero {heard.latest.number + 1}.")
    return 0


def cost(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine, transaction
    from flows.bulletin.dates import in_rome
    from flows.dispatching import money

    year = arguments.year or in_rome(datetime.now(UTC)).year
    with transaction(make_engine(settings.database)) as session:
        months = money.year_of(settings, session, year)
    print(*money.table(months, settings.profile.prices), sep="\n")
    return 0


def add_verbs(add: Add) -> None:
    """`add(name, handler, words, writes=...)` makes a verb's parser."""
    found = add("dispatch", dispatch, "Send what is approved for this moment, or resume one bulletin. "
                "--dry-run shows every check before a send; exit code 2 where one refuses it.")  # fmt: skip
    found.add_argument("bulletin", type=int, nargs="?", help="only this one; also resumes a stopped send")
    found.add_argument(
        "--test", action="store_true", help="send its text as it stands now, approved or not, to the "
        "recipients marked as test (`subscribers test`); in no certificate"
    )  # fmt: skip
    found.add_argument(
        "--late-by", metavar="NAME", help="who decides that a stopped send goes on after its grace"
    )
    found.add_argument(
        "--despite-by", metavar="NAME", help="who decides that it leaves although a check refuses it; kept"
    )
    found = add("certificate", certificate, "Show the certificate of a send, counted anew from the rows: "
                "planned = accepted + failed + skipped + uncertain + declared. The one of the send's end is "
                "kept in the state folder under certificati/.", writes=False)  # fmt: skip
    found.add_argument("bulletin", type=int, help="the bulletin's number")
    found.add_argument("--json", action="store_true", help="as JSON, to be kept")
    found.add_argument("--verify", metavar="FILE", type=Path, help="compare a kept one with the rows of now")
    found.add_argument("--deliveries", metavar="FILE", type=Path, help="write each delivery as CSV, masked")
    found.add_argument(
        "--full-for", metavar="NAME", help="with --deliveries: whole numbers for this person; it is logged"
    )
    found = add("retry", retry, "Send a bulletin again to whom it failed by a passing trouble and surely "
                "did not leave; to nobody else.")  # fmt: skip
    found.add_argument("bulletin", type=int, help="the bulletin's number")
    found.add_argument("--by", metavar="NAME", required=True, help="who decides it, as in the profile")
    found = add("witness", witness, "Compare the count of sends with the witness outside the database: it "
                "recognises a database that was restored.", writes=False)  # fmt: skip
    found.add_argument("--accept-by", metavar="NAME", help="who looked, and lets a restored database send")
    found = add("cost", cost, "Tell what a year's messages cost, by month, at the profile's prices.",
                writes=False)  # fmt: skip
    found.add_argument("--year", type=int, help="default: this year")
