"""The facts of an event in clauses: when, hours, place, who, price, booking;
and which of them a text tells.
"""

import re
from dataclasses import dataclass, replace

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.signals import MONTH
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Notice, Row, Slot, Told
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.calls.call import TIME as FOR_WHAT
from flows.bulletin.summary.frames.calls.call import bare_term
from flows.bulletin.summary.frames.events import whereabouts
from flows.bulletin.summary.frames.events.booked import booked, on_one_of
from flows.bulletin.summary.frames.events.entry_price import price_of
from flows.bulletin.summary.frames.events.exhibitors import applied_for
from flows.bulletin.summary.frames.events.further import meetings, other_days
from flows.bulletin.summary.frames.events.guests import is_open_to_all, people_of
from flows.bulletin.summary.frames.events.of_a_part import is_aside, is_of_a_part
from flows.bulletin.summary.frames.events.sittings import (
    Sitting,
    all_words,
    around,
    is_scattered,
    opening_and_closing,
    parts_of,
    sittings_of,
    told_days,
    with_weekday,
)
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.terms import term_of
from flows.bulletin.summary.frames.times.weekly import opening_hours

# a row about booking; of `laboratorio, su prenotazione` it is the laboratory that is told
_BOOKS = re.compile(
    r"(?<!su )(?<!con )(?<!previa )(?<!salvo )(?<!senza )"
    r"\b(?:prenotazion|iscrizion|prevendit|preiscrizion|scadenz)",
    re.I,
)
_STARTS = re.compile(
    r"\bpartenze\s(?:da\b|previste\b|:)|\b(?:luoghi|punti)\sdi\s(?:ritrovo|partenza)\b", re.I
)
_HOURS_BELOW = re.compile(r"\borari?o?(?:\sdi\s(?:apertura|visita))?\s?:\s", re.I)  # that were not understood
_COSTS = re.compile(r"\b(?:gratuit\w+|gratis|liber[oa]|a\spagamento|offerta|euro)\b|€", re.I)
_WORKSHOPS = Cued(r"\b(?:laboratori|workshop|degustazioni)\b[^.\n:]{0,40}:(?!\d)", re.I)
_MOST_OF_ONE = 2  # days of rows, one of which alone has a place
_DAY_AND_TOWN = re.compile(rf"{MONTH}(?:\s20\d\d)?,?\s(?:a|ad|in|al|alla|presso)\s[A-ZÀ-Ý]")
_AMID_HOURS = re.compile(  # `alle 19.30 pizzata (prenotazione al 333…) e dalle 21 musica`: the pizza's
    r"(?:ore|d?alle)\s\d[^.\n]{0,6}[^\n()]{3,60}\((?:su\s)?prenotazion[^()\n]{0,60}\)[^\n]{0,30}(?:ore|d?alle)\s\d",
    re.I,
)
_OF_PARTS = (Slot.amount, Slot.place, Slot.how)
_DESK = re.compile(
    r"\b(?:uffici\w*|protocollo|sportell[oi]|segreteri\w+|urp|municipio)\b[^.;]{0,50}"
    r"(?:\borari?\b|\bapert\w+|\bricev\w+)[^.;]*$|\bapert[oa] al pubblico\b[^.;]*$",
    re.I,
)
_FREE_TO_ENTER = re.compile(
    r"\bingresso (?:è )?(?:libero|gratuito|(?:a|ad) offerta)\b|\bofferta (?:libera|facoltativa)\b", re.I
)
_OF_A_VISIT = re.compile(r"\b(?:visit[ae]|cen[ae]|pranz[oi]|laborator\w+)\b[^.]*\bprenotazion", re.I)
_TO_BOOK = re.compile(r"\b(?:prenot\w+|iscri\w+)", re.I)
_SHORT_TERM = 130  # UTF-16 units: a longer sentence leaves no room for what happens
_A_DAY = re.compile(rf"\b\d{{1,2}}[°º]?\s{MONTH}|\b\d{{1,2}}[/.]\d{{1,2}}\b", re.I)


