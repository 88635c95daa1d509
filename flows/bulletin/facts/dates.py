"""Dates in running Italian: single, shared months, ranges, numeric; the dates of acts apart from events'."""

import re
from datetime import date

from flows.bulletin.facts.fact import Kind, Sheet
from flows.bulletin.language.dates import WEEKDAYS
from flows.bulletin.language.relative_days import phrases

MONTH_FORMS = (
    ("gennaio", "genn", "gen"),
    ("febbraio", "febbr", "feb"),
    ("marzo", "mar"),
    ("aprile", "apr"),
    ("maggio", "magg", "mag"),
    ("giugno", "giu"),
    ("luglio", "lug"),
    ("agosto", "ago"),
    ("settembre", "sett", "set"),
    ("ottobre", "ott"),
    ("novembre", "nov"),
    ("dicembre", "dic"),
)
_MONTH_NUMBER = {form: number for number, forms in enumerate(MONTH_FORMS, 1) for form in forms}
FULL_MONTH = "|".join(forms[0] for forms in MONTH_FORMS)
_SHORT_MONTH = "|".join(form for forms in MONTH_FORMS for form in forms[1:])
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
    r"(?<![\d-])(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
)
_SLASHED = re.compile(rf"(?P<day>{_DAY})/(?P<month>1[0-2]|0?[1-9])(?![\d/]|[.,]\d)")
_BEFORE_SLASHED = re.compile(
    r"\b(?:il|dal|al|dall['’]|all['’]|l['’]|entro|giorno|giorni|del|e)\s*$", re.IGNORECASE
)
_DOTTED = re.compile(rf"(?P<day>{_DAY})\.(?P<month>1[0-2]|0[1-9])(?![\d/]|[.,:]\d|\s?[-–€%])")
_BEFORE_DOTTED = re.compile(r"\b(?:il|dal|al|del|giorno)\s+$", re.IGNORECASE)
_HOUR_FOLLOWS = re.compile(r",?\s*(?:alle|dalle|ore|h)\b", re.IGNORECASE)
_DAY_BEFORE = re.compile(
    rf"(?<![\w.,:/])(?P<day>{_DAY})(?:\s*[-–]\s*|\s+(?:e|ed|al)\s+(?:il\s+)?)$", re.IGNORECASE
)
_SHORT_WEEKDAY = r"(?:lun|mar|mer|gio|ven|sab|dom)"
_WEEKDAY_SPAN = re.compile(
    rf"(?P<first>{_SHORT_WEEKDAY})\.?\s?[-–/]\s?(?P<last>{_SHORT_WEEKDAY})\b", re.IGNORECASE
)
_WEEKDAY_BEFORE = re.compile(rf"\b(?P<weekday>{_WEEKDAY}|{_SHORT_WEEKDAY}),?\s+(?:il\s+)?$", _X)
_FIRST_OF = re.compile(rf"primo\s+(?:di\s+)?(?P<month>{FULL_MONTH})\b(?:\s+(?P<year>20\d\d))?", _X)
_MONTH_ALONE = re.compile(rf"(?P<month>{FULL_MONTH})\b(?:\s+(?:del\s+)?(?P<year>(?:19|20)\d\d)\b)?", _X)
_FULL_MONTHS = frozenset(FULL_MONTH.split("|"))
_WEEKDAY_ALONE = re.compile(rf"(?P<weekday>{_WEEKDAY})(?!\w)", _X)
_WEEKDAY_STARTS = frozenset({"lun", "mar", "mer", "gio", "ven", "sab", "dom"})
_ACT = re.compile(
    r"""(?:\b(?:ordinanz[ae]|deliber[ae]|deliberazion[ei]|determin[ae]|determinazion[ei]|decret[oi]|legg[ei]
    |regolament[oi]|circolar[ei]|direttiv[ae]|protocollo|verbale)\b|\b(?:d\.?\s?lgs|d\.?\s?l|l\.?\s?r|d\.?\s?p\.?\s?r
    |d\.?\s?g\.?\s?[rcm]|d\.?\s?m|d\.?\s?p\.?\s?c\.?\s?m|d\.?\s?c\.?\s?c|prot|det|del|delib|ord)\.(?=\s|n|\d)
    |\b(?:dgr|dgrv|dgc|dcc|dpcm|dpr|prot)\b)[^\n;:()]{0,50}$
    |\b(?:n|nr|num|numero)\.?\s*\d[\d/.]*(?:\s+\w+)?\s+$""",
    _X,
)
_ITS_DATE = re.compile(r"(?:\b(?:del|in\s+data|dd\.?|datat[oa])\s+|\bdell['’]\s?)$", re.IGNORECASE)
_JOIN = re.compile(
    rf"{_SPACE}(?:,|e|ed|(?P<span>-|–|al?|fino\s+al)|e\s+dal|dal){_SPACE}(?:il\s+|dal\s+|giorno\s+)?", re.I
)


