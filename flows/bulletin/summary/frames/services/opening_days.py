"""A place open on some days, each with its hours, as a table or a list tells them.

`Il cimitero comunale è aperto venerdì 31 ottobre dalle 8 alle 13 e sabato 1° novembre dalle 8 alle 17.`
"""

import re
from collections.abc import Iterator
from itertools import groupby

from flows.bulletin.language.articles import OF_ARTICLE
from flows.bulletin.page.notice import Notice, Row
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.places.offices import Office, office_at
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.left_to_page import OTHER_DAYS
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.services.week import closures, week_hours
from flows.bulletin.summary.frames.times.clock import hours_at
from flows.bulletin.summary.frames.times.days import Period, period_at
from flows.bulletin.summary.frames.times.notation import plain_figures
from flows.bulletin.summary.frames.times.weekly import opening_hours

_FOLLOWS = re.compile(
    r"(?P<office>(?:il|lo|la|i|gli|le|l['’])\s?[^.,;:()]{3,70}?)\s"
    r"(?:osserver\w+|seguir\w+|apr(?:e|ono|irà|iranno)|(?:è|sono|sarà|saranno|rest\w+)\sapert[oaie])\b",
    re.I,
)
_ITS_HOURS = re.compile(  # `Gli orari dei due cimiteri comunali saranno questi`
    r"(?:gli\sorari|l['’]orario)(?:\sdi\sapertura)?(?:\sal\spubblico)?\s"
    r"(?P<of>del|dello|della|dell['’]|dei|degli|delle)\s?"
    r"(?:due\s|tre\s)?(?P<office>[^.,;:()]{3,60}?)(?:,[^.;:]*)?\s(?:sarà|saranno|è|sono)\b",
    re.I,
)
_PURPOSE = re.compile(  # `per il rilascio delle tessere elettorali`
    r"\sper\s(?:il\s(?:rilascio|ritiro|rinnovo)|la\s(?:consegna|distribuzione)|le\siscrizioni)\s[^.,;:()\d]{3,60}?"
    r"(?=\s(?:ne[il]|nell[ae]|dalle|il|con)\s|\s(?:luned|marted|mercoled|gioved|venerd|sabato|domenica)|[.,;:])",
    re.I,
)
_HOURS_OF = re.compile(r"\b(?:orari\w*|apertur[ae])\b", re.I)
_WITHOUT_BREAK = re.compile(r"\b(?:orario\s(?:continuato|unico)|dalle\sore|ore)\b\s*(?=\d)", re.I)
_MONTH = re.compile(r"\s[a-z]{4,9}(?:\s20\d\d)?$")
_YEAR = re.compile(r"\s20\d\d\b")
_ARTICLE = re.compile(r"(?<!\w)(?=(?:il|lo|la|i|gli|le)\s|l['’])", re.I)
_BOTH = re.compile(r"\s[A-ZÀ-Ý][a-zà-ù]+\se\s[A-ZÀ-Ý][a-zà-ù]+$")  # `i cimiteri comunali Storico e Nuovo`
_OPEN = re.compile(r"\bapert", re.I)
_WORD = re.compile(r"(?<!\w)(?=\w)")
_ANNOUNCES = 4  # lines that may say from when the hours hold
_STATE_OF_DAY = re.compile(  # `Aperto 24/04/2026 Chiuso 25/04/2026`
    r"\b(?P<state>apert|chius)[oaie][:\s]\s?(?:(?:il|dal)\s)?(?P<day>\d{1,2}(?:/\d{1,2}/20\d\d|[°º]?\s[a-z]{4,9}(?:\s20\d\d)?))",
    re.I,
)
_LEAST, _MOST = 2, 6  # rows
_NOTED = re.compile(
    r"[ \t]*(?:\(|[,–-]\s?)?[ \t]*[a-zà-ù]{3}"
)  # `9-11 (solo su appuntamento)`: a rule of its own


def opening_days(notice: Notice) -> Iterator[str]:
    """The sentence with all days; none where a row is not understood whole."""
    rows = [row for row in notice.rows if row.when or row.hours]
    office = _office(notice)
    if office is None or not _LEAST <= len(rows) <= _MOST or len({row.list for row in rows}) > 1:
        return
    listed = (len(listing.items) for listing in notice.listings if all(map(figures, listing.items)))
    if max(listed, default=0) > len(rows):
        return  # one of the list is no row
    read = [_row(row) for row in rows]
    told = [one for one in read if one]
    if len(told) < len(rows):
        return
    said = []
    for hours, group in groupby(told, key=lambda one: one[1]):
        days = [period.words for period, _ in group]
        said.append(f"{joined(_shared(days))} {hours}")
    first, *others = said
    year = _YEAR.search(first)
    others = [other.replace(year[0], "") for other in others] if year else others
    is_open = _OPEN.search(notice.source) is not None  # the guard asks whether the page says so
    purpose = next((match[0] for line in lines(notice)[1:4] if (match := _PURPOSE.search(line))), "")
    lead = f"{office.words} {office.state('apert')}{purpose}" if is_open else f"per {office.words} l'orario è"
    text = opened(f"{lead} {_row_of([first, *others])}.")
    after = _after(notice, rows)
    if after:
        yield f"{text} {worded(after)}"
    yield f"{text} {OTHER_DAYS}" if after else text


