"""Cuts of a supply that a table tells, or headings: each part has its day, its hours and its streets.

`Il 5 maggio, dalle 8 alle 12, manca l'acqua in via Po; il 6 maggio, dalle 14 alle 17, in via Adda.`
`Manca l'acqua in zone diverse: martedì 6 e giovedì 8 aprile. Le vie e gli orari sono nella pagina.`
"""

from collections.abc import Iterator

from flows.bulletin.page.notice import Kind, Notice, Row
from flows.bulletin.page.phases import phases
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.places.streets import inside, streets_at
from flows.bulletin.summary.frames.roads.street_outlines import CUT_OFF
from flows.bulletin.summary.frames.times.clock import hours_at
from flows.bulletin.summary.frames.times.days import period_at

_MOST = 3  # rows


def told_in_parts(notice: Notice) -> Iterator[str]:
    yield from _by_rows(notice)
    yield from _by_headings(notice)


def _by_rows(notice: Notice) -> Iterator[str]:
    """The sentence of all the rows; none where one of them is not wholly understood."""
    if notice.kind is not Kind.supply_cut or notice.is_cut or not 0 < len(notice.rows) <= _MOST:
        return
    missing = [name for name, pattern in CUT_OFF if pattern.search(notice.title)]
    told = [_told(row) for row in notice.rows]
    if len(missing) != 1 or not all(told):
        return
    (when, where), *others = filter(None, told)
    first = f"{opened(when)}, manca {missing[0]} {where}"
    yield f"{'; '.join([first, *(f'{when}, {where}' for when, where in others)])}."


def _by_headings(notice: Notice) -> Iterator[str]:
    """The days of all parts, where each has streets of its own."""
    missing = [name for name, pattern in CUT_OFF if pattern.search(notice.title)]
    parts = phases(notice) if notice.kind is Kind.supply_cut and not notice.is_cut else []
    if len(missing) != 1 or not parts:
        return
    days = [when[:1].lower() + when[1:] for when, _ in parts]
    yield (
        f"Manca {missing[0]} in zone diverse: {', '.join(days[:-1])} e {days[-1]}. "
        "Le vie e gli orari sono nella pagina."
    )


def _told(row: Row) -> tuple[str, str] | None:
    """`il 5 maggio, dalle 8 alle 12` and `in via Po`."""
    place = row.place.strip(" .;,").replace("Via ", "via ")
    period, hours, streets = period_at(row.when, 0), hours_at(row.hours, 0), streets_at(place, 0)
    if period is None or hours is None or streets is None or row.what or row.who:
        return None
    rests = (row.when[period.end :], row.hours[hours.end :], place[streets.end :])
    if any(rest.strip(" .;,") for rest in rests):
        return None
    return f"{period.words}, {hours.words}", inside(streets.all)
