"""WhatsApp's own markup as HTML, the way a phone draws it."""

import re
from html import escape

from markupsafe import Markup

# a mark counts only with a non-word neighbour outside and no space inside, and never across a line
_INLINE = (
    (re.compile(r"```(.+?)```"), r"<code>\1</code>"),
    (re.compile(r"(?<![\w`])`([^`\s](?:[^`]*[^`\s])?)`(?![\w`])"), r"<code>\1</code>"),
    (re.compile(r"(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_])_([^_\s](?:[^_]*[^_\s])?)_(?![\w_])"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w~])~([^~\s](?:[^~]*[^~\s])?)~(?![\w~])"), r"<s>\1</s>"),
)
_ADDRESS = re.compile(r"(https?://[^\s<]*[^\s<.,;:!?)])")
_BULLET = re.compile(r"[-*] (.*)")
_QUOTE = re.compile(r"&gt; (.*)")


def to_html(text: str) -> Markup:
    """One line of HTML a line of text; everything that is not WhatsApp markup is escaped."""
    return Markup("\n".join(_line(line) for line in escape(text, quote=False).split("\n")))  # noqa: S704 - escaped above


def _line(line: str) -> str:
    if not line.strip():
        return '<div class="blank"></div>'
    if match := _BULLET.fullmatch(line):
        return f'<div class="bullet">{_inline(match[1])}</div>'
    if match := _QUOTE.fullmatch(line):
        return f"<blockquote>{_inline(match[1])}</blockquote>"
    return f"<div>{_inline(line)}</div>"


def _inline(text: str) -> str:
    """Marks outside addresses only: an underscore in a link is no italic."""
    parts = _ADDRESS.split(text)
    for index, part in enumerate(parts):
        if index % 2:
            href = part.replace('"', "%22")
            parts[index] = f'<a href="{href}">{part}</a>'
            continue
        for pattern, replacement in _INLINE:
            part = pattern.sub(replacement, part)
        parts[index] = part
    return "".join(parts)
