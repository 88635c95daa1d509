"""The texts of several events, or of one in several parts: all of them, a true range, or where they are."""

import re
from collections.abc import Iterator
from dataclasses import replace

from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.titles import folded
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import OCCASIONS, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.clauses.days import Day, Days, Span, days_clause, days_of
from flows.bulletin.summary.frames.events import event, recurring
from flows.bulletin.summary.frames.events.acting import received
from flows.bulletin.summary.frames.events.appointments import are_apart, each, opening
from flows.bulletin.summary.frames.events.changes import is_changed
from flows.bulletin.summary.frames.events.event import (
    closed,
    ordered,
    told_once,
    without_street,
)
from flows.bulletin.summary.frames.events.lacking import rest_of, rests, untold
from flows.bulletin.summary.frames.events.occasion import Occasion, occasion_of
from flows.bulletin.summary.frames.events.sittings import Sitting, all_words
from flows.bulletin.summary.frames.events.subject import matters
from flows.bulletin.summary.frames.events.tidied import fitting
from flows.bulletin.summary.frames.own_sentences.sentences import repeats
from flows.bulletin.summary.frames.prose.left_to_page import DAYS_AND_HOURS, HOURS, PROGRAMME_AND_HOURS
from flows.bulletin.summary.frames.titles.nouns import guillemets, is_plural, quoted, verb_of

_HALF_A_YEAR = 6  # months: `dicembre e gennaio` stay in their order
_AUTUMN, _SPRING = 10, 4  # months: between them a year ends
_QUARTER = re.compile(  # and the hall in it
    r"[A-ZÀ-Ý][\w'’ ]{2,30}, "
    r"(?:centro|oratorio|sala|palestra|ex scuola|scuola|teatro|biblioteca|parco)\b[^.:;]{0,40}"
)
_THERE = re.compile(r"\s(?:in|al|alla|nel|nella) \w+$")
_MOST_DAYS = 6  # that are named one by one
_ONE_DAY = re.compile(rf"(?:{WEEKDAY},? )?\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?", re.I)
ITS_PROGRAMME = re.compile(
    r"\s*[-–:,]\s*(?:(?:ecco|il|i|gli|le|tutti gli|tutte le|un) )*(?:programma|calendario|appuntamenti|date"
    r"|iniziative|incontri|eventi|riti|concerti|celebrazioni|al via)\b.*$",
    re.I,
)
_SEVERAL = 3  # days of a programme
_HALL = re.compile(
    r"(?:[^:]{3,40}: )?(?:auditorium|centro|circolo|sede|sala|scuol\w+|via|piazza|oratorio|biblioteca"
    r"|palestra|teatro"
    r"|chiesa)\b",
    re.I,
)
_WHOLE = re.compile(
    rf"dal(?:l['’]|\s)\s?\d{{1,2}}[°º]? {MONTH} al(?:l['’]|\s)\s?\d{{1,2}}[°º]? {MONTH}", re.I
)
_FIRST = re.compile(r"(?<!\d)1 (?=[a-z])")
_APART = 10  # days from one appointment to the next
_FILMS = re.compile(r"\b(?:film|cinema|cineforum|teatr\w+|commedie|spettacoli|letture|concerti)\b", re.I)


def spanned(notice: Notice) -> Iterator[str]:
    """The name of a programme with its first and last day, where nothing else can be told of it."""
    days = [told.words.strip(" .,;:–-") for told in notice.slots.get(Slot.when, ())]
    whole = days.pop(0) if days and _WHOLE.fullmatch(days[0]) else ""
    if not whole and not all(map(_ONE_DAY.fullmatch, days)):
        days = _of_rows(notice)
    if (
        notice.kind not in OCCASIONS
        or len(days) < _SEVERAL
        or not all(map(_ONE_DAY.fullmatch, days))
        or speaks(notice.title)
        or not (whole or _is_forward(days))
    ):
        return
    name = ITS_PROGRAMME.sub("", notice.title)
    if whole:
        phrase = next((phrase for phrase, _ in matters(notice)), quoted(name))
        span = _outermost([whole, *days])
        yield f"{span[:1].upper()}{span[1:]} {verb_of(phrase)} {phrase}. Il programma è nella pagina."
        return
    first, last = (_FIRST.sub("1° ", day.lower()) for day in (days[0], days[-1]))
    told = f"C'è {quoted(name)}. Gli appuntamenti vanno {_with('da', first)} {_with('a', last)}."
    yield f"{told} Il programma è nella pagina."
    yield f"{told} Il programma e gli appuntamenti a cui devi iscriverti sono nella pagina."


def _with(to: str, day: str) -> str:
    """`da sabato 3 luglio`, `dal 3 luglio`, `all'8 luglio`."""
    if not day[0].isdigit():
        return f"{to} {day}"
    return f"{to}ll'{day}" if re.match(r"(?:8|11) ", day) else f"{to}l {day}"


