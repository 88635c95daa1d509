"""The term of a call as a clause: `entro le 12 del 30 giugno 2026`, `dal 3 al 25 ottobre 2026`."""

import re
from collections.abc import Iterable
from itertools import groupby

from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import Told
from flows.bulletin.summary.frames.times.notation import plain_figures

_END = re.compile(
    rf"(?P<week>{WEEKDAY}\s+)?(?P<day>\d{{1,2}})[°º]?\s+(?P<month>{MONTH})(?:\s+(?P<year>20\d\d))?", re.I
)
_CLOCK = re.compile(r"\b(?:ore|alle|le)\s+(?P<hour>\d{1,2})(?:[.:,](?P<min>[0-5]\d))?\b", re.I)
_DATED = re.compile(rf"\d{{1,2}}[°º]?\s+{MONTH}(?:\s+20\d\d)?|\d{{1,2}}([/.-])\d{{1,2}}\1(?:20)?\d\d", re.I)
_OF_A_TERM = re.compile(r"\b(?:entro|scad\w+|non oltre|termin[ei])\b(?!.*\d\s?[-–]\s?\d)", re.I)
_IN_FIGURES = re.compile(r"\d{1,2}([/.-])\d{1,2}\1(?:20)?\d\d")
_OPENS = re.compile(r"(?:dal|dall['’]|da)\s?(?!.*\s(?:al|all['’]|alle|a)\b)", re.I)
_HOUR_AFTER = re.compile(
    r"\s?[,;(–-]?\s?(?P<hour>(?:alle\s)?(?:ore|alle|h\.?)\s\d{1,2}(?:[.:,][0-5]\d)?)(?!\d)", re.I
)
_HOUR_BEFORE = re.compile(
    r"\b(?:entro|non oltre) le (?:ore )?(?P<hour>\d{1,2}(?:[.:,][0-5]\d)?) (?:di |del(?: giorno)? |dell['’])"
    r"(?:(?:luned|marted|mercoled|gioved|venerd)ì |sabato |domenica )?$",
    re.I,
)
_MONTH_END = re.compile(
    rf"(?:entro\s(?:e\snon\soltre\s)?(?:(?:tutto\s)?il\smese\sdi\s|(?P<end>(?:la\s)?fine\s(?:del\smese\s)?di\s))?)"
    rf"(?P<month>{MONTH})(?:\s(?P<year>20\d\d))?",
    re.I,
)
_A_DAY = rf"(?:{WEEKDAY}\s+)?\d{{1,2}}[°º]?\s+{MONTH}(?:\s+20\d\d)?"
_FROM_HOUR = re.compile(  # `dalle 9 del 1° giugno alle 12 del 30 giugno`
    rf"\b(?P<words>dalle (?:ore )?[\d:]+ (?:del(?: giorno)? |di |dell['’]){_A_DAY},? "
    r"(?:e )?(?:comunque )?(?:(?:fino|sino) )?"
    rf"alle (?:ore )?[\d:]+ (?:del(?: giorno)? |di |dell['’]){_A_DAY})",
    re.I,
)
_FROM_TO = re.compile(  # `a partire dalle 10 del 3 maggio e comunque entro le 24 del 9 giugno`
    rf"\b(?P<first>dalle (?:ore )?[\d:]+ (?:del(?: giorno)? |di |dell['’]){_A_DAY})\b[^.;]{{1,90}}?"
    r"\b(?:entro|non oltre) (?P<to>le |il |l['’])"
    rf"(?P<last>(?:ore )?(?:[\d:]+ (?:del(?: giorno)? |di |dell['’]))?{_A_DAY})",
    re.I,
)
_OF_FIRST = re.compile(
    r"\s?(?:\(\s?(?:dalle\s)?(?:ore\s)?[\d.:,]+\s?\)|,?\s?(?:dalle\s(?:ore\s)?|ore\s)[\d.:]+)", re.I
)
_OPEN_HOURS = re.compile(r"\bdalle\s(?:ore\s)?[\d:.]+\s(?:alle|a)\s(?:ore\s)?[\d:.]+", re.I)  # of a desk
_TO_THEN = {"le ": "alle ", "il ": "al ", "l'": "all'", "l’": "all'"}
_PIECES = 3  # of one term; a fourth where an hour waits for its day
_BETWEEN = re.compile(  # `tra il 27 aprile e il 17 maggio`
    r"^(?:il|l['’])\s?(.{3,24}?)\se\s(?:il\s|l['’])", re.I
)
_AFTER = re.compile(
    r"\b(?:entro|nei)\s+(?P<days>(?:\d{1,3}|sei|tre|due|dodici) (?:giorni|mesi))\s+"
    r"(?P<rest>da(?:l|lla|ll['’]|i)\s?[^.;:()]{3,60}?)(?=\s(?:entro|nei)\s|[.;:(),]|$)",
    re.I,
)


