"""The outbox of calls to editors: each is stored before it leaves, and leaves at most once.

A call that surely did not leave goes back to the queue while its turn lasts; whatever may have left is never
sent again. E-mails leave through the outbox of letters, and what became of one is read from there.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from db.models import Call, CallChannel, CallStatus, Letter, LetterStatus, Receipt
from db.receipts import own_id

LEASE = timedelta(minutes=5)  # whoever has not told by then what became of a call, has died
MOVES: dict[CallStatus, frozenset[CallStatus]] = {
    CallStatus.queued: frozenset(
        {CallStatus.in_flight, CallStatus.accepted, CallStatus.refused, CallStatus.late}
    ),
    CallStatus.in_flight: frozenset(
        {
            CallStatus.queued,
            CallStatus.accepted,
            CallStatus.refused,
            CallStatus.uncertain,
            CallStatus.late,  # decided on while it was about to leave
        }
    ),
    CallStatus.uncertain: frozenset({CallStatus.accepted, CallStatus.refused}),  # a webhook settles it
    CallStatus.accepted: frozenset({CallStatus.refused}),  # a webhook says that it failed
    CallStatus.refused: frozenset(),
    CallStatus.late: frozenset(),
}
LETTERS = {
    LetterStatus.sent: CallStatus.accepted,
    LetterStatus.undeliverable: CallStatus.refused,
    LetterStatus.late: CallStatus.late,
}


def move(call: Call, to: CallStatus, *, now: datetime, code: str | None = None) -> None:
    """The only way from one status to another; ValueError when it is not allowed."""
    if to not in MOVES[call.status]:
        raise ValueError(f"call {call.id} is {call.status}: it cannot become {to}")
    call.status, call.status_at, call.code = to, now, code


def queue(
    session: Session,
    *,
    bulletin_id: int,
    version_number: int,
    turn: int,
    editor: str,
    channel: CallChannel,
    until: datetime,
    hint: str = "",
    letter_id: int | None = None,
    now: datetime,
) -> Call:
    """Store a call before it leaves; the caller holds the bulletin's row, so that a turn is given once."""
    call = Call(
        bulletin_id=bulletin_id,
        version_number=version_number,
        turn=turn,
        editor=editor,
        channel=channel,
        hint=hint,
        called_at=now,
        until=until,
        status_at=now,
        letter_id=letter_id,
    )
    session.add(call)
    session.flush()
    return call


def of(session: Session, bulletin_id: int) -> list[Call]:
    """A bulletin's calls in their order, those by e-mail as their letters stand now."""
    rows = session.exec(
        select(Call)
        .where(Call.bulletin_id == bulletin_id)
        .order_by(col(Call.turn), col(Call.called_at), col(Call.editor), col(Call.channel).desc())
    )
    return list(rows)


def follow_letters(session: Session) -> None:
    """Calls by e-mail become what their letters became."""
    rows = session.exec(
        select(Call, Letter)
        .join(Letter, col(Letter.id) == Call.letter_id)
        .where(Call.status == CallStatus.queued, Letter.status != LetterStatus.queued)
        .with_for_update(of=Call, skip_locked=True)
    )
    for call, letter in rows:
        move(call, LETTERS[letter.status], now=letter.status_at)
        session.add(call)
    session.flush()


def claim(session: Session, channels: Collection[CallChannel], *, limit: int, now: datetime) -> list[Call]:
    """Calls that wait to leave, oldest first, in flight from now on: commit before they leave.

    What another had in flight for too long is uncertain; what is of no use any more becomes late.
    """
    rows = session.exec(
        select(Call)
        .where(
            col(Call.status).in_((CallStatus.queued, CallStatus.in_flight)), col(Call.channel).in_(channels)
        )
        .order_by(col(Call.called_at), col(Call.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = []
    for call in rows:
        if call.status == CallStatus.in_flight:
            if now - call.status_at >= LEASE:
                move(call, CallStatus.uncertain, now=now, code="caller_died")
        elif now >= call.until:
            move(call, CallStatus.late, now=now, code=call.code)
        else:
            move(call, CallStatus.in_flight, now=now)
            call.tries += 1
            taken.append(call)
        session.add(call)
    session.flush()
    return taken


def settle(
    session: Session, call_id: UUID, to: CallStatus, *, code: str | None = None, now: datetime
) -> None:
    """Store what became of a call in flight; a webhook may have settled it before."""
    call = session.get_one(Call, call_id, with_for_update=True)
    if call.status == CallStatus.in_flight or (
        call.status == CallStatus.uncertain and to in MOVES[CallStatus.uncertain]
    ):
        move(call, to, now=now, code=code)
        session.add(call)


def receive(
    session: Session, opaque: str | None, receipt: Receipt | None, *, code: str | None = None, now: datetime
) -> bool:
    """A status webhook about a call: a receipt, or None when it failed. False when it is of no call."""
    call_id = own_id(opaque)
    call = session.get(Call, call_id, with_for_update=True) if call_id else None
    if call is None:
        return False
    to = CallStatus.refused if receipt is None else CallStatus.accepted
    if to in MOVES[call.status]:
        move(call, to, now=now, code=code)
    if receipt is not None and (call.receipt is None or receipt.rank > call.receipt.rank):
        call.receipt = receipt
    session.add(call)
    session.flush()
    return True
