"""The day on which a page was written, where it says so itself: `oggi, martedì 14 luglio 2026`."""

import re
from calendar import isleap
from datetime import date, timedelta

from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.weekdays import WEEKDAY

_DAYS = ("lun", "mar", "mer", "gio", "ven", "sab", "dom")
_AHEAD = {"oggi": 0, "domani": 1, "dopodomani": 2}
_SAID = re.compile(
    rf"(?<![\w’'])(?<!\bcome )(?P<word>oggi|domani|dopodomani),?\s+\(?"
    rf"(?:(?P<weekday>{WEEKDAY}),?\s+)?(?:il\s+)?(?P<day>\d{{1,2}})\s+(?P<month>{'|'.join(MONTHS)})\b(?:\s+(?P<year>20\d\d))?",
    re.I,
)
_YEARS = sorted(
    range(2020, 2048), key=isleap
)  # a cycle of the calendar: the days around are the same in each


def day_of_writing(text: str) -> date | None:
    """The day from which `domani` and `stasera` count, in Rome; None where the page names none, or two.

    Without a year it is one in which the weekday agrees, which is all that the days around it need.
    """
    found = {day for match in _SAID.finditer(text) if (day := _written(match))}
    return found.pop() if len(found) == 1 else None


def _written(match: re.Match[str]) -> date | None:
    if not (match["year"] or match["weekday"]):
        return None
    month = MONTHS.index(match["month"].lower()) + 1
    for year in [int(match["year"])] if match["year"] else _YEARS:
        try:
            day = date(year, month, int(match["day"]))
        except ValueError:
            continue  # the 29th of February of another year, or no day at all
        if match["weekday"] is None or day.weekday() == _DAYS.index(match["weekday"][:3].lower()):
            return day - timedelta(days=_AHEAD[match["word"].lower()])
    return None
