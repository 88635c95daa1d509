"""The outline of a notice that no other frame tells: what and when, and by name what is left to the page.

It comes behind every text that tells more, and before a title that tells no day.
"""

from collections.abc import Callable, Iterator, Mapping

from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.summary.frames.beginnings import begun
from flows.bulletin.summary.frames.dangers.obliged import obliged
from flows.bulletin.summary.frames.events import event_outlines
from flows.bulletin.summary.frames.roads import street_outlines
from flows.bulletin.summary.frames.services.strikes import struck
from flows.bulletin.summary.frames.titles.changeovers import changeover


def _of_services(notice: Notice) -> Iterator[str]:
    yield from struck(notice)
    yield from begun(notice)
    yield from obliged(notice)
    yield from changeover(notice)


def _of_acts(notice: Notice) -> Iterator[str]:
    yield from obliged(notice)
    yield from begun(notice)


_OF: Mapping[Kind, Callable[[Notice], Iterator[str]]] = {
    Kind.event: event_outlines.outlined,
    Kind.programme: event_outlines.outlined,
    Kind.road: street_outlines.outlined,
    Kind.supply_cut: street_outlines.outlined,
    **dict.fromkeys((Kind.campaign, Kind.service, Kind.other, Kind.health, Kind.hours), _of_services),
    Kind.act: _of_acts,
}


def outlines(notice: Notice) -> Iterator[str]:
    """The outlines of a notice's kind, best first; none where its matter or its days are not sure."""
    outlined = _OF.get(notice.kind)
    if outlined:
        yield from outlined(notice)
