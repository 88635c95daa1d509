"""What a text of an event must say beside day and place: that it is full, that a flyer has its programme."""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH, TIME
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.additions.of_calls import without_partners
from flows.bulletin.summary.additions.what_follows import FOR_WHOM
from flows.bulletin.summary.checks.gate import IN_PAGE
from flows.bulletin.summary.clauses.booking import booking_of
from flows.bulletin.summary.clauses.days import Days, Span, days_clause, days_of
from flows.bulletin.summary.clauses.hours import hours_clause
from flows.bulletin.summary.frames.events.programmes import each_once
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.left_to_page import DAYS_AND_HOURS, HOURS, OTHERS, THE_REST
from flows.bulletin.summary.frames.times.notation import plain_figures

_FIRST_MEETING = re.compile(
    r"^\W*ore\s(?P<hour>\d{1,2}(?:[.:]\d\d)?)\W{1,4}(?:ritrovo|raduno|ammassamento)\s"
    r"(?P<where>(?:in|al|alla|davanti|presso|nel|nella|sul)\s[^.;:,\n(]{4,50})",
    re.I | re.M,
)
_MEETS = re.compile(r"\b(?:ritrovo|raduno|alle \d)", re.I)
_OF_A_PROGRAMME = re.compile(
    r"\b(?:programm|appuntament|rassegn|calendari|event[oi]|spettacol|concert|incontr|serat|cinema|film|teatr"
    r"|mercatin|cors[oi]|laborator|stagion|festival|estate|natale|visit[ae])\w*",
    re.I,
)
_FEWEST, _NAMED, _HALF_A_YEAR = 2, 4, 6  # days, days that are named one by one, months
_IN_COUNT = re.compile(
    r"\b(?P<count>due|tre) (?P<noun>giornate|date|serate|incontri|mattine|pomeriggi)\b", re.I
)
_FOR_WHOM_TOO = "A chi si rivolge e gli altri dettagli sono nella pagina."
_LEFT = (_FOR_WHOM_TOO, OTHERS, DAYS_AND_HOURS)
_HOURS_LEFT = (HOURS,)
_OF_HOURS = re.compile(r"\bcambia(?:no)? (?:l['’]orario|gli orari)\b")
_NOT_ITS_START = re.compile(
    r"\b(?:ritrov|partenz|iscri|apertura|apre|cass[ae]\b|porte\b|fino|entro|scad|telefon|tel\b)\w*", re.I
)
_CLOCK = re.compile(r"\d{1,2}(?::\d\d)?")
_COUNT = {"due": 2, "tre": 3}
_MAY_BOOK = re.compile(r"\bPuoi prenotare(?= entro\b)")
_FULL = re.compile(
    r"\b(?:posti|biglietti) (?:sono )?(?:già )?esauriti\b|\btutto esaurito\b|\bsold out\b", re.I
)
_ANOTHER = re.compile(  # `Dopo il tutto esaurito di gennaio`: of another time, or of one turn
    rf"\bdopo\s(?:il|i|aver\w*)\b|\b(?:scors|passat|precedent)[oaie]\b|\banni?\sfa\b|\bturn[oi]\b"
    rf"|\b(?:esaurit[oi]|out)\s(?:d(?:i|a)\s|per\s(?:il|la|lo|l['’])\s?|nel(?:la)?\s|ne[li]\s){MONTH}?"
    r"|\b(?:registrat|fatto|andat)\w*\b",
    re.I,
)
_ON_FLYER = Cued(
    r"\b(?P<what>programma|orari|informazioni|info|dettagli)\b[^.;\n]{0,70}"
    r"\b(?:volantino|locandina|manifesto|depliant|brochure|flyer|pieghevole)\b",
    re.I,
)


_NEEDS = re.compile(r"\bServ(?:e|ono) anche [^.;:\n]{3,80}\.")  # as `page/posters.py` says it


def needed(text: str, notice: Notice) -> tuple[str, ...]:
    """What one must bring or wear beside a booking."""
    found = _NEEDS.search(notice.body) if notice.kind in OCCASIONS else None
    return (found[0],) if found and found[0] not in text else ()


_MUST_BOOK = re.compile(
    r"\bprenotazione\b[^.;]{0,20}\bobbligatori\w|\bobbligatori\w\s(?:la\s)?prenotazione"
    r"|\bnecessari\w\s(?:la\s)?prenota\w+|\b(?:solo\s)?su prenotazione\b|\bprevia prenotazione\b",
    re.I,
)
_BOOKS = re.compile(r"\b(?:prenot|iscri[vt]|appuntament)\w*", re.I)
_BOOKED = frozenset({*OCCASIONS, Kind.health})


def booked(text: str, notice: Notice) -> tuple[str, ...]:
    """That nobody comes without a booking, and how one books."""
    if notice.kind not in _BOOKED or _BOOKS.search(text):
        return ()
    musts = [line for line in notice.prose if _MUST_BOOK.search(line)]
    if not musts:
        return ()
    made = booking_of(musts[:1])
    return (*([made] if made.startswith("Devi ") else []), "È obbligatorio prenotare.")


def full(text: str, notice: Notice) -> tuple[str, ...]:
    """That nobody finds a place any more."""
    said = (line for line in notice.body.splitlines() if _FULL.search(line) and not _ANOTHER.search(line))
    is_full = notice.kind in OCCASIONS and next(said, "") != ""
    return ("I posti sono esauriti.",) if is_full and "esaurit" not in text else ()


