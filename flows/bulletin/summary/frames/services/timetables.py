"""A timetable that its title announces: `Per il trasporto scolastico gli orari estivi sono nella pagina.`"""

import re
from collections.abc import Iterator

from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.prose.lines import is_cut, lines, untold
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.days import period_at
from flows.bulletin.summary.frames.titles.matter import matter_of

_ADJECTIVES = r"(?:\s(?:definitiv|provvisor|estiv|invernal|natalizi|nuov)[ieo]+)?"
_OPENING = r"(?:\sdi\s(?:apertura|ricevimento)(?:\sal\spubblico)?)?"
_TIMES = re.compile(rf"(?P<times>(?:nuovi\s)?orari{_OPENING}{_ADJECTIVES})(?P<rest>\s.+)?", re.I)
_OF_WHAT = re.compile(r"(?P<what>[^:–]{4,70}?)(?::\s|\s[-–]\s)(?P<said>.+)")
_SINCE = re.compile(r"\s(?:in vigore|validi)\s(?=dal|da\s|fino)", re.I)
_FOR = re.compile(r"\s(?:per|della|del|dei|delle|degli)\s[^.;:]{3,90}|\sdell['’][^.;:]{3,90}", re.I)
_IN_PAGE = "sono nella pagina."


def timetable(notice: Notice) -> Iterator[str]:
    """The sentence, with since when where a line tells it; none where a day or a limit is left untold."""
    title = notice.title.strip(" .")
    parted = _OF_WHAT.fullmatch(title)
    matter = matter_of(parted["what"]) if parted else None
    found = _TIMES.fullmatch(parted["said"].strip()) if parted else None
    if matter is None or found is None or is_cut(title):
        return
    rest = found["rest"] or ""
    if rest and not _FOR.fullmatch(rest):
        return
    for line in lines(notice)[1:]:
        since = _SINCE.search(line)
        period = period_at(line, since.end()) if since else None
        if (
            since
            and period
            and _TIMES.fullmatch(line[: since.start()])
            and not line[period.end :].strip(" .")
        ):
            text = f"Per {matter.text} gli {found['times'].lower()}{rest} valgono {period.words} e {_IN_PAGE}"
            if not untold(text, notice, beside=(title, line)):
                yield text
    text = worded(f"Per {matter.text} gli {found['times'].lower()}{rest} {_IN_PAGE}")
    if not untold(text, notice, beside=(title,)):
        yield opened(text)
