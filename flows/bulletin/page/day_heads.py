"""The heads of a page's several days, each with what happens then below it."""

import re
from itertools import pairwise

from flows.bulletin.language.signals import MONTH, WEEKDAY

HOLY = r"\s(?:santo|grasso|delle palme|dell['’]angelo|in albis)"  # `Giovedì Santo, 25 marzo`
_HEAD = re.compile(  # of the lines on one of several days: `Sabato 24 gennaio – ore 20.45`
    rf"^\W*(?:{WEEKDAY}(?:{HOLY})?,?\s)?(?P<day>\d{{1,2}}[°º]?\s{MONTH})\b[^\n]{{0,70}}$", re.I | re.M
)
_LABEL = re.compile(r"^\W*(?:luogo|dove|sede)\b", re.I | re.M)


def day_above(words: str, source: str) -> str:
    """The head below which words stand, of several days; "" where they are of none alone."""
    if not is_of_a_day(words, source):
        return ""
    at = source.find(words)
    return next(head["day"] for head in reversed(heads_of(source)) if head.end() <= at)


def heads_of(source: str) -> list[re.Match[str]]:
    """The heads of several days, below each of which stands what happens then; [] else."""
    heads = list(_HEAD.finditer(source))
    days = {re.sub(r"\W+", " ", head["day"].lower()) for head in heads}
    blocks = (source[head.end() : after.start()] for head, after in pairwise(heads))
    return heads if len(days) > 1 and all(re.search(r"\w", block) for block in blocks) else []


def has_days_above(source: str) -> bool:
    """Whether a page has heads of several days, each with what happens then."""
    return bool(heads_of(source))


def is_of_a_day(words: str, source: str) -> bool:
    """Whether words stand below one of several days, and not below all."""
    heads, at = heads_of(source), source.find(words)
    if not heads or at < heads[0].end() or _LABEL.search(source[heads[-1].end() : at]):
        return False
    ends = [*(head.start() for head in heads[1:]), len(source)]
    return not all(words in source[head.end() : end] for head, end in zip(heads, ends, strict=True))
