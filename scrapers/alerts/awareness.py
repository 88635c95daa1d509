"""MeteoAlarm's parameters `awareness_level` and `awareness_type`, in its JSON and in CAP documents alike.

Words and numbers: the MeteoAlarm CAP profile, https://meteoalarm.org (levels 1 to 4, types 1 to 13). They
are a weather service's view of intensity for a whole region and "do not represent the Official Alerts" of
Protezione Civile, as every Italian one says: so none of them ever becomes an allerta.
"""

import re

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
    found = _LEVELS.get((parts[0], parts[1])) if len(parts) >= 2 else None
    if found is None:
        raise AwarenessError(f"awareness_level sconosciuto: {value!r}")
    return found


def kind(value: str) -> str | None:
    """`1; Wind` -> `vento`; None for what is left to Protezione Civile. Raises AwarenessError."""
    number, _, words = value.partition(";")
    key = (number.strip(), re.sub(r"[^a-z]", "", words.casefold()))
    if key not in _TYPES:
        raise AwarenessError(f"awareness_type sconosciuto: {value!r}")
    return _TYPES[key]