@dataclass(frozen=True)
class Occasion:
    """What a citizen needs to come: `unsaid` names what stands in the page and could not be put in
    clauses.
    """

    sittings: tuple[Sitting, ...] = ()
    parts: tuple[Row, ...] = ()  # the hours of one day's programme, which are told all or announced
    place: str = ""
    apposition: str = ""
    street: str = ""
    who: str = ""
    who_sentence: str = ""
    price: str = ""
    booking: str = ""
    is_open: bool = False  # the page says that everybody may come
    where: str = ""  # the office's sentence, where the place fits in no clause
    unsaid: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()  # all that the page has, as clauses


def _is_at_its_end(clause: str, ends: set[tuple[int, int]]) -> bool:
    """Whether an hour is that at which all ends: `dalle 8:30 alle 12:30`, and at 12:30 one eats."""
    told = clauses.hours_of(clause)
    return len(told) == 1 and told[0].end is None and told[0].lead == "alle" and told[0].start in ends


def occasion_of(notice: Notice) -> Occasion:
    """The facts of `notice`, from its rows first, then from its slots."""
    bookings = [row for row in notice.rows if row.deadline or _BOOKS.search(row.what)]
    rows = [row for row in notice.rows if row not in bookings and not _is_of_a_desk(row.start, notice.source)]
    dated = [row for row in rows if row.when and not is_aside(row, notice.source)]
    sittings = sittings_of(dated)
    unsaid = []
    if sittings is None and (weekly := opening_hours(dated)):
        sittings = [replace(sitting, hours=weekly) for sitting in told_days(notice)]
        if len(sittings) == 1 and sittings[0].days.spans[0].first != sittings[0].days.spans[0].last:
            rows = [row for row in rows if row not in dated]
        else:
            sittings = None
    if sittings is None or (dated and not sittings):
        unsaid.append("when")
        sittings = []
    if not dated:
        sittings = told_days(notice)
    elif not any(sitting.hours for sitting in sittings):
        each = {clauses.hours_clause(words) for words in all_words(notice, Slot.hours)}
        if len(each) == 1 and not parts_of(rows):
            hours = each.pop()
            sittings = [replace(sitting, hours=hours) for sitting in sittings]
    parts = parts_of(rows)
    span = opening_and_closing(parts)
    if span:
        parts = ()
        if sittings:
            sittings = [replace(sittings[0], hours=span, what="")]
    if parts and sittings:
        sittings = [Sitting(sittings[0].days, around(parts, sittings[0].hours))]
    notice = _without_parts(notice, parts)
    place_words = whereabouts.place_words(notice)
    shared = {row.place for row in parts}
    places = {row.place for row in rows if row.place and (row not in parts or len(shared) == 1)}
    if len(places) > 1 and not any(row.place and (row.when or row.hours) for row in rows):
        place_words = ""  # the places of one list: all or none
        unsaid.append("places")
    elif len(places) == 1 and not any(sitting.place for sitting in sittings):
        placed = [row.place for row in rows if row.what and row.hours]
        is_of_some = len(placed) > 1 and any(placed) and not all(placed)  # where some parts of it are
        place_words = place_words or ("" if is_of_some else next(iter(places)))
    told_places = notice.slots.get(Slot.place, ())
    whens = {row.when for row in rows if row.when}
    if (
        not (dated and sittings)
        and len(told_places) == 1
        and told_places[0].row
        and len(whens) > _MOST_OF_ONE
    ):
        place_words = ""  # of one of several days
        unsaid.append("places")
    is_apart = not dated and len({sitting.place for sitting in sittings}) > 1
    if not dated and len(sittings) > 1:
        if is_apart:  # each day has its own, or one has none that is sure
            if not all(sitting.place for sitting in sittings):
                sittings = [replace(sitting, place="") for sitting in sittings]
                unsaid.append("places")
        else:
            sittings = [replace(sitting, place="") for sitting in sittings]
    elif len({sitting.place for sitting in sittings}) == 1 and sittings[0].place:
        place_words = place_words or next(iter(places), "")
        sittings = [replace(sitting, place="") for sitting in sittings]
    place_words = "" if is_apart else whereabouts.named(place_words, notice)
    meets = whereabouts.MEETS.search(place_words) or (place_words and not clauses.place_clause(place_words))
    where = whereabouts.where_sentence(notice, place_words) if meets else ""
    who_words = people_of(notice, has_own=any(sitting.who for sitting in sittings))
    price_words, price = price_of(notice)
    is_free = price != "" and not clauses.is_paid(price)
    if price and not is_free and _FREE_TO_ENTER.search(notice.body):
        price = ""  # which of the two holds, a person reads there
        unsaid.append("price")
    if is_free and any(clauses.is_paid(words) for words in all_words(notice, Slot.amount)):
        price = ""  # `biglietto 8 euro; gratis sotto i 12 anni`: free for some
    if price and _is_of_some(notice, _COSTS):
        price = ""
        unsaid.append("price")
    who = clauses.audience_phrase(who_words)
    if (
        who_words
        and not who
        and not clauses.is_everyone(who_words)
        and folded(who_words) not in folded(price)  # who pays less
        and re.search(r"\d|riservat|solo|minim", who_words)
    ):
        unsaid.append("who")
    if not price and any(clauses.is_paid(words) for words in price_words):
        unsaid.append("price")
    booking = clauses.booking_of(
        words
        for slot in (Slot.how, Slot.deadline, Slot.amount, Slot.todo)
        for words in all_words(notice, slot)
        if not is_of_a_part(words, notice)
    )
    booking = _booking_days(bookings) or booked(notice) or booking or _term(notice)
    booking = applied_for(booking, notice)
    is_amid = any(_AMID_HOURS.search(line) for line in notice.body.splitlines())
    if is_amid or any(_TO_BOOK.search(row.what) for row in parts) or _is_of_some(notice, _TO_BOOK):
        booking = ""  # one books for that part, and perhaps for nothing else
        unsaid.append("booking")
    if _is_of_workshops(notice, Slot.amount) or _is_of_workshops(notice, Slot.how):
        price = booking = ""
        unsaid = [*(name for name in unsaid if name != "price"), "others"]
    if (
        not booking
        and not is_amid
        and any(_A_DAY.search(words) for words in all_words(notice, Slot.deadline))
    ):
        unsaid.append("deadline")
    told_hours = {
        clauses.hours_clause(told.words)
        for told in notice.slots.get(Slot.hours, ())
        if not _is_of_a_desk(notice.source.find(told.words), notice.source)
    } - {""}
    ends = {hours.end for clause in told_hours for hours in clauses.hours_of(clause) if hours.end}
    told_hours = {clause for clause in told_hours if not _is_at_its_end(clause, ends)}
    if (
        not span
        and not dated
        and len(told_hours - {sitting.hours for sitting in sittings if len(sittings) > 1}) > 1
    ):
        unsaid.append("hours")
    if not told_hours and not dated and _HOURS_BELOW.search(notice.source):
        unsaid.append("hours")
    is_one = len(sittings) == 1 and not dated and not sittings[0].hours
    if is_one and len(sittings[0].days.spans) > 1 and is_scattered(notice):
        unsaid.append("hours")
        place_words = ""
    spans = [span for sitting in sittings for span in sitting.days.spans]
    if other_days(notice, sittings, has_rows=bool(dated)) or (
        all(span.first == span.last for span in spans)
        and all(sitting.days.role == "on" for sitting in sittings)
        and meetings(notice) > max(1, len(spans))
    ):
        unsaid.append("others")
    if len(spans) > 1 and not dated and not place_words and len(_DAY_AND_TOWN.findall(notice.body)) > 1:
        unsaid.append("places")
    place = clauses.place_clause(place_words) if place_words and not where else ""
    if not place and not where and "places" not in unsaid and _STARTS.search(notice.source):
        unsaid.append("starts")
        place_words = ""
    elif not place_words and not where and not any(sitting.place for sitting in sittings):
        unsaid += ["places"] if "places" not in unsaid and whereabouts.names_towns(notice) else []
    is_placed = (
        place_words
        or where
        or any(sitting.place for sitting in sittings)
        or {"places", "starts"} & set(unsaid)
    )
    if len(sittings) > 1 and not is_placed and whereabouts.are_several(notice):
        unsaid.append("places")
    if place_words and not place and not where:
        unsaid.append("place")  # a name without a sure preposition may be who organises it
        place_words = ""
    found = clauses.place_of(place_words) if place_words else None
    return Occasion(
        tuple(with_weekday(sittings, notice)),
        parts,
        place,
        clauses.place_apposition(place_words) if place_words else "",
        found.street if found else "",
        who,
        clauses.audience_sentence(who_words),
        price,
        booking,
        not who and not any(sitting.who for sitting in sittings) and is_open_to_all(notice),
        where,
        tuple(unsaid),
        tuple(told_hours),
    )


