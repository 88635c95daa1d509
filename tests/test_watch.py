from datetime import datetime, timedelta

import pytest

from db.models import BulletinStatus
from flows.watch import BY, Watched, look
from tests.builders import NOW, make_bulletin
from tests.comune import Comune

SLOT = NOW + timedelta(hours=2)
DEADLINE = SLOT - timedelta(minutes=15)
GRACE = timedelta(minutes=60)


def made(comune: Comune, status: BulletinStatus, slot_at: datetime | None = SLOT) -> int:
    deadline = DEADLINE if slot_at else None
    with comune.look() as session:
        return make_bulletin(session, status=status, slot_at=slot_at, deadline_at=deadline).id


@pytest.mark.parametrize("status", [BulletinStatus.draft, BulletinStatus.in_review])
def test_what_nobody_approved_by_the_deadline_expires(comuni: Comune, status: BulletinStatus) -> None:
    number = made(comuni, status)
    assert look(comuni.settings, comuni.engine, now=DEADLINE) == Watched(waiting=(number,))
    late = DEADLINE + timedelta(seconds=1)
    assert look(comuni.settings, comuni.engine, now=late) == Watched(expired=(number,))
    bulletin = comuni.bulletin(number)
    assert (bulletin.status, bulletin.status_by, bulletin.status_at) == (BulletinStatus.expired, BY, late)
    assert look(comuni.settings, comuni.engine, now=late) == Watched()


def test_what_was_approved_but_did_not_leave_within_the_grace_is_missed(comuni: Comune) -> None:
    number = made(comuni, BulletinStatus.approved)
    assert look(comuni.settings, comuni.engine, now=SLOT + GRACE) == Watched()
    late = SLOT + GRACE + timedelta(seconds=1)
    assert look(comuni.settings, comuni.engine, now=late) == Watched(missed=(number,))
    assert comuni.bulletin(number).status == BulletinStatus.missed


def test_what_goes_at_approval_waits_without_a_deadline_and_is_then_sent(comune: Comune) -> None:
    waiting = made(comune, BulletinStatus.in_review, slot_at=None)
    approved = made(comune, BulletinStatus.approved, slot_at=None)
    found = look(comune.settings, comune.engine, now=NOW + timedelta(days=90))
    assert found == Watched(waiting=(waiting,), to_send=(approved,))
    assert str(found) == (
        "non approvati in tempo: [], non inviati in tempo: [], "
        f"in attesa di un redattore: [{waiting}], da inviare subito: [{approved}]"
    )


def test_a_dry_run_tells_the_same_and_changes_nothing(comune: Comune) -> None:
    expired = made(comune, BulletinStatus.in_review)
    missed = made(comune, BulletinStatus.approved, slot_at=SLOT - timedelta(days=7))
    told = look(comune.settings, comune.engine, dry_run=True, now=SLOT)
    assert told == Watched(expired=(expired,), missed=(missed,))
    assert comune.bulletin(expired).status == BulletinStatus.in_review
    assert comune.bulletin(missed).status == BulletinStatus.approved
    assert look(comune.settings, comune.engine, now=SLOT) == told


@pytest.mark.parametrize(
    "status",
    [status for status in BulletinStatus if status not in ("draft", "in_review", "approved")],
)
def test_what_is_under_way_or_over_is_left_alone(comune: Comune, status: BulletinStatus) -> None:
    number = made(comune, status)
    assert look(comune.settings, comune.engine, now=SLOT + timedelta(days=1)) == Watched()
    assert comune.bulletin(number).status == status
