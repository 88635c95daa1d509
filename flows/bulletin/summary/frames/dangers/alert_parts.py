"""An alert whose parts stand in sentences apart: its one colour, the hazard, from when to when, what closes.

`Dalle 14 di sabato 13 febbraio è in vigore l'allerta arancione per vento forte. È chiusa la villa comunale.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import gender_of
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.relative_days import is_relative
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.frames.own_sentences.asked import asked
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.own_sentences.spans import moments_of
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.left_to_page import ALL_LEFT, PRECAUTIONS
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.clock import hours_at
from flows.bulletin.summary.frames.times.days import period_at

_COLOUR = re.compile(r"\b(?P<stem>giall|arancion|ross)[aeo]\b", re.I)
_ANOTHER = re.compile(r"\b(?:revoc\w+|cessat\w+|terminat\w+|prorog\w+|declassat\w+|verde)\b", re.I)
_HAZARD = (
    r"(?:rischio\s(?:di\s)?\w+|criticità\s\w+|(?:forti\s)?(?:vento|venti|temporali|piogge|neve|nevicate|mareggiate"
    r"|ghiaccio|gelo|caldo)(?:\s(?:fort[ei]|intens[ei]))?|idrogeologic[oa]|idraulic[oa])"
)
_FOR = re.compile(
    r"\b(?:allert[ae]|criticità|codice\sgiallo|codice\sarancio\w*|codice\srosso)\b[^.;\n]{0,40}?"
    r"(?:\bper\s(?:(?:il|i|le)\s)?|(?<=allerta\s)(?=ghiaccio|neve|vento|temporali|gelo))"
    rf"(?P<what>{_HAZARD}(?:(?:,\s|,?\se\s)(?:per\s)?(?:(?:il|i|le)\s)?{_HAZARD}){{0,3}})(?=[\s.,;:\n]|$)",
    re.I,
)
_POSSIBLE = re.compile(
    r"\b(?:possibili|probabili|previsti|previste)\s(?P<what>(?:precipitazioni|piogge|temporali|rovesci|raffiche|nevicate"
    r"|grandinate)\b[a-zà-ù\s]{0,60}?)(?=[.,;:\n]|$)",
    re.I,
)
_LASTING = re.compile(r"\bper\sle\s(?:successive|prossime)\s(?P<count>\w+)\sore\b", re.I)
_CLOSES = re.compile(
    r"\bchiusura\s(?P<of>dei|degli|delle|della|del)\s(?P<what>(?P<noun>[a-zà-ù]+)(?:\s(?:comunal|cittadin|pubblic|urban)\w+)?)",
    re.I,
)
_ANOTHER_SHUT = re.compile(
    r"(?:,\s|\se\s)(?P<of>dei|degli|delle|della|del)\s(?P<what>(?P<noun>[a-zà-ù]+)"
    r"(?:\s(?:comunal|cittadin|pubblic|urban)\w+)?)",
    re.I,
)
_SHUT = {"dei": ("Sono", "i", "i"), "degli": ("Sono", "i", "gli"), "delle": ("Sono", "e", "le")}
_SHUT |= {"della": ("È", "a", "la"), "del": ("È", "o", "il")}
_ADVISES = re.compile(r"\bsi\s(?:raccomanda|consiglia|invita)\w*\b|\bprecauzioni\b", re.I)
_STATES = re.compile(r"\b(?:rest\w+|rimarr\w+|riman\w+|è|sono|sarà|saranno)\schius[oaie]\b", re.I)
_LISTED = re.compile(r"\bchiusura di$", re.I)  # and below it what
_IN_TITLE = re.compile(  # `chiusi domani parchi, cimiteri e impianti sportivi`
    rf"\bchius(?P<end>[oaie]) (?:(?:domani|oggi|{WEEKDAY}(?: \d{{1,2}}(?: [a-z]{{5,9}})?+)?+),?+(?: |$))?+"
    rf"(?!{WEEKDAY}|\d|(?:il|dal|al|nei|in|a|da|per|fino)\b\s?\d?(?:{WEEKDAY}|\d))"
    r"(?P<what>(?:il |lo |la |i |gli |le |l['’])?[a-zà-ù][^:;.]{4,90})$",
    re.I,
)
_SHORT = 130  # UTF-16 units of a sentence of the office's
_CLOSURES = "Le chiusure sono nella pagina."
_BOTH = "Le chiusure e le precauzioni da prendere sono nella pagina."


def gathered(notice: Notice) -> Iterator[str]:
    """The sentences; none where the page has two colours, two periods, or no hazard."""
    colours = {match["stem"].lower() for match in _COLOUR.finditer(notice.source)}
    if len(colours) != 1 or _ANOTHER.search(notice.source):
        return
    colour = {"giall": "gialla", "arancion": "arancione", "ross": "rossa"}[colours.pop()]
    told_for = _FOR.search(notice.source)
    possible = _POSSIBLE.search(notice.source)
    when = moments_of(notice) or _since(notice)
    if not when or not (told_for or possible):
        return
    hazard = f" per {told_for['what'].lower()}" if told_for else ""
    beside = f", con possibili {possible['what'].lower().strip()}" if possible and not told_for else ""
    said = f"{opened(when)} è in vigore l'allerta {colour}{hazard}{beside}."
    advice = [PRECAUTIONS] if _ADVISES.search(notice.source) else []
    deeds = [] if notice.listings else [one.text for one in asked(notice)]
    closed = _closed(notice)
    if deeds:
        yield " ".join([said, *deeds, *closed] if closed == [_CLOSURES] else [said, *closed, *deeds])
    is_listed = any(_LISTED.search(listing.lead) for listing in notice.listings)
    if closed and closed != [_CLOSURES] and advice and is_listed:
        yield " ".join([said, *closed, ALL_LEFT])
    if closed == [_CLOSURES] and advice:
        closed, advice = [_BOTH], []
    yield " ".join([said, *closed, *advice])
    yield " ".join([said, *closed])


def _since(notice: Notice) -> str:
    """`dalle 14 di sabato 13 febbraio, per dieci ore`, of a page with one day; "" where it tells no hour."""
    for line in lines(notice)[1:]:
        for place in re.finditer(r"\b(?=dalle\s)", line, re.I):
            hour = hours_at(line, place.start())
            joint = re.compile(r"\s(?:di\s|del\s)").match(line, hour.end) if hour else None
            day = period_at(line, joint.end()) if joint else None
            days = calendar_days(notice.source)
            if hour and joint and day and day.form == "on" and days <= figures(line):
                lasting = _LASTING.search(line, day.end)
                for_hours = f", per {lasting['count'].lower()} ore," if lasting else ""
                of = re.sub(r"^(?:il|l['’])\s?", "", day.words)
                return f"{hour.words} {joint[0].strip()} {of}{for_hours}"
    return ""


def closes(notice: Notice) -> bool:
    """Whether something closes for the alert."""
    is_listed = any(_LISTED.search(listing.lead) for listing in notice.listings)
    return is_listed or _CLOSES.search(notice.source) is not None or _STATES.search(notice.source) is not None


def _closed(notice: Notice) -> list[str]:
    own = [worded(sentence) for sentence in notice.prose if _STATES.search(sentence)]
    if own:
        may_stand = all(utf16(sentence) <= _SHORT and not is_relative(sentence) for sentence in own)
        return own if may_stand else [_CLOSURES]
    if any(_LISTED.search(listing.lead) for listing in notice.listings):
        shut = _IN_TITLE.search(notice.title)
        return (
            [f"{'Sono' if shut['end'] in 'ie' else 'È'} chius{shut['end']} {shut['what']}."]
            if shut
            else [_CLOSURES]
        )
    found = {match["what"].lower(): match for match in _CLOSES.finditer(notice.source)}
    if not found:
        return []
    (what, match), *others = found.items()
    gender = gender_of(match["noun"].lower())
    if others or gender is None:
        return [_CLOSURES]
    if several := _several(match):
        return [several]
    verb, ending, article = _SHUT[match["of"].lower()]
    if verb == "Sono":
        ending = gender.ending
    return [f"{verb} chius{ending} {article} {what}."]


def _several(first: re.Match[str]) -> str:
    """`Sono chiusi i parchi e le palestre.` of `la chiusura dei parchi e delle palestre`; "" of one alone."""
    found = [first]
    while another := _ANOTHER_SHUT.match(first.string, found[-1].end()):
        found.append(another)
    genders = [gender_of(one["noun"].lower()) for one in found]
    if len(found) == 1 or not all(genders):
        return ""
    names = joined([f"{_SHUT[one['of'].lower()][2]} {one['what'].lower()}" for one in found])
    return f"Sono chius{'e' if all(gender and gender.is_feminine for gender in genders) else 'i'} {names}."
