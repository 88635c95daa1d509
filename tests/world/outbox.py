"""Steps of a send, one at a time, as tests put them together; and an error table that never waits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from db import claims, deliveries, receipts
from db.claims import Result
from db.models import Attempt, Delivery, Outcome, Receipt, Recipient
from db.receipts import StatusReport
from db.vault import Vault
from flows.sending import conductor, drain, judge
from flows.whatsapp import errors


def plan(session: Session, bulletin_id: int, people: Sequence[Recipient], *, now: datetime) -> int:
    """Queue a bulletin for these people."""
    chosen = select(Recipient).where(col(Recipient.id).in_([one.id for one in people]))
    return deliveries.plan(session, bulletin_id, chosen, now=now)


def begin(
    session: Session,
    bulletin_id: int | None,
    *,
    limit: int = 1,
    sender_id: UUID | None = None,
    now: datetime,
) -> list[Attempt]:
    """Take what is queued and begin its POSTs."""
    taken = [one.delivery_id for one in claims.take(session, bulletin_id, limit=limit, now=now)]
    ids = claims.begin(session, taken, sender_id=sender_id, now=now)
    return [session.get_one(Attempt, number) for number in ids]


def finish(
    session: Session,
    vault: Vault,
    attempt_id: UUID,
    outcome: Outcome,
    *,
    wamid: str | None = None,
    code: str | None = None,
    now: datetime,
) -> None:
    """Store what came of one POST."""
    claims.settle(session, vault, [Result(attempt_id, outcome, wamid, code)], now=now)
    session.flush()
    session.expire_all()


def tell(
    session: Session,
    attempt: Attempt,
    receipt: Receipt | None,
    *,
    wamid_hash: str = "unknown",
    code: str | None = None,
    now: datetime,
) -> None:
    """A status webhook speaks of an attempt; `receipt` None: it failed."""
    session.flush()
    receipts.settle(session, [StatusReport(str(attempt.id), wamid_hash, receipt, now, code)], now=now)
    session.flush()
    session.expire_all()


def delivery_of(session: Session, attempt: Attempt) -> Delivery:
    return session.get_one(Delivery, attempt.delivery_id, populate_existing=True)


def never_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the sender would wait for comes at once."""
    table = {code: replace(rule, waits=(0.0,) * len(rule.waits)) for code, rule in errors.TABLE.items()}
    monkeypatch.setattr(errors, "TABLE", table)
    on_marketing = {
        code: replace(rule, waits=(0.0,) * len(rule.waits)) for code, rule in errors.ON_MARKETING.items()
    }
    monkeypatch.setattr(errors, "ON_MARKETING", on_marketing)
    monkeypatch.setattr(judge, "UNREACHED", replace(errors.UNREACHED, waits=(0.0,)))
    monkeypatch.setattr(judge, "PAUSES", (0.0,) * len(errors.PAUSES))
    monkeypatch.setattr(judge, "RESTS", (0.0,) * len(judge.RESTS))


def two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that holds two messages at most, and tells its progress after each step."""
    monkeypatch.setattr(drain, "most_in_flight", lambda _per_second: 2)
    monkeypatch.setattr(conductor, "TELL_EVERY", 0.0)
