"""States that exclude each other: open or closed, allowed or forbidden, free or paid, held or called off.

A clause of the text is laid beside the clauses of the page that are likest to it, by what they are about and
the days, hours and places they name. Where those only ever give the opposite state, the text contradicts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from flows.bulletin.facts.fact import Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Clause, Wording
from flows.bulletin.language.cues import Cued

_BOOKED = r"(?:prenota\w*|prenotazion\w|iscri\w+|appuntamento|registra\w+)"
# Each state with its opposite; a "non" before a word turns it round.
_STATES = {
    "on": (
        r"apert[oaie](?!\s+(?:anche\s+)?a\s+tutt)|apertura|apr(?:e|ono|irà|iranno|ire)|riapr\w+|riapert\w+|operativ[oaie]"
        r"|regolar(?:e|i|mente)|confermat[oaie]|garantit[oaie]|come\s+(?:sempre|di\s+consueto|al\s+solito)|funzion(?:a|ano|erà|eranno)"
        r"|(?:viene|vengono|verrà|verranno|sarà|saranno)\s+(?:ritirat|raccolt|svolt|erogat|rimoss|distribuit|recuperat)[oaie]"
        r"|(?:viene|vengono|verrà|verranno|sarà|saranno)\s+effettuat[oaie](?!\s+(?:l['’]|la\s+)?(?:interruzion|sospension|chiusur))"
        r"|si\s+(?:racco\w+|ritir\w+|effettu\w+|recuper\w+)|c['’]è\s+(?:l['’]acqua|servizio|il\s+servizio)"
        r"|può|puoi|possono|potr(?:à|anno)(?!\s+(?:verificar\w*|esser\w*|aver\w*|subir\w*|comport\w*))|potete|possibil(?:e|ità)|permess[oaie](?!\s+di)|consentit[oaie]|ammess[oaie]|accettat[oaie]|liberamente|va(?:nno)?\s+bene",
        r"chius[oaie]|chiusur[ae]|chiud(?:e|ono|erà|eranno|ere)"
        r"|sospes[oaie]|sospension[ei]|sospend\w+|annullat[oaie]|annullamento|interrott[oaie]|interruzion[ei]|soppress\w+|niente"
        r"|manc(?:a|ano|herà|heranno)|mancanza|nessun[ao]?\s+(?:raccolta|servizio|corsa)"
        r"|vietat[oaie]|vieta|vietano|diviet[oi]|proibit[oaie]|interdett[oaie]|inibit[oaie]|impossibil\w+",
    ),
    "set": (r"confermat[oaie]", r"rinviat[oaie]|rinvio|posticipat[oaie]|annullat[oaie]|sospes[oaie]"),
    "needed": (
        rf"{_BOOKED}\s+(?:(?:è|sono|online)\s+)?(?:obbligatori[oae]?|necessari[oae]?|richiest[oae])"
        rf"|(?:obbligo\s+di|necessari[oa]|obbligatori[oa]|previa|occorre|serve|bisogna|dev(?:e|i|ono))\s+(?:la\s+|una\s+|l['’]\s?)?{_BOOKED}",
        rf"(?:senza|non\s+(?:serve|occorre|bisogna|è\s+(?:necessari[oa]|obbligatori[oa]|richiest[oa]|previst[oa])))\s+(?:la\s+|alcuna\s+|nessuna\s+"
        rf"|bisogno\s+di\s+|obbligo\s+di\s+|l['’]\s?)?{_BOOKED}|{_BOOKED}\s+(?:facoltativ[oa]|non\s+(?:obbligatori[oa]|necessari[oa]|richiest[oa]))",
    ),
    "must": (
        r"dev(?:e|i|ono)|dovr(?:à|anno)|bisogna|occorr(?:e|ono)|serv(?:e|ono)|necessari[oaie]|obbligatori[oaie]|obbligo|tenut[oaie]|fondamentale|indispensabil[ei]|tassativ\w+",
        r"facoltativ[oaie]|non\s+è\s+richiest[oa]|senza\s+(?:alcun\s+)?(?:obbligo|bisogno)",
    ),
    "free": (
        r"gratuit[oaie]|gratuitamente(?!\s+a\s+disposizione)|gratis|(?:ingresso|entrata|accesso)\s+(?:è\s+)?liber[oa]|esenzione|esent[ei]|non\s+si\s+paga|nessun\s+costo|senza\s+(?:costi|pagare|spese)",
        r"a\s+pagamento|(?<!non )si\s+paga|cost(?:a|ano)\b|bigliett[oi]|(?:ingresso|quota|tariffa|retta)[^.;\n]{0,24}?(?:€|\d)",  # noqa: E501
    ),
    "valid": (
        r"val(?:e|gono|id[oaie]|idità)|applica(?:no)?",
        r"decad\w+|scadut[oaie]|(?:cess\w+\s+di\s+essere|perd\w+)\s+valid\w+",
    ),
}
_PATTERNS = {
    name: tuple(Cued(rf"(?<!\w)(?:{words})(?!\w)", re.I) for words in pair) for name, pair in _STATES.items()
}
_NOT = re.compile(r"\b(?:non|né|nessun\w*|mai|nemmeno|neanche)\s+(?:(?!solo\b)[\w'’]+\s+){0,4}$", re.I)
_CUT = re.compile(
    r";\s|:\s|\s[-–—]\s|,\s(?:ma|mentre|invece|e)\s|\s(?:mentre|ma|invece)\s|\s(?=(?:rimangono|restano|rimane|resta)\s)|[•|]"
)
_EXCEPTION = re.compile(
    r"\b(?:tranne|salvo|eccetto|esclus\w+|eccezion\w+|fatta\s+salva|derog\w+|solo|soltanto|esclusivamente|unicamente)\b",
    re.I,
)
_LINE = re.compile(r"^\s*(?:[-•–*·]|\d{1,2}[.)]|[a-z]\))\s|[;]\s*$")
_SAID = {
    "on": ("aperto, permesso o regolare", "chiuso, vietato o sospeso"),
    "set": ("confermato", "rinviato o annullato"),
    "needed": ("da prenotare", "senza prenotazione"),
    "must": ("da fare", "da non fare, o non serve"),
    "free": ("gratuito", "a pagamento"),
    "valid": ("valido", "non valido"),
}
# What closes is no door: a term, a season.
_TERM = re.compile(
    r"\b(?:iscrizion|domand|band[oi]|termin|candidatur|adesion|prenotazion|rassegn|stagion|mostr|programm|edizion|scaden)\w*",
    re.I,
)
_LEAST, _SURE = 1.4, 3  # how much two clauses share at least, and the marks that make it certain
_AS_LIKE = 0.7  # how much of the likest clause's share another must have to speak, too
_REST = 0.15  # what the rest of the sentence tells of a clause
_LONG = 420  # characters
# the stems of the states, and of what is on every page
_WORDS_OF_STATES = """
    apre chiud sospe annul rinvi inter manca vieta divie proib conse perme possi grati obbli neces preno ingre
    pagam euro regol confe garan serve occor bisog comun citta tutti orari