def _is_of_a_desk(at: int, source: str) -> bool:
    """Whether the hours that stand there are an office's, in which one hands something in."""
    return at > 0 and _DESK.search(source[max(0, at - 160) : at]) is not None


def _without_parts(notice: Notice, parts: tuple[Row, ...]) -> Notice:
    """Without the prices, places and bookings of one part of a programme: they are not the whole's."""
    if len(parts) < 2:
        return notice

    def is_of_a_part(told: Told) -> bool:
        if told.row is not None:
            return told.row in parts
        at = [match.start() for match in re.finditer(re.escape(told.words), notice.source)]
        return bool(at) and all(any(part.start <= start < part.end for part in parts) for start in at)

    kept = {
        slot: tuple(told for told in told_of if slot not in _OF_PARTS or not is_of_a_part(told))
        for slot, told_of in notice.slots.items()
    }
    return replace(notice, slots={slot: told_of for slot, told_of in kept.items() if told_of})


def _term(notice: Notice) -> str:
    """The office's short sentence with the one term, else `Puoi iscriverti entro il 30 giugno.`"""
    clause, told = term_of(notice.slots.get(Slot.deadline, ()))
    if told is None or len({one.sentence for one in notice.slots[Slot.deadline]}) > 1:
        return ""
    said = worded(told.sentence)
    if utf16(said) <= _SHORT_TERM and is_fit(said, told.sentence):
        return said
    bare = bare_term(told, clause)
    return "" if bare.startswith(FOR_WHAT) else bare


