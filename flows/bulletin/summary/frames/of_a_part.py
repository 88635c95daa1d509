"""What a page tells of one thing amid an occasion: where a walk of the fair meets, who enters a contest.

Said of the whole it sends everybody to the wrong place, and keeps away who would only have come to look.
"""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Notice

_CLOCK = re.compile(r"^\W*(?:ore\s|h\.?\s?)?(?:[01]?\d|2[0-3])[:.][0-5]\d\b", re.I | re.M)
_AT_HOURS = re.compile(r"\b(?:alle|ore) (?:ore )?\d{1,2}\b")
_MANY = 4  # hours that begin a line: a day of many things
_ABOUT_ALL = re.compile(
    r"^\W*(?:informazioni|info\b|prenotazioni|iscrizioni|contatti|come partecipare)", re.I | re.M
)
_PART = re.compile(r"\b(?:gar[ae]|contest|torne[oi]|sfilat[ae])\b", re.I)  # who comes to look enters nothing
_BOOKED = Cued(
    r"\b(?:visit[ae] guidat[ae]|laborator\w+|degustazion\w+|pranz[oi]|cen[ae])\b[^.;\n]{0,60}$", re.I
)
_MEAL = re.compile(  # `Pranzo su prenotazione al 328…`
    r"\W*(?P<what>pranz[oi]|cen[ae]|pizzat[ae]|aperitiv[oi]|buffet|grigliat[ae]|laborator\w+"
    r"|visit[ae] guidat[ae])\b[^.\n]{0,50}\b(?:prenota\w+|iscri\w+)",
    re.I,
)
_LISTED = Cued(  # `Domenica ci saranno alcuni laboratori:` and below them `solo su prenotazione`
    r"\b(?P<part>laboratori|workshop|degustazioni|visite guidate|corsi)\b[^.\n:]{0,40}:\s*\n", re.I
)
_BEFORE, _NEAR, _STEM = 220, 120, 5  # characters


_HEAD = re.compile(  # of the lines on one of several days: `Sabato 24 gennaio – ore 20.45`
    rf"^\W*(?:{WEEKDAY},?\s)?(?P<day>\d{{1,2}}[°º]?\s{MONTH})\b[^\n]{{0,40}}$", re.I | re.M
)
_LABEL = re.compile(r"^\W*(?:luogo|dove|sede)\b", re.I | re.M)


def is_of_a_part(words: str, notice: Notice) -> bool:
    """Whether these words of the page stand amid a programme's hours, or behind a thing of which the title
    has nothing.
    """
    place = _place(words, notice)
    meal = _MEAL.match(words)
    if meal and folded(meal["what"])[:_STEM] not in folded(notice.title):
        return True
    if is_in_a_row(words, notice) or is_in_a_list(words, notice):
        return True
    if place < 0 or is_amid_hours(words, notice):
        return place >= 0
    before = notice.source[max(0, place - _BEFORE) : place + len(words)].rsplit("\n\n", 1)[-1]
    parts = [found[0] for found in _PART.finditer(before)]
    title = folded(notice.title)
    return bool(parts) and not any(folded(part)[:_STEM] in title for part in parts)


def is_in_a_row(line: str, notice: Notice) -> bool:
    """Whether a line begins with its hour, and another one, too: it tells of one part alone."""
    return _CLOCK.match(line.strip()) is not None and len(_CLOCK.findall(notice.source)) > 1


def is_in_a_list(words: str, notice: Notice) -> bool:
    """Whether they stand behind a colon, among two hours or more: `tre iniziative: alle 18 …, alle 21 …`."""
    opening = words.strip()[:60]
    line = next((line for line in notice.prose if opening in line), "")
    _, colon, listed = line.partition(": ")
    is_there = opening in listed or words.strip(" .") == line.strip(" .")
    return colon != "" and is_there and len(_AT_HOURS.findall(listed)) > 1


def is_for_a_part(start: int, notice: Notice, text: str = "") -> bool:
    """Whether the duty that stands there in the page is to book for a row of its programme, or for a guided
    visit amid the rest, which neither the title nor `text` tells.
    """
    if is_amid_hours(notice.source[start : start + _NEAR], notice):
        return True
    block = notice.source[:start].rsplit("\n\n", 1)[-1]
    if (listed := _LISTED.search(block)) and folded(listed["part"])[:_STEM] not in folded(notice.title):
        return True
    part = _BOOKED.search(notice.source[:start][-_NEAR:])
    return part is not None and folded(part[0].split()[0])[:_STEM] not in folded(f"{notice.title} {text}")


def is_amid_hours(words: str, notice: Notice) -> bool:
    """Whether they stand between the first hour of a programme and what a page tells of all behind it."""
    place = _place(words, notice)
    hours = [found.start() for found in _CLOCK.finditer(notice.source)]
    if len(hours) < _MANY or place < hours[0]:
        return False
    return not any(found.start() < place for found in _ABOUT_ALL.finditer(notice.source, hours[-1]))


def _place(words: str, notice: Notice) -> int:
    return notice.source.find(words.strip()[:60])


def is_of_a_day(words: str, source: str) -> bool:
    """Whether words stand below one of several days, each with what happens then, and not below all."""
    heads = list(_HEAD.finditer(source))
    at = source.find(words)
    days = {re.sub(r"\W+", " ", head["day"].lower()) for head in heads}
    if len(days) < 2 or at < heads[0].end() or _LABEL.search(source[heads[-1].end() : at]):
        return False
    ends = [*(head.start() for head in heads[1:]), len(source)]
    blocks = [source[head.end() : end] for head, end in zip(heads, ends, strict=True)]
    return all(map(str.strip, blocks[:-1])) and not all(words in block for block in blocks)
