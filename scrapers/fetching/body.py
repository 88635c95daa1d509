"""A body, unpacked to a limit: what was promised, what came, and never more than we can hold."""

import zlib
from collections.abc import Iterable

from scrapers.errors import PermanentError, TemporaryError


def read_body(url: str, chunks: Iterable[bytes], *, encoding: str, length: str, limit: int) -> bytes:
    """The whole body; `limit` is in bytes, after decompression.

    `encoding` and `length` are the headers Content-Encoding and Content-Length, or "". Raises PermanentError
    for what is too large or packed as we did not ask, TemporaryError for a damaged packing.
    """
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise PermanentError(url, f"compressed as {encoding}, although only gzip was asked for")
    too_large = f"larger than the limit of {limit:,} bytes; not read further"
    if length.isdecimal() and int(length[:20]) > limit:
        raise PermanentError(url, too_large)
    body = bytearray()
    unpacked = _unpacked(url, chunks, limit) if "gzip" in encoding else chunks
    for part in unpacked:
        body += part
        if len(body) > limit:
            raise PermanentError(url, too_large)
    return bytes(body)


def _unpacked(url: str, chunks: Iterable[bytes], limit: int) -> Iterable[bytes]:
    """At most one byte beyond the limit in one piece; a gzip file may have several members (RFC 1952)."""
    unpack = zlib.decompressobj(wbits=31)
    begun = False
    for chunk in chunks:
        rest = chunk
        while rest:
            if unpack.eof:
                if not rest.startswith(b"\x1f\x8b"):  # padding after the last member is no text
                    return
                unpack = zlib.decompressobj(wbits=31)
            begun = True
            try:
                yield unpack.decompress(rest, limit + 1)
            except zlib.error as exc:
                raise TemporaryError(url, f"the compressed body is damaged ({exc})") from exc
            rest = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
    if begun and not unpack.eof:
        raise TemporaryError(url, "the compressed body ends too early")
