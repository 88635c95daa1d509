"""The rows of a page: what a table, a programme, a timetable or a list tells together.

The surest reading comes first, and what it took is not read again: tables, then runs of days and hours,
then lists. Facts of two rows are never put into one; where that is unsure there is no row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flows.bulletin.page import row_words
from flows.bulletin.page.date_block import date_block
from flows.bulletin.page.listings import Enumeration, enumerations
from flows.bulletin.page.notice import Row
from flows.bulletin.page.programme import in_lines, runs
from flows.bulletin.page.sections import Section, sections
from flows.bulletin.page.tables import tables

_TOLD = ("prose", "how", "terms", "gets", "more", "audience", "cost", "when", "where")
_MOST = 400  # rows of a page; more is an archive
_READ = 200_000  # characters of a page


@dataclass(frozen=True)
class Structure:
    """Everything of a page that is no prose."""

    rows: tuple[Row, ...]
    enumerations: tuple[Enumeration, ...]
    unreadable: tuple[str, ...]


def rows(source: str) -> tuple[Row, ...]:
    """The rows of a page, in the order of their place; rows of one enumeration share `list`."""
    return structure(source).rows


def structure(source: str, title: str = "") -> Structure:
    """The rows and enumerations of a page, and the beginnings of the tables that could not be read.

    `title` opens the source: it announces, and is no row.
    """
    source = source[:_READ]
    after = len(title) if source.startswith(title) else 0
    page = [
        replace(section, start=max(section.start, after))
        for section in sections(source)
        if section.end > after
    ]
    grouped: list[list[Row]] = []
    taken: list[tuple[int, int]] = []
    unreadable = []
    for table in tables(source):
        taken.append((table.start, table.end))
        if table.rows:
            grouped.append(list(table.rows))
        else:
            unreadable.append(table.text)
    for section in page:
        if section.kind in _TOLD:
            is_calendar = section.kind == "when"
            for start, end in _free(section, taken):
                if is_calendar:
                    grouped += date_block(source, start, end)
                else:
                    grouped += runs(source, start, end)
                    grouped += _apart(in_lines(source, start, end), grouped)
    taken += [span for group in grouped for span in ((group[0].start, group[-1].end),)]
    lists = [found for found in enumerations(source, page) if found.items]
    for found in lists:
        if not _overlaps(found, taken):
            grouped.append([row_words.item(item.text, item.start, item.end) for item in found.items])
    grouped.sort(key=lambda group: group[0].start)
    numbered = [
        replace(row, list=number if len(group) > 1 else 0)
        for number, group in enumerate(grouped, start=1)
        for row in group
    ]
    return Structure(tuple(numbered[:_MOST]), tuple(lists), tuple(unreadable))


def _free(section: Section, taken: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """The stretches of a section outside the tables."""
    at = section.start
    for start, end in taken:
        if section.start <= start < section.end:
            if start > at:
                yield at, start
            at = max(at, end)
    if at < section.end:
        yield at, section.end


def _apart(found: Iterable[list[Row]], grouped: Sequence[list[Row]]) -> list[list[Row]]:
    spans = [(group[0].start, group[-1].end) for group in grouped]
    return [
        group
        for group in found
        if not any(group[0].start < end and start < group[-1].end for start, end in spans)
    ]


def _overlaps(found: Enumeration, taken: Sequence[tuple[int, int]]) -> bool:
    first, last = found.items[0].start, found.items[-1].end
    return any(first < end and start < last for start, end in taken)
