"""Lists: a text that gives some items of an enumeration as if they were all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flows.bulletin.facts.fact import Fact, Kind
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.stems import stem
from flows.bulletin.guard.wording import Clause, Wording
from flows.bulletin.language.sentences import has_verb

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
_ITEM_CUT = re.compile(r",?\s(?P<last>e|ed|o|oppure|nonché)\s|[,;](?=\s)|\s[–•|]\s")
_BROKEN = re.compile(r"[:«»“”\n]|\.\s")
_WORDS_OF_AN_ITEM = 7


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
                yield Finding(
                    f"Manca «{left_out[0].shown}» tra i giorni della fonte: {quote}.", is_certain=True
                )
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
    runs = [
        run
        for sentence in text.sentences
        if not _HEDGE.search(sentence.text)
        for run in _enumerations(sentence)
    ]
    if not runs:
        return
    told = {token for token, _, _ in text.tokens}
    for run in runs:
        stems = frozenset().union(*(item.stems for item in run))
        for _, clause in source.likest(stems, least=2):
            for theirs in _enumerations(source.sentence_at(clause.start)):
                if found := _left_out(run, theirs, told):
                    yield Finding(
                        f"Manca «{found.text}» dall'elenco della fonte: {source.quote(found.start, found.end)}."  # noqa: E501
                    )
                    return


def _left_out(ours: Sequence[Item], theirs: Sequence[Item], told: set[str]) -> Item | None:
    """The item of theirs that ours leaves out, where ours are clearly some of theirs."""
    matched = [any(_same(item, own) for own in ours) for item in theirs]
    found = [sum(_same(item, own) for item in theirs) for own in ours]
    if (
        len(theirs) < 3
        or sum(matched) < 2
        or sum(map(bool, found)) < len(ours)
        or sum(matched) * 2 < len(theirs)
    ):
        return None
    missing = [item for item, is_told in zip(theirs, matched, strict=True) if not is_told]
    return next(
        (item for item in missing if item.stems and not item.stems & told and not has_verb(item.text)), None
    )


def _same(item: Item, own: Item) -> bool:
    shared = item.stems & own.stems
    return bool(shared) and len(shared) * 2 >= min(len(item.stems), len(own.stems))


def _enumerations(place: Clause) -> list[list[Item]]:
    """The runs `a, b e c` of a sentence: short items, the first by its last words, the last by its first."""
    cuts = list(_ITEM_CUT.finditer(place.text))
    runs: list[list[Item]] = []
    run: list[re.Match[str]] = []
    for index, cut in enumerate(cuts):
        if run and _is_no_item(place.text[run[-1].end() : cut.start()]):
            _close(place, run, cut.start(), runs)
            run = []
        run.append(cut)
        if index == len(cuts) - 1:
            _close(place, run, len(place.text), runs)
    return runs


def _is_no_item(piece: str) -> bool:
    return bool(_BROKEN.search(piece)) or len(_WORD.findall(piece)) > _WORDS_OF_AN_ITEM


def _close(place: Clause, cuts: Sequence[re.Match[str]], end: int, runs: list[list[Item]]) -> None:
    if len(cuts) < 1 or not any(cut["last"] for cut in cuts):
        return
    first = max(0, cuts[0].start() - 40)
    items = [_item(place, _last_words(place.text, first, cuts[0].start()), cuts[0].start())]
    items += [_item(place, cut.end(), after.start()) for cut, after in pairwise(cuts)]
    items.append(_item(place, cuts[-1].end(), _first_words(place.text, cuts[-1].end(), end)))
    runs.append(items)


def _item(place: Clause, first: int, last: int) -> Item:
    piece = place.text[first:last]
    found = frozenset(filter(None, (stem(word[0]) for word in _WORD.finditer(piece))))
    return Item(piece.strip(" .:"), found, place.start + first, place.start + last)


def _last_words(text: str, first: int, last: int) -> int:
    words = list(_WORD.finditer(text, first, last))
    return words[-3].start() if len(words) > 3 else first


def _first_words(text: str, first: int, last: int) -> int:
    words = [match for match, _ in zip(_WORD.finditer(text, first, last), range(4), strict=False)]
    return words[-1].end() if words else last
