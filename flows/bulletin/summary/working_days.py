"""Hours that hold on some days alone, which a text must not tell of all.

`dalle 8 alle 18 dei giorni feriali` without the working days shuts a street on Sunday, too; whoever reads two
weekdays of a timetable takes them for all on which an office opens.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.telling import figures

_WORKING = re.compile(
    r"(?P<hours>dalle(?: ore)? [\d:.]+ alle(?: ore)? [\d:.]*\d)[^.;\n]{0,12}\b(?:giorni )?feriali\b"
    r"|\b(?:giorni )?feriali\b[^.;\n]{0,20}(?P<after>dalle(?: ore)? [\d:.]+ alle(?: ore)? [\d:.]*\d)",
    re.I,
)
_SAYS_SO = re.compile(r"\bferial|\bfestiv|\b[Dd]a(?:l)? luned\S+ a|\borari\b[^.]* nella pagina", re.I)
_ROW = re.compile(
    rf"^\W*(?P<days>(?:il |la )?{WEEKDAY}[^\d\n]{{0,40}}?)\W{{0,4}}(?:(?:dalle|ore|h\.?)\s)*"
    r"\d{1,2}(?:[:.]\d\d)?\s?(?:[-–/]|alle)[^\n]*$",
    re.I | re.M,
)
_DAY = re.compile(WEEKDAY, re.I)
_LEFT = re.compile(r"\b(?:giorni|orari|calendario)\b[^.]* nella pagina", re.I)
_OF_A_WEEK = (Kind.hours, Kind.service, Kind.health, Kind.other, Kind.campaign)
_DATED = re.compile(  # `venerdì 4 giugno dalle 9 alle 18`, a row of its own
    rf"^\W*(?P<day>(?:{WEEKDAY},?\s)?\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?)[\s,:]{{1,3}}(?:dalle|ore)\s[^\n]*$",
    re.I | re.M,
)
_MANY = 3  # rows


def untold(text: str, notice: Notice) -> Iterator[str]:
    """Why `text` tells hours of more days, or of fewer, than the page: Italian sentences."""
    own = {figure for figure in figures(text) if ":" in figure}
    if not own:
        return
    if not _SAYS_SO.search(text):
        for found in _WORKING.finditer(notice.source):
            if figures(found["hours"] or found["after"]) <= own:
                yield "Gli orari valgono solo nei giorni feriali."
                return
    dated = [days for row in _DATED.finditer(notice.source) if (days := figures(row["day"]))]
    are_told = [bool(days & figures(text)) for days in dated]
    is_some = notice.kind not in OCCASIONS and sum(are_told) > 1
    if len(dated) >= _MANY and is_some and not all(are_told) and not _LEFT.search(text):
        yield "Dei giorni con i loro orari sono detti solo alcuni."
    if notice.kind not in _OF_A_WEEK or _LEFT.search(text):
        return
    rows = [row for row in _ROW.finditer(notice.source) if " " not in row["days"].strip(" :-–")]
    told = {day.lower()[:4] for day in _DAY.findall(text)}
    shares = [{day.lower()[:4] for day in _DAY.findall(row["days"])} <= told for row in rows]
    if len(rows) >= _MANY and any(shares) and not all(shares):
        yield "Degli orari della settimana sono detti solo alcuni."
