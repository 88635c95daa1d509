"""Text that should have been plain but still holds the page's HTML."""

import html
import re

_UNSEEN = re.compile(
    r"<(script|style|template|noscript)\b[^>]{0,500}>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S
)
_BREAK = re.compile(
    r"<(?:/?(?:p|div|li|ul|ol|tr|td|th|table|h[1-6]|section|article|header|footer|blockquote)|[bh]r)\b[^<>]{0,500}>",
    re.I,
)
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,500})?/?>", re.I)


def without_tags(text: str) -> str:
    """`text` without HTML tags, each block on a line of its own; text without any tag comes back as it is.

    An address between angle brackets (`<info@comune.esempio.it>`) is no tag.
    """
    if not _TAG.search(text):
        return text
    text = _BREAK.sub("\n", _UNSEEN.sub(" ", text))
    return html.unescape(_TAG.sub("", text))
