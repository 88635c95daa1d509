"""The texts of one event: what it is, day and hours, place, for whom, price and booking."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.titles import folded, is_told
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import OCCASIONS, Notice, Row
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.events import exhibitions
from flows.bulletin.summary.frames.events.acting import acted, acted_title, performs, received
from flows.bulletin.summary.frames.events.appointments import each
from flows.bulletin.summary.frames.events.changes import changed, is_changed
from flows.bulletin.summary.frames.events.happening import (
    FILLER,
    HAPPENS,
    lines_of,
    needs_headline,
    what_sentences,
)
from flows.bulletin.summary.frames.events.lacking import brief, rest_of, tells_all_hours, untold
from flows.bulletin.summary.frames.events.occasion import Occasion, occasion_of
from flows.bulletin.summary.frames.events.sittings import Sitting
from flows.bulletin.summary.frames.events.stated import is_stated_with_its_day
from flows.bulletin.summary.frames.events.subject import (
    PAPER,
    TITLE_DAY,
    is_headline_of,
    matters,
    nominals,
    title_of,
)
from flows.bulletin.summary.frames.events.tidied import fitting
from flows.bulletin.summary.frames.events.topical import about
from flows.bulletin.summary.frames.own_sentences.sentences import adds_little
from flows.bulletin.summary.frames.prose.left_to_page import HOURS, OTHERS
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.nouns import verb_of

_SEVERAL = re.compile(r"(?:^|,\s)(?:due|tre|quattro|cinque|sei|sette|otto|nove|dieci|\d{1,2})\s[a-zà-ù]+i\b")
_SMALL_WORD, _MOST = 4, 40  # letters; texts that are weighed: what comes later is only shorter
_AT = re.compile(
    r"\b(?:in|nel|nella|al|alla|presso)\s(?:il\s|la\s)?(?:(?:piazza|piazzale|via|viale|sala|teatro|palazzo|villa|biblioteca|parco)\s[A-ZÀ-Ý«]|giardino\b)",
    re.I,
)
_OPENING = re.compile(r"(?:l['’](?:inaugurazione|apertura)|la vernice|il vernissage|il taglio)\b", re.I)
_LEANING = re.compile(
    r"(?:il|la|l['’])\s?(?:percorso|progetto|serata|iniziativa|evento|appuntamento|attività|piano)\b", re.I
)
_VERB_FIRST = re.compile(  # `Sarà inaugurata sabato 4 maggio la nuova casa`: its subject comes behind
    r"(?:Sarà|Saranno|Verrà|Si (?:terrà|svolge\w*|tiene|inaugura)|Torna)\b(?!.*\b(?:mostra|esposizione)\b)"
)
_ABOUT_BOOKING = re.compile(r"(?:per |le |la )?(?:info|iscriz|prenotaz|preven|bigliett)", re.I)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Whole texts of an event in at most `limit` UTF-16 units, the best first; none without its day."""
    if is_changed(notice):
        yield from fitting(changed(notice), limit)
        return
    occasion = occasion_of(notice)
    whole = replace(occasion, unsaid=(), sittings=())  # an exhibition tells its days itself
    shown = (f"{said} {rest_of(whole, untold(said, whole))}" for said in exhibitions.texts(notice))
    yield from fitting(shown, limit)
    yield from each(notice, limit)
    yield from ordered(_texts(notice, occasion, limit), occasion, limit)


def ordered(made: Iterable[str], occasion: Occasion, limit: int) -> Iterator[str]:
    """Those that tell all first, in their order; what a later one leaves out it says is in the page."""
    kept = list(islice(fitting(made, limit), _MOST))
    lacking = {text: untold(text, occasion) for text in kept}
    yield from (text for text in kept if not lacking[text])
    for text in sorted((text for text in kept if lacking[text]), key=lambda text: len(lacking[text])):
        if "when" in lacking[text] and "nella pagina" not in text:
            continue
        announced = text if "nella pagina" in text else f"{text} {OTHERS}"
        if utf16(announced) <= limit:
            yield announced


def _texts(notice: Notice, occasion: Occasion, limit: int) -> Iterator[str]:
    yield from _abstract(notice, occasion, limit, is_named=True)
    if occasion.parts and occasion.sittings:
        yield from _abstract(notice, occasion, limit, is_named=False)
        yield from _with_parts(notice, occasion)
        return
    yield from of_the_office(notice, occasion)
    if not nominals(notice) and not is_stated_with_its_day(notice):
        yield from _performed(notice, occasion)
    yield from _announced_day(notice, occasion)
    if len(occasion.sittings) == 1:
        yield from _composed(notice, occasion)
    yield from _abstract(notice, occasion, limit, is_named=False)
    yield from _runs(notice, occasion, limit)


