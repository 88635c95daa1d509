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
_INTEGRATED = re.compile(
    r"\b(?:document\w+|dati) (?:mancant|integrativ)\w+|\brichiesta di integrazione\b", re.I
)
_HEAD = re.compile(r"^\|?[^\n]*\b(?:scadenz|termin|domande)\w*[^\n]*\|[^\n]*$", re.I | re.M)
_BARE = re.compile(r"(?:^|(?<=[.] ))(?:Accettat|Ammess|Consentit|Previst)[oaie]\b[^.]{0,30}")
_MORE = re.compile(r"\b(?:scadenze|termini|date|giorni)\b[^.]* nella pagina", re.I)
_LEAST = 2
_OF_A_GROUP = re.compile(  # `per la maturità si inviano entro il 31`, `le associazioni: PEC, entro il 10`
    r"^\W*(?:per\s(?:i|gli|le|la|il|chi|l['’])\b|quell[ie]\b|(?:le\s)?(?:domande|iscrizioni)\s(?:per|di)\b"
    r"|gli\selaborati\b|(?:i|gli|le)\s[a-zà-ù]+:|(?:online|allo\ssportello|via\spec|a\smano):)",
    re.I,
)
_SENT = re.compile(
    r"\b(?:inviano|spedi\w+|consegn\w+|present\w+|trasmett\w+|pec|sportello|online|modulo)\b", re.I
)
_TIME = re.compile(r"\bc'è tempo\b[^.]*", re.I)
_OTHER_DEED = re.compile(
    r"\b(?:pag(?:a|ano|are|at[aeio])|vers(?:a|ano|are)|spend\w+|restitu\w+|ritir\w+)\b", re.I
)
_IN_ONE_OF_PARTS = re.compile(r"\bunica (?:soluzione|rata)\b", re.I)
_RATES = re.compile(r"\brat[ae]\b", re.I)
_LABELLED = re.compile(r"\W*(?:scadenza|termine)\s?:", re.I)
_INSTEAD = re.compile(  # `Le associazioni inviano invece le osservazioni via PEC entro il 30 giugno`
    r"(?:i|gli|le|per i|per gli|per le)\s[^.;:]{3,80}?\binvece\b", re.I
)
_ASKING = re.compile(r"\b(?:puoi|possono|c'è tempo|entro|domand\w+|iscri\w+)\b", re.I)
_PUT_OFF = re.compile(
    r"\b(?:è|sono|viene|vengono) (?:stat[oaie] )?(?:prorogat|spostat|posticipat|differit)[oaie]\b", re.I
)


def several_terms(text: str, notice: Notice) -> Iterator[str]:
    """Why one who asks by the day that a text tells may come too late: Italian sentences, for the editor."""
    if match := _BARE.search(text):
        yield f"«{match[0]}»: di che cosa, il testo non lo dice."
    yield from _of_another_deed(text, notice)
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


def leaves_group(text: str, notice: Notice) -> bool:
    """Whether of several groups, each with a term of its own, a text tells the term of some."""
    told = calendar_days(text)
    for line in split(notice.source):
        apart = calendar_days(line) if _INSTEAD.match(line) and _BY.search(line) else frozenset[str]()
        if apart and not apart & told and _ASKING.search(text) and told and not _MORE.search(text):
            return True
    days = _terms_of_groups(notice)
    return len(days) >= _LEAST and not told.isdisjoint(days) and not days <= told and not _MORE.search(text)


def _terms_of_groups(notice: Notice) -> frozenset[str]:
    found: list[str] = []
    for line in split(notice.source):
        for part in filter(_OF_A_GROUP.match, _PARTS.split(line)):
            is_asking = _SENT.search(part) or _OF_ASKING.search(line)
            if _BY.search(part) and is_asking and not _ELSE.search(part):
                found += sorted(calendar_days(part))[-1:]
    return frozenset(found)


def _of_another_deed(text: str, notice: Notice) -> Iterator[str]:
    """A term of paying or fetching told as if one asked by it; one that was put off; one of several parts."""
    told = calendar_days(text)
    parts = [part for line in split(notice.source) for part in _PARTS.split(line)]
    if match := _TIME.search(text):
        its = [part for part in parts if calendar_days(match[0]) & calendar_days(part)]
        if its and all(_OTHER_DEED.search(part) and not _OF_ASKING.search(part) for part in its):
            yield f"«{match[0]}»: per che cosa, il testo non lo dice."
    for line in split(notice.source):
        if put_off := _PUT_OFF.search(line):
            before, after = calendar_days(line[: put_off.start()]), calendar_days(line[put_off.end() :])
            if before and after and before & told and not after & told:
                yield f"Il testo dice la scadenza di prima: la pagina dice «{line}»."
        days = calendar_days(line) if _LABELLED.match(line) else frozenset[str]()
        if days and not days & told and _BY.search(text) and told and not _MORE.search(text):
            yield f"Manca la scadenza: la pagina dice «{line}»."
    if _IN_ONE_OF_PARTS.search(text):
        days = frozenset[str]().union(*(calendar_days(line) for line in parts if _RATES.search(line)))
        if len(days) >= _LEAST and len(days & told) < _LEAST and not re.search(r"\brate\b", text):
            yield "Il testo dice entro quando si paga tutto, e non le rate."


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
    if _INTEGRATED.search(said):
        return True
    paper, asking = _PAPERS.search(said), _OF_ASKING.search(said)
    return paper is not None and (asking is None or paper.start() < asking.start())
