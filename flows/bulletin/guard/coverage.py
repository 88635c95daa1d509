"""Lists: a text that gives some items of an enumeration as if they were all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.stems import stem
from flows.bulletin.guard.wording import Clause, Wording

# With one of these a text says itself that there is more.
_HEDGE = re.compile(
    r"\b(?:tra\s+(?:cui|gli\s+altri|i\s+quali)|fra\s+(?:cui|gli\s+altri)|altr[ieo]\b|eccetera|ecc\b|ad\s+esempio|per\s+esempio|come\b"
    r"|(?:elenco|programma|calendario|date|orari|dettagli|titoli|documenti|resto|vie|requisiti|regole|importi|tutti|tutte)[^.]{0,40}"
    r"\bnella\s+pagina|nella\s+pagina|anche\b|almeno|soprattutto|in\s+particolare|prim[oaie]\b|prossim[oaie]|\d+\s+(?:date|incontri|serate|film))",
    re.I,
)
_LISTED = re.compile(
    r"\s*(?:[,;/]|\s[-–]\s|-|\b(?:e|ed|o|oppure)\b)*\s*(?:\b(?:e|ed|o|il|del|giorno|anche|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica)\b\s*)*"
    r"(?:l['’])?\s*(?:\|\s*)?",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_ITEM_CUT = re.compile(r"\s*(?:,\s*(?:e|o|oppure)\s|,|;|\s(?:e|ed|o|oppure|nonché)\s)\s*")
_LONGEST_ITEM = 60


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Days and named items that stand in one enumeration of the page, of which the text leaves some out."""
    yield from _days(text, source)
    yield from _items(text, source)


def _runs(wording: Wording, kind: Kind) -> list[list[Fact]]:
    runs: list[list[Fact]] = []
    for fact in wording.of_kind(kind):
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and last.end <= fact.start
            and fact.start - last.end < 30
            and _LISTED.fullmatch(wording.text, last.end, fact.start)
        ):
            runs[-1].append(fact)
        else:
            runs.append([fact])
    return runs


def _days(text: Wording, source: Wording) -> Iterator[Finding]:
    told = {fact.value[-5:] for fact in text.of_kind(Kind.date)}
    lists = [run for run in _runs(source, Kind.date) if len({fact.value for fact in run}) > 2]
    whole = {frozenset(fact.value[-5:] for fact in run) for run in _runs(source, Kind.date)}
    for run in _runs(text, Kind.date):
        days = {fact.value[-5:] for fact in run}
        sentence = text.sentence_at(run[0].start)
        if len(days) < 2 or days in whole or _HEDGE.search(sentence.text) or _is_range(text, run):
            continue
        for listed in lists:
            theirs = {fact.value[-5:] for fact in listed}
            left_out = [fact for fact in listed if fact.value[-5:] not in told]
            if days < theirs and left_out and len(left_out) < len(theirs):
                quote = source.quote(listed[0].start, listed[-1].end)
                yield Finding(f"Manca «{left_out[0].shown}» tra i giorni della fonte: {quote}.", is_certain=True)
                break


def _is_range(text: Wording, run: Sequence[Fact]) -> bool:
    return bool(re.search(r"\bdal?(?:l['’])?\s*$", text.text[max(0, run[0].start - 8) : run[0].start], re.I))


@dataclass(frozen=True)
class Item:
    """One item of an enumeration, by its stems."""

    text: str
    stems: frozenset[str]
    start: int
    end: int


def _items(text: Wording, source: Wording) -> Iterator[Finding]:
    ours = [(sentence, _enumeration(sentence)) for sentence in text.sentences]
    if not any(len(items) > 1 for _, items in ours):
        return
    everything = {token for token, _, _ in text.tokens}
    for sentence, items in ours:
        if len(items) < 2 or _HEDGE.search(sentence.text):
            continue
        last_stems = [item.stems for item in items]
        for _, clause in source.likest(sentence.stems, least=3):
            place = source.sentence_at(clause.start)
            place = place if len(place.text) < 500 else clause
            theirs = _enumeration(place)
            if len(theirs) < 3:
                continue
            matched = [item for item in theirs if any(item.stems & stems for stems in last_stems)]
            if len(matched) < 2 or len(matched) < len(theirs) - 2:
                continue
            inner = theirs[: theirs.index(matched[-1]) + 2]
            left_out = [item for item in inner if item.stems and not item.stems & everything]
            if left_out:
                item = left_out[0]
                yield Finding(
                    f"Manca «{item.text}» dall'elenco della fonte: {source.quote(item.start, item.end)}."
                )
                return


def _enumeration(place: Clause) -> list[Item]:
    """The short items between the commas of a sentence, if there are any."""
    cuts = list(_ITEM_CUT.finditer(place.text))
    if not cuts:
        return []
    edges = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(place.text)]
    items = []
    for first, last in zip(*edges, strict=True):
        piece = place.text[first:last]
        if first == 0:
            piece = " ".join(piece.split()[-4:])
            first = last - len(piece)
        elif last == len(place.text):
            piece = " ".join(piece.split()[:6])
        if len(piece) <= _LONGEST_ITEM:
            tokens = frozenset(filter(None, (stem(word[0]) for word in _WORD.finditer(piece))))
            items.append(Item(piece.strip(" .:"), tokens, place.start + first, place.start + first + len(piece)))
    return items
