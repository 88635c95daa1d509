"""A weekday without its date: one of every week (`il lunedì`, `da lunedì a venerdì`), or one day.

Municipal pages name the days of a timetable far more often than a single day: on 242 of them 33 bare weekdays
stood in hours of opening or in the name of a series, and one meant a day.
"""

import re
from enum import Enum

WEEKDAY = r"(?:(?:luned|marted|mercoled|gioved|venerd)(?:ì|i['’`]|i(?!['’`]))|sabato|domenica)(?![\wà-ù])"


class Weekday(Enum):
    """What a bare weekday means where it stands."""

    every = "every week's"
    next = "the next one after the page was written"
    unsure = "one day, and nobody can tell which"
    none = "no day: a feast, a person's name, or its date stands beside"


_BY_AN_HOUR = re.compile(r"\bentro le (?:ore )?\d{1,2}(?:[.:]\d\d)? di\s+$", re.I)  # `entro le 12 di venerdì`
_EVERY = re.compile(
    rf"(?:\b(?:il|i|la|le|ogni|tutti i|tutte le|di|del|dei|della|delle|al|ai|alla|nel|nei|dal|dalla"
    r"|un|una|due|tre|quattro|cinque"
    rf"|alcuni|alcune|prim[oa]|second[oa]|terz[oa]|quart[oa]|ultim[oa]|stess[oa]|sol[oa]|successiv[oa]|sempre"
    rf"|esclus[oaie]|eccett[oi]|tranne)"
    rf"|\bgiorni|\borari\w*|\bda\s++{WEEKDAY}\s++a|\bnei giorni di|\bdi norma|\babitualmente)\s*+[:(]?\s*+$",
    re.I,
)
_LEFT_OUT = re.compile(r"\s++(?:e festivi\s++)?(?:esclus|compres|inclus)[oaie]\b", re.I)
_IN_LIST = re.compile(
    rf"\b(?P<day>{WEEKDAY})(?:\s++(?:mattina|pomeriggio|sera))?\s*+(?:,|e|ed|o|/|-|–|a|al|alla)\s*+$",
    re.I,
)
_GOES_ON = re.compile(rf"\s*+(?:,|\be\b|\bed\b|\bo\b|/|-|–|\ba\b|\bal\b|\balla\b)\s*+{WEEKDAY}", re.I)
_UNTIL = re.compile(rf"\s*+(?:-|–|\ba\b|\bal\b|\balla\b|\bfino a\b)\s*+{WEEKDAY}", re.I)
_HOURS = re.compile(
    r"\s*+(?::|[,(]?\s*+(?:dalle|ore|h\.?)?\s*+\d{1,2}(?:[:.]\d\d)?\s*+(?:[-–]|alle|/|e\b))",
    re.I,
)
_HOURS_AND_DAYS = re.compile(
    r"\s*+,?\s*+(?:dalle|ore|h\.?)\s*+[\d:.]+(?:\s*+(?:[-–]|alle)\s*+[\d:.]*\d)?\s*+[:,(–-]\s*+"
    r"(?:il\s++|nei giorni\s++)?\d{1,2}(?:\s*+,\s*+\d|\s++e\s++\d|\s++[a-z]{4,9}\b)",
    re.I,
)
_FEAST = re.compile(
    r"\s++(?:sant[oa]|grasso|in albis|dell['’]angelo|delle (?:palme|ceneri)|di pasqua|d['’]\w+)\b", re.I
)
_DATED_BEFORE = re.compile(
    r"(?:\d{1,2}\s++[a-z]{3,9}\.?(?:\s++20\d\d)?|\d[./]\d{1,2}(?:[./]\d+)?)[\s,(–-]*$", re.I
)
_OPENING = re.compile(
    r"\b(?:orari\w*|apert\w+|apertur\w+|ricev\w+|sportell\w+|ogni|settimanal\w+|lezion\w+|cors[oi]|raccolta"
    r"|appuntament\w+|mercat\w+|feriali|festiv\w+|numero|telefono|tel)\b",
    re.I,
)
_PAST = re.compile(
    r"\b(?:è|sono|ha|hanno|era|erano|aveva)\s++(?:già\s++|stat[oaie]\s++)?(?!previst|programmat|fissat|attes"
    r"|convocat|invitat)\w+(?:at|ut|it|st|rt|es)[oaie]\b|\b\w{3,}(?:ava|avano|iva|ivano)\b",
    re.I,
)
_MONTH = r"(?:gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic)[a-z]{0,7}"
DATE = re.compile(rf"\b\d{{1,2}}[°º]?\s{{1,3}}{_MONTH}\b|\b\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}\b", re.I)
ITS_WEEK = re.compile(
    r"\s{1,3}(?:(?:di |della )?(?:prossima|questa|scorsa) settimana|(?:della )?settimana (?:prossima|scorsa)"
    r"|prossim[oa]|scors[oa]|successiv[oa]|seguent[ei]|dopo\b|prima\b|ventur[oa]|corrente|entrante"
    r"|p\.\s?v\.|c\.\s?m\.)",
    re.I,
)
_OF_ONE = re.compile(r"\b(?:annullat|rinviat|spostat|sospes|posticipat|anticipat|soppress)\w*\b", re.I)
_WEEKLY = re.compile(r"\b(?:settimanal[ei]|mercat[oi])\s{1,3}(?:di|del|della)\s{1,3}$", re.I)
_BY_OF = re.compile(r"\b(?:di|del|della|al|alla)\s{1,3}$", re.I)
_HABIT = re.compile(
    r"\b(?:mattin\w+|pomeriggi\w*|orari\w*|apertur\w+|turn[oi])\s(?:[a-z]+\s)?(?:del|della)\s{1,3}"
    rf"(?:{WEEKDAY}\se\s(?:del|della)\s{{1,3}})?$",
    re.I,
)
_ROW = re.compile(rf"^[\s*•·|–-]{{0,6}}{WEEKDAY}(?=[^\n:]{{0,20}}:)", re.I | re.M)
_OF_A_WEEK = re.compile(  # `lunedì chiuso`, `martedì 14.30 - 19`, one below the other
    rf"^[\s*•·|–-]{{0,6}}(?P<day>{WEEKDAY})(?!\s\d{{1,2}}(?:[°º]?\s{_MONTH}|/\d))"
    r"(?=[^\n]{0,30}(?:\d[.:]\d\d|\d\s?[-–]\s?\d|\bchius|\bapert|\balle\s\d))",
    re.I | re.M,
)
_A_WEEK = 3  # different days
_SERIES = re.compile(
    r"\s(?:al|alla|allo|in|nel|con)\s[a-zà-ù\s]{3,30}(?::|\s[-–]\s|\n)"
)  # `Sabato al museo: «Alba»`
_LONGEST_LIST = 14  # names: a week twice
_SENTENCE = re.compile(r"[.!?](?!\d)|\n")
_AROUND = 300  # characters before it that may say that hours of opening follow


