"""Which facts of an event a text does not tell, and the sentences that tell them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.titles import folded
from flows.bulletin.summary.clauses.hours import Hours, hours_of
from flows.bulletin.summary.frames.events.occasion import Occasion
from flows.bulletin.summary.frames.prose.left_to_page import (
    CONDITIONS,
    HOURS,
    OTHER_APPOINTMENTS,
    PLACE,
    PLACES,
)

_QUOTED = re.compile(r"«[^»]*»")
_IN_PAGE = {
    "who": CONDITIONS,
    "price": "I prezzi sono nella pagina.",
    "place": PLACE,
    "starts": "I luoghi di partenza sono nella pagina.",
    "places": PLACES,
    "hours": HOURS,
    "others": OTHER_APPOINTMENTS,
    "deadline": "Le scadenze sono nella pagina.",
}
_FREE = re.compile(r"^(?:L'ingresso|La partecipazione) è gratuit(?P<end>[oa])(?=\.$)")
_BOOKED_BY = re.compile(
    r"^(Devi (?:iscriverti|prenotare))(?: (?:online|via mail|o|scrivendo a \S+@\S+|al numero \d[\d ]+\d"
    r"|su \S+))+( entro [^.]+)?\.$"
)


def untold(text: str, occasion: Occasion) -> list[str]:
    """Which of "when", "hours", "place", "who", "price", "booking" the page has and `text` does not tell."""
    bare = folded(text)
    lacking = []
    for sitting in occasion.sittings:
        for span in sitting.days.spans:
            for day in {span.first, span.last}:
                if not _of_day(day.day, day.month).search(bare):
                    lacking.append("when")
        for hours in hours_of(sitting.hours):
            if not _tells_hours(bare, hours):
                lacking.append("hours")
    if occasion.apposition:
        name = [
            word
            for word in re.findall(r"\w{4,}", folded(occasion.apposition))
            if word not in ("piazza", "viale")
        ]
        if name and not any(word in folded(_QUOTED.sub(" ", text)) for word in name):
            lacking.append("place")
    ages = re.findall(r"\d+", occasion.who)
    words = ages or re.findall(r"\w{4,}", folded(occasion.who))
    if words and not (
        all(
            re.search(rf"\b{age}\b(?: (?:ai?|agli|all|e) \d+)? anni|\b(?:over|under) {age}\b", bare)
            for age in ages
        )
        if ages
        else any(word[:5] in bare for word in words)
    ):
        lacking.append("who")
    if occasion.price:
        figures = re.findall(r"\d+(?:,\d+)?", occasion.price)
        cues = [f"{folded(figure)} euro" for figure in figures] or [
            cue
            for cue in ("gratuit", "gratis", "liber", "offerta", "pagamento")
            if cue in folded(occasion.price)
        ]
        if "gratuit" in cues:
            cues.append("gratis")
        if not any(cue in bare for cue in cues):
            lacking.append("price")
    term = re.search(r"\bentro\b.*?(\d{1,2})°? ([a-z]{3})", folded(occasion.booking))
    is_term_told = term is None or re.search(rf"\b{term[1]} {term[2]}", bare) is not None
    is_booked = re.search(r"\bprenot|\biscri|\bbigliett\w+ (?:online|si )|si compra online", bare) is not None
    if occasion.booking and folded(occasion.booking) not in bare and not (is_booked and is_term_told):
        lacking.append("booking")
    return list(dict.fromkeys(lacking))


def tells_all_hours(text: str, occasion: Occasion) -> bool:
    """Whether `text` has every hour of the page."""
    bare = folded(text)
    told = [_tells_hours(bare, hours) for clause in occasion.hours for hours in hours_of(clause)]
    return bool(told) and all(told)


def _tells_hours(bare: str, hours: Hours) -> bool:
    for clock in (hours.start, hours.end):
        if clock is None:
            continue
        if not _of_clock(*clock).search(bare):
            return False
    return True


@lru_cache(maxsize=366)
def _of_day(day: int, month: int) -> re.Pattern[str]:
    return re.compile(rf"\b0?{day}\b.{{0,40}}?\b(?:{MONTHS[month - 1][:3]}|0?{month}\b)")


@lru_cache(maxsize=256)
def _of_clock(hour: int, minute: int) -> re.Pattern[str]:
    return re.compile(rf"\b0?{hour}{f' {minute:02}' if minute else '(?: 00)?'}\b")


def rest_of(occasion: Occasion, lacking: list[str]) -> str:
    """Sentences for people, price and booking where a text lacks them."""
    said = []
    if "who" in lacking:
        people = occasion.who_sentence
        if len([span for sitting in occasion.sittings for span in sitting.days.spans]) > 1:
            people = people.replace("L'appuntamento è ", "Gli appuntamenti sono ", 1)
        said.append(people)
    if "price" in lacking:
        said.append(_open_to_all(occasion.price) if occasion.is_open else occasion.price)
    if "booking" in lacking:
        said.append(occasion.booking)
    said += [_IN_PAGE[name] for name in dict.fromkeys(occasion.unsaid) if name in _IN_PAGE]
    return " ".join(filter(None, said))


def rests(occasion: Occasion, lacking: list[str]) -> Iterator[str]:
    """The sentences of `rest_of`, then with that one must book alone, then with word of the prices."""
    known = (occasion, brief(occasion), _unpriced(brief(occasion)))
    yield from dict.fromkeys(rest_of(one, lacking) for one in known)


def brief(occasion: Occasion) -> Occasion:
    """With that one must book alone, and not how."""
    return replace(occasion, booking=_BOOKED_BY.sub(r"\1\2.", occasion.booking))


def _unpriced(occasion: Occasion) -> Occasion:
    """Without a price that has no room."""
    is_paid = re.search(r"\d", occasion.price) is not None
    return replace(occasion, price="", unsaid=(*occasion.unsaid, "price")) if is_paid else occasion


def _open_to_all(price: str) -> str:
    """`L'ingresso è gratuito e aperto a tutti.`"""
    return _FREE.sub(r"\g<0> e apert\g<end> a tutti", price)
