"""What leans on words that stay behind (`in quel periodo`, `il giorno.`), and days of two things as one's."""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.page.day_heads import day_above
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.frames.prose.wording import worded

_IN_THAT = re.compile(
    r"\b(?:in|entro) (?:quel(?:l[ao]|le)?|quei|tal[ei]?) (?:(?:due|tre|quattro|primi|prime) )?(?:periodo"
    r"|giorn\w+|dat[ae]|occasion\w"
    r"|settiman\w)\b",
    re.I,
)
_LEANING = (
    re.compile(r"(?:^|(?<=[.] ))(?:Inverno|Estate|Invernale|Estivo|Mattina|Pomeriggio)\b[^.:]{0,20}: "),
    re.compile(r"\(\*+\)"),
    re.compile(
        r"\b(?:(?:i|il|del|dei|con i|con il) (?:lott[oi]|prodott[oi])|(?:le|delle) confezioni) (?:indicat"
        r"|suddett|sopra)\w*",
        re.I,
    ),
    re.compile(
        r"\b(?:nella giornata|nel giorno|nella data|in data) (?:in oggetto|di cui (?:all['’]|in )oggetto)\b",
        re.I,
    ),
    re.compile(
        r"\b(?:nelle|nei|negli) (?:fasce(?: orarie)?|orari|giorni|date|vie|zone) (?:sotto )?(?:indicat"
        r"|suddett|predett|sopra)\w*",
        re.I,
    ),
    re.compile(
        r"\b(?:il giorno|fino al civ|al civ|propone|propongono|organizza|presenta|riceve|ricevono|offre"
        r"|comprende)\.(?= [A-Z]|$)"
    ),
    re.compile(r"\b(?:devono|deve|dovranno|possono|può|potranno)(?:, [^.,;:]{3,40})?\.(?= [A-Z]|$)"),
    re.compile(
        r"\b(?:al|alla|il|la|un|una|il consueto) (?:tradizional|consuet|prossim|grand)[eoa]\.(?= [A-Z]|$)"
    ),
)
_ALL_BEGIN = re.compile(
    r"\bTutt[ie] (?:gli|le|i) \w+ (?:iniziano|cominciano|si tengono|si svolgono|hanno inizio)\b[^.;]*"
)
_STANDS = re.compile(r"\bpuoi candidarti\b", re.I)
_ELECTIONS = re.compile(
    r"\belezioni (?:comunali|regionali|europee|politiche|amministrative)\b|\bufficio elettorale\b", re.I
)
_FOR_WORKS = re.compile(r"\bper (?:i )?lavori\b")
_RECOVERY = re.compile(r"\b(?:seduta|sessione|prova|giornata|data) (?:di recupero|suppletiv\w+)\b", re.I)
_BREAKS = re.compile(
    r"\b(?:[Cc]hi|[Cc]hiunque) (?:non (?:rispetta|osserva)|viola|trasgredisce) (?:il divieto|i divieti)\b"
)
_BINDS = re.compile(r"\bviet|\bdiviet|\bnon (?:si )?(?:pu[oò]|poss|potr)|\bproib|\bnessun", re.I)
_ABSENT = re.compile(r"(?:^|(?<=[.] ))Chi non si presenta (?:è|sarà) esclus\w")
_TESTED = re.compile(r"\b(?:colloqui\w*|prov[ae]|selezion\w+|convoca\w+|esam[ei])\b", re.I)
_OPEN_SPAN = re.compile(r"\b(?:da|dal|dalle|dalla|dall['’])\s?[^,.;:]{2,30}\s(?:a|al|alle|fino a),\s", re.I)
_BACK = 4  # sentences
_WET = re.compile(r"\b(?:in caso di (?:pioggia|maltempo|neve)|se piove)\b", re.I)
_PUT_OFF = re.compile(r"\b(?:rinvi|rimand|annull|spost|sospe|recuper)\w+", re.I)
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
    if notice.kind in OCCASIONS and (of_one := _of_one_day(text, notice)):
        yield f"«{of_one}» è di uno solo degli appuntamenti."
    if _STANDS.search(text) and _ELECTIONS.search(notice.title):
        yield "Chi legge vota: candidarsi è d'altri."
    if len(_FOR_WORKS.findall(text)) > 1:
        yield "Il testo dice due volte «per lavori»."
    recovery = next((one for one in split(text) if _RECOVERY.search(one)), "")
    if recovery and calendar_days(recovery) == calendar_days(text):
        yield f"«{recovery}» vale per chi manca, e il testo non dice il giorno di tutti."
    if (match := _BREAKS.search(text)) and not _BINDS.search(text[: match.start()]):
        yield f"«{match[0]}»: quale, il testo non lo dice."
    if (match := _ABSENT.search(text)) and not _TESTED.search(text[: match.start()]):
        yield f"«{match[0]}»: da che cosa, il testo non lo dice."
    if match := _OPEN_SPAN.search(text):
        yield f"«{match[0].strip()}»: fino a quando, il testo non lo dice."
    if (match := _ALL_BEGIN.search(text)) and not calendar_days(text[: match.start()]):
        yield f"«{match[0]}»: in quali giorni, il testo non lo dice."
    if unsaid := _if_it_rains(text, notice):
        yield f"«{unsaid}» vale solo se piove, e il testo non lo dice."
    lines = split(notice.source)
    if match := _IN_THAT.search(text):
        behind = next((place for place, said in enumerate(lines) if match[0].lower() in said.lower()), 0)
        before = (calendar_days(line) for line in reversed(lines[max(0, behind - _BACK) : behind]))
        days = next(filter(None, before), frozenset[str]())
        if not days <= calendar_days(text[: match.start()]):
            yield f"«{match[0]}»: quale, il testo non lo dice."
    if notice.kind in OCCASIONS and (mixed := _mixed(text)):
        yield f"«{mixed}» sono giorni di cose diverse."


def _of_one_day(text: str, notice: Notice) -> str:
    """The first sentence that the page has below one of several days, which the text does not tell; or ""."""
    told, days = set(split(text)), calendar_days(text)
    for said in notice.prose:
        day = day_above(said.rstrip("."), notice.source) if worded(said) in told else ""
        if day and not calendar_days(day) <= days:
            return said
    return ""


def _if_it_rains(text: str, notice: Notice) -> str:
    """The first sentence on a day put off that the page has behind `In caso di pioggia …`; or ""."""
    told = set(split(text))
    for line in notice.source.splitlines():
        _, condition, behind = line.partition(found[0]) if (found := _WET.search(line)) else ("", "", "")
        for said in split(behind)[1:] if condition else ():
            if worded(said) in told and _PUT_OFF.search(said) and not _WET.search(said):
                return said
    return ""


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
