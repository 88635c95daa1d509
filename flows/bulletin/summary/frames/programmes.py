"""The texts of several events, or of one in several parts: all of them, a true range, or where they are."""

from collections.abc import Iterator

from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.clauses.days import Days, Span, days_clause
from flows.bulletin.summary.frames import events
from flows.bulletin.summary.frames.changes import is_changed
from flows.bulletin.summary.frames.events import closed, ordered, rest_of, without_street
from flows.bulletin.summary.frames.occasion import Occasion, Sitting, occasion_of, untold
from flows.bulletin.summary.frames.subject import is_plural, matters

_COUNTS = ("", "un", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci")


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Whole texts of a programme in at most `limit` UTF-16 units, the best first; none without a day."""
    occasion = occasion_of(notice)
    several = len(occasion.sittings) > 1 or (
        bool(occasion.sittings) and len(occasion.sittings[0].days.spans) > 1
    )
    if several and not is_changed(notice):
        yield from ordered(_texts(notice, occasion), occasion, limit)
    else:
        yield from events.texts(notice, limit)


def _texts(notice: Notice, occasion: Occasion) -> Iterator[str]:
    sittings = occasion.sittings
    common = {sitting.place for sitting in sittings} == {""}
    place = occasion.place if common else ""
    near = without_street(occasion) if common else ""
    for with_what in (True, False):
        for phrase, sentence in matters(notice):
            verb = "ci sono" if is_plural(phrase) else "c'è"
            for lead, at in dict.fromkeys(((sentence, place), ("", place), ("", near))):
                head = f"{at} {verb} {phrase}".strip()
                said = f"{closed(head[0].upper() + head[1:])} {lead} {_each(sittings, with_what=with_what)}"
                if len(sittings) <= 5:
                    yield f"{said} {rest_of(occasion, untold(said, occasion))}"
    span, is_titled = _range(sittings), any(sitting.what for sitting in sittings)
    what = "titoli e giorni" if is_titled else "giorni e orari"
    for phrase, sentence in matters(notice) if span else ():
        verb = "ci sono" if is_plural(phrase) else "c'è"
        for lead in dict.fromkeys((sentence, "")):
            head = f"{span} {place} {verb} {phrase}".strip()
            count = sum(len(sitting.days.spans) for sitting in sittings)
            many = _COUNTS[count] if count < len(_COUNTS) else str(count)
            said = (
                f"{closed(head[0].upper() + head[1:])} {lead} Gli "
                f"appuntamenti sono {many}; {what} sono nella pagina."
            )
            lacking = [name for name in untold(said, occasion) if name not in ("when", "hours")]
            yield f"{said} {rest_of(occasion, lacking)}"


def _each(sittings: tuple[Sitting, ...], *, with_what: bool) -> str:
    """Every sitting with its own people, place and matter, in one sentence."""
    told = []
    for sitting in sittings:
        what = f"«{sitting.what.strip(' «»')}»" if sitting.what and with_what else ""
        place = sitting.place
        said = ", ".join(filter(None, (sitting.when(), place)))
        of = " ".join(filter(None, (what, sitting.who)))
        told.append(f"{said}, {of}" if of and (what or place) else f"{said} {of}".strip())
    joined = "; ".join(told) if len(told) > 2 or "«" in "".join(told) else ", e ".join(told)
    about = (
        ""
        if with_what or not any(sitting.what for sitting in sittings)
        else " Gli argomenti sono nella pagina."
    )
    mark = ":" if "«" in joined else ""
    return f"Gli appuntamenti sono{mark} {joined}.{about}"


def _range(sittings: tuple[Sitting, ...]) -> str:
    spans = [span for sitting in sittings for span in sitting.days.spans]
    ordered = [(span.first.year or 0, span.first.month, span.first.day) for span in spans]
    if ordered != sorted(ordered):
        return ""
    return days_clause(Days((Span(spans[0].first, spans[-1].last),)))
