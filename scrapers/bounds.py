"""How much markup from outside may hold, counted before a parser sees it.

The parsers compare each attribute of an element with all before it, and the converters behind them take
their time over each element: a file of some hundred kilobytes could cost minutes. Of real municipal pages
none has more than 3,000 tags, or an element with more than 60 attributes.
"""

import re
from collections.abc import Iterator
from typing import Any

from scrapers.errors import ParseError

LARGEST_PAGE = 3_000_000  # bytes
MOST_TAGS = 30_000  # of a page, a list of a thousand cards included
MOST_LINES = 100_000
MOST_ATTRIBUTES = 1_000  # of one element
_SHORTEST = 2 * MOST_ATTRIBUTES  # characters of a tag with more: a blank and a letter for each
# a name, and perhaps a value: as the tokenizer of HTML reads them, which is wider than XML
_NAME = r"(?:=[^\s/>=]*+|[^\s/>=]++)"
_VALUE = r"(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]++)?)?"
_ATTRIBUTE = rf"[\s/]*+{_NAME}{_VALUE}"
_TAG = rf"<[A-Za-z][^\s/>]*+(?:{_ATTRIBUTE})*+"
_TEXT = re.compile(_TAG), re.compile(_ATTRIBUTE)
_BYTES = re.compile(_TAG.encode()), re.compile(_ATTRIBUTE.encode())


def require_page(text: str, source: str, *, size: int | None = None) -> None:
    """Raise ParseError for a page that is larger than any; `size` in bytes, else that of its text."""
    if (len(text) if size is None else size) > LARGEST_PAGE:
        raise ParseError(source, f"larger than {LARGEST_PAGE:,} bytes, which no page of a site is")
    if text.count("<") > MOST_TAGS:
        raise ParseError(source, f"more than {MOST_TAGS:,} tags, which no page of a site has")
    if len(text) > MOST_LINES and len(text.splitlines()) > MOST_LINES:
        raise ParseError(source, f"more than {MOST_LINES:,} lines, which no page of a site has")
    require_attributes(text, source)


def require_attributes(markup: str | bytes, source: str) -> None:
    """Raise ParseError where one element has more attributes than any has."""
    if too_many_attributes(markup):
        raise ParseError(source, f"an element with more than {MOST_ATTRIBUTES:,} attributes; none has that")


def too_many_attributes(markup: str | bytes) -> bool:
    return any(count > MOST_ATTRIBUTES for count in _counts(markup))


def _counts(markup: str | bytes) -> Iterator[int]:
    """Of the tags that are long enough, how many attributes each has."""
    if len(markup) < _SHORTEST:
        return
    patterns: Any = _TEXT if isinstance(markup, str) else _BYTES
    tag, attribute = patterns
    for element in tag.finditer(markup):
        if element.end() - element.start() > _SHORTEST:
            yield sum(1 for _ in attribute.finditer(markup, element.start() + 1, element.end()))
