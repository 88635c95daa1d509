"""The texts of one event: what it is, day and hours, place, for whom, price and booking."""

import re
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.titles import folded, is_told
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.matter import (
    STATUS,
    is_plural,
    matters,
    phrase_of,
    quoted,
    title_of,
    what_sentences,
)
from flows.bulletin.summary.frames.occasion import Occasion, Sitting, occasion_of, untold

_IN_PAGE = {
    "who": "Le condizioni per partecipare sono nella pagina.",
    "price": "I prezzi sono nella pagina.",
    "booking": "Come prenotare è scritto nella pagina.",
}
_LEANS = re.compile(
    r"^(?:l['’]appuntamento|l['’]evento|l['’]iniziativa|la serata|le lezioni|il corso|le prenotazioni|quest[oaie]|è |e['’] "
    r"|si |sarà|alle |ore |anche|inoltre|rinviat|annullat)",
    re.I,
)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Whole texts of an event in at most `limit` UTF-16 units, the best first; none where its day is not told."""
    seen: set[str] = set()
    for text in _texts(notice, limit):
        said = " ".join(text.split())
        if said and utf16(said) <= limit and said not in seen:
            seen.add(said)
            yield said


def _texts(notice: Notice, limit: int) -> Iterator[str]:
    if STATUS.search(notice.title) or any(STATUS.search(line) for line in (*notice.abstract, *notice.prose)[:3]):
        yield from changed(notice)
        return
    occasion = occasion_of(notice)
    yield from _of_the_office(notice, occasion, limit)
    if not occasion.sittings:
        return
    if occasion.parts:
        yield from _with_parts(notice, occasion)
        return
    if len(occasion.sittings) == 1:
        yield from _composed(notice, occasion, limit)


def changed(notice: Notice) -> Iterator[str]:
    """A postponed or cancelled event: that first, with the office's sentence that tells it."""
    title = title_of(notice)
    found = STATUS.search(notice.title)
    lines = [line for line in (*notice.abstract, *notice.prose) if STATUS.search(line)]
    subject = phrase_of(title) or quoted(title)
    for line in lines[:2]:
        verb = STATUS.search(line)
        tail = line[verb.end() :].strip(" .") if verb else ""
        stem = verb["what"].lower() if verb else "rinviat"
        ending = "a" if subject.startswith("la ") else "o"
        reason = re.sub(r"^causa\b", "per", tail)
        reason = re.sub(r"\bcausa (?=maltempo)", "per ", reason)
        if subject.startswith(("il ", "la ", "l'", "lo ", "«")) and not re.search(r"[.!?]", tail):
            planned = re.search(r"(?:programmat|previst|fissat)[oaie]\s(?:per\s)?(.{5,40}?)\s(?:è|sono|viene|sarà)\b", line)
            before = f", previst{ending} per {planned[1]}," if planned else ""
            said = f"{subject}{before} è {stem}{ending} {reason}".strip()
            yield f"{said[0].upper()}{said[1:]}."
        if is_told(title, line):
            yield _closed(line)
        yield f"{_closed(title)} {_closed(line)}"
    if not lines and found:
        ending = "a" if subject.startswith("la ") else "o"
        said = f"{subject} è {found['what'].lower()}{ending}"
        yield f"{said[0].upper()}{said[1:]}."


def _of_the_office(notice: Notice, occasion: Occasion, limit: int) -> Iterator[str]:
    """Its abstract, or its sentences that tell the day, with what they leave out said after them."""
    title = title_of(notice)
    for lines in (notice.abstract, notice.prose if sum(map(len, notice.prose)) <= limit else ()):
        whole = " ".join(_closed(line) for line in lines)
        if not lines or not has_verb(whole) or not _tells_day(whole):
            continue
        if _LEANS.match(lines[0]) or not is_told(title, whole):
            whole = f"{_closed(title)} {whole}" if title else ""
        if whole:
            yield from _completed(whole, occasion)
    for line in notice.prose[:12]:
        if len(line) < 40 or not has_verb(line) or not _tells_day(line) or re.match(r"(?:per|le) (?:info|iscriz|prenotaz)", line, re.I):
            continue
        if not _LEANS.match(line) and is_told(title, line):
            yield from _completed(_closed(line), occasion)
        elif title and not is_told(title, line):
            for sentence in [*what_sentences(notice, title)][:2]:
                yield from _completed(f"{_closed(title)} {sentence} {_closed(line)}", occasion)
            yield from _completed(f"{_closed(title)} {_closed(line)}", occasion)


