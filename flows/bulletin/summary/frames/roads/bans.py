"""A ban that its title tells whole, on whatever ground.

`Divieto di transito lungo il Sentiero Alto, il giorno 30/05/2026` is
`Il 30 maggio 2026 è in vigore il divieto di transito lungo il Sentiero Alto.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.prose.left_to_page import ALL_IN_PAGE
from flows.bulletin.summary.frames.prose.lines import binding, is_cut, lines, told
from flows.bulletin.summary.frames.times.days import period_at

_BAN = re.compile(
    r"divieto (?P<what>(?:temporaneo )?di (?:transito|sosta|accesso|circolazione|fermata)\b.+)", re.I
)
_LEAD = re.compile(r"[\s,;–-]+(?:(?:nel|per il|il) giorno|nei giorni|in data)?\s*$", re.I)
_CAUSE = re.compile(
    r"per (?:manutenzione|(?:lavori|manutenzioni|interventi|motivi|opere|la|il|lo"
    r"|i)\b[^.;:]{3,80}|manutenzione [^.;:]{3,80})\.?",
    re.I,
)
_QUOTED = re.compile(r"[\"“]([^\"”]{2,80})[\"”]")
_WORD = re.compile(r"(?<=\s)(?=\w)")


def banned(notice: Notice) -> Iterator[str]:
    """The sentence; none where the title has no day at its end or the page limits the ban further."""
    title = notice.title.strip(" .")
    ban = _BAN.fullmatch(title)
    others = [line for line in lines(notice)[1:] if line != notice.title]
    if ban is None or is_cut(title) or any(binding(line) or told(line) - told(title) for line in others):
        return
    for start in _WORD.finditer(title, ban.start("what")):
        period = period_at(title, start.start())
        if period is None or period.end != len(title):
            continue
        what = _QUOTED.sub(r"«\1»", _LEAD.sub("", title[ban.start("what") : start.start()]))
        cause = next((line.rstrip(".") for line in others if _CAUSE.fullmatch(line)), "")
        reason = f" {cause[:1].lower()}{cause[1:]}" if cause else ""
        yield f"{opened(period.words)} è in vigore il divieto {what}{reason}."
        return
    if not told(title):
        what = _QUOTED.sub(r"«\1»", title[ban.start("what") :])
        cause = next((line.rstrip(".") for line in others if _CAUSE.fullmatch(line)), "")
        reason = f" {cause[:1].lower()}{cause[1:]}" if cause else ""
        yield f"È in vigore il divieto {what}{reason}. {ALL_IN_PAGE.capitalize()}"
