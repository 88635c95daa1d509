"""Lists of numbers as offices keep them: CSV of any spreadsheet, vCard of any phone."""

import csv
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flows.settings import BollettinoError

STANDARD_INPUT = Path("-")
LARGEST = 20_000_000  # bytes; a Comune's list is some hundred kilobytes
_NAMES = re.compile(
    r"(?:numero|n\.?|nr\.?)?\s*(?:di\s+)?(?:tel(?:efono)?|cell(?:ulare)?|mobile|mobil|phone|whatsapp)\b.*"
    r"|numero|phone \d+ - value|mobile phone",
    re.IGNORECASE,
)
_TEL = re.compile(r"(?:[\w-]+\.)?TEL(?P<kind>(?:;[^:]*)?):(?:tel:)?(?P<value>.*)", re.IGNORECASE)
_DIGITS = re.compile(r"\+?[\d\s./()-]{6,}")


# what a spreadsheet may run as a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_PHONE = re.compile(r"\+[0-9]{6,15}")


class ListError(BollettinoError):
    """The file holds no list of numbers that can be read."""


@dataclass(frozen=True)
class Row:
    """One number as it is written, with its line in the file."""

    line: int
    text: str = field(repr=False)


def read(path: Path) -> list[Row]:
    """The numbers of a CSV or vCard file, `-` is standard input; ListError when it is neither."""
    try:
        raw = sys.stdin.buffer.read(LARGEST + 1) if path == STANDARD_INPUT else path.read_bytes()
    except OSError as exc:
        raise ListError(f"{path}: cannot be read ({exc.strerror})") from exc
    if len(raw) > LARGEST:
        raise ListError(f"{path}: larger than {LARGEST // 1_000_000} MB")
    text = _decoded(raw)
    try:
        rows = list(_vcard(text) if "BEGIN:VCARD" in text[:2000].upper() else _csv(text))
    except csv.Error as exc:
        raise ListError(f"{path}: no CSV that can be read") from exc
    if not rows:
        raise ListError(f"{path}: no telephone number in it; is there a column 'telefono'?")
    return rows


def cell(text: str) -> str:
    """`text` for a CSV that a spreadsheet opens: it never begins as a formula does.

    A number (`+39` and figures) stays as it is: as a formula it is that number, and nothing else, while an
    apostrophe before it would come back to us when the list is read in again.
    """
    return f"'{text}" if _FORMULA.match(text) and not _PHONE.fullmatch(text) else text


def _decoded(raw: bytes) -> str:
    """UTF-8, or what Excel writes on an Italian Windows."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _csv(text: str) -> Iterator[Row]:
    first = text.partition("\n")[0]
    separator = max(";,\t", key=first.count)
    rows = list(enumerate(csv.reader(io.StringIO(text), delimiter=separator), start=1))
    rows = [(line, row) for line, row in rows if any(cell.strip() for cell in row)]
    if not rows:
        return
    head = [bool(_NAMES.fullmatch(cell.strip())) for cell in rows[0][1]]
    if any(head):
        column, rows = head.index(True), rows[1:]
    else:
        column = _likeliest(row for _, row in rows)
    for line, row in rows:
        if len(row) > column and row[column].strip():
            yield Row(line, row[column])


def _likeliest(rows: Iterator[list[str]]) -> int:
    """Without a heading: the column with most that looks like a number."""
    count: dict[int, int] = {0: 0}
    for row in rows:
        for place, cell in enumerate(row):
            count[place] = count.get(place, 0) + bool(_DIGITS.fullmatch(cell.strip()))
    return max(count, key=lambda place: count[place])


def _vcard(text: str) -> Iterator[Row]:
    """The first number of each card, a mobile one before others (RFC 6350; lines may be folded, 3.2)."""
    card: list[tuple[bool, Row]] = []
    for line, content in _unfolded(text):
        if content.upper().startswith("BEGIN:VCARD"):
            card = []
        elif match := _TEL.fullmatch(content):
            is_mobile = "CELL" in match["kind"].upper()
            card.append((not is_mobile, Row(line, match["value"].partition(";")[0])))
        elif content.upper().startswith("END:VCARD") and card:
            yield min(card, key=lambda row: row[0])[1]


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    begun, held = 0, ""
    for line, content in enumerate(text.splitlines(), start=1):
        if content[:1] in (" ", "\t"):
            held += content[1:]
            continue
        if held:
            yield begun, held.strip()
        begun, held = line, content
    if held:
        yield begun, held.strip()
