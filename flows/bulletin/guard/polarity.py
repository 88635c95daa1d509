"""Yes and no: what the page forbids, denies or excepts, and a text allows, affirms or includes."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.stems import tokens
from flows.bulletin.guard.wording import Clause, Wording

# "non" and its like deny what follows; a ban, an end, an exception colours its whole clause.
_NOT = re.compile(r"\b(?:non(?!\s+(?:oltre|sol[oa]|soltanto|più|meno|superior\w+|inferior\w+|prima|appena)\b)|senza|nessun\w*|né|mai)\b", re.I)
_BAN = re.compile(
    r"\b(?:viet\w+|diviet\w*|proib\w+|interdi\w+|inibi\w+|impossibil\w+|inutilizzabil\w+|sospes\w+|sospension\w+"
    r"|sospend\w+|annull\w+|revoca\w*|esclus\w*|esclud\w+|salvo|tranne|eccetto|eccezione|fatta\s+salva|evit\w+|chius\w+|chiud\w+"
    r"|interrott\w+|interruzion\w+|manca\w*|priv\w+|cess\w+|smett\w+|niente|esent\w+|stop|rinvi\w+|solo|soltanto"
    r"|esclusivamente|unicamente|nemmeno|neanche|neppure|rifiut\w+|nega\w*|scad\w+|decad\w+|termin\w+|contrari\w+)\b",
    re.I,
)
_HARD_BAN = re.compile(
    r"\b(?:vietat\w+|diviet\w*|proib\w+|interdi\w+|inibi\w+|sospes\w+|sospension\w+|annullat\w+|esclus[oaie])\b", re.I
)
_INCLUDED = re.compile(r"\b(?:compres[oaie]|inclus[oaie]|anche)\b", re.I)
_SCOPE = 3  # words after a "non"
_STOP = re.compile(r"[,.;:!?()\n]|\s(?:ma|e|o|perché|se)\s")
_SHORT = 4  # letters: `aprilo` and `aprirlo`
_SHARE = 0.5


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Clauses of the text that say yes where the page says no, or no where it says yes."""
    for sentence in text.sentences:
        stems = sentence.stems
        if len(stems) < 2:
            continue
        likest = source.likest(stems)
        if not likest or likest[0][0] < _SHARE:
            likest = [found for found in likest if found[0] >= 0.34][:2]
        denied, said = _parted(sentence.text)
        soft = bool(_BAN.search(sentence.text))
        for _, clause in likest[:3]:
            whole = source.sentence_at(clause.start)
            context = whole if len(whole.text) < 300 else clause
            if found := _contradiction(sentence.text, denied, said, soft, clause, context, source):
                yield found
                break


def _contradiction(
    sentence: str, denied: set[str], said: set[str], soft: bool, clause: Clause, context: Clause, source: Wording
) -> Finding | None:
    its_denied, its_said = _parted(clause.text)
    quote = source.quote(clause.start, clause.end)
    if not soft and not denied:
        lost = {word for word in said & its_denied - its_said if not _elsewhere(word, clause, source, yes=True)}
        if lost:
            return Finding(f"La fonte nega o vieta quello che il testo afferma: {quote}.", is_certain=len(lost) > 1)
    banned = _banned(clause.text) & said
    if len(banned) > 1 and not denied and not _HARD_BAN.search(sentence):
        if sum(not _elsewhere(word, clause, source, yes=True) for word in banned) > 1:
            return Finding(f"Nella fonte c'è un divieto o un'esclusione: {quote}.")
    added = {word for word in denied & its_said - its_denied if not _elsewhere(word, clause, source, yes=False)}
    lead = source.text[max(0, context.start - 600) : context.start]
    if added and not _BAN.search(context.text) and not _NOT.search(context.text) and not _HARD_BAN.search(lead):
        return Finding(f"Il testo nega quello che la fonte afferma: {quote}.", is_certain=len(added) > 1)
    return None


def _parted(text: str) -> tuple[set[str], set[str]]:
    """The words that a clause denies, and the others, short."""
    words = tokens(text)
    starts = [start for _, start, _ in words]
    denied_at: set[int] = set()
    for match in _NOT.finditer(text):
        stop = _STOP.search(text, match.end())
        last = stop.start() if stop else len(text)
        first = bisect_left(starts, match.end())
        reach = 1 if match[0].lower() == "senza" else _SCOPE
        denied_at |= {index for index in range(first, min(first + reach, len(words))) if starts[index] < last}
    for match in re.finditer(r"\besclus[oaie]\b", text, re.I):
        before = bisect_left(starts, match.start())
        denied_at |= set(range(max(0, before - 1), before))
    denied = {words[index][0][:_SHORT] for index in denied_at}
    said = {token[:_SHORT] for index, (token, _, _) in enumerate(words) if index not in denied_at}
    return denied, said - denied


def _banned(text: str) -> set[str]:
    match = _HARD_BAN.search(text)
    return {token[:_SHORT] for token, start, _ in tokens(text) if match and start > match.end()}


def _elsewhere(word: str, clause: Clause, source: Wording, *, yes: bool) -> bool:
    """Whether the page, outside of `clause`, says (or denies) the word too."""
    at = 0
    for token, indices in source.by_stem.items():
        if not token.startswith(word):
            continue
        for index in indices:
            other = source.clauses[index]
            if other is clause or (other.start <= clause.start and clause.end <= other.end):
                continue
            at += 1
            if at > 12:
                return True
            denied, said = _parted(other.text)
            if word in (said if yes else denied):
                return True
    return False
