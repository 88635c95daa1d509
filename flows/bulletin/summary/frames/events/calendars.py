"""A calendar: a page whose lines begin with several days, told from the first of them to the last.

Of six evenings one told by itself reads as the only one, and the price of one as that of all. What is said
of a calendar is what the office says above it, between which days it runs, and that it is in the page.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, tee

from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.titles import is_told
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.day_heads import HOLY
from flows.bulletin.page.notice import OCCASIONS, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.clauses.days import Day, days_clause, days_of, span_clause
from flows.bulletin.summary.frames.events.programmes import ITS_PROGRAMME
from flows.bulletin.summary.frames.events.subject import matters
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.nouns import is_plural, quoted, verb_of

_LINE = re.compile(  # `- Martedì 8 dicembre`, `Venerdì 22 gennaio, ore 18`, `| 6 febbraio | Facce buffe |`
    rf"^[^\w\n]{{0,6}}(?:(?:e )?(?:il |l['’])|{WEEKDAY}{HOLY}, )?(?P<days>(?:{WEEKDAY}\.?,?\s)?\d{{1,2}}[°º]?"
    rf"(?:(?:,\s|\se\s)(?:{WEEKDAY}\s)?\d{{1,2}}[°º]?){{0,6}}\s{MONTH}(?:\s20\d\d)?)(?![\w/])",
    re.I | re.M,
)
_SEVERAL = 3  # days: fewer are told one by one
_BY_THEN = re.compile(r"\b(?:scadenza|termine|entro|scade|domand[ae]|iscrizion\w+ entro)\b", re.I)
_EACH_WEEK = re.compile(
    rf"\b(?:ogni|tutti i|tutte le)\s(?:{WEEKDAY}|(?:prim|second|terz|quart|ultim)[oa])\b", re.I
)
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_OF_SEVERAL = re.compile(  # `«Marzo donna», mostra «Operaie»`, `i corsi gratuiti e sportello`
    r"», [^«]*«"
    r"|^(?:i|gli|le|il|lo|la) [^«]* e (?!(?:i|gli|le|il|lo|la|d(?:i|el|ei|ella|egli|elle))\b|l['’])[a-z]"
)
_OF_ALL = re.compile(
    r"\b(?:tutt[ie]|sempre|ogni (?:incontro|appuntamento|serata|spettacolo|lezione))\b", re.I
)
_PLACE = re.compile(
    r"(?<=\w) (?:al|alla|all['’]|in|nel|nella) ?"
    r"(?:museo|teatro|biblioteca|parco|castello|villa|auditorium|centro)\b[^:;,–-]{0,40}$",
    re.I,
)
_BEGINS = re.compile(r"\b(?:si\s(?:parte|comincia|inizia|apre)|prende il via|primo appuntamento)\b", re.I)
_AT_TURN = 3  # months: what lies further apart is of two years
PROGRAMME = "Il programma è nella pagina."


def texts(notice: Notice) -> Iterator[str]:
    """Whole texts of a calendar, the best first: with the hour and the place that all have, then without;
    none where its page has no three days of their own.
    """
    made = list(_texts(notice))
    if said := _of_all(notice):
        yield from (text.replace(PROGRAMME, f"{said} {PROGRAMME}") for text in made if said not in text)
    yield from made


def _of_all(notice: Notice) -> str:
    """`Gli incontri si svolgono tutti in biblioteca, con inizio alle 18.`, above the days; or ""."""
    line = _LINE.search(notice.source)
    above = notice.source[: line.start()].rstrip() if line else ""
    heading = split(above.rpartition("\n")[2])
    lead = f"{heading[-1].rstrip(' :')}." if heading and above.endswith(":") else ""
    for sentence in (lead, *(one for one in notice.prose[:4] if one[:30] in above)):
        said = spoken(worded(sentence)) if _OF_ALL.search(sentence) else ""
        has_hour = any(":" in figure for figure in figures(said))
        if said and has_hour and not calendar_days(said) and speaks(said) and is_fit(said, sentence):
            return said
    return ""


def _texts(notice: Notice) -> Iterator[str]:
    run = _with_earlier(days_of_lines(notice), notice)
    if len(run) < _SEVERAL or _EACH_WEEK.search(" ".join(notice.prose[:3])):
        return
    first, last = run[0], run[-1]
    span = _of_page(notice, first, last) or span_clause(first, last)
    beyond, there = _beyond(notice, run), _in_title(notice)
    for lead in _leads(notice):
        told = calendar_days(lead)
        if not told:
            yield f"{lead} Gli appuntamenti vanno {span}. {PROGRAMME}"
        elif _key(first) in told and (_key(last) in told or beyond & told):
            yield f"{lead} {PROGRAMME}"
    title = set(_LONG_WORD.findall(notice.title.lower()))
    named = (
        phrase
        for phrase, _ in matters(notice)
        if title & set(_LONG_WORD.findall(phrase.lower())) and not _OF_SEVERAL.search(phrase)
    )
    for phrase in dict.fromkeys((*named, _name(notice))):
        if phrase:
            at = "" if there in phrase else there
            yield f"{span[:1].upper()}{span[1:]}{at} {verb_of(phrase)} {phrase}. {PROGRAMME}"
            verb = "Ci sono" if is_plural(phrase) else "C'è"
            yield f"{verb} {phrase}. Gli appuntamenti vanno {span}. {PROGRAMME}"


def before(framed: Iterator[str], notice: Notice) -> Iterator[str]:
    """Of a frame's texts those with every day of the calendar, then the calendar's own, then the rest."""
    run = {_key(day) for day in days_of_lines(notice)}
    if not run:
        return framed
    run |= frozenset[str]().union(*(calendar_days(one.words) for one in notice.slots.get(Slot.when, ())))
    first, rest = tee(framed)
    return chain((text for text in first if run <= calendar_days(text)), texts(notice), rest)


def days_of_lines(notice: Notice) -> list[Day]:
    """The days with which a page's lines begin, from the first to the last; [] of fewer than three."""
    if notice.kind not in OCCASIONS:
        return []
    found = []
    for line in _LINE.finditer(notice.source):
        rest = notice.source[line.end() :].partition("\n")[0]
        days = days_of(line["days"])
        if days and not _BY_THEN.search(rest):
            found += [span.first for span in days.spans]
    once = list({(day.month, day.day): day for day in reversed(found)}.values())[::-1]
    if len(once) < _SEVERAL:
        return []
    run = sorted(once, key=lambda day: _place(day, once[0]))
    if run[0].weekday and run[-1].weekday:
        return run
    return [Day(day.day, day.month, day.year) for day in run]


