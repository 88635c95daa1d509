"""`domani` as the day it was: a message may be read days after the page was written."""

import re
from datetime import date, timedelta

from flows.bulletin.dates import giorno

_OFFSETS = {"oggi": 0, "domani": 1, "dopodomani": 2, "ieri": -1, "stamattina": 0, "stasera": 0, "stanotte": 0}
_PARTS = {"stamattina": "mattina", "stamani": "mattina", "stasera": "sera"}
_OFFSETS["stamani"] = 0
_DATED = (
    r"(?:,?\s+(?P<named>(?:luned|marted|mercoled|gioved|venerd)ì|sabato"
    r"|domenica))?(?P<dated>,?\s+(?:il\s+)?\d{1,2}\s+[a-z]{5,9}\b)?"
)
# `oggi` in `ad oggi`, `al giorno d'oggi`, `oggi come ieri` tells no day of the calendar
_DAY = re.compile(
    rf"(?<![\w’'])(?<!\bad )(?<!\bfino ad )(?P<word>dopodomani|domani|oggi|ieri|stamattina"
    rf"|stamani|stasera|stanotte)\b(?!\s+(?:più che mai|come|giorno))"
    rf"(?P<part>\s+(?:mattina|pomeriggio|sera))?{_DATED}",
    re.I,
)
_WEEK = re.compile(
    r"\b(?:in |nella |per )?(?P<which>questa|la prossima|la scorsa) settimana\b|\bsettimana prossima\b", re.I
)
_OTHER = re.compile(
    r"\b(?:questo|il prossimo|lo scorso) (?:fine settimana|week-?end|mese)\b|\bquesta (?:sera"
    r"|mattina|notte)\b|\bin giornata\b"
    r"|\b(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica) (?:prossim[oa]|scors[oa])\b(?!\s+\d)"
    r"|\bquest[oa] (?:luned|marted|mercoled|gioved|venerd)ì\b",
    re.I,
)


def is_relative(text: str) -> bool:
    """Whether `text` names a day that only its date of publication tells: `domani`, `questa settimana`."""
    days = any(not found["dated"] for found in _DAY.finditer(text))
    return days or bool(_WEEK.search(text) or _OTHER.search(text))


def resolved(text: str, published: date | None) -> str:
    """`text` with `oggi`, `domani`, `stasera`, `questa settimana` written out as days.

    Without `published`, and for what is not written out (`sabato prossimo`), `is_relative` stays true.
    A day that the text gives itself (`domani, giovedì 26 novembre`) replaces the word, whatever
    `published` says; where only a weekday is given that does not agree, the word stays.
    """
    text = _DAY.sub(lambda found: _day(found, published), text)
    if published is None:
        return text
    text = re.sub(r"\bquesta sera\b", f"{giorno(published)} sera", text, flags=re.I)
    text = re.sub(r"\bquesta mattina\b", f"{giorno(published)} mattina", text, flags=re.I)
    return _WEEK.sub(lambda found: _week(found, published), text)


def _day(found: re.Match[str], published: date | None) -> str:
    word = found["word"].lower()
    part = (found["part"] or _PARTS.get(word, "")).strip().lower()
    if word == "stanotte":
        return found[0]  # the night before or after midnight: nobody can tell
    if found["dated"]:
        named = f"{found['named']} " if found["named"] else ""
        day = named + re.sub(r"^,?\s+(?:il\s+)?", "", found["dated"])
    elif published is None:
        return found[0]
    else:
        day = giorno(published + timedelta(days=_OFFSETS[word]))
        if found["named"] and found["named"].lower() != day.split()[0]:
            return found[0]
    return _as_written(found[0], _with_part(day, part, found))


def _with_part(day: str, part: str, found: re.Match[str]) -> str:
    """`la sera di giovedì 26 novembre`; the part of the day goes where the hour that follows tells it."""
    hour = re.match(r",?\s+(?:(?:dalle|alle|ore)\s+){1,2}(\d{1,2})", found.string[found.end() :])
    if not part or (hour and (int(hour[1]) >= 13) == (part != "mattina")):
        return day
    if re.search(r"\b(?:di|da|a|per|entro|fino)\s$", found.string[: found.start()], re.I):
        return f"{day} {part}"
    return f"{'il' if part == 'pomeriggio' else 'la'} {part} di {day}"


def _week(found: re.Match[str], published: date) -> str:
    which = (found["which"] or "la prossima").lower()
    shift = {"questa": 0, "la prossima": 7, "la scorsa": -7}[which]
    monday = published - timedelta(days=published.weekday()) + timedelta(days=shift)
    first, last = giorno(monday), giorno(monday + timedelta(days=6))
    if first.split()[2] == last.split()[2]:
        first = " ".join(first.split()[:2])
    return _as_written(found[0], f"da {first} a {last}")


def _as_written(before: str, after: str) -> str:
    return after[:1].upper() + after[1:] if before[:1].isupper() else after
