"""One term of several told as if it were that of all, or a day that is no term of the call at all.

Two registers, three lines of one grant, four services of a school: each has its own, and whoever reads the
first for all of them is late.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.told_slots import calendar_days

_ASKED_BY = re.compile(
    r"\b(?:puoi (?:chiedere|fare|candidarti|iscriverti|presentare)|accettat[ei]|c'è tempo|domande"
    r"|iscrizioni)\b[^.]*?(?P<term>\b(?:entro|fino a\w*)\b[^.]*)",
    re.I,
)
_OF_ASKING = re.compile(r"\b(?:domand|iscrizion|iscriver|candidatur|istanz|adesion)\w*", re.I)
_PARTS = re.compile(r"[|;]")  # of a row, of a sentence
_BY = re.compile(r"\b(?:entro|fino a\w*|scad\w+|dal|all['’]|al)\b", re.I)
_ELSE = re.compile(  # what comes before or after one asks, or a term that another took the place of
    r"\b(?:graduator|ricors|reclam|rendicont|rimbors|fattur|ricevut|certificat|certificazion|attestazion|integra"
    r"|conferm|prorog|spostat|rettific|rinvi|precedent|già|richied\w+ informazion|deliber|sedut|esit)",
    re.I,
)
_HEAD = re.compile(r"^\|?[^\n]*\b(?:scadenz|termin|domande)\w*[^\n]*\|[^\n]*$", re.I | re.M)
_BARE = re.compile(r"(?:^|(?<=[.] ))(?:Accettat|Ammess|Consentit|Previst)[oaie]\b[^.]{0,30}")
_MORE = re.compile(r"\b(?:scadenze|termini|date|giorni)\b[^.]* nella pagina", re.I)
_LEAST = 2


def several_terms(text: str, notice: Notice) -> Iterator[str]:
    """Why one who asks by the day that a text tells may come too late: Italian sentences, for the editor."""
    if match := _BARE.search(text):
        yield f"«{match[0]}»: di che cosa, il testo non lo dice."
    asked = _ASKED_BY.search(text)
    told = calendar_days(asked["term"]) if asked else frozenset()
    terms = _terms(notice)
    if not asked or not told or not terms:
        return
    if not told & terms:
        yield f"«{asked['term']}» nella pagina non è un termine per le domande."
    elif len(terms) >= _LEAST and not terms <= calendar_days(text) and not _MORE.search(text):
        yield "La pagina dice più scadenze, e il testo ne dice una per tutte."


def _terms(notice: Notice) -> frozenset[str]:
    """The last day of each sentence or row of the page that tells by when one asks."""
    lines = [said for line in notice.source.splitlines() for said in split(line)]
    parts = [part for line in lines for part in _PARTS.split(line)]
    own = [part for part in parts if _OF_ASKING.search(part) and _BY.search(part)]
    if head := _HEAD.search(notice.source):
        own += [row for row in notice.source[head.end() :].splitlines()[1:] if "|" in row]
    days = (sorted(calendar_days(line)) for line in own if not _ELSE.search(line))
    return frozenset(found[-1] for found in days if found and found[-1][:1].isdigit())
