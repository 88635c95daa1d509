"""dBase III tables: the little of them that a bulletin's shapefile uses (character fields, Latin-1).

Layout: https://www.dbase.com/Knowledgebase/INT/db7_file_fmt.htm; widths come from the header, because they
change from one bulletin to the next.
"""

import struct

HEADER, DESCRIPTOR = 32, 32


class DbfError(ValueError):
    """Not a whole dBase table."""


def read_dbf(content: bytes) -> list[dict[str, str]]:
    """The records that are not marked as deleted: field name to text without padding."""
    if len(content) < HEADER + 1:
        raise DbfError("shorter than a header")
    count, header, width = struct.unpack_from("<IHH", content, 4)
    fields = _fields(content, header)
    # a field without a byte would let a few records stand for any number of values
    if not fields or not all(size for _, size in fields) or 1 + sum(size for _, size in fields) != width:
        raise DbfError("the field list and the record length do not agree")
    if len(content) < header + count * width:
        raise DbfError(f"{count} records announced, but the file ends before them")
    records = []
    for start in range(header, header + count * width, width):
        flag = content[start : start + 1]
        if flag == b"*":
            continue
        if flag != b" ":
            raise DbfError("a record does not begin where it should")
        records.append(_record(content, start + 1, fields))
    return records


def _fields(content: bytes, header: int) -> list[tuple[str, int]]:
    fields = []
    place = HEADER
    while content[place : place + 1] not in (b"\r", b""):
        if place + DESCRIPTOR > min(header, len(content)):
            raise DbfError("the field list does not end")
        name = content[place : place + 11].split(b"\0")[0].decode("latin-1")
        fields.append((name, content[place + 16]))
        place += DESCRIPTOR
    return fields


def _record(content: bytes, place: int, fields: list[tuple[str, int]]) -> dict[str, str]:
    record = {}
    for name, size in fields:
        record[name] = content[place : place + size].decode("latin-1").strip(" \0")
        place += size
    return record