def _of_rows(notice: Notice) -> list[str]:
    """The days of the rows, where no other day of the page comes before the first or after the last one."""
    days = [day for row in notice.rows if _ONE_DAY.fullmatch(day := row.when.strip(" .,;:–-"))]
    own = sorted(frozenset[str]().union(*map(calendar_days, days)))
    others = frozenset[str]().union(*(calendar_days(one.words) for one in notice.slots.get(Slot.when, ())))
    return days if own and all(own[0] <= day <= own[-1] for day in others) else []


def _outermost(told: list[str]) -> str:
    """`dal 31 agosto al 10 settembre` of that festival's novena and of the days after it."""
    spans = [span for words in told if (days := days_of(words)) for span in days.spans]
    months = {day.month for span in spans for day in (span.first, span.last)}
    if not spans or max(months) - min(months) > _HALF_A_YEAR:
        return told[0]  # a year ends between them: the page's own words tell it
    first = min((span.first for span in spans), key=lambda day: (day.month, day.day))
    last = max((span.last for span in spans), key=lambda day: (day.month, day.day))
    return days_clause(Days((Span(first, last),)))


def _is_forward(days: list[str]) -> bool:
    """Whether the first day of the page comes before its last one, as far as both are dates of one year."""
    first, last = (sorted(calendar_days(day)) for day in (days[0], days[-1]))
    is_plain = len(first) == len(last) == 1 and len(first[0]) == len(last[0])
    return not is_plain or first[0] < last[0]


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Whole texts of a programme in at most `limit` UTF-16 units, the best first; none without a day."""
    occasion = occasion_of(notice)
    several = len(occasion.sittings) > 1 or (
        bool(occasion.sittings) and len(occasion.sittings[0].days.spans) > 1
    )
    if several and not is_changed(notice):
        yield from each(notice, limit)
        yield from opening(notice, limit)
        if not are_apart(notice):
            yield from ordered(_received(notice, occasion), occasion, limit)
            yield from fitting(_in_part(notice, occasion), limit)
            yield from ordered(event.of_the_office(notice, occasion), occasion, limit)
            yield from ordered(_texts(notice, occasion), occasion, limit)
    else:
        if recurring.leaves_some_days(notice):
            yield from recurring.texts(notice, limit)
        yield from event.texts(notice, limit)
        yield from recurring.texts(notice, limit)


def _received(notice: Notice, occasion: Occasion) -> Iterator[str]:
    """`Il 7 ottobre e il 4 novembre dalle 16 alle 18 la sindaca Ada Neri riceve i cittadini.`"""
    if len(occasion.sittings) == 1:
        for clause in received(notice):
            yield from event.behind_its_day(clause, occasion, [occasion.place])


def _in_part(notice: Notice, occasion: Occasion) -> Iterator[str]:
    """From the first day to the last one of a programme whose rows are not all of it."""
    span = _from_first_to_last(notice, occasion.sittings) if "others" in occasion.unsaid else ""
    whole = replace(occasion, unsaid=tuple(name for name in occasion.unsaid if name != "others"))
    for phrase in dict.fromkeys(phrase for phrase, _ in _ways(notice, occasion)) if span else ():
        verb = verb_of(phrase)
        said = f"{span} {verb} {phrase}"
        said = f"{closed(said[0].upper() + said[1:])} Il programma è nella pagina."
        lacking = [name for name in untold(said, whole) if name not in ("when", "hours", "place")]
        yield from (f"{said} {rest}".strip() for rest in rests(whole, lacking))


def _texts(notice: Notice, occasion: Occasion) -> Iterator[str]:
    sittings = occasion.sittings
    common = {sitting.place for sitting in sittings} == {""}
    place = occasion.place if common else ""
    near = without_street(occasion) if common else ""
    ways = list(dict.fromkeys(_ways(notice, occasion)))
    for with_what in (True, False):
        if not with_what and _is_parted(sittings):
            continue
        for phrase, sentence in ways:
            verb = verb_of(phrase)
            for lead, at in dict.fromkeys(((sentence, place), ("", place), ("", near))):
                head = f"{_apart(told_once(at, phrase))} {verb} {phrase}".strip()
                if lead and repeats(phrase, lead):
                    continue
                each = _each(sittings, with_what=with_what, of="" if lead else phrase)
                said = f"{closed(head[0].upper() + head[1:])} {lead} {each}"
                if len(sittings) == 1 and not lead and not sittings[0].what:
                    head = event.opening(sittings[0], told_once(at, phrase), year=True)
                    said = closed(f"{head} {verb} {phrase}")
                if len(sittings) <= 5:
                    yield from (f"{said} {rest}" for rest in rests(occasion, untold(said, occasion)))
    is_bare = not any(sitting.what for sitting in sittings) and len(sittings) <= 5
    if is_bare and len({sitting.place for sitting in sittings}) > 1:
        bare = tuple(replace(sitting, place="") for sitting in sittings)
        for phrase, _ in ways:
            verb = "Ci sono" if is_plural(phrase) else "C'è"
            said = f"{closed(f'{verb} {phrase}')} {_each(bare, with_what=False, of=phrase)}"
            yield f"{said} {rest_of(occasion, untold(said, occasion))} I luoghi sono nella pagina."
    span, is_whole = _days(sittings)
    what = _in_page(sittings, is_whole=is_whole)
    for phrase, sentence in ways if span else ():
        verb = verb_of(phrase)
        for lead, at in dict.fromkeys(((sentence, place), ("", place), ("", near))):
            head = f"{span} {told_once(at, phrase)} {verb} {phrase}".strip()
            said = f"{closed(head[0].upper() + head[1:])} {lead} {what}"
            lacking = [name for name in untold(said, occasion) if name not in ("when", "hours")]
            yield from (f"{said} {rest}" for rest in rests(occasion, lacking))


def _apart(place: str) -> str:
    """`al Centro, in via Po 2,`: a place with a comma in it ends with one."""
    return f"{place}," if ", " in place else place


def _ways(notice: Notice, occasion: Occasion) -> Iterator[tuple[str, str]]:
    """Ways to name what happens: several meetings also by for whom they are, and by their name alone."""
    rows = folded(" ".join(row.what for row in notice.rows)) if len(notice.rows) > 1 else ""
    named = [
        (phrase, "" if rows and folded(sentence.strip(".")) in rows else sentence)
        for phrase, sentence in matters(notice)
    ]
    people = occasion.who if occasion.who.startswith("per ") else ""
    for phrase, sentence in named:
        if people and (is_plural(phrase) or phrase.endswith("»")) and " per " not in phrase:
            there = _THERE.search(people)
            yield f"{phrase} {people[: there.start()] if there and there[0] in phrase else people}", sentence
        yield phrase, sentence
    for phrase, _ in named:
        name, mark, rest = phrase.partition("» ")
        if mark and is_plural(phrase) and not rest.startswith(("di ", "con ")):
            yield f"{name}» {people}".strip(), ""


def _each(sittings: tuple[Sitting, ...], *, with_what: bool, of: str) -> str:
    """Every sitting with its own people, place and matter, in one sentence behind the phrase it is of."""
    told = []
    about = ""
    if not with_what and any(sitting.what for sitting in sittings):
        are_halls = all(_HALL.match(sitting.what) for sitting in sittings)
        what = "I luoghi" if are_halls else "I titoli" if _FILMS.search(of) else "Gli argomenti"
        about = f" {what} sono nella pagina."
        sittings = _alike(sittings)
    for sitting in sittings:
        what = _named(sitting.what) if sitting.what and with_what else ""
        place = sitting.place
        said = ", ".join(filter(None, (sitting.when(), place)))
        who = f"({sitting.who})" if re.match(r"d[ai]i? \d", sitting.who) and not what else sitting.who
        beside = " ".join(filter(None, (what, who)))
        told.append(f"{said}, {beside}" if beside and (what or place) else f"{said} {beside}".strip())
    is_alone = all(one.hours and not (one.place or one.who) for one in sittings)
    told = list(dict.fromkeys(told))
    joint = " e poi " if is_alone and _follow(sittings) else ", e "  # an hour stands nearest to its own day
    joined = "; ".join(told) if len(told) > 2 or "«" in "".join(told) else joint.join(told)
    if "«" in joined:
        return f"Gli appuntamenti sono: {joined}.{about}"
    return f"{'Sono' if is_plural(of) else 'Gli appuntamenti sono'} {joined}.{about}"


def each_once(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Each day once, whether the page gives its year or not, in their order where no year ends between."""
    known: dict[tuple[int, int, int, int], Span] = {}
    for span in spans:
        key = (span.first.month, span.first.day, span.last.month, span.last.day)
        known[key] = span if span.first.year or key not in known else known[key]
    is_within_a_year = max(known)[0] - min(known)[0] < _HALF_A_YEAR if known else False
    return tuple(known[key] for key in sorted(known)) if is_within_a_year else tuple(known.values())


