"""Dates in running Italian: single, shared months, ranges, numeric; the dates of acts apart from events'."""

import re
from dataclasses import replace
from datetime import date

from flows.bulletin.facts.fact import Kind, Sheet
from flows.bulletin.language.dates import MONTHS, MONTHS_BY_START, WEEKDAYS
from flows.bulletin.language.relative_days import phrases

_SHORT_MONTHS = {"genn": 1, "febbr": 2, "magg": 5, "sett": 9, **MONTHS_BY_START}
_MONTH_NUMBER = {**_SHORT_MONTHS, **{name: number for number, name in enumerate(MONTHS, start=1)}}
FULL_MONTH = "|".join(MONTHS)
_SHORT_MONTH = "|".join(_SHORT_MONTHS)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_WEEKDAY = r"""(?:lunedì|lunedi['’`]?|martedì|martedi['’`]?|mercoledì|mercoledi['’`]?|giovedì|giovedi['’`]?
    |venerdì|venerdi['’`]?|sabato|sabati|domenica|domeniche|(?:lun|mart?|merc?|giov?|ven|sab|dom)\.)"""
_SPACE = r"[^\S\n]*"
_AND = rf"""(?:{_SPACE}(?:[-–/]|,(?:\s*(?:il\s|l['’]))?
    |,?\s+(?:(?:e|ed|o|al|a|fino\s+al|e\s+dal|e\s+il|e\s+al)\s|(?:e\s+)?(?:l|all)['’])){_SPACE})"""
_LISTED = rf"(?:(?:{_WEEKDAY}),?\s+)?{_DAY}[°º]?"
_X = re.IGNORECASE | re.VERBOSE
_NAMED = re.compile(
    rf"""(?<![\w.,:/€])(?P<days>{_DAY}[°º]?(?:{_AND}{_LISTED}){{0,12}})
    (?:\s+|[-/.])(?:di\s+)?(?:(?P<full>{FULL_MONTH})\b|(?P<short>{_SHORT_MONTH})(?:\.|\b)(?=[\s,;)\d–-]|$))
    (?:(?:\s+|[-/]|,\s)(?:del\s+)?(?P<year>(?:19|20)\d\d|['’][23]\d))?(?!\d)""",
    _X,
)
_ONE_DAY = re.compile(rf"(?:(?P<weekday>{_WEEKDAY}),?\s+)?(?P<day>{_DAY})[°º]?(?!\d)", _X)
_NUMERIC = re.compile(
    rf"""(?<![\w.,/€])(?P<day>{_DAY})(?P<mark>[/.-]|\s(?=\d\d\s\d{{4}}\b))(?P<month>1[0-2]|0?[1-9])(?P=mark)
    (?P<year>(?:19|20)\d\d|[23]\d)(?![\d/]|[.,]\d|\s+(?:di\s+)?(?:{FULL_MONTH}))""",
    _X,
)
_ISO = re.compile(
    r"(?<![\d/_-])(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?!\d|[-_][a-z])"  # `images/2026-04-17-mostra.webp` is a file's name
)
_SLASHED = re.compile(rf"(?P<day>{_DAY})/(?P<month>1[0-2]|0?[1-9])(?![\d/]|[.,]\d)")
_BEFORE_SLASHED = re.compile(
    r"\b(?:il|dal|al|dall['’]|all['’]|l['’]|entro|giorno|giorni|del|e|scad(?:enza|\.):?)\s*$", re.IGNORECASE
)
_DOTTED = re.compile(rf"(?P<day>{_DAY})\.(?P<month>1[0-2]|0[1-9])(?![\d/]|[.,:]\d|\s?[-–€%])")
_BEFORE_DOTTED = re.compile(r"\b(?:il|dal|al|del|giorno)\s+$", re.IGNORECASE)
_HOUR_BEFORE = re.compile(r"\b(?:ore|alle|dalle)\s+$", re.IGNORECASE)
_HOUR_FOLLOWS = re.compile(r",?\s*(?:alle|dalle|ore|h)\b", re.IGNORECASE)
_DAY_BEFORE = re.compile(
    rf"(?<![\w.,:/])(?P<day>{_DAY})(?:\s*[-–]\s*|\s+(?:e|ed|al)\s+(?:il\s+)?)$", re.IGNORECASE
)
_SHORT_WEEKDAY = rf"(?:{'|'.join(name[:3] for name in WEEKDAYS)})"
_WEEKDAY_SPAN = re.compile(
    rf"(?P<first>{_SHORT_WEEKDAY})\.?\s?[-–/]\s?(?P<last>{_SHORT_WEEKDAY})\b", re.IGNORECASE
)
_WEEKDAY_BEFORE = re.compile(rf"\b(?P<weekday>{_WEEKDAY}|{_SHORT_WEEKDAY}),?\s+(?:il\s+)?$", _X)
_FIRST_OF = re.compile(rf"primo\s+(?:di\s+)?(?P<month>{FULL_MONTH})\b(?:\s+(?P<year>20\d\d))?", _X)
_MONTH_ALONE = re.compile(rf"(?P<month>{FULL_MONTH})\b(?:\s+(?:del\s+)?(?P<year>(?:19|20)\d\d)\b)?", _X)
_WEEKDAY_ALONE = re.compile(rf"(?P<weekday>{_WEEKDAY})(?!\w)", _X)
_WEEKDAY_STARTS = frozenset(name[:3] for name in WEEKDAYS)
_ACT = re.compile(
    r"""(?:\b(?:ordinanz[ae]|deliber[ae]|deliberazion[ei]|determin[ae]|determinazion[ei]|decret[oi]|legg[ei]
    |regolament[oi]|circolar[ei]|direttiv[ae]|protocollo|verbale)\b|\b(?:d\.?\s?lgs|d\.?\s?l|l\.?\s?r|d\.?\s?p\.?\s?r
    |d\.?\s?g\.?\s?[rcm]|d\.?\s?m|d\.?\s?p\.?\s?c\.?\s?m|d\.?\s?c\.?\s?c|prot|det|del|delib|ord)\.(?=\s|n|\d)
    |\b(?:dgr|dgrv|dgc|dcc|dpcm|dpr|prot)\b)[^\n;:()]{0,50}$
    |\b(?:n|nr|num|numero)\.?\s*\d[\d/.]*(?:\s+\w+|\s*\([^()\n]{1,25}\))?\s+$""",
    _X,
)
_NO_MORE_OF_ACT = re.compile(
    r",\s+(?:per|nel|nell[ae]|nei|il|la|dal|dalle|è|sono|a|in\s+occasione)\b|\b(?:ha|hanno|vieta|dispone|ordina)\s",
    re.IGNORECASE,
)
_ITS_DATE = re.compile(r"(?:\b(?:del|in\s+data|dd\.?|datat[oa])\s+|\bdell['’]\s?)$", re.IGNORECASE)
_LAW = re.compile(  # `Legge 10 aprile 1951, n. 287`
    r"\b(?:legge|decreto(?:[\s-]legge|\slegislativo)|testo\sunico)(?:\sregionale|\sstatale)?\s+$"
    r"|\bprot(?:ocollo|\.)\s+$"
    r"|\b(?:d\.?\s?lgs|d\.?\s?l|l|l\.?\s?r|d\.?\s?p\.?\s?r|d\.?\s?m|r\.?\s?d)\.?\s+$",
    re.IGNORECASE,
)
_JOIN = re.compile(
    rf"{_SPACE}(?:,|e|ed|(?P<span>-|–|al?|fino\s+al)|e\s+dal|dal){_SPACE}(?:il\s+|dal\s+|giorno\s+)?", re.I
)


