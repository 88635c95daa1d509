"""Text from outside in Markdown that an editor sees: escaped, linked, and within Prefect's size."""

import re
from collections.abc import Sequence
from urllib.parse import quote

LIMIT = 90_000  # bytes: Prefect stores and draws the whole artifact each time
_OF_ADDRESSES = "/:?#@&=+$,;%-._~'"
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~])")


def within(parts: Sequence[str], limit: int = LIMIT) -> str:
    """The parts of an artifact, the most important first; what is over `limit` bytes is left out and told."""
    fitting: list[str] = []
    used = 0
    for part in filter(None, parts):
        used += len(part.encode()) + 2
        if used > limit:
            fitting.append("… il resto è troppo lungo per questa pagina.")
            break
        fitting.append(part)
    return "\n\n".join(fitting)


def escaped(text: str) -> str:
    """Text of a site as Markdown shows it, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def link(text: str, url: str) -> str:
    """A link of Markdown, whatever the two hold."""
    return f"[{escaped(text)}](<{shown_address(url)}>)"


def shown_address(url: str) -> str:
    """The same address without a sign that Markdown could take for its own, or that is read backwards."""
    return quote(url, safe=_OF_ADDRESSES)
