"""Samples of a draft: asked for with the answer that asks, started once, and what came of each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from db.models import Outcome, Sample
from db.receipts import own_id

NOTHING_LEFT = (Outcome.refused, Outcome.not_sent)
TEST = ""  # in place of an editor: to a recipient marked as test, as an operator ordered


def ask(session: Session, bulletin_id: int, version_number: int, *, editor: str, now: datetime) -> Sample:
    """`editor`: id in the profile, or TEST."""
    sample = Sample(bulletin_id=bulletin_id, version_number=version_number, editor=editor, asked_at=now)
    session.add(sample)
    session.flush()
    return sample


def begin(session: Session, bulletin_id: int, version_number: int, *, now: datetime) -> Sample:
    """One to a recipient marked as test, in flight from the commit on; who that is stands nowhere."""
    sample = ask(session, bulletin_id, version_number, editor=TEST, now=now)
    sample.started_at, sample.outcome = now, Outcome.in_flight
    session.flush()
    return sample


def start(session: Session, bulletin_id: int, *, now: datetime) -> list[Sample]:
    """Those that were never started, now in flight; commit before anything leaves.

    Rows that another run holds are passed over on PostgreSQL; SQLite has one writer at a time.
    """
    rows = session.exec(
        select(Sample)
        .where(Sample.bulletin_id == bulletin_id, col(Sample.started_at).is_(None))
        .order_by(col(Sample.asked_at))
        .with_for_update(skip_locked=True)
    )
    taken = list(rows)
    for sample in taken:
        sample.started_at, sample.outcome = now, Outcome.in_flight
        session.add(sample)
    session.flush()
    return taken


def finish(session: Session, sample_id: UUID, outcome: Outcome, code: str | None) -> None:
    """Store what came of the POST; a webhook may have told more before."""
    sample = session.get_one(Sample, sample_id, with_for_update=True)
    if sample.outcome in (None, Outcome.in_flight):
        sample.outcome, sample.code = outcome, code
        session.add(sample)
        session.flush()


def receive(session: Session, opaque: str | None, *, failed: bool, code: str | None) -> bool:
    """A status webhook of a sample: it left, or failed, which nothing undoes. False: it is of no sample."""
    sample_id = own_id(opaque)
    sample = session.get(Sample, sample_id, with_for_update=True) if sample_id else None
    if sample is None:
        return False
    if failed:
        sample.outcome, sample.code = Outcome.refused, code
    elif sample.outcome != Outcome.refused:
        sample.outcome, sample.code = Outcome.accepted, None
    session.add(sample)
    session.flush()
    return True


def of_version(session: Session, bulletin_id: int, version_number: int) -> Sample | None:
    """The one that the answer behind this version asked for."""
    return session.exec(
        select(Sample).where(
            Sample.bulletin_id == bulletin_id,
            Sample.version_number == version_number,
            Sample.editor != TEST,
        )
    ).first()


def lately(session: Session, bulletin_id: int, *, since: datetime) -> Sequence[datetime]:
    """When those were asked for that left, may have left or are about to, the oldest first."""
    rows = session.exec(
        select(Sample).where(
            Sample.bulletin_id == bulletin_id, col(Sample.asked_at) > since, Sample.editor != TEST
        )
    )
    return sorted(sample.asked_at for sample in rows if sample.outcome not in NOTHING_LEFT)
