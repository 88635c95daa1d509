"""Rows of Markdown tables: what each column holds is told by its heading, else by what stands in every cell.

A table of which that cannot be said for sure gives no rows, and its beginning is quoted instead.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.bulletin.language.markup import plain
from flows.bulletin.page.anchors import heads
from flows.bulletin.page.notice import Row

_LINE = re.compile(r"^[ ]{0,3}\|(?P<cells>.*)\|[ \t]*$", re.M)
_RULE = re.compile(r"[\s|:-]+")
_FIELDS = {
    "when": r"(?:dat[ae]|giorn[oi]|quando|period[oi]|dal|mes[ei]|giornata|calendario)",
    "hours": r"(?:or[ae]|orari[oe]?|inizio|dalle|apertura|orario di apertura|mattin[ao]|pomeriggio)",
    "place": r"(?:luog[oh]i?|sed[ei]|dove|sal[ae]|indirizz[oi]|vi[ae]|ubicazione|località|zon[ae]|punto)",
    "amount": r"(?:cost[oi]|prezz[oi]|tariff[ae]|import[oi]|quot[ae]"
    r"|contribut[oi]|euro|€|valore|aliquot[ae]|rimborso)",
    "deadline": r"(?:scadenz[ae]|termin[ei]|entro|data di scadenza|scade)",
    "who": r"(?:destinatar[io]|chi|et[àa]|a chi|class[ei]"
    r"|fasc[eia]\w*|categori[ae]|utent[ie]|beneficiari|isee)",
}
_HEADING = {field: re.compile(rf"{words}\b[\w\s/€().,'’]{{0,30}}", re.I) for field, words in _FIELDS.items()}
_MONEY = re.compile(r"(?:€|euro)\s?\d[\d.,]*|\d[\d.,]*\s?(?:€|euro\b|%)|gratuit[oaie]|gratis", re.I)
_FROM = re.compile(r"(?:dalle|inizio|ora (?:di )?inizio)(?: ore)?", re.I)
_TO = re.compile(r"(?:alle|fine|ora (?:di )?fine)(?: ore)?", re.I)
_EMPTY = re.compile(r"[-–—/.\s]*")
_LONGEST_QUOTE = 80


@dataclass(frozen=True)
class Table:
    """A table of the page: its rows in order, none where it cannot be read; `text` is how it begins."""

    rows: tuple[Row, ...]
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class _Line:
    cells: tuple[str, ...]
    start: int
    end: int
    is_rule: bool

    def filled(self, width: int) -> "_Line":
        """The line with the empty cells at its end that its writer left out."""
        return replace(self, cells=(*self.cells, *[""] * (width - len(self.cells))))


def tables(source: str) -> list[Table]:
    """Every Markdown table of `source`."""
    return [_table(lines) for lines in _groups(source)]


def _groups(source: str) -> Iterator[list[_Line]]:
    """The lines of each table."""
    held: list[_Line] = []
    for match in _LINE.finditer(source):
        if held and source[held[-1].end : match.start()].strip(" \t\r") not in ("", "\n"):
            yield held
            held = []
        cells = tuple(plain(cell).strip().rstrip(".") for cell in re.split(r"(?<!\\)\|", match["cells"]))
        held.append(_Line(cells, match.start(), match.end(), _RULE.fullmatch(match["cells"]) is not None))
    if held:
        yield held


def _table(lines: list[_Line]) -> Table:
    body = [line for line in lines if not line.is_rule and any(line.cells)]
    start, end = lines[0].start, lines[-1].end
    quote = next((" | ".join(filter(None, line.cells)) for line in body), "")[:_LONGEST_QUOTE]
    width = len(body[0].cells) if body else 0
    body = [line.filled(width) for line in body]
    widths = {len(line.cells) for line in body}
    read: list[Row] = []
    if body and len(widths) == 1 and widths != {1}:
        read = _read(body)
    return Table(tuple(replace(row, list=1 if len(read) > 1 else 0) for row in read), quote, start, end)


def _read(body: Sequence[_Line]) -> list[Row]:
    """The rows by the headings of the columns, by labels in the first column, or by what the cells hold."""
    body = _with_hours_as_one(body)
    heading, rest = body[0].cells, body[1:]
    named = [_field(cell) for cell in heading]
    if rest and any(named) and all(cell for cell in heading) and not any(map(_is_value, heading)):
        return _by_columns([field or "what" for field in named], rest)
    if (
        rest
        and not any(map(_is_value, heading))
        and len(heading) > 2
        and (crossed := _crossed(heading, rest))
    ):
        return crossed
    labels = [_field(line.cells[0]) for line in body]
    if len(heading) == 2 and len(body) > 1 and all(labels) and len(set(labels)) == len(labels):
        fields = {label: line.cells[1] for label, line in zip(labels, body, strict=True) if label}
        return [_row(fields, body[0].start, body[-1].end)]
    if not any(heading[:1]):
        rest = rest if not any(heading) else ()
    elif any(map(_is_value, heading)) or not any(heading):
        rest = body
    kinds = [_held([line.cells[column] for line in rest]) for column in range(len(heading))] if rest else []
    if kinds.count("what") > 1 or len({kind for kind in kinds if kind}) < 2 or None in kinds:
        return []
    return _by_columns([kind or "what" for kind in kinds], rest)


def _with_hours_as_one(body: Sequence[_Line]) -> Sequence[_Line]:
    """`Orario | dalle 8:45 alle 13` of `Dalle | Alle` and `8:45 | 13`."""
    heading = [cell.strip(" .:*") for cell in body[0].cells]
    at = next(
        (
            at
            for at, cell in enumerate(heading[:-1])
            if _FROM.fullmatch(cell) and _TO.fullmatch(heading[at + 1])
        ),
        None,
    )
    if at is None:
        return body

    def as_one(line: _Line) -> _Line:
        first, last = line.cells[at : at + 2]
        hours = f"dalle {first} alle {last}" if first and last else f"{first}{last}"
        hours = "Orario" if line is body[0] else hours
        return replace(line, cells=(*line.cells[:at], hours, *line.cells[at + 2 :]))

    return [as_one(line) for line in body]


def _by_columns(fields: Sequence[str], lines: Sequence[_Line]) -> list[Row]:
    """A row a line; [] where two columns claim the same field or a line lacks what the others tell.

    Hours may have two columns beside each other: the morning's and the afternoon's.
    """
    claimed = [
        field for place, field in enumerate(fields) if field != "what" and not _is_second(fields, place)
    ]
    if len(set(claimed)) != len(claimed) or not claimed:
        return []
    key = fields.index("when") if "when" in fields else 0
    rows = []
    for line in lines:
        if _EMPTY.fullmatch(line.cells[key]):
            return []  # a cell that spans several lines: which of them is meant nobody can say
        told: dict[str, str] = {}
        for field, cell in zip(fields, line.cells, strict=True):
            if not _EMPTY.fullmatch(cell):
                joint = ", " if field == "hours" else " "
                told[field] = f"{told[field]}{joint}{cell}" if field in told else cell
        rows.append(_row(told, line.start, line.end))
    return rows


def _is_second(fields: Sequence[str], place: int) -> bool:
    return place > 0 and fields[place] == fields[place - 1] == "hours"


def _crossed(heading: Sequence[str], lines: Sequence[_Line]) -> list[Row]:
    """A table of two ways in (`| | Residenti | Altri |`): a row for each cell that holds a price or hours."""
    cells = [cell for line in lines for cell in line.cells[1:] if not _EMPTY.fullmatch(cell)]
    kinds = {_kind(cell) for cell in cells}
    across = "when" if all(_kind(cell) == "when" for cell in heading[1:]) else "who"
    if len(kinds) != 1 or not kinds <= {"amount", "hours"} or not all(line.cells[0] for line in lines):
        return []
    if not all(heading[1:]):
        return []
    kind = kinds.pop()
    return [
        _row({"what": line.cells[0], across: head, str(kind): cell}, line.start, line.end)
        for line in lines
        for head, cell in zip(heading[1:], line.cells[1:], strict=True)
        if not _EMPTY.fullmatch(cell)
    ]


def _field(cell: str) -> str | None:
    bare = cell.strip(" .:*")
    return next((field for field, words in _HEADING.items() if words.fullmatch(bare)), None)


def _is_value(cell: str) -> bool:
    return _kind(cell) in ("hours", "amount") or (_kind(cell) == "when" and any(map(str.isdigit, cell)))


def _held(cells: Sequence[str]) -> str | None:
    """What every cell of a column holds; None where they differ."""
    kinds = {_kind(cell) for cell in cells if not _EMPTY.fullmatch(cell)}
    return kinds.pop() if len(kinds) == 1 else None


def _kind(cell: str) -> str:
    """`when`, `hours` or `amount` where the cell is just that, else `what`."""
    found = heads(cell)
    left = re.sub(
        r"[\W_]+|\b(?:e|chiuso)\b", "", "".join(_gaps(cell, [(head.start, head.end) for head in found]))
    )
    if found and not left:
        has_hours, has_when = any(head.hours for head in found), any(head.when for head in found)
        return "what" if has_hours and has_when else "hours" if has_hours else "when"
    money = _MONEY.search(cell)
    if money and len(cell) - len(money[0]) < 12:
        return "amount"
    return "what"


def _gaps(text: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    at = 0
    for start, end in spans:
        yield text[at:start]
        at = end
    yield text[at:]


def _row(fields: Mapping[str, str], start: int, end: int) -> Row:
    """One row of the cells that have a name."""
    cell = fields.get
    return Row(
        what=cell("what", ""),
        when=cell("when", ""),
        hours=cell("hours", ""),
        place=cell("place", ""),
        who=cell("who", ""),
        amount=cell("amount", ""),
        deadline=cell("deadline", ""),
        start=start,
        end=end,
    )
