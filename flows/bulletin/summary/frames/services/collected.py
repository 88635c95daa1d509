"""What waste is collected on each weekday, of a page that lists it: `Il martedì si raccolgono vetro e carta`.

A page that tells it zone by zone, or a day with a limit of its own, leaves that to the page.
"""

import re
from collections.abc import Iterator

from flows.bulletin.facts.find import facts
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.left_to_page import OTHER_DAYS
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.services.recovered import recovered

_OF_WASTE = re.compile(r"\b(?:rifiut\w+|raccolta differenziata|porta a porta|ecocalendario)\b", re.I)
_LINE = re.compile(rf"(?:[-•*]\s?)?(?:il |la |ogni )?(?P<day>{WEEKDAY})\s?[:–-]\s?(?P<what>.{{3,90}})", re.I)
_ZONES = re.compile(r"\bzon[ae]\s(?:[A-Z]\b|\d|ross|blu|verd|giall|arancio|nord|sud|est|ovest|[\"“«])", re.I)
_LIMIT = re.compile(
    r"\bnon domestic\w+|\bsolo\b|\bpari\b|\bdispari\b|\baltern\w+|\bogni\b|\bsu prenotazione\b", re.I
)
_ASIDE = re.compile(r"\s?\([^()]*\)")
_PUT_OUT = re.compile(r"\b(?:espost|esporre|esposizion|conferit|conferire)\w*\b", re.I)
_LEAST = 2  # days


def collected(notice: Notice, limit: int) -> Iterator[str]:
    """The days with what is collected, and when to put it out; none of zones. First what holds instead."""
    yield from (text for text in recovered(notice) if utf16(text) <= limit)
    if not _OF_WASTE.search(notice.title) or _ZONES.search(notice.source):
        return
    found = [match for line in lines(notice)[1:] if (match := _LINE.fullmatch(line.strip(" .;")))]
    told = [
        (match["day"].lower(), _items(match["what"])) for match in found if not _is_limited(match["what"])
    ]
    days = [day for day, _ in told]
    if len(told) < _LEAST or len(set(days)) < len(days):
        return
    clauses = [f"{'la' if day == 'domenica' else 'il'} {day} {what}" for day, what in told]
    day, what = told[0]
    verb = "si raccolgono" if re.search(r",|\se\s", what) else "si raccoglie"
    opening = f"{'La' if day == 'domenica' else 'Il'} {day} {verb} {what}"
    said = f"{joined([opening, *clauses[1:]])}."
    rest = [OTHER_DAYS] if len(told) < len(found) else []
    for put_out in (worded(one) for one in notice.prose if _PUT_OUT.search(one)):
        if utf16(text := " ".join([said, put_out, *rest])) <= limit:
            yield text
    yield " ".join([said, *rest])


def _is_limited(what: str) -> bool:
    return _LIMIT.search(what) is not None or bool(facts(what))


def _items(what: str) -> str:
    """`vetro, lattine e umido` of `vetro/lattine e umido (sacco grigio)`."""
    words = _ASIDE.sub("", what).strip(" .;,")
    words = re.sub(r"\s?/\s?|\s?\+\s?", ", ", words)
    return " ".join(word.lower() if word.istitle() else word for word in words.split())
