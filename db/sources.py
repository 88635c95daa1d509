"""Addresses that are read, and the mark that each reading leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from db.models import Source, SourceKind

PATIENCE = timedelta(minutes=10)  # after the second failure in a row; doubled with each
LONGEST_PATIENCE = {SourceKind.feed: timedelta(hours=6), SourceKind.listing: timedelta(hours=6)}
LONGEST_FOR_ALERTS = timedelta(minutes=30)


def find(session: Session, address: str) -> Source | None:
    return session.exec(select(Source).where(Source.address == address)).first()


def ensure(session: Session, kind: SourceKind, address: str) -> Source:
    """The source of this address, made when it is new."""
    return ensure_all(session, [(kind, address)])[0]


def ensure_all(session: Session, wanted: Sequence[tuple[SourceKind, str]]) -> list[Source]:
    """The sources of these addresses, in their order; made when they are new."""
    addresses = [address for _, address in wanted]
    stored = {
        source.address: source
        for source in session.exec(select(Source).where(col(Source.address).in_(addresses)))
    }
    for kind, address in wanted:
        if address not in stored:
            stored[address] = Source(kind=kind, address=address)
            session.add(stored[address])
        if stored[address].kind != kind:  # an assignment is looked through at the flush, changed or not
            stored[address].kind = kind
    session.flush()
    return [stored[address] for address in addresses]


@dataclass(frozen=True)
class Mark:
    """That a source was read, with what the next conditional request needs."""

    source_id: int
    etag: str | None
    last_modified: str | None
    content_sha256: str | None = None
    whole_at: datetime | None = None  # when it was last asked for without validators


_MARK = (
    update(Source)
    .where(col(Source.id) == bindparam("source_id"))
    .values(
        etag=bindparam("etag"),
        last_modified=bindparam("last_modified"),
        content_sha256=bindparam("content_sha256"),
        whole_at=bindparam("whole_at"),
        checked_at=bindparam("now"),
        succeeded_at=bindparam("now"),
        failures=0,
        failure=None,
        retry_at=None,
    )
)


def address_of(session: Session, source_id: int) -> str | None:
    return session.exec(select(Source.address).where(Source.id == source_id)).first()


def all_of(session: Session) -> list[Source]:
    """Every address that was ever read."""
    return list(session.exec(select(Source).order_by(col(Source.id))))


def succeeded(session: Session, marks: Sequence[Mark], *, now: datetime) -> None:
    """Mark readings that gave everything, or as much as can be had today."""
    session.flush()  # what is pending of these rows would be forgotten below
    if marks:
        in_order = sorted(marks, key=lambda mark: mark.source_id)  # the same for all writers: no deadlock
        session.connection().execute(_MARK, [{**mark.__dict__, "now": now} for mark in in_order])
        session.expire_all()


def failed(
    session: Session,
    source_id: int,
    message: str,
    *,
    retry_after: float | None = None,
    ask_whole: bool = False,
    now: datetime,
) -> int:
    """Mark a reading that gave nothing; return how many failed in a row.

    The source is asked again at the next run; from the second failure in a row on, or when it says so
    itself (`retry_after`, seconds), later. One of alerts never later than in LONGEST_FOR_ALERTS, whatever
    it says. `ask_whole`: what is stored is less than what its validators stand for, so the next request
    goes without them.
    """
    source = session.get_one(Source, source_id)
    source.checked_at = now
    source.failures += 1
    source.failure = message
    wait = timedelta(seconds=retry_after or 0)
    longest = LONGEST_PATIENCE.get(source.kind, LONGEST_FOR_ALERTS)
    if source.failures > 1:
        wait = max(wait, min(PATIENCE * 2 ** min(source.failures - 2, 10), longest))
    if source.kind not in LONGEST_PATIENCE:
        wait = min(wait, LONGEST_FOR_ALERTS)
    if ask_whole:
        source.etag = source.last_modified = None
    source.retry_at = now + wait if wait else None
    session.add(source)
    return source.failures


def warn(session: Session, source_id: int, warnings: Sequence[str]) -> None:
    """Keep what a good reading found doubtful in place of what the one before did; none clears it."""
    source = session.get_one(Source, source_id)
    source.warnings = "\n".join(warnings) or None
    session.add(source)


def mark_gap(session: Session, source_id: int, *, now: datetime) -> None:
    """A poll brought nothing that was known: what came and went between two polls may have been missed."""
    source = session.get_one(Source, source_id)
    source.gap_at = now
    session.add(source)
