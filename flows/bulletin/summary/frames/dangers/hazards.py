"""The hazards of an alert as a citizen names them, with their articles."""

import re

_HAZARDS = tuple(
    (re.compile(pattern, re.I), name)
    for pattern, name in (
        (r"\bondat[ae] di calore\b", "l'ondata di calore"),
        (r"\bcaldo\b", "il caldo"),
        (r"\bneve\b|\bnevicat[ae]\b", "la neve"),
        (r"\bvento\b", "il vento"),
        (r"\btemporali\b", "i temporali"),
        (r"\bpiogg(?:ia|e)\b", "la pioggia"),
        (r"\bghiaccio\b|\bgelo\b", "il ghiaccio"),
        (r"\bincendi\b", "il rischio di incendi"),
        (r"\bidrogeologic\w+", "il rischio idrogeologico"),
        (r"\bidraulic\w+", "il rischio idraulico"),
    )
)


def hazards(text: str) -> list[str]:
    """Those that `text` names, each once: `["il vento", "la neve"]`."""
    return [name for pattern, name in _HAZARDS if pattern.search(text)]
