"""What came of a contest and can be seen: `La mostra è a Palazzo Po fino a sabato 12 ottobre 2027.`"""

import re

from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.page.sections import sections
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.own_sentences.sentences import Sentence
from flows.bulletin.summary.frames.times.days import period_at

_SHOWN = re.compile(
    r"\b(?:in\smostra|mostra\b[^.;\n]{0,30}\b(?:aperta|visitabile)|espost[aie])\b[^.;\n]{0,40}?\s(?=fino\sa)",
    re.I,
)
_PLACE = 40.0  # behind what the office says first


def shown(notice: Notice) -> Sentence | None:
    """The sentence, where the page tells until when and has one place; else None."""
    until = {
        period.words
        for found in _SHOWN.finditer(notice.body)
        if (period := period_at(notice.body, found.end())) and period.form == "until"
    }
    places = [notice.source[one.start : one.end] for one in sections(notice.source) if one.kind == "where"]
    where = clauses.place_clause(" ".join(places[0].split())) if len(places) == 1 else ""
    if len(until) != 1 or not where:
        return None
    slots = frozenset({Slot.until, Slot.place})
    return Sentence(f"La mostra è {where} {until.pop()}.", slots, False, _PLACE, -0.3)
