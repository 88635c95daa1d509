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
_BY_AND_BY = re.compile(r"\b(?:entro|fino a) \d{1,3} giorni da(?:l|lla) (?:scadenza|termine)\b", re.I)
_OF_ASKING = re.compile(r"\b(?:domand|iscrizion|iscriver|candidatur|istanz|adesion)\w*", re.I)
_PARTS = re.compile(r"[|;]")  # of a row, of a sentence
_BY = re.compile(r"\b(?:entro|fino a\w*|scad\w+|dal|all['’]|al)\b", re.I)
_ELSE = re.compile(  # what comes before or after one asks, or a term that another took the place of
    r"\b(?:graduator|ricors|reclam|rendicont|conferm|prorog|spostat|rettific|rinvi|precedent|già"
    r"|richied\w+ informazion|deliber|sedut|esit|slitt|preselezion"
    r"|prov[ae] (?:scritt|oral|pratic))",
    re.I,
)
_PAPERS = re.compile(
    r"\b(?:certificat|certificazion|attestazion|documentazion|ricevut|integra|scontrin|fattur|rimbors)", re.I
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
    if asked is None:
        return
    if _BY_AND_BY.search(asked["term"]):
        yield f"«{asked['term']}»: il giorno, il testo non lo dice."
    told, terms = calendar_days(asked["term"]), _terms(notice)
    of_day = [said for said in split(notice.source) if told & calendar_days(said)]
    is_of_paper = bool(of_day) and all(map(_is_of_paper, of_day))
    if is_of_paper or (told and terms and not told & terms):
        yield f"«{asked['term']}» nella pagina non è un termine per le domande."
    elif told and len(terms) >= _LEAST and not terms <= calendar_days(text) and not _MORE.search(text):
        yield "La pagina dice più scadenze, e il testo ne dice una per tutte."


def _terms(notice: Notice) -> frozenset[str]:
    """The last day of each sentence or row of the page that tells by when one asks."""
    parts = [part for line in split(notice.source) for part in _PARTS.split(line)]
    own = [part for part in parts if _OF_ASKING.search(part) and _BY.search(part)]
    if head := _HEAD.search(notice.source):
        own += [row for row in notice.source[head.end() :].splitlines()[1:] if "|" in row]
    days = (sorted(calendar_days(line)) for line in own if not (_ELSE.search(line) or _is_of_paper(line)))
    return frozenset(found[-1] for found in days if found)


def _is_of_paper(said: str) -> bool:
    """Whether a term is a certificate's: `certificazione da allegare alla domanda, entro il 3 marzo`.

    It is the call's in `Le domande con la certificazione si presentano entro il 3 marzo`.
    """
    paper, asking = _PAPERS.search(said), _OF_ASKING.search(said)
    return paper is not None and (asking is None or paper.start() < asking.start())
