"""Whether the term that a text tells is that of the notice's own request, and not of another on its page.

`La domanda di rimborso va presentata entro il 3 maggio.` below the enrolments to a canteen,
`VOTO A DOMICILIO. Domanda entro lunedì 3 maggio.` on the page of an election.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.sections import other_matters
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.frames.prose.lines import lines

_OF_ANOTHER = re.compile(
    r"Per\s(?:le|la|i|il|gli|l['’]|chi|coloro)\s?[^.;]{0,60}?"
    r"\b(?P<what>esenzion|riduzion|agevolazion|rimbors|disdett|rinunc|cancellazion)\w*",
    re.I,
)
_ITS_OWN = re.compile(  # `I buoni sono rimborsati: la richiesta va presentata entro il 3`
    r"\b(?P<what>rimborsat|esentat|esonerat|restituit)\w*\b[^.;:]{0,40}[:;,]\s(?:la|le|l['’])\s?(?:domand|richiest|istanz)[ae]\s",
    re.I,
)
_ASK = re.compile(r"Puoi (?:fare domanda|iscriverti|candidarti|aderire)(?: online)? (?:entro|fino|dal)\b")
_ASKS_FOR = re.compile(
    r"\b(?:domand|iscrizion|candidatur|adesion)\w*\s(?:per|al?|alla|allo|agli|ai|alle)\s(?P<what>[^\s,.;]+(?:\s[^\s,.;]+){0,2})",
    re.I,
)
_BOTH = re.compile(r"\b(?P<one>\w{5,})\s(?:\w+\s)?e\s(?P<other>\w{5,})\b", re.I)
_HEADING = re.compile(r"^#{1,4}\s(?P<words>[^\n]+)$", re.M)
_COMMAS = 2  # of such a title
_TERM = re.compile(r"\b(?:entro|c'è tempo|fino al|fino all)\b", re.I)
_ASKED = re.compile(r"(?:La|Le|L['’])\s?(?:domand|richiest|istanz)[ae]\s(?!(?:per|di)\b)", re.I)


def of_another(text: str, notice: Notice) -> Iterator[str]:
    """What tells the editor that a term of `text` is that of another request, or of none that it names."""
    if _asks_for_nothing(text, notice):
        yield "Il testo non dice per che cosa si fa domanda."
    if _is_of_half(text, notice):
        yield "Il termine vale per una sola delle due cose del titolo."
    if line := _line_of_another(text, notice):
        yield f"Il termine è di un'altra domanda: la pagina dice «{line}»."


def _is_of_half(text: str, notice: Notice) -> bool:
    """Whether the term that a text gives to both things of its title stands below the heading of one of them:
    `Sterilizzazione e microchip`, and below `Contributo per la sterilizzazione` until when one asks for it.
    """
    both = _BOTH.search(notice.title)
    asked = next((one for one in split(text) if _TERM.search(one) and figures(one)), "")
    halves = [stems(both[name]) for name in ("one", "other")] if both else []
    if not asked or not halves or sum(bool(half & stems(asked)) for half in halves) == 1:
        return False
    heads = list(_HEADING.finditer(notice.source))
    ends = [head.start() for head in heads[1:]] + [len(notice.source)] * bool(heads)
    below = [
        (stems(head["words"]), figures(notice.source[head.end() : end]))
        for head, end in zip(heads, ends, strict=True)
    ]
    named = [[days for words, days in below if half & words] for half in halves]
    told = figures(asked)
    return all(named) and sum(any(told & days for days in its) for its in named) == 1


def _asks_for_nothing(text: str, notice: Notice) -> bool:
    """Whether a text bids to ask by a day without word of what for, on a page whose title names several
    matters.
    """
    asked = next((one for one in split(text) if _ASK.match(one)), "")
    if not asked or notice.title.count(",") < _COMMAS:
        return False
    said = [found["what"] for one in notice.prose if (found := _ASKS_FOR.search(one))]
    return bool(said) and not any(stems(what) & stems(text) for what in said)


def _line_of_another(text: str, notice: Notice) -> str:
    """The line about another request than the notice's, where `text` tells the term that stands behind it."""
    for line, (before, what) in of_other_requests(notice).items():
        if figures(line) & figures(text) and what not in text.lower():
            return before
    terms = [one for one in split(text) if _TERM.search(one)]
    for label, said in other_matters(notice.source, notice.title):
        if any(figures(one) & figures(said) and not stems(label.lower()) & stems(one) for one in terms):
            return said
    return ""


def of_other_requests(notice: Notice) -> dict[str, tuple[str, str]]:
    """The lines with the term of another request than the notice's: what is said before, and its noun."""
    page = lines(notice)[1:]
    found: dict[str, tuple[str, str]] = {}
    for before, line in pairwise(page):
        other = _OF_ANOTHER.match(before) if _ASKED.match(line) else None
        if other is None or other["what"].lower() in notice.title.lower():
            continue
        elsewhere = frozenset[str]().union(*(figures(one) for one in page if one != line))
        if figures(line) and not figures(line) & elsewhere:
            found[line] = (before, other["what"].lower())
    for line in page:
        own = _ITS_OWN.search(line)
        if own and own["what"][:6].lower() not in notice.title.lower():
            found[line] = (line, own["what"][:6].lower())
    return found
