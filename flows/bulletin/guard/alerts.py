"""Alerts: the hazard, the phase and the colour that the page declares together."""

import re
from collections.abc import Iterator

from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Clause, Wording

_ALERT = re.compile(r"\b(?:allert|criticit|preallarm|allarm|attenzione|bollin)\w*", re.I)
# The words of the Dipartimento's and the Regions' bulletins.
_PHASES = {
    "attenzione": re.compile(
        r"\b(?:stato|fase|livello)\s+(?:operativ[oa]\s+)?(?:di\s+)?[«\"“]?attenzione\b", re.I
    ),
    "preallarme": re.compile(r"\bpre-?allarme\b", re.I),
    "allarme": re.compile(r"(?<!pre)(?<!pre-)\ballarme\b", re.I),
}
_HAZARDS = {
    "idrogeologico": re.compile(r"\bidro-?geologic\w+", re.I),
    "idraulico": re.compile(r"\bidraulic\w+", re.I),
    "temporali": re.compile(r"\btemporal\w+", re.I),
    "vento": re.compile(r"\bvent[oi]\b", re.I),
    "neve": re.compile(r"\bnev(?:e|icat\w+)\b", re.I),
    "ghiaccio": re.compile(r"\b(?:ghiaccio|gelo|gelate)\b", re.I),
    "caldo": re.compile(r"\b(?:cald[oe]|calore)\b", re.I),
    "valanghe": re.compile(r"\bvalang\w+", re.I),
    "incendi": re.compile(r"\bincendi\w*\s+boschiv|\bincendi\b", re.I),
    "mareggiate": re.compile(r"\bmareggiat\w+", re.I),
}

_CUT = re.compile(
    r"[.;:\n•|]|,\s(?=(?:per|e|lo|la|il)\b)|\s(?:e|mentre)\s(?=(?:lo|la|il|l['’]|per|in|stato|fase|allert\w*)\b)|\s[-–]\s"
)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Phases, colours and hazards that the page does not declare, or declares of each other."""
    if not _ALERT.search(text.text) or not _ALERT.search(source.text):
        return
    yield from _strange(text, source, _PHASES, "Fase")
    yield from _strange(text, source, _HAZARDS, "Rischio")
    declared = _declared(source.text)
    for piece in _pieces(text.text):
        phases, hazards = _pair(piece)
        if not phases or not hazards:
            continue
        of_it = [its for its in declared if its[1] & hazards and its[0]]
        if of_it and not any(its[0] & phases for its in of_it):
            phase, hazard = sorted(phases)[0], sorted(hazards)[0]
            where = next(
                (one for one in source.sentences if _pair(one.text)[1] & hazards), source.sentences[0]
            )
            yield Finding(
                f"Nella pagina del sito «{phase}» non è per il rischio «{hazard}»: {source.quote(where.start, where.end)}.",  # noqa: E501
                is_certain=len(phases) == len(hazards) == 1,
            )


def _declared(text: str) -> list[tuple[set[str], set[str]]]:
    """What each piece declares; a line of hazards alone is the heading of the line of levels below it."""
    declared: list[tuple[set[str], set[str]]] = []
    for phases, hazards in map(_pair, _pieces(text)):
        if declared and phases and not hazards and declared[-1][1] and not declared[-1][0]:
            declared[-1] = phases, declared[-1][1]
        else:
            declared.append((phases, hazards))
    return declared


def _strange(
    text: Wording, source: Wording, names: dict[str, re.Pattern[str]], label: str
) -> Iterator[Finding]:
    theirs = {name for name, pattern in names.items() if pattern.search(source.text)}
    ours = {name for name, pattern in names.items() if pattern.search(text.text)}
    if not theirs:
        return
    shown = ", ".join(sorted(theirs))
    where = _first(source, names, theirs)
    for name in sorted(ours - theirs):
        yield Finding(
            f"{label} «{name}»: la pagina del sito dice «{shown}»: {source.quote(where.start, where.end)}.",
            is_certain=True,
        )


def _first(source: Wording, names: dict[str, re.Pattern[str]], theirs: set[str]) -> Clause:
    return next(
        (one for one in source.sentences if any(names[name].search(one.text) for name in theirs)),
        source.sentences[0],
    )


def _pieces(text: str) -> list[str]:
    return [piece for piece in _CUT.split(text) if piece.strip()]


def _level_of(text: str) -> set[str]:
    found = {name for name, pattern in _PHASES.items() if pattern.search(text)}
    if re.search(r"\ballert\w+", text, re.I):
        found.add("allerta")
    return found | {
        colour for colour in ("verde", "giall", "arancio", "ross") if re.search(rf"\b{colour}\w*", text, re.I)
    }


def _pair(piece: str) -> tuple[set[str], set[str]]:
    return _level_of(piece), {name for name, pattern in _HAZARDS.items() if pattern.search(piece)}
