"""A street that is shut now, of a page that tells only by when it may open again.

That day is none on which something happens: the text says what is shut, and where the day is.
"""

import re
from collections.abc import Iterator

from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.own_sentences.spans import ENDS
from flows.bulletin.summary.frames.prose.wording import worded

_IS_SHUT = re.compile(
    r"\b(?:via|viale|strada|piazza|corso|ponte|sottopasso|sentiero|pista|galleria)\b[^.;]{0,90}?"
    r"\b(?:è|resta|rimane|sono|restano)\s(?:stat[oaie]\s)?chius[oaie]\b",
    re.I,
)
_DAYS = "Le date sono nella pagina."


def until_reopened(notice: Notice) -> Iterator[str]:
    """The office's sentence that says what is shut, with word of the day that it leaves out."""
    told = notice.slots.get(Slot.when, ())
    ends = [ENDS.search(one.sentence[: max(0, one.sentence.find(one.words))]) for one in told]
    if notice.kind is Kind.road and told and all(ends):
        shut = (said for said in map(worded, notice.prose) if _IS_SHUT.search(said) and not figures(said))
        yield from (f"{said} {_DAYS}" for said in shut)