def read(sheet: Sheet) -> None:
    """Take every date of the calendar."""
    for match in sheet.at_figures(_ISO):
        _take(sheet, match, int(match["year"]), int(match["month"]), int(match["day"]))
    for match in sheet.at_figures(_NUMERIC):
        year = int(match["year"])
        year += 2000 if year < 100 else 0
        _take(sheet, match, year, int(match["month"]), int(match["day"]))
    _read_named(sheet)
    for match in sheet.at_words(_FIRST_OF, ("primo",)):
        month = _MONTH_NUMBER[match["month"].lower()]
        _take(sheet, match, int(match["year"]) if match["year"] else None, month, 1)
    for match in sheet.at_figures(_SLASHED):
        before = sheet.before(match.start(), 16)
        other = _DAY_BEFORE.search(before)
        if other:  # `tra il 26 e il 27/05`
            start = match.start() - len(other[0])
            day = (None, int(match["month"]), int(other["day"]))
            _put(sheet, start, start + len(other["day"]), day, "", within=start)
        if other or _BEFORE_SLASHED.search(before) or _WEEKDAY_BEFORE.search(before):
            _take(sheet, match, None, int(match["month"]), int(match["day"]))
    for match in sheet.at_figures(_DOTTED):
        before = sheet.before(match.start(), 16)
        is_day = _WEEKDAY_BEFORE.search(before) and _HOUR_FOLLOWS.match(sheet.text, match.end())
        if is_day or _BEFORE_DOTTED.search(before):
            _take(sheet, match, None, int(match["month"]), int(match["day"]))
    for match in sheet.at_words(_MONTH_ALONE, frozenset(MONTHS)):
        month = _MONTH_NUMBER[match["month"].lower()]
        value = f"{match['year']}-{month:02}" if match["year"] else f"--{month:02}"
        sheet.take(_kind(sheet, match.start()), value, *match.span())


