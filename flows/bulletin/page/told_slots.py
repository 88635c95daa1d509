"""Whether a text tells what a page's slots hold, and which of these a kind of notice cannot do without."""

import re
from functools import lru_cache

from flows.bulletin.facts.fact import Kind as FactKind
from flows.bulletin.facts.fact import plain
from flows.bulletin.facts.find import facts
from flows.bulletin.page.notice import Kind, Notice, Slot, Told

MUST: dict[Kind, tuple[Slot, ...]] = {
    Kind.event: (Slot.when, Slot.hours, Slot.place),
    Kind.programme: (Slot.when,),
    Kind.deadline: (Slot.deadline,),
    Kind.job: (Slot.deadline,),
    Kind.road: (Slot.place, Slot.when, Slot.hours),
    Kind.supply_cut: (Slot.when, Slot.hours),
    Kind.hours: (Slot.when,),
    Kind.service: (Slot.deadline, Slot.until),
    Kind.alert: (Slot.hazard, Slot.when),
    Kind.result: (Slot.deadline, Slot.until),
    Kind.act: (Slot.deadline, Slot.until),
    Kind.recall: (Slot.product, Slot.todo),
    Kind.campaign: (Slot.deadline, Slot.until),
    Kind.other: (Slot.deadline, Slot.until),
    Kind.health: (Slot.deadline, Slot.until),
}
"""What each kind cannot do without: a text that lacks it sends people at a wrong time or too late."""
_FIGURES = frozenset({FactKind.date, FactKind.time, FactKind.weekday})
_COUNTED = re.compile(
    r"\b(?:\d{1,3}|due|tre|sei|dodici|trenta|sessanta|novanta)\s(?:giorni|mesi|anni)\b", re.I
)
STEM, _SHARE = 5, 0.5
_TIES = frozenset(
    ["della", "dello", "delle", "degli", "alla", "alle", "agli", "dalla", "dalle", "nella", "nelle", "sulla"]
)


def musts(text: str, notice: Notice) -> frozenset[Slot]:
    """Which of the things that its kind cannot do without, and the page has, a text tells."""
    return frozenset(
        slot
        for slot in MUST.get(notice.kind, ())
        if slot in notice.slots and any(tells(text, one) for one in notice.slots[slot])
    )


def tells(text: str, told: Told) -> bool:
    """Whether a text has a figure of the page's words, or half of the words where they have none."""
    own = figures(told.words)
    if own:
        return bool(own & figures(text))
    if _sums(told.words) & _sums(text):
        return True
    if counted := _COUNTED.search(told.words):
        return counted[0].lower() in (other[0].lower() for other in _COUNTED.finditer(text))
    stems = {word[:STEM] for word in plain(told.words).split() if len(word) > 3 and word not in _TIES}
    return not stems or len(stems & {word[:STEM] for word in plain(text).split()}) >= _SHARE * len(stems)


@lru_cache(maxsize=1024)
def figures(text: str) -> frozenset[str]:
    """The days (month and day), hours and weekdays that a text names."""
    return frozenset(
        fact.value[-5:] if fact.kind is FactKind.date else fact.value
        for fact in facts(text)
        if fact.kind in _FIGURES
    )


@lru_cache(maxsize=1024)
def _sums(text: str) -> frozenset[str]:
    return frozenset(fact.value for fact in facts(text) if fact.kind is FactKind.amount)


_DAY = re.compile(r"(?:0[1-9]|1[0-2])-\d\d")


def calendar_days(text: str) -> frozenset[str]:
    """The days of the calendar that a text names, as `05-04`; a month (`--05`, `26-05` of 2026) is none."""
    return frozenset(figure for figure in figures(text) if _DAY.fullmatch(figure))