def _is_of_some(notice: Notice, pattern: re.Pattern[str]) -> bool:
    """Whether only some of several rows say it, and nothing outside of them: it is not the whole day's."""
    rows = [row for row in notice.rows if row.list and row.what and row.hours]
    said = [pattern.search(notice.source[row.start : row.end]) is not None for row in rows]
    if len(rows) < 2 or not any(said) or all(said):
        return False
    rows.sort(key=lambda row: row.start)
    gaps = zip([0, *(row.end for row in rows)], [*(row.start for row in rows), None], strict=True)
    return not any(pattern.search(notice.source[start:end]) for start, end in gaps)


def _is_of_workshops(notice: Notice, slot: Slot) -> bool:
    """Whether all that a page tells for a slot stands behind the list of its workshops: it is theirs."""
    if (intro := _WORKSHOPS.search(notice.source)) is None or _WORKSHOPS.search(f"{notice.title}:"):
        return False
    places = [notice.source.find(told.words) for told in notice.slots.get(slot, ())]
    return bool(places) and all(at > intro.end() for at in places)


def _booking_days(rows: list[Row]) -> str:
    """`Devi prenotare martedì 24 e mercoledì 25 settembre dalle 20:30 alle 22:30, …`,
    where one books on a day.
    """
    on_days = [row for row in rows if row.when and not row.deadline and not _OF_A_VISIT.search(row.what)]
    sittings = sittings_of([replace(row, what="", who="") for row in on_days]) if on_days else []
    if not sittings or len(sittings) != 1:
        return ""
    verb = "iscriverti" if "iscri" in on_days[0].what.lower() else "prenotare"
    said = f"Devi {verb} {on_one_of(sittings[0].when())}"
    return f"{said}, {sittings[0].place}." if sittings[0].place else f"{said}."
