"""Runs of days and hours in a stretch of text: a programme, a timetable.

A row is read only where it is sure what belongs to a day or an hour: every entry begins with it, or nothing
stands between. Where a label could as well stand before its hour the run gives no rows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flows.bulletin.language.glue import unglued
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.page.anchors import Head, heads
from flows.bulletin.page.notice import Row
from flows.bulletin.page.row_words import clock_apart, described, fields

_ENDED = re.compile(r"(?:^|[\n.:;!?)»”\"|•·▪–—-])\s*$")
_ANNOUNCED = re.compile(r"\b(?:PROGRAMMA|CALENDARIO|ORARI|ORARIO|APPUNTAMENTI|DATE)\b:?\s*$")
_TIED_WORDS = """
    il lo la i gli le un una di del dello della dei degli delle a al allo alla ai agli alle da dal dallo
    dalla dai dagli dalle in nel nella nei negli nelle su sul sulla per con tra fra e ed o entro fino dopo
    prima verso circa giorno giorni data ore
"""
_TIED = frozenset(_TIED_WORDS.split())
NOTHING = re.compile(
    r"[\s,;:.()|*•·–—/_-]*(?:(?:e|ed|oppure|giorni?|orari[oe]?|il|la)\b[\s,;:.()|*•–—/_-]*){0,3}", re.I
)
_MONTHS = "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
_SCOPE = re.compile(
    rf"(?P<name>(?:{_MONTHS})(?:\s*[-–]\s*(?:{_MONTHS}))?(?:\s+20\d\d)?):\s*(?P<note>[a-zà-ù' ]{{0,40}})",
    re.I,
)
_CAPITAL_CUE = re.compile(r"(?:ORE|Ore|DALLE|Dalle|ALLE|Alle|H)\b")
_PHONE = re.compile(r"\b(?:tel|telefon\w*|cell\w*|chiama\w*|contatt\w*|numero)\b", re.I)
_LABEL = re.compile(r"[\s*•·>-]*(?:\d{1,2}\s?[ªº°^a]\s?)?[^\W\d_][^:\n]{2,60}:\s*")
_AT_A_PLACE = re.compile(r"[\s,;–-]*(?:presso|in|nel|nella|nell['’]|al|alla|all['’]|c/o)\b[^\n]{3,90}", re.I)
_CLOSED = re.compile(r"\W{0,4}chius[oaie]\b", re.I)  # `Martedì: chiuso` between days with their hours
_NOTE = re.compile(
    r"\(?\bapertur[ae] straordinari[ae]\b\)?|\(?\borario continuato\b\)?", re.I
)  # of a day's hours
LONGEST = 260  # characters of an entry; more is prose
_BEFORE = 80


@dataclass(frozen=True)
class _Entry:
    head: Head
    text: str
    start: int
    end: int


def runs(text: str, start: int, end: int) -> list[list[Row]]:
    """The runs of rows of `text[start:end]`, each with places in `text`."""
    found = heads(text, start, end)
    rows: list[list[Row]] = []
    place = 0
    while place < len(found):
        table, after = timetable(text, found, place, start)
        if len(table) > 1:
            rows.append(table)
            place = after
            continue
        entries, after = _programme(text, found, place, start, end)
        if len(entries) > 1:
            rows.append(entries)
            place = after
            continue
        place += 1
    return rows


def timetable(text: str, found: Sequence[Head], place: int, start: int) -> tuple[list[Row], int]:
    """Days with their hours, one after the other, with no word between but the months they are for."""
    first = found[place]
    lead = text[max(start, first.start - _BEFORE) : first.start]
    rows: list[Row] = []
    scopes = list(_SCOPE.finditer(lead))
    scope = scopes[-1]["name"] if scopes and not scopes[-1]["note"].strip() else ""
    day, at = "", place
    while at < len(found):
        head = found[at]
        if at > place:
            gap = text[found[at - 1].end : head.start]
            bare = _NOTE.sub("", _CLOSED.sub("", gap, count=1))
            for named in _SCOPE.finditer(gap):
                if note := named["note"].strip():
                    note = re.sub(r"\s+(?:dal|dall)$", "", note)
                    row = Row(what=note, when=named["name"], start=found[at - 1].end, end=head.start)
                    rows.append(row)
                scope, day = named["name"], ""
                bare = bare.replace(named[0], " ")
            if not NOTHING.fullmatch(bare):
                break
        if head.when and head.hours:
            rows.append(Row(what=scope, when=head.when, hours=head.hours, start=head.start, end=head.end))
            day = ""
        elif head.when and _CLOSED.match(text, head.end):
            pass
        elif head.when and not day and scope:
            day = head.when if not scope else ""
        else:
            break
        at += 1
    while at > place and not found[at - 1].hours:
        at -= 1
    timed = [row for row in rows if row.hours]
    if len(timed) < 2 or day or _PHONE.search(lead):
        return [], place + 1
    return rows, at


def _programme(text: str, found: Sequence[Head], place: int, start: int, end: int) -> tuple[list[Row], int]:
    """Entries that each begin with their day or hour: `Ore 9 Ritrovo Ore 10 Partenza`."""
    first = found[place]
    if not _opens(text, first, start, is_first=True):
        weak = _is_weak_start(text, first)
        if not weak:
            return [], place + 1
    else:
        weak = False
    at_lines = _at_line(text, first, start)
    if (
        not at_lines
        and len(found) > place + 1
        and _labelled(text, first)
        and _labelled(text, found[place + 1])
    ):
        return [], place + 1  # `Corso base: martedì alle 19`: what it is stands before its day
    chosen = [first]
    at = place + 1
    while at < len(found):
        head = found[at]
        between = text[chosen[-1].end : head.start]
        if bool(head.when) and not first.when and not head.hours:
            pass  # a day named within an entry
        elif _opens(text, head, start, is_first=False) and (not at_lines or _at_line(text, head, start)):
            if len(between) > LONGEST or len(split(between.strip(" :.–-"))) > 3 or not _is_text(between):
                break
            if _is_prose(between) and not at_lines:
                break
            chosen.append(head)
        elif len(text[chosen[-1].end : head.end]) > LONGEST:
            break
        at += 1
    if len(chosen) < 2 or (any(head.when for head in chosen) and not all(head.when for head in chosen[:1])):
        return [], place + 1
    is_dated = bool(first.when) and not first.hours
    if is_dated and not at_lines and len(chosen) < 3:
        return [], place + 1
    last = _last_text(text, chosen[-1], end, at_lines=at_lines)
    if not _is_text(last) or (weak and not _is_weak_run(text, chosen, last, end)):
        return [], place + 1
    rows, day = [], ""
    for head, following in zip(chosen, [*chosen[1:], None], strict=True):
        words = text[head.end : following.start] if following else last
        if any(inner.when for inner in heads(words)) and not head.when:
            return [], place + 1
        day = head.when or day
        row = row_at(head, words, head.start, head.end + len(words.rstrip()))
        rows.append(replace(row, when=row.when or day))
    return rows, max(found.index(chosen[-1]) + 1, place + 1)


def _opens(text: str, head: Head, start: int, *, is_first: bool) -> bool:
    """Whether a head begins an entry rather than standing within one."""
    before = text[max(start, head.start - _BEFORE) : head.start]
    if not before.strip() or _ENDED.search(before) or _ANNOUNCED.search(before):
        return not re.search(r"\d\s*[-–]\s*$", before)
    if is_first:
        return False
    word = re.findall(r"[\w’']+", before)[-1].lower() if re.search(r"\w", before) else ""
    if word in _TIED:
        return False
    shown = text[head.start : head.end]
    after = text[head.end : head.end + 4].lstrip(" ")
    return (
        bool(_CAPITAL_CUE.match(shown))
        or after[:1] == ":"
        or ((after[:1].isupper() or after[:1] in '“"«') and not shown.lower().startswith(("alle", "dal ")))
    )


def _is_weak_start(text: str, head: Head) -> bool:
    """A capital cue amid words, `… vini ORE 18.30 apertura`: only the whole run can show that it opens."""
    after = text[head.end : head.end + 3].lstrip(" ")
    return not head.when and bool(_CAPITAL_CUE.match(text[head.start : head.end])) and after[:1].islower()


def _is_weak_run(text: str, chosen: Sequence[Head], last: str, end: int) -> bool:
    entries = [text[head.end : head.end + 3].lstrip(" ")[:1] for head in chosen]
    is_to_the_end = not text[chosen[-1].end + len(last) : end].strip()
    return all(letter.islower() for letter in entries) and is_to_the_end


def _at_line(text: str, head: Head, start: int) -> bool:
    line = text[max(start, text.rfind("\n", 0, head.start) + 1) : head.start]
    return not line.strip(" \t*•·-–>|") and "\n" in text[start : head.start + 200]


def _labelled(text: str, head: Head) -> bool:
    """Whether the line of a head opens with words and a colon before it."""
    line = text[text.rfind("\n", 0, head.start) + 1 : head.start]
    return _LABEL.fullmatch(line) is not None and not has_verb(line)


def _last_text(text: str, head: Head, end: int, *, at_lines: bool) -> str:
    """The words of the last entry: to the end of its line or sentence, or to where a new phrase begins."""
    rest = text[head.end : min(end, head.end + 4 * LONGEST)]
    lead = len(rest) - len(rest.lstrip(" :–-\n" if not at_lines else " :–-"))
    line = rest[lead:].split("\n", 1)[0]
    sentences = split(line)
    if not sentences:
        return ""
    if at_lines:
        return rest[: lead + len(line)]
    first = unglued(sentences[0])[0]
    if len(first) > LONGEST or not line.startswith(first):
        return ""
    return rest[: lead + len(first)]


def _is_text(words: str) -> bool:
    return len(re.findall(r"\w{2,}", words)) > 0 and not NOTHING.fullmatch(words)


def _is_prose(words: str) -> bool:
    """Whether an entry is followed by sentences of their own."""
    sentences = split(words.strip(" :.–-\n"))
    return len(sentences) > 1 and any(has_verb(sentence) for sentence in sentences[1:])


def row_at(head: Head, words: str, start: int, end: int) -> Row:
    hours = head.hours
    if head.when and not hours and (row := fields(words)):
        return replace(row, when=head.when, start=start, end=end)
    if head.when and not hours:
        words, hours = clock_apart(words.rstrip())
    return replace(described(words), when=head.when, hours=hours, start=start, end=end)


def in_lines(text: str, start: int, end: int) -> Iterator[list[Row]]:
    """Consecutive lines that each hold one day or hour at their end: `Concerto: sabato 3 maggio, ore 21`."""
    held: list[Row] = []
    at = start
    for line in [*text[start:end].splitlines(keepends=True), ""]:
        found = heads(text, at, at + len(line))
        bare = line.rstrip(" .;,\r\n")
        head = found[0] if len(found) == 1 else None
        label = text[at : head.start] if head else ""
        rest = text[head.end : at + len(bare)] if head else ""
        is_row = (
            head is not None
            and head.when
            and (not rest.strip() or (_AT_A_PLACE.fullmatch(rest) is not None and not has_verb(rest)))
            and re.search(r"[:–,(-]\s*$", label)
            and len(label) < 120
            and not has_verb(label)
        )
        if is_row and head is not None:
            words = re.sub(r"^[\s*•·>-]+", "", label).rstrip(" :–,(-")
            where = described(rest).place if rest.strip() else ""
            held.append(
                Row(what=words, when=head.when, hours=head.hours, place=where, start=at, end=at + len(bare))
            )
        elif line.strip() or not line:
            if len(held) > 1:
                yield held
            held = []
        at += len(line)