def _named(what: str) -> str:
    """`«Alba»`, `Ada Neri con «Alba»`: only what has no quotes of its own stands between them."""
    said = guillemets(what)
    if what[:1].islower() or _QUARTER.fullmatch(what):
        return said  # `posa di una corona`; `Borgo, oratorio San Luigi`
    return said if "«" in said else f"«{said}»"


def _is_parted(sittings: tuple[Sitting, ...]) -> bool:
    """Whether one day has several matters: their hours tell nobody anything without them."""
    days = [sitting.days for sitting in sittings if sitting.what]
    return len(set(days)) < len(days)


def _alike(sittings: tuple[Sitting, ...]) -> tuple[Sitting, ...]:
    """Those that differ in their matter alone as one, with all their days."""
    made: list[Sitting] = []
    for sitting in (replace(one, what="") for one in sittings):
        last = made[-1] if made else None
        if last and (last.hours, last.place, last.who) == (sitting.hours, sitting.place, sitting.who):
            joined = Days(each_once((*last.days.spans, *sitting.days.spans)))
            if sitting.days.role == last.days.role == "on":
                made[-1] = replace(last, days=joined)
                continue
        made.append(sitting)
    return tuple(made)


def _follow(sittings: tuple[Sitting, ...]) -> bool:
    """Whether each day comes after the one before; where a turn of the year could lie between, not."""
    days = [(span.first.month, span.first.day) for sitting in sittings for span in sitting.days.spans]
    return days == sorted(days)


