"""What the news of a draft lose where they wait for the bulletin after it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from db.models import BulletinItem
from flows.bulletin.language.dates import in_rome
from flows.bulletin.slots import Slot
from flows.draft.evidence import begins_before, days_over
from flows.draft.items import ranked, read_situation, times
from flows.draft.slots import closed_days
from flows.settings import Settings

LATE = "Ma allora sarà tardi, del tutto o in parte, per:"


def late_by_then(
    settings: Settings,
    session: Session,
    bulletin_id: int,
    items: Sequence[BulletinItem],
    following: Slot | None,
    *,
    in_time: date,
    now: datetime,
) -> list[str]:
    """A line for each item of a bulletin that comes too late, in whole or in part, with that of `following`.

    What the bulletin itself tells is not told yet: its own items are no copies of themselves. `in_time`: the
    day on which they can still be told instead; what is late by then, too, is lost by no waiting.
    """
    sends_at, due = (following.dispatch_at, following.deadline_at) if following else (None, None)
    judged_at = times(settings, sends_at, due, now, closed_days(session, now))
    situation = read_situation(settings, session, judged_at, excluding=bulletin_id)
    reasons = {one.title: one.reason for one in ranked(settings, situation).left_out}
    ahead = [item for item in items if not begins_before(item.text, in_time)]
    lost = [f"{item.title}: {reasons[item.title]}" for item in ahead if item.title in reasons]
    day = in_rome(sends_at).date() if sends_at else None
    kept = [item for item in ahead if item.title not in reasons]
    for item in kept:
        over = days_over(item.text, in_time)
        if days := [told for told in days_over(item.text, day) if told not in over]:
            are = "sarà già passato" if len(days) == 1 else "saranno già passati"
            lost.append(f"{item.title}: {' e '.join(days)} {are}")
    return lost + [
        f"{item.title}: comincia prima, {begin}" for item in kept if (begin := begins_before(item.text, day))
    ]
