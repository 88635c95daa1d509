"""The parts of a page under headings that are days: each has its own streets and hours.

`## Fase 1 – martedì 6 aprile` above `via Po`, `## Fase 2 – giovedì 8 aprile` above `via Adda`.
"""

import re

from flows.bulletin.page.notice import Notice
from flows.bulletin.page.told_slots import calendar_days

_HEADING = re.compile(r"^#{1,6}\s(?P<said>[^\n]*)\n", re.M)
_LABEL = re.compile(r"\s[-–—]\s|:\s")
_NOT_OF_A_DAY = re.compile(r"\b(?:entro|prorog|rinvi|in caso|scaden|contatt|info)", re.I)


def phases(notice: Notice) -> list[tuple[str, str]]:
    """Of each part under a heading with a day, as `## Fase 1 – martedì 6 aprile`: that day in the page's
    words, and what stands below; none where only one has a day.
    """
    heads = list(_HEADING.finditer(f"{notice.source}\n"))
    ends = [*(head.start() for head in heads[1:]), len(notice.source)] if heads else []
    parts = [
        (when.strip(" .;"), notice.source[head.end() : end])
        for head, end in zip(heads, ends, strict=True)
        for when in _LABEL.split(head["said"])
        if calendar_days(when) and not _NOT_OF_A_DAY.search(head["said"])
    ]
    return parts if len(parts) > 1 else []
