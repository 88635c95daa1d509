"""Of which category an item is: from the site's own words by a table; keywords only suggest.

`allerta meteo` is no category of a news item, whatever its title cries: it is for the alerts of an issuer.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from flows.bulletin.choosing import category_words as said
from flows.bulletin.prose.titles import folded


class Category(StrEnum):
    """What a news item can be."""

    services = "servizi"
    roads = "viabilità e trasporti"
    events = "eventi"
    calls = "bandi e scadenze"
    other = "altro"


@dataclass(frozen=True)
class Categorised:
    """`is_proposed`: guessed from keywords, for the editor to look at."""

    category: Category
    is_proposed: bool = False


_JOINT = re.compile(r"\s*[;|]\s*")
_HEAD = 400  # characters of the text that are looked at
_TITLE_COUNTS = 3


def _listed(words: str) -> dict[str, None]:
    return dict.fromkeys(
        folded(word) for line in words.splitlines() for word in line.split(";") if word.strip()
    )


_SHORT = {
    "eventi": Category.events,
    "servizi": Category.services,
    "bandi": Category.calls,
    "altro": Category.other,
}
_EVENTS = _listed(said.EVENT_KINDS)
# In this order: a road closed for a fair is a matter of roads, a call for places at the nursery a call.
_BY_RANK = (
    (Category.roads, _listed(said.ROADS)),
    (Category.calls, _listed(said.CALLS)),
    (Category.events, _EVENTS),
    (Category.services, _listed(said.SERVICES)),
)
_HINTS = {
    folded(pair.partition(":")[0]): _SHORT[pair.partition(":")[2].strip()]
    for line in said.HINTS.splitlines()
    for pair in line.split(";")
    if pair.strip()
}


def categorise(
    title: str,
    text: str,
    *,
    kind: str = "",
    words: Iterable[str] = (),
    is_event: bool = False,
    table: Mapping[str, str] | None = None,
) -> Categorised:
    """The category of a news item.

    Args:
        kind: the site's tipo ("Avviso", "Concerto").
        words: the site's category and argomenti.
        is_event: the site gives it days of its own, as only events have.
        table: the profile's own, from a word of the site (any case) to a category; it goes before all else.
    """
    own = {folded(word): Category(name) for word, name in (table or {}).items()}
    told = [folded(part) for word in (kind, *words) for part in _JOINT.split(word)]
    for word in told:
        if word in own:
            return Categorised(own[word])
    if is_event or folded(kind) in _EVENTS:
        return Categorised(Category.events)
    for category, known in _BY_RANK:
        if any(word in known for word in told):
            return Categorised(category)
    suggested = _suggested(title, text) or next((_HINTS[word] for word in told if word in _HINTS), None)
    return Categorised(suggested or Category.other, is_proposed=True)


def _suggested(title: str, text: str) -> Category | None:
    if said.OF_WEATHER.search(title) and not said.SUGGESTING[Category.calls].search(title):
        return Category.other  # but `Contributi per i danni del maltempo` is a call
    points = {
        name: _TITLE_COUNTS * len(pattern.findall(title)) + len(pattern.findall(text[:_HEAD]))
        for name, pattern in said.SUGGESTING.items()
    }
    best = max(points, key=lambda name: points[name])  # of equal ones the first of the table
    return Category(best) if points[best] else None
