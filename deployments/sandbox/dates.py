"""Italian dates in full words, without the machine's locale."""

import re
from datetime import date, timedelta

WEEKDAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
MONTHS = (
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
)
_PLACE = re.compile(r"\{(giorno|data|anno|" + "|".join(WEEKDAYS) + r")\+(\d+)\}", re.IGNORECASE)


def date_in_words(day: date) -> str:
    """`1° dicembre`, `24 novembre`."""
    return f"{'1°' if day.day == 1 else day.day} {MONTHS[day.month - 1]}"


def day_in_words(day: date) -> str:
    """`martedì 24 novembre`."""
    return f"{WEEKDAYS[day.weekday()]} {date_in_words(day)}"


def fill_dates(text: str, start: date) -> str:
    """Put dates in their places.

    `{giorno+5}` is the fifth day after `start` with its weekday, `{data+5}` without it and with the year,
    `{anno+5}` its year, `{sabato+3}` the first Saturday from the third day on; `{Sabato+3}` opens a sentence.
    """

    def written(match: re.Match[str]) -> str:
        kind, day = match[1].lower(), start + timedelta(days=int(match[2]))
        if kind in WEEKDAYS:
            day += timedelta(days=(WEEKDAYS.index(kind) - day.weekday()) % 7)
        if kind == "anno":
            return str(day.year)
        words = f"{date_in_words(day)} {day.year}" if kind == "data" else day_in_words(day)
        return words.capitalize() if match[1][0].isupper() else words

    return _PLACE.sub(written, text)
