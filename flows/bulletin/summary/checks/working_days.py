"""Hours that hold on some days alone, which a text must not tell of all, and for how long something holds.

`dalle 8 alle 18 dei giorni feriali` without the working days shuts a street on Sunday, too; `dall'8 febbraio
e per giorni 5` without the five days shuts it for good.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Notice
from flows.bulletin.page.phases import phases
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.checks.named import STREET_NAME

_WORKING = re.compile(
    r"(?P<hours>dalle(?: ore)? [\d:.]+ alle(?: ore)? [\d:.]*\d)[^.;\n]{0,12}\b(?:giorni )?feriali\b"
    r"|\b(?:giorni )?feriali\b[^.;\n]{0,20}(?P<after>dalle(?: ore)? [\d:.]+ alle(?: ore)? [\d:.]*\d)",
    re.I,
)
_SAYS_SO = re.compile(r"\bferial|\bfestiv|\b[Dd]a(?:l)? luned\S+ a|\borari\b[^.]* nella pagina", re.I)
_LEFT = re.compile(r"\b(?:giorni|orari|calendario)\b[^.]* nella pagina", re.I)
_DATED = re.compile(  # `venerdì 4 giugno dalle 9 alle 18`, a row of its own
    rf"^\W*(?P<day>(?:{WEEKDAY},?\s)?\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?)[\s,:]{{1,3}}(?:dalle|ore)\s[^\n]*$",
    re.I | re.M,
)
_MANY = 3  # rows
_UNIT = r"(?:giorn[oi]|settiman[ae]|mes[ei])"
_FOR_SO_LONG = re.compile(
    rf"\b[Dd]a(?:l|ll['’])?\s?(?P<day>(?:{WEEKDAY}\s)?\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?)[^.;\n\d]{{0,30}}?"
    r"\bper (?:(?:circa|complessivi|altr[ie]|la durata di|un periodo di) )*"
    rf"(?:{_UNIT} (?:n\. ?)?\(?\d"
    rf"|(?:\d{{1,3}}|una|un|due|tre|quattro|cinque|sei|sette|dieci) {_UNIT})",
    re.I,
)
_SO_LONG = re.compile(rf"\b{_UNIT}\b|\bfino a|\bal \d", re.I)


def untold(text: str, notice: Notice) -> Iterator[str]:
    """Why `text` tells hours of more days, or of fewer, than the page: Italian sentences."""
    for found in _FOR_SO_LONG.finditer(notice.source):
        if figures(found["day"]) <= figures(text) and not _SO_LONG.search(text):
            yield f"Manca per quanto tempo: la pagina dice «{found[0]}»."
            break
    yield from _of_another_part(text, notice)
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


def _of_another_part(text: str, notice: Notice) -> Iterator[str]:
    """A street beside the day of another part: below `## Fase 1 – martedì 6` stands via Po alone."""
    streets = {street[0].lower() for street in STREET_NAME.finditer(text)}
    days = calendar_days(text)
    parts = [(calendar_days(when), below.lower()) for when, below in phases(notice)]
    for street in streets:
        told = [street in below for _, below in parts]
        if any(told) and any(own & days and not here for (own, _), here in zip(parts, told, strict=True)):
            yield f"«{street}» sta sotto un altro giorno della pagina."
