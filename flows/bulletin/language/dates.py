"""Dates as an Italian reads them: absolute, with the weekday, always in Europe/Rome.

Written by hand because `strftime("%A")` depends on the machine's locale.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")

WEEKDAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
MONTHS = (
    *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
    *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
)
MONTHS_BY_START = {name[:3]: number for number, name in enumerate(MONTHS, start=1)}  # `gen`: 1


def in_rome(moment: datetime) -> datetime:
    """The same instant on Rome's clock.

    Raises:
        ValueError: when `moment` is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a naive time has no day in Rome")
    return moment.astimezone(ROME)


def giorno(day: date | datetime) -> str:
    """`martedì 1 dicembre`; a datetime counts by its day in Rome."""
    if isinstance(day, datetime):
        day = in_rome(day).date()
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def mese(month: int) -> str:
    """`dicembre` of 12."""
    return MONTHS[month - 1]


def ora(moment: datetime) -> str:
    """`11`, or `14:40` where there are minutes."""
    local = in_rome(moment)
    return f"{local.hour}:{local.minute:02}" if local.minute else f"{local.hour}"


def giorno_ora(moment: datetime) -> str:
    """`martedì 1 dicembre, ore 14:40`."""
    return f"{giorno(moment)}, ore {ora(moment)}"


def scadenza(moment: datetime) -> str:
    """As `giorno_ora`, of an end: midnight is of the day before, `domenica 6 dicembre, ore 24`."""
    local = in_rome(moment)
    if (local.hour, local.minute) != (0, 0):
        return giorno_ora(moment)
    return f"{giorno(local.date() - timedelta(days=1))}, ore 24"


def alle_ore(moment: datetime) -> str:
    """`alle 14:40 di martedì 1 dicembre`, `all'1 di ...`; the hour that comes twice says which it is."""
    return f"{_with_article('all', ora(moment) + _which(moment))} di {giorno(moment)}"


def intervallo(start: datetime, end: datetime) -> str:
    """`dalle 0 alle 24 di mercoledì 25 novembre`, or with both days where they differ.

    Midnight closes the day before it as `24`, and so does 23:59: the bulletins of Protezione Civile
    close a day at 23:59:59. The hour that comes twice in October says which of the two it is:
    `dall'1 alle 2 (ora solare) di domenica 25 ottobre` lasts two hours.
    """
    first, last = in_rome(start).date(), in_rome(end).date()
    closing = in_rome(end)
    if (closing.hour, closing.minute) == (0, 0) and end > start:
        last, until = last - timedelta(days=1), "24"
    elif (closing.hour, closing.minute) == (23, 59):
        until = "24"
    else:
        until = ora(end) + _which(end)
    begin, finish = _with_article("dall", ora(start) + _which(start)), _with_article("all", until)
    if first == last:
        return f"{begin} {finish} di {giorno(first)}"
    return f"{begin} di {giorno(first)} {finish} di {giorno(last)}"


def _which(moment: datetime) -> str:
    """` (ora legale)` or ` (ora solare)` where the clocks show this hour twice, else nothing."""
    local = in_rome(moment)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return ""
    return " (ora solare)" if local.fold else " (ora legale)"


def _with_article(preposition: str, hour: str) -> str:
    return f"{preposition}'{hour}" if hour.split(":")[0] == "1" else f"{preposition}e {hour}"
