"""The texts of several events, or of one in several parts: all of them, a true range, or where they are."""

import re
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.clauses.days import Days, Span, days_clause
from flows.bulletin.summary.frames import events
from flows.bulletin.summary.frames.matter import is_plural, matters
from flows.bulletin.summary.frames.occasion import Occasion, Sitting, occasion_of, untold

_COUNTS = ("", "un", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci")


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Whole texts of a programme in at most `limit` UTF-16 units, the best first; none without a day."""
    seen: set[str] = set()
    occasion = occasion_of(notice)
    several = len(occasion.sittings) > 1 or (
        bool(occasion.sittings) and len(occasion.sittings[0].days.spans) > 3
    )
    for text in _texts(notice, occasion) if several else ():
        said = " ".join(text.split())
        if said and utf16(said) <= limit and said not in seen:
            seen.add(said)
            yield said
    if not several:
        yield from events.texts(notice, limit)


def _texts(notice: Notice, occasion: Occasion) -> Iterator[str]:
    sittings = occasion.sittings
    common = {sitting.place for sitting in sittings} == {""}
    place = occasion.place if common else ""
    for phrase, sentence in matters(notice):
        verb = "ci sono" if is_plural(phrase) else "c'è"
        for lead in dict.fromkeys((sentence, "")):
            head = f"{place} {verb} {phrase}".strip()
            said = f"{head[0].upper()}{head[1:]}. {lead} {_each(sittings)}"
            if len(sittings) <= 5:
                yield f"{said} {events._tail(occasion, untold(said, occasion))}"
    for phrase, sentence in matters(notice):
        verb = "ci sono" if is_plural(phrase) else "c'è"
        span = _range(sittings)
        if not span:
            return
        for lead in dict.fromkeys((sentence, "")):
            head = f"{span} {place} {verb} {phrase}".strip()
            count = sum(len(sitting.days.spans) for sitting in sittings)
            many = _COUNTS[count] if count < len(_COUNTS) else str(count)
            said = f"{head[0].upper()}{head[1:]}. {lead} Gli appuntamenti sono {many}; giorni e orari sono nella pagina."
            lacking = [name for name in untold(said, occasion) if name not in ("when", "hours")]
            yield f"{said} {events._tail(occasion, lacking)}"


def _each(sittings: tuple[Sitting, ...]) -> str:
    """Every sitting with its own people, place and matter, in one sentence."""
    told = []
    for sitting in sittings:
        what = f"«{sitting.what.strip(' «»')}»" if sitting.what else ""
        place = sitting.place
        said = ", ".join(filter(None, (sitting.when(), place)))
        of = " ".join(filter(None, (what, sitting.who)))
        told.append(f"{said}, {of}" if of and (what or place) else f"{said} {of}".strip())
    joined = "; ".join(told)
    return f"Gli appuntamenti sono: {joined}." if re.search("«", joined) else f"Gli appuntamenti sono {joined}."


def _range(sittings: tuple[Sitting, ...]) -> str:
    spans = [span for sitting in sittings for span in sitting.days.spans]
    ordered = [(span.first.year or 0, span.first.month, span.first.day) for span in spans]
    if ordered != sorted(ordered):
        return ""
    return days_clause(Days((Span(spans[0].first, spans[-1].last),)))
