"""Looks for telephone numbers in bytes, in whatever dress: clear, in groups, base64, hex, URL, JSON, UTF-16.

A wamid holds the number in base64, a URL in %3x, a database in hex, a pickled or packed file in UTF-16 or
compressed. Views of the same bytes are made once, and all numbers are sought in each.
"""

import binascii
import re
import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{12,}")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_BREAKS = re.compile(rb"\\[nr]|\s+")  # MIME breaks base64 into lines; JSON writes them as \n
_BETWEEN = re.compile(rb"(?<=[0-9])(?:[ .\-/()\t]|%20|\xc2\xa0|&nbsp;|\\u00a0){1,3}(?=[0-9])")
_PERCENT = re.compile(rb"%(3[0-9])")
_ESCAPED = re.compile(rb"\\(?:x|u00)(3[0-9])")
_ENTITY = re.compile(rb"&#(?:x(3[0-9])|(4[89]|5[0-7]));")
_HEX_PAIRS = re.compile(rb"(?<=[0-9a-fA-F]{2})[ :](?=[0-9a-fA-F]{2})")
_GZIP = b"\x1f\x8b\x08"
DEPTH = 3  # base64 within base64, and once more


def national(number: str) -> bytes:
    """What is sought of `+393331234567` or `393331234567`: no prefix, since it may be left out."""
    return number.lstrip("+").removeprefix("39").encode()


def traces(raw: bytes, numbers: Collection[bytes]) -> set[str]:
    """The dresses in which any of the numbers (digits, as `national` gives them) stands there."""
    hexes = [number.hex().encode() for number in numbers]
    found = set()
    for name, view in _views(raw, DEPTH):
        if any(number in view for number in numbers):
            found.add(name)
        if any(one in view for one in hexes):
            found.add("hex")
    return found


def in_file(path: Path, numbers: Collection[bytes]) -> set[str]:
    return traces(path.read_bytes(), numbers)


def _views(raw: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    yield "clear", raw
    yield "groups", _BETWEEN.sub(b"", raw)
    for name, sign, pattern, replace in _DRESSES:
        if sign in raw:
            yield name, pattern.sub(replace, raw)
    yield "utf-16", raw.replace(b"\0", b"")
    yield "hex", _HEX_PAIRS.sub(b"", raw)
    for inflated in _inflated(raw):
        yield "compressed", inflated
    if depth:
        for whole in {raw, _BREAKS.sub(b"", raw)}:
            if decoded := _decoded(whole):
                for _, view in _views(decoded, depth - 1):
                    yield "base64", view


def _character(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode())


def _entity(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode()) if found[1] else bytes([int(found[2])])


_DRESSES = (
    ("percent", b"%3", _PERCENT, _character),
    ("escapes", b"\\", _ESCAPED, _character),
    ("entities", b"&#", _ENTITY, _entity),
)


def _inflated(raw: bytes) -> Iterator[bytes]:
    start = raw.find(_GZIP)
    while start >= 0:
        with suppress(zlib.error):  # three bytes that only look like it
            yield zlib.decompressobj(wbits=31).decompress(raw[start:])
        start = raw.find(_GZIP, start + 1)


def _decoded(raw: bytes) -> bytes:
    """What stands in the base64 of some bytes, of both alphabets, at every place where it may begin."""
    parts = []
    for run in _BASE64.findall(raw.translate(_URL_SAFE)):
        for start in range(4):
            part = run[start:]
            part = part[:-1] if len(part) % 4 == 1 else part  # six bits are no byte
            parts.append(binascii.a2b_base64(part + b"=" * (-len(part) % 4)))
    return b"\n".join(parts)