def read(sheet: Sheet) -> None:
    """Take every date of the calendar."""
    for found in sheet.at_figures(_ISO):
        _take(sheet, found, int(found["year"]), int(found["month"]), int(found["day"]))
    for found in sheet.at_figures(_NUMERIC):
        year = int(found["year"])
        year += 2000 if year < 100 else 0
        _take(sheet, found, year, int(found["month"]), int(found["day"]))
    _read_named(sheet)
    for found in sheet.at_words(_FIRST_OF, ("primo",)):
        month = _MONTH_NUMBER[found["month"].lower()]
        _take(sheet, found, int(found["year"]) if found["year"] else None, month, 1)
    for found in sheet.at_figures(_SLASHED):
        before = sheet.before(found.start(), 16)
        other = _DAY_BEFORE.search(before)
        if other:  # `tra il 26 e il 27/05`
            start = found.start() - len(other[0])
            day = (None, int(found["month"]), int(other["day"]))
            _put(sheet, start, start + len(other["day"]), day, "", within=start)
        if other or _BEFORE_SLASHED.search(before) or _WEEKDAY_BEFORE.search(before):
            _take(sheet, found, None, int(found["month"]), int(found["day"]))
    for found in sheet.at_figures(_DOTTED):
        before = sheet.before(found.start(), 16)
        is_day = _WEEKDAY_BEFORE.search(before) and _HOUR_FOLLOWS.match(sheet.text, found.end())
        if is_day or _BEFORE_DOTTED.search(before):
            _take(sheet, found, None, int(found["month"]), int(found["day"]))
    for found in sheet.at_words(_MONTH_ALONE, _FULL_MONTHS):
        month = _MONTH_NUMBER[found["month"].lower()]
        value = f"{found['year']}-{month:02}" if found["year"] else f"--{month:02}"
        sheet.take(_kind(sheet, found.start()), value, found.start(), found.end())
        sheet.hide(found.start(), found.end())


def read_weekdays(sheet: Sheet, published: date | None) -> None:
    """Take the weekdays of no date: after the times, which may lean on them (`mercoledì 15-18`)."""
    _read_relative(sheet, published)
    for found in sheet.at_words(_WEEKDAY_SPAN, _WEEKDAY_STARTS):
        for end in ("first", "last"):
            sheet.take(Kind.weekday, weekday(found[end]), found.start(end), found.end(end))
        sheet.hide(found.start(), found.end())
    for found in sheet.at_words(_WEEKDAY_ALONE, _WEEKDAY_STARTS, 3):
        sheet.take(Kind.weekday, weekday(found["weekday"]), found.start(), found.end())
        sheet.hide(found.start(), found.end())


def weekday(shown: str) -> str:
    """`lunedì` of `LUNEDI'`, `lun.`, `lunedi`; `` of nothing."""
    start = shown[:3].lower()
    return next((name for name in WEEKDAYS if start and name.startswith(start)), "")


def _read_named(sheet: Sheet) -> None:
    for found in sheet.at_figures(_NAMED):
        month = _MONTH_NUMBER[(found["full"] or found["short"]).lower()]
        year = int(found["year"].lstrip("'’")) if found["year"] else None
        year = year + 2000 if year is not None and year < 100 else year
        days = list(_ONE_DAY.finditer(found["days"]))
        numbers = [int(one["day"]) for one in days]
        first = len(days) - 1
        while first and numbers[first - 1] < numbers[first]:
            first -= 1  # `alle 18, 10 ottobre`: days of one month only ever rise
        for one, number in zip(days[first:], numbers[first:], strict=True):
            start = found.start("days") + one.start()
            end = found.end() if one is days[-1] else found.start("days") + one.end()
            _put(sheet, start, end, (year, month, number), one["weekday"] or "", within=found.start("days"))


def _take(sheet: Sheet, found: re.Match[str], year: int | None, month: int, day: int) -> None:
    _put(sheet, found.start(), found.end(), (year, month, day), "", within=found.start())


def _put(
    sheet: Sheet, start: int, end: int, day: tuple[int | None, int, int], shown: str, *, within: int
) -> None:
    year, month, number = day
    try:
        date(year or 2024, month, number)
    except ValueError:
        return  # `31/11/2026` is no date: its figures stay numbers
    kind = _kind(sheet, within)
    if not shown and (before := _WEEKDAY_BEFORE.search(sheet.before(start, 17))):
        shown = before["weekday"]
        start -= len(before[0])
    if year is not None:
        _inherit(sheet, start, year, month, number)
    value = f"{year}-{month:02}-{number:02}" if year else f"--{month:02}-{number:02}"
    sheet.take(kind, value, start, end, weekday=weekday(shown))
    sheet.hide(start, end)


def _inherit(sheet: Sheet, start: int, year: int, month: int, day: int) -> None:
    """`dal 28 novembre al 3 dicembre 2026`: the first has its year from the last."""
    for index in range(len(sheet.found) - 1, -1, -1):
        before = sheet.found[index]
        if before.kind is not Kind.date or not before.value.startswith("--") or len(before.value) != 7:
            return
        joint = _JOIN.fullmatch(sheet.text, before.end, start) if before.end <= start else None
        is_later = before.value[2:] > f"{month:02}-{day:02}"
        if joint is None or (is_later and not joint["span"]):
            return
        its_year = year - 1 if is_later else year
        value = f"{its_year}{before.value[1:]}"
        sheet.found[index] = type(before)(
            before.kind, value, before.shown, before.start, before.end, before.weekday
        )
        start, month, day = before.start, int(before.value[2:4]), int(before.value[5:7])
        year = its_year


def _kind(sheet: Sheet, start: int) -> Kind:
    """Whether the date that begins at `start` is that of an act."""
    before = sheet.before(start, 90)
    of = _ITS_DATE.search(before)
    return Kind.act_date if of and _ACT.search(before[: of.start()]) else Kind.date


def _read_relative(sheet: Sheet, published: date | None) -> None:
    """`domani`, `il prossimo lunedì`: their days where `published` tells them."""
    left = sheet.left
    for phrase in phrases(sheet.text, published):
        shown, taken, _ = left[phrase.start : phrase.end].partition("\x00")
        shown = shown.rstrip(" ,")
        if not shown or (taken and published):
            continue  # in a street's name, or of a date that stands there
        end = phrase.start + len(shown)
        if not phrase.days:
            sheet.take(Kind.relative, " ".join(shown.lower().split()), phrase.start, end)
        for day in phrase.days:
            sheet.take(Kind.date, day, phrase.start, end)
        sheet.hide(phrase.start, end)
