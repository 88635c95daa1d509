"""Hours in a clause: `alle 21`, `dalle 9 alle 12 e dalle 14:30 alle 17`, `fino all'1`."""

import re
from dataclasses import dataclass
from functools import lru_cache

_CLOCK = r"(?:2[0-4]|1\d|0?\d)(?:\s?[:.,]\s?[0-5]\d)?(?![\d°º])"
_PARTS = re.compile(r"(\d{1,2})(?:\s?[:.,]\s?(\d\d))?")
_NAMED = {"mezzogiorno": "12", "mezzanotte": "24"}
_ORE = r"(?:alle\s|dalle\s|le\s|all['’]|dall['’])?(?:ore\s|h\.?\s?)?"
_ONE = re.compile(
    rf"(?P<lead>(?:a partire )?dalle(?: ore)?|dall['’]|da|fino alle(?: ore)?|fino all['’]|entro le(?: ore)?"
    rf"|entro l['’]|dopo le(?: ore)?|alle(?: ore)?|all['’]"
    rf"|orario:?(?: ore)?|ore|h\.?|inizio(?: alle)?(?: ore)?:?)?"
    rf"\s?(?P<start>{_CLOCK})(?:\s?(?:[-–—/]|a|alle|all['’]|e fino|fino|sino)\s?{_ORE}(?P<end>{_CLOCK}))?"
    r"(?:\s?(?:circa|h\b|precise|in poi))?",
    re.I,
)
_LABEL = re.compile(r"^orari[o]?:?\s(?=(?:dalle|alle|da|fino)\b|dall['’]|all['’])", re.I)
_JOINT = re.compile(r"\s?(?:,|;|/|\be\b|\bed\b|,\s?e\b)\s?", re.I)
Clock = tuple[int, int]


@dataclass(frozen=True)
class Hours:
    """One stretch of a day; `lead` is "alle", "dalle", "fino alle", "entro le" or "dopo le" where it
    has one end.
    """

    start: Clock
    end: Clock | None = None
    lead: str = "alle"


@lru_cache(maxsize=256)
def hours_of(words: str) -> tuple[Hours, ...]:
    """The hours that `words` name; () where there are none or something else stands among them."""
    text = _LABEL.sub("", " ".join(words.split()).strip(" .,;:-–()"))
    for name, number in _NAMED.items():
        if name in text.lower():
            text = re.sub(rf"\b{name}\b", number, text, flags=re.I)
    found: list[Hours] = []
    place = 0
    while place < len(text):
        match = _ONE.match(text, place)
        if match is None:
            return ()
        hours = _read(match)
        if hours is None:
            return ()
        if found and not match["lead"] and hours.end is None and not match["start"].strip():
            return ()
        if found and not match["lead"] and hours.end is None:
            hours = Hours(hours.start, None, found[-1].lead)  # `ore 10 e 15`
        found.append(hours)
        place = match.end()
        if place < len(text):
            joint = _JOINT.match(text, place)
            if joint is None or joint.end() == place:
                return ()
            place = joint.end()
    return tuple(found)


def hours_clause(words: str | tuple[Hours, ...]) -> str:
    """`dalle 20:30 alle 23` of `Dalle ore 20:30 alle ore 23:00`; "" where not all of it is understood."""
    hours = hours_of(words) if isinstance(words, str) else words
    said = [_said(one) for one in hours]
    if not said:
        return ""
    return f"{', '.join(said[:-1])} e {said[-1]}" if len(said) > 1 else said[0]


def _read(match: re.Match[str]) -> Hours | None:
    start, end = _clock(match["start"]), _clock(match["end"]) if match["end"] else None
    if start[0] == 24 and start[1]:
        return None
    lead = (match["lead"] or "").lower().replace("’", "'")
    kind = "alle"
    if "dall" in lead or lead == "da" or match[0].lower().endswith("in poi"):
        kind = "dalle"
    for word, form in (("fino", "fino alle"), ("entro", "entro le"), ("dopo", "dopo le")):
        kind = form if word in lead else kind
    if end is not None and (end == start or kind not in ("alle", "dalle")):
        end = None
    return Hours(start, end, kind)


def _clock(words: str) -> Clock:
    parts = _PARTS.match(words)
    return (int(parts[1]), int(parts[2] or 0)) if parts else (0, 0)


def _said(hours: Hours) -> str:
    if hours.end is not None:
        return f"{_at('dalle', hours.start)} {_at('alle', hours.end)}"
    return _at(hours.lead, hours.start)


def _at(preposition: str, clock: Clock) -> str:
    """`alle 9`, `all'1:30`; midnight that closes a day is 24."""
    said = f"{clock[0]}:{clock[1]:02}" if clock[1] else f"{clock[0]}"
    return f"{preposition[:-1]}'{said}" if clock[0] == 1 else f"{preposition} {said}"
