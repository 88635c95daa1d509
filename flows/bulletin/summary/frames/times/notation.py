"""Days, hours and prices as an editor writes them: `30 ottobre 2026`, `alle 12:15`, `500 euro`."""

import re
from functools import lru_cache

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.signals import WEEKDAY

_FIGURE = re.compile("[0-9]")  # without one most of these have nothing to do
_NUMERIC_DATE = Cued(
    r"(?<!\blotto )(?<!\bn\. )(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(20\d\d)(?![\d/-]|[.,]\d)"
)
_SHORT_YEAR = re.compile(r"(?<!\blotto )(?<![\d/.-])(\d{1,2})([/.])(\d{1,2})\2([1-4]\d)(?![\d/]|[.,]\d)")
_SHORT_DATE = re.compile(
    r"(?:(?<=\b(?:il|al) )|(?<=\b(?:dal) )|(?<=\b(?:il|al) giorno )|(?<=\bdal giorno ))"
    r"(\d{1,2})(/|\.(?=0[1-9]|1[0-2]))(\d{1,2})(?![\d/]|[.,]\d|\s?(?:€|euro\b|%))()"
)
_AT_HOUR = Cued(rf"(?P<day>\b(?:20\d\d|{'|'.join(MONTHS)})),? ore (?=\d)")
_HOUR = Cued(
    r"\b(?P<at>(?:d?alle|l[ae]|entro le|fino alle)\s+)?(?:ore\s+)(?P<hour>\d{1,2})[.,:](?P<min>\d\d)\b"
)
_HOURS = Cued(  # `ore 9.00-12.30`
    r"(?<!lle )\bore (?P<from>\d{1,2})(?:[.:](?P<min>\d\d))? ?[-–] ?(?P<to>\d{1,2})"
    r"(?:[.:](?P<min2>\d\d))?(?![\d:/])",
    re.I,
)
_FROM_HOUR = re.compile(  # `osservano l'orario continuato 7.30 - 18`
    r"\b(?P<lead>orario(?: continuato)?:? )(?P<from>\d{1,2})(?:[.:](?P<min>\d\d))? ?[-–] ?(?P<to>\d{1,2})"
    r"(?:[.:](?P<min2>\d\d))?(?![\d:/])",
    re.I,
)
_NEXT_TURN = re.compile(  # `dalle 8:30 alle 13 e 14-17`
    r"\b(?P<lead>alle \d{1,2}(?::\d\d)?(?: e |, ))(?P<from>\d{1,2})(?:[.:](?P<min>\d\d))? ?[-–] ?"
    r"(?P<to>\d{1,2})(?:[.:](?P<min2>\d\d))?(?![\d:/])"
)
_ON_A_VOWEL = re.compile(r"\b([AaEe])d (?=(?!8|11\b)\d[\d.]*(?:,\d\d)? euro)")  # of `ad € 500`
_HOUR_DOT = re.compile(
    r"\b(?P<at>(?i:d?alle|le))\s+(?P<hour>\d{1,2})[.:,](?P<min>[0-5]\d)(?![\d/]|\.\d"
    r"|\s?(?:€|euro))"
)
_ORE = Cued(r"\b(d?alle|le) ore (?=\d)", re.I)
_EURO_BEFORE = re.compile(
    r"(?:€|\beuro)\s*(\d{1,3}(?:\.\d{3})*)(?:,(\d\d))?(?![\d.,]*\d)(?!\s*(?:€|euro))", re.I
)
_EMISSIONS = re.compile(
    r"\b(?:diesel|benzina|gasolio|metano|gpl|omologat\w+|veicol\w+)\b[^.;\n]{0,40}$", re.I
)
_EURO_AFTER = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})*|\d+)(?:,(\d\d))?\s*(?:€|euro\b)", re.I)
_LOUD_MONTH = re.compile(
    r"\b(?:GENNAIO|FEBBRAIO|MARZO|APRILE|MAGGIO|GIUGNO|LUGLIO|AGOSTO|SETTEMBRE|OTTOBRE|NOVEMBRE|DICEMBRE"
    r"|Gennaio|Febbraio|Marzo|Aprile|Maggio|Giugno|Luglio|Agosto|Settembre|Ottobre|Novembre|Dicembre)\b"
)
_STREET_NAME = 20  # characters before the month
_OF_A_STREET = Cued(r"\b(?:via|viale|piazza|piazzale|largo|ponte|parco|scuola)\s(?:[IVX]+|\d{1,2})\s$", re.I)
_LOUD_DAY = re.compile(rf"(?<=[a-zà-ù,] ){WEEKDAY}(?= \d)", re.I)
_IN_PERIOD = re.compile(  # `nel periodo 30 dicembre 2026 - 6 gennaio 2027`
    r"\bnel periodo (?P<first>\d{1,2}[°º]? [a-z]{4,9}(?: 20\d\d)?) [-–] (?=\d)", re.I
)
_TO_EURO = re.compile(r"\bda (\d[\d.]*)(?:,00)? euro ad? (\d[\d.]*)(?:,00)?(?! ?(?:euro|€|%)|[\d,])", re.I)
_FIRST_SUM = re.compile(r"(?<=\bda )(\d[\d.]*),00(?= ad? \d)", re.I)  # `da 25,00 a 500,00 euro`
_LETTER_EURO = re.compile(r"(?<=\d)\s?E(?=\.?$)")  # `una sanzione di 500E.`
_FROM_WEEKDAY = re.compile(r"\b([Dd])al (?=(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato) \d)")


