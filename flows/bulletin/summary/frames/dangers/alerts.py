"""Texts about weather alerts as news of the Comune: level, hazard, zone, days; none without hazard or day.

The alerts of Protezione Civile itself have their own texts in `bulletin/alerts`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flows.bulletin.language.measure import utf16
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.dangers import rising
from flows.bulletin.summary.frames.dangers.alert_parts import closes, gathered
from flows.bulletin.summary.frames.dangers.hazards import hazards
from flows.bulletin.summary.frames.dangers.schools_shut import with_schools
from flows.bulletin.summary.frames.own_sentences.own import enough, opened
from flows.bulletin.summary.frames.places.offices import office_at
from flows.bulletin.summary.frames.prose.lines import is_contact, is_cut, lines, told, untold
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.clock import hours_at, moments_at
from flows.bulletin.summary.frames.times.days import period_at

_COLOUR = r"(?:gialla|arancione|rossa)"
_LEVEL = re.compile(
    rf"(?:avviso\sdi\s)?(?P<level>(?:fase|stato)\sdi\s(?:attenzione|pre-?allarme|allarme)"
    rf"|allerta(?:\s(?:meteo|regionale|{_COLOUR}))*|criticità(?=\sidr))(?!\w)",
    re.I,
)
_DANGER = (
    r"(?:temporali|ondat[ae]\sdi\scalore|vento(?:\sforte)?|neve|piogge(?:\sintense)?|pioggia|ghiaccio|gelo|ondate\sdi\scalore"
    r"|caldo|nebbia|valanghe|mareggiate"
    r"|incendi\sboschivi)"
)
_HAZARD = re.compile(
    rf"(?P<words>(?:(?:per\s(?:il\s|l['’]\s?)?)?(?:criticità\s|rischio\s(?:di\s)?)?(?:idrogeologic[oa]"
    rf"|idraulic[oa]|incendi[o]?\sboschiv[oi]"
    rf"|ondat[ae]\sdi\scalore)|per\s(?:le\s|i\s|il\s)?{_DANGER}|per\sl['’]arrivo\sdi\s(?:forti\s)?{_DANGER})"
    rf"(?:\se\s(?:idraulic[oa]|idrogeologic[oa]))?(?:\sper\s(?:forti\s)?{_DANGER})?"
    rf"(?:(?:,\s|\se\s)(?:per\s)?(?:(?:il\s)?rischio\s(?:di\s)?(?:idrogeologic[oa]"
    rf"|idraulic[oa])(?:\sper\s{_DANGER})?"
    rf"|(?:il\srischio\s(?:di\s)?)?{_DANGER}|l['’]arrivo\sdi\s(?:forti\s)?{_DANGER})){{0,3}})(?!\w)",
    re.I,
)
_MIDNIGHT = re.compile(r"fino\salla\smezzanotte\sdi\s", re.I)
_ZONE = re.compile(
    r"(?:(?:per|nella)\s(?:la\s)?)?zona\s(?P<zone>[A-Za-z]{2,5}-?[A-Z]?-?\d{0,2}|[A-Z]\d)(?!\w)", re.I
)
_IDLE = re.compile(
    r"(?:avviso(?=\s(?:di|per|ondat))|maltempo|meteo|protezione\scivile|aggiornamento\sdel\s[\d°]+\s\w+(?:\s20\d\d)?|oggi|domani"
    r"|nella\sgiornata\sdi|e|per|avviso(?:\sdi)?)(?!\w)",
    re.I,
)
_SPACE = re.compile(r"[\s,;:.()!–—-]+")
_EXPECTED = re.compile(r"previst(?P<end>[oaie])\s(?!\w*\s?che)", re.I)
_POSSIBLE = re.compile(r"(?:possibili|probabili)\s[a-zà-ù\s,]{4,80}$", re.I)
_MOVED = re.compile(r"\s(?P<what>spostat|annullat|rinviat|sospes|chius|riapert)(?P<end>[oaie])\b\s?", re.I)


_STATES = re.compile(  # the office's own sentence of what is shut, or not
    r"(?:(?:Sono|Restano|È|Resta|Le|Gli|I|Il|La)\s|L['’])[^.;:]{0,60}\b(?:chius|apert|sospes|annullat)[oaie]\b[^.;:]{0,90}\.$"
)


@dataclass
class _Read:
    levels: list[tuple[str, str]] = field(default_factory=list)
    when: list[str] = field(default_factory=list)
    zone: str = ""
    rest: str = ""
    hazard: str = ""  # told before its level: `ondata di calore, allerta gialla`


_WARNS = re.compile(
    rf"\ballerta\s(?:\w+\s)?{_COLOUR}\b.*(?:{_DANGER}|idrogeologic|idraulic|rischio)|\bcodice\s(?:giall|aranci|ross)\w+\b",
    re.I,
)
_GRADED = re.compile(r"\b(?:allerta|livello|bollino|criticità|codice)\b", re.I)
_ARTICLE = re.compile(r"(?:(?:Il|Lo|La|I|Gli|Le)\s|L['’]\s?)(?=[a-zà-ù])|È\s(?=\w)")
_ADVISES_YOU = re.compile(r"\. (?!Sono\b|È\b|Le\b|I\b|Gli\b|Il\b|La\b)[A-Z][a-z]+ [a-z]")  # `. Evita i fossi`
_SEVERAL = 3  # sentences
_DAY_OF_ACT = re.compile(  # when it was written: `Avviso del 30 luglio 2026`
    r"(?:avviso|bollettino|nota|comunicato|documento|aggiornamento)\s(?:n[.°]?\s?\d+\s)?del(?:\s|l['’])\s?\d",
    re.I,
)


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` units, the best first; none where hazard or time is not told."""
    yield from rising.fitting(notice, limit)
    parts = [said for said in gathered(notice) if utf16(said) <= limit]
    yield from with_schools(
        [said for said in map(worded, notice.prose) if _WARNS.search(said)], notice, limit
    )
    tells_more = closes(notice) or any(_ADVISES_YOU.search(said) for said in parts)
    yield from (said for said in parts if tells_more)  # which no sentence of the alert's tells
    own = [said for said in map(worded, notice.prose) if _WARNS.search(said)]
    own = own if own and _tells(own[0]) else []
    if 1 < len(own) <= _SEVERAL and utf16(" ".join(own)) <= limit:
        yield " ".join(own)  # each is of a hazard or a time of its own
    yield from enough(notice, limit, needs=_tells)
    yield from (said for said in _of_title(notice) if utf16(said) <= limit)
    found, used = _together(notice)
    zones = {match["zone"].upper() for line in lines(notice) for match in _ZONE.finditer(line)}
    if len(zones) == 1 and not found.zone:
        found.zone = zones.pop()
    text = _sentence(found) if len(zones) <= 1 else ""
    if not text:
        yield from parts
        return
    further, left = [], untold(text, notice, beside=tuple(used))
    for line in lines(notice):
        if line in used or is_contact(line):
            continue
        said = _also(line) or (worded(line) if line in notice.prose and _STATES.match(line) else "")
        if said:
            further.append(said)
        elif line in left:
            return  # a day, a level or a limit that could not be said
    must = [line for line in further if told(line) or _MOVED.search(line)]
    ways = (text, _sentence(found, is_day_first=False))
    for whole in dict.fromkeys(" ".join([way, *also]) for also in (further, must) for way in ways):
        if utf16(whole) <= limit:
            yield whole


