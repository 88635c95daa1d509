"""The rows of a week's timetable, each with its hours in words: `Martedì | 9-12 e 15-18`.

Bare figures behind a weekday are hours, and a second turn of a day is no other day's.
"""

import re

from flows.bulletin.language.signals import WEEKDAY

_CLOCK = r"(?:[01]?\d|2[0-4])(?:[.:,][0-5]\d)?"
_TO = r"[ ]?(?:[-–—]|alle(?:[ ]ore)?)[ ]?"
_TURN = rf"(?:(?:dalle|ore|h\.?)[ ])*{_CLOCK}{_TO}{_CLOCK}"
_BETWEEN = r"[ \t]*(?:[,;|+/]|\be\b|[ ][-–][ ])[ \t]*"
_SHUT = r"(?:[ \t]*\|[ \t]*(?:chius[oa]|[-–/])?[ \t]*)*"
_SHUT_FIRST = r"(?:[ \t]*\|[ \t]*(?:chius[oa]|[-–/])[ \t]*(?=\|))?"
_DAYS = rf"{WEEKDAY}(?:(?:[ ]?[,/][ ]?|[ ]e[ ]|[ ]?[-–][ ]?){WEEKDAY})*"
_ROW = re.compile(
    rf"^(?P<lead>[ \t|*•-]*)(?P<days>{_DAYS}){_SHUT_FIRST}[ \t]*(?:[:|–-]|[ \t])[ \t]*"
    rf"(?P<turns>{_TURN}(?:{_BETWEEN}{_TURN})?){_SHUT}[ \t.;]*$",
    re.I | re.M,
)
_NOTED = re.compile(  # `Giovedì 31 ottobre: apertura straordinaria dalle 8 alle 17`
    rf"(?P<day>{WEEKDAY} \d{{1,2}}[°º]? [a-z]{{4,9}}(?: 20\d\d)?):? (?P<note>apertura straordinaria"
    rf"|orario continuato),? "
    rf"(?P<hours>(?:dalle|ore) {_CLOCK}{_TO}{_CLOCK})",
    re.I,
)
_TURNS = re.compile(rf"(?P<start>{_CLOCK}){_TO}(?P<end>{_CLOCK})", re.I)
_LEAST = 2  # rows of a timetable
_HEAD = re.compile(r"^[ \t]*\|(?P<heads>[^\n]+)\|[ \t]*\n[ \t]*\|[ :|-]+\|[ \t]*$", re.M)
_OF_A_DAY = re.compile(  # what two columns of one day's hours may be called
    r"\b(?:mattin\w+|pomerigg\w+|antimeridian\w+|pomeridian\w+|sera\w*|orari\w*|or[ae]|apertura|chiusura|dalle|alle|da|a|giorn\w+"
    r"|turn\w+|fasci\w+|am|pm)\b",
    re.I,
)


def with_turns(body: str) -> str:
    """`Martedì dalle 9 alle 12 e dalle 15 alle 18` of each row of a timetable whose hours are bare or two."""
    body = _NOTED.sub(r"\g<day>: \g<hours> (\g<note>)", body)
    if sum(1 for _ in _ROW.finditer(body)) < _LEAST:
        return body
    apart = [(head.end(), _end(body, head.end())) for head in _HEAD.finditer(body) if _is_of_several(head)]
    return _ROW.sub(
        lambda row: row[0] if any(start <= row.start() < end for start, end in apart) else _told(row), body
    )


def _is_of_several(head: re.Match[str]) -> bool:
    """Whether a table has hours of two services or two sorts of people in a row: `domestiche`, `imprese`."""
    heads = [cell.strip() for cell in head["heads"].split("|")][1:]
    return sum(bool(cell) and not _OF_A_DAY.search(cell) for cell in heads) > 1


def _end(body: str, start: int) -> int:
    """Where the rows of a table end."""
    behind = re.search(r"\n(?![ \t]*\|)", body[start + 1 :])
    return start + 1 + behind.start() if behind else len(body)


def _told(row: re.Match[str]) -> str:
    turns = [
        f"dalle {_clock(turn['start'])} alle {_clock(turn['end'])}" for turn in _TURNS.finditer(row["turns"])
    ]
    is_plain = len(turns) == 1 and re.match(r"(?:ore|dalle|h)\b", row["turns"], re.I)
    is_clock = all(_hour(turn["start"]) < _hour(turn["end"]) for turn in _TURNS.finditer(row["turns"]))
    starts = [_hour(turn["start"]) for turn in _TURNS.finditer(row["turns"])]
    return (
        row[0]
        if is_plain or not is_clock or starts != sorted(starts)
        else f"{row['lead']}{row['days']} {' e '.join(turns)}"
    )


def _hour(words: str) -> float:
    return float(re.sub("[:,]", ".", words))


def _clock(words: str) -> str:
    """`9` of `09.00`, `9.30` of `9,30`."""
    hour, _, minutes = re.sub("[:,]", ".", words).partition(".")
    return f"{int(hour)}.{minutes}" if minutes.strip("0") else str(int(hour))
