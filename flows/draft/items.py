"""What can be told at the moment of a send, chosen and written: for composing and for the editor's form."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from db import bulletins, news_items, told_news, weather_alerts
from db.bulletins import ItemData
from db.models import WAITING, Bulletin, BulletinItem, NewsItem, Summary, WeatherAlert
from db.told_news import ToldNews
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
from flows.bulletin.summary.text import SHORTER, summarise
from flows.draft.alerts import HELD, Statement, announced_by, own_days, picture_at, refused
from flows.draft.evidence import judged, with_sources
from flows.draft.slots import slot_after
from flows.settings import Settings

AUTHOR = "composizione automatica"
PURPOSE = "compose"  # what takes news into a draft does so alone, see `db.engine.alone`
SHORTEST = 100  # UTF-16 units of a news item, also when alerts take most of the room: the editor shortens


def latest_items(session: Session, bulletin_id: int) -> list[BulletinItem]:
    """The newest text of a bulletin; empty where it has none yet."""
    version = bulletins.latest(session, bulletin_id)
    return bulletins.items(session, version) if version else []


def is_untouched(session: Session, bulletin: Bulletin, composer: str) -> bool:
    """Whether it still waits as it was composed."""
    version = bulletins.latest(session, bulletin.id)
    return bulletin.status in WAITING and version is not None and version.author == composer


@dataclass(frozen=True)
class Situation:
    """What there is to tell at the moment of a send, and what bulletins tell of it already; read once."""

    times: Times
    alerts: tuple[WeatherAlert, ...]  # of days that are not over, and not taken back
    announced: frozenset[Statement]  # what living bulletins tell
    refused: frozenset[Statement]  # what an editor decided not to tell
    own_days: frozenset[date]  # days that an urgent bulletin announces, at once
    news: tuple[NewsItem, ...]  # what no living bulletin tells, newest first
    recent: tuple[ToldNews, ...]  # what living bulletins made of late tell


def times(
    settings: Settings,
    slot_at: datetime | None,
    deadline_at: datetime | None,
    now: datetime,
    closed: Collection[date] = (),
) -> Times:
    """Now, the send of a slot (or the one at approval) and the one after it; a week later without slots."""
    sent_at = slot_at or now
    following = slot_after(settings.profile, deadline_at or now, closed)
    return Times(now, sent_at, following.dispatch_at if following else sent_at + timedelta(days=7))


def read_situation(
    settings: Settings, session: Session, when: Times, *, excluding: int | None = None
) -> Situation:
    """The situation of the send of `when`.

    `excluding` is the draft that is being refreshed: what it tells is not told yet.
    """
    picture = picture_at(settings, session, when.sent_at)
    statements = announced_by(settings, session, picture, *HELD)
    zones = settings.profile.alert_zones
    return Situation(
        times=when,
        alerts=tuple(row for row in picture.rows if row.replaced_at is None),
        announced=frozenset(weather_alerts.statements(session, zones, excluding=excluding)),
        refused=refused(statements),
        own_days=own_days(settings, session, picture, statements),
        news=tuple(news_items.unsent(session, excluding=excluding)),
        recent=tuple(
            told_news.recent(session, since=when.now - MEMORY, composer=AUTHOR, excluding=excluding)
        ),
    )


def gather(settings: Settings, situation: Situation) -> list[Candidate]:
    """Everything that can be told at the moment of the send: alerts not told yet, then unsent news.

    An alert at an urgent level that no urgent bulletin told is not among it: that one announces it, at once.
    """
    alerts = alert_candidates(
        situation.alerts,
        situation.times.sent_at,
        situation.announced | situation.refused,
        elsewhere=situation.own_days,
    )
    table = settings.profile.categories
    return [*alerts, *(candidate_of(item, table) for item in situation.news)]


def ranked(settings: Settings, situation: Situation) -> Selection:
    """What is to be told, in its order, and what stays out; no text is made."""
    return select(
        gather(settings, situation),
        slots=settings.profile.news_per_bulletin,
        times=situation.times,
        window=timedelta(days=settings.profile.news_window_days),
        earlier=[earlier_of(news.item, news.bulletin_at) for news in situation.recent],
    )


def pick(settings: Settings, situation: Situation) -> Selection:
    """What goes into the draft, what waits behind it, and what stays out.

    News of which no text can be made wait with the reason, for a person to write them; the next best goes in.
    """
    selection = ranked(settings, situation)
    slots = len(selection.chosen)
    room = _room(settings, selection.chosen, situation.times.sent_at)
    chosen: list[Candidate] = []
    waiting: list[Candidate] = []
    for candidate in (*selection.chosen, *selection.queue):
        is_open = len(chosen) < slots
        reason = "" if candidate.is_alert or not is_open else unwritten(candidate, room)
        if is_open and not reason:
            chosen.append(candidate)
        else:
            waiting.append(replace(candidate, unwritten=reason))
    return Selection(tuple(chosen), tuple(waiting), selection.left_out)


def unwritten(candidate: Candidate, room: int) -> str:
    """Why no text can be made of it in `room` UTF-16 units, nor in more; "" where one can."""
    step = next((step for step in SHORTER if step <= room), SHORTEST)
    return summarise(
        title=candidate.title,
        abstract=candidate.abstract,
        body=candidate.body,
        limit=step,
        published=_published(candidate),
    ).reason


def _published(candidate: Candidate) -> date | None:
    return in_rome(candidate.published).date() if candidate.published else None


def write(
    settings: Settings, session: Session, chosen: Sequence[Candidate], dated: datetime, now: datetime
) -> list[ItemData]:
    """Each chosen item's text: what an alert says is fixed, news share the room that is left."""
    for item in chosen:
        weather_alerts.tell_together(session, item.weather_alert_ids, at=now)
    room = _room(settings, chosen, dated)
    return [item_of(settings, session, item, room, now) for item in chosen]


