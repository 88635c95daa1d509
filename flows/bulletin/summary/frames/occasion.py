"""The facts of an event in clauses: when, hours, place, who, price, booking;
and which of them a text tells.
"""

import re
from dataclasses import dataclass, replace

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.signals import TIME
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Notice, Row, Slot
from flows.bulletin.summary import clauses
from flows.bulletin.summary.clauses.days import Days
from flows.bulletin.summary.clauses.hours import Hours, hours_of
from flows.bulletin.summary.frames.calls import bare_term
from flows.bulletin.summary.frames.sentences import is_fit
from flows.bulletin.summary.frames.terms import term_of
from flows.bulletin.summary.frames.wording import worded

_BOOKS = re.compile(r"\b(?:prenotazion|iscrizion|prevendit|preiscrizion|scadenz)", re.I)
_OPENS = re.compile(r"(?:apertura|inizio|dalle)\b", re.I)
_CLOSES = re.compile(r"(?:chiusura|fine|termine|conclusione)\b", re.I)
_MEETS = re.compile(r"\b(?:ritrovo|partenza)\b", re.I)
_VENUE = re.compile(
    r"\bpresso\s(?:il\s|lo\s|la\s|l['’])?((?:CINEMA|Cinema|TEATRO|Teatro|Sala|SALA|Biblioteca|BIBLIOTECA|Auditorium"
    r"|AUDITORIUM|Palazzo|Villa|Centro|Museo)\b(?:\s(?:[A-ZÀ-Ý][\wà-ù'’]*|comunale|civica|di|del|della|de))*"
    r"(?:\s[\"“«][^\"”»]{3,40}[\"”»])?)"
)


_SHORT_TERM = 130  # UTF-16 units: a longer sentence leaves no room for what happens
_ELSEWHERE = 2  # the rank of a place that stands in no sentence with a day
_FETCHES = re.compile(r"\b(?:entro|ritir\w+|prenot\w+|iscri\w+|consegn\w+|rivolg\w+|info\w*)\b", re.I)
_EVERYBODY = re.compile(r"(?:per|a|alla)\s(?:tutt[aei]\s)?(?:la\s)?cittadinanza\b", re.I)


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
    where: str = ""  # the office's sentence, where the place fits in no clause
    unsaid: tuple[str, ...] = ()


def occasion_of(notice: Notice) -> Occasion:
    """The facts of `notice`, from its rows first, then from its slots."""
    bookings = [row for row in notice.rows if row.deadline or _BOOKS.search(row.what)]
    rows = [row for row in notice.rows if row not in bookings]
    dated = [row for row in rows if row.when]
    sittings = _sittings(dated)
    unsaid = []
    if sittings is None or (dated and not sittings):
        unsaid.append("when")
        sittings = []
    if not dated:
        sittings = _told_days(notice)
    parts = _parts(rows)
    if span := _opening_and_closing(parts):
        parts = ()
        if sittings:
            sittings = [replace(sittings[0], hours=span, what="")]
    if parts and sittings:
        sittings = [Sitting(sittings[0].days)]
    place_words = _place(notice)
    places = {row.place for row in rows if row.place}
    if len(places) > 1 and not any(row.place and (row.when or row.hours) for row in rows):
        place_words = ""  # the places of one list: all or none
        unsaid.append("places")
    elif len(places) == 1 and not any(sitting.place for sitting in sittings):
        place_words = place_words or next(iter(places))
    if len({sitting.place for sitting in sittings}) == 1 and sittings[0].place:
        place_words = place_words or next(iter(places))
        sittings = [replace(sitting, place="") for sitting in sittings]
    place_words = _with_its_name(_with_venue(place_words, notice), notice)
    where = ""
    if (place_words and not clauses.place_clause(place_words)) or _MEETS.search(place_words):
        where = _where_sentence(notice, place_words)
    who_words = _people_of(notice, has_own=any(sitting.who for sitting in sittings))
    price_words = _all(notice, Slot.amount)
    prices = [said for words in price_words if (said := clauses.price_sentence(words))]
    price = min(prices, key=_worth_of_price, default="")
    if len(_sums(price_words)) > 1:
        price = ""  # whose each is a table would tell
    who = clauses.audience_phrase(who_words)
    if (
        who_words
        and not who
        and not clauses.is_everyone(who_words)
        and re.search(r"\d|riservat|solo|minim", who_words)
    ):
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
    booking = _booking_days(bookings) or booking or _term(notice)
    if not booking and _all(notice, Slot.deadline):
        unsaid.append("deadline")
    if not dated and len({clauses.hours_clause(words) for words in _all(notice, Slot.hours)} - {""}) > 1:
        unsaid.append("hours")
    if len(sittings) == 1 and not dated and len(sittings[0].days.spans) > 1 and _is_scattered(notice):
        unsaid.append("hours")
        place_words = ""
    place = clauses.place_clause(place_words) if place_words and not where else ""
    if place_words and not place and not where:
        unsaid.append("place")  # a name without a sure preposition may be who organises it
        place_words = ""
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
        where,
        tuple(unsaid),
    )


