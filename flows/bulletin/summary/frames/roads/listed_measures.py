"""The measures of a road work that its page lists, in one sentence with the days on which they hold.

`Da lunedì 18 gennaio a venerdì 12 febbraio sono in vigore: divieto di transito in via Po, eccetto residenti;
divieto di sosta su ambo i lati.` They are told in the office's words, all of them or none.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import with_article
from flows.bulletin.language.sentences import split
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.clauses.days import Day, Days, days_clause, days_of, span_clause
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.prose.left_to_page import OTHERS
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.matter import matter_of

_MEASURE = re.compile(
    r"(?:(?:il|la|lo|l['’]|istituzione (?:del|di(?: un)?)|è istituito (?:il|un))\s?)?"
    r"(?P<what>(?:divieto|senso unico|doppio senso|chiusura|sospensione|interruzione"
    r"|limite (?:di velocità|massimo)|restringimento|inversione|obbligo di svolta)\b.*)",
    re.I | re.S,
)
_HEADING = re.compile(  # `Divieto di sosta con rimozione`, and where and when in the line below it
    r"^[ \t#*_]*(?P<what>(?:divieto|senso unico|chiusura|sospensione)\b[^\n:.;\d]{2,70}?)[ \t:*_]*\n\s*"
    r"(?P<where>(?:dalle|dal|in|nel|nella|nelle|nei|su|lungo|via|viale|piazza|corso)\b[^\n]{8,220})$",
    re.I | re.M,
)
_BARE = re.compile(  # a sentence without a verb: `Circolazione sospesa lungo il percorso.`
    r"(?:divieto di (?:sosta|transito|fermata|circolazione|accesso)|senso unico|doppio senso|chiusura al"
    r"|sospensione del"
    r"|(?:circolazione|transito|traffico|sosta) (?:sospes|vietat|chius|interdett|interrott)[oa])\b",
    re.I,
)
_NO_CAUSE = re.compile(r"(?:ordinanza|avviso|modific\w+|variazion\w+|viabilità|limitazion\w+)\b", re.I)
_BEFORE_TITLE = re.compile(
    r"\s*[-–:,]\s*(?:modific\w+|limitazion\w+|variazion\w+|viabilità|divieti|provvedimenti)\b.*$", re.I
)
_NAME = re.compile(
    r"divieto di (?:sosta|transito|fermata|circolazione|accesso)(?: e (?:di )?(?:sosta|transito|fermata))?"
    r"|senso unico(?: alternato)?|doppio senso|sospensione della circolazione",
    re.I,
)
_WHERE_AND_WHEN = "Vie, orari ed eccezioni sono nella pagina."
_ALL_DAY = re.compile(r",? (?:dalle 0 alle 24|h ?24|24 ore su 24)(?![\d:])", re.I)
_ACT = re.compile(r"\b(?:ordinanza|determina\w*|delibera\w*)\b[^\n;,]{0,30}\bdel\b[^\n;,]{4,20}\d{4}", re.I)
_IF_IT_RAINS = re.compile(r"(?:in caso di (?:pioggia|maltempo|neve)|se piove)\b", re.I)
_FEW, _MOST = 2, 5


def texts(notice: Notice) -> Iterator[str]:
    """The sentence, also with word of the rest; none where the days or one of the measures are not sure."""
    if notice.kind is not Kind.road:
        return
    when = _when(notice)
    if when and _days(notice) - calendar_days(when):
        return  # which measure is of which day, a person must read
    for measures in (_of_list(notice), _of_headings(notice), _of_sentences(notice)):
        if when and measures:
            for because in dict.fromkeys((_because(notice), "")):
                said = opened(f"{because}{when} sono in vigore: {'; '.join(measures)}.")
                yield f"{said} {OTHERS}"
                yield said
    headings = [name[0].lower() for one in _of_headings(notice) if (name := _NAME.match(one))]
    if when and len(names := list(dict.fromkeys(headings))) > 1:
        said = f"{', '.join(names[:-1])} e {names[-1]}"
        yield f"{opened(f'{_because(notice)}{when} sono in vigore {said}')}. {_WHERE_AND_WHEN}"


def _days(notice: Notice) -> frozenset[str]:
    """The days of the page but that to which all is put off if it rains, and those of acts."""
    lines = (line for line in split(_ACT.sub(" ", notice.source)) if not _IF_IT_RAINS.match(line))
    return frozenset[str]().union(*map(calendar_days, lines))


def _of_list(notice: Notice) -> list[str]:
    """The items of the only list that has measures; [] where one of them is none."""
    read = [[_MEASURE.match(item.strip(" .;,")) for item in listing.items] for listing in notice.listings]
    of_measures = [found for found in read if any(found)]
    found = of_measures[0] if len(of_measures) == 1 else []
    if not (_FEW <= len(found) <= _MOST and all(found)):
        return []
    return [_told(match["what"]) for match in found if match]


def _of_headings(notice: Notice) -> list[str]:
    found = list(_HEADING.finditer(notice.source))
    told = [_told(f"{one['what']} {one['where'][:1].lower()}{one['where'][1:]}") for one in found]
    return told if _FEW <= len(told) <= _MOST else []


def _of_sentences(notice: Notice) -> list[str]:
    """The sentences without a verb that tell a measure; [] where one of them tells a day of its own."""
    if notice.listings:
        return []
    found = [one for line in lines(notice)[1:] for one in split(line) if is_bare(one)]
    if not _FEW <= len(found) <= _MOST or any(map(calendar_days, found)):
        return []
    return list(map(_told, found))


def is_bare(sentence: str) -> bool:
    """Whether it tells a measure without a verb: `Divieto di sosta dalle 6 alle 14 sul percorso.`"""
    return _BARE.match(sentence) is not None and not speaks(sentence) and not sentence.endswith(":")


def _told(measure: str) -> str:
    said = _ALL_DAY.sub("", worded(measure)).strip(" .;,")
    return f"{said[:1].lower()}{said[1:]}"


def _because(notice: Notice) -> str:
    """`per i lavori in via Po, `, `per il Carnevale dei rioni, `; "" of a title that names no cause."""
    head = _BEFORE_TITLE.sub("", notice.title).strip(" .,;:")
    if _MEASURE.match(head) or _NO_CAUSE.match(head) or figures(head) or speaks(head):
        return ""
    matter = matter_of(head)
    cause = matter.text if matter and matter.article else with_article(head)
    return f"per {cause}, " if cause else ""


def _when(notice: Notice) -> str:
    """`da lunedì 18 gennaio a venerdì 12 febbraio`, `domenica 7 febbraio`; "" of several days."""
    told = [days for one in notice.slots.get(Slot.when, ()) if (days := days_of(one.words))]
    first = _only(told, "from")
    last = _only(told, "until")
    on = [days for days in told if days.role == "on"]
    if first and last and not on:
        return span_clause(first, last)
    if not on or any(days.role != "on" for days in told):
        return ""
    both: Days | None = on[0]
    for days in on[1:]:
        both = both.told_with(days) if both else None
    return days_clause(both) if both else ""


def _only(told: list[Days], role: str) -> Day | None:
    days = {days.spans[0].first for days in told if days.role == role}
    return days.pop() if len(days) == 1 else None
