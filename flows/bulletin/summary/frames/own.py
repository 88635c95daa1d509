"""An office's own sentences as a text: the fewest that tell enough, whole, in the page's order."""

import re
from collections.abc import Callable, Iterator
from itertools import combinations

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.weekdays import DATE
from flows.bulletin.language.wholeness import WEAK, troubles
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.lines import binding, lines, told

_LEAD = re.compile(
    r"^(?:con la presente |con il presente avviso )?(?:si (?:comunica|informa(?:no)?|avvis(?:a|ano)"
    r"|rende noto|ricorda|segnala)"
    r"|l['’]amministrazione comunale (?:comunica|informa|avvisa))"
    r"(?:\s(?:i|le|alla|la|ai|a tutta la|tutta la)\s(?:gentili\s)?(?:cittadin\w+|cittadinanza|utenti"
    r"|utenza|residenti|popolazione))?"
    r"\s?,?\sche\s(?:,\s)?",
    re.I,
)
_LOUD = re.compile(r"\b[A-ZÀ-Ý]{5,}['’]?(?!\w)")  # `saranno CHIUSI`: a word shouted amid a sentence
_MOST = 8  # sentences that are tried


def enough(notice: Notice, limit: int, *, needs: Callable[[str], bool]) -> Iterator[str]:
    """The office's own sentences: few that satisfy `needs` and leave no limit or day untold."""
    sentences = [opened(bare(sentence)) for sentence in (*notice.abstract, *notice.prose)][:_MOST]
    sentences = [sentence for sentence in dict.fromkeys(sentences) if _stands(sentence)]
    facts = frozenset[str]().union(*(told(line) for line in lines(notice) if not is_idle(line)))
    for count in (1, 2, 3):
        for chosen in combinations(sentences, count):
            text = " ".join(chosen)
            if utf16(text) > limit or not needs(text):
                continue
            if facts - told(text) or any(binding(other) for other in sentences if other not in chosen):
                continue
            yield text


def _stands(sentence: str) -> bool:
    return sentence.endswith((".", "!")) and not set(troubles(sentence)) - WEAK and not _LOUD.search(sentence)


def is_idle(line: str) -> bool:
    """Whether a line has no day of its own matter."""
    return not DATE.search(line) and not told(line)


def bare(sentence: str) -> str:
    """`Si informa che la strada è chiusa` -> `La strada è chiusa`."""
    return _LEAD.sub("", sentence, count=1)


def opened(sentence: str) -> str:
    """With a capital at its start."""
    return sentence[:1].upper() + sentence[1:]
