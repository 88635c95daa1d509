"""Addresses that are read, and the mark that each reading leaves."""

from datetime import datetime

from sqlmodel import Session, select

from db.models import Source, SourceKind


def find(session: Session, address: str) -> Source | None:
    return session.exec(select(Source).where(Source.address == address)).first()


def ensure(session: Session, kind: SourceKind, address: str) -> Source:
    """The source of this address, made when it is new."""
    source = find(session, address)
    if source is None:
        source = Source(kind=kind, address=address)
        session.add(source)
        session.flush()
    return source


def succeeded(
    session: Session, source_id: int, *, etag: str | None, last_modified: str | None, now: datetime
) -> None:
    """Mark a reading that gave everything, with the validators for the next conditional request."""
    source = session.get_one(Source, source_id)
    source.etag, source.last_modified = etag, last_modified
    source.checked_at = source.succeeded_at = now
    source.failures, source.failure = 0, None
    session.add(source)


def failed(session: Session, source_id: int, message: str, *, now: datetime) -> int:
    """Mark a reading that gave nothing; return how many failed in a row."""
    source = session.get_one(Source, source_id)
    source.checked_at = now
    source.failures += 1
    source.failure = message
    session.add(source)
    return source.failures
