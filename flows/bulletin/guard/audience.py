"""Who may: a text may not say "tutti" where the page gives a condition."""

import re
from collections.abc import Iterator

from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Clause, Wording

_EVERYBODY = re.compile(
    r"\b(?:(?:per|a|da)\s+tutt[ie]|tutt[ie]\s+(?:i|le|gli)\s+(?:(?:resident|cittadin|genitor|minor|ragazz|bambin|giovan|anzian|student|alunn|lavorator|propriet|utent|adult)\w*|famiglie|donne|persone|imprese)|chiunque|basta\s+\w+|anche\s+(?:(?:ai?|i|per)\s+)?non\s+residenti"
    r"|adulti\s+e\s+bambini|grandi\s+e\s+piccoli|senza\s+limiti|di\s+ogni\s+età|tutta\s+la\s+(?:cittadinanza|popolazione))\b",
    re.I,
)
_CONDITION = re.compile(
    r"\b(?:da\s+almeno|almeno\s+\d+|isee|età\s+(?:compresa|minima|superiore|inferiore|pari)|over\s+\d\d|ultra\w+|maggiorenn\w+|minorenn\w+"
    r"|(?:dai?|dagli)\s+\d+\s+(?:ai\s+\d+\s+)?anni|(?:di|da|oltre|sopra|sotto|compiut\w+)\s+(?:i\s+|gli\s+)?\d+\s+anni"
    r"|\d+\s+anni\s+(?:in\s+su|compiuti|e\s+oltre)|resident[ei]|iscritt[ie]\s+(?:a|all)\w*|titolar[ei]|proprietar[ie]|in\s+possesso"
    r"|requisit\w+|riservat\w+|esclusivamente|solo\s+(?:per|a|ai|agli|chi)|disabil\w+|invalid\w+|pensionat\w+|disoccupat\w+"
    r"|alunni\s+(?:di|dell)\w+)\b",
    re.I,
)


_CHILD = re.compile(r"\b(?:bambin[oaie]|ragazzin[oi]|bimb[oaie]|grandi\s+e\s+piccoli)\b", re.I)
_GROWN_UP = re.compile(
    r"\b(?:età\s+minima[^.;\n]{0,40}?(?:1[4-9]|[2-9]\d)\s+anni|maggiorenn\w+|vietat\w+\s+ai\s+minori)", re.I
)
_FREE_FOR_SOME = re.compile(r"\bgratuit[oaie]\s+(?:sotto|fino|per\s+(?:i|gli|le)\b)[^.;\n)]{0,40}", re.I)
_PRICE = re.compile(r"€|\beuro\b", re.I)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Sentences of the text for everybody, of something that the page gives under a condition."""
    for sentence in text.sentences:
        yield from _too_young(sentence, source)
        yield from _all_pay(sentence, source)
        for match in _EVERYBODY.finditer(sentence.text):
            words = " ".join(match[0].lower().split())
            if words in " ".join(source.text.lower().split()):
                continue
            if _everybody_near(sentence.stems, source):
                continue
            for _, clause in source.likest(sentence.stems, least=2):
                whole = source.sentence_at(clause.start)
                place = whole if len(whole.text) < 400 else clause
                found = _CONDITION.search(place.text)
                told = {m[0].lower() for m in _CONDITION.finditer(sentence.text)}
                if found and found[0].lower() not in told:
                    where = place.start + found.start()
                    yield Finding(
                        f"«{words}»: la fonte pone una condizione: {source.quote(where, where + len(found[0]))}."  # noqa: E501
                    )
                    return


def _too_young(sentence: Clause, source: Wording) -> Iterator[Finding]:
    """Children named where the page asks for an age that they have not."""
    child, age = _CHILD.search(sentence.text), _GROWN_UP.search(source.text)
    if child and age and not _CHILD.search(source.text):
        yield Finding(f"«{child[0]}»: la fonte chiede un'età: {source.quote(*age.span())}.")


def _all_pay(sentence: Clause, source: Wording) -> Iterator[Finding]:
    """One price for all where the page lets some in for nothing."""
    free = _FREE_FOR_SOME.search(source.text)
    if free and re.search(r"\bper\s+tutt[ie]\b", sentence.text, re.I) and _PRICE.search(sentence.text):
        yield Finding(f"La fonte dice chi non paga: {source.quote(*free.span())}.", is_certain=True)


def _everybody_near(stems: frozenset[str], source: Wording) -> bool:
    return any(
        _EVERYBODY.search(clause.text) and not _CONDITION.search(clause.text)
        for _, clause in source.likest(stems)[:3]
    )
