"""Where: places that a page lists under a label each, and what moves from one place to another."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from flows.bulletin.facts.fact import Kind
from flows.bulletin.guard.coverage import HEDGE
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.stems import stem, stems
from flows.bulletin.guard.wording import Clause, Wording
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.spelling import is_word

_LABEL = re.compile(  # `Liscate:`, `Pozzo d'Adda:`
    r"(?:[A-ZÀ-Ý][\w’-]{1,40}\s(?:d['’]|(?:di|del|della|al|alla|sul|in)\s))?"
    r"(?P<label>[A-ZÀ-Ý][\w’'-]{2,40})\s?:\s"  # bounded: pages hold any soup
)
_LONGEST = 90  # characters from a label to the next one
_STREETS = stems("via viale piazza piazzale corso largo vicolo località frazione centro sala sede")
_TO = r"(?:al|allo|alla|ai|agli|alle|in|nel|nello|nella|presso)\s|all['’]|nell['’]"
_MOVE = Cued(
    r"\b(?:spost|trasfer|trasloc)\w+\b[^.;:\n]{0,60}?\b(?:dal|dallo|dalla|dai|dagli|dalle|da)\b(?:['’]\s?|\s)"
    rf"(?P<origin>[^.;:\n]{{3,70}}?)\s(?:{_TO})(?P<target>[^.;:\n]{{3,90}})",
    re.I,
)


@dataclass(frozen=True)
class Labelled:
    """`Liscate: piazza San Francesco`: the last word before the colon, and what tells its place apart."""

    label: str
    place: frozenset[str]
    start: int
    end: int


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Places that the text gives to another label, leaves out of a list, or moves the other way round."""
    for run in _runs(source):
        for sentence in text.sentences:
            yield from _exchanged(sentence, run, source)
            yield from _left_out(sentence, run, source)
    yield from _turned_round(text, source)
    yield from _of_another_day(text, source)


def _of_another_day(text: Wording, source: Wording) -> Iterator[Finding]:
    """A place that the page has in another sentence than the text's day, which stands there with its own."""
    on: dict[str, set[int]] = {}
    for day in source.of_kind(Kind.date):
        on.setdefault(day.value[-5:], set()).add(source.index_at(day.start))
    dated = set[int]().union(*on.values())
    there = [(place, source.index_at(place.start)) for place in source.of_kind(Kind.place)]
    told = [stems(place.value) - _STREETS for place in text.of_kind(Kind.place)]
    for place in text.of_kind(Kind.place):
        sentence = text.sentence_at(place.start)
        days = [one for one in text.facts_between(sentence.start, sentence.end) if one.kind is Kind.date]
        at = [on.get(day.value[-5:], set()) for day in days]
        if len(at) != 1 or len(at[0]) != 1:
            continue
        (its,) = at[0]
        own = [stems(one.value) - _STREETS for one, index in there if index == its]
        words = stems(place.value) - _STREETS
        elsewhere = [
            one for one, index in there if words & stems(one.value) and index != its and index in dated
        ]
        is_own = any(words & one for one in own)
        if elsewhere and own and not is_own and any(not any(one & ours for ours in told) for one in own):
            quote = source.quote(elsewhere[0].start, elsewhere[0].end)
            yield Finding(f"Il luogo «{place.shown}» nella pagina del sito è di altro: {quote}.")
            return


def _runs(source: Wording) -> list[list[Labelled]]:
    """The lists of labels that have a place each, two at least."""
    labels = list(_LABEL.finditer(source.text))
    runs: list[list[Labelled]] = [[]]
    for index, match in enumerate(labels):
        behind = labels[index + 1].start() if index + 1 < len(labels) else match.end() + _LONGEST
        end = min(behind, match.end() + _LONGEST)
        behind_it = [one for one in source.facts_between(match.end(), end) if one.kind is Kind.place]
        if not behind_it:
            runs.append([])
            continue
        place = stems(source.text[match.end() : min(behind_it[-1].end, end)]) - _STREETS
        runs[-1].append(Labelled(match["label"], place, match.start(), behind_it[-1].end))
        if end < behind:
            runs.append([])
    return [_told_apart(run) for run in runs if len(run) > 1]


def _told_apart(run: Sequence[Labelled]) -> list[Labelled]:
    """With only those stems of a place that nothing else of the list has."""
    labels = stems(" ".join(one.label for one in run))
    return [
        replace(one, place=one.place.difference(labels, *(other.place for other in run if other is not one)))
        for one in run
    ]


def _exchanged(sentence: Clause, run: Sequence[Labelled], source: Wording) -> Iterator[Finding]:
    """A place behind another label than its own, where the sentence has label and place by turns."""
    labels, places = _signs(sentence, run)
    signs = sorted(
        [*((at, index, True) for index, at in labels), *((at, index, False) for index, at in places)]
    )
    if len(signs) % 2 or any(first[2] is second[2] for first, second in pairwise(signs)):
        return
    for first, second in zip(signs[::2], signs[1::2], strict=True):
        label, place = (first, second) if first[2] else (second, first)
        if label[1] != place[1]:
            theirs = run[label[1]]
            quote = source.quote(theirs.start, theirs.end)
            yield Finding(f"«{theirs.label}»: nella pagina del sito il luogo è un altro: {quote}.")
            return


def _signs(sentence: Clause, run: Sequence[Labelled]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the sentence names labels and places of the run, as (index in the run, place in the sentence)."""
    labels, places = [], []
    for index, one in enumerate(run):
        if match := re.search(rf"\b{re.escape(one.label)}\b", sentence.text, re.I):
            labels.append((index, match.start()))
        words = (match for match in re.finditer(r"[^\W\d_]+", sentence.text) if stem(match[0]) in one.place)
        if match := next(words, None):
            places.append((index, match.start()))
    return labels, places


def _left_out(sentence: Clause, run: Sequence[Labelled], source: Wording) -> Iterator[Finding]:
    """Some of a list of names, told as if they were all."""
    if len(run) < 3 or any(is_word(one.label.lower()) for one in run) or HEDGE.search(sentence.text):
        return
    labels, places = _signs(sentence, run)
    named = {index for index, _ in labels}
    if places:  # `chi abita a Ronchi si trova in piazza`: it tells of these, not of all
        return
    missing = [one for index, one in enumerate(run) if index not in named]
    if len(named) > 1 and missing:
        quote = source.quote(missing[0].start, missing[0].end)
        yield Finding(f"Manca «{missing[0].label}» dall'elenco della pagina del sito: {quote}.")


def _turned_round(text: Wording, source: Wording) -> Iterator[Finding]:
    """`si sposta dal teatro al parco` of what the page moves from the park to the theatre."""
    theirs = [(stems(move["origin"]), stems(move["target"]), move) for move in _MOVE.finditer(source.text)]
    for ours in _MOVE.finditer(text.text):
        origin, target = stems(ours["origin"]) - _STREETS, stems(ours["target"]) - _STREETS
        if any(origin & its_origin and target & its_target for its_origin, its_target, _ in theirs):
            continue  # the page tells of there and back
        for its_origin, its_target, move in theirs:
            if origin & its_target and target & its_origin and not origin & its_origin:
                quote = source.quote(move.start(), move.end())
                yield Finding(
                    f"Nella pagina del sito lo spostamento è al contrario: {quote}.", is_certain=True
                )
                return