def _abstract(notice: Notice, occasion: Occasion, limit: int, *, is_named: bool) -> Iterator[str]:
    """The office's abstract, or a body as short, with the sentences for what it leaves out.

    Not `is_named`: the title has to stand before it.
    """
    title = title_of(notice)
    body = tuple(
        line
        for line in lines_of(notice.title, notice.source)
        if not (FILLER.search(line) and not _tells_day(line))
    )
    is_short = len(notice.body) <= limit
    for lines in (notice.abstract, body if is_short else ()):
        whole = " ".join(worded(closed(line)) for line in lines)
        if not lines or not has_verb(whole) or not _tells_day(whole):
            continue
        needs_title = bool(title) and (needs_headline(lines[0]) or not is_told(title, whole))
        if needs_title is not is_named:
            yield from completed(f"{closed(title)} {whole}" if needs_title else whole, occasion)


def of_the_office(notice: Notice, occasion: Occasion) -> Iterator[str]:
    """A sentence of the office that tells the day and names the matter."""
    title = title_of(notice)
    for line in notice.prose[:12]:
        said = about(worded(closed(line)), notice)
        is_said = has_verb(line) or (notice.kind in OCCASIONS and speaks(line))
        if not 40 <= len(line) <= 270 or not is_said or not _tells_day(line) or FILLER.search(line):
            continue
        is_there = not occasion.place or folded(occasion.place) in folded(line)  # else another part's place
        is_of_it = (
            is_told(title, line)
            or said != worded(closed(line))
            or (is_there and not nominals(notice) and _shares(title, line))
        )
        leans = needs_headline(line) and not (_VERB_FIRST.match(line) and is_told(title, line))
        shares = any(word[:6] in folded(line) for word in folded(title).split() if len(word) > 6)
        is_slogan = line == notice.prose[0] and not nominals(notice) and (speaks(title) or shares)
        is_of_it = is_of_it or (is_slogan and not {"when", "hours", "place"} & set(untold(line, occasion)))
        if not _ABOUT_BOOKING.match(line) and not leans and is_of_it:
            yield from completed(said, occasion)


def _shares(title: str, line: str) -> bool:
    """Whether a sentence has two words of weight of a title that no noun opens: `Camera ardente e lutto`."""
    words, told = (set(folded(text).split()) for text in (title, line))
    return len({word for word in words & told if len(word) > _SMALL_WORD}) > 1


def _performed(notice: Notice, occasion: Occasion) -> Iterator[str]:
    """A sentence of the office that tells the day and who does what, where the page has no phrase for it."""
    for line in notice.prose[:6]:
        if len(line) > 260 or not _tells_day(line) or FILLER.search(line) or needs_headline(line):
            continue
        if (performs(line) or HAPPENS.search(line)) and not _ABOUT_BOOKING.match(line):
            yield from completed(worded(closed(line)), occasion)


def _announced_day(notice: Notice, occasion: Occasion) -> Iterator[str]:
    """`Domenica 9 maggio c'è la festa dei nonni` of a title such as `Alba, domenica 9 maggio la festa …`."""
    for mark in re.finditer(r"[,:–-]\s", notice.title):
        headline = notice.title[mark.end() :].strip()
        said = spoken(headline)
        if said != headline and not has_verb(notice.title[: mark.start()]):
            yield from completed(closed(said), occasion)


def _runs(notice: Notice, occasion: Occasion, limit: int) -> Iterator[str]:
    """The title and sentences of the office that follow each other, as many as fit,
    where they tell the day.
    """
    title = title_of(notice)
    lines = [worded(closed(line)) for line in notice.prose[:12]]
    for start, first in enumerate(lines[:3]):
        if first.endswith("?.") or "?" in first or not has_verb(first):
            continue
        run = [first]
        for line in lines[start + 1 :]:
            if utf16(" ".join([title, *run, line])) + 2 > limit or "?" in line:
                break
            run.append(line)
        whole = " ".join(run)
        if _tells_day(whole) and not FILLER.search(whole):
            is_needed = bool(title) and (needs_headline(first) or not is_told(title, whole))
            lead = closed(title) if is_needed else ""
            yield from completed(f"{lead} {whole}", occasion)