def read_weekdays(sheet: Sheet, published: date | None) -> None:
    """Take the weekdays of no date: after the times, which may lean on them (`mercoledì 15-18`)."""
    _read_relative(sheet, published)
    for match in sheet.at_words(_WEEKDAY_SPAN, _WEEKDAY_STARTS):
        for end in ("first", "last"):
            sheet.note(Kind.weekday, weekday(match[end]), *match.span(end))
        sheet.hide(*match.span())
    for match in sheet.at_words(_WEEKDAY_ALONE, _WEEKDAY_STARTS, 3):
        sheet.take(Kind.weekday, weekday(match["weekday"]), *match.span())


def weekday(form: str) -> str:
    """`lunedì` of `LUNEDI'`, `lun.`, `lunedi`; `` of nothing."""
    start = form[:3].lower()
    return next((name for name in WEEKDAYS if start and name.startswith(start)), "")


def _read_named(sheet: Sheet) -> None:
    for match in sheet.at_figures(_NAMED):
        month = _MONTH_NUMBER[(match["full"] or match["short"]).lower()]
        year = int(match["year"].lstrip("'’")) if match["year"] else None
        year = year + 2000 if year is not None and year < 100 else year
        days = list(_ONE_DAY.finditer(match["days"]))
        numbers = [int(day["day"]) for day in days]
        first = len(days) - 1
        while first and numbers[first - 1] < numbers[first]:
            first -= 1  # `alle 18, 10 ottobre`: days of one month only ever rise
        if first == 0 < len(days) - 1 and _HOUR_BEFORE.search(sheet.before(match.start("days"), 8)):
            first = 1  # `ore 14 a venerdì 30 gennaio`
        for day, number in zip(days[first:], numbers[first:], strict=True):
            start = match.start("days") + day.start()
            end = match.end() if day is days[-1] else match.start("days") + day.end()
            _put(sheet, start, end, (year, month, number), day["weekday"] or "", within=match.start("days"))


def _take(sheet: Sheet, match: re.Match[str], year: int | None, month: int, day: int) -> None:
    _put(sheet, match.start(), match.end(), (year, month, day), "", within=match.start())


def _put(
    sheet: Sheet, start: int, end: int, day: tuple[int | None, int, int], its_weekday: str, *, within: int
) -> None:
    year, month, number = day
    try:
        date(year or 2024, month, number)
    except ValueError:
        return  # `31/11/2026` is no date: its figures stay numbers
    kind = _kind(sheet, within)
    if not its_weekday and (before := _WEEKDAY_BEFORE.search(sheet.before(start, 17))):
        its_weekday = before["weekday"]
        start -= len(before[0])
    if year is not None:
        _inherit(sheet, start, year, month, number)
    value = f"{year}-{month:02}-{number:02}" if year else f"--{month:02}-{number:02}"
    sheet.take(kind, value, start, end, weekday=weekday(its_weekday))


def _inherit(sheet: Sheet, start: int, year: int, month: int, day: int) -> None:
    """`dal 28 novembre al 3 dicembre 2026`: the first has its year from the last."""
    for index in range(len(sheet.facts) - 1, -1, -1):
        before = sheet.facts[index]
        if before.kind is not Kind.date or not before.value.startswith("--") or len(before.value) != 7:
            return
        joint = _JOIN.fullmatch(sheet.text, before.end, start) if before.end <= start else None
        is_later = before.value[2:] > f"{month:02}-{day:02}"
        if joint is None or (is_later and not joint["span"]):
            return
        its_year = year - 1 if is_later else year
        value = f"{its_year}{before.value[1:]}"
        sheet.facts[index] = replace(before, value=value)
        start, month, day = before.start, int(before.value[2:4]), int(before.value[5:7])
        year = its_year


def _kind(sheet: Sheet, start: int) -> Kind:
    """Whether the date that begins at `start` is that of an act."""
    before = sheet.before(start, 90)
    if _LAW.search(before):
        return Kind.act_date
    of = _ITS_DATE.search(before)
    act = _ACT.search(before[: of.start()]) if of else None
    return Kind.act_date if act and not _NO_MORE_OF_ACT.search(act[0]) else Kind.date


def _read_relative(sheet: Sheet, published: date | None) -> None:
    """`domani`, `il prossimo lunedì`: their days where `published` tells them."""
    left = sheet.left
    for phrase in phrases(sheet.text, published):
        visible, taken, _ = left[phrase.start : phrase.end].partition("\x00")
        visible = visible.rstrip(" ,")
        if not visible or (taken and published):
            continue  # in a street's name, or of a date that stands there
        end = phrase.start + len(visible)
        if not phrase.days:
            sheet.note(Kind.relative, " ".join(visible.lower().split()), phrase.start, end)
        for day in phrase.days:
            sheet.note(Kind.date, day, phrase.start, end)
        sheet.hide(phrase.start, end)
