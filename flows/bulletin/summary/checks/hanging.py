"""What leans on words that stay behind (`in quel periodo`, `il giorno.`), and days of two things as one's."""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.told_slots import calendar_days

_IN_THAT = re.compile(
    r"\bin (?:quel|tal)(?:l[ao]|[ei])? (?:periodo|giorn\w+|dat[ae]|occasion\w|settiman\w)\b", re.I
)
_LEANING = (
    re.compile(r"(?:^|(?<=[.] ))(?:Inverno|Estate|Invernale|Estivo|Mattina|Pomeriggio)\b[^.:]{0,20}: "),
    re.compile(r"\(\*+\)"),
    re.compile(
        r"\b(?:nelle|nei|negli) (?:fasce|orari|giorni|date) (?:indicat|suddett|predett|sopra)\w*", re.I
    ),
    re.compile(r"\b(?:il giorno|fino al civ|al civ|propone|propongono|organizza|presenta)\.(?= [A-Z]|$)"),
)
_YOU_BOOK = re.compile(r"\bDevi (?:iscriverti|prenotare)\b")
_OF_ALL = frozenset({Kind.road, Kind.supply_cut, Kind.alert, Kind.recall})  # for which nobody books
_RANGES = re.compile(r"\bdal(?:l['’])?\s?[^,.;]{3,30}? al?(?:l['’])?\s?\d[^,.;]{3,20}?(?=,|\se\s|$)", re.I)


def hanging(text: str, notice: Notice) -> Iterator[str]:
    """Why one who reads the text alone takes a day or a word for another's: Italian sentences."""
    for pattern in _LEANING:
        if match := pattern.search(text):
            yield f"«{match[0].strip()}»: di che cosa, il testo non lo dice."
    if notice.kind in _OF_ALL and (match := _YOU_BOOK.search(text)):
        yield f"«{match[0]}»: per che cosa, il testo non lo dice."
    lines = split(notice.source)
    if match := _IN_THAT.search(text):
        behind = next((place for place, said in enumerate(lines) if match[0].lower() in said.lower()), 0)
        days = calendar_days(" ".join(lines[max(0, behind - 1) : behind]))
        if not days <= calendar_days(text[: match.start()]):
            yield f"«{match[0]}»: quale, il testo non lo dice."
    if notice.kind in OCCASIONS and (mixed := _mixed(text)):
        yield f"«{mixed}» sono giorni di cose diverse."


def _mixed(text: str) -> str:
    """Two spans of which one holds the other, in what is told as the days of one thing; or ""."""
    opening = text.partition(" c'è ")[0] if " c'è " in text else ""
    spans = [
        (days[0], days[-1], found[0])
        for found in _RANGES.finditer(opening)
        if (days := sorted(calendar_days(found[0])))
    ]
    for begin, end, _ in spans:
        for first, last, words in spans:
            if (begin, end) != (first, last) and begin <= first and last <= end:
                return words
    return ""
