"""The days and hours that a text tells, beside the day on which it is read: begun, still ahead, or over."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from db.models import Bulletin, BulletinItem
from flows.bulletin.alerts.text import ALERT, NOTICE
from flows.bulletin.choosing.timing import nearest
from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.facts.find import facts
from flows.bulletin.language.dates import ROME, giorno, giorno_ora, in_rome

_FROM = re.compile(r"\bdall(?:e\s+|['’])(\d{1,2})(?:[:.](\d\d))?\b", re.IGNORECASE)
_SINCE = re.compile(  # what began may go on
    r"\b(?:da|dal|dall['’]|dalla|partire|dall(?:e\s+|['’])(?:ore\s+)?\d{1,2}(?:[:.]\d\d)?\s+d(?:i|el|ell['’]))\s*$",
    re.IGNORECASE,
)


def begins_before(text: str, day: date | None, since: date | None = None) -> str:
    """Of a text that is read on `day`, since when something holds by then; "" where nothing does.

    `since`: what began before that day is passed over; None: nothing is.
    """
    if day is None or days_over(text, day):
        return ""
    told = [fact for fact in facts(text, published=day) if fact.kind is Kind.date and _begins(text, fact)]
    days = [at for fact in told if (at := nearest(fact.value, day)) is not None]
    return next((giorno(at) for at in days if (since or date.min) <= at < day), "")


def at_once(bulletin: Bulletin, items: Sequence[BulletinItem], now: datetime) -> str:
    """How an urgent text's deadline begins: what it tells may begin long before; "" of any other."""
    if not bulletin.template:
        return ""
    begin = begins_ahead(bulletin, items, now)
    before = f", prima che cominci ({_since(begin)})" if begin else ""
    return f"subito{before}, al più tardi "


def _since(begin: datetime) -> str:
    """`sabato 5 dicembre, ore 18`; a midnight between its two days."""
    local = in_rome(begin)
    if local.hour or local.minute:
        return giorno_ora(begin)
    return f"a mezzanotte fra {giorno(local - timedelta(days=1))} e {giorno(local)}"


def begins_ahead(bulletin: Bulletin, items: Sequence[BulletinItem], now: datetime) -> datetime | None:
    """When what an urgent text tells begins, where that is ahead and before its deadline; else None."""
    tells_when = bulletin.template in (ALERT, NOTICE) and len(items) > 1
    begin = beginning(items[1].text, now) if tells_when else None
    return begin if begin is not None and now < begin < (bulletin.deadline_at or begin) else None


def begun(text: str, now: datetime) -> datetime | None:
    """As `beginning`, where it is past; else None."""
    begin = beginning(text, now)
    return begin if begin is not None and begin <= now else None


def beginning(text: str, now: datetime) -> datetime | None:
    """The beginning that `dalle 14 alle 18 di giovedì 3 dicembre` tells; None where it tells none."""
    hour = _FROM.search(text)
    day = in_rome(now).date()
    dates = [nearest(fact.value, day) for fact in facts(text, published=day) if fact.kind is Kind.date]
    if hour is None or not dates or dates[0] is None or int(hour[1]) > 23:
        return None
    return datetime.combine(dates[0], time(int(hour[1]), int(hour[2] or 0)), ROME)


def last_day(text: str, day: date | None) -> str:
    """Of a text that is read on `day`, that day as it shows it where all it tells ends with it; else ""."""
    if day is None:
        return ""
    told = [fact for fact in facts(text, published=day) if fact.kind is Kind.date]
    days = [nearest(fact.value, day) for fact in told]
    if any(at is None or at > day for at in days):
        return ""
    last = [fact for fact, at in zip(told, days, strict=True) if at == day]
    return last[-1].shown if last and not _begins(text, last[-1]) else ""


def days_over(text: str, day: date | None) -> list[str]:
    """Of a text that is read on `day`, the days that are over by then, as it shows them."""
    return [
        fact.shown
        for fact in facts(text, published=day)
        if day is not None
        and fact.kind is Kind.date
        and (told := nearest(fact.value, day)) is not None
        and told < day
        and not _begins(text, fact)
    ]


def _begins(text: str, day: Fact) -> bool:
    """Whether something holds from this day on."""
    return _SINCE.search(text[: day.start].removesuffix(f"{day.weekday} ")) is not None