def _in_title(notice: Notice) -> str:
    """` al Museo civico` of `Eventi di maggio al Museo civico`, whose matter is `gli eventi di maggio`."""
    found = _PLACE.search(notice.title)
    return f" {found[0].strip()}" if found else ""


def _with_earlier(run: list[Day], notice: Notice) -> list[Day]:
    """With the day on which it begins in a sentence of its own: `Si parte sabato 4 dicembre in piazza`."""
    begins = [sentence for sentence in notice.prose if _BEGINS.search(sentence)]
    days = (
        days.spans[0].first
        for one in notice.slots.get(Slot.when, ())
        if any(one.words in sentence for sentence in begins) and (days := days_of(one.words))
    )
    first = next(days, None)
    return [first, *run] if first and run and _place(first, run[0]) < _place(run[0], run[0]) else run


def _of_page(notice: Notice, first: Day, last: Day) -> str:
    """The period as the page gives it, where it is from the first day to the last; or, above the calendar,
    one that holds all of it: a show stays open behind the last evening.
    """
    line = _LINE.search(notice.source)
    above = notice.source[: line.start()] if line else ""
    for one in notice.slots.get(Slot.when, ()):
        days = days_of(one.words)
        span = days.spans[0] if days and days.role == "on" and len(days.spans) == 1 else None
        if span is None or _key(span.first) != _key(first) or _key(span.last) == _key(first):
            continue
        is_longer = one.words in above and _place(span.last, first) > _place(last, first)
        if _key(span.last) == _key(last) or is_longer:
            return days_clause(one.words)
    return ""


def of_one_day(notice: Notice) -> frozenset[str]:
    """The page's sentences, as they are told, that stand between two lines of its calendar without the day
    above them.
    """
    return _of_one_day(notice.source, notice.prose)


@lru_cache(maxsize=64)  # of one page every candidate is asked
def _of_one_day(source: str, prose: tuple[str, ...]) -> frozenset[str]:
    lines = list(_LINE.finditer(source))
    if len(lines) < _SEVERAL:
        return frozenset()
    found = []
    for sentence in prose:
        at = source.find(sentence)
        above = [line for line in lines if line.start() <= at]
        is_within = 0 < len(above) < len(lines)
        if is_within and not calendar_days(above[-1]["days"]) & calendar_days(sentence):
            found.append(worded(sentence))
    return frozenset(found)


def _place(day: Day, first: Day) -> tuple[int, int]:
    """Where a day stands behind the first one: a month earlier by half a year is of the next year."""
    return day.month + (12 if first.month - day.month > _AT_TURN else 0), day.day


def _key(day: Day) -> str:
    return f"{day.month:02d}-{day.day:02d}"


def _beyond(notice: Notice, run: list[Day]) -> frozenset[str]:
    """The days of the page's own period that ends behind the last line: a show stays open for a week more."""
    last = _place(run[-1], run[0])
    known = {_key(day) for day in run}
    return frozenset(
        key
        for sentence in notice.prose[:3]
        for key in calendar_days(sentence) - known
        if _place(Day(int(key[3:]), int(key[:2])), run[0]) >= last
    )


def _leads(notice: Notice) -> Iterator[str]:
    """The office's sentences above the calendar that name its matter."""
    line = _LINE.search(notice.source)
    above = notice.source[: line.start()] if line else notice.source
    titles = (notice.title, ITS_PROGRAMME.sub("", notice.title))
    for sentence in (*notice.abstract, *notice.prose[:4]):
        said = spoken(worded(sentence))
        is_above = sentence[:30] in above
        is_whole = is_fit(said, sentence) and has_verb(said) and len(split(said)) == 1
        if is_above and is_whole and any(is_told(title, said) for title in titles):
            yield said


def _name(notice: Notice) -> str:
    name = ITS_PROGRAMME.sub("", notice.title).strip(" .,;:")
    return quoted(name) if name and not speaks(name) else ""
