"""Weather alerts in the words of the Italian warning system, whoever published them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from scrapers.errors import StaleError

ROME = ZoneInfo("Europe/Rome")
HAZARDS = ("idraulico", "idrogeologico", "temporali")
LEVELS = ("verde", "gialla", "arancione", "rossa")  # from the lowest


@dataclass(frozen=True)
class Alert:
    """The level of one hazard in one zone on one day; green ones too, because they are news after a red."""

    source: str  # "dpc"
    identifier: str  # of the bulletin at its issuer
    issuer: str
    url: str  # where the bulletin was read
    zone: str  # "Lomb-09"
    hazard: str  # one of HAZARDS
    level: str  # one of LEVELS
    day: date  # in Italy
    onset: datetime  # aware, like the others
    expires: datetime
    sent: datetime


@dataclass(frozen=True)
class Bulletin:
    """One issue of a bulletin, for one zone. `warnings` are for the editor: the sources disagree."""

    identifier: str
    sent: datetime
    alerts: tuple[Alert, ...]
    warnings: tuple[str, ...] = ()


def highest(*levels: str) -> str:
    return max(levels, key=LEVELS.index)


def require_fresh(source: str, sent: datetime, now: datetime) -> None:
    """Raise StaleError when a bulletin is older than the day before `now`: it says nothing about today.

    Yesterday's still holds, as its "tomorrow" is today and the next comes only in the afternoon.
    """
    issued, today = sent.astimezone(ROME).date(), now.astimezone(ROME).date()
    if issued < today - timedelta(days=1):
        raise StaleError(
            source, f"stale: issued on {issued.isoformat()}, it says nothing about {today.isoformat()}"
        )
