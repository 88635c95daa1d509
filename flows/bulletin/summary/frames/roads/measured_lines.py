"""What one line of a page changes for whom passes, and in which streets."""

import re
from collections.abc import Iterator

from flows.bulletin.summary.frames.places.streets import Street, streets_at
from flows.bulletin.summary.frames.roads.measures import SUPPLY, Measure, measure_at

BOUND = re.compile(  # a street that a stretch ends at, or that one takes instead
    r"\b(?:tra|fra|compres[oa] tra|incroci\w*(?: con)?|intersezion\w+(?: con)?|angolo(?: con)?|fino a|sino "
    r"a|all['’]altezza (?:di|del|della)"
    r"|deviat\w+|deviazion\w+|percors\w+ alternativ\w+|proveniente da|in direzione)\s[^.;\n]{0,60}",
    re.I,
)
_STATES = (
    ("closed", re.compile(r"\bchius[aoei](?:\sal\s(?:traffico|transito))?\b", re.I)),
    (
        "transit",
        re.compile(
            r"\bvietat[oaie]\s(?:anche\s)?(?:(?:il|la)\s(?:transito|circolazione)|transitare|circolare|passare)",
            re.I,
        ),
    ),
    ("parking", re.compile(r"\bvietat[oaie]\s(?:anche\s)?(?:la\ssosta|sostare|parcheggiare)", re.I)),
)
_OF_A_CEREMONY = re.compile(r"\bapertura e (?:di )?$", re.I)  # `cerimonie di apertura e di chiusura`
_WORD = re.compile(r"(?<!\w)(?=\w)")


def measures_of(line: str) -> Iterator[Measure]:
    """The measures of a line, in its order; none of a cut of water or power."""
    at = 0
    for place in _WORD.finditer(line):
        if place.start() >= at and (found := measure_at(line, place.start())) and found.kind not in SUPPLY:
            at = found.end
            if _OF_A_CEREMONY.search(line, 0, place.start()):
                continue
            yield found
    for kind, pattern in _STATES:
        if match := pattern.search(line):
            words = {"transit": "||", "parking": "la sosta|"}.get(kind, " al traffico")
            yield Measure(kind, match.end(), words=words)


def streets_in(text: str) -> list[Street]:
    """The streets that it holds in, each once; without those that a stretch ends at."""
    found: dict[str, Street] = {}
    at = 0
    for place in _WORD.finditer(BOUND.sub(" ", text)):
        if place.start() >= at and (streets := streets_at(place.string, place.start())):
            at = streets.end
            found.update({street.words.lower(): street for street in streets.all})
    return list(found.values())
