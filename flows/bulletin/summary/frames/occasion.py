"""The facts of an event in clauses: when, hours, place, who, price, booking; and which of them a text tells."""

import re
from dataclasses import dataclass

from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Notice, Row, Slot, Told
from flows.bulletin.summary import clauses
from flows.bulletin.summary.clauses.days import Days, Span
from flows.bulletin.summary.clauses.hours import Hours, hours_of


@dataclass(frozen=True)
class Sitting:
    """Days that share their hours, place and people, as clauses; "" what the page does not tell of them."""

    days: Days
    hours: str = ""
    place: str = ""
    who: str = ""
    what: str = ""

    def when(self, *, year: bool = True) -> str:
        """`sabato 4 maggio alle 21`."""
        return f"{clauses.days_clause(self.days, year=year)} {self.hours}".strip()


@dataclass(frozen=True)
class Occasion:
    """What a citizen needs to come: `unsaid` names what stands in the page and could not be put in clauses."""

    sittings: tuple[Sitting, ...] = ()
    parts: tuple[Row, ...] = ()  # the hours of one day's programme, which are told all or announced
    place: str = ""
    apposition: str = ""
    street: str = ""
    who: str = ""
    who_sentence: str = ""
    price: str = ""
    booking: str = ""
    unsaid: tuple[str, ...] = ()


def occasion_of(notice: Notice) -> Occasion:
    """The facts of `notice`, from its rows first, then from its slots."""
    dated = [row for row in notice.rows if row.when and not row.deadline]
    sittings = _sittings(dated)
    unsaid = []
    if sittings is None or (dated and not sittings):
        unsaid.append("when")
        sittings = []
    if not dated:
        sittings = _told_days(notice)
    parts = _parts(notice)
    place_words = _words(notice, Slot.place)
    who_words = next(iter(_all(notice, Slot.who)), "")
    price_words = _all(notice, Slot.amount)
    price = next(filter(None, (clauses.price_sentence(words) for words in price_words)), "")
    who = clauses.audience_phrase(who_words)
    if who_words and not who and not clauses.is_everyone(who_words) and re.search(r"\d|riservat|solo|minim", who_words):
        unsaid.append("who")
    if not price and any(clauses.is_paid(words) for words in price_words):
        unsaid.append("price")
    booking = next(
        filter(
            None,
            (
                clauses.booking_sentence(words)
                for slot in (Slot.how, Slot.deadline, Slot.amount, Slot.todo)
                for words in _all(notice, slot)
            ),
        ),
        "",
    )
    place = clauses.place_clause(place_words) if place_words else ""
    found = clauses.place_of(place_words) if place_words else None
    return Occasion(
        tuple(sittings),
        parts,
        place,
        clauses.place_apposition(place_words) if place_words else "",
        found.street if found else "",
        who,
        clauses.audience_sentence(who_words),
        price,
        booking,
        tuple(unsaid),
    )


def untold(text: str, occasion: Occasion) -> list[str]:
    """Which of "when", "hours", "place", "who", "price", "booking" the page has and `text` does not tell."""
    bare = folded(text)
    lacking = []
    for sitting in occasion.sittings:
        for span in sitting.days.spans:
            for day in {span.first, span.last}:
                month = MONTHS[day.month - 1][:3]
                if not re.search(rf"\b0?{day.day}\b.{{0,40}}?\b(?:{month}|0?{day.month}\b)", bare):
                    lacking.append("when")
        for hours in hours_of(sitting.hours):
            if not _tells_hours(bare, hours):
                lacking.append("hours")
    if occasion.apposition:
        name = [word for word in re.findall(r"\w{4,}", folded(occasion.apposition)) if word not in ("piazza", "viale")]
        if name and not any(word in bare for word in name):
            lacking.append("place")
    if occasion.who and not any(word[:5] in bare for word in re.findall(r"\w{4,}|\d+", folded(occasion.who))):
        lacking.append("who")
    if occasion.price:
        figures = re.findall(r"\d+(?:,\d+)?", occasion.price)
        cues = [folded(figure) for figure in figures] or [
            cue for cue in ("gratuit", "gratis", "liber", "offerta", "pagamento") if cue in folded(occasion.price)
        ]
        if "gratuit" in cues:
            cues.append("gratis")
        if not any(cue in bare for cue in cues):
            lacking.append("price")
    if occasion.booking and not re.search(r"\bprenot|\biscri|\bbigliett\w+ (?:online|si )", bare):
        lacking.append("booking")
    return list(dict.fromkeys(lacking))


def _sittings(rows: list[Row]) -> list[Sitting] | None:
    """Rows with their days, those that differ only in the day joined; None where one is not understood."""
    found: list[Sitting] = []
    for row in rows:
        days = clauses.days_of(row.when)
        if days is None:
            return None
        hours = clauses.hours_clause(row.hours) if row.hours else ""
        if row.hours and not hours:
            return None
        place = clauses.place_clause(row.place) or row.place if row.place else ""
        who = clauses.audience_phrase(_people(row.who)) if row.who else ""
        if row.who and not who and not clauses.is_everyone(row.who):
            return None
        what = row.what if not re.fullmatch(r"\d+[°ª]? (?:parte|lezione|incontro|serata)", row.what.strip()) else ""
        sitting = Sitting(days, hours, place, who, what)
        last = found[-1] if found else None
        if last and (last.hours, last.place, last.who, last.what) == (hours, place, who, what) and days.role == "on":
            if days != last.days:
                joined = Days((*last.days.spans, *days.spans))
                found[-1] = Sitting(joined, hours, place, who, what)
            continue
        found.append(sitting)
    return found


def _people(words: str) -> str:
    return re.sub(r"^(?:lezione|incontro|serata|laboratorio|turno|gruppo|corso)\s", "", words.strip(), flags=re.I)


def _told_days(notice: Notice) -> list[Sitting]:
    hours_words = _words(notice, Slot.hours)
    hours = clauses.hours_clause(hours_words) if hours_words else ""
    for words in _all(notice, Slot.when):
        days = clauses.days_of(words)
        if days is not None:
            return [Sitting(days, hours)]
    return []


def _parts(notice: Notice) -> tuple[Row, ...]:
    """Rows of one list that have hours and no day of their own, or the same day: the parts of one programme."""
    rows = [row for row in notice.rows if row.list and row.hours]
    return tuple(rows) if len(rows) > 1 and len({row.when for row in rows if row.when}) <= 1 else ()


def _all(notice: Notice, slot: Slot) -> list[str]:
    return [told.words for told in notice.slots.get(slot, ()) if told.words]


def _words(notice: Notice, slot: Slot) -> str:
    return next(iter(_all(notice, slot)), "")


def _tells_hours(bare: str, hours: Hours) -> bool:
    for clock in (hours.start, hours.end):
        if clock is None:
            continue
        minutes = f" {clock[1]:02}" if clock[1] else "(?: 00)?"
        if not re.search(rf"\b0?{clock[0]}{minutes}\b", bare):
            return False
    return True


__all__ = ["Occasion", "Sitting", "Span", "Told", "occasion_of", "untold"]
