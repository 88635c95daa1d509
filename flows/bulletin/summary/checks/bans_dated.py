"""On which days a ban or a closure of a text holds: the page's, and not those of another line.

`In via Roma è vietato il transito dalle 6 alle 20` of a page that has two Sundays is taken for today's.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.page.day_heads import day_above
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.frames.prose.wording import worded

_BANS = re.compile(
    r"\b(?:(?:è|sono|resta|restano|sarà|saranno) (?:temporaneamente )?(?:vietat|chius|interdett|sospes)[oaie]"
    r"|si viaggia a senso unico|è istituit[oa])\b",
    re.I,
)
_EXCEPTED = re.compile(r",?\s(?:tranne|eccetto|esclus[oaie]|salvo|ad eccezione)\b[^.;]*", re.I)
_RECURS = re.compile(
    rf"\b(?:ogni|tutti i (?:giorni|mesi|{WEEKDAY})|tutte le|feriali|festivi"
    r"|di notte|nei giorni|permanent\w+|definitiv\w+"
    rf"|fino a (?:revoca|nuov\w|data)|{WEEKDAY}|oggi|da subito|sempre|tutto l['’]anno|durante)(?!\w)",
    re.I,
)
_DAYS_IN_PAGE = re.compile(r"\b(?:giorni|date|calendario)\b[^.]* nella pagina", re.I)
_IT_LASTS = re.compile(
    r"(?:Il divieto|I divieti|La chiusura|L['’]ordinanza|Il provvedimento|La misura|Le modifiche)\b", re.I
)
_KINDS = frozenset({Kind.road, Kind.act, Kind.other})


def bans_dated(text: str, notice: Notice) -> Iterator[str]:
    """Why the days of a ban cannot be told from `text`: Italian sentences, for the editor."""
    dated = [days for one in notice.slots.get(Slot.when, ()) if (days := calendar_days(one.words))]
    if notice.kind not in _KINDS or not dated or _DAYS_IN_PAGE.search(text):
        return
    own = {worded(said): said for said in notice.prose}
    told = frozenset[str]()
    for said, after in pairwise([*split(text), ""]):
        days = calendar_days(said)
        if _BANS.search(said) and not days:
            lasts = _IT_LASTS.match(after) and calendar_days(after)
            if not (told or lasts) and not _RECURS.search(_EXCEPTED.sub("", said)):
                yield f"«{said}»: di quale giorno, il testo non lo dice."
            above = _day_above(own.get(said, ""), notice)
            if above and told and above != told:
                yield f"«{said}» vale solo in uno dei giorni."
        told = days or told


def _day_above(said: str, notice: Notice) -> frozenset[str]:
    """The day of the head below which a line stands, of several days: `**Sabato 20 giugno**`."""
    words = said.rstrip(".")
    at = notice.source.lower().find(words.lower()) if words else -1
    return (
        calendar_days(day_above(notice.source[at : at + len(words)], notice.source))
        if at >= 0
        else frozenset()
    )