def reading(text: str, start: int, end: int) -> Weekday:
    """What the weekday `text[start:end]` means; the part of the day may be with it.

    `next` only where nothing else may be meant: no date stands in the sentence or in the one before it, from
    which the day could be counted. A wrong day is worse than a text that waits for a person.
    """
    before = text[max(0, start - 40) : start]
    if _DATED_BEFORE.search(before) or _HOURS_AND_DAYS.match(text, end) or _FEAST.match(text, end):
        return Weekday.none
    if text[start : start + 8] == "Domenica" and re.match(r"\s[A-ZÀ-Ý][a-zà-ù]", text[end:]):
        return Weekday.none if before.strip()[-1:].isalnum() else Weekday.unsure  # `Domenica Rossi`
    if start == 0 and _SERIES.match(text, end):
        return Weekday.none
    if ITS_WEEK.match(text, end):
        return Weekday.unsure  # `venerdì della prossima settimana`, `il lunedì successivo`
    if _is_of_a_week(text, start, end):
        return Weekday.every
    sentence, before_it = _sentences(text, start, end)
    if _WEEKLY.search(before) and DATE.search(sentence):
        return Weekday.every
    if _LEFT_OUT.match(text, end):
        return Weekday.every  # `tutti i giorni feriali, sabato escluso`
    if _BY_AN_HOUR.search(before):
        return Weekday.unsure
    if _EVERY.search(before):
        is_of_one = _BY_OF.search(before) and _OF_ONE.search(sentence) and not _HABIT.search(before)
        return Weekday.unsure if is_of_one else Weekday.every  # `lo spettacolo di sabato è annullato`
    is_in_list = _IN_LIST.search(before) is not None
    if is_in_list and _opens_every(text, start):
        return Weekday.every  # `nei giorni di lunedì, mercoledì e venerdì`
    is_listed = is_in_list or _GOES_ON.match(text, end) is not None
    rows = re.findall(rf"(?:{WEEKDAY}|sabati|domeniche){_HOURS.pattern}", sentence, re.I)
    if len(rows) > 1 and _HOURS.match(text, end):
        return Weekday.every  # `mercoledì 15-18, alcuni sabati 9-12, lunedì 9-12`
    rows_around = _ROW.findall(text[max(0, start - _AROUND) : end + _AROUND])
    several = len(re.findall(WEEKDAY, sentence, re.I)) > 1 or len(rows_around) > 1
    opens = _OPENING.search(text, max(0, start - _AROUND), end + _AROUND) is not None
    has_hours = _HOURS.match(text, end) is not None or _GOES_ON.match(text, end) is not None
    if opens and several and (is_listed or has_hours):
        return Weekday.every
    if re.search(r"\bda\s$", before, re.I) and (until := _UNTIL.match(text, end)):
        return Weekday.every if _HOURS.match(text, until.end()) else Weekday.unsure
    may_be_another = is_listed or _PAST.search(sentence) or DATE.search(sentence) or DATE.search(before_it)
    return Weekday.unsure if may_be_another else Weekday.next


def _is_of_a_week(text: str, start: int, end: int) -> bool:
    """Whether it opens a line of a timetable: below or above it others open with other weekdays."""
    rows = list(_OF_A_WEEK.finditer(text, max(0, start - _AROUND), end + _AROUND))
    is_one = any(row.start("day") == start for row in rows)
    return is_one and len({row["day"][:3].lower() for row in rows}) >= _A_WEEK


def _sentences(text: str, start: int, end: int) -> tuple[str, str]:
    """The sentence around a place and the one before it, each within `_AROUND` characters."""
    first = max(0, start - 2 * _AROUND)
    opened = [first, *(match.end() for match in _SENTENCE.finditer(text, first, start))]
    closed = _SENTENCE.search(text, end, end + _AROUND)
    last = closed.start() if closed else end + _AROUND
    return text[max(opened[-1], start - _AROUND) : last], text[
        opened[-2] if len(opened) > 1 else first : opened[-1]
    ]


def _opens_every(text: str, start: int) -> bool:
    """Whether the list of weekdays that goes on at `start` began as one of every week, or with a date."""
    for _ in range(_LONGEST_LIST):
        before = text[max(0, start - 40) : start]
        listed = _IN_LIST.search(before)
        if listed is None:
            return bool(_EVERY.search(before) or _DATED_BEFORE.search(before))
        start = start - len(before) + listed.start()
    return False
