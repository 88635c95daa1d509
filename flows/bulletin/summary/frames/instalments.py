"""By when one pays each part of a tax or a fee, of a page that lists them: `Le rate scadono il 30 giugno e il
30 settembre 2027.`
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.page.telling import figures
from flows.bulletin.summary.frames.days import Period, period_at
from flows.bulletin.summary.frames.sentences import MADE, Sentence
from flows.bulletin.summary.frames.streets import joined

_PART = re.compile(r"(?:\d\s?[°ªa^]?|\w+)?\s?\brata\b|\b(?:acconto|saldo)\b", re.I)
_BARE_PART = re.compile(
    r"\W*(?:(?:prima|seconda|terza|quarta|\d\s?[ªa^°])\s?rata|acconto|saldo)\b[^\n]{5,60}$", re.I
)
_AT_ONCE = re.compile(r"\bunica\b|\bunico\b", re.I)
_TAX = re.compile(r"\b(?P<name>IMU|TARI|TASI|TOSAP)(?:\s20\d\d)?\b")
_IN_ONE = re.compile(r"\b(?:unica\s(?:soluzione|rata)|(?:soluzione|rata)\sunica)\b", re.I)
_WORD = re.compile(r"(?<!\w)(?=\w)")
_LEAST = 2


def terms(notice: Notice) -> tuple[Period, ...]:
    """The days of a list of parts, in the page's order; () where an item has none, or has two."""
    lines = tuple(line.strip() for line in notice.body.splitlines() if _BARE_PART.match(line))
    return _terms((*(listing.items for listing in notice.listings), lines))


@lru_cache(maxsize=32)
def _terms(lists: tuple[tuple[str, ...], ...]) -> tuple[Period, ...]:
    for items in lists:
        parts = [item for item in items if _PART.search(item) and not _AT_ONCE.search(item)]
        days = [days for item in parts if len(days := list(_days(item))) == 1]
        if len(parts) >= _LEAST and len(days) == len(parts):
            return tuple(one for (one,) in days)
    return ()


def instalments(notice: Notice) -> Iterator[Sentence]:
    """The sentence that tells them all."""
    days = [re.sub(r"^entro\s", "", period.words) for period in terms(notice)]
    if not days:
        return
    years = {year for day in days if (year := re.search(r"\s20\d\d$", day))}
    if len(years) == len(days) and len({year[0] for year in years}) == 1:
        days = [*(re.sub(r"\s20\d\d$", "", day) for day in days[:-1]), days[-1]]
    whole = _at_once(notice)
    if whole in {period.words for period in terms(notice)}:
        whole = ""
    told = frozenset({Slot.deadline, Slot.when})
    yield Sentence(_said("", days, whole), told, False, MADE, -1.0)
    if tax := _TAX.search(notice.title):
        article = "l'" if tax["name"] == "IMU" else "la "
        yield Sentence(_said(f"{article}{tax[0]}", days, whole), told | {Slot.what}, True, MADE, -0.9)


def _said(tax: str, days: Sequence[str], whole: str) -> str:
    """`Puoi pagare la TARI a rate, il 31 maggio e il 30 novembre, o in un'unica soluzione entro …`"""
    if whole or tax:
        rest = f", o in un'unica soluzione entro {whole}" if whole else ""
        return f"Puoi pagare {tax} a rate, {joined(list(days))}{rest}.".replace("  ", " ")
    return f"Le rate scadono {joined(list(days))}."


def _at_once(notice: Notice) -> str:
    """`il 16 giugno 2027`: by when one pays all of it together; "" where no one day is told."""
    lines = [line for line in notice.body.splitlines() if _IN_ONE.search(line)]
    days = {period.words for line in lines for period in _days(line)}
    return days.pop() if len(days) == 1 else ""


def untold(text: str, notice: Notice) -> bool:
    """Whether a text tells none of them, or some as if they were all."""
    days = [figures(period.words) for period in terms(notice)]
    return bool(days) and not all(own & figures(text) for own in days)


def _days(item: str) -> Iterator[Period]:
    at = 0
    for place in _WORD.finditer(item):
        if place.start() >= at and (found := period_at(item, place.start())) and found.form == "on":
            at = found.end
            yield found