def term_of(told: Iterable[Told]) -> tuple[str, Told | None]:
    """The first plain term of a page, and where it was told.

    What one sentence says in pieces (`a partire dal 18 agosto`, `e non oltre il 20 settembre`) is one term;
    pieces of two sentences are never joined.
    """
    opens: tuple[str, Told | None] = ("", None)
    told = list(told)
    if counts_from_several(told):
        return opens
    for _, pieces in groupby(told, key=lambda piece: piece.sentence):
        together = list(pieces)
        if both := _FROM_HOUR.search(plain_figures(together[0].sentence)):
            return re.sub(r"\b(?:ore|giorno) ", "", both["words"]).lower(), together[0]
        if both := _FROM_TO.search(plain_figures(together[0].sentence)):
            return _from_to(both), together[0]
        goes_on = len(together) > _PIECES and _DATED.search(together[_PIECES].words)
        joined = " ".join(piece.words for piece in together[: _PIECES + bool(goes_on)])
        if re.search(rf"\b(?:tra|fra)\s{re.escape(joined)}", together[0].sentence, re.I):
            joined = _BETWEEN.sub(r"dal \1 al ", joined)
        clause = term(_with_hour(joined, together[0])) or term(_with_hour(together[0].words, together[0]))
        if clause and not _OPENS.match(clause):
            return _with_hour_elsewhere(clause, joined, told), together[0]
        if clause and not opens[0]:
            opens = (clause, together[0])
    return opens  # only from when: where the page tells no end


def _with_hour_elsewhere(clause: str, words: str, told: Iterable[Told]) -> str:
    """The clause, with the hour that another sentence of the page has behind the same day in figures."""
    if _CLOCK.search(clause) or not _IN_FIGURES.search(words):
        return clause
    fuller = (term(_with_hour(words, other)) for other in told if _OF_A_TERM.search(other.sentence))
    return next((one for one in fuller if _CLOCK.search(one)), clause)


def _from_to(both: re.Match[str]) -> str:
    """`dalle 10 del 31 ottobre alle 23:59 del 31 dicembre`."""
    said = re.sub(r"\b(?:ore|giorno) ", "", f"{both['first']} {_TO_THEN[both['to'].lower()]}{both['last']}")
    return re.sub(r"\b(\d{1,2}):00\b", r"\1", said).lower()


def counts_from_several(told: Iterable[Told]) -> bool:
    """Whether terms count from different days, as `entro 12 mesi dalla nascita` does."""
    return len(set(counted_from(told))) > 1


def counted_from(told: Iterable[Told]) -> list[str]:
    """`dalla nascita`, `dall'adozione`: from what days the terms of a page are counted."""
    return [counted["rest"] for one in told if (counted := _AFTER.search(one.words))]


def _with_hour(words: str, told: Told) -> str:
    """`words` with the hour that follows them in their sentence: `entro l'8 aprile ore 14.00`."""
    last = list(_DATED.finditer(words))
    is_of_first = len(last) > 1 and _OF_FIRST.match(words, last[0].end()) is not None
    if (_CLOCK.search(words) and not is_of_first) or not told.sentence:
        return words
    last = last[-1:]
    at = told.sentence.rfind(last[0][0]) if last else -1
    if at < 0:
        return words
    if before := _HOUR_BEFORE.search(told.sentence[:at]):
        return f"ore {before['hour']} {words}"
    follows = _HOUR_AFTER.match(told.sentence, at + len(last[0][0]))
    return f"{words} {follows['hour']}" if follows else words