def _of_title(notice: Notice) -> Iterator[str]:
    """`Per il vento forte il bollettino segnala …`: what only the title names."""
    hazard = next((f"Per {name}" for name in hazards(notice.title)), "")
    if not hazard or re.search(rf"{_DANGER}|idrogeologic|idraulic", " ".join(notice.prose), re.I):
        return
    for said in map(worded, notice.prose):
        if _GRADED.search(said) and _has_day(said) and (lead := _ARTICLE.match(said)):
            yield f"{hazard} {lead[0].lower()}{said[lead.end() :]}"
            return


def _has_day(text: str) -> bool:
    return any(period_at(text, match.start()) for match in re.finditer(r"\b(?=\w)", text[:400]))


def _tells(text: str) -> bool:
    has_hazard = re.search(_DANGER + r"|idrogeologic|idraulic|rischio", text, re.I) is not None
    return bool(_LEVEL.search(text) and has_hazard and _has_day(text))


def _together(notice: Notice) -> tuple[_Read, list[str]]:
    """What the lines that are wholly understood tell; a line that tells another level makes all unsure."""
    made, used = _Read(), list[str]()
    for line in lines(notice):
        read = None if is_cut(line) else _reading(line)
        if read is None or not (read.levels or read.when) or _DAY_OF_ACT.match(line):
            continue
        if read.when and made.when and read.when != made.when:
            return _Read(), []
        if read.hazard:
            continue  # a hazard without a level
        if (graver := _of_colour(made.levels, read.levels)) is not None:
            made.levels = read.levels = graver
        if read.levels and made.levels and read.levels != made.levels:
            if made.levels[0][1] or len(made.levels) > 1 or len(read.levels) > 1:
                continue
            words, (level, danger) = made.levels[0][0], read.levels[0]
            if level.startswith("allerta") and not re.search(_COLOUR, words):
                words = level  # `allerta meteo`, and below `allerta gialla`
            is_hazard = level == "criticità" or (not danger and level != words)
            hazard = " ".join(filter(None, (level if is_hazard else "", danger)))
            led = hazard if not hazard or hazard.lower().startswith("per ") else f"per {hazard}"
            made.levels = [(words, led)]
        else:
            made.levels = made.levels or read.levels
        made.when = made.when or read.when
        made.zone = made.zone or read.zone
        made.rest = made.rest or read.rest
        used.append(line)
    return made, used


