"""Texts about health: vaccinations, screenings, spraying against mosquitoes; what, who, when, where, how."""

import re
from collections.abc import Iterator

from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.frames.calls.call import parts_of
from flows.bulletin.summary.frames.events.subject import is_occasion
from flows.bulletin.summary.frames.own_sentences.own import enough
from flows.bulletin.summary.frames.services import service
from flows.bulletin.summary.frames.times.days import period_at

_MATTER = re.compile(
    r"\b(?:vaccin\w+|screening|donazion\w|disinfestazion\w|trattament\w|zanzar\w+|visit[ae]|ambulatorio"
    r"|medic[oi]|prelievi|larvicid\w+"
    r"|potabil\w+|bollir\w+|calore|caldo|defibrillator\w+|prevenzione|salute|esam[ei])\b",
    re.I,
)
_AGAINST = re.compile(r"\bcontro\s(?:il\s|lo\s|la\s|i\s|gli\s|le\s|l['’])(?P<what>\w{4,})", re.I)
_VACCINATE = re.compile(
    r"\b(?:farsi\svaccinare|vaccinarsi|(?:la\svaccinazione|le\svaccinazioni)(?!\scontro))\b", re.I
)
_TODO = re.compile(
    r"\b(?:prenot\w+|chiudere|tenere|evitare|svuotare|bollire|rivolg\w+|presentar\w+|telefon\w+"
    r"|non\s\w+(?:re|te)|puoi|si può)\b",
    re.I,
)


def is_open_day(notice: Notice) -> bool:
    """Whether a page is about the one day on which one goes there: what is told of an event is told of it."""
    days = {calendar_days(told.words) for told in notice.slots.get(Slot.when, ())}
    return notice.kind is Kind.health and len(days) == 1 and ":" not in notice.title and is_occasion(notice)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """The office's own sentences, at most `limit` units; the kind is too wide for a frame of ours."""
    yield from enough(notice, limit, needs=_tells)
    if any(parts_of(notice)):
        yield from service.texts(notice, limit)  # where and when one goes, in fields of their own


def against(text: str, notice: Notice) -> str:
    """`farsi vaccinare contro l'influenza` of a text that says against what in its title alone."""
    named = _AGAINST.search(notice.title)
    if notice.kind is not Kind.health or named is None or named["what"][:6].lower() in text.lower():
        return text
    return _VACCINATE.sub(rf"\g<0> {named[0].lower()}", text, count=1)


def _tells(text: str) -> bool:
    has_day = any(period_at(text, match.start()) for match in re.finditer(r"\b(?=\w)", text[:400]))
    return bool(_MATTER.search(text) and (has_day or _TODO.search(text)))
