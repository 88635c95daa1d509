"""A text for one slot: the first that passes the gate, of the office's words and the frames of its kind.

On failure a shorter one, then the title with word that the rest is in the page; where not even that passes
nothing is written, and a person is told why.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.bulletin.language.dates import MONTHS, WEEKDAYS
from flows.bulletin.language.markup import parameter
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.wholeness import is_for_machines
from flows.bulletin.page.missing import why_nothing
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.page.reading import read
from flows.bulletin.page.told_slots import MUST, figures
from flows.bulletin.summary.additions.announced import announced, told_once
from flows.bulletin.summary.additions.closing_hours import with_closing_hours
from flows.bulletin.summary.additions.completed import completed
from flows.bulletin.summary.additions.enrolled import enrolled_by, with_number, with_whose_day
from flows.bulletin.summary.additions.extended import longer, restricted
from flows.bulletin.summary.additions.filled import filled
from flows.bulletin.summary.additions.left_behind import with_all_left
from flows.bulletin.summary.additions.of_events import must_book, with_dates, with_days, with_hours
from flows.bulletin.summary.additions.reserved import leaves_exclusion
from flows.bulletin.summary.additions.ways_to_apply import widened
from flows.bulletin.summary.checks import gate
from flows.bulletin.summary.checks.of_one import mended
from flows.bulletin.summary.framed import texts
from flows.bulletin.summary.frames.events.makings import introduced
from flows.bulletin.summary.frames.events.tidied import presented, while_there_is_room
from flows.bulletin.summary.frames.outlines import outlines
from flows.bulletin.summary.frames.prose.lines import is_cut
from flows.bulletin.summary.frames.services.openings import with_half_days

Method = Literal["text", "title", "unwritten"]

_FALLEN = 12  # refused texts that are tried again with word of what they leave out
SHORTER = (220, 160, 100)  # UTF-16 units that are tried where nothing of the length asked for passes
_TO_MACHINES = "La pagina contiene frasi rivolte a un programma, lasciate fuori: controlla la fonte."
_CUT_TITLE = "Il titolo della pagina è tronco."
_ONLY_TITLE = "La pagina non ha una frase che dica di più del suo titolo."
_WRONG_DAY = re.compile(r"»: è \w+, non \w+\.$")  # of the guard
_ELSEWHERE = re.compile(r"nella pagina del sito si riferisce ad altro: ")  # its doubt: of ours it is enough
_FIGURES = re.compile(
    r"(?<![\d/.])(?P<day>0?[1-9]|[12]\d|3[01])[./](?P<month>0?[1-9]|1[0-2])[./](?P<year>20\d\d)(?!\d)"
)
_MONTH_OF_A_DAY = re.compile(  # of a sentence, and of no street: `via XXV Aprile`, `piazza 4 Novembre`
    rf"(?<=\b(?:il|al) )\d{{1,2}} (?:{'|'.join(month.capitalize() for month in MONTHS)})\b"
)
_FIRST = re.compile(  # of a month, as one reads it aloud
    rf"(?<![\d.,:/])1(?= (?:{'|'.join(MONTHS)})\b)"
    rf"|(?<=\b[Dd]al )1(?= al \d{{1,2}} (?:{'|'.join(MONTHS)})\b)"
    rf"|\b(?P<weekday>{'|'.join(WEEKDAYS)}) 1(?![\d°º]|[.,:/]\d)"
)
_HEAVY = re.compile(
    r"\b(?:aventi|con) (?:una )?massa (?:complessiva )?(?:a pieno carico )?superiore a(?:lle)? "
    r"(?P<tons>\d+(?:,\d)?) ?(?:t\b|ton\b|tonnellate)(?:\.(?= [a-zà-ù]))?",
    re.I,
)
_ON_A_FIRST = re.compile(r"\b(?P<to>d?[ae]l)l['’](?=1° )", re.I)  # of `dall'1 gennaio`
_LOUD_IS = re.compile(r"(?<=[a-zà-ù\d], )È(?= [a-zà-ù])")  # of `, E' PROROGATO`
_LOOSE = re.compile(r'(?<!\w)"[ ]?([^"\s][^"]*?)[ ]?"(?!\w)')
_EXCLUDED = "Manca chi è escluso, e non c'è spazio per dirlo."
_NO_TEXT = "Nessun testo supera i controlli."


@dataclass(frozen=True)
class Summarised:
    """One line of text for a slot; "" where a person has to write it, and then `reason` says why.

    `warnings` are what an editor should look at; all sentences are Italian. `kind` is what the page was taken
    for.
    """

    text: str
    method: Method
    kind: Kind
    warnings: tuple[str, ...] = ()
    reason: str = ""


def summarise(
    *, title: str, abstract: str, body: str, limit: int, published: date | None = None
) -> Summarised:
    """A text of at most `limit` UTF-16 units on one line.

    A text that can be had for a step of `SHORTER` can be had for every longer `limit`.

    Args:
        title: plain text.
        abstract: the office's short description, plain or Markdown; "" when there is none.
        body: Markdown.
        limit: UTF-16 units.
        published: the page's day in Rome: `domani` is counted from it and written out. Without it no text
            has such a word.
    """
    notice = read(title=title, abstract=abstract, body=body, published=published)
    if why := why_nothing(notice):
        return Summarised("", "unwritten", notice.kind, reason=why)

    def passes(text: str) -> bool:
        judgement = gate.judge(text, notice, published=published)
        return not judgement.refused and not judgement.warnings

    doubtful: list[tuple[str, tuple[str, ...]]] = []
    fallen: list[str] = []
    refused = wrong = ""
    for text in _candidates(notice, limit):
        if gate.leaves_all(text) and doubtful and _is_of_names(doubtful[0][1]):
            break  # a name that the page spells otherwise: a person looks, and the text tells more
        if doubtful and text in outlines(notice):
            continue  # a person looks at what tells more
        judgement = gate.judge(text, notice, published=published)
        if judgement.refused:
            fallen += [text] if len(fallen) < _FALLEN else []
            refused = refused or judgement.refused[0]
            wrong = wrong or next(filter(_WRONG_DAY.search, judgement.refused), "")
        elif wrong and not figures(text) and Slot.when in MUST.get(notice.kind, ()):
            continue  # the page contradicts itself on its day: what is left tells none
        elif elsewhere := next(filter(_ELSEWHERE.search, judgement.warnings), ""):
            refused = refused or elsewhere
        elif judgement.warnings:
            doubtful.append((text, judgement.warnings))
        else:
            if gate.leaves_all(text) and (said := _announced(fallen, notice, limit, passes)):
                return _written(said, notice)
            told = widened(text, notice, limit, passes, lambda said: longer(said, notice, limit, passes))
            told = completed(restricted(told, notice, limit, passes), notice, limit, passes)
            for better in (
                presented,
                lambda said: introduced(said, notice),
                lambda said: told_once(said, notice),
                lambda said: with_days(said, notice),
                lambda said: with_number(said, notice),
                lambda said: while_there_is_room(said, notice),
                lambda said: with_all_left(said, notice),
                lambda said: with_dates(said, notice, limit),
                lambda said: with_hours(said, notice),
            ):
                if (said := better(told)) != told and utf16(said) <= limit and passes(said):
                    told = said
            told = filled(told, notice, limit, passes)
            if leaves_exclusion(told, notice):
                refused = refused or _EXCLUDED
                continue
            return _written(told, notice)
    if doubtful:
        return _written(doubtful[0][0], notice, doubtful[0][1])
    if said := _announced(fallen, notice, limit, passes):
        return _written(said, notice)
    no_text = (
        _CUT_TITLE if is_cut(notice.title) else _NO_TEXT if notice.prose or notice.abstract else _ONLY_TITLE
    )
    return Summarised("", "unwritten", notice.kind, reason=refused or no_text)


def _announced(texts: list[str], notice: Notice, limit: int, passes: Callable[[str], bool]) -> str:
    """The first of the texts that may stand with word of what it leaves out, and with what none may leave
    out; "" where none may.
    """
    found = next((said for text in texts for said in announced(text, notice, limit) if passes(said)), "")
    told = completed(found, notice, limit, passes) if found else ""
    return "" if told and leaves_exclusion(told, notice) else told


def _is_of_names(warnings: tuple[str, ...]) -> bool:
    return all(warning.endswith("non è nella pagina del sito.") for warning in warnings)


def _candidates(notice: Notice, limit: int) -> Iterator[str]:
    seen, longest = set(), limit
    for size in (limit, *(step for step in SHORTER if step < limit)):
        if longest < size:
            continue  # nothing was long enough to be told shorter
        longest = 0
        for text in (must_book(with_half_days(one, notice), notice) for one in texts(notice, size)):
            line = with_closing_hours(mended(_dated(parameter(text)), notice, size), notice)
            line = with_whose_day(enrolled_by(line, notice, size), notice, size)
            longest = max(longest, utf16(line))
            if line and utf16(line) <= size and line not in seen:
                seen.add(line)
                yield line


def _dated(text: str) -> str:
    """`al 30 novembre 2027` of `al 30.11.2027`, which nobody says; no space within quotes."""
    text = _LOUD_IS.sub("è", _LOOSE.sub(r'"\1"', text)).replace(" e è ", " ed è ")
    said = _FIGURES.sub(lambda day: f"{int(day['day'])} {MONTHS[int(day['month']) - 1]} {day['year']}", text)
    said = _MONTH_OF_A_DAY.sub(lambda day: day[0].lower(), said)
    said = _HEAVY.sub(lambda mass: f"oltre le {mass['tons']} tonnellate", said)
    said = _FIRST.sub(lambda day: f"{day['weekday']} 1°" if day["weekday"] else "1°", said)
    return _ON_A_FIRST.sub(r"\g<to> ", said)


_QUOTED = re.compile(r'"(?=\S)([^"“”«»]{2,80}?)(?<=\S)"')  # `"Alba"`, as Italian print has it


def _written(text: str, notice: Notice, warnings: tuple[str, ...] = ()) -> Summarised:
    machines = (_TO_MACHINES,) if is_for_machines(notice.source) else ()
    method: Method = "title" if gate.leaves_all(text) else "text"
    return Summarised(_QUOTED.sub("«\\1»", text), method, notice.kind, (*machines, *warnings))