def _days(sittings: tuple[Sitting, ...]) -> tuple[str, bool]:
    """The days as one clause, and whether it names each: a range is no list of days."""
    spans = [span for sitting in sittings for span in sitting.days.spans]
    single = [day for span in spans for day in _single_days(span)]
    distinct = each_once(tuple(single))
    if len(distinct) > _MOST_DAYS or (len(spans) == 1 and spans[0].first != spans[0].last):
        return _range(sittings), False
    clause = days_clause(Days(tuple(distinct)))
    hours = {sitting.hours for sitting in sittings}
    return f"{clause} {hours.pop()}".strip() if len(hours) == 1 else clause, True


def _single_days(span: Span) -> list[Span]:
    """Its days apart: `20-21 e 22 / 27-28 e 29 giugno` leaves a week out that a range would tell."""
    first, last = span.first, span.last
    if first == last or (first.month, first.year) != (last.month, last.year) or first.weekday:
        return [span] * (1 if first == last else _MOST_DAYS + 1)
    days = [replace(first, day=number) for number in range(first.day, last.day + 1)]
    return [Span(day, day) for day in days]


def _from_first_to_last(notice: Notice, sittings: tuple[Sitting, ...]) -> str:
    """`da sabato 4 dicembre a giovedì 6 gennaio` of rows that are not all, and the days beside them."""
    told = [days for words in all_words(notice, Slot.when) if (days := days_of(words))]
    spans = [span for days in (*told, *(sitting.days for sitting in sittings)) for span in days.spans]
    months = {day.month for span in spans for day in (span.first, span.last)}
    turns = max(months, default=0) >= _AUTUMN and min(months, default=0) < _SPRING

    def when(day: Day) -> tuple[int, int, int]:
        month = day.month + (12 if turns and day.month < _SPRING and not day.year else 0)
        return day.year or 0, month, day.day

    distinct = {span for sitting in sittings for span in sitting.days.spans}
    if len(distinct) < _SEVERAL or len({bool(span.first.year) for span in spans}) > 1:
        return ""
    first, last = min((span.first for span in spans), key=when), max((span.last for span in spans), key=when)
    length = sum((when(last)[at] - when(first)[at]) * unit for at, unit in enumerate((365, 30, 1)))
    if all(span.first == span.last for span in distinct) and length > _APART * len(distinct):
        return ""  # `la terza domenica del mese` is on no day between
    return days_clause(Days((Span(first, last),)))


def _in_page(sittings: tuple[Sitting, ...], *, is_whole: bool) -> str:
    """What is left to the page, by name."""
    has_titles = any(sitting.what for sitting in sittings)
    lacks_hours = len({sitting.hours for sitting in sittings}) > 1
    if not is_whole:
        return "Titoli e giorni sono nella pagina." if has_titles else DAYS_AND_HOURS
    ages = [sitting.who for sitting in sittings if re.search(r"\d", sitting.who)]
    if len(ages) == len(sittings) and len(set(ages)) > 1:
        return f"Le età{' e gli orari' if lacks_hours else ''} di ogni appuntamento sono nella pagina."
    if has_titles:
        return PROGRAMME_AND_HOURS if lacks_hours else "I titoli sono nella pagina."
    return HOURS if lacks_hours else ""


def _range(sittings: tuple[Sitting, ...]) -> str:
    spans = [span for sitting in sittings for span in sitting.days.spans]
    ordered = [(span.first.year or 0, span.first.month, span.first.day) for span in spans]
    if ordered != sorted(ordered):
        return ""
    return days_clause(Days((Span(spans[0].first, spans[-1].last),)))
