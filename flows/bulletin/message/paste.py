"""The same message for a Comune without the Cloud API: text to paste into a broadcast list or a channel."""

from collections.abc import Sequence

from flows.bulletin.language.measure import utf16
from flows.bulletin.message.exact import Message
from flows.bulletin.message.frame import fill

LIMIT = 4096  # UTF-16 units of a text that a person writes in WhatsApp
_REST = "Il resto è nella pagina."


def assisted(message: Message, address: str, notices: Sequence[str] = ()) -> str:
    """Header, the sealed paragraphs, the page's address, footer: at most 4,096 UTF-16 units.

    `notices` are what was put right or changed since; they stand before what they speak of.

    A text that is too long loses whole paragraphs, the last first, never a part of one, and says so.

    Raises:
        ValueError: when the frame alone is too long.
    """
    *blocks, closing = fill(message.frame, message.parameters).split("\n\n")
    while True:
        rest = [] if len(blocks) == message.frame.body.count("\n\n") else [_REST]
        text = "\n\n".join(
            [f"*{message.frame.header}*", *notices, *blocks, *rest, closing, address, message.frame.footer]
        )
        if utf16(text) <= LIMIT:
            return text
        if not blocks:
            raise ValueError(f"{message.template}: the frame alone has {utf16(text)} characters")
        blocks.pop()
