"""The days, hours and place at which one books, of a sentence that tells all three in a row."""

import re

from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.times.clock import hours_at
from flows.bulletin.summary.frames.times.days import period_at

_BOOKED = re.compile(
    r"\b(?P<what>prenotazion|iscrizion)[ie]\s(?:(?:è|sono)\s)?(?:(?P<must>obbligatori[ae])\s)?"
    r"(?:si\s(?:terranno|tengono|effettuano|effettueranno|ricevono|raccolgono|raccoglieranno|fanno|faranno)|sono\saperte)\s",
    re.I,
)
_BOTH = re.compile(r"\sed?\s")
_GAP = re.compile(r"[\s,;]*")


def booked(notice: Notice) -> str:
    """`Devi prenotare martedì 24 maggio, dalle 20 alle 22, all'Oratorio.`; "" where not sure."""
    for told in notice.slots.get(Slot.how, ()):
        words = " ".join(told.words.split())
        found = _BOOKED.search(words)
        days = period_at(words, found.end()) if found else None
        if found is None or days is None or days.form not in ("on", "span"):
            continue
        at = _skipped(words, days.end)
        hours = hours_at(words, at)
        rest = words[_skipped(words, hours.end) if hours else at :].strip(" .,;")
        place = clauses.place_clause(rest) if rest else ""
        if rest and not place:
            continue
        verb = "prenotare" if found["what"].lower() == "prenotazion" else "iscriverti"
        lead = f"Devi {verb}" if found["must"] else f"Puoi {verb}"
        parts = [on_one_of(days.words), hours.words if hours else "", place]
        return f"{lead} {', '.join(filter(None, parts))}."
    return ""


def on_one_of(days: str) -> str:
    """`martedì 24 o mercoledì 25 maggio`: one books once, on whichever of the days."""
    return _BOTH.sub(" o ", days)


def _skipped(words: str, at: int) -> int:
    gap = _GAP.match(words, at)
    return gap.end() if gap else at
