"""Who may: a text may not say "tutti" where the page gives a condition."""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.stems import stems
from flows.bulletin.guard.wording import Clause, Wording
from flows.bulletin.language.cues import Cued

_TIMES = (
    r"(?:giorn|ser[ae]|settiman|mattin|pomerigg|domenic|sabat|luned|marted|mercoled|gioved|venerd|ann[io]|mes[ei]|or[ae]\b|dettagl|inform|info"
    r"|requisit|dat[ae]\b|orari|altr|document|titol|modul|indicazion|region|novit|event|appuntament|spettacol|incontr)"
)
_EVERYBODY = Cued(
    rf"\b(?:(?:per|a|da|di)\s+tutt[ie](?!\s+(?:i|le|gli)\b)|tutt[ie]\s+(?:i|le|gli|quelli)\s+(?!{_TIMES})\w+|tutt[ie](?=\s*[.,;)]|\s+(?:può|possono|devono"
    r"|pagano|hanno|sono\s+invitat|allegano|portano|ricevono|avranno))|chiunque|ognuno|basta\s+\w+|anche\s+(?:(?:ai?|i|per|di\s+chi|chi)\s+)?non\s+\w+"
    r"|anche\s+(?:se\s+)?minorenn\w+|adulti\s+e\s+bambini|grandi\s+e\s+piccoli|senza\s+(?:limit\w+|requisit\w+|condizion\w+|distinzion\w+)"
    r"|(?:di|a)\s+(?:ogni|qualsiasi|qualunque)\s+(?:età|reddito)|(?:qualunque|qualsiasi)\s+(?:sia|siano|età|isee|reddito|comune|numero|residenza|provenienza|veicolo)"
    r"|(?:con|di|in)\s+(?:qualunque|qualsiasi)|indipendentemente|tutta\s+la\s+(?:cittadinanza|popolazione|città))\b",
    re.I,
)
_CONDITION = re.compile(
    r"\b(?:da\s+almeno|almeno|isee|età\s+(?:compresa|minima|superiore|inferiore|pari)|over\s+\d\d|under\s+\d\d|ultra\w+|maggiorenn\w+|minorenn\w+"
    r"|(?:dai?|dagli|fra|tra)\s+(?:i\s+)?\d+\s+(?:(?:ai?|agli|e)\s+(?:i\s+)?\d+\s+)?anni|(?:di|da|oltre|sopra|sotto|compiut\w+|compresa\s+tra)\s+(?:i\s+|gli\s+)?\d+(?:\s+(?:e|a)\s+\d+)?\s+anni"
    r"|\d+\s*[-–]\s*\d+\s+anni|\d+\s+anni\s+(?:in\s+su|compiuti|e\s+oltre)|resident[ei]|iscritt[ie]\s+(?:a|all)\w*|titolar[ei]|proprietar[ie]|in\s+possesso"
    r"|requisit\w+|riservat\w+|esclusivamente|unicamente|soltanto|sol[oi]|sole(?=\s+\w+e\b)|(?:rivolt|destinat|dedicat)[oaie]\s+(?:ai|agli|alle|a\s+chi)|disabil\w+|invalid\w+"
    r"|pensionat\w+|disoccupat\w+|in\s+caso\s+di|nel\s+caso\s+di|purché|chi\s+(?:ha|è|risiede|abita)|nat[ie]\s+(?:dal|nel|tra)|stranier\w+|comunitari\w*"
    r"|extra\s?-?(?:UE|comunitari\w*)|prenotat[eio]|zona\s+[A-Z](?=\W)|alunni\s+(?:di|dell)\w+|utenze\s+(?:commerciali|domestiche|prenotate))\b",
    re.I,
)
_FOR_SOME = re.compile(
    r"\b(?:esclusivamente|unicamente|riservat\w+|sol[oi]|over|under|ultra\w+|anni)\b", re.I
)
_FIRST = 40  # sentences of a page
_WHAT = 10  # characters behind a "qualunque" that say of what
_NEAR = 3  # sentences of the page that may speak of the same


