"""A bulletin in one SMS: whose it is, the first news cut at a clause, how many more, where the rest is.

With the alphabet of an SMS: what fits in 160 characters, what costs two, and what makes it 70.
"""

import unicodedata
from collections.abc import Sequence

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.shorten import cut, mended

# 3GPP TS 23.038, section 6.2.1: the default alphabet and its extension
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\x0c")
# What an Italian text holds besides: capitals with an accent are written as on a typewriter.
_INSTEAD = {
    **dict(zip("ÀÈÌÒÙ", ("A'", "E'", "I'", "O'", "U'"), strict=True)),
    **dict.fromkeys("’‘`´′", "'"),
    **dict.fromkeys("“”«»″", '"'),
    **dict.fromkeys("–—−‐‑", "-"),
    **dict.fromkeys("°º", "o"),
    "ª": "a",
    "…": "...",
    **dict.fromkeys("•·", "-"),
    "∗": "*",
    "‗": "_",
    "∼": "~",
    "ç": "c",
    "\u00a0": " ",
    "\u202f": " ",
}
GSM7, UCS2 = 160, 70  # characters of one SMS


def written(text: str) -> str:
    """`text` in the alphabet as far as its meaning allows: quotes, dashes, capitals; pictograms go."""
    letters = []
    for char in unicodedata.normalize("NFC", text):
        if char in _BASIC or char in _EXTENDED:
            letters.append(char)
        elif char in _INSTEAD:
            letters.append(_INSTEAD[char])
        elif unicodedata.category(char) not in ("So", "Sk", "Mn", "Me", "Cf", "Cs", "Co", "Cn"):
            letters.append(char)
    return "".join(letters)


def units(text: str) -> tuple[int, int]:
    """(units that `text` takes, units of one SMS): septets of 160, else UTF-16 units of 70."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        return len(text) + sum(char in _EXTENDED for char in text), GSM7
    return utf16(text), UCS2


def fits(text: str) -> bool:
    """Whether one SMS holds it."""
    used, limit = units(text)
    return used <= limit


_SHORTEST = 24  # characters of a news: less than that tells nothing


def sms(sender: str, texts: Sequence[str], address: str) -> str:
    """One SMS of 160 characters, or of 70 where a text needs letters that no GSM telephone has.

    Args:
        sender: like "Comune di Esempio".
        texts: the items as sealed, the most important first.
        address: of the bulletin's page.

    Raises:
        ValueError: when there is no item, or sender and address alone do not fit.
    """
    if not texts:
        raise ValueError("an SMS needs one news item at least")
    more = len(texts) - 1
    rest = f" Altre {more} notizie: {address}" if more > 1 else f" Un'altra notizia: {address}"
    ends = [rest if more else f" Tutto: {address}", f" {address}"]
    first = " ".join(mended(written(texts[0])).split())
    first += "" if first.endswith((".", "!", "?")) else "."
    for end in ends:
        if message := _shortened(written(f"{sender}: "), first, written(end)):
            return message
    bare = f"{written(sender)}: {written(address)}"
    if not fits(bare):
        raise ValueError(
            f"sender and address take {units(bare)[0]} characters, one SMS holds {units(bare)[1]}"
        )
    return bare


def _shortened(start: str, text: str, end: str) -> str:
    """The longest beginning of `text` that fits between them; "" when nothing readable does."""
    if fits(f"{start}{text}{end}"):
        return f"{start}{text}{end}"
    for limit in range(units(text)[1], _SHORTEST, -1):
        shorter = written(cut(text, limit))
        if shorter and fits(message := f"{start}{shorter}{end}"):
            return message
    return ""
