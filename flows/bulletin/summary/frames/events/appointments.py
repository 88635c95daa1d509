"""Several appointments of one page, each told in a sentence of the office's with its own day.

A frame that names the page's matter beside one of these days would give the place and hours of one to all.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.titles import is_told
from flows.bulletin.page.notice import OCCASIONS, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days, figures, tells
from flows.bulletin.summary.frames.events.happening import needs_headline
from flows.bulletin.summary.frames.prose.left_to_page import OTHER_APPOINTMENTS
from flows.bulletin.summary.frames.prose.wording import worded

_PLACES_AND_OTHERS = "I luoghi e gli altri appuntamenti sono nella pagina."
_TAKES_PLACE = re.compile(
    r"\b(?:si\s(?:terr\w+|tien\w+|tengono|svolg\w+)|partir\w+|part(?:e|ono)"
    r"|prend(?:e|ono|erà|eranno)\sil\svia|inizi(?:a|ano|erà|eranno)"
    r"|va in scena|vanno in scena|(?:è|sono) in programma"
    r"|sar(?:à|anno)\s(?:presentat|proiettat|inaugurat|celebrat|propost|l[oa']\s?(?:spettacol|concert|film))[a-z]*)\b",
    re.I,
)


_APPOSITION = re.compile(r",\s(?:un|uno|una|un['’])\s?[a-zà-ù][^\d]*(?=\.$)")  # what kind of thing it is


def are_apart(notice: Notice) -> bool:
    """Whether the days are of several matters, of which the title names one at most."""
    return any(not is_told(notice.title, sentence) for sentence in held(notice))


def held(notice: Notice) -> dict[str, frozenset[str]]:
    """The sentences that tell what takes place on which days; {} where these are not several."""
    if notice.kind not in OCCASIONS:
        return {}
    told = {
        one.sentence: calendar_days(one.sentence)
        for one in notice.slots.get(Slot.when, ())
        if one.row is None and _TAKES_PLACE.search(one.sentence)
    }
    apart = {sentence: days for sentence, days in told.items() if days}
    return apart if len(set(apart.values())) > 1 else {}


def each(notice: Notice, limit: int) -> Iterator[str]:
    """All of them in the office's words, else the first ones with word of the others."""
    told = [worded(sentence) for sentence in held(notice)]
    if not told or needs_headline(told[0]):
        return
    if utf16(f"{told[0]} {OTHER_APPOINTMENTS}") > limit:
        told[0] = _APPOSITION.sub("", told[0])
    for count in range(len(told), 0, -1):
        text = " ".join(told[:count])
        if count < len(told):
            places = notice.slots.get(Slot.place, ())
            is_placed = any(tells(text, place) for place in places) or not places
            text = f"{text} {OTHER_APPOINTMENTS if is_placed else _PLACES_AND_OTHERS}"
        if utf16(text) <= limit:
            yield text


def opening(notice: Notice, limit: int) -> Iterator[str]:
    """The office's first sentence, with a day that no row has, and word of the others."""
    first = worded(next(iter((*notice.abstract, *notice.prose)), "")) if notice.rows else ""
    in_rows = frozenset[str]().union(*(figures(row.when) for row in notice.rows))
    if not in_rows or not calendar_days(first) - in_rows or needs_headline(first):
        return
    text = f"{first} {OTHER_APPOINTMENTS}"
    if is_told(notice.title, first) and utf16(text) <= limit:
        yield text