_AGAINST = re.compile(r",?\s(?:mentre|invece)\s")
_PIECE = re.compile(r",\s|;|\s(?:mentre|invece|ma)\s")
_CHILD = re.compile(r"\b(?:bambin[oaie]|ragazzin[oi]|bimb[oaie]|grandi\s+e\s+piccoli)\b", re.I)
_GROWN_UP = Cued(
    r"\b(?:età\s+minima[^.;\n]{0,40}?(?:1[4-9]|[2-9]\d)\s+anni|maggiorenn\w+|vietat\w+\s+ai\s+minori)", re.I
)
_FREE_FOR_SOME = re.compile(
    r"\b(?:ridott[oaie]|gratuit[oaie]|gratis)\s+(?:sotto|fino|per\s+(?:i|gli|le|under|over|chi|bambin\w+)\b)[^.;\n)]{0,40}",
    re.I,
)
_PRICE = re.compile(r"€|\beuro\b", re.I)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Sentences of the text for everybody, of something that the page gives under a condition."""
    page = _folded(source.text)
    for sentence in text.sentences:
        yield from _too_young(sentence, source)
        yield from _all_pay(text, sentence, source)
        for match in _EVERYBODY.finditer(sentence.text):
            words = _folded(match[0])
            if re.search(rf"\b{re.escape(words)}\b", page):
                yield from _of_another(words, sentence, source)
                continue
            about = sentence.stems - stems(match[0])
            likest = [source.index_at(clause.start) for _, clause in source.likest(about, least=1)[:_NEAR]]
            behind = [place + 1 for place in likest[:1] if place + 1 < len(source.sentences)]
            near = [source.sentences[place] for place in (*likest, *behind)]
            if not likest or "età" in words:
                near = [one for one in source.sentences[:_FIRST] if _FOR_SOME.search(one.text)]
            if any(_EVERYBODY.search(one.text) and not _CONDITION.search(one.text) for one in near):
                continue
            rest = sentence.text[: match.start()] + " " + sentence.text[match.end() + _WHAT :]
            told = {one[0].lower() for one in _CONDITION.finditer(rest)}
            for place in near:
                found = next(
                    (one for one in _CONDITION.finditer(place.text) if one[0].lower() not in told), None
                )
                if found:
                    where = place.start + found.start()
                    yield Finding(
                        f"«{words}»: la pagina del sito pone una condizione: {source.quote(where, where + len(found[0]))}."  # noqa: E501
                    )
                    return


def _of_another(words: str, sentence: Clause, source: Wording) -> Iterator[Finding]:
    """Said of everybody what the page sets against it: `i proprietari possono opporsi, mentre chiunque ...`."""  # noqa: E501
    ours = stems(" ".join(piece for piece in _PIECE.split(sentence.text) if words in _folded(piece)))
    for place in source.sentences:
        sides = _AGAINST.split(place.text)
        free = stems(" ".join(side for side in sides if words in _folded(side)))
        bound = stems(" ".join(side for side in sides if words not in _folded(side)))
        if len(sides) > 1 and free and ours & (bound - free):
            quote = source.quote(place.start, place.end)
            yield Finding(f"«{words}»: la pagina del sito lo dice soltanto di altro: {quote}.")
            return


def _folded(text: str) -> str:
    return " ".join(text.lower().split())


def _too_young(sentence: Clause, source: Wording) -> Iterator[Finding]:
    """Children named where the page asks for an age that they have not."""
    child, age = _CHILD.search(sentence.text), _GROWN_UP.search(source.text)
    if child and age and not _CHILD.search(source.text):
        yield Finding(f"«{child[0]}»: la pagina del sito chiede un'età: {source.quote(*age.span())}.")


def _all_pay(text: Wording, sentence: Clause, source: Wording) -> Iterator[Finding]:
    """One price for all where the page lets some in for nothing, or for another price."""
    if not re.search(r"\bper\s+tutt[ie]\b", sentence.text, re.I) or not _PRICE.search(sentence.text):
        return
    if free := _FREE_FOR_SOME.search(source.text):
        yield Finding(f"La pagina del sito dice chi non paga: {source.quote(*free.span())}.", is_certain=True)
        return
    told = {one.value for one in text.facts_between(sentence.start, sentence.end) if one.kind is Kind.amount}
    for fact in source.of_kind(Kind.amount):
        place = source.sentence_at(fact.start)
        prices = {
            one.value for one in source.facts_between(place.start, place.end) if one.kind is Kind.amount
        }
        if len(told) == 1 and fact.value in told and prices - told and "per tutti" not in place.text.lower():
            yield Finding(f"La pagina del sito dà più di un prezzo: {source.quote(fact.start, fact.end)}.")
            return
