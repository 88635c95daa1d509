"""What can be told at the moment of a send, chosen and written: for composing and for the editor's form."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from db import news_items, telling, weather_alerts
from db.bulletins import ItemData
from db.models import NewsItem, Summary
from flows.bulletin.choosing.duplicates import MEMORY, UPDATE
from flows.bulletin.choosing.selection import (
    Candidate,
    Selection,
    Times,
    alert_candidates,
    candidate_of,
    earlier_of,
    select,
)
from flows.bulletin.edition import edition
from flows.bulletin.language.dates import giorno, in_rome
from flows.bulletin.language.measure import utf16
from flows.bulletin.message.exact import template_name
from flows.bulletin.message.frame import budget, per_item
from flows.bulletin.slots import Slot
from flows.bulletin.summary.text import summarise
from flows.draft.alerts import own_days, refused
from flows.draft.evidence import judged, with_sources
from flows.draft.slots import slot_after
from flows.settings import Settings

AUTHOR = "composizione automatica"
PURPOSE = "compose"  # what takes news into a draft does so alone, see `db.engine.alone`
SHORTEST = 100  # UTF-16 units of a news item, also when alerts take most of the room: the editor shortens


def slot_for(settings: Settings, now: datetime, entered: Collection[date] = ()) -> Slot | None:
    """The next slot, holidays and the closures that persons entered minded."""
    return slot_after(settings.profile, now, entered)


def times(settings: Settings, slot: Slot | None, now: datetime, entered: Collection[date] = ()) -> Times:
    """Now, the send of `slot` (or the one at approval) and the one after it; a week later without slots."""
    sent_at = slot.dispatch_at if slot else now
    following = slot_for(settings, slot.deadline_at if slot else now, entered)
    return Times(now, sent_at, following.dispatch_at if following else sent_at + timedelta(days=7))


def gather(
    session: Session, settings: Settings, at: datetime, *, excluding: int | None = None
) -> list[Candidate]:
    """Everything that can be told at the moment of the send: alerts not told yet, then unsent news.

    An alert at an urgent level that no urgent bulletin told is not among it: that one announces it, at once.

    `excluding` is the draft that is being refreshed: what it tells is not told yet.
    """
    zones = settings.profile.alert_zones
    announced = weather_alerts.statements(session, zones, excluding=excluding) | refused(
        session, settings, at
    )
    stated = weather_alerts.not_over(session, zones, now=at)
    alerts = alert_candidates(stated, at, announced, elsewhere=own_days(session, settings, at))
    news = news_items.unsent(session, excluding=excluding)
    table = settings.profile.categories
    return [*alerts, *(candidate_of(item, table) for item in news)]


def pick(session: Session, settings: Settings, when: Times, *, excluding: int | None = None) -> Selection:
    """What goes into the draft, what waits behind it, and what stays out; `excluding` is being refreshed."""
    recent = telling.recent(session, since=when.now - MEMORY, composer=AUTHOR, excluding=excluding)
    return select(
        gather(session, settings, when.sent_at, excluding=excluding),
        slots=settings.profile.news_per_bulletin,
        times=when,
        window=timedelta(days=settings.profile.news_window_days),
        earlier=[earlier_of(one.item, one.bulletin_at) for one in recent],
    )


def write(
    session: Session, settings: Settings, chosen: Sequence[Candidate], dated: datetime, now: datetime
) -> list[ItemData]:
    """Each chosen item's text: what an alert says is fixed, news share the room that is left."""
    for item in chosen:
        weather_alerts.tell_together(session, item.weather_alert_ids, at=now)
    frame = settings.frame(template_name(len(chosen)))
    total = budget(frame, giorno(dated))
    fixed = sum(utf16(item.abstract) for item in chosen if item.is_alert)
    news = sum(not item.is_alert for item in chosen)
    room = max(per_item(total - fixed, news), SHORTEST) if news else 0
    return [item_of(session, settings, item, room, now) for item in chosen]


def item_of(session: Session, settings: Settings, item: Candidate, room: int, now: datetime) -> ItemData:
    """One line of the bulletin, a news item's in `room` UTF-16 units."""
    return ItemData(
        title=item.title,
        category=item.category or "altro",
        url=(settings.profile.sources.alerts_page or "") if item.is_alert else item.url,
        text=item.abstract if item.is_alert else written(session, settings, item, room, now),
        news_item_id=item.news_item_id,
        weather_alert_id=item.weather_alert_ids[0] if item.weather_alert_ids else None,
        told_at=now if item.weather_alert_ids else None,
    )


def written(session: Session, settings: Settings, item: Candidate, room: int, now: datetime) -> str:
    """A news item's text in `room` UTF-16 units.

    An update says first what it changes; only that it is one, where the guard would stop what was before:
    the page of today does not tell it.
    """
    if not item.update:
        return summary(session, settings, item, room, now)
    text = ""
    for head in dict.fromkeys((item.update, UPDATE)):
        text = f"{head}. "
        text += summary(session, settings, item, room - utf16(text), now)
        told_as = ItemData(item.title, item.category, item.url, text, news_item_id=item.news_item_id)
        if not any(one.verdict and one.verdict.blocked for one in judged(with_sources(session, [told_as]))):
            return text
    return text


def summary(session: Session, settings: Settings, item: Candidate, room: int, now: datetime) -> str:
    """The summary of this content for this length, made once by one edition of code and settings."""
    if item.news_item_id is None:
        raise ValueError("only news are summarised")
    stored = session.get_one(NewsItem, item.news_item_id)
    published = in_rome(item.published).date() if item.published else None
    llm = settings.profile.llm
    made_by = edition(published, f"{llm.address} {llm.model}" if llm else "")
    kept = news_items.summary(session, stored, room)
    if kept and kept.edition == made_by:
        return kept.text
    made = summarise(
        title=item.title, abstract=item.abstract, body=item.body, limit=room, published=published
    )
    if kept:  # of another edition, or of a model that was asked for that one
        kept.text, kept.method, kept.edition, kept.created_at = made.text, made.method, made_by, now
        kept.model, kept.reason = None, ""
    else:
        session.add(
            Summary(
                news_item_id=stored.id,
                content_sha256=stored.content_sha256,
                budget=room,
                text=made.text,
                method=made.method,
                edition=made_by,
                created_at=now,
            )
        )
    return made.text
