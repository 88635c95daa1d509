"""Facts told of something else than the page tells them of: two days, hours, places, sums exchanged.

The words of a fact's row (`rows`) are looked for in the rows of the page. Where they stand in the row of
another value, and not in that of the text's own, the text has mixed the two up.
"""

import re
from collections.abc import Iterator, Sequence

from flows.bulletin.facts.fact import Kind
from flows.bulletin.facts.words import contrary
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.rows import Group, Rows, Unit, value_of
from flows.bulletin.guard.stamps import is_stamp
from flows.bulletin.guard.stems import stems as stems_of
from flows.bulletin.guard.weekly import expressions
from flows.bulletin.guard.wording import Wording

_NAMES = {
    Kind.date: "La data",
    Kind.time: "L'ora",
    Kind.place: "Il luogo",
    Kind.amount: "La cifra",
    Kind.percentage: "La percentuale",
    Kind.number: "Il numero",
    Kind.level: "Il livello",
    Kind.word: "La parola",
}
_OPENED = re.compile(r"[«“\"]\s?$")
_STREETS = frozenset(
    {"via", "viale", "piazza", "piazzale", "corso", "largo", "vicolo", "sp", "ss", "sr", "strada"}
)
_LOCATIVE = re.compile(
    r"(?:\b(?:in|al|allo|alla|ai|presso|nel|nella|dal|dalla|a|da|sul|sulla)|all['’]|nell['’]|\()\s*$", re.I
)
_HOUSES = (  # of the first street
    r"(?:,?\s(?:solo\s)?(?:dal?|dai|al?|ai|n\.|numer[oi]|civic[oi]|pari|dispari|tutt[ao]|intera"
    r"|\d{1,4}(?:/\w)?(?:\s?[-–]\s?\d{1,4})?)(?!\w))+"
)
_IN_A = r"(?:\b(?:in|a|la|il|le|anche|nella|al|per)\b\s*)*"
_LISTED = re.compile(
    rf"(?:\s*\([^)]{{0,40}}\))?\s*(?:[,/;–-]|\b(?:e|ed|o)\b|\s)*\s*{_IN_A}"
    rf"|{_HOUSES}\s*(?:[,;]|\bed?\b)\s*{_IN_A}",
    re.I,
)
_MOVES = re.compile(  # `L'umido di venerdì 25 dicembre si raccoglie lunedì 28 dicembre`
    r"(?:,| si raccog\w+| si recuper\w+| passa(?:no)?| si sposta(?:no)?"
    r"| (?:è|sono) (?:anticipat|posticipat|spostat)\w)"
    r"\s+(?:(?:a|al|il)\s|all['’]|l['’])?",
    re.I,
)
_COLUMNS = re.compile(r"[^|\n]{0,12}\|[^\n]*\|\s?")
_BETWEEN = re.compile(r"\b(?:tra|fra)\b[^.;]*$", re.I)  # `tra via Po e via Adda`: the ends of a stretch
_CARD = re.compile(r"\b(?:Luog(?:o|hi)|Indirizzo|Dove|Mappa|Sede)\b[^.\n]*$")
_AHEAD = 8  # groups behind one that it may be exchanged with
_ORDER = 20  # how many times a sum may be another one of its kind
_WEEK = ("luned", "marte", "merco", "giove", "vener", "sabat", "domen")
_COUNTED = 12  # characters behind a number in which what it counts begins
_MINE, _MORE, _MARKS = (
    0.6,
    0.45,
    2,
)  # how surely a word is of a row, surer than of another; how many such words
_MOST = 40  # groups of a text
_TOLD_MORE = 0.35  # how much surer a word must be of one row of the text than of the other
_CROSSED, _EACH, _AGAINST, _SURE = 0.7, 0.4, 0.15, 0.35

