"""Texts of services: what, for whom, when, where, and what to do."""

from collections.abc import Iterator

from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary.frames.calls.call import framed, parts_of, says_twice
from flows.bulletin.summary.frames.own_sentences.sentences import MADE, Sentence, chosen, heading, office
from flows.bulletin.summary.frames.services.openings import occurrence, openings
from flows.bulletin.summary.frames.titles.matter import matter_of

WANTED = (
    *(Slot.what, Slot.who, Slot.when, Slot.hours, Slot.place, Slot.how, Slot.todo),
    *(Slot.deadline, Slot.amount, Slot.exception, Slot.status),
)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units, best first."""
    matter = matter_of(notice.title)
    sentences = office(notice, matter)
    sentences += [*openings(notice), *occurrence(notice, matter)]
    is_named = any(one.names for one in sentences)
    sentences += framed(notice, matter)
    for particular in parts_of(notice):
        sentences.append(particular)
        if not is_named and matter is not None and matter.article and particular.slots == {Slot.how}:
            words = f"Per {matter.text} {particular.text[:1].lower()}{particular.text[1:]}"
            sentences.append(Sentence(words, frozenset({Slot.what, Slot.how}), True, MADE, -0.3))
    if title := heading(notice):
        sentences.append(title)
    yield from (text for _, text in chosen(notice, sentences, WANTED, limit) if not says_twice(text, notice))