def _room(settings: Settings, chosen: Sequence[Candidate], dated: datetime) -> int:
    """UTF-16 units for each news item among these."""
    news = sum(not item.is_alert for item in chosen)
    if not news:
        return 0
    total = budget(settings.frame(template_name(len(chosen))), giorno(dated))
    fixed = sum(utf16(item.abstract) for item in chosen if item.is_alert)
    return max(per_item(total - fixed, news), SHORTEST)


def item_of(settings: Settings, session: Session, item: Candidate, room: int, now: datetime) -> ItemData:
    """One line of the bulletin, a news item's in `room` UTF-16 units."""
    return ItemData(
        title=item.title,
        category=item.category or "altro",
        url=(settings.profile.sources.alerts_page or "") if item.is_alert else item.url,
        text=item.abstract if item.is_alert else written(settings, session, item, room, now),
        news_item_id=item.news_item_id,
        weather_alert_id=item.weather_alert_ids[0] if item.weather_alert_ids else None,
        told_at=now if item.weather_alert_ids else None,
    )


def written(settings: Settings, session: Session, item: Candidate, room: int, now: datetime) -> str:
    """A news item's text in `room` UTF-16 units; "" where a person has to write it.

    An update says first what it changes; only that it is one, where the guard would stop what was before:
    the page of today does not tell it.
    """
    if not item.update:
        return summary(settings, session, item, room, now)
    text = ""
    for head in dict.fromkeys((item.update, UPDATE)):
        text = f"{head}. "
        told = summary(settings, session, item, room - utf16(text), now)
        if not told:
            return ""
        text += told
        told_as = ItemData(item.title, item.category, item.url, text, news_item_id=item.news_item_id)
        (judgement,) = judged(with_sources(session, [told_as]))
        if not (judgement.verdict and judgement.verdict.blocked):
            return text
    return text


def summary(settings: Settings, session: Session, item: Candidate, room: int, now: datetime) -> str:
    """The summary of this content for this length, made once by one edition of code and settings."""
    if item.news_item_id is None:
        raise ValueError("only news are summarised")
    stored = session.get_one(NewsItem, item.news_item_id)
    published = _published(item)
    llm = settings.profile.llm
    made_by = edition(published, f"{llm.address} {llm.model}" if llm else "")
    before = news_items.summary(session, stored, room)
    if before and before.edition == made_by:
        return before.text
    new = summarise(title=item.title, abstract=item.abstract, body=item.body, limit=room, published=published)
    if before:  # of another edition, or of a model that was asked for that one
        before.text, before.method, before.edition, before.created_at = new.text, new.method, made_by, now
        before.model, before.reason = None, new.reason
    else:
        session.add(
            Summary(
                news_item_id=stored.id,
                content_sha256=stored.content_sha256,
                budget=room,
                text=new.text,
                method=new.method,
                edition=made_by,
                created_at=now,
                reason=new.reason,
            )
        )
    return new.text
