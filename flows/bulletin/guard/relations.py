"""All judges of relations, one after the other: what a text relates otherwise than its page does."""

from collections.abc import Iterator, Sequence

from flows.bulletin.facts.fact import Fact
from flows.bulletin.guard import alerts, audience, coverage, omissions, pairs, polarity, roles, stamps, sums
from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Wording

_JUDGES = (stamps, roles, alerts, sums, pairs, polarity, omissions, audience, coverage)


def findings(text: str, text_facts: Sequence[Fact], source: str, source_facts: Sequence[Fact]) -> Iterator[Finding]:
    """What an editor must know of the relations that `text` makes, the certain and the likely."""
    ours, theirs = Wording(text, text_facts), Wording(source, source_facts)
    for judge in _JUDGES:
        yield from judge.findings(ours, theirs)
