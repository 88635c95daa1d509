"""What a page sets against each other: a road's sides and what is closed, the first child and the next."""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Wording

_PAIRS = (("nord", "sud"), ("est", "ovest"), ("destr", "sinistr"), ("pari", "dispari"))
_AGAINST = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
_SIDE = re.compile(r"\b(?P<side>nord|sud|est|ovest|destr(?=[oa]\b)|sinistr(?=[oa]\b)|pari|dispari)", re.I)
_STATE = re.compile(
    r"\b(?:(?P<shut>chius\w+|vietat\w+|interdett\w+|sospes\w+)|apert\w+|viaggia\w*|doppio senso|due sensi"
    r"|percorribil\w+)\b",
    re.I,
)
_TURN = re.compile(r"\b(?P<next>dopo il primo|successiv[oi]|second[oa])\b|\b(?P<first>prim[oa])\b", re.I)
_REACH = 60  # characters before a side where its state stands


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Sides and turns that the text gives what the page gives to their opposite."""
    ours, theirs = _states(text), _states(source)
    for side, states in ours.items():
        its, others = theirs.get(side, {}), theirs.get(_AGAINST[side], {})
        for state in states.keys() - its.keys():
            if its and state in others:
                start, end = others[state]
                yield Finding(
                    f"«{side}»: nella fonte è il contrario: {source.quote(start, end)}.", is_certain=True
                )
    given = _turns(source)
    for turn, amounts in _turns(text).items():
        other = given.get("first" if turn == "next" else "next", {})
        for amount in amounts.keys() - given.get(turn, {}).keys():
            if given.get(turn) and amount in other:
                start, end = other[amount]
                yield Finding(
                    f"«{amount}» nella fonte è di un altro: {source.quote(start, end)}.", is_certain=True
                )


def _states(wording: Wording) -> dict[str, dict[str, tuple[int, int]]]:
    """For each side whether it is shut or open, and where that is said: the state named last before it."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for match in _SIDE.finditer(wording.text):
        before = wording.text[max(0, match.start() - _REACH) : match.start()]
        named = list(_STATE.finditer(before.rpartition(". ")[2]))
        if named:
            state = "shut" if named[-1]["shut"] else "open"
            found.setdefault(match["side"].lower(), {})[state] = match.span()
    return found


def _turns(wording: Wording) -> dict[str, dict[str, tuple[int, int]]]:
    """The amounts of the first and of those after it: the turn named nearest, in the piece up to the next."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    amounts = wording.of_kind(Kind.amount)
    for clause in wording.clauses:
        within = [fact for fact in amounts if clause.start <= fact.start < clause.end]
        for place, fact in enumerate(within):
            end = within[place + 1].start if place + 1 < len(within) else clause.end
            after = _TURN.search(wording.text, fact.end, end)
            before = _TURN.search(wording.text, clause.start, fact.start) if place == 0 else None
            if turn := after or before:
                found.setdefault("next" if turn["next"] else "first", {})[fact.value] = (fact.start, fact.end)
    return found