def opening_weekdays(notice: Notice) -> Iterator[str]:
    """`Dal 2 maggio l'ufficio è aperto il lunedì dalle 9 alle 12`; none where a row is unsure."""
    rows = [row for row in notice.rows if row.when or row.hours]
    office = _office(notice)
    said = opening_hours(rows, _MOST) if len(rows) >= _LEAST and len({row.list for row in rows}) == 1 else ""
    if office is None or not said or any(_NOTED.match(notice.source, row.end) for row in rows):
        return
    lead = office.words if _OPEN.search(notice.source) else f"per {office.words}"
    state = office.state("apert") if _OPEN.search(notice.source) else "l'orario è"
    when = _since_when(notice)
    if when:
        yield f"{opened(when)} {lead} {state} {said}."
    elif not any("-" in figure for figure in figures(notice.source)):
        yield f"{opened(lead)} {state} {said}."


def opening_week(notice: Notice) -> Iterator[str]:
    """`Dal 2 maggio l'ufficio è aperto il lunedì dalle 9 alle 12; il martedì dalle 15 alle 18.`"""
    office, when = _office(notice), _since_when(notice)
    if office is None or not when:
        return
    is_open = _OPEN.search(notice.source) is not None  # the guard asks whether the page says so
    follows = f"segu{'e' if office.number == 1 else 'ono'} questo orario:"
    shut = " ".join(closures(notice, office))
    for said in week_hours(notice, office):
        text = f"{opened(when)} {office.words} {office.state('apert') if is_open else follows} {said}."
        yield f"{text} {shut}".strip()


def open_and_shut(notice: Notice) -> Iterator[str]:
    """`Il centro è aperto il 24 aprile e chiuso il 25 aprile.` of `Aperto 24/04 Chiuso 25/04`."""
    office = _of_title(notice)
    for line in lines(notice)[1:_ANNOUNCES]:
        told = list(_STATE_OF_DAY.finditer(line))
        read = [(one["state"].lower(), period_at(plain_figures(one["day"]), 0)) for one in told]
        if office is None or len(told) < _LEAST or _STATE_OF_DAY.sub("", line).strip(" .,;"):
            continue
        parts = [f"{office.state(state).partition(' ')[2]} {day.words}" for state, day in read if day]
        if len(parts) == len(told) and {state for state, _ in read} == {"apert", "chius"}:
            yield opened(f"{office.words} {'è' if office.number == 1 else 'sono'} {joined(parts)}.")


def _since_when(notice: Notice) -> str:
    opening = lines(notice)[1:_ANNOUNCES]
    return next(filter(None, map(_period, filter(_may_announce, opening))), "")


def _may_announce(line: str) -> bool:
    """Whether a line speaks of hours, or is nothing but a period."""
    alone = period_at(line, 0)
    is_alone = alone is not None and not line[alone.end :].strip(" .,:")
    return is_alone or _HOURS_OF.search(line) is not None or _OPEN.search(line) is not None


def _period(line: str) -> str:
    """`dal 2 maggio al 30 giugno`, `dal 2 maggio` of a line that tells it; "" of any other."""
    found = (period_at(line, at.start()) for at in _WORD.finditer(line))
    return next((one.words for one in found if one and one.form in ("span", "since")), "")


def _row_of(said: list[str]) -> str:
    """With semicolons where a part has an `e` of its own."""
    if len(said) > 1 and any(" e " in part for part in said):
        return "; ".join(said)
    return joined(said)


def _row(row: Row) -> tuple[Period, str] | None:
    """The day and the hours of a row that tells nothing else."""
    if row.what or row.place or row.who or row.amount:
        return None
    when = plain_figures(row.when.strip())
    period = period_at(when, 0)
    words = _WITHOUT_BREAK.sub("", row.hours.strip())
    hours = hours_at(words, 0)
    if period is None or hours is None or period.form != "on":
        return None
    rest = when[period.end :].strip(" .,") + words[hours.end :].strip(" .,")
    return None if rest else (period, hours.words)


def _shared(days: list[str]) -> list[str]:
    """`sabato 1°`, `domenica 2 novembre`: the month said once."""
    made = []
    for place, day in enumerate(days):
        month = _MONTH.search(day)
        after = days[place + 1] if place + 1 < len(days) else ""
        is_said = month is not None and after.endswith(month[0])
        made.append(day[: month.start()] if month and is_said else _YEAR.sub("", day) if after else day)
    return made


def _office(notice: Notice) -> Office | None:
    """What is open: by the sentence that announces the hours, else by the title."""
    for line in lines(notice)[1:4]:
        for place in _ARTICLE.finditer(line):
            found = _FOLLOWS.match(line, place.start())
            if found and (office := office_at(_BOTH.sub("", found["office"]), 0)):
                named = _of_title(notice)
                is_short = named is not None and named.words.startswith(f"{office[0].words} ")
                return named if is_short else office[0]
            hours_of = _ITS_HOURS.match(line, place.start())
            if hours_of and (office := office_at(_named(hours_of), 0)):
                return office[0]
    return _of_title(notice) if _HOURS_OF.search(notice.title) else None


def _named(hours_of: re.Match[str]) -> str:
    """`i cimiteri comunali` of `gli orari dei due cimiteri comunali`."""
    return f"{OF_ARTICLE[hours_of['of'].lower()]}{hours_of['office'].lower()}"


def _of_title(notice: Notice) -> Office | None:
    found = (office_at(notice.title, place.start()) for place in _WORD.finditer(notice.title))
    return next((office[0] for office in found if office), None)


def _after(notice: Notice, rows: list[Row]) -> str:
    """The sentence behind the last row that has a day: what holds from then on."""
    behind = notice.source[rows[-1].end :]
    return next((one for one in notice.prose if calendar_days(one) and one.rstrip(".") in behind), "")
