"""Whether a page has more appointments than the days that could be read of it."""

import re

from flows.bulletin.facts.figures import in_words
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.events.sittings import Sitting, all_words

_NO_MONTH = re.compile(
    rf"\b(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica)\s(\d{{1,2}})\b(?!\s?(?:{MONTH}|[/.:,-]\d|°))"
    rf"(?!(?:,\s\d{{1,2}})*\s(?:e|al?|-)\s(?:\w+ì\s|sabato\s|domenica\s)?\d{{1,2}}[°º]?\s{MONTH})",
    re.I,
)
_COUNTED = Cued(
    r"\b([a-z]{3,8}|\d{1,2})\s(?:incontri|serate|appuntamenti|lezioni|concerti|spettacoli|film)\b",
    re.I,
)


def other_days(notice: Notice, sittings: list[Sitting], *, has_rows: bool) -> bool:
    """Whether the page names days that no sitting has: `giovedì 23 e martedì 28`, their month before."""
    if not sittings:
        return False
    known = {
        day.day for sitting in sittings for span in sitting.days.spans for day in (span.first, span.last)
    }
    is_range = any(span.first != span.last for sitting in sittings for span in sitting.days.spans)
    if not is_range and {int(found[1]) for found in _NO_MONTH.finditer(notice.source)} - known:
        return True
    told = [days for words in all_words(notice, Slot.when) if has_rows and (days := clauses.days_of(words))]
    return any(span.first.day not in known for days in told for span in days.spans) and not is_range


def meetings(notice: Notice) -> int:
    """How many meetings the page counts; 0 where it counts none, or tells of a period."""
    if any(row.list for row in notice.rows):
        return 0
    counted = (
        int(match[1]) if match[1].isdigit() else in_words(match[1]) or 0
        for match in _COUNTED.finditer(notice.source)
    )
    return max(counted, default=0)
