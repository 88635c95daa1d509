"""Exceptions of the page that a text puts in: `tutti i giorni` for `tranne il lunedì`, `anche i soci`."""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.weekly import expressions
from flows.bulletin.guard.wording import Clause, Wording

_LEFT_OUT = re.compile(
    r"\b(?:tranne|salvo|eccetto|esclus[oaie]|ad\s+(?:eccezione|esclusione)\s+d\w+|con\s+l['’]\s?e(?:sclusione|ccezione)\s+d\w+"
    r"|non\s+si\s+applica\w*\s+\w+|non\s+vale\s+\w+|f(?:arà|anno|a)\s+eccezione)\b",
    re.I,
)
_PUT_IN = re.compile(
    r"\b(?:anche|compres[oaie]|inclus[oaie]|pure|persino|neanche|nemmeno|neppure)\b(?!\s+(?:se|in)\b)", re.I
)
_INCLUDED = re.compile(
    r"(?:compres|inclus)[oaie]", re.I
)  # `domeniche comprese`: what is put in stands before
_EVERY_DAY = re.compile(
    r"\b(?:tutti\s+i\s+giorni|ogni\s+giorno|sempre|sette\s+giorni\s+su\s+sette|tutta\s+la\s+settimana)\b",
    re.I,
)
_APPLIES = re.compile(r"\b(?:val(?:e|gono)|si\s+applica\w*)\b", re.I)
_NOT = re.compile(r"\bnon\b", re.I)
_WHEN = re.compile(r"(?:il|la|di|al|nel)\s+(?:pomeriggio|mattin\w|sera|notte)\b", re.I)
_TIMES = frozenset({"pomer", "matti", "sera", "notte", "orari", "setti"})
_REACH, _BESIDE, _BEFORE = 80, 40, 24  # characters behind an exception, an "anche", before a "compreso"


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Sentences of the text that put in what the page leaves out."""
    exceptions = list(_LEFT_OUT.finditer(source.text))
    for sentence in text.sentences:
        found = next(filter(None, (_put_in(sentence, match, text, source) for match in exceptions)), None)
        if found:
            yield found


def _put_in(sentence: Clause, exception: re.Match[str], text: Wording, source: Wording) -> Finding | None:
    """`anche il lunedì`, `tutti i giorni` where the page says `tranne il lunedì`."""
    if _LEFT_OUT.search(sentence.text):
        return None
    whole = source.sentence_at(exception.start())
    last = min(exception.end() + _REACH, whole.end)
    behind = source.text[exception.end() : last]
    days = next((one.days for one in expressions(behind) if one.start < _BESIDE), frozenset())
    stems = {
        stem
        for stem, _, _ in source.tokens_between(exception.end(), min(whole.end, exception.end() + 2 * _REACH))
    }
    quote = source.quote(*exception.span())
    if days and _EVERY_DAY.search(sentence.text) and len(sentence.stems & whole.stems) > 1:
        return Finding(f"Manca l'eccezione che la pagina del sito fa: {quote}.")
    stems -= _TIMES
    places = {
        fact.value for fact in source.facts_between(exception.end(), whole.end) if fact.kind is Kind.place
    }
    told = {
        fact.value for fact in text.facts_between(sentence.start, sentence.end) if fact.kind is Kind.place
    }
    if places & told and _APPLIES.search(sentence.text) and not _NOT.search(sentence.text):
        return Finding(f"La pagina del sito lo esclude: {quote}.", is_certain=True)
    for match in _PUT_IN.finditer(sentence.text):
        near = sentence.text[match.end() : match.end() + _BESIDE]
        before = sentence.text[max(0, match.start() - _BESIDE) : match.start()]
        piece = before[-_BEFORE:] if _INCLUDED.fullmatch(match[0]) else near
        if _WHEN.match(piece.lstrip()):
            continue  # `lavora anche il pomeriggio`: it puts in a time, nobody
        its_days = next((one.days for one in expressions(piece)), frozenset())
        if (days and days & its_days) or (not days and Clause(piece, 0, len(piece)).stems & stems):
            return Finding(f"La pagina del sito lo esclude: {quote}.", is_certain=True)
    return None