def _term(notice: Notice) -> str:
    """The office's short sentence with the one term, else `Puoi iscriverti entro il 30 giugno.`"""
    clause, told = term_of(notice.slots.get(Slot.deadline, ()))
    if told is None or len({one.sentence for one in notice.slots[Slot.deadline]}) > 1:
        return ""
    said = worded(told.sentence)
    return said if utf16(said) <= _SHORT_TERM and is_fit(said, told.sentence) else bare_term(told, clause)


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
        what = (
            row.what
            if not re.fullmatch(r"\d+[°ª]? (?:parte|lezione|incontro|serata)", row.what.strip())
            else ""
        )
        sitting = Sitting(days, hours, place, who, what)
        last = found[-1] if found else None
        if (
            last
            and (last.hours, last.place, last.who, last.what) == (hours, place, who, what)
            and days.role == "on"
        ):
            if days != last.days:
                joined = Days((*last.days.spans, *days.spans))
                found[-1] = Sitting(joined, hours, place, who, what)
            continue
        found.append(sitting)
    return found


def _people(words: str) -> str:
    return re.sub(
        r"^(?:lezione|incontro|serata|laboratorio|turno|gruppo|corso)\s", "", words.strip(), flags=re.I
    )


def _told_days(notice: Notice) -> list[Sitting]:
    hours_words = _words(notice, Slot.hours)
    hours = clauses.hours_clause(hours_words) if hours_words else ""
    meeting = re.fullmatch(r"(ritrovo|partenza|inizio)\W{1,3}(.*)", hours_words.strip(), re.I)
    if meeting and (at := clauses.hours_clause(meeting[2])):
        hours = f"con {meeting[1].lower()} {at}" if meeting[1].lower() != "inizio" else at
    if len({clauses.hours_clause(words) for words in _all(notice, Slot.hours)} - {""}) > 1:
        hours = ""  # which hour is whose is not sure
    found: dict[tuple[tuple[int, int], ...], Days] = {}
    for words in _all(notice, Slot.when):
        days = clauses.days_of(words)
        if days is None:
            continue
        key = tuple((day.month, day.day) for span in days.spans for day in (span.first, span.last))
        known = found.get(key)
        if known is None or _details(days) > _details(known):
            found[key] = days
    if len(found) <= 1:
        return [Sitting(days, hours) for days in found.values()]
    spans = [span for days in found.values() for span in days.spans]
    if len(found) > 4 or any(days.role != "on" for days in found.values()):
        return []
    spans.sort(key=lambda span: (span.first.year or 0, span.first.month, span.first.day))
    return [Sitting(Days(tuple(spans)))]


def _details(days: Days) -> int:
    return sum(bool(span.first.weekday) + bool(span.first.year) for span in days.spans)


def _is_scattered(notice: Notice) -> bool:
    """Whether the days stand in places of their own, each perhaps with its hours and its place."""
    return len({words for words in _all(notice, Slot.when) if clauses.days_of(words)}) > 1


def _place(notice: Notice) -> str:
    """The words of the place: of "Luogo" first, then beside the day; "" where two could be meant."""
    days = _all(notice, Slot.when)
    kept: list[tuple[int, str]] = []
    is_of_booking = False
    for told in notice.slots.get(Slot.place, ()):
        words = re.split(
            r"(?<!presso)\s(?=(?:il|la|lo|una?|i|le|gli|entro|dalle)\s(?!\w+\s(?:di|del)\b))",
            told.words.strip(" .,;"),
        )[0]
        name = clauses.place_of(words)
        if (told.row is not None and told.row.list) or not (name.name or name.street) or len(words) > 110:
            continue
        if re.search(r"!|\d{1,2}/\d{1,2}\b|\bore\b", words):
            continue
        rank = 0 if words[:1].isupper() else 1 if any(day in told.sentence for day in days) else _ELSEWHERE
        is_of_booking = is_of_booking or (rank == _ELSEWHERE and bool(_FETCHES.search(told.sentence)))
        kept.append((rank, words))
    if not kept:
        return ""
    best = min(rank for rank, _ in kept)
    if best == _ELSEWHERE and is_of_booking:
        return ""  # where one collects a ticket is not where it happens
    chosen = [words for rank, words in kept if rank == best]
    longest = max(chosen, key=len)
    if best == 2 and any(folded(clauses.place_apposition(words)) not in folded(longest) for words in chosen):
        return ""
    return chosen[0]


