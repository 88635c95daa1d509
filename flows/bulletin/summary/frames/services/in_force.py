"""What is new and from when, of a page that is a table below its title: `Decorrenza 12/06/2027`.

`Nuovo calendario della raccolta rifiuti` is `Dal 12 giugno 2027 è in vigore il nuovo calendario …`.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.signals import MONTH
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.prose.left_to_page import ALL_IN_PAGE
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.times.notation import plain_figures

_NEW = re.compile(
    r"(?:Il |La |I |Le )?(?P<new>nuov[oaie]) "
    r"(?P<what>(?:calendari|orari|tariff|modalità|turn|giorn|regol)\w*\b[^:;.!?]*)",
    re.I,
)
_ARTICLE = {"nuovo": "il", "nuova": "la", "nuovi": "i", "nuove": "le"}
_SINCE = re.compile(
    r"\b(?:decorrenza|in vigore|valid[oaie]|validità|a partire)\W{0,2}(?:da(?:l\s|ll['’])\s?)?"
    rf"(?P<day>\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?|\d{{1,2}}[/.-]\d{{1,2}}[/.-]20\d\d)",
    re.I,
)
_FIRST = 8  # lines of a page


def in_force(notice: Notice) -> Iterator[str]:
    """The sentence and word of the page; none where the page tells several such days, or says it itself."""
    found = _NEW.fullmatch(notice.title.strip(" ."))
    if notice.kind in (*OCCASIONS, Kind.alert, Kind.road) or found is None or speaks(found["what"]):
        return
    below = [line for line in lines(notice)[1:_FIRST] if not is_cut(line)]
    days = {day["day"] for line in below if not speaks(line) for day in _SINCE.finditer(line)}
    if len(days) != 1 or figures(found["what"]):
        return
    day = plain_figures(f"il {days.pop()}").removeprefix("il ").removeprefix("l'")
    since = f"Dall'{day}" if re.match(r"(?:8|11)\b", day) else f"Dal {day}"
    new = found["new"].lower()
    verb = "è" if new in ("nuovo", "nuova") else "sono"
    yield f"{since} {verb} in vigore {_ARTICLE[new]} {new} {found['what']}. {ALL_IN_PAGE.capitalize()}"
