"""ROUGE-1 and ROUGE-L (F1) with a tokenizer that keeps accents: the usual one makes `citt` of `città`."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence


def tokens(text: str) -> list[str]:
    """The words and numbers of a text, composed and in small letters; an elided article stands by itself."""
    composed = unicodedata.normalize("NFC", text).lower()
    return re.findall(r"\d+(?:[.,:]\d+)*|[^\W\d_]+", composed)


def rouge_1(candidate: str, reference: str) -> float:
    """The overlap of words, F1 in 0..1."""
    ours, theirs = tokens(candidate), tokens(reference)
    return _f1(sum((Counter(ours) & Counter(theirs)).values()), len(ours), len(theirs))


def rouge_l(candidate: str, reference: str) -> float:
    """The longest common subsequence of words, F1 in 0..1."""
    ours, theirs = tokens(candidate), tokens(reference)
    return _f1(_common(ours, theirs), len(ours), len(theirs))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    row = [0] * (len(other) + 1)
    for word in one:
        above = row
        row = [0]
        for place, match in enumerate(other, start=1):
            row.append(above[place - 1] + 1 if word == match else max(row[-1], above[place]))
    return row[-1]


def _f1(common: int, ours: int, theirs: int) -> float:
    return 2 * common / (ours + theirs) if common else 0.0
