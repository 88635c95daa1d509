"""The dates that feeds give: RFC 822, ISO 8601, and what Italian systems write instead.

A date that says no zone is of Europe/Rome, where its author's clock hangs; so are zone names that the mail
standard does not know (CET, CEST).
"""

import re
from datetime import UTC, datetime, time, timedelta, timezone
from email.utils import parsedate_tz
from functools import lru_cache

from scrapers.dates import ROME, italian_date

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]|$)")
_ITALIAN = {
    "gen": "Jan",
    "mag": "May",
    "giu": "Jun",
    "lug": "Jul",
    "ago": "Aug",
    "set": "Sep",
    "ott": "Oct",
    "dic": "Dec",
}
_MONTH = re.compile(rf"\b({'|'.join(_ITALIAN)})(?:[a-z]*|\.)(?=\s+\d{{4}})", re.IGNORECASE)
_ZONE = re.compile(r"(?:[+-]\d{4}|\b(?:UTC?|GMT|Z|[ECMP][SD]T))\s*(?:\(.*\))?$", re.IGNORECASE)
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\b(?![/.]\d{4})")


@lru_cache(maxsize=1024)  # in most feeds all items carry the same one
def moment(text: str) -> datetime | None:
    """The aware UTC moment of a feed's date, or None when it is none that we know."""
    text = text.strip()
    if not text:
        return None
    try:
        parsed = _iso(text) if _ISO.match(text) else (_rfc822(text) or _spelled_out(text))
        if parsed is None:
            return None
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=ROME)).astimezone(UTC)
    except (ValueError, OverflowError):  # the 31st of November, or before the year 1
        return None


def _iso(text: str) -> datetime:
    return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d|Z$)", "", text))


def _rfc822(text: str) -> datetime | None:
    text = re.sub(r"([+-]\d\d):(\d\d)$", r"\1\2", text)
    parsed = parsedate_tz(text) or parsedate_tz(_MONTH.sub(lambda match: _ITALIAN[match[1].lower()], text))
    if parsed is None:
        return None
    # parsedate_tz() takes an absent or unknown zone for UTC
    zone = timezone(timedelta(seconds=parsed[9] or 0)) if _ZONE.search(text) else None
    return datetime(*parsed[:6], tzinfo=zone)


def _spelled_out(text: str) -> datetime | None:
    """ "12/11/2026 08:30", "12 novembre 2026"."""
    day = italian_date(text)
    if day is None:
        return None
    clock = _CLOCK.search(text)
    return datetime.combine(day, time(int(clock[1]), int(clock[2])) if clock else time())
