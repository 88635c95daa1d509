"""Measures of traffic whose streets stand in a list: a sentence announces them with place and days, or each
is the heading of its own list.

`Dal 3 al 7 maggio all'incrocio di Po sono previste le seguenti modifiche alla viabilità:` stands without
`le seguenti`, and says where the list is; of `Divieto di sosta, dalle 6 alle 13:` what is banned and when.
"""

import re
from collections.abc import Iterator

from flows.bulletin.page.notice import Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.own_sentences.spans import span_of
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.enacted import BANNED
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.roads.nominal_measures import nominal_measures
from flows.bulletin.summary.frames.times.clock import hours_at

_ANNOUNCES = re.compile(
    r"\b(?P<verb>(?:sono|saranno|verranno|vengono)\s(?:previst|istituit|adottat|dispost|apportat|introdott)[ei])"
    r"(?P<aside>\s\([^()]{3,60}\))?\s(?:le|i)\sseguenti\s(?P<noun>modifiche|variazioni|limitazioni|provvedimenti|divieti)"
    r"(?P<rest>(?:\s(?:temporane[ei]|viabilistic[ihe]+))?(?:\s(?:alla|della|di|del)\s[a-zà-ù]+){0,2})\s?[.:]?$",
    re.I,
)
_HEADED = re.compile(  # `Divieto di sosta con rimozione, dalle 6.00 alle 13.30:` above its streets
    r"^\W*divieto di (?P<what>sosta|transito|fermata|circolazione)(?: con rimozione(?: forzata| coatta)?)?,? "
    r"(?P<hours>dalle (?:ore )?\d[\d.:]* alle (?:ore )?\d[\d.:]*?)[ \t]*:(?!\d)",
    re.I | re.M,
)
_FIRST = 6  # lines of a page


def announced_measures(notice: Notice) -> Iterator[str]:
    """The sentence with word of the list; none without a day."""
    for line in lines(notice)[1:_FIRST]:
        found = _ANNOUNCES.search(line)
        if found is None or is_cut(line) or not any("-" in figure for figure in figures(line)):
            continue
        aside = found["aside"] or ""
        said = f"{line[: found.start()]}{found['verb']} {found['noun']}{found['rest']}{aside}."
        yield f"{worded(said)} L'elenco è nella pagina."
    yield from _headed(notice)
    yield from nominal_measures(notice)


def _headed(notice: Notice) -> Iterator[str]:
    """`Domenica 12 marzo è vietata la sosta dalle 6 alle 13. Le vie sono nella pagina.`, of one day."""
    day, is_whole = span_of(notice)
    told = []
    for heading in _HEADED.finditer(notice.body):
        hours = hours_at(heading["hours"], 0)
        if hours is None or hours.end != len(heading["hours"]):
            return
        told.append(f"{BANNED[heading['what'].lower()]} {hours.words}")
    if told and is_whole:
        one = "è vietata" if told[0].startswith("la ") else "è vietato"
        told = list(dict.fromkeys(told))
        many = "sono vietate" if all(what.startswith("la ") for what in told) else "sono vietati"
        verb = one if len(told) == 1 else many
        yield f"{day[:1].upper()}{day[1:]} {verb} {joined(told)}. Le vie sono nella pagina."
