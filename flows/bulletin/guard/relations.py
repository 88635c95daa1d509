"""All judges of relations, one after the other: what a text relates otherwise than its page does."""

from collections.abc import Sequence

from flows.bulletin.facts.fact import Fact, plain
from flows.bulletin.guard import (
    alerts,
    audience,
    coverage,
    dropped,
    exceptions,
    limits,
    lines,
    omissions,
    only,
    opposites,
    pairs,
    places,
    polarity,
    roles,
    stamps,
    states,
    sums,
    ways,
    weekly,
)
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Wording, sentences_of

_JUDGES = (
    stamps,
    roles,
    limits,
    weekly,
    alerts,
    sums,
    pairs,
    places,
    lines,
    polarity,
    dropped,
    exceptions,
    states,
    omissions,
    audience,
    only,
    coverage,
    opposites,
    ways,
)


def own_words(text: str, facts: Sequence[Fact], source: str) -> Wording:
    """The text without the sentences that are the page's own: they relate as the page does."""
    words = f" {plain(source)} "
    whole = text
    copied = [one for one in sentences_of(text) if f" {plain(one.text)} " in words]
    for one in copied:
        text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    return Wording(
        text, [fact for fact in facts if not any(one.start <= fact.start < one.end for one in copied)], whole
    )


def judge(text: str, text_facts: Sequence[Fact], source: str, source_facts: Sequence[Fact]) -> list[Finding]:
    """What an editor must know of the relations that `text` makes and `source` does not."""
    ours, theirs = own_words(text, text_facts, source), Wording(source, source_facts)
    return [finding for one in _JUDGES for finding in one.findings(ours, theirs)]
