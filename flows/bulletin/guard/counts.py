"""Small numbers that count what the text itself lists: `tre turni: dal 2 al 6, dal 9 al 13 e dal 16 al 20`."""  # noqa: E501

import re
from collections.abc import Sequence

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.facts.figures import in_words

_MOST, _STEM = 12, 6
_NOUN = re.compile(r"\s+[^\W\d_]{3,}|[,:]\s")
_THOSE = re.compile(r"\b(?:i|gli|le|dei|degli|delle|nei|negli|nelle)\s$", re.I)
_LISTS = re.compile(r":\s|,?\s(?:cioè|ossia)\s")
_ITEM = re.compile(r",\s(?:e\s)?|;\s|\s(?:e|ed)\s")
_END = re.compile(r"\.(?:\s|$)|\n")
_JOINED = re.compile(r"\s*(?:[-–]|,?\s?al?(?:l['’])?)\s*", re.I)


def counts_what_it_lists(text: str, fact: Fact, facts: Sequence[Fact], source: str) -> bool:
    """Whether a number stands before a noun and as many days, spans of days or things of a list follow."""
    if fact.kind is not Kind.number or not fact.value.isdigit() or not 1 < int(fact.value) <= _MOST:
        return False
    end = _END.search(text, fact.end)
    last = end.start() if end else len(text)
    noun = _NOUN.match(text, fact.end)
    if noun and _counted(noun[0], source):
        return False
    opens = _LISTS.search(text, fact.end, last)
    is_list = opens is not None and (
        opens[0].strip(" ,") != ":" or (noun is not None and noun[0].strip().isalpha())
    )
    if is_list and opens and int(fact.value) == len(_ITEM.split(text[opens.end() : last].strip(" ,;"))):
        return True
    if noun is None:
        return False
    days = [one for one in facts if one.kind is Kind.date and fact.end <= one.start < last]
    spans = [
        day
        for index, day in enumerate(days)
        if not index or not _JOINED.fullmatch(text, days[index - 1].end, day.start)
    ]
    return int(fact.value) in (len(days), len(spans))


def is_small_word(text: str, fact: Fact, source: str) -> bool:
    """Whether a number is a word behind an article, `le due aree`, and the source counts no such thing."""
    noun = _NOUN.match(text, fact.end)
    is_word = fact.kind is Kind.number and fact.shown.isalpha()
    return (
        is_word
        and _THOSE.search(text, 0, fact.start) is not None
        and noun is not None
        and not _counted(noun[0], source)
    )


def _counted(noun: str, source: str) -> bool:
    """Whether the source counts the same things itself: its number is the one to tell."""
    stem = noun.strip(" ,:")[:_STEM]
    return bool(stem) and any(
        match["number"].isdigit() or in_words(match["number"].lower()) is not None
        for match in re.finditer(rf"(?P<number>\w+)\s+{re.escape(stem)}", source, re.I)
    )
