"""An exhibition: where it is and until when, on which days and hours, and when it is opened.

`La mostra «Alba» è a Palazzo Po fino all'8 novembre, da giovedì a domenica dalle 16 alle 19. L'inaugurazione
è sabato 10 ottobre alle 18.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.events import whereabouts
from flows.bulletin.summary.frames.events.sittings import all_words
from flows.bulletin.summary.frames.events.subject import title_of
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.times.clock import hours_at
from flows.bulletin.summary.frames.times.days import period_at
from flows.bulletin.summary.frames.titles.nouns import phrase_of

_SHOWS = re.compile(r"(?:mostra|esposizione|personale)\b", re.I)
_OPENED = re.compile(r"\b(?:inaugurazione|vernice|vernissage)\b[\s:–-]{1,4}", re.I)
_LASTS = re.compile(
    r"\b(?:apert[ao]|visitabile|apertura|visite)\b[\s:–-]{1,4}(?:al pubblico\s)?(?=fino|dal|dall)", re.I
)
_WEEKDAYS = re.compile(
    r"da (?:[a-zà-ù]{4,8}ì|sabato) a (?:[a-zà-ù]{4,8}ì|sabato|domenica)|tutti i giorni"
    r"|il sabato e la domenica|sabato e domenica",
    re.I,
)
_SHORT = 80  # characters
_NO_PLACE = re.compile(r"(?:in|a|al|alle|dal|dalle|presso)\s", re.I)
_GAP = re.compile(r"[\s,;]*(?:alle\s)?", re.I)


def texts(notice: Notice) -> Iterator[str]:
    """Its text; none where one of its days, hours and places is not sure."""
    title = title_of(notice)
    phrase = phrase_of(title) if _SHOWS.match(title) else ""
    body = "\n".join(line for line in notice.body.split("\n") if not speaks(line))  # else the office says it
    lasts, begins = _LASTS.search(body), _OPENED.search(body)
    period = period_at(body, lasts.end()) if lasts else None
    where = clauses.place_clause(whereabouts.named(whereabouts.place_words(notice), notice)) or _line(body)
    if not phrase or period is None or period.form not in ("until", "span") or not where:
        return
    first = _opening(body, begins.end()) if begins else ""
    if begins and not first:
        return
    told = {clauses.hours_clause(words) for words in all_words(notice, Slot.hours)} - {""}
    hours = {said for said in told if not first or said not in first}
    days = {found[0].lower() for found in _WEEKDAYS.finditer(body)}
    if len(hours) > 1 or len(days) > 1:
        weekly = ", ".join((*days, "")) if not hours else ""
        left = " Gli orari sono nella pagina."
    else:
        weekly, left = " ".join((*days, *hours)), ""
    when = ", ".join(filter(None, (period.words, weekly.strip(", "))))
    begun = f" L'inaugurazione è {first}." if first else ""
    yield opened(f"{phrase} è {where} {when}.{begun}{left}")


def _line(body: str) -> str:
    """The place of a line of its own, whose first word says how one goes there."""
    rows = (row.strip(" .*-•") for row in body.split("\n"))
    found = [row for row in rows if row[:1].isupper() and len(row) < _SHORT and not _NO_PLACE.match(row)]
    said = [clause for row in found if (clause := clauses.place_clause(row))]
    return said[0] if len(said) == 1 else ""


def _opening(body: str, at: int) -> str:
    """`sabato 10 ottobre alle 18`; "" of what is not a day with its hour or without one."""
    day = period_at(body, at)
    if day is None or day.form != "on":
        return ""
    gap = _GAP.match(body, day.end)
    hours = hours_at(body, gap.end() if gap else day.end)
    return f"{day.words} {hours.words}".strip() if hours else day.words
