"""When a service is open or takes place, and where, of a page that says it in phrases.

`Orari di apertura: da lunedì a venerdì dalle 8.00 alle 20.00` is `L'orario è da lunedì a venerdì dalle 8 alle
20.`, the title `Al Centro Alba i servizi per anziani` is `Al Centro Alba ci sono i servizi per anziani.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import TIME
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.own_sentences.sentences import Sentence
from flows.bulletin.summary.frames.prose.left_to_page import HOURS
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.times.clock import every_at, hours_at, in_moments
from flows.bulletin.summary.frames.times.days import WEEKDAY_NAME, period_at
from flows.bulletin.summary.frames.times.notation import plain_figures
from flows.bulletin.summary.frames.titles.matter import Matter

_TIMES = re.compile(
    r"\b(?:orari[o]?\s(?:di\s(?:apertura|ricevimento)(?:\sal\spubblico)?|al\spubblico))\s?:\s?(?=d)", re.I
)
_EVERY = re.compile(rf"dal?\s{WEEKDAY_NAME}\sal?\s{WEEKDAY_NAME}(?!,?\s\d)", re.I)
_MORE = re.compile(
    r"[\s,;|]{0,4}(?:e\s)?(?:(?:il|di|dal?)\s)?(?:luned|marted|mercoled|gioved|venerd|sabat|domenic|dalle)\w",
    re.I,
)
_SINCE = re.compile(r"pertura\b[^.;:]{0,40}?\s(?:a\s(?:partire|decorrere)\s)?(?=da(?:l|ll['’])?\s)", re.I)
_UNBOOKED = re.compile(r"\bsenza\s(?:prenotazione|appuntamento)\b", re.I)
_BOOKED = re.compile(r"\bsu\sappuntamento\b|\bprenota\w+\s(?:obbligatori|necessari)", re.I)
_SHUT = re.compile(r"\b(?:chius\w+|esclus\w+|sospes\w+)\b", re.I)
_BEFORE = 160  # characters before the hours that may say since when, and whether one books
_AT_A_PLACE = re.compile(
    r"(?P<where>(?:Al|Alla|Allo|Nel|Nella|In)\s(?!corso|via\b|arrivo)[^,:;.–]{3,60}?|All['’][^,:;.–]{3,60}?)\s"
    r"(?P<what>(?P<article>i|gli|le|il|lo|la)\s(?:nuov[oaie]\s)?(?:servizi|sportelli|servizio|sportello|sede|uffici|ambulatori"
    r"|ambulatorio|consultorio)\b[^,:;–]{0,70})"
)


_HALF = re.compile(
    r"^\W*(?:(?:apertura|orario|turno)\s)?(?P<half>matt(?:in[ao]|utin[ao])|pomeri(?:ggio|dian[ao]))\s?[:–-]?\s?"
    r"(?:dalle\s(?:ore\s)?)?(?P<from>\d{1,2}(?:[.:]\d\d)?)\s?(?:[–-]|alle(?:\sore)?)\s?(?P<to>\d{1,2}(?:[.:]\d\d)?)"
    r"[ ;,.]*$",
    re.I | re.M,
)
_GLUED = re.compile(r"\scon (?:il seguente orario|i seguenti orari)\s?:\s?(?:apertura\s)?matt\w+\W.*$", re.I)
_NOT_EVERY_DAY = re.compile(
    r"\b(?:chius\w+|sol[oi]|tranne|salvo|eccetto|esclus\w+|lunedì|martedì|mercoledì|giovedì"
    r"|venerdì|sabato|domenica|prenotazion\w+|appuntamento|continuat\w+)\b",
    re.I,
)
_OF_ANOTHER = re.compile(  # a head over the two lines: whose, of which day or until when they are
    r"(?:^|\n)\W*(?!.*\b(?:segu|dal\b|nuov|apert))(?:[^\n.]{3,60}:|[^\n.:;]{3,40})\s*$|\bfino\sal?\b[^\n]{0,40}:\s*$",
    re.I,
)
_TAKES_NO_PLACE = re.compile(
    r"(?:avvis|band|contribut|bonus|voucher|bors|graduatori|elenc|orari|modul|tariff|iscrizion|domand|calendari"
    r"|lavor|ordinanz|cart|tesser|certificat|servizi)",
    re.I,
)
_OPENS = re.compile(
    r"(?:sportell|uffici|ambulator|bibliotec|muse[oi]|centr[oi]|ludotec|palestr|piscin|ecocentr)", re.I
)
_PHRASE = re.compile(r",\s|\s(?=dalle\s)|(?<!\d)\s(?=(?:alle|ore)\s)")
_WHERE = re.compile(
    r"(?:in|nel|nella|nell['’]|negli|nei|al|alla|allo|all['’]|ai|agli|presso|su|sul|sulla)(?:\s|(?<=['’]))"
)
_DATED_LINES = 3  # of the opening


def occurrence(notice: Notice, matter: Matter | None) -> Iterator[Sentence]:
    """`La raccolta dei rami è sabato 21 marzo dalle 8 alle 12, in piazza Po.` of a line without a verb.

    Every phrase of the line has to be a day, hours or a place: else nothing is said of it.
    """
    if matter is None or not matter.article or _TAKES_NO_PLACE.match(matter.noun):
        return
    for place, line in enumerate(lines(notice)[1 : 1 + _DATED_LINES]):
        first, *rest = _PHRASE.split(split(line)[0].strip(" ."))
        days = clauses.days_of(first)
        when = clauses.days_clause(first)
        if not when or (days is not None and days.role not in ("on", "from")):
            continue
        hours = [said for phrase in rest if (said := clauses.hours_clause(phrase))]
        wheres = [said for phrase in rest if _WHERE.match(phrase) and (said := clauses.place_clause(phrase))]
        if len(hours) > 1 or len(wheres) > 1 or len(hours) + len(wheres) < len(rest):
            continue
        told = ", ".join([" ".join([when, *hours]), *wheres])
        verb = "sono" if matter.is_plural else "è"
        if _OPENS.match(matter.noun):
            verb = "ci sono" if matter.is_plural else "c'è"
        text = f"{matter.text[:1].upper()}{matter.text[1:]} {verb} {told}."
        slots = frozenset(
            {Slot.what, Slot.when, *([Slot.hours] if hours else []), *([Slot.place] if wheres else [])}
        )
        yield Sentence(text, slots, True, float(place), -0.3)


def openings(notice: Notice) -> Iterator[Sentence]:
    """The hours where the page has one line of them, the place where its title has it."""
    if found := _AT_A_PLACE.fullmatch(notice.title.strip(" .")):
        verb = "ci sono" if found["article"] in ("i", "gli", "le") else "c'è"
        text = f"{found['where']} {verb} {found['what']}."
        yield Sentence(text, frozenset({Slot.what, Slot.place, Slot.who}), True, -1, -0.2)
    if said := _hours(notice.body):
        yield Sentence(said, frozenset({Slot.when, Slot.hours}), False, 60.0, -0.3)


def _hours(body: str) -> str:
    """The hours in one sentence; "" where other days have others."""
    found = list(_TIMES.finditer(body))
    every = _EVERY.match(body, found[0].end()) if len(found) == 1 else None
    space = re.compile(r"[\s,:]{1,3}").match(body, every.end()) if every else None
    hours = hours_at(body, space.end()) if space else None
    if every is None or hours is None or _MORE.match(body, hours.end) or every_at(body, hours.end):
        return ""
    if _SHUT.search(body[hours.end : hours.end + _BEFORE]):
        return ""  # some days or months it is not
    before = body[max(0, found[0].start() - _BEFORE) : found[0].start()]
    opens = list(_SINCE.finditer(before))
    since = period_at(before, opens[-1].end()) if opens else None
    lead = (
        f"{since.words[:1].upper()}{since.words[1:]} l'orario"
        if since and since.form == "since"
        else "L'orario"
    )
    booked = ", senza prenotazione" if _UNBOOKED.search(before) and not _BOOKED.search(body) else ""
    return f"{lead} è {' '.join(every[0].lower().split())} {hours.words}{booked}."


def with_half_days(text: str, notice: Notice) -> str:
    """`L'orario è dalle 9 alle 12:30 e dalle 15 alle 18.` for word that the hours are in the page, where they
    are two lines, morning and afternoon, and no other hour stands there.
    """
    glued = _GLUED.search(text)
    if not (glued or text.endswith(HOURS)):
        return text
    halves = list(_HALF.finditer(notice.body))
    rest = _HALF.sub(" ", notice.body)
    if [found["half"][:1].lower() for found in halves] != ["m", "p"] or TIME.search(f"{notice.title} {rest}"):
        return text
    first, second = halves
    if notice.body[first.end() : second.start()].strip() or _OF_ANOTHER.search(notice.body[: first.start()]):
        return text  # each of another day, or both of another office
    if _NOT_EVERY_DAY.search(notice.body[second.end() :]):
        return text
    spans = (plain_figures(f"dalle {found['from']} alle {found['to']}") for found in halves)
    hours = in_moments(" e ".join(spans))
    return f"{text[: glued.start()]} {hours}." if glued else f"{text.removesuffix(HOURS)}L'orario è {hours}."
