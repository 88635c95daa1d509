"""What is lost by waiting: for the bulletin after a draft, and for the send of a draft itself."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from db.models import Bulletin, BulletinItem
from flows.bulletin.choosing.selection import BEFORE, first_date
from flows.bulletin.language.dates import in_rome
from flows.bulletin.slots import Slot
from flows.draft.days import begins_before, days_over
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
    wholly = [item for item in ahead if item.title in reasons]
    lost = [f"{item.title}: {_by_then(reasons[item.title])}" for item in wholly]
    day = in_rome(sends_at).date() if sends_at else None
    for item in [one for one in items if one not in wholly]:
        over = days_over(item.text, in_time)
        if days := [told for told in days_over(item.text, day) if told not in over]:
            are = "sarà già passato" if len(days) == 1 else "saranno già passati"
            lost.append(f"{item.title}: {' e '.join(days)} {are}")
    return lost + [
        f"{item.title}: comincia prima, {begin}"
        for item in ahead
        if item not in wholly and (begin := begins_before(item.text, day))
    ]


def _by_then(reason: str) -> str:
    """Why it is late, told of the send after the draft's own."""
    day = reason.removeprefix(f"{BEFORE}, ")
    return reason if day == reason else f"{day}, prima di quell'invio"


def begin_before(bulletin: Bulletin, items: Sequence[BulletinItem], now: datetime) -> bool:
    """Whether some of the news of a draft begin before it is sent, today or later."""
    if bulletin.slot_at is None:
        return False
    day, today = in_rome(bulletin.slot_at).date(), in_rome(now).date()
    return any(item.news_item_id and begins_before(item.text, day, today) for item in items)


def come_before(settings: Settings, session: Session, bulletin: Bulletin, now: datetime) -> dict[str, str]:
    """What no bulletin tells and comes before this draft is sent, in whole or in part: when, by title."""
    at = bulletin.slot_at
    if at is None or bulletin.template or in_rome(now).date() >= in_rome(at).date():
        return {}
    judged_at = times(settings, at, bulletin.deadline_at, now, closed_days(session, now))
    found = ranked(settings, read_situation(settings, session, judged_at))
    waiting = {
        one.title: first_date(one.before, is_today=one.is_today)
        for one in (*found.chosen, *found.queue)
        if one.before
    }
    return waiting | {one.title: one.reason for one in found.left_out if one.reason.startswith(BEFORE)}