def _completed(text: str, occasion: Occasion) -> Iterator[str]:
    """`text` with the sentences for what it does not tell; nothing where day, hours or place cannot be added."""
    lacking = untold(text, occasion)
    if len(occasion.sittings) > 1 and ("when" in lacking or "hours" in lacking):
        return
    sitting = occasion.sittings[0] if occasion.sittings else None
    extra = ""
    if "when" in lacking:
        return
    if "hours" in lacking and "place" in lacking and sitting and occasion.place:
        extra = f"L'appuntamento è {sitting.hours}, {occasion.place}."
    elif "hours" in lacking and sitting:
        extra = f"L'appuntamento è {sitting.hours}."
    elif "place" in lacking:
        extra = f"L'appuntamento è {occasion.place}." if occasion.place else f"{occasion.apposition}."
    yield f"{text} {extra} {_tail(occasion, lacking)}"


def _composed(notice: Notice, occasion: Occasion, limit: int) -> Iterator[str]:
    """One day, or days with the same hours: `Sabato 4 maggio alle 21, nella Sala Verdi, c'è il coro …`."""
    sitting = occasion.sittings[0]
    title = title_of(notice)
    for year in (True, False):
        for phrase, sentence in matters(notice):
            verb = "ci sono" if is_plural(phrase) else "c'è"
            for place in dict.fromkeys((occasion.place, _without_street(occasion))):
                head = _opening(sitting, place, year=year)
                said = f"{head} {verb} {phrase}. {sentence}"
                if not place and occasion.apposition:
                    said = f"{_opening(sitting, '', year=year)} {verb} {phrase}. {sentence} {occasion.apposition}."
                lacking = untold(said, occasion)
                yield f"{said} {_tail(occasion, lacking)}"
    when = sitting.when(year=False)
    for sentence in [*what_sentences(notice, title), ""]:
        said = f"{_closed(title)} {sentence} {when[0].upper()}{when[1:]}, {occasion.apposition}."
        yield f"{said} {_tail(occasion, untold(said, occasion))}"


def _with_parts(notice: Notice, occasion: Occasion) -> Iterator[str]:
    """A day with several parts: all with their hours, or where they are."""
    days = occasion.sittings[0].days
    day = Sitting(days)
    told = []
    for row in occasion.parts:
        from flows.bulletin.summary import clauses

        hours = clauses.hours_clause(row.hours)
        what = row.what or (clauses.audience_phrase(row.who) if row.who else "")
        told.append(f"{hours} {what[0].lower()}{what[1:]}" if hours and what else "")
    for year in (True, False):
        for phrase, sentence in matters(notice):
            verb = "ci sono" if is_plural(phrase) else "c'è"
            head = f"{_opening(day, occasion.place, year=year)} {verb} {phrase}"
            if all(told):
                said = f"{head}: {', '.join(told[:-1])} e {told[-1]}."
                yield f"{said} {_tail(occasion, untold(said, occasion))}"
            said = f"{head}. {sentence} Il programma con gli orari è nella pagina."
            yield f"{said} {_tail(occasion, untold(said, occasion))}"


def _opening(sitting: Sitting, place: str, *, year: bool) -> str:
    when = sitting.when(year=year)
    head = f"{when}, {place}," if place and sitting.hours else f"{when} {place}".strip()
    return f"{head[0].upper()}{head[1:]}"


def _without_street(occasion: Occasion) -> str:
    if not occasion.street or occasion.street not in occasion.place:
        return occasion.place
    bare = occasion.place.replace(f" ({occasion.street})", "").replace(f" di {occasion.street}", "")
    return bare.replace(f", in {occasion.street}", "")


def _tail(occasion: Occasion, lacking: list[str]) -> str:
    said = []
    if "who" in lacking:
        said.append(occasion.who_sentence)
    if "price" in lacking:
        said.append(occasion.price)
    if "booking" in lacking:
        said.append(occasion.booking)
    said += [_IN_PAGE[name] for name in occasion.unsaid if name in _IN_PAGE]
    return " ".join(filter(None, said))


def _tells_day(text: str) -> bool:
    return re.search(
        r"\b\d{1,2}\s(?:gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic)|\b\d{1,2}\s\d{1,2}\s20\d\d"
        r"|\b(?:ogni|tutti i|tutte le)\s(?:\w+\s)?(?:lun|mar|mer|gio|ven|sab|dom)",
        folded(text),
    ) is not None


def _closed(line: str) -> str:
    bare = line.strip()
    return bare if bare[-1:] in ".!?»" and not bare.endswith("»") else f"{bare}."