def completed(text: str, occasion: Occasion) -> Iterator[str]:
    """`text` with the sentences for what it does not tell; nothing where the day is missing."""
    lacking = untold(text, occasion)
    if "when" in lacking or ("hours" in lacking and len(occasion.sittings) > 1):
        return
    if "hours" in occasion.unsaid and tells_all_hours(text, occasion):
        occasion = replace(occasion, unsaid=tuple(name for name in occasion.unsaid if name != "hours"))
    if _AT.search(text):  # the office's sentence has a place that no slot was sure of
        occasion = replace(occasion, unsaid=tuple(name for name in occasion.unsaid if name != "place"))
    hours = occasion.sittings[0].hours if "hours" in lacking and occasion.sittings else ""
    place = (occasion.place or occasion.apposition) if "place" in lacking else ""
    told = ", ".join(filter(None, (hours, place)))
    extra = f"L'appuntamento è {told}.".replace("L'appuntamento è con ", "Il ") if told else ""
    yield f"{text} {extra} {rest_of(occasion, lacking)}"


def _composed(notice: Notice, occasion: Occasion) -> Iterator[str]:
    """One day, or days with the same hours: `Sabato 4 maggio alle 21, nella Sala Verdi, c'è il coro …`."""
    title = title_of(notice)
    places = list(dict.fromkeys((occasion.place, without_street(occasion))))
    ways = [way for way in matters(notice) if not _is_other(way[0], occasion)]
    sentences = list(what_sentences(notice, title))
    for clause in filter(None, (*received(notice), acted_title(title, notice))):
        yield from behind_its_day(clause, occasion, places)
    if title and is_headline_of(title) and not (ways and TITLE_DAY.search(title)):
        yield from _headed(title, occasion, places)
    with_sentence = [way for way in ways if way[1] or "», " in way[0] or way[0].startswith("il film")]
    yield from _named(with_sentence, occasion, places)
    for clause in filter(None, (acted(sentence, notice) for sentence in sentences)):
        yield from behind_its_day(clause, occasion, places)
    for sentence in sentences:
        yield from _headed(sentence, occasion, places)
    for known in (occasion, brief(occasion)):
        yield from _named([way for way in ways if way not in with_sentence], known, places)
    if title and not PAPER.match(title):
        yield from _headed(title, occasion, places)


def _is_other(phrase: str, occasion: Occasion) -> bool:
    """`«Alba», 13 incontri nelle frazioni`, where one day is told; the opening, where weeks are."""
    days = occasion.sittings[0].days.spans
    return bool(_SEVERAL.search(phrase) or (days[0].first != days[-1].last and _OPENING.match(phrase)))


def _is_told_there(place: str, text: str) -> bool:
    """Whether a text has a place; one of a single word only behind `in`: `«Biblioteca viva»` is a name."""
    name, bare = folded(place), folded(text)
    if " " in name:
        return name in bare
    return (
        re.search(
            rf"\b(?:in|nel|nello|nella|nell|al|allo|alla|all|presso|presso la|presso il) {re.escape(name)}\b",
            bare,
        )
        is not None
    )


def _named(ways: list[tuple[str, str]], occasion: Occasion, places: list[str]) -> Iterator[str]:
    """`Sabato 4 maggio alle 21, nella Sala Verdi, c'è …`, for each way to name what happens."""
    sitting = occasion.sittings[0]
    for phrase, sentence in ((phrase, "" if adds_little(said, phrase) else said) for phrase, said in ways):
        for year in (True, False):
            its_place = occasion.apposition.split(",")[0]
            in_sentence = bool(its_place) and _is_told_there(its_place, f"{phrase} {sentence}")
            for place in ("",) if in_sentence else places:
                head = opening(sitting, place, year=year)
                where = occasion.where if not place and occasion.where != sentence else ""
                if not place and not occasion.where and occasion.apposition and not in_sentence:
                    where = f"{occasion.apposition}."
                said = f"{head} {verb_of(phrase)} {closed(phrase)} {sentence} {where}"
                yield f"{said} {rest_of(occasion, untold(said, occasion))}"


def behind_its_day(clause: str, occasion: Occasion, places: list[str]) -> Iterator[str]:
    """`Sabato 4 maggio alle 21, nella Sala Verdi, il coro Alba canta Bach.`"""
    for year in (True, False):
        for place in places:
            where = "" if place else occasion.where
            if not place and not where and occasion.apposition:
                where = f"{occasion.apposition}."
            said = f"{opening(occasion.sittings[0], place, year=year)} {closed(clause)} {where}"
            yield f"{said} {rest_of(occasion, untold(said, occasion))}"


