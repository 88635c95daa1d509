"""Ceilings and floors: `fino a 15.000 euro` for `oltre 15.000 euro`, `30 giorni prima` for `30 giorni dopo`."""  # noqa: E501

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Wording

_KINDS = (Kind.amount, Kind.number, Kind.percentage)
_UNIT = r"\s*(?:ad?\s+|di\s+|i\s+|gli\s+|le\s+|ai\s+|agli\s+|euro\s+|€\s*|massim[oa]\s+)*$"
_IS = r"(?:sia|siano|essere|risulti)"
_NOT_DENIED = "".join(f"(?<!non {verb})" for verb in ("", "sia ", "siano ", "essere ", "risulti "))
_CEILING = re.compile(
    rf"(?:\bfino|\bsino|\bnon\s+(?:{_IS}\s+super\w+|super\w+|oltre|più|eccede\w*)|\bal\s+massimo|\bmassimo|\b{_NOT_DENIED}inferior\w+(?:\s+o\s+(?:ugual|par)\w+)?"
    rf"|\bsotto|\b(?<!non )(?:a\s+)?meno|\bunder|\bentro|\bpari\s+o\s+inferior\w+|\bsoglia|\btetto){_UNIT}",
    re.I,
)
_FLOOR = re.compile(
    rf"(?:\balmeno|\boltre|\b(?<!non )(?:a\s+)?più|\b{_NOT_DENIED}superior\w+(?:\s+o\s+(?:ugual|par)\w+)?|\bnon\s+(?:{_IS}\s+)?(?:inferior\w+|meno)|\bminim[oa]"  # noqa: E501
    rf"|\bover|\bsopra|\ba\s+partire\s+da\w*){_UNIT}",
    re.I,
)
_UP = re.compile(r"[^.;,\n]{0,12}?\b(?:in\s+su|o\s+più|e\s+più|e\s+oltre|ed\s+oltre|compiuti)\b", re.I)
_DOWN = re.compile(r"[^.;,\n]{0,12}?\b(?:in\s+giù|o\s+meno|al\s+massimo)\b", re.I)
_THEN = re.compile(
    r"\s*(?:giorni|ore|mesi|settimane|minuti)\s+(?:(?P<before>prima|antecedent\w+)|(?P<after>dopo|success\w+|dal(?:la|l['’])?\b))",
    re.I,
)
_BEFORE = 40  # characters
_OPPOSITE = {"ceiling": "floor", "floor": "ceiling", "before": "after", "after": "before"}
_SAID = {
    "ceiling": "un massimo",
    "floor": "un minimo",
    "before": "il tempo prima",
    "after": "il tempo dopo",
}


def limits(wording: Wording, fact: Fact) -> set[str]:
    """What a figure bounds: `ceiling` or `floor`, and whether it counts `before` or `after`."""
    before = wording.text[max(0, fact.start - _BEFORE) : fact.start]
    found = set()
    if _CEILING.search(before) or _DOWN.match(wording.text, fact.end):
        found.add("ceiling")
    elif _FLOOR.search(before) or _UP.match(wording.text, fact.end):
        found.add("floor")
    if then := _THEN.match(wording.text, fact.end):
        found.add(str(then.lastgroup))
    return found


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Figures that are a ceiling in the text and a floor on the page, and the other way round."""
    witnesses: dict[str, list[Fact]] = {}
    for fact in source.of_kind(*_KINDS):
        witnesses.setdefault(fact.value, []).append(fact)
    for fact in text.of_kind(*_KINDS):
        same = witnesses.get(fact.value, [])[:40]
        theirs = [limits(source, witness) for witness in same]
        for own in limits(text, fact):
            other = _OPPOSITE[own]
            if any(other in its for its in theirs) and not any(own in its for its in theirs):
                witness = next(one for one, its in zip(same, theirs, strict=True) if other in its)
                quote = source.quote(witness.start, witness.end)
                yield Finding(
                    f"«{fact.shown}» qui è {_SAID[own]}, nella pagina del sito {_SAID[other]}: {quote}.",
                    is_certain=all(other in its for its in theirs),
                )
