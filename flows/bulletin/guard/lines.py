"""Lists of a page by their lines: what a text tells of one line with the day of another, the hall of the
second meeting beside the hour of the third; and some of the lines told as if they were all.

A list is lines of a table, or lines with a mark or a label before each. A text that has the day, the hour or
the label of one line, and two words side by side that only a part of another line has, while it has neither
that line's day nor its other part, most likely mixes the two.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from flows.bulletin.facts.fact import Kind
from flows.bulletin.guard.coverage import HEDGE
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Clause, Wording

_LINE = re.compile(r"[^\n]+")
_LISTED = re.compile(r"[ \t]*(?:[-*•·▪+|–]|\d{1,2}[.)]\s|[A-ZÀ-Ý][^.:;\n]{1,50}:\s)")
_RULE = re.compile(r"[\s|:-]+")  # below the heads of a table
_FIELD = re.compile(  # what a page tells under a label of the one thing that it is about
    r"[ \t*•–-]*(?:dat[ae]|giorn|quando|dove|luog|sed[ei]|orari|ore|cost|prezz|tariff|info|contatt|organizz"
    r"|a cura|a chi|chi|destinatari|beneficiari|iscri|prenot|not[ae]|durata|termin|scadenz|requisit|import"
    r"|document|domand|fondo|prodott|marc|modell|lott|codic|descriz|rischi|motiv|paese|distribut|produtt|tagli"
    r"|ean|confezion|denominaz|tip[oi]|categori|numer|nom[ei]|livell|zon[ae]|validit|oggett)\w*\b[^:\n]{0,40}:",
    re.I,
)
_PARTS = re.compile(r"\s*(?:→|:(?=\s)|\s[-–—]\s|\||[,;]\s)\s*")
_WHEN = (Kind.date, Kind.time)
_APART = 3  # words of matter between two that stand side by side
_LEAST, _LISTS, _MOST, _LONG = 2, 3, 8, 60  # lines of a list; of one that is told whole; that is read


@dataclass(frozen=True)
class Line:
    """One line of a list: its days and hours, and the stems of each of its parts, the label first."""

    start: int
    end: int
    when: frozenset[str]
    parts: tuple[frozenset[str], ...]


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """The first part of a line that a sentence tells with the day or the label of another line, and the first
    line that it leaves out.
    """
    lists = [_told_apart(lines) for lines in _lists(source) if _LEAST <= len(lines) <= _LONG]
    said = frozenset(token for token, _, _ in text.tokens)
    values = _values(text, 0, len(text.text))
    for sentence in text.sentences:
        for lines in lists:
            if found := _of_another(sentence, text, lines):
                yield Finding(f"Nella pagina del sito sta in un'altra riga: {_quoted(source, found)}.")
                return
            found = _left_out(sentence, text, lines)
            if found and not (_tells_days(values, found, source) or _stems(found) & said):
                yield Finding(f"Manca una riga della pagina del sito: {_quoted(source, found)}.")
                return


def _tells_days(values: frozenset[str], line: Line, source: Wording) -> bool:
    """Whether a text has a day or an hour that is the line's alone, or all that it shares with others."""
    own = _values(source, line.start, line.end)
    return bool(line.when & values or (own and own <= values))


def _stems(line: Line) -> frozenset[str]:
    return frozenset[str]().union(*line.parts)


def _of_another(sentence: Clause, text: Wording, lines: Sequence[Line]) -> Line | None:
    values = _values(text, sentence.start, sentence.end)
    tokens = [token for token, _, _ in text.tokens_between(sentence.start, sentence.end)]
    said = frozenset(tokens)
    known = [line for line in lines if line.when & values or (not line.when and line.parts[0] & said)]
    if len(known) != 1:
        return None
    for line in lines:
        is_told = any(_side_by_side(tokens, part) for part in line.parts)
        is_in_part = any(part and not part & said for part in line.parts)
        if line is not known[0] and is_told and is_in_part and not line.when & values:
            return line
    return None


def _left_out(sentence: Clause, text: Wording, lines: Sequence[Line]) -> Line | None:
    """The first line that a sentence does not tell, of which it tells most others."""
    if not _LISTS <= len(lines) <= _MOST or HEDGE.search(sentence.text) or "nella pagina" in text.text:
        return None
    values = _values(text, sentence.start, sentence.end)
    said = frozenset(token for token, _, _ in text.tokens_between(sentence.start, sentence.end))
    are_dated = sum(bool(line.when) for line in lines) * 2 > len(lines)
    rows = [line for line in lines if line.when] if are_dated else lines  # without the heads of a table
    told = [bool(line.when & values if line.when else line.parts[0] & said) for line in rows]
    left = [line for line, is_told in zip(rows, told, strict=True) if not is_told]
    return left[0] if left and sum(told) >= 2 and sum(told) * 2 >= len(rows) else None


def _quoted(source: Wording, line: Line) -> str:
    return source.quote(line.start, line.end)


def _side_by_side(tokens: Sequence[str], own: frozenset[str]) -> bool:
    places = [place for place, token in enumerate(tokens) if token in own]
    return any(
        after - before <= _APART and tokens[after] != tokens[before] for before, after in pairwise(places)
    )


def _lists(source: Wording) -> Iterator[list[Line]]:
    found = list(_LINE.finditer(source.text))
    for is_listed, lines in groupby(found, key=lambda line: _is_listed(line[0])):
        if is_listed:
            rows = list(lines)
            heads = [place for place, row in enumerate(rows) if _RULE.fullmatch(row[0])]
            body = rows[heads[0] + 1 :] if heads else rows
            yield [_line(source, row.start(), row.end()) for row in body]


def _is_listed(line: str) -> bool:
    return _LISTED.match(line) is not None and not _FIELD.match(line)


def _line(source: Wording, start: int, end: int) -> Line:
    cuts = [start, *(cut.start() for cut in _PARTS.finditer(source.text, start, end)), end]
    parts = (
        frozenset(token for token, _, _ in source.tokens_between(first, last))
        for first, last in pairwise(cuts)
    )
    return Line(start, end, _values(source, start, end), tuple(filter(None, parts)) or (frozenset(),))


def _told_apart(lines: Sequence[Line]) -> list[Line]:
    """With only the days, hours and stems that no other line has."""
    stems = Counter(stem for line in lines for stem in frozenset[str]().union(*line.parts))
    times = Counter(value for line in lines for value in line.when)
    return [
        replace(
            line,
            when=frozenset(value for value in line.when if times[value] == 1),
            parts=tuple(frozenset(stem for stem in part if stems[stem] == 1) for part in line.parts),
        )
        for line in lines
    ]


def _values(wording: Wording, start: int, end: int) -> frozenset[str]:
    return frozenset(fact.value[-5:] for fact in wording.facts_between(start, end) if fact.kind in _WHEN)