def _of_colour(levels: list[tuple[str, str]], others: list[tuple[str, str]]) -> list[tuple[str, str]] | None:
    """The alert with its colour, where one line tells it without and another with, of the same hazard."""
    if len(levels) != 1 or len(others) != 1:
        return None
    (level, hazard), (other, its) = levels[0], others[0]
    is_same = hazard.removeprefix("per ") == its.removeprefix("per ")
    if not hazard or not is_same or not level.startswith("allerta") or not other.startswith("allerta"):
        return None
    told = [one for one in (level, other) if re.search(_COLOUR, one)]
    return [(told[0], f"per {hazard.removeprefix('per ')}")] if len(told) == 1 else None


def _reading(line: str) -> _Read | None:
    made, at = _Read(), 0
    while at < len(line):
        if space := _SPACE.match(line, at):
            at = space.end()
            continue
        end = _one(line, at, made)
        if end <= at:
            return None
        at = end
    return made


def _one(line: str, at: int, made: _Read) -> int:
    if match := _MIDNIGHT.match(line, at):
        day = period_at(line, match.end())
        if day:
            made.when.append(f"fino alla mezzanotte di {day.words}")
            return day.end
    if moments := moments_at(line, at):
        made.when.append(moments.words)
        return moments.end
    if (match := _IDLE.match(line, at)) and match[0].lower().startswith("aggiornamento"):
        return match.end()
    if period := period_at(line, at):
        made.when.append(period.words)
        return period.end
    if hours := hours_at(line, at):
        made.when.append(hours.words)
        return hours.end
    if (match := _HAZARD.match(line, at)) and made.levels and not made.levels[-1][1]:
        made.levels[-1] = (made.levels[-1][0], match["words"][:1].lower() + match["words"][1:])
        return match.end()
    if match := _LEVEL.match(line, at):
        words = match["level"].strip().lower()
        made.levels.append((words, made.hazard))
        made.hazard = ""
        return match.end()
    if (match := _HAZARD.match(line, at)) and not made.levels and not made.hazard:
        made.hazard = match["words"][:1].lower() + match["words"][1:]
        return match.end()
    if match := _ZONE.match(line, at):
        made.zone = match["zone"]
        return match.end()
    if (match := _POSSIBLE.match(line, at)) and not made.rest:
        made.rest = match[0].strip()
        return match.end()
    idle = _IDLE.match(line, at)
    return idle.end() if idle else at


def _sentence(found: _Read, *, is_day_first: bool = True) -> str:
    """`Lunedì 17 agosto è in vigore la fase di attenzione per rischio idrogeologico per temporali.`

    Not `is_day_first`: the alert, then its days, as a page has them that gives two.
    """
    if not found.levels or len(found.when) not in (1, 2) or any(not hazard for _, hazard in found.levels):
        return ""
    if len(found.when) == 2 and not found.when[1].startswith(("dalle", "dall'", "fino alle")):
        return ""
    colours = re.findall(_COLOUR, " ".join(level for level, _ in found.levels))
    if len(colours) > 1:
        return ""  # which comes first is told by a sentence only
    said = [_named(level, hazard) for level, hazard in found.levels]
    verb = "è in vigore" if len(said) == 1 else "sono in vigore"
    zone = f" nella zona {found.zone}" if found.zone else ""
    rest = f", con {found.rest}" if found.rest else ""
    when = ", ".join(found.when) + ("," if len(found.when) == 2 else "")
    if not is_day_first:
        return opened(f"{' e '.join(said)} {verb} {', '.join(found.when)}{zone}{rest}.")
    return opened(f"{when}{zone} {verb} {' e '.join(said)}{rest}.")


def _named(level: str, hazard: str) -> str:
    if level == "criticità":
        return f"un avviso di criticità {hazard}"
    if hazard.startswith(("rischio", "ondat", "criticità")):
        hazard = f"per {hazard}"
    article = "la " if level.startswith("fase") else "lo " if level.startswith("stato") else "l'"
    return f"{article}{level} {hazard}"


def _also(line: str) -> str:
    """`Parchi riaperti dalle 14` -> `I parchi sono riaperti dalle 14.`"""
    if is_cut(line):
        return ""
    if match := _EXPECTED.match(line):
        end = match["end"].lower()
        return f"{'È' if end in 'oa' else 'Sono'} previst{end} {line[match.end() :].rstrip('.')}."
    match = _MOVED.search(line)
    office = office_at(line, 0)
    if match is None or office is None or office[0].number != 2:
        return ""
    first = office[0].words.split(" ", 1)
    words = f"{first[0]} {line[:1].lower()}{line[1 : match.start()]}"
    rest = line[match.end() :].rstrip(".")
    if hours := hours_at(rest, 0):
        rest = f"{hours.words}{rest[hours.end :]}"
    verb = "riaprono" if match["what"].lower() == "riapert" else office[0].state(match["what"].lower())
    return opened(f"{words} {verb} {rest}".strip() + ".")
