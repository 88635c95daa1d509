"""What takes place each week, without a day of its own: `Ogni martedì alle 9, da aprile a giugno, c'è …`."""

import re
from collections.abc import Iterator
from dataclasses import replace

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Notice, Slot
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.events.lacking import rest_of, untold
from flows.bulletin.summary.frames.events.occasion import occasion_of
from flows.bulletin.summary.frames.events.subject import matters
from flows.bulletin.summary.frames.events.tidied import fitting
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.titles.nouns import verb_of

_DAY = rf"(?:\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?)"
_EACH_WEEK = Cued(
    rf"\b(?P<days>(?:ogni|tutti\si|tutte\sle)\s{WEEKDAY}(?:\se\s{WEEKDAY})?(?:\s(?:mattina|pomeriggio|sera))?)"
    rf"(?P<span>,?\s(?:da\s{MONTH}\sa\s{MONTH}|di\s{MONTH}(?:\se\s(?:di\s)?{MONTH})?|dal(?:l['’])?\s?{_DAY}\sal(?:l['’])?\s?{_DAY}"
    rf"|fino\s(?:a\s(?:fine\s)?{MONTH}|al(?:l['’])?\s?{_DAY})))?",
    re.I,
)
_NOT_THEN = re.compile(
    r"\bnon (?:si|c['’]è|ci sarà|ci sono)\b|\b(?:salvo|tranne|eccetto|esclus[oaie]|sospes[oaie])\b", re.I
)
_BUT = re.compile(r"\s?\((?:salvo|tranne|eccetto|esclus[oaie])\b", re.I)
_NOT = "Le eccezioni sono nella pagina."


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Its text, where the page names one day of the week, at one hour; none where it has a date, too."""
    occasion = occasion_of(notice)
    found = list(_EACH_WEEK.finditer(notice.body))
    if notice.kind not in OCCASIONS or len(found) != 1 or len(occasion.hours) != 1:
        return
    if leaves_some_days(notice):
        occasion = replace(occasion, sittings=())  # else the period alone would be told, as of each day
    elif occasion.sittings or _lasts(notice):
        return  # from when to when, it would not say
    days, span = found[0]["days"].lower(), (found[0]["span"] or "").strip(" ,")
    joint = " " if span.startswith("di ") else ", "
    when = f"{days}{joint if span else ''}{span}{',' if span else ''} {occasion.hours[0]}"
    place = f", {occasion.place}," if occasion.place else ""
    left = f" {_NOT}" if any(map(_NOT_THEN.search, notice.prose)) else ""
    yield from fitting(
        (
            f"{said} {sentence} {rest_of(occasion, untold(said, occasion))}{left}"
            for phrase, sentence in matters(notice)
            for said in (opened(f"{when}{place} {verb_of(phrase)} {phrase}."),)
        ),
        limit,
    )


def leaves_some_days(notice: Notice) -> bool:
    """`Tutti i mercoledì dal 17 novembre al 15 dicembre (escluso l'8 dicembre)`: each week of a period."""
    each = _EACH_WEEK.search(notice.body)
    return bool(each and each["span"] and _BUT.match(notice.body, each.end()))


def _lasts(notice: Notice) -> bool:
    """Whether the page has a period in days."""
    told = [days for one in notice.slots.get(Slot.when, ()) if (days := clauses.days_of(one.words))]
    return any(span.first != span.last for days in told for span in days.spans)