_BOTH = -0.05  # no row may clearly be its own
_EACH_UNTOLD = 0.2  # the same, where the page has nothing for what the text says
_ALONE, _ALONE_PLACE, _ALONE_WORD = (2.5, 1.0), (5.0, 1.4), (1.5, 1.0)
_LEFT_OUT = re.compile(
    r"\b(?:esclus\w+|eccett\w+|tranne|salvo)\s(?:il\s|l['’]|la\s)?(?:\w+ì\s|sabato\s|domenica\s)?$", re.I
)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Facts of the text that the page has in the row of another."""
    for kind in _NAMES:
        told = Rows(text, kind)
        pairs = [
            (group, unit)
            for group, unit in zip(told.groups, told.units, strict=True)
            if kind is not Kind.place or _is_where(text, group)
        ][:_MOST]
        if not pairs:
            continue
        page = Rows(source, kind)
        if len(page.groups) < 2:
            continue
        if kind is Kind.place:
            pairs = [(_as_there(group, page.groups), unit) for group, unit in pairs]
        found = list(_exchanged(text, pairs, page))
        yield from found
        if not found and kind is not Kind.number:
            yield from _alone(text, pairs, page)


def _exchanged(text: Wording, pairs: Sequence[tuple[Group, Unit]], page: Rows) -> Iterator[Finding]:
    for index, (first, its_unit) in enumerate(pairs):
        for second, other_unit in pairs[index + 1 : index + _AHEAD]:
            if (
                first.values == second.values
                or _are_one(first, second)
                or any(_is_left_out(text, page, group) for group in (first, second))
                or _are_listed(text, page.kind, first, second)
                or _is_moved(text, page, first, second)
            ):
                continue
            if page.kind is Kind.word and not _is_contrary(first, second):
                continue
            if page.kind is Kind.amount and not _are_of_one_order(first, second):
                continue
            if page.kind is Kind.number and not _count_alike(page, first, second):
                continue
            ours, theirs = _alone_in(its_unit, other_unit), _alone_in(other_unit, its_unit)
            own, _ = page.score(ours, first.values)
            crossed, where = page.score(ours, second.values)
            other_own, _ = page.score(theirs, second.values)
            other_crossed, there = page.score(theirs, first.values)
            gain, other_gain = crossed - own, other_crossed - other_own
            is_clear = gain + other_gain > _CROSSED and max(gain, other_gain) > _EACH
            is_untold = own + other_own < _AGAINST and min(gain, other_gain) > _EACH_UNTOLD
            if min(gain, other_gain) > _BOTH and (is_clear or is_untold):
                witness = where if gain >= other_gain else there
                if witness is not None:
                    yield _finding(page, first, second, witness, is_sure=min(gain, other_gain) > _SURE)


def _is_left_out(text: Wording, page: Rows, group: Group) -> bool:
    """Whether text and page both except it: `ogni mercoledì, escluso l'8 dicembre` is no row."""
    places = [
        (text, group),
        *((page.wording, other) for other in page.groups if other.values == group.values),
    ]
    left_out = [_LEFT_OUT.search(where.text[max(0, one.start - 30) : one.start]) for where, one in places]
    return len(left_out) > 1 and left_out[0] is not None and any(left_out[1:])


def _is_contrary(first: Group, second: Group) -> bool:
    return any(contrary(one, two) for one in first.values for two in second.values)


def _count_alike(page: Rows, first: Group, second: Group) -> bool:
    """Whether the page counts the same by both numbers: `100 metri dalle case e 50 metri dalla strada`."""
    counted = [
        {
            mark
            for other in page.groups
            if other.values & group.values
            for mark, _, _ in page.wording.marks_between(other.end, other.end + _COUNTED)[:1]
        }
        for group in (first, second)
    ]
    return bool(counted[0] & counted[1])


def _are_one(first: Group, second: Group) -> bool:
    """Whether two groups name one fact twice; hours of two days may well share one."""
    same = {value_of(fact) for fact in first.facts} & {value_of(fact) for fact in second.facts}
    return bool(same) and first.facts[0].kind is not Kind.time


def _are_listed(text: Wording, kind: Kind, first: Group, second: Group) -> bool:
    """Whether nothing is said of two places but what is said of both: `in via Po e in via Adda`."""
    return kind is Kind.place and bool(_LISTED.fullmatch(text.text, first.end, second.start))


def _is_moved(text: Wording, page: Rows, first: Group, second: Group) -> bool:
    """Whether a thing of one day is moved to another, and a row of a table has both in that order."""
    if page.kind is not Kind.date or not _MOVES.fullmatch(text.text, first.end, second.start):
        return False
    return any(
        one.end <= other.start and _COLUMNS.fullmatch(page.wording.text, one.end, other.start)
        for one in page.groups
        if one.values & first.values
        for other in page.groups
        if other.values & second.values
    )


def _are_of_one_order(first: Group, second: Group) -> bool:
    """Whether two sums may be of one kind: a price is no ceiling of income."""
    sums = sorted(max(map(float, group.values)) for group in (first, second))
    return sums[1] <= sums[0] * _ORDER


def _alone_in(unit: Unit, other: Unit) -> Unit:
    """What a row of the text has and another has not."""
    return {mark: weight for mark, weight in unit.items() if weight - other.get(mark, 0.0) > _TOLD_MORE}


def _alone(text: Wording, pairs: Sequence[tuple[Group, Unit]], page: Rows) -> Iterator[Finding]:
    told = frozenset(value for group, _ in pairs for value in group.values)
    times, margin = {Kind.place: _ALONE_PLACE, Kind.word: _ALONE_WORD}.get(page.kind, _ALONE)
    for group, unit in pairs:
        if not any(group.values & other.values for other in page.groups):
            continue  # not on the page at all: told elsewhere
        if page.kind is Kind.place:
            if any(group.values & other.values and _is_card(page.wording, other) for other in page.groups):
                continue  # "Luogo: …" is far from what it is the place of
            unit = {mark: weight for mark, weight in unit.items() if ":" not in mark}
        if page.kind is Kind.time and (where := _on_another_weekday(text, page, group, unit)):
            yield _finding(page, group, None, where, is_sure=False)
            continue
        own, _ = page.score(unit, group.values)
        beside = {page.wording.index_at(other.start) for other in page.groups if other.values & group.values}
        rival, where = max(
            (
                (page.likeness(unit, row), other)
                for other, row in zip(page.groups, page.units, strict=True)
                if not other.values & told
                and not (page.kind is Kind.date and is_stamp(page.wording, other.facts[0]))
                and (page.kind is not Kind.word or _is_contrary(group, other))
                and (page.kind is Kind.word or page.wording.index_at(other.start) not in beside)
                and (page.kind is not Kind.place or _is_where(page.wording, other))
            ),
            key=lambda scored: scored[0],
            default=(0.0, None),
        )
        if where is not None and (
            rival > own * times + margin
            or (page.kind not in (Kind.place, Kind.word) and _is_only_of(page, unit, group, where))
        ):
            yield _finding(page, group, None, where, is_sure=False)


def _on_another_weekday(text: Wording, page: Rows, group: Group, unit: Unit) -> Group | None:
    """Where the page has the hours of a weekday of the text, if only on other weekdays."""
    ours = _weekdays(text, group, unit)
    rows = [
        (other, _weekdays(page.wording, other, row))
        for other, row in zip(page.groups, page.units, strict=True)
        if group.values <= other.values
    ]
    if not ours or not rows or any(not days or days & ours for _, days in rows):
        return None
    return rows[0][0]


def _weekdays(wording: Wording, group: Group, unit: Unit) -> frozenset[int]:
    """The weekdays of a row, of a span those between its ends, too."""
    days = frozenset(index for index, mark in enumerate(_WEEK) if unit.get(mark, 0.0) >= _MINE)
    spoken = expressions(wording.sentence_at(group.start).text)
    return days.union(*(one.days for one in spoken if one.days & days))


def _is_only_of(page: Rows, unit: Unit, group: Group, where: Group) -> bool:
    """Whether words of a row of the text stand in another row of the page, and none in a row of its own value."""  # noqa: E501
    its = page.units[page.groups.index(where)]
    own: Unit = {}
    for other, row in zip(page.groups, page.units, strict=True):
        if other.values & group.values:
            for mark, weight in row.items():
                own[mark] = max(own.get(mark, 0.0), weight)
    mine = {mark: weight for mark, weight in unit.items() if weight >= _MINE}
    for_it = [mark for mark in mine if its.get(mark, 0.0) - own.get(mark, 0.0) > _MORE]
    for_own = [mark for mark in mine if own.get(mark, 0.0) - its.get(mark, 0.0) > _MORE]
    return len(for_it) >= _MARKS and not for_own


def _is_where(text: Wording, group: Group) -> bool:
    """Whether the text tells a place by it: `al Teatro Verdi`, and not what the Teatro Verdi plays."""
    before = text.text[max(0, group.start - 20) : group.start]
    stretch = text.text[max(0, group.start - 60) : group.start]
    return (
        not _OPENED.search(before)
        and not _BETWEEN.search(stretch)
        and (any(fact.value.split()[0] in _STREETS for fact in group.facts) or bool(_LOCATIVE.search(before)))
    )


def _is_card(source: Wording, group: Group) -> bool:
    return bool(_CARD.search(source.text[max(0, group.start - 60) : group.start]))


def _as_there(group: Group, theirs: Sequence[Group]) -> Group:
    """The group with the names that the page gives its places: `cinema di Rovo` for `Cinema di Rovo al Lago`."""  # noqa: E501
    values = set(group.values)
    for fact in group.facts:
        words = stems_of(fact.value)
        for other in theirs:
            for its in other.facts:
                its_words = stems_of(its.value)
                if len(words & its_words) >= max(1.0, 0.6 * min(len(words), len(its_words))):
                    values.add(value_of(its))
    return Group(group.facts, frozenset(values))


def _finding(page: Rows, first: Group, second: Group | None, where: Group, *, is_sure: bool) -> Finding:
    shown = f"«{first.facts[0].shown}»" + (f" e «{second.facts[0].shown}»" if second else "")
    quote = page.wording.quote(where.start, where.end)
    if second is None and page.kind is Kind.word:
        return Finding(f"{shown}: qui la pagina del sito dice «{where.facts[0].shown}»: {quote}.")
    if second is None:
        return Finding(f"{_NAMES[page.kind]} {shown} nella pagina del sito si riferisce ad altro: {quote}.")
    return Finding(
        f"{shown}: scambiati nel testo, la pagina del sito dice {quote}.",
        is_certain=is_sure and page.kind is not Kind.word,
    )
