"""The alphabet of an SMS: what fits in 160 characters, what costs two, and what makes it 70."""

import unicodedata

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
    found = []
    for char in unicodedata.normalize("NFC", text):
        if char in _BASIC or char in _EXTENDED:
            found.append(char)
        elif char in _INSTEAD:
            found.append(_INSTEAD[char])
        elif unicodedata.category(char) not in ("So", "Sk", "Mn", "Me", "Cf", "Cs", "Co", "Cn"):
            found.append(char)
    return "".join(found)


def units(text: str) -> tuple[int, int]:
    """(units that `text` takes, units of one SMS): septets of 160, else UTF-16 units of 70."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        return len(text) + sum(char in _EXTENDED for char in text), GSM7
    return len(text.encode("utf-16-le", "surrogatepass")) // 2, UCS2


def fits(text: str) -> bool:
    """Whether one SMS holds it."""
    used, limit = units(text)
    return used <= limit