def on_flyer(text: str, notice: Notice) -> tuple[str, ...]:
    """Word of the programme that a page shows as a picture, where it tells no hour itself."""
    found = _ON_FLYER.search(notice.body) if notice.kind in (*OCCASIONS, Kind.other) else None
    if found is None or IN_PAGE.search(text) or Slot.hours in notice.slots:
        return ()
    return ("Il programma è nella pagina.",) if found["what"].lower() == "programma" else (OTHERS,)


def meets_at(text: str, notice: Notice) -> tuple[str, ...]:
    """`Il ritrovo è alle 9:30 in piazza Matteotti.`, with which the programme of one day begins."""
    rows = [row for row in notice.rows if row.hours]
    is_of_a_day = notice.kind in OCCASIONS and len({row.when for row in rows}) == 1 and len(rows) > 1
    found = list(_FIRST_MEETING.finditer(notice.source)) if is_of_a_day else []
    if (
        len(found) != 1
        or found[0].start() > rows[0].end
        or _MEETS.search(text)
        or len(calendar_days(text)) != 1
    ):
        return ()
    hour = plain_figures(f"alle ore {found[0]['hour']}")
    where = found[0]["where"].strip()
    return (f"Il ritrovo è {hour} {where[:1].lower()}{where[1:]}.",)


def with_days(text: str, notice: Notice) -> str:
    """`text` with the few days of a programme, or its first and last, where it leaves all to the page."""
    is_programme = notice.kind is Kind.programme and _OF_A_PROGRAMME.search(f"{notice.title} {text}")
    if not is_programme or DAYS_AND_HOURS not in text or calendar_days(text):
        return text
    found = [days for one in notice.slots.get(Slot.when, ()) if (days := days_of(one.words))]
    spans = each_once(tuple(span for days in found for span in days.spans))
    is_sure = all(days.role == "on" for days in found) and all(span.first == span.last for span in spans)
    months = [day.first.month for day in spans]
    if not is_sure or len(spans) < _FEWEST or max(months) - min(months) > _HALF_A_YEAR:
        return text
    if len(spans) <= _NAMED:
        told, rest = f"sono {days_clause(Days(spans))}", HOURS
    else:
        first_to_last = Days((Span(spans[0].first, spans[-1].last),))
        told, rest = f"vanno {days_clause(first_to_last)}", "Il programma è nella pagina."
    return text.replace(DAYS_AND_HOURS, f"Gli appuntamenti {told}. {rest}")


def with_dates(text: str, notice: Notice, limit: int) -> str:
    """`text` with the days and hours that it counts (`due giornate`), instead of a word that leaves them."""
    counted, pointer = _IN_COUNT.search(text), next(filter(text.endswith, _LEFT), "")
    rows = [row for row in notice.rows if row.when and row.hours and not (row.what or row.place)]
    is_whole = counted is not None and len(rows) == len(notice.rows) == _COUNT[counted["count"].lower()]
    if counted is None or not is_whole or not pointer or calendar_days(text):
        return text
    told = [f"{days_clause(row.when, year=False)} {hours_clause(row.hours)}" for row in rows]
    if any(one.startswith(" ") or one.endswith(" ") for one in told):
        return text
    article = "I" if counted["noun"][-1] == "i" else "Le"
    days = f"{article} {counted['noun']} sono {joined(told)}."
    first, *others = split(text.removesuffix(pointer))
    left = (_FOR_WHOM_TOO, FOR_WHOM) if pointer == _FOR_WHOM_TOO else (OTHERS, THE_REST, "")
    made = (
        " ".join((*said, days, rest)).strip()
        for said in ((first, *others), (first,), (without_partners(first),))
        for rest in left
    )
    return next((one for one in made if utf16(one) <= limit), text)


def with_hours(text: str, notice: Notice) -> str:
    """`L'orario è dalle 8 alle 12.` instead of a word that leaves it, where the page has no other hour."""
    pointer = next((said for said in split(text) if said in _HOURS_LEFT), "")
    told = {hours_clause(one.words) for one in notice.slots.get(Slot.hours, ())} if pointer else set()
    if len(told) != 1 or not all(told) or calendar_days(text) != calendar_days(notice.source):
        return text
    hours = told.pop()
    clocks = {found[0] for found in TIME.finditer(notice.source)}
    of_it = notice.kind in OCCASIONS or _OF_HOURS.search(text)
    others = [
        line for line in notice.source.splitlines() if _NOT_ITS_START.search(line) and TIME.search(line)
    ]
    if len(clocks) > len(_CLOCK.findall(hours)) or not of_it or others:
        return text
    said = f"L'orario è {hours}." if hours.startswith("dalle") else f"L'inizio è {hours}."
    return text.replace(pointer, said)


def must_book(text: str, notice: Notice) -> str:
    """`Devi prenotare entro …` of `Puoi prenotare entro …`, where the page says that one has to."""
    musts = (line for line in notice.source.splitlines() if _MUST_BOOK.search(line) and "entro" in line)
    is_so = notice.kind in OCCASIONS and next(musts, "") != ""
    return _MAY_BOOK.sub("Devi prenotare", text) if is_so else text
