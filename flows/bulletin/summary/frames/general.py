"""Texts of a notice of any kind: the office's own sentences that tell most of what its kind requires, or
what the title's thing is, where a list says no more: `«Forti 2027» è un'opportunità per i giovani.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.slots import required
from flows.bulletin.summary.frames.calls.call import framed, says_twice
from flows.bulletin.summary.frames.own_sentences.sentences import chosen, heading, office
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.titles.matter import matter_of
from flows.bulletin.summary.frames.titles.nouns import quoted

_NAME = 60  # characters
_WHAT_IT_IS = re.compile(
    r"Un(?:[oa]?\s|['’]\s?)[a-zà-ù]{4,}\s(?:[a-zà-ù]{4,}\s)?(?=(?:per|che|a|di|dedicat|rivolt|pensat)\w*\s)"
)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units, best first."""
    matter = matter_of(notice.title)
    sentences = [*office(notice, matter), *framed(notice, matter)]
    if title := heading(notice):
        sentences.append(title)
    wanted = required(notice.kind)
    yield from (text for _, text in chosen(notice, sentences, wanted, limit) if not says_twice(text, notice))
    if not notice.prose and len(notice.title) <= _NAME and not speaks(notice.title):
        for line in lines(notice)[1:2]:
            if _WHAT_IT_IS.match(line) and not is_cut(line):
                yield f"{quoted(notice.title)} è {line[:1].lower()}{line[1:].rstrip(' .')}."
