"""Sentences set like a poster: what is closed, the day or the hours stand in capitals on lines of their own.

`è stata disposta la`, `CHIUSURA DEL CIMITERO`, `con decorrenza immediata` are one sentence on three lines.
"""

import re

from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.titles import calmed, casing
from flows.bulletin.language.verbs import speaks

_WHEN = re.compile(  # a line of days and hours alone
    rf"(?=.*\d)(?:(?:{WEEKDAY}|{MONTH}|\d{{1,2}}[°º]?(?:[.:,]\d\d)?|20\d\d|\d{{1,2}}[./]\d{{1,2}}[./]20\d\d"
    r"|ore|h\.?|dalle|dal|dall['’]|alle|al|all['’]|il|del|dell['’]|e|fino|sino|da|a|giorno|giorni|entro|nei|nel"
    r"|solo|circa)(?:[\s,–-]+|$|(?<=['’])))+\.?",
    re.I,
)
_HANGS = re.compile(  # a sentence that cannot end there
    r"(?:^|\s)(?:il|lo|la|i|gli|le|un|una|di|del|dello|della|dei|degli|delle|dal|dalla|al|allo|alla|ai|agli|alle"
    r"|in|nel|nella|nei|nelle|per|con|sul|sulla|che|cui|quale|e|è|sarà|inizio|luogo|giorno|giorni|data"
    r"|(?:dispost|istituit|ordinat|vietat|convocat|indett|sospes|prorogat)[oaie])$",
    re.I,
)
_ITEM = re.compile(r"\s*(?:[-*+•·▪●►➢✓✔–—#>|]|\d{1,3}[.)]\s|[a-z][.)]\s)")
_LABEL = re.compile(  # `nelle seguenti vie:` is none
    r"(?!(?:in|nei|nelle|nello|per|lungo|su|sulle)\s)[^\s:]{1,30}(?:\s[^\s:]{1,30}){0,3}\s?:"
)
_STREETS = re.compile(r"\b(?:VIA|PIAZZA|CORSO|VIALE|LARGO|VICOLO|STRADA)\b")
_FEWEST = 5  # words of a line that begins a sentence
_TOLD = re.compile(  # `IL SINDACO`, `RENDE NOTO`, and below `che è fatto obbligo …`
    r"^(?:(?:IL|LA) SINDAC[OA]\s*\n\s*|SI\s)?(?P<verb>AVVISA|INFORMA|COMUNICA|RENDE NOTO)\s*:?[ \t]*\n\s*"
    r"(?=(?:che|la|i|gli|tutti|tutta)\s[a-zà-ù])",
    re.M,
)
_HEADED = re.compile(  # `VOTO A DOMICILIO`, and below `le domande si sono chiuse`
    r"^(?P<head>[A-ZÀ-Ý][A-ZÀ-Ý'’ ]{4,40})\n(?P<article>il|lo|la|i|gli|le)(?= [a-zà-ù])", re.M
)
_TELLS = re.compile(
    r"(?:SI\s|IL\s|LA\s|L['’])?\w*\s?(?:INFORMA|AVVISA|COMUNICA|RENDE NOTO)\b"
)  # read by its own rules
_PAIR, _MOST = 2, 5  # lines in capitals that one sentence may have
_LONGEST = 600  # characters of all of it


def gathered(text: str) -> str:
    """`text` with each sentence that was set over several lines on one, in small letters, with its stop."""
    text = _TOLD.sub(lambda told: f"Si {told['verb'].lower()} ", text)
    text = _HEADED.sub(lambda head: f"{head['head']}\n\n{head['article'].capitalize()}", text)
    lines = text.split("\n")
    made: list[str] = []
    place = 0
    while place < len(lines):
        line, after = _sentence(lines, place)
        made.append(line)
        if after > place + 1:
            made.append("")  # a paragraph of its own
        place = after
    return "\n".join(made) if len(made) != len(lines) else text


def _sentence(lines: list[str], place: int) -> tuple[str, int]:
    """The sentence that begins on this line, and the line behind it; one line where it is no such."""
    told, after, was_set = lines[place].rstrip(), place + 1, False
    if shouted := _shouted(lines, place):
        return shouted
    if not _begins(told):
        return lines[place], after
    while (next_ := _next(lines, after)) < len(lines) and len(told) < _LONGEST:
        line = lines[next_].strip()
        is_text = not (_ITEM.match(line) or _LABEL.match(line))
        is_set = _is_set(line, told) or (was_set and _WHEN.fullmatch(line) is not None)
        goes_on = (was_set or told.endswith(",")) and line[:1].islower() and is_text
        if not (is_set or goes_on) or told[-1:] in ".;:!?":
            break
        told, after = f"{told} {_small(line, lines) if is_set else line}", next_ + 1
        was_set = was_set or is_set
    if not was_set:
        return lines[place], place + 1
    return (f"{told}." if told[-1:].isalnum() or told[-1:] in ")»”’" else told), after


def _shouted(lines: list[str], place: int) -> tuple[str, int] | None:
    """Lines in capitals that are one sentence together, and none of them alone."""
    end = place
    while end < len(lines) and _is_loud(lines[end]) and not _ITEM.match(lines[end]):
        end += 1
    run = [line.strip() for line in lines[place:end]]
    if (
        not _PAIR <= len(run) <= _MOST
        or _TELLS.match(run[0])
        or any(line[-1:] in ".:;!?" for line in run[:-1])
    ):
        return None
    told = calmed(" ".join(run).rstrip("."), casing(split("\n".join(lines))))
    if not speaks(told) or any(speaks(calmed(line, {})) and len(line.split()) > _FEWEST for line in run[:1]):
        return None
    return f"{told[:1].upper()}{told[1:]}.", end


def _is_loud(line: str) -> bool:
    return line.upper() == line and sum(map(str.isalpha, line)) > 3


def _begins(line: str) -> bool:
    letters = [letter for letter in line if letter.isalpha()]
    return (
        len(line.split()) >= _FEWEST
        and sum(map(str.islower, letters)) * 2 > len(letters)
        and (line[-1:].isalnum() or line[-1:] in "),è")
        and not _ITEM.match(line)
        and (speaks(line) or _HANGS.search(line) is not None)
    )


def _next(lines: list[str], place: int) -> int:
    while place < len(lines) and not lines[place].strip():
        place += 1
    return place


def _is_set(line: str, before: str) -> bool:
    """Whether a line is a part of the sentence, set apart: in capitals, or what the other waits for."""
    is_loud = _is_loud(line) and not _ITEM.match(line)
    if _WHEN.fullmatch(line):
        return is_loud or _HANGS.search(before) is not None
    return is_loud and _HANGS.search(before) is not None and len(line.split()) > 1


def _small(line: str, lines: list[str]) -> str:
    if line.upper() != line:
        return line
    small = calmed(line, casing(split("\n".join(lines))))
    return small if _STREETS.match(line) else f"{small[:1].lower()}{small[1:]}"