@lru_cache(maxsize=1024)
def plain_figures(text: str) -> str:
    """Days, hours and prices as an editor writes them: `30/10/2026`, `ore 12.15`, `€ 500,00`."""
    if _FIGURE.search(text) is None:
        return _LOUD_MONTH.sub(_month, text)
    text = _SHORT_YEAR.sub(lambda day: f"{day[1]}{day[2]}{day[3]}{day[2]}20{day[4]}", text)
    text = _SHORT_DATE.sub(_date, _NUMERIC_DATE.sub(_date, text))
    text = _LOUD_DAY.sub(lambda day: day[0].lower(), _LOUD_MONTH.sub(_month, text))
    text = _LETTER_EURO.sub(" euro", _IN_PERIOD.sub(r"dal \g<first> al ", text))
    text = _FROM_WEEKDAY.sub(r"\1a ", text)
    text = _FROM_HOUR.sub(_from_to, text)
    text = _HOURS.sub(_from_to, _HOUR.sub(_hour, text))
    text = _AT_HOUR.sub(r"\g<day> alle ", _ORE.sub(r"\1 ", text))
    text = _HOUR_DOT.sub(lambda at: f"{at['at']} {clock(at['hour'], at['min'])}", text)
    text = _NEXT_TURN.sub(_from_to, text)
    text = _TO_EURO.sub(r"da \1 a \2 euro", _EURO_BEFORE.sub(_sum_behind, _FIRST_SUM.sub(r"\1", text)))
    return _ON_A_VOWEL.sub(r"\1 ", _EURO_AFTER.sub(lambda euro: _money(euro[1], euro[2]), text))


def _date(match: re.Match[str]) -> str:
    day, month = int(match[1]), int(match[3])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return match[0]
    return f"{day} {MONTHS[month - 1]} {match[4]}".rstrip()


def _month(match: re.Match[str]) -> str:
    """A month in small letters, but for a street's: `piazza XXV Aprile`."""
    before = match.string[max(0, match.start() - _STREET_NAME) : match.start()]
    return match[0].capitalize() if _OF_A_STREET.search(before) else match[0].lower()


def _hour(match: re.Match[str]) -> str:
    at = match["at"] or ""
    return f"{at or 'ore '}{clock(match['hour'], match['min'])}"


def _from_to(match: re.Match[str]) -> str:
    first, last = clock(match["from"], match["min"] or "00"), clock(match["to"], match["min2"] or "00")
    if not int(match["from"]) < int(match["to"]) <= 24:
        return match[0]
    return f"{match.groupdict().get('lead') or ''}dalle {first} alle {last}"


def clock(hour: str, minute: str) -> str:
    return f"{int(hour)}" if minute == "00" else f"{int(hour)}:{minute}"


def _sum_behind(euro: re.Match[str]) -> str:
    """`5 euro` of `euro 5`; the class of a car, `diesel Euro 5`, stays."""
    is_class = len(euro[1]) == 1 and not euro[2] and _EMISSIONS.search(euro.string[: euro.start()])
    return euro[0] if is_class else _money(euro[1], euro[2])


def _money(whole: str, cents: str | None) -> str:
    return f"{whole} euro" if cents in (None, "00") else f"{whole},{cents} euro"
