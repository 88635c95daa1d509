"""The hazard and the level of a CAP info: whole events in known words, never a word found somewhere.

"FINE ALLERTA GIALLA" and "NESSUNA ALLERTA ROSSA" hold a colour too; so an event must match from its first
to its last letter, in one of the ways that Italian issuers write it, and severity must be a word of CAP.
"""

import re

from scrapers.alerts import highest

_HAZARDS = {
    "IDRAULICO": "idraulico",
    "IDROGEOLOGICO": "idrogeologico",
    "TEMPORALI": "temporali",
    "TEMPORALI FORTI": "temporali",
    "VENTO": "vento",
    "VENTO FORTE": "vento",
    "NEVE": "neve",
}
_COLOURS = {
    "VERDE": "verde",
    "GIALLA": "gialla",
    "GIALLO": "gialla",
    "ARANCIONE": "arancione",
    "ROSSA": "rossa",
    "ROSSO": "rossa",
}
_ADJECTIVES = {"ORDINARIA": "gialla", "MODERATA": "arancione", "ELEVATA": "rossa"}
_SEVERITIES = {"Minor": "verde", "Moderate": "gialla", "Severe": "arancione", "Extreme": "rossa"}

_HAZARD = "(?:" + "|".join(sorted(_HAZARDS, key=len, reverse=True)) + ")"
_ONE = rf"(?:RISCHIO )?{_HAZARD}"
_SEVERAL = rf"(?P<hazards>{_ONE}(?:(?:, | E ){_ONE})*)"
_COLOUR = r"(?:ALLERTA|CODICE) (?P<colour>\w+)"
_EVENTS = [
    re.compile(pattern)
    for pattern in (
        rf"(?:(?P<adjective>\w+) CRITICIT[AÀ]['’]? PER )?{_SEVERAL} ?[/:-] ?{_COLOUR} ?:?",
        rf"{_COLOUR} PER {_SEVERAL}",
        rf"{_SEVERAL}",
    )
]


class WordsError(ValueError):
    """Not the words of a known hazard and level; the message is Italian: an editor reads it."""


def hazards_and_level(event: str, severity: str) -> tuple[list[str], str, str | None]:
    """The hazards of an event, its level, and what the editor should know where its words disagree.

    The highest of colour, adjective and severity counts. Raises WordsError for anything unknown.
    """
    words = " ".join(event.upper().split())
    found = next((match for pattern in _EVENTS if (match := pattern.fullmatch(words))), None)
    if found is None:
        raise WordsError(f"evento sconosciuto: {event!r}")
    groups = found.groupdict()
    levels = []
    if colour := groups.get("colour"):
        levels.append(_known(_COLOURS, colour, "livello sconosciuto"))
    if adjective := groups.get("adjective"):
        levels.append(_known(_ADJECTIVES, adjective, "criticità sconosciuta"))
    if severity or not levels:
        levels.append(_known(_SEVERITIES, severity, "severity sconosciuta"))
    level = highest(*levels)
    doubt = None
    if len(set(levels)) > 1:
        doubt = (
            f"{event!r} con severity {severity!r} dice livelli diversi ({', '.join(levels)}); vale {level}"
        )
    names = re.findall(_HAZARD, found["hazards"])
    return list(dict.fromkeys(_HAZARDS[name] for name in names)), level, doubt


def _known(words: dict[str, str], word: str, otherwise: str) -> str:
    if word not in words:
        raise WordsError(f"{otherwise}: {word!r}")
    return words[word]