def term(words: str) -> str:
    """What the page says of the term as one clause; "" where it is not plain.

    `SCADENZA: 30/10/2026 ore 12.00` -> `entro le 12 del 30 ottobre 2026`.
    """
    text = plain_figures(words)
    days = list(_END.finditer(text))
    if not days:
        return _counted(text)
    if len(days) > 2:
        return ""
    last = days[-1]
    before = text[: last.start()]
    if len(days) > 1 and (of_first := _OF_FIRST.match(before, days[0].end())):
        before = before[of_first.end() :]  # `dal 10 febbraio (ore 9) al 25 marzo`
    before = _OPEN_HOURS.sub("", before)
    clock = _CLOCK.search(_OPEN_HOURS.sub("", text[last.end() :])) or _CLOCK.search(before)
    if len(days) == 1:
        if re.search(r"\bdal(?:l['’])?\s*(?:giorno\s+)?$", text[: last.start()], re.I):
            return "" if clock else _since(last)
        return f"entro {_hour(clock)} {_of(last)}" if clock else f"entro {_the(last)}"
    first = days[0]
    if not re.search(r"\bda(?:l|ll['’])?\s*(?:ore \d+ del )?(?:giorno\s+)?$", text[: first.start()], re.I):
        return ""
    if clock:
        to = "fino alle" if first["week"] else "alle"  # `da lunedì 3 maggio alle 13` is an hour of its own
        return (
            f"{_from(first, last)} {to} {_hour(clock).removeprefix('le ')} {_of(last)}"
            if not _hour(clock).startswith("l'")
            else ""
        )
    return f"{_from(first, last)} {_to(last)}"


def _counted(text: str) -> str:
    if match := _AFTER.search(text):
        return f"entro {match['days']} {match['rest'].strip()}"
    month = _MONTH_END.fullmatch(text.strip(" .,;"))
    if month is None:
        return ""
    year = f" {month['year']}" if month["year"] else ""
    return f"entro {'la fine di ' if month['end'] else ''}{month['month'].lower()}{year}"


def _hour(clock: re.Match[str]) -> str:
    minute = clock["min"] or "00"
    hour = str(int(clock["hour"])) if minute == "00" else f"{int(clock['hour'])}:{minute}"
    return "l'1" if hour == "1" else f"le {hour}"


def _words(day: re.Match[str]) -> str:
    number = "1°" if int(day["day"]) == 1 else str(int(day["day"]))
    year = f" {day['year']}" if day["year"] else ""
    return f"{(day['week'] or '').lower()}{number} {day['month'].lower()}{year}"


def _elides(day: re.Match[str]) -> bool:
    return not day["week"] and int(day["day"]) in (8, 11)


def _the(day: re.Match[str]) -> str:
    if day["week"]:
        return _words(day)
    return f"l'{_words(day)}" if _elides(day) else f"il {_words(day)}"


def _of(day: re.Match[str]) -> str:
    if day["week"]:
        return f"di {_words(day)}"
    return f"dell'{_words(day)}" if _elides(day) else f"del {_words(day)}"


def _to(day: re.Match[str]) -> str:
    if day["week"]:
        return f"a {_words(day)}"
    return f"all'{_words(day)}" if _elides(day) else f"al {_words(day)}"


def _since(day: re.Match[str]) -> str:
    if day["week"]:
        return f"da {_words(day)}"
    return f"dall'{_words(day)}" if _elides(day) else f"dal {_words(day)}"


def _from(first: re.Match[str], last: re.Match[str]) -> str:
    number = _words(first)
    if first["month"].lower()[:3] == last["month"].lower()[:3] and (
        not first["year"] or first["year"] == last["year"]
    ):
        number = f"{(first['week'] or '').lower()}{'1°' if int(first['day']) == 1 else int(first['day'])}"
    elif first["year"] and first["year"] == last["year"]:
        number = number.removesuffix(f" {first['year']}")
    if first["week"]:
        return f"da {number}"
    return f"dall'{number}" if _elides(first) else f"dal {number}"
