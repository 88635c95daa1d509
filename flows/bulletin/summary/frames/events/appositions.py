"""What takes place every week or month, told without a verb.

`Mercato contadino, ogni sabato in piazza Po, 8-13` is `Il mercato contadino si tiene ogni sabato in piazza
Po, dalle 8 alle 13.`; a line with anything else in it is left as it stands.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.language.titles import folded
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.clauses import place_clause
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.times.clock import hours_at
from flows.bulletin.summary.frames.titles.matter import matter_of
from flows.bulletin.summary.frames.titles.nouns import is_plural, phrase_of

_LINE = re.compile(r"(?P<name>[A-ZÀ-Ý][^,.;:()]{3,60}),\s(?P<rest>[^;()]{5,110}?)\.?")
_OFTEN = re.compile(
    rf"(?:(?:ogni|tutti\si|tutte\sle)\s(?:{WEEKDAY}|sabati|domeniche|giorni)(?:\s(?:mattina|pomeriggio|sera))?"
    rf"(?:\s(?:e|ed)\s(?:ogni\s)?{WEEKDAY})?"
    rf"|(?:il|la|ogni)\s(?:prim|second|terz|quart|ultim)[oa]\s{WEEKDAY}\s(?:del|di\sogni|di\sciascun)\smese)",
    re.I,
)
_THERE = re.compile(
    r"(?:in|al|alla|allo|nel|nella|presso|davanti|sotto)\s[^,\d]{3,50}?(?=,\s|\s(?:dalle|ore)\s|$)|(?:all|nell)['’][^,\d]{3,50}(?=,\s|$)",
    re.I,
)
_APART = re.compile(r"\s[-–|]\s")
_SHORT = 60  # characters of a line that names a place
_SPACE = re.compile(r"[\s,]+")


def recurring(notice: Notice) -> Iterator[str]:
    """The sentence of the first such line."""
    for line in (sentence for one in lines(notice) for sentence in split(one)):
        found = _LINE.fullmatch(line.strip())
        name = phrase_of(found["name"]) if found and not is_cut(line) and not speaks(found["rest"]) else ""
        if found is None or not name:
            continue
        if told := _told(found["rest"]):
            yield opened(f"{name} {'si tengono' if is_plural(name) else 'si tiene'} {told}.")
            return
    yield from _titled(notice)
    yield from _in_lines(notice)


def _in_lines(notice: Notice) -> Iterator[str]:
    """`Tutti i giovedì dalle 8 alle 13, in piazza Po, c'è …` of three lines: place, weekday, hours."""
    matter = matter_of(notice.title)
    rows = [line.strip(" .;") for line in notice.body.splitlines() if line.strip(" .;")]
    often = [place for place, row in enumerate(rows) if _OFTEN.fullmatch(row)]
    if matter is None or len(often) != 1 or len(_OFTEN.findall(notice.body)) != 1:
        return
    beside = rows[max(0, often[0] - 2) : often[0] + 3]
    hours = [clock.words for row in beside if (clock := hours_at(row, 0)) and clock.end == len(row)]
    there = [said for row in beside if len(row) < _SHORT and not speaks(row) and (said := place_clause(row))]
    if len(hours) == 1 and len(there) == 1:
        verb = "ci sono" if matter.is_plural else "c'è"
        yield opened(f"{rows[often[0]].lower()} {hours[0]}, {there[0]}, {verb} {matter.text}.")


def _titled(notice: Notice) -> Iterator[str]:
    """`Ogni lunedì alle 15, alla Biblioteca, c'è …` of a title above `OGNI LUNEDI' ORE 15 - BIBLIOTECA`."""
    matter = matter_of(notice.title)
    below = lines(notice)[1:]
    if matter is None or len(below) != 1:
        return
    often, *rest = _APART.split(below[0].strip(" ."))
    is_titled = len(rest) == 1 and folded(rest[0].split()[0]) in folded(notice.title)
    place = place_clause(rest[0]) if len(rest) == 1 and not is_titled and not rest[0].isupper() else ""
    told = _told(often.lower())
    if told and (place or is_titled or not rest):
        verb = "ci sono" if matter.is_plural else "c'è"
        where = f", {place}," if place else ""
        yield opened(f"{told.replace(',', '')}{where} {verb} {matter.text}.")


def _told(rest: str) -> str:
    """How often, where and at what hours, each once; "" where a word is left."""
    often = there = hours = ""
    at = 0
    while at < len(rest):
        if space := _SPACE.match(rest, at):
            at = space.end()
        elif not often and (match := _OFTEN.match(rest, at)):
            often, at = match[0], match.end()
        elif not hours and (clock := hours_at(rest, at)):
            hours, at = clock.words, clock.end
        elif not there and (match := _THERE.match(rest, at)):
            there, at = match[0].strip(), match.end()
        else:
            return ""
    if not often:
        return ""
    where = f" {there}" if there else ""
    return f"{often[:1].lower()}{often[1:]}{where}{f', {hours}' if hours else ''}"
