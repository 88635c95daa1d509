"""Protezione Civile's archive zip: a DBF a day and a CAP file, laid out like the published ones."""

import io
import struct
import zipfile
from collections.abc import Sequence
from datetime import datetime

from deployments.sandbox.cap import cap_document
from deployments.sandbox.config import ROME
from deployments.sandbox.zones import ZoneRow

# name and width of each field; the width of Nome_zona moves between real bulletins (149, then 146)
_FIELDS = (
    ("Zona_all", 80),
    ("Nome_zona", 146),
    ("Criticita", 80),
    ("Idrogeo", 80),
    ("Temporali", 80),
    ("Idraulico", 80),
)
_LATIN_1 = 0x57  # language driver id in the header of the real files


def archive_id(issued: datetime) -> str:
    """`YYYYMMDD_HHMM`, local time, as in the names of the published files."""
    return issued.astimezone(ROME).strftime("%Y%m%d_%H%M")


def write_archive(today_rows: Sequence[ZoneRow], tomorrow_rows: Sequence[ZoneRow], issued: datetime) -> bytes:
    """The zip published at `issued` (aware): `<id>_today.dbf`, `<id>_tomorrow.dbf`, `Cap_<id>.xml`."""
    issued = issued.astimezone(ROME)
    name = archive_id(issued)
    stamp = (issued.year, issued.month, issued.day, issued.hour, issued.minute, issued.second)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in (
            (f"{name}_today.dbf", write_dbf(today_rows, issued)),
            (f"{name}_tomorrow.dbf", write_dbf(tomorrow_rows, issued)),
            (f"Cap_{name}.xml", cap_document(today_rows, tomorrow_rows, issued)),
        ):
            # dated by the bulletin, so that the same rows make the same bytes and the same ETag
            info = zipfile.ZipInfo(member, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def write_dbf(rows: Sequence[ZoneRow], issued: datetime) -> bytes:
    """A dBase III table of text fields, padded with spaces, in Latin-1 ("?" for what that lacks)."""
    header_length = 32 + 32 * len(_FIELDS) + 1
    record_length = 1 + sum(width for _, width in _FIELDS)
    parts = [
        struct.pack(
            "<4BIHH17xB2x",
            3,
            issued.year - 1900,
            issued.month,
            issued.day,
            len(rows),
            header_length,
            record_length,
            _LATIN_1,
        )
    ]
    parts += [struct.pack("<11sc4xB15x", name.encode("ascii"), b"C", width) for name, width in _FIELDS]
    parts.append(b"\r")
    for row in rows:
        values = (row.code, row.name, row.summary, row.idrogeologico, row.temporali, row.idraulico)
        parts.append(
            b" " + b"".join(_cell(value, width) for value, (_, width) in zip(values, _FIELDS, strict=True))
        )
    return b"".join(parts) + b"\x1a"


def _cell(value: str, width: int) -> bytes:
    return value.encode("latin-1", "replace")[:width].ljust(width)
