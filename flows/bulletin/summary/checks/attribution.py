"""Whether the booking, the price and the people that a text tells of its occasion are said of it on the page.

`Alle 16 visita al campanile, con prenotazione allo 0572 …` binds nobody who comes to the concert of 17, and
`il sagrato è riservato ai disabili` keeps nobody away from it.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import OCCASIONS, Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.events.calendars import of_one_day
from flows.bulletin.summary.frames.events.of_a_part import is_in_one_of_several

_DUTIES = (  # of a text, and of its page
    (re.compile(r"(?:Devi|Puoi) iscriverti\b|Iscriviti\b"), re.compile(r"\biscri\w+", re.I)),
    (
        re.compile(r"(?:Devi|Puoi) prenotare\b|Prenota\b|.*\b[Ll]e prenotazioni si fanno\b"),
        re.compile(r"\bprenot\w+", re.I),
    ),
    (
        re.compile(r"I posti sono limitati"),
        re.compile(r"\bposti (?:sono )?limitati\b|\bmassimo \d+ (?:person|partecipant|post)\w+", re.I),
    ),
)
_FOR = re.compile(r"(?:L['’]appuntamento è|Gli appuntamenti sono|È) per (?P<whom>[^.]+)\.")
_ANOTHERS = re.compile(  # what they have for themselves, or for less: `gratuita per i soci`
    r"\b(?:gratuit\w+|gratis|ridott\w+|riduzion\w+|scont\w+|parchegg\w+|sagrato|post[io]|aree?|area|spazi\w*|fil[ae]"
    r"|sedie|tribun\w+|ingresso laterale|rampa|ascensore|navett\w+)\b[^.;:]{0,40}$",
    re.I,
)
_RANGE = re.compile(r"\bdall[ae'’]\s?(?:ore\s)?\d[^,;]{0,12}?\salle\s(?:ore\s)?\d+(?:[.:]\d\d)?", re.I)
_BY_HOUR = re.compile(  # `entro venerdì 14 maggio alle ore 12`
    r"\bentro\b[^.;:\d]{0,20}(?:\d{1,2}[^.;:\d]{1,12}){0,2}\b(?:alle|ore)\s(?:ore\s)?\d+(?:[.:]\d\d)?", re.I
)
_CLOCKED = re.compile(r"\b(?:alle|ore)\s(?:ore\s)?\d", re.I)


def of_another_part(text: str, notice: Notice) -> Iterator[str]:
    """Each sentence of `text` that the page says of one part of the occasion, or of something beside it."""
    if notice.kind not in OCCASIONS:
        return
    told = figures(text)
    of_a_day = of_one_day(notice)
    for said in split(text):
        if said in of_a_day or _is_in_rows(said, notice) or _is_at_another_hour(said, told, notice):
            yield f"«{said}» è di uno solo degli appuntamenti."
        whom = _FOR.match(said)
        if whom and _is_theirs(whom["whom"], notice):
            yield f"«{said}»: la pagina lo dice di altro."


def _is_in_rows(said: str, notice: Notice) -> bool:
    """Whether the page has a duty of one day or row of several alone."""
    for ours, theirs in _DUTIES:
        places = [found.start() for found in theirs.finditer(notice.source)] if ours.match(said) else []
        if places and all(is_in_one_of_several(place, notice) for place in places):
            return True
    return False


def _is_at_another_hour(said: str, told: frozenset[str], notice: Notice) -> bool:
    """Whether the page has a duty in sentences alone whose hour the text has not."""
    for ours, theirs in _DUTIES:
        lines = [line for line in split(notice.source) if theirs.search(line)] if ours.match(said) else []
        near = [_BY_HOUR.sub("", _RANGE.sub("", line)) for line in lines]  # of an office, of the term
        if near and all(
            _CLOCKED.search(line) and {one for one in figures(line) if ":" in one}.isdisjoint(told)
            for line in near
        ):
            return True
    return False


def _is_theirs(whom: str, notice: Notice) -> bool:
    """Whether the page names these people only behind what is theirs alone."""
    words = re.split(r"\W+", whom)
    last = next((word for word in words[1:] if len(word) > 3), "") if len(words) > 1 else ""
    named = (
        [found.start() for found in re.finditer(rf"\b{re.escape(last)}", notice.source, re.I)] if last else []
    )
    return bool(named) and all(_ANOTHERS.search(notice.source[:at].rpartition("\n")[2]) for at in named)
