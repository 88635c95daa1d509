"""Times of the day: `ore 9`, `16.30`, `dalle 8 alle 18`, `8:30-12:30`, `mezzogiorno`."""

import re

from flows.bulletin.facts.fact import Kind, Sheet

_HOUR = r"(?:2[0-4]|1\d|0?\d)"
_CLOCK = rf"{_HOUR}(?:[:.,][0-5]\d)?(?!\d)"
_TO = r"(?:\s*[-–—/]\s*|\s+(?:e|ed|o|a|alle|fino\s+alle)\s+(?:le\s+|alle\s+)?(?:ore\s+)?)"
_CUE = re.compile(
    r"""(?:\b(?:dalle|alle|(?:entro|oltre|verso|dopo|tra|fra|per|e)\s+le|delle)(?:\s+ore)?|\bore|\borario:?|\bh\.?
    |\b(?:dall|all|l)['’])\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_CUE_ENDS = ("e", "o", "h", ":", ".", "'", "’")
_ONE_O_CLOCK = re.compile(r"['’]\s*$")
_NOT_AN_HOUR = r"""(?!\d|\s?[€%°ªº]|\s+euro\b|[.,:]\d|/\d
    |\s+(?:mila|milioni|km|mq|kg|anni|giorni|mesi|persone|posti)\b)"""
_X = re.IGNORECASE | re.VERBOSE
_SPAN = re.compile(rf"{_CLOCK}(?:{_TO}{_CLOCK}){{0,8}}{_NOT_AN_HOUR}", _X)
_TAIL = re.compile(
    r"""(?P<half>\s+e\s+(?:mezz[ao]|trenta)\b|\s+e\s+un\s+quarto\b)?
    (?P<evening>\s+(?:di|della|del)\s+(?:sera|pomeriggio)\b)?""",
    _X,
)
# `alle 3 famiglie`: a plural counts persons or things; `alle 11 premiazione` and `alle 15 giochi` are no such
_PLURAL = re.compile(
    r"""\s+(?!dalle|anche|oltre|oppure|delle|nelle|sulle|precise|durante|come|dove|mentre|solari|circa|altre|siete
    |inizi|parte|apre|riapre|chiude|finisce|riprende|presso|davanti|dinanzi|fuori|quindi
    |giochi|saluti|balli|canti|fuochi|discorsi|[a-zà-ù]+[gsz]ione\b)[a-zà-ù]{4,}[ei]\b""",
    re.VERBOSE,
)
_FROM_TO = re.compile(
    r"dalle\s(?:ore\s)?\d[\d:.]*\salle\s", re.IGNORECASE
)  # `dalle 15 alle 19 prove gratuite`
_AFTER_WEEKDAY = re.compile(
    rf"{_CLOCK}\s*[-–—]\s*{_CLOCK}(?:\s*[,/e]\s*{_CLOCK}\s*[-–—]\s*{_CLOCK}){{0,8}}{_NOT_AN_HOUR}", _X
)
_WEEKDAY = re.compile(
    r"\b(?:lun|mar|mer|gio|ven|sab|dom)(?:edì|edi|tedì|tedi|coledì|coledi|vedì|vedi|erdì|erdi|ato|ati|enica|eniche)?"
    r"['’.]?,?:?\s+(?:anche\s+)?$|\b(?:mattin[ao]|pomeriggio|sera):?\s+$",
    re.IGNORECASE,
)
_EXACT = re.compile(
    rf"(?<![\d.:,/€-]){_HOUR}(?::[0-5]\d(?!\d|:\d)|\.[0-5]\d(?:(?=/\d\d?[.:][0-5]\d)|{_NOT_AN_HOUR}))(?:\s?[-–—/]\s?{_CLOCK}{_NOT_AN_HOUR})?",
    _X,
)
_NO_TIME_AFTER = re.compile(
    r"\b(?:versione|vers|v|rel|art|artt|articolo|comma|punto|par|paragrafo|cap|pagina|pag|n|nr|sezione|uni|iso)\.?\s*$",
    re.IGNORECASE,
)
_NAMED = {"mezzogiorno": "12:00", "mezzanotte": "24:00"}
_NAMED_TIME = re.compile(r"mezzogiorno\b|mezzanotte\b", re.IGNORECASE)
_CLOCK_PARTS = re.compile(rf"(?P<hour>{_HOUR})(?:[:.,](?P<minute>[0-5]\d))?(?!\d)")


def read(sheet: Sheet) -> None:
    """Take every time of the day."""
    left = sheet.left  # what is hidden below stands before all that is asked of it
    # `dalle 21 di giovedì 9 alle 6`: 9 has no cue, and may not take the 6 with it
    for match in sheet.at_figures(_SPAN, after=_CUE, ends=_CUE_ENDS):
        cue = _CUE.search(sheet.before(match.start(), 16))
        is_span = _FROM_TO.match(f"{cue[0]}{match[0]}") is not None if cue else False
        if cue and (is_span or not _PLURAL.match(left, match.end())):
            if _ONE_O_CLOCK.search(cue[0]) and int(match[0][:2].strip(":.,-– ")) != 1:
                continue  # `l'11` is a day; only `all'1` is an hour
            _take(sheet, match, _TAIL.match(left, match.end()))
    for match in sheet.at_figures(_AFTER_WEEKDAY):
        if _WEEKDAY.search(sheet.before(match.start(), 20)):
            _take(sheet, match)
    for match in sheet.at_figures(_EXACT):
        before = sheet.before(match.start(), 12)
        if not before.endswith("€ ") and not _NO_TIME_AFTER.search(before):
            _take(sheet, match)
    for match in sheet.at_words(_NAMED_TIME, _NAMED):
        sheet.take(Kind.time, _NAMED[match[0].lower()], *match.span())


def _take(sheet: Sheet, match: re.Match[str], tail: re.Match[str] | None = None) -> None:
    half, evening = (tail["half"] or "", tail["evening"] or "") if tail else ("", "")
    minutes = 15 if "quarto" in half else 30 if half else 0
    clocks = list(_CLOCK_PARTS.finditer(match[0]))
    for clock in clocks:
        hour, minute = int(clock["hour"]), int(clock["minute"] or 0)
        if clock is clocks[-1]:
            minute = minute or minutes
            hour += 12 if evening and hour < 12 else 0
        value = "24:00" if (hour, minute) in ((0, 0), (24, 0)) else f"{hour:02}:{minute:02}"
        sheet.note(Kind.time, value, match.start() + clock.start(), match.start() + clock.end())
    sheet.hide(match.start(), tail.end() if tail else match.end())
