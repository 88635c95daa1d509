"""On which day waste is collected instead, of a page that tells it row by row around a holiday.

`L'umido di sabato 25 dicembre si raccoglie venerdì 24 dicembre; la carta di sabato 1° gennaio, lunedì 3
gennaio.` Where one row is not wholly understood nothing is told: a household would put out the wrong bin.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.bulletin.language.articles import with_article
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.page.notice import Notice, Row
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.times.days import period_at

_OF_WASTE = re.compile(r"\b(?:raccolta|rifiut\w+|porta a porta|umido|indifferenziat\w+)\b", re.I)
_MOVED = re.compile(
    r"\b(?:anticip|posticip|recuper|spostat|rinvi|sostitu|variazion|cambia|non (?:verrà|sarà|si))\w*", re.I
)
_A_DAY = rf"(?:{WEEKDAY}\s)?\d{{1,2}}[°º]?(?:\s[a-zà-ù]{{3,9}}|/\d{{1,2}})(?:\s20\d\d|/\d{{2,4}})?"
_TO = re.compile(
    r"^(?P<what>.+?)\s?[:,–-]?\s"
    r"(?P<moved>(?:è |sarà |viene )?(?:anticip|posticip|spostat|rinviat|recuper)\w*\s)?"
    rf"(?:(?-i:ad?)\s|al(?:l['’])?\s?|il\s|l['’])?(?P<day>{_A_DAY})$",
    re.I,
)
_USUAL = re.compile(r"\b(?:ordinari|previst|solit|abitual|consuet|giorno)\w*", re.I)
_INSTEAD = re.compile(r"\b(?:recuper|nuov|anticip|posticip|sostitu|variazion)\w*(?!.*\bdi\s*$)", re.I)
_OF = re.compile(rf"^(?P<what>.+?),?\s(?:di|del(?:l['’])?)\s?(?P<day>{_A_DAY})$", re.I)
_LEAD = re.compile(
    r"^(?:la\s)?(?:raccolta|ritiro|servizio)(?:\s(?:de(?:l|lla|i|gli|lle)|dell['’])|\sdi)?\s", re.I
)
_ARTICLE = re.compile(r"(?:il|lo|la|i|gli|le)\s|l['’]", re.I)
_ASIDE = re.compile(r"\s?\([^()]*\)")
_ZONE = re.compile(r"\s?[–-]?\s?(?:in\s)?(?P<zone>zona\s\w{1,10})$", re.I)
_PEOPLE = re.compile(r"\s(?P<who>utenze\s(?:non\s)?domestiche)$", re.I)
_YEAR = re.compile(r" 20\d\d$")
_FIRST = re.compile(r"(?<!\d)1 (?=[a-z])")
_FEWEST, _MOST = 2, 4  # rows


@dataclass(frozen=True)
class _Change:
    what: str  # `l'umido della zona A`
    usual: str
    instead: str


def recovered(notice: Notice) -> Iterator[str]:
    """The sentence; none for what is no collection of waste, or where a row is not sure."""
    rows = [row for row in notice.rows if row.list]
    if not (
        _OF_WASTE.search(notice.title) and _MOVED.search(notice.source) and _FEWEST <= len(rows) <= _MOST
    ):
        return
    is_headed = any(map(_is_head, notice.source.splitlines()))
    changes = [change for row in rows if (change := _change(row, is_headed))]
    if len(changes) < len(rows):
        return
    if len({change.usual for change in changes}) == 1:
        told = [f"{change.what} {change.instead}" for change in changes]
        told[0] = f"{changes[0].what} si raccoglie {changes[0].instead}"
        yield f"{opened(changes[0].usual)} la raccolta non si fa: {joined(told)}."
        return
    first, *others = changes
    said = [f"{first.what} {_of(first.usual)} si raccoglie {first.instead}"]
    said += [f"{one.what} {_of(one.usual)}, {one.instead}" for one in others]
    yield f"{opened('; '.join(said))}."


def _is_head(line: str) -> bool:
    """Whether it heads a table whose last column is the day instead, behind the usual one's."""
    *cells, last = line.strip(" |").split("|")
    return any(map(_USUAL.search, cells)) and _INSTEAD.search(last) is not None


def _change(row: Row, is_headed: bool) -> _Change | None:
    """What is collected when instead; None where one of the three is not sure, or which day is which."""
    words = _ASIDE.sub("", row.what).strip(" .;,")
    moved = _TO.match(words)
    if moved is None or not (is_headed or moved["moved"]):
        return None
    what, usual = moved["what"].strip(" :,–-"), row.when
    if not usual and (of := _OF.match(what)):
        what, usual = of["what"], of["day"]
    days = [_day(usual), _day(moved["day"])]
    named = _named(_LEAD.sub("", what))
    return _Change(named, *days) if named and all(days) and days[0] != days[1] else None


def _day(words: str) -> str:
    """`sabato 25 dicembre`; "" of what is not one day."""
    period = period_at(words.strip(" .;,"), 0)
    is_one = period is not None and period.form == "on" and len(period.days) == 1
    whole = is_one and period is not None and not words.strip(" .;,")[period.end :].strip()
    return _FIRST.sub("1° ", _YEAR.sub("", period.words)) if whole and period is not None else ""


def _of(day: str) -> str:
    """`di sabato 25 dicembre`, `del 25 dicembre`."""
    if day.startswith(("l'", "l’")):
        return f"dell'{day[2:]}"
    return f"del {day.removeprefix('il ')}" if day.startswith("il ") else f"di {day}"


def _named(what: str) -> str:
    """`l'umido della zona A` of `Umido – Zona A`."""
    zone, who = _ZONE.search(what), _PEOPLE.search(what)
    end = next((found.start() for found in (zone, who) if found), len(what))
    plain = what[:end].strip(" –-")
    parts = [with_article(part) for part in plain.lower().split(" e ")]  # `la carta e il cartone`
    named = plain if _ARTICLE.match(plain) else " e ".join(parts) if all(parts) else ""
    if zone:
        return f"{named} della {zone['zone'][:1].lower()}{zone['zone'][1:]}" if named else ""
    return f"{named} delle {who['who'].lower()}" if named and who else named
