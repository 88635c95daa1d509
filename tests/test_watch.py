from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from db import bulletins, deliveries, senders
from db.models import BulletinKind, BulletinStatus
from flows.by_hand import window
from flows.runs import client, planned
from flows.sending import liveness
from flows.watch import BY, Watched, act, look
from tests.world import outbox
from tests.world.builders import NOW, make_bulletin, make_recipient
from tests.world.comune import Comune

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
    assert look(comuni.settings, comuni.engine, now=SLOT + GRACE) == Watched(to_send=(number,))
    late = SLOT + GRACE + timedelta(seconds=1)
    assert look(comuni.settings, comuni.engine, now=late) == Watched(missed=(number,))
    assert comuni.bulletin(number).status == BulletinStatus.missed


def test_what_its_slots_own_run_is_about_to_send_gets_no_second_run(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where many Comuni send at the same hour that run waits for a place. An alert's waits for no slot's."""
    number = made(comune, BulletinStatus.approved)
    with comune.look() as session:
        kind, status = BulletinKind.urgent, BulletinStatus.approved
        alert = make_bulletin(session, kind=kind, status=status, now=SLOT).id
    found, started = look(comune.settings, comune.engine, now=SLOT + GRACE), list[int]()
    assert found == Watched(to_send=(number, alert))
    monkeypatch.setattr(
        client, "start_dispatch", lambda _settings, _engine, bulletin_id, **_: started.append(bulletin_id)
    )
    monkeypatch.setattr(window, "sweep", lambda *_, **__: None)
    for waits, begun in ((True, [alert]), (False, [number, alert])):
        monkeypatch.setattr(planned, "waits_its_turn", lambda *_, waits=waits, **__: waits)
        act(comune.settings, comune.engine, found, now=SLOT + GRACE)
        assert started == begun
        started.clear()


def test_a_lock_shows_what_another_wrote_since_the_row_was_read(comuni: Comune) -> None:
    """Else an approval that came in between would be overwritten as expired."""
    number = made(comuni, BulletinStatus.in_review)
    with comuni.look() as session:
        (before,) = bulletins.with_status(session, BulletinStatus.in_review)
        assert before.status == BulletinStatus.in_review
        session.connection().execute(text("UPDATE bulletin SET status = 'approved'"))
        assert bulletins.locked(session, number).status == BulletinStatus.approved


def test_what_goes_at_approval_waits_without_a_deadline_and_is_then_sent(comune: Comune) -> None:
    waiting = made(comune, BulletinStatus.in_review, slot_at=None)
    approved = made(comune, BulletinStatus.approved, slot_at=None)
    found = look(comune.settings, comune.engine, now=NOW + timedelta(minutes=2))
    assert found == Watched(waiting=(waiting,), to_send=(approved,))
    assert str(found).startswith(
        "non approvati in tempo: [], non inviati in tempo: [], "
        f"in attesa di un redattore: [{waiting}], appena confermati: [], da inviare: [{approved}]"
    )
    found = look(comune.settings, comune.engine, now=NOW + timedelta(days=90))
    assert found == Watched(waiting=(waiting,), missed=(approved,)), "old news is not sent by itself"


def test_a_slot_whose_own_run_did_not_send_is_sent_by_watch(comune: Comune) -> None:
    """Prefect starts a run up to half a second early, and a run may crash: the slot is not lost for that."""
    number = made(comune, BulletinStatus.approved)
    assert look(comune.settings, comune.engine, now=SLOT + timedelta(seconds=30)) == Watched()
    assert look(comune.settings, comune.engine, now=SLOT + timedelta(minutes=5)) == Watched(to_send=(number,))


def test_a_confirmed_form_is_left_to_its_run(comune: Comune) -> None:
    number = made(comune, BulletinStatus.in_review)
    late = DEADLINE + timedelta(seconds=5)
    assert look(comune.settings, comune.engine, answering={number}, now=late) == Watched(answered=(number,))


def test_a_send_that_died_is_resumed_within_the_grace_and_stopped_after_it(comuni: Comune) -> None:
    number = made(comuni, BulletinStatus.sending)
    with comuni.look() as session:
        recipient = make_recipient(session, comuni.settings.vault())
        outbox.plan(session, number, [recipient], now=NOW)
        outbox.begin(session, number, now=SLOT)
        senders.register(session, number, host="another machine", pid=1, now=SLOT)
    assert look(comuni.settings, comuni.engine, now=SLOT + timedelta(seconds=10)) == Watched()
    assert look(comuni.settings, comuni.engine, now=SLOT + timedelta(minutes=4)) == Watched(broken=(number,))
    late = SLOT + GRACE + timedelta(seconds=1)
    assert look(comuni.settings, comuni.engine, now=late) == Watched(ended=(number,))
    with comuni.look() as session:
        certificate = deliveries.certificate(session, number)
    assert (certificate.uncertain, certificate.open) == (1, 0), "who may have got it is not tried again"
    assert comuni.bulletin(number).status == BulletinStatus.sent


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
    [status for status in BulletinStatus if status not in ("draft", "in_review", "approved", "sending")],
)
def test_what_is_under_way_or_over_is_left_alone(comune: Comune, status: BulletinStatus) -> None:
    number = made(comune, status)
    assert look(comune.settings, comune.engine, now=SLOT + timedelta(days=1)) == Watched()
    assert comune.bulletin(number).status == status


def test_what_a_sender_held_when_it_died_is_uncertain_though_the_send_was_stopped(comuni: Comune) -> None:
    """Nobody need resume it for its certificate to tell, and for who asked to be erased to be."""
    number = made(comuni, BulletinStatus.sending)
    with comuni.look() as session:
        vault = comuni.settings.vault()
        outbox.plan(session, number, [make_recipient(session, vault) for _ in range(5)], now=NOW)
        sender_id = liveness.begin(session, number, now=NOW)
        outbox.begin(session, number, limit=2, sender_id=sender_id, now=NOW)
    comuni.move(number, BulletinStatus.stopped)

    def held(after: timedelta, *, dry_run: bool = False) -> Counter[tuple[str, str | None]]:
        look(comuni.settings, comuni.engine, dry_run=dry_run, now=NOW + after)
        return Counter((row.status.value, row.reason) for row in comuni.deliveries(number))

    assert held(timedelta())[("claimed", None)] == 2, "its sender lives"
    assert held(senders.DEAD_AFTER, dry_run=True)[("claimed", None)] == 2
    assert held(senders.DEAD_AFTER) == {("queued", None): 3, ("uncertain", "sender_died"): 2}
    assert comuni.bulletin(number).status == BulletinStatus.stopped
