"""What leans on words that stay behind (`in quel periodo`), and a term that is another thing's."""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.told_slots import calendar_days

_BY_AND_BY = re.compile(
    r"\b(?:entro|fino a) \d{1,3} giorni da(?:l|lla) (?:scadenza|termine|pubblicazione)\b", re.I
)
_YOU_ASK = re.compile(r"\b(?:c'è tempo|puoi (?:chiedere|candidarti|iscriverti|fare domanda))\b", re.I)
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
_OF_PAPERS = re.compile(
    r"\b(?:certificazion|attestazion|documentazion|ricevut|integra|scontrin|fattur|rimbors|reclam|ricors|rinunc)",
    re.I,
)
_UNTIL = re.compile(r"\b(?:entro|fino)\b[^.]*")
_RANGES = re.compile(r"\bdal(?:l['’])?\s?[^,.;]{3,30}? al?(?:l['’])?\s?\d[^,.;]{3,20}?(?=,|\se\s|$)", re.I)


def hanging(text: str, notice: Notice) -> Iterator[str]:
    """Why one who reads the text alone takes a day or a word for another's: Italian sentences."""
    if (match := _BY_AND_BY.search(text)) and _YOU_ASK.search(text):
        yield f"«{match[0]}»: il giorno, il testo non lo dice."
    for pattern in _LEANING:
        if match := pattern.search(text):
            yield f"«{match[0].strip()}»: di che cosa, il testo non lo dice."
    if notice.kind in _OF_ALL and (match := _YOU_BOOK.search(text)):
        yield f"«{match[0]}»: per che cosa, il testo non lo dice."
    lines = [said for line in notice.source.splitlines() for said in split(line)]
    if match := _IN_THAT.search(text):
        behind = next((place for place, said in enumerate(lines) if match[0].lower() in said.lower()), 0)
        days = calendar_days(" ".join(lines[max(0, behind - 1) : behind]))
        if not days <= calendar_days(text[: match.start()]):
            yield f"«{match[0]}»: quale, il testo non lo dice."
    asked = next((said for said in split(text) if _YOU_ASK.search(said)), "")
    term = _UNTIL.search(asked)
    days = calendar_days(term[0]) if term else frozenset()
    of_day = [said for said in lines if days & calendar_days(said)]
    if term and of_day and all(_OF_PAPERS.search(said) and not _YOU_ASK.search(said) for said in of_day):
        yield f"«{term[0]}» è il termine di un documento, non della domanda."
    if notice.kind in OCCASIONS and (mixed := _mixed(text)):
        yield f"«{mixed}» sono giorni di cose diverse."


def _mixed(text: str) -> str:
    """Two spans of which one holds the other, in what is told as the days of one thing; or ""."""
    opening = text.partition(" c'è ")[0] if " c'è " in text else ""
    spans = [
        (days[0], days[-1], found[0])
        for found in _RANGES.finditer(opening)
        if (days := sorted(day for day in calendar_days(found[0]) if day[:1].isdigit()))
    ]
    for begin, end, _ in spans:
        for first, last, words in spans:
            if (begin, end) != (first, last) and begin <= first and last <= end:
                return words
    return ""
