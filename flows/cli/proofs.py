"""What proves a send at the command line: certificate, witness, cost; --help says more of each.

No verb asks for an editor's one-time code, as in `flows.cli.sends`.
"""

import argparse
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, for_programs, take_bulletin
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.sending.witness import Mark, Place
    from flows.settings import Settings


def certificate(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from db.engine import transaction
    from flows.sending import certificate as proof
    from flows.sending import deliveries_csv

    engine = settings.engine()
    now = datetime.now(UTC)
    with transaction(engine) as session:
        document = proof.draw_up(settings, session, arguments.bulletin)
    if arguments.verify:
        compared = proof.compare(arguments.verify.read_text(encoding="utf-8"), document)
        out.say(*(f"does NOT add up: {line}" for line in compared.wrong))
        out.say(*(f"settled since: {line}" for line in compared.settled))
        out.say(f"The certificate {'matches' if compared.is_good else 'does NOT match'} the rows.")
        out.keep(wrong=list(compared.wrong), settled=list(compared.settled))
        return 0 if compared.is_good else 2
    if arguments.deliveries:
        file = StringIO(newline="")
        count = deliveries_csv.write(
            settings,
            engine,
            arguments.bulletin,
            file,
            full_for=arguments.full_for,
            now=now,
        )
        _write_private(arguments.deliveries, file.getvalue())
        out.say(f"{arguments.deliveries}: {count} deliveries")
        out.keep(file=arguments.deliveries, deliveries=count)
        return 0
    out.say(*proof.printed(document, at=now))
    out.whole(document.json())
    return 0 if document.is_whole else 2


def _write_private(path: Path, text: str) -> None:
    from db import disk
    from flows.settings import BollettinoError

    try:
        disk.replace(path, text.encode())
    except OSError as exc:
        raise BollettinoError(f"{path}: cannot be written ({exc.strerror})") from exc


def witness(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    """Show the counters, or accept a restored database, and one whose journal of consent is lost.

    `nonostante` and --despite-by never do.
    """
    from db import senders
    from db.engine import transaction
    from flows.runs.send_counter import places
    from flows.sending import witness as outside

    asked = places(settings, has_server=True)
    heard = outside.hear(asked)
    engine, ledger = settings.engine(), settings.ledger()
    now = datetime.now(UTC)
    by: str | None = arguments.accept_by
    with transaction(engine) as session:
        ours = senders.last_number(session)
        lost = outside.lost_words(heard, ledger.journal, has_words=not ledger.is_empty(session))
    latest = heard.latest.number if heard.latest else None
    out.say(f"Starts in the database: {ours}. Outside: {_outside(heard.latest)}.")
    out.keep(database=ours, outside=latest, unread=list(heard.unread), restored=heard.is_ahead_of(ours))
    out.keep(journal=lost or None)
    for line in heard.unread:
        out.trouble(line)
    if lost:
        out.say(lost)
        if by is None or not arguments.without_journal:
            out.refuse(
                "Nothing leaves: put the journal back that was there. Only where it is gone for good, and "
                "you accept to write again to people who left without the database knowing: "
                "python -m flows witness --accept-by NAME --without-journal"
            )
            return 2
        count = _without_journal(settings, asked, max(ours, latest or 0), out, by=by, now=now)
        out.say(f"Accepted by {by}: the journal goes on from the {count} words in the database.")
        if heard.latest is None:  # nothing tells whether anything left since
            _hold(settings, out, before=now, now=now)
        out.keep(accepted_by=by)
    if heard.latest is None or latest is None or not heard.is_ahead_of(ours):
        out.say("The database does not look restored from a backup.")
        return 0
    if by is None:
        out.refuse(
            "The database looks restored from a backup: nothing leaves until a person has looked and "
            "accepts it: python -m flows witness --accept-by NAME"
        )
        return 2
    # first: stopped between the two, the other still waits for a person
    _hold(settings, out, before=heard.latest.at, now=now)
    with transaction(engine) as session:
        senders.accept(session, latest, by=by, now=now)
    out.say(f"Accepted by {by}: the sends go on from number {latest + 1}.")
    out.keep(accepted_by=by)
    return 0


def _hold(settings: "Settings", out: Output, *, before: datetime, now: datetime) -> None:
    """What may have left since the copy was made waits for a person."""
    from db.engine import transaction
    from flows.sending import restored

    with transaction(settings.engine()) as session:
        held = restored.hold(settings, session, before=before, now=now)
    out.say(*held)
    out.keep(held=held)


def _outside(mark: "Mark | None") -> str:
    from flows.bulletin.language.dates import in_rome

    if mark is None:
        return "none"
    by_hand = "restored from a backup" if mark.is_restore else "accepted by a person"
    what = f"bulletin {mark.bulletin_id}" if mark.bulletin_id else by_hand
    return f"{mark.number} ({what}, {in_rome(mark.at):%Y-%m-%d %H:%M})"


def _without_journal(
    settings: "Settings", asked: "list[Place]", number: int, out: Output, *, by: str, now: datetime
) -> int:
    """The journal goes on from what the database knows, and the witness from this journal."""
    from db import privacy
    from db.engine import transaction
    from flows.sending import witness as outside

    ledger = settings.ledger()
    with transaction(settings.engine()) as session:
        lacking = ledger.unwritten(session, from_the_start=True)
        privacy.note(session, by=by, command="witness --without-journal", people=len(lacking), now=now)
        if lacking:
            ledger.journal.append(*lacking)
    for place in asked:
        try:
            place.write(outside.mark(number, None, ledger.journal, at=now))
        except outside.WitnessError as exc:
            out.trouble(f"{place.name}: {exc}")
    return len(lacking)


def cost(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from db.engine import transaction
    from flows.bulletin.language.dates import in_rome
    from flows.sending import costs

    year = arguments.year or in_rome(datetime.now(UTC)).year
    with transaction(settings.engine()) as session:
        months = costs.year_of(settings, session, year)
    prices = settings.profile.prices
    rows = [
        {
            "month": f"{month.year}-{month.month:02}",
            "messages": month.messages,
            "billed": month.billed.total(),
            "free": month.free,
            "untold": month.unsettled.total(),
            "unpriced": month.unpriced,
            "cost": None if costs.amount_of(month, prices) == costs.UNKNOWN else str(month.amount),
        }
        for month in months
    ]
    out.keep(year=year, currency=prices.currency if prices else None, prices_of=prices.on if prices else None)
    out.table("months", rows, costs.table(months, prices))
    return 0


CERTIFICATE = {
    "edition": "of this document",
    "slug": "of the installation",
    "bulletin": "its number",
    "code": "of its public page",
    "kind": "ordinary, urgent, correction or all_clear",
    "status": "of the bulletin",
    "version": "that was approved",
    "approver": "who approved it",
    "seal": "of what was approved",
    "planned": "how many recipients: the sum of counts",
    "counts": "how many by outcome",
    "codes": "[outcome, code, how many]",
    "receipts": "how many were sent, delivered, read",
    "attempts": "how many",
    "first_at": "when the first message left (UTC)",
    "last_at": "when the last one did",
    "starts": "[moment, who]",
    "deliveries_sha256": "over which deliveries were planned",
    "channel": "cloud, assisted or channel",
    "declarations": "[moment, who, lists, how many]",
    "despite": "[moment, who, check that they overrode]",
    "acts": "[moment, who, what, how it is proved]",
    "signers": "everybody by whose word it left",
    "proofs": "each signature: moment, who, how it is proved",
    "parts": "of a send in parts [moment, how many by outcome]",
    "sha256": "over the rest",
}


def add_verbs(add: Add) -> None:
    """Those that change no send."""
    parser = add("certificate", certificate, "Show the certificate of a send, counted anew from the rows: "
                 "planned = accepted + failed + skipped + uncertain + declared. The one of the send's end is "
                 "kept in the state folder under certificati/.", writes=False)  # fmt: skip
    take_bulletin(parser)
    parser.add_argument("--verify", metavar="FILE", type=Path, help="compare a kept one with the rows of now")
    parser.add_argument("--deliveries", metavar="FILE", type=Path, help="write each delivery as CSV, masked")
    parser.add_argument(
        "--full-for", metavar="NAME", help="with --deliveries: whole numbers for this person; it is logged"
    )
    for_programs(
        parser,
        **CERTIFICATE,
        wrong="of --verify: what does not add up, in Italian",
        settled="of --verify: what the provider told since, in Italian",
        file="of --deliveries: where they were written to",
        deliveries="of --deliveries: how many",
    )
    parser = add("witness", witness, "Compare the count of sends with the witness outside the database: it "
                 "recognises a database that was restored.", writes=False)  # fmt: skip
    parser.add_argument("--accept-by", metavar="NAME", help="who looked, and lets a restored database send")
    parser.add_argument(
        "--without-journal", action="store_true", help="with --accept-by: although consensi.jsonl is lost, "
        "and with it who left since the backup; it goes on from what the database knows"
    )  # fmt: skip
    for_programs(
        parser,
        database="the number of the last start in the database",
        outside="that of the last one outside; null where there was none",
        unread="what outside could not be read, in Italian",
        restored="whether the database is older than what is outside",
        journal="what the journal of consent lacks, in Italian; null where it is whole",
        accepted_by="who accepted it, just now",
        held="what may have left since the copy and now waits for a person, a line each, in Italian",
    )
    parser = add("cost", cost, "Tell what a year's messages cost, by month, at the profile's prices.",
                 writes=False)  # fmt: skip
    parser.add_argument("--year", type=int, help="default: this year")
    for_programs(
        parser,
        year="the year",
        currency="of the amounts; null without prices in the profile",
        prices_of="the day when the prices were looked up",
        months="one object each: month, messages, billed, free, untold (no word on the price yet), unpriced "
        "(of a category without a price), cost (an amount as text; null where it is not known)",
    )
