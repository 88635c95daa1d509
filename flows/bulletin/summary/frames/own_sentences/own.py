"""An office's own sentences as a text: the fewest that tell enough, whole, in the page's order."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.weekdays import DATE
from flows.bulletin.language.wholeness import WEAK, troubles
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.own_sentences.sentences import MEETS
from flows.bulletin.summary.frames.prose.flaws import is_courtesy
from flows.bulletin.summary.frames.prose.lines import binding, is_cut, lines, told
from flows.bulletin.summary.frames.prose.wording import worded

_LOUD = re.compile(r"\b[A-ZÀ-Ý]{5,}['’]?(?!\w)")  # `saranno CHIUSI`: a word shouted amid a sentence
_MOST = 8  # sentences that are tried


def enough(
    notice: Notice,
    limit: int,
    *,
    needs: Callable[[str], bool],
    made: Sequence[str] = (),
    binds: re.Pattern[str] | None = None,
) -> Iterator[str]:
    """The office's own sentences: few that satisfy `needs` and leave no limit or day untold.

    `made`: sentences of its phrases without a verb, which no other tells. `binds`: what may not be left
    untold; else every limit, exception and change.
    """
    sentences = [worded(sentence) for sentence in (*notice.abstract, *notice.prose)][:_MOST]
    sentences = [sentence for sentence in dict.fromkeys((*sentences, *made)) if _stands(sentence)]
    facts = frozenset[str]().union(
        *(told(line) for line in lines(notice) if not (is_idle(line) or is_cut(line)))
    )
    bound = binds.search if binds else binding
    for count in (1, 2, 3):
        for chosen in combinations(sentences, count):
            text = " ".join(chosen)
            if utf16(text) > limit or not needs(text) or MEETS.match(text):
                continue
            if facts - told(text) or any(bound(other) for other in sentences if other not in chosen):
                continue
            yield text


def _stands(sentence: str) -> bool:
    is_whole = sentence.endswith((".", "!")) and not set(troubles(sentence)) - WEAK
    return is_whole and not _LOUD.search(sentence) and not is_courtesy(sentence)


def is_idle(line: str) -> bool:
    """Whether a line has no day of its own matter."""
    return not DATE.search(line) and not told(line)


def opened(sentence: str) -> str:
    """With a capital at its start."""
    return sentence[:1].upper() + sentence[1:]
