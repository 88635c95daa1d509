"""An alert whose title tells that schools are shut: the office's sentence of the alert, then their day.

`Allerta arancione: scuole chiuse martedì 3 novembre` is two things a family must know, and the page tells
them far from each other. Where both do not fit, who issued the alert is left out.
"""

import re
from collections.abc import Iterator, Sequence

from flows.bulletin.language.measure import utf16
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.clauses.days import days_clause
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.prose.left_to_page import THE_REST
from flows.bulletin.summary.frames.times.days import period_at

_TITLED = re.compile(
    r"\b(?:scuole chiuse|chiuse (?:le |tutte le )?scuole|chiusura (?:delle |di tutte le )?scuole)\b", re.I
)
_ISSUED = re.compile(
    r"^(?:(?:Il|La|Lo) |L['’])?(?:Protezione Civile|Centro Funzionale|Regione|Arpa\w*|Dipartimento)\b"
    r"[^.,;:\d]{0,60}?"
    r"\s(?:ha (?:emanato|emesso|diramato|comunicato|dichiarato|proclamato)|segnala|comunica|prevede|dirama)"
    r"\s(?:(?:l['’]|un['’]|lo stato di |la )\s?)?(?=allerta\b)",
    re.I,
)
_OTHERS = re.compile(
    r"\b(?:parc\w+|giardin\w+|cimiter\w+|impiant\w+|palestr\w+|vill[ae]|mercat\w+|sottopass\w+|nid[oi])\b",
    re.I,
)
_SHUTS = re.compile(r"\bchiu[ds]\w+\b", re.I)


def with_schools(alerts: Sequence[str], notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units; none where no day of the schools is told."""
    found = _TITLED.search(notice.title)
    if not found:
        return
    for alert in alerts:
        day = _day(notice, alert)
        if not day:
            continue
        short = _ISSUED.sub("È stata diramata l'", alert, count=1)
        for said in _closures(day, notice):
            yield from (text for text in (f"{alert} {said}", f"{short} {said}") if utf16(text) <= limit)


def _day(notice: Notice, alert: str) -> str:
    """`martedì 3 novembre`, the one day of the title; "" where it names none and the alert more than one."""
    for place in re.finditer(r"\b(?=\w)", notice.title):
        period = period_at(notice.title, place.start())
        if period and period.form == "on":
            return re.sub(r"\s20\d\d$", "", days_clause(period.words) or period.words)
    return "quel giorno" if len(calendar_days(alert)) == 1 else ""


def _closures(day: str, notice: Notice) -> Iterator[str]:
    rest = [line for line in notice.body.split("\n") if _OTHERS.search(line)]
    if not (rest and _SHUTS.search(notice.body)):
        yield f"{opened(day)} sono chiuse le scuole."
        return
    yield f"{opened(day)} sono chiuse le scuole. Le altre chiusure e le precauzioni sono nella pagina."
    yield f"{opened(day)} sono chiuse le scuole. Le altre chiusure sono nella pagina."
    yield f"{opened(day)} sono chiuse le scuole. {THE_REST}"
