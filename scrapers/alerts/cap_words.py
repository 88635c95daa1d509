"""The hazard and the level of a CAP info: whole events in known words, never a word found somewhere.

"FINE ALLERTA GIALLA" and "NESSUNA ALLERTA ROSSA" hold a colour too; so an event must match from its first
to its last letter, in one of the ways that Italian issuers write it, and severity must be a word of CAP.

MeteoAlarm's `awareness_level` and `awareness_type` are read here, in its JSON and in CAP alike (levels 1
to 4, types 1 to 13: its CAP profile, https://meteoalarm.org): a weather service's view of a whole region,
no allerta. So are `references`, the messages that an update or a cancellation replaces (CAP 1.2, 3.2.1).
"""

import re
from datetime import datetime

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
_RISK = rf"(?:RISCHIO )?{_HAZARD}"
_SEVERAL = rf"(?P<hazards>{_RISK}(?:(?:, | E ){_RISK})*)"
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
    text = " ".join(event.upper().split())
    event_match = next((match for pattern in _EVENTS if (match := pattern.fullmatch(text))), None)
    if event_match is None:
        raise WordsError(f"evento sconosciuto: {event!r}")
    groups = event_match.groupdict()
    levels = []
    if colour := groups.get("colour"):
        levels.append(_looked_up(_COLOURS, colour, "livello sconosciuto"))
    if adjective := groups.get("adjective"):
        levels.append(_looked_up(_ADJECTIVES, adjective, "criticità sconosciuta"))
    if severity or not levels:
        levels.append(_looked_up(_SEVERITIES, severity, "severity sconosciuta"))
    level = highest(*levels)
    doubt = None
    if len(set(levels)) > 1:
        doubt = (
            f"{event!r} con severity {severity!r} dice livelli diversi ({', '.join(levels)}); vale {level}"
        )
    names = re.findall(_HAZARD, event_match["hazards"])
    return list(dict.fromkeys(_HAZARDS[name] for name in names)), level, doubt


def _looked_up(words: dict[str, str], word: str, otherwise: str) -> str:
    if word not in words:
        raise WordsError(f"{otherwise}: {word!r}")
    return words[word]


GREEN = "verde"
_LEVELS = {
    ("1", "green"): GREEN,
    ("2", "yellow"): "giallo",
    ("3", "orange"): "arancione",
    ("4", "red"): "rosso",
}
_TYPES = {
    ("1", "wind"): "vento",
    ("2", "snowice"): "neve",
    ("5", "hightemperature"): "caldo",
    ("6", "lowtemperature"): "freddo",
    # left to Protezione Civile and the sea's own services: only told
    ("3", "thunderstorm"): None,
    ("3", "thunderstorms"): None,
    ("4", "fog"): None,
    ("7", "coastalevent"): None,
    ("8", "forestfire"): None,
    ("9", "avalanche"): None,
    ("9", "avalanches"): None,
    ("10", "rain"): None,
    ("12", "flooding"): None,
    ("12", "flood"): None,
    ("13", "rainflood"): None,
}


class AwarenessError(ValueError):
    """A level or type that is not known; the message is Italian: an editor reads it."""


def colour(value: str) -> str:
    """`3; orange; Severe` -> `arancione`; `1; green; Minor` -> `verde`. Raises AwarenessError."""
    parts = [part.strip().casefold() for part in value.split(";")]
    level = _LEVELS.get((parts[0], parts[1])) if len(parts) >= 2 else None
    if level is None:
        raise AwarenessError(f"awareness_level sconosciuto: {value!r}")
    return level


def kind(value: str) -> str | None:
    """`1; Wind` -> `vento`; None for what is left to Protezione Civile. Raises AwarenessError."""
    code, _, name = value.partition(";")
    key = (code.strip(), re.sub(r"[^a-z]", "", name.casefold()))
    if key not in _TYPES:
        raise AwarenessError(f"awareness_type sconosciuto: {value!r}")
    return _TYPES[key]


def references(text: object) -> list[tuple[str, datetime]]:
    """`sender,identifier,sent` triples, parted by white space -> identifier and time of issue.

    Raises ValueError, in Italian, for anything else: what is replaced must not be guessed.
    """
    if not isinstance(text, str):
        raise ValueError(f"references non è un testo: {text!r}")
    replaced = []
    for triple in text.split():
        parts = triple.split(",")
        try:
            sent = datetime.fromisoformat(parts[2]) if len(parts) == 3 else None
        except ValueError:
            sent = None
        if sent is None or sent.tzinfo is None or not parts[1]:
            raise ValueError(f"references non leggibile: {triple!r}")
        replaced.append((parts[1], sent))
    return replaced


def moment(name: str, value: object) -> datetime:
    """The aware moment of a field of CAP or of MeteoAlarm; ValueError, in Italian, for anything else."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise ValueError(f"{name} non è un orario con il fuso: {value!r}")
    return read
