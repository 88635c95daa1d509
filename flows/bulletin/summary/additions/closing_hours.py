"""The hour at which a term ends, where a text has its day alone: who comes at two finds it over at noon."""

import re
from collections import defaultdict

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import Notice

_DAY = rf"(?:{WEEKDAY},? )?(?P<day>\d{{1,2}}) (?P<month>{MONTH})\b"
_BY_A_DAY = re.compile(rf"\b(?P<by>entro|fino) (?:al |all['’]|il |l['’]|a )?{_DAY}", re.I)
_AT_AN_HOUR = Cued(
    rf"\b(?:entro (?:e non oltre )?le|(?:fino |sino )?alle|delle) (?:ore )?(?P<hour>\d{{1,2}})"
    rf"(?:[.:,](?P<minutes>\d\d))? (?:del(?: giorno)? |dell['’]|di ){_DAY}",
    re.I,
)
_LAST = "23", "24"  # the end of the day: its hour says nothing more


def with_closing_hours(text: str, notice: Notice) -> str:
    """`entro le 12 del 30 giugno` of `entro il 30 giugno`, where the page has one such hour of that day."""
    hours = defaultdict[tuple[str, str], set[str]](set)
    for found in _AT_AN_HOUR.finditer(" ".join(notice.source.split())):
        minutes = found["minutes"] or "00"
        clock = found["hour"].lstrip("0") + ("" if minutes == "00" else f":{minutes}")
        hours[found["day"], found["month"].lower()].add(clock)

    def closed(match: re.Match[str]) -> str:
        told = hours.get((match["day"], match["month"].lower()), set())
        clock = next(iter(told)) if len(told) == 1 else ""
        if not clock or clock.startswith(_LAST):
            return match[0]
        by = "entro le " if match["by"].lower() == "entro" else "fino alle "
        of = "dell'" if match["day"] in ("8", "11") else "del "
        return f"{by}{clock} {of}{match['day']} {match['month']}"

    return _BY_A_DAY.sub(closed, text) if hours else text