def _people_of(notice: Notice, *, has_own: bool) -> str:
    """The words for whom it is; never what stands in the title or between quotes,
    nor the people of one row.
    """
    title = folded(notice.title)
    for told in notice.slots.get(Slot.who, ()):
        words = told.words.strip(" .")
        if (told.row is not None and (has_own or told.row.list)) or " " not in words or '"' in words:
            continue
        if " ".join(folded(words).split()[:3]) in title or _EVERYBODY.match(words):
            continue
        if has_own or clauses.audience_phrase(words) or clauses.is_everyone(words) or re.search(r"\d", words):
            return "" if has_own else words
    return ""


def _sums(words: list[str]) -> set[str]:
    """The different sums that one pays; what is added to one (`+ 1,50 prevendita`) is none of its own."""
    told = " ; ".join(words)
    return set(
        re.findall(
            r"(?<![+\d.,])(?<!\+ )(?<!\+ € )(?<!più )(\d[\d.]*(?:,\d\d)?)(?=\s?(?:€|euro))"
            r"|(?<!\+ )€\s?(\d[\d.]*(?:,\d\d)?)",
            told,
        )
    )


def _worth_of_price(said: str) -> int:
    """A sum first, then a free offer, then that it is free, and that one may come in last."""
    for rank, sign in enumerate((r"^Il b.*\d", r"\d", "offerta", "pagamento", "gratuit")):
        if re.search(sign, said):
            return rank
    return 9


def _booking_days(rows: list[Row]) -> str:
    """`Devi prenotare martedì 24 e mercoledì 25 settembre dalle 20:30 alle 22:30, …`,
    where one books on a day.
    """
    on_days = [row for row in rows if row.when and not row.deadline]
    sittings = _sittings([replace(row, what="", who="") for row in on_days]) if on_days else []
    if not sittings or len(sittings) != 1:
        return ""
    verb = "iscriverti" if "iscri" in on_days[0].what.lower() else "prenotare"
    said = f"Devi {verb} {sittings[0].when()}"
    return f"{said}, {sittings[0].place}." if sittings[0].place else f"{said}."


def _opening_and_closing(parts: tuple[Row, ...]) -> str:
    """`dalle 18 alle 23` of a row that opens and one that closes; "" for other parts."""
    if len(parts) != 2 or not _OPENS.match(parts[0].what) or not _CLOSES.match(parts[1].what):
        return ""
    start, end = hours_of(parts[0].hours), hours_of(parts[1].hours)
    if len(start) != 1 or len(end) != 1:
        return ""
    return clauses.hours_clause((Hours(start[0].start, end[0].start),))


def _with_venue(words: str, notice: Notice) -> str:
    """The street with the one venue that the text names, where the page's place is a street alone."""
    place = clauses.place_of(words) if words else None
    if place is not None and (place.name or not place.street):
        return words
    venues = {" ".join(found[1].split()) for found in _VENUE.finditer(notice.source)}
    if len(venues) != 1:
        return words
    return f"{venues.pop()}, {words}".strip(" ,")


def _with_its_name(words: str, notice: Notice) -> str:
    """`Cinema Teatro comunale` with the name that stands in quotes behind it on the page."""
    if not words or re.search(r"[\"“«\d]", words):
        return words
    named = re.search(rf"{re.escape(words)}\s([\"“«][^\"”»\n]{{3,40}}[\"”»])", notice.source)
    return f"{words} {named[1]}" if named else words


def _where_sentence(notice: Notice, words: str) -> str:
    """The office's sentence in which the place stands, whole; "" where it tells a day or an hour
    beside it.
    """
    for line in (*notice.abstract, *notice.prose):
        if words.strip(" .") in line and has_verb(line) and not TIME.search(line) and len(line) <= 140:
            return line.strip() if line.strip()[-1] in ".!?" else f"{line.strip()}."
    return ""


def _parts(rows: list[Row]) -> tuple[Row, ...]:
    """Rows of one list that have hours and no day of their own, or the same day:
    the parts of one programme.
    """
    rows = [row for row in rows if row.list and row.hours]
    return tuple(rows) if len(rows) > 1 and len({row.when for row in rows if row.when}) <= 1 else ()


def _all(notice: Notice, slot: Slot) -> list[str]:
    return [told.words for told in notice.slots.get(slot, ()) if told.words]


def _words(notice: Notice, slot: Slot) -> str:
    return next(iter(_all(notice, slot)), "")
