"""A list of numbers as a telephone or a spreadsheet takes it in: vCard 3.0 and CSV.

A contact's name is the number of its row with us, the same in every bulletin: a telephone that takes in the
list again updates its contacts instead of doubling them. Nobody's name is known, and none is needed.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """One number of a list. Never printed."""

    recipient_id: int
    phone: str = field(repr=False)  # +digits

    @property
    def name(self) -> str:
        return f"Iscritto {self.recipient_id:05}"


def vcard(lines: Sequence[Line]) -> str:
    """RFC 2426, which every telephone reads; lines end in CRLF as it says."""
    cards = (
        ["BEGIN:VCARD", "VERSION:3.0", f"N:{one.name};;;;", f"FN:{one.name}", f"TEL;TYPE=CELL:{one.phone}",
         "END:VCARD"]
        for one in lines
    )  # fmt: skip
    return "".join(f"{row}\r\n" for card in cards for row in card)


def table(lines: Sequence[Line]) -> str:
    """CSV with a heading, as `subscribers import` reads it."""
    kept = io.StringIO()
    rows = csv.writer(kept, delimiter=";")
    rows.writerow(("nome", "telefono"))
    rows.writerows((one.name, one.phone) for one in lines)
    return kept.getvalue()