"""
_NO_MATTER = frozenset(_WORDS_OF_STATES.split())
_PIECES = 60  # places of a mark


@dataclass(frozen=True)
class Piece:
    """A clause with the states it gives, by name, each True or False."""

    clause: Clause
    states: dict[str, bool | None]


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Clauses of the text that give a state to what the page gives the opposite of it."""
    ours = _pieces(text)
    if not any(piece.states for piece in ours):
        return
    theirs = _pieces(source)
    by_mark: dict[str, set[int]] = {}
    for index, piece in enumerate(theirs):
        for mark in _marks(source, piece.clause):
            by_mark.setdefault(mark, set()).add(index)
    for piece in ours:
        if not any(state is not None for state in piece.states.values()):
            continue
        own = _marks(text, piece.clause)
        sentence = text.sentence_at(piece.clause.start)
        rest = _marks(text, sentence) - own
        scores: dict[int, float] = {}
        for marks, weight in ((own, 1.0), (rest, _REST)):
            for mark in marks:
                for index in list(by_mark.get(mark, ()))[:_PIECES]:
                    scores[index] = scores.get(index, 0.0) + weight / len(by_mark[mark]) ** 0.5
        best = max(scores.values(), default=0.0)
        if best < _LEAST:
            continue
        likest = [theirs[index] for index, score in scores.items() if score >= best * _AS_LIKE]
        for name, state in piece.states.items():
            if state is None:
                continue
            said = {other.states[name] for other in likest if name in other.states}
            if said != {not state} or _EXCEPTION.search(sentence.text):
                continue
            where = next(other for other in likest if other.states.get(name) is (not state))
            if len(where.clause.text) > _LONG or _EXCEPTION.search(where.clause.text):
                continue
            shared = own & _marks(source, where.clause)
            if len(shared) < min(2, len(own)):
                continue
            quote = source.quote(where.clause.start, where.clause.end)
            yield Finding(
                f"Qui è {_SAID[name][not state]}, nella pagina del sito {_SAID[name][state]}: {quote}.",
                is_certain=len(shared) >= _SURE,
            )
            break


def _pieces(wording: Wording) -> list[Piece]:
    pieces = []
    lead: dict[str, bool | None] = {}  # what a line says of the list below it: `è vietato:`
    for sentence in wording.sentences:
        cuts = [0, *(cut.start() for cut in _CUT.finditer(sentence.text)), len(sentence.text)]
        for first, last in pairwise(cuts):
            clause = Clause(sentence.text[first:last], sentence.start + first, sentence.start + last)
            own = _states(clause.text)
            if lead and _LINE.search(sentence.text) and "on" not in own:
                own |= {name: state for name, state in lead.items() if name in ("on", "must")}
            pieces.append(Piece(clause, own))
        if sentence.text.rstrip().endswith(":"):
            lead = _states(sentence.text)
        elif not _LINE.search(sentence.text):
            lead = {}
    return pieces


def _states(text: str) -> dict[str, bool | None]:
    """The states that a clause gives; None where it gives one and its opposite."""
    found: dict[str, bool | None] = {}
    for name, patterns in _PATTERNS.items():
        if name == "on" and _TERM.search(text):
            continue
        signs, rest = set(), text
        for sign, pattern in reversed(list(enumerate(patterns))):  # `cesserà di essere valida` is no `valida`
            if not pattern.may_match(rest):
                continue
            for match in pattern.finditer(rest):
                signs.add((sign == 0) is not bool(_NOT.search(text[: match.start()])))
            rest = pattern.sub(lambda match: " " * len(match[0]), rest)
        if signs:
            found[name] = signs.pop() if len(signs) == 1 else None
    return found


def _marks(wording: Wording, clause: Clause) -> set[str]:
    """What a clause is about: its stems, days, hours, sums and places, without the words of its state."""
    marks = {mark for mark, _, _ in wording.marks_between(clause.start, clause.end)}
    marks |= {
        f"place:{fact.value}"
        for fact in wording.facts_between(clause.start, clause.end)
        if fact.kind is Kind.place
    }
    return marks - _NO_MATTER
