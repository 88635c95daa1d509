"""Measures of traffic that a sentence announces with place and days, and a list below it tells.

`Dal 3 al 7 maggio all'incrocio di Po sono previste le seguenti modifiche alla viabilità:` stands without
`le seguenti`, and says where the list is.
"""

import re
from collections.abc import Iterator

from flows.bulletin.page.notice import Notice
from flows.bulletin.page.telling import figures
from flows.bulletin.summary.frames.lines import is_cut, lines
from flows.bulletin.summary.frames.nominal_measures import nominal_measures
from flows.bulletin.summary.frames.wording import worded

_ANNOUNCES = re.compile(
    r"\b(?P<verb>(?:sono|saranno|verranno|vengono)\s(?:previst|istituit|adottat|dispost|apportat|introdott)[ei])"
    r"(?P<aside>\s\([^()]{3,60}\))?\s(?:le|i)\sseguenti\s(?P<noun>modifiche|variazioni|limitazioni|provvedimenti|divieti)"
    r"(?P<rest>(?:\s(?:temporane[ei]|viabilistic[ihe]+))?(?:\s(?:alla|della|di|del)\s[a-zà-ù]+){0,2})\s?[.:]?$",
    re.I,
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
    yield from nominal_measures(notice)