def _headed(lead: str, occasion: Occasion, places: list[str]) -> Iterator[str]:
    """A sentence that names the matter, then `L'appuntamento è sabato 4 maggio alle 21, nella Sala Verdi.`"""
    if _LEANING.match(lead):
        return
    sitting = occasion.sittings[0]
    if sitting.days.spans[0].first == sitting.days.spans[-1].last:
        name = "L'appuntamento è"
    elif len(sitting.days.spans) > 1:
        name = "Gli appuntamenti sono"
    else:
        name = "L'appuntamento va"
    age = occasion.who if re.match(r"d[ai]i? \d", occasion.who) else ""
    for year in (True, False):
        for place in places:
            where = place or ("" if occasion.where else occasion.apposition)
            is_dated = not {"when", "hours"} & set(untold(lead, occasion))
            when = "" if is_dated else sitting.when(year=year)
            told = ", ".join(filter(None, (when, where, age)))
            meets = f"{name} {told}." if told else ""
            said = f"{closed(lead)} {meets} {occasion.where if not place else ''}"
            yield f"{said} {rest_of(occasion, untold(said, occasion))}"


_THERE = re.compile(
    r"(?:in|nel|nella|al|alla|davanti|presso|sul)\s[^.;:,]{3,40}$|(?:all|nell)['’][^.;:,]{3,40}$", re.I
)


def _with_parts(notice: Notice, occasion: Occasion) -> Iterator[str]:
    """A day with several parts: all with their hours, or where they are."""
    day = occasion.sittings[0]
    plain, placed = (
        [_part(row, with_place=is_placed) for row in occasion.parts] for is_placed in (False, True)
    )
    variants = ((plain, True), (plain, False))
    for told, year in variants if placed == plain else ((placed, True), *variants):
        for phrase, _ in matters(notice) if all(told) else ():
            head = f"{opening(day, told_once(occasion.place, phrase), year=year)} {verb_of(phrase)} {phrase}"
            said = f"{head}: {', '.join(told[:-1])} e {told[-1]}."
            rest = rest_of(occasion, untold(said, occasion)).removesuffix(HOURS)  # all are told
            yield f"{said} {rest}".rstrip()
    for year in (True, False):
        for phrase, sentence in matters(notice):
            verb = verb_of(phrase)
            head = f"{opening(day, told_once(occasion.place, phrase), year=year)} {verb} {phrase}"
            hours = "" if day.hours else " con gli orari"
            said = f"{closed(head)} {sentence} Il programma{hours} è nella pagina."
            yield f"{said} {rest_of(occasion, untold(said, occasion))}"


def _part(row: Row, *, with_place: bool) -> str:
    """`alle 9:30 ritrovo in piazza Po`; "" of one without its hour or its name."""
    hours = clauses.hours_clause(row.hours)
    who = "per tutti" if clauses.is_everyone(row.who) else clauses.audience_phrase(row.who)
    what = f"{row.what[:1].lower()}{row.what[1:]}" if not row.what[:2].isupper() else row.what
    is_there = with_place and _THERE.match(row.place) is not None
    where = f"{row.place[:1].lower()}{row.place[1:]}" if is_there else ""
    of = " ".join(filter(None, (what, where, who)))
    return f"{hours} {of}" if hours and of else ""


def told_once(place: str, phrase: str) -> str:
    """`place`, "" where the phrase tells it."""
    return "" if place and folded(place) in folded(phrase) else place


def opening(sitting: Sitting, place: str, *, year: bool) -> str:
    """`Sabato 4 maggio alle 21, nella Sala Verdi,`: what stands before the verb."""
    when = sitting.when(year=year)
    head = f"{when}, {place}," if place and sitting.hours else f"{when} {place}".strip()
    if sitting.hours.startswith("con "):  # `con ritrovo alle 9 in piazza Po`
        head = f"{when.replace(' con ', ', con ', 1)} {place}".strip() + ","
        if place and not sitting.hours[-1].isdigit():  # it tells where one meets, which is elsewhere
            head = f"{when.replace(' con ', f', {place}, con ', 1)},"
    return f"{head[0].upper()}{head[1:]}"


def without_street(occasion: Occasion) -> str:
    """The place by its name alone, where it has one."""
    if not occasion.street or occasion.street not in occasion.place:
        return occasion.place
    bare = occasion.place.replace(f" ({occasion.street})", "").replace(f" di {occasion.street}", "")
    return bare.replace(f", in {occasion.street}", "")


def closed(line: str) -> str:
    """`line` with a full stop where it has no end of its own."""
    bare = line.strip()
    return bare if bare[-1:] in ".!?" or bare.endswith("…") else f"{bare}."


_DAY = re.compile(
    r"\b\d{1,2}\s(?:gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic)|\b\d{1,2}\s\d{1,2}\s20\d\d"
    r"|\b(?:ogni|tutti i|tutte le)\s(?:\w+\s)?(?:lun|mar|mer|gio|ven|sab|dom)"
)


def _tells_day(text: str) -> bool:
    return _DAY.search(folded(text)) is not None
