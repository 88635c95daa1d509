"""From when something new holds, before the title that says what it is.

`Cambia il calendario della raccolta` of a page that tells `a partire da lunedì 8 luglio` is
`Da lunedì 8 luglio cambia il calendario della raccolta.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.page.notice import Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.own_sentences.spans import since
from flows.bulletin.summary.frames.prose.left_to_page import OTHERS
from flows.bulletin.summary.frames.titles import headings
from flows.bulletin.summary.frames.titles.leads import behind

_NEW = re.compile(
    r"\b(?:cambi\w+|nuov[oaie]|torna\w*|riprend\w+|part(?:e|ono)|inizi\w+|al via|avvi[oa]\w*|attiv[oaie]\w*"
    r"|entra\w* in vigore|scatta\w*|introdu\w+)\b",
    re.I,
)
_STANDS = re.compile(
    r"(?:Nella pagina|È pubblicat|È in corso|C['’]è|Ci sono|Puoi|Si può|Si possono|Da[l ]|Dall)"
)


def start_of_news(notice: Notice) -> str:
    """`da lunedì 8 luglio`, where the title says that something is new and the page from which one day."""
    return since(notice) if _NEW.search(notice.title) and not figures(notice.title) else ""


def begun(notice: Notice) -> Iterator[str]:
    """The title's sentences behind that day; none where it tells a day, or only that a paper is there."""
    start = start_of_news(notice)
    if not start:
        return
    for said in headings.told(notice):
        if not _STANDS.match(said) and not figures(said):
            yield f"{behind(opened(start), said)} {OTHERS}"
            return
