"""Takes an existing list of subscribers in, and gives ours out."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from db import privacy, recipients
from db.engine import reading, transaction
from db.ledger import Ledger
from db.models import Consent, Recipient, RecipientStatus
from db.recipients import Address
from flows.bulletin.language.dates import in_rome
from flows.privacy import lists
from flows.privacy.phones import NumberError, masked, mobile
from flows.settings import BollettinoError, Settings

WORD = "ELENCO"
AT_ONCE = 200  # subscribed in one transaction


class RowVerdict(StrEnum):
    subscribed = "subscribed"
    already = "already subscribed"
    twice = "twice in the list"
    left = "left before: not subscribed again"
    invalid = "no mobile number"


@dataclass
class Report:
    """What came of a list: how many of each, and a line for each that was not subscribed."""

    count: Counter[RowVerdict] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)

    def note(self, row: lists.Row, verdict: RowVerdict, why: str) -> None:
        self.count[verdict] += 1
        if verdict != RowVerdict.subscribed:
            self.lines.append(f"line {row.line}: {why}")

    def __str__(self) -> str:
        counted = [f"{verdict}: {self.count[verdict]}" for verdict in RowVerdict if self.count[verdict]]
        return "\n".join([*self.lines, *counted, f"read: {self.count.total()}"])


@dataclass(frozen=True)
class ListOrigin:
    """Where a list comes from. All three are asked for: without them nobody can show by what right we write.

    `act` is the act that allows it, like "delibera di Giunta n. 12 del 3 novembre 2026".
    """

    source: str
    dated: date
    act: str

    def words(self, now: datetime) -> str:
        if not self.source.strip() or not self.act.strip():
            raise BollettinoError("a list needs its --source and its --act")
        if self.dated > in_rome(now).date():
            raise BollettinoError(f"the list is dated {self.dated}, which is still to come")
        return f"{self.source.strip()}, {self.dated:%d.%m.%Y}; {self.act.strip()}"


def take_in(
    settings: Settings,
    engine: Engine,
    rows: Sequence[lists.Row],
    origin: ListOrigin,
    *,
    by: str,
    dry_run: bool = False,
    now: datetime,
) -> Report:
    """Subscribe who is on a list and never left. No message is sent; run again, it changes nothing more.

    First what a restored backup forgot is done again: it may be that somebody on the list had left.
    """
    act = origin.words(now)
    ledger, report, seen = settings.ledger(), Report(), set[str]()
    with transaction(engine) as session:
        ledger.replay(session, now=now)
        privacy.note(session, by=by, command="subscribers import", people=len(rows), now=now)
        if dry_run:
            session.rollback()
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        if dry_run:
            with reading(engine) as session:
                _judge(session, ledger, part, seen, report)
            continue
        with transaction(engine) as session:
            for phone in _judge(session, ledger, part, seen, report):
                recipients.opt_in(session, ledger.vault, Address(phone), now=now)
                ledger.record(
                    session, Address(phone), Consent.opt_in, word=WORD, source="import", act=act, at=now
                )
    return report


def _judge(
    session: Session, ledger: Ledger, rows: Iterable[lists.Row], seen: set[str], report: Report
) -> list[str]:
    """The numbers that may be subscribed; notes what comes of each row."""
    phones = []
    for row in rows:
        try:
            phone = mobile(row.text)
        except NumberError as exc:
            report.note(row, RowVerdict.invalid, str(exc))
            continue
        stored = recipients.find(session, ledger.vault, Address(phone))
        if phone in seen:
            verdict = RowVerdict.twice
        elif stored is not None and stored.status in (
            RecipientStatus.active,
            RecipientStatus.suspended,
        ):
            verdict = RowVerdict.already
        elif ledger.has_left(session, Address(phone)) or (stored and ledger.has_left(session, stored)):
            verdict = RowVerdict.left
        else:
            verdict = RowVerdict.subscribed
            phones.append(phone)
        seen.add(phone)
        report.note(row, verdict, f"{masked(phone)} {verdict}")
    return phones


COLUMNS = ("telefono", "bsuid", "iscritto dal", "riceve", "parola", "origine", "informativa")


def give_out(settings: Settings, engine: Engine, path: Path, *, by: str, now: datetime) -> int:
    """Write who is subscribed now as a CSV that only this user reads; returns how many. Never overwrites.

    The entry in the access log is committed before the first number is written.
    """
    ledger = settings.ledger()
    with transaction(engine) as session:
        query = select(Recipient).where(Recipient.status == RecipientStatus.active)
        rows = list(session.exec(query.order_by(col(Recipient.id))))
        privacy.note(session, by=by, command="subscribers export", people=len(rows), now=now)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as exc:
        raise BollettinoError(f"{path}: cannot be written ({exc.strerror})") from exc
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file, reading(engine) as session:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(COLUMNS)
            for row in rows:
                writer.writerow(map(lists.cell, _line(session, ledger, row)))
    except OSError as exc:  # half a list looks like a whole one
        path.unlink()
        raise BollettinoError(f"{path}: cannot be written ({exc.strerror})") from exc
    return len(rows)


def _line(session: Session, ledger: Ledger, row: Recipient) -> list[str]:
    address = recipients.open_address(ledger.vault, row)
    history = ledger.history(session, row)
    last = history[-1] if history else None
    since = in_rome(row.opted_in_at).date().isoformat() if row.opted_in_at else ""
    return [
        address.phone or "",
        address.bsuid or "",
        since,
        row.scope.value,
        last.word if last else "",
        (last.act or last.source) if last else "",
        last.notice_version if last else "",
    ]
