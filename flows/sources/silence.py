"""A source that says nothing: is that usual? A failing one tells by itself, a forgotten one does not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

from sqlmodel import Session

from db import news_items, sources
from db.models import Source
from flows.bulletin.language.dates import giorno_ora
from flows.settings import Settings
from flows.sources.alerts import TOO_OLD, alert_addresses

NEWS_TOO_OLD = timedelta(hours=24)  # without a good reading of a feed; alerts have their own measure
LOOK_BACK = timedelta(days=120)
RHYTHM = 4  # gaps between days with news, before anything is called usual
TOO_LONG, AT_LEAST = 4, 7  # times the usual gap, and days: nobody is called for a long weekend

TOLD_FOR = timedelta(days=7)  # how long a gap is worth a word to the editor

GAP = (
    "{address}: nessuna delle voci lette era già nota: dall'ultima lettura qualcuna può essere sfuggita. "
    "Per ritrovarle: recupero del periodo."
)


@dataclass(frozen=True)
class Silence:
    """A source that does not speak, or not as it uses to."""

    address: str
    why: str  # Italian
    is_alerts: bool
    failure: str = ""  # in English, for who runs the service
    is_unread: bool = False  # else it is read, and what it says gives reason to doubt


def silent(settings: Settings, session: Session, now: datetime) -> Iterator[Silence]:
    """Of the sources that the profile names, each reason to doubt one."""
    chosen = settings.profile.sources
    alerts = [address for _, address in alert_addresses(settings.profile)]
    for address in (*chosen.feeds, *(page.address for page in chosen.listings), *alerts):
        source = sources.find(session, address)
        if source is None or source.checked_at is None:  # not read yet: collect comes every half hour
            continue
        is_alerts = address in alerts
        patience = TOO_OLD if is_alerts else NEWS_TOO_OLD
        good = source.succeeded_at
        if now - (good or source.checked_at) > patience or (good is None and source.failures > 1):
            last = f"l'ultima volta {giorno_ora(good)}" if good else "mai riuscita finora"
            yield Silence(address, f"non si legge ({last}).", is_alerts, source.failure or "", is_unread=True)
        elif not is_alerts:
            for doubt in doubts(session, source, now):
                yield Silence(address, doubt.removeprefix(f"{address}: "), is_alerts)


def silence(session: Session, source: Source, now: datetime) -> str | None:
    """In Italian, when the source is silent for much longer than it uses to be."""
    days = news_items.days_of_news(session, source.id, since=now - LOOK_BACK)
    gap = unusual(days, now.date())
    if gap is None:
        return None
    usual = f"di solito ne arriva ogni {_days(gap[1])}"
    return f"{source.address}: nessuna notizia nuova da {gap[0]} giorni; {usual}"


def doubts(session: Session, source: Source, now: datetime) -> list[str]:
    """What speaks against having seen all of a source that answers, in Italian."""
    lines = [GAP.format(address=source.address)] if source.gap_at and now < source.gap_at + TOLD_FOR else []
    quiet = silence(session, source, now)
    return [*lines, quiet] if quiet else lines


def unusual(days: Sequence[date], today: date) -> tuple[int, int] | None:
    """Days since the last news and the usual gap, when that is unusual. `days`: the newest first."""
    past = [day for day in days if day <= today]
    gaps = [(later - earlier).days for later, earlier in pairwise(past)]
    if len(gaps) < RHYTHM:
        return None
    usual, quiet = round(median(gaps)), (today - past[0]).days
    return (quiet, usual) if quiet >= AT_LEAST and quiet > TOO_LONG * usual else None


def _days(count: int) -> str:
    return "giorno" if count == 1 else f"{count} giorni"
