"""Texts of a notice of any kind: the office's own sentences that tell most of what its kind requires."""

from collections.abc import Iterator

from flows.bulletin.page.notice import Notice
from flows.bulletin.page.slots import required
from flows.bulletin.summary.frames.calls.call import framed, says_twice
from flows.bulletin.summary.frames.own_sentences.sentences import chosen, heading, office
from flows.bulletin.summary.frames.titles.matter import matter_of


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units, best first."""
    matter = matter_of(notice.title)
    sentences = [*office(notice, matter), *framed(notice, matter)]
    if title := heading(notice):
        sentences.append(title)
    wanted = required(notice.kind)
    yield from (text for _, text in chosen(notice, sentences, wanted, limit) if not says_twice(text, notice))
