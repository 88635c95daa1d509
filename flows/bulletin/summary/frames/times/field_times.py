"""The days and hours of a service's field `Quando`, as they are said amid a sentence.

`lunedì e giovedì, ore 14-18` is `il lunedì e il giovedì, dalle 14 alle 18`.
"""

import re

from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.summary.frames.times.notation import clock, plain_figures

_CLOCK = r"(?:[01]?\d|2[0-4])(?:[.:][0-5]\d)?"
_RANGE = re.compile(
    rf"(?<!\d[.:/])(?:\b(?:dalle|ore|h\.?) (?:ore )?)*"
    rf"\b(?P<start>{_CLOCK}) ?(?:[-–—]|alle(?: ore)?) ?(?P<end>{_CLOCK})"
    rf"(?![\d.:/]\d)(?!\s?{MONTH})",
    re.I,
)
_AT = re.compile(rf"(?<!\w)(?:ore|h\.?) (?P<hour>{_CLOCK})(?![\d:])", re.I)
_BARE_DAY = re.compile(
    rf"(?<!\bdal )(?<!\bal )(?<!\bogni )(?<!\bil )(?<!\bla )(?<!\bi )(?<!\ble )\b(?P<day>{WEEKDAY})\b(?! \d)",
    re.I,
)
_ANY_DAY = re.compile(rf"\b{WEEKDAY}\b", re.I)
_DAYS = re.compile(rf"\b(?:{WEEKDAY}|tutti i giorni|feriali)\b|\d {MONTH}", re.I)
_SAYS = re.compile(  # nothing but days and hours
    rf"(?:{WEEKDAY}|{MONTH}|\d{{1,2}}[°º]?|20\d\d|\d{{1,2}}:[0-5]\d"
    r"|il|la|i|le|e|ed|al|alle|dal|dalle|all['’]|dall['’]|ogni|tutti|tutte|giorni|feriali|festivi|anche"
    r"|[,;\s])+",
    re.I,
)
_BOOKED = re.compile(r"\b(?P<way>prenot|appuntament)\w+", re.I)
_UNBOOKED = re.compile(
    r"\b(?:ad? )?accesso libero\b|\bsenza (?:bisogno di )?(?:prenotazione|appuntamento)\b"
    r"|\bnon (?:serve|occorre|è necessari[oa]|c['’]è bisogno)\b[^.\n]{0,30}(?:prenot|appuntament)",
    re.I,
)
_HAS_HOUR = re.compile(r"\b(?:dalle|alle) \d")
_LONGEST = 120  # characters


def said_times(line: str) -> str:
    """`line` amid a sentence; "" where it has other words than days and hours."""
    text = " ".join(line.strip(" .;,:").split())
    if not text or len(text) > _LONGEST or _DAYS.search(text) is None:
        return ""
    text = _RANGE.sub(lambda hours: f"dalle {_plain(hours['start'])} alle {_plain(hours['end'])}", text)
    text = _AT.sub(lambda hour: f"alle {_plain(hour['hour'])}", text)
    text = _ANY_DAY.sub(lambda day: day[0].lower(), text)
    text = _BARE_DAY.sub(lambda day: f"{'la' if day['day'] == 'domenica' else 'il'} {day['day']}", text)
    text = plain_figures(f"{text[:1].lower()}{text[1:]}")
    text = re.sub(r"(?<=\w),? (?:anche )?(?:dalle ore|orario) (?=\d)", ", dalle ", text)
    return text if _SAYS.fullmatch(text) and _HAS_HOUR.search(text) else ""


def booked(source: str) -> str:
    """`, su prenotazione`, of a page that asks for one: whoever is sent there without loses the way."""
    found = _BOOKED.search(source)
    if found is None or _UNBOOKED.search(source):
        return ""
    return ", su prenotazione" if found["way"].lower() == "prenot" else ", su appuntamento"


def _plain(said: str) -> str:
    """`9` of `09.00`, `9:30` of `9.30`."""
    hour, _, minutes = said.replace(".", ":").partition(":")
    return clock(hour, minutes or "00")
