"""Small numbers that count what the text itself lists: `tre turni: dal 2 al 6, dal 9 al 13 e dal 16 al 20`."""  # noqa: E501

import re
from collections.abc import Sequence

from flows.bulletin.facts.fact import Fact, Kind

_MOST = 12
_NOUN = re.compile(r"\s+[^\W\d_]{3,}|[,:]\s")
_CUT = re.compile(r"[,;]\s|\s(?:e|ed|o)\s")
_END = re.compile(r"\.(?:\s|$)|\n")
_JOINED = re.compile(r"\s*(?:[-–]|,?\s?al?(?:l['’])?)\s*", re.I)


def counts_what_it_lists(text: str, fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether a number stands before a noun and as many items, or days, or spans of days follow it."""
    if fact.kind is not Kind.number or not fact.value.isdigit() or not 1 < int(fact.value) <= _MOST:
        return False
    if not _NOUN.match(text, fact.end):
        return False
    end = _END.search(text, fact.end)
    last = end.start() if end else len(text)
    days = [one for one in facts if one.kind is Kind.date and fact.end <= one.start < last]
    spans = [
        day
        for index, day in enumerate(days)
        if not index or not _JOINED.fullmatch(text, days[index - 1].end, day.start)
    ]
    lead = text.find(":", fact.end, last)
    items = len(_CUT.findall(text, lead, last)) + 1 if lead >= 0 else 0
    return int(fact.value) in (len(days), len(spans), items)
