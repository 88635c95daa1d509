"""What a page sets against each other: a road's sides and what is closed, the first child and the next."""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Wording
from flows.bulletin.language.cues import Cued

_PAIRS = (("nord", "sud"), ("est", "ovest"), ("destra", "sinistra"), ("pari", "dispari"))
_AGAINST = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
_SIDE = Cued(r"\b(?P<side>nord|sud|est|ovest|destra|sinistra|pari(?!\sa\b)|dispari)\b", re.I)
_SHUT = Cued(r"\b(?:chius\w+|vietat\w+|interdett\w+|sospes\w+)", re.I)
_OPEN = re.compile(r"\b(?:apert\w+|viaggia\w*|doppio senso|due sensi|percorribil\w+)", re.I)
_NOT = re.compile(r"\bnon\b", re.I)
_PIECE = re.compile(r"[,;.]\s|\s(?:e|ed|mentre|invece)\s|\n")
_CHILD = r"(?:figli\w*|bambin\w*|minor\w*|nat[oi])"
_TURN = Cued(
    rf"\b(?:(?P<next>(?:ogni {_CHILD},? )?dopo il primo|(?:second[oi]|successiv[oi]) {_CHILD}"
    rf"|{_CHILD} successiv[oi])"
    rf"|(?P<first>primo {_CHILD}))\b",
    re.I,
)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Sides and turns that the text gives what the page gives to their opposite."""
    ours = _states(text)
    theirs = _states(source) if ours else {}
    for side, states in ours.items():
        its, others = theirs.get(side, {}), theirs.get(_AGAINST[side], {})
        for state in states.keys() - its.keys():
            if its and state in others:
                quote = source.quote(*others[state])
                yield Finding(f"«{side}»: nella pagina del sito è il contrario: {quote}.", is_certain=True)
    told = _turns(text)
    given = _turns(source) if told else {}
    for turn, amounts in told.items():
        its, others = given.get(turn, {}), given.get("first" if turn == "next" else "next", {})
        for amount in amounts.keys() - its.keys():
            if its and amount in others:
                quote = source.quote(*others[amount])
                yield Finding(f"«{amount}» nella pagina del sito è di un altro: {quote}.", is_certain=True)


def _states(wording: Wording) -> dict[str, dict[str, tuple[int, int]]]:
    """For each side whether it is shut or open, and where: pieces that name one side and one state."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    ends = [*(match.start() for match in _PIECE.finditer(wording.text)), len(wording.text)]
    start = 0
    for end in ends:
        piece = wording.text[start:end]
        sides = {match["side"].lower() for match in _SIDE.finditer(piece)}
        states = [name for name, pattern in (("shut", _SHUT), ("open", _OPEN)) if pattern.search(piece)]
        if len(sides) == len(states) == 1 and not _NOT.search(piece):
            found.setdefault(sides.pop(), {})[states[0]] = (start, end)
        start = end
    return found


def _turns(wording: Wording) -> dict[str, dict[str, tuple[int, int]]]:
    """The amounts of the first child and of those after it, of pieces that name one turn and one amount."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    amounts = wording.of_kind(Kind.amount)
    ends = [
        *(match.start() for match in re.finditer(r";|\.\s|\n|\se\s(?=(?:di\s)?\d)|,\s(?=\d)", wording.text))
    ]
    start = 0
    for end in (*ends, len(wording.text)):
        within = [fact for fact in amounts if start <= fact.start < end]
        turns = {match.lastgroup or "" for match in _TURN.finditer(wording.text, start, end)}
        if len(within) == len(turns) == 1:
            fact = within[0]
            found.setdefault(turns.pop(), {})[fact.value] = (fact.start, fact.end)
        start = end
    return found
