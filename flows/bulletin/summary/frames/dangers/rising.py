"""An alert whose colour changes while it lasts, in order: `Per il vento l'allerta è gialla …, poi rossa …`.

The office's sentence has both: `è attivato il CODICE GIALLO dalle ore 15 del 9/10 con passaggio a CODICE
ROSSO dalle ore 21`. Neither colour is told without the other, nor without its hour.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.dangers.hazards import hazards
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.times.clock import hours_at
from flows.bulletin.summary.frames.times.days import period_at

_COLOURS = {"giall": "gialla", "arancio": "arancione", "ross": "rossa", "verde": "verde"}
_COLOUR = r"(?P<colour>giall|arancio|ross|verde)\w*"
_STEP = re.compile(
    rf"\b(?:allerta|codice|livello|criticità)\s{_COLOUR}[\s,]{{1,2}}(?:a\spartire\s|con\sinizio\s)?(?=dalle\s|dall['’])",
    re.I,
)
_OF = re.compile(r"\s(?:di|del|dell['’])\s?", re.I)
_NEXT = re.compile(
    r"[\s,;]{1,2}(?:e\s)?(?:(?:con|che)\s)?(?:(?:il\s)?(?:passaggio|innalzamento|aumento|ritorno)\s(?:a|al|alla|all['’])"
    r"|(?:poi|quindi|successivamente)|passa\s(?:a|al|alla))\s?(?:l['’]\s?|il\s)?$",
    re.I,
)
_LEAD = re.compile(r"[\s,]{0,2}(?:e\s)?", re.I)
_BELOW = re.compile(r"\s(?:Allegati|Documenti|Contatti|A cura di|Ultimo aggiornamento)\b.*")  # of its site
_NAMES = re.compile(r"\b(?:allerta|codice|livello|criticità)\s(?:giall|arancio|ross|verde)", re.I)


def steps(notice: Notice) -> Iterator[str]:
    """The sentence; none where a colour of its line has no hour, or the line names no single hazard."""
    for line in lines(notice)[1:]:
        found = list(_STEP.finditer(line))
        if len(found) < 2 or len(found) != len(_NAMES.findall(line)):
            continue
        times = [_moment(line, step.end()) for step in found]
        joints = zip(times, found[1:], strict=False)
        starts = [time for time in times if time and time[0].startswith("da")]
        follow = len(starts) == len(found) and all(
            time and _NEXT.fullmatch(line[time[2] : step.start()]) for time, step in joints
        )
        named = hazards(line) or hazards(notice.title)
        if not follow or not named:
            continue
        said, last = list[str](), ""
        for step, (hour, day, _) in zip(found, starts, strict=True):
            if not (day or last):
                break
            when = f"{hour} {day}" if day and day != last else hour
            said.append(f"{_COLOURS[step['colour'].lower()]} {when}")
            last = day or last
        end = _end(line, starts[-1][2], last)
        if len(said) == len(found) and end is not None:
            yield f"Per {joined(named)} l'allerta è {', poi '.join(said)}{end}."
            return


def fitting(notice: Notice, limit: int) -> Iterator[str]:
    """Of at most `limit` UTF-16 units."""
    return (said for said in steps(notice) if utf16(said) <= limit)


def _end(line: str, at: int, last: str) -> str | None:
    """` fino alle 6 di giovedì 10 ottobre`; "" where none is told, None where anything else follows."""
    if not _BELOW.sub("", line[at:]).strip(" .;)"):
        return ""
    lead = _LEAD.match(line, at)
    moment = _moment(line, lead.end()) if lead else None
    if moment is None or not moment[0].startswith("fino") or _BELOW.sub("", line[moment[2] :]).strip(" .;)"):
        return None  # `nella sola zona B`, `per vento`: of some, or of another hazard
    hour, day, _ = moment
    return f" {hour} {day}" if day and day != last else f" {hour}"


def _moment(line: str, at: int) -> tuple[str, str, int] | None:
    """`dalle 15`, `di mercoledì 9 ottobre`, where it ends; the day is "" where none is said."""
    hours = hours_at(line, at)
    if hours is None or not hours.words.startswith(("da", "fino")):
        return None
    joint = _OF.match(line, hours.end)
    day = period_at(line, joint.end()) if joint else None
    if joint is None:
        return hours.words, "", hours.end
    if day is None or day.form != "on":
        return None
    words = re.sub(r"^il\s", "", day.words)
    of = "dell'" if words.startswith("l'") else "del " if words[:1].isdigit() else "di "
    return hours.words, of + words.removeprefix("l'"), day.end
