"""What a page says next of the thing that a text told, and that turns what one does.

The treatment comes again the next nights, the kit has to be fetched, on Saturdays there are certificates
only, the vaccine is for some. The office's own sentence tells it where there is room, else word of it.
"""

import re
from collections.abc import Callable, Iterator

from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.page.day_heads import has_days_above
from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.left_to_page import OTHER_DAYS, WARNINGS
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.roads.street_outlines import NO_PARKING

_REPEATED = re.compile(
    r"\b(?:trattament|intervent|disinfest|derattizz|lavori|iniziativ|event|spettacol|appuntament|chiusur|interruzion)\w*\s"
    r"(?:\w+\s){0,2}(?:sar(?:à|anno)|verr(?:à|anno)|è|sono|si) (?:ripet|replic)\w+\b"
    r"(?=[^.;]*\b(?:nott|giorn|sera|settiman|dopo|success))",
    re.I,
)
_TELLS_MORE_DAYS = re.compile(
    r"\b(?:ripet|replic|successiv)\w*|\b(?:giorni|notti|date|calendario)\b[^.]* nella pagina", re.I
)
_GIVEN = re.compile(
    r"\b(?:ricev(?:e|ono|erà|eranno)) (?:gratuitamente |gratis )?"
    r"(?P<what>(?:il|la|lo) [a-zà-ù]+|l['’][a-zà-ù]+)",
    re.I,
)
_FETCHED = re.compile(r"^(?P<what>(?:I|Le|Il|La|Gli) [a-z]+)?\s?(?:si|va|vanno) (?:ritir\w+)", re.I)
_AT_HOME = re.compile(r"\ba (?:casa|domicilio)\b", re.I)
_TELLS_FETCHING = re.compile(r"\britir\w+", re.I)
_ON_THAT_DAY = re.compile(
    rf"^(?:Il|La|Di|Ogni) (?P<day>{WEEKDAY})\b[^.;]*\b(?:solo|soltanto|solamente|esclusivamente)\b", re.I
)
_OFFERED = re.compile(
    r"\b(?:è|sono) (?:offert|rivolt|riservat|destinat|raccomandat|gratuit)\w+ (?:gratuitamente )?"
    r"(?P<whom>(?:a(?:i|l|gli|lle|lla)?|per)\s[^.;]{5,})",
    re.I,
)
_OF_PARKING = re.compile(r"\b(?:sosta\w*|parchegg\w+|rimozion\w+|divieti|modifiche|dettagli)\b", re.I)
_LIFTED = re.compile(  # of another day, or not sure
    r"\b(?:annullat|revocat|sospes|decad|non vale|potr|possibil|eventual)\w*"
    r"|\b(?:il|ogni) (?:lun|mar|mer|gio|ven)\w+",
    re.I,
)
_RELIEF = (
    re.compile(r"\b(?:torbid\w|scorrere|prima dell['’]uso)\b", re.I),
    re.compile(r"\bautobott[ei]\b", re.I),
)
_A_STREET = re.compile(
    r"\b(?:via|viale|piazza|corso|largo|vicolo)\s(?:de[il]\w*\s|d[ai]\s)?(?-i:[A-ZÀ-Ý])[\w'’]+", re.I
)
_TREATED = re.compile(r"\b(?:vaccin\w+|screening|visit[ae]|test)\b", re.I)
FOR_WHOM = "A chi si rivolge è nella pagina."
_SHARE = 0.3  # of the words that say for whom


def repeated(text: str, notice: Notice) -> Iterator[str]:
    """That it comes again on the days after, beside a text that tells of one."""
    if notice.kind in (Kind.alert, Kind.recall) or _TELLS_MORE_DAYS.search(text):
        return
    yield from _own(text, notice, _REPEATED)
    if any(map(_REPEATED.search, notice.prose)):
        yield OTHER_DAYS


def fetched(text: str, notice: Notice) -> Iterator[str]:
    """That one has to fetch what a text says that one gets."""
    given = _GIVEN.search(text)
    if given is None or _TELLS_FETCHING.search(text) or _AT_HOME.search(text):
        return
    what = given["what"]
    how = (found["what"] for line in lines(notice) if (found := _FETCHED.search(line)))
    if not any(thing is None or thing.lower() == what.lower() for thing in how):
        return
    yield f"{what[:1].upper()}{what[1:]} si ritira nei giorni e luoghi che trovi nella pagina."


def on_one_weekday(text: str, notice: Notice) -> Iterator[str]:
    """What there is on one weekday only, of an office whose week is told."""
    if notice.kind is not Kind.hours:
        return
    for sentence in lines(notice):
        found = _ON_THAT_DAY.search(sentence)
        if found and found["day"].lower() in text.lower() and worded(sentence) not in text:
            yield from _own(text, notice, _ON_THAT_DAY)
            yield f"Il {found['day'].lower()} ci sono solo alcuni servizi."
            return


def offered(text: str, notice: Notice) -> Iterator[str]:
    """For whom a vaccine or a test is, beside a text that tells of it as if it were for all."""
    if notice.kind is not Kind.health or not _TREATED.search(text):
        return
    told = stems(text)
    for sentence in notice.prose:
        found = _OFFERED.search(sentence)
        whom = stems(found["whom"]) if found else set()
        if found and _TREATED.search(sentence) and len(whom & told) < _SHARE * len(whom):
            yield from _own(text, notice, _OFFERED)
            yield FOR_WHOM
            return


def parking(text: str, notice: Notice) -> tuple[str, ...]:
    """That one may not park, where a text of a closure or of one-way traffic leaves it out."""
    if notice.kind is not Kind.road or _OF_PARKING.search(text):
        return ()
    said = [line for line in notice.source.splitlines() if NO_PARKING.search(line)]
    if not said or any(map(_LIFTED.search, said)) or has_days_above(notice.source):
        return ()
    named = [street[0].lower() for line in said for street in _A_STREET.finditer(line)]
    if not named or any(street in text.lower() for street in named):
        return ("C'è anche il divieto di sosta.",)
    return (f"In {'altre' if _A_STREET.search(text) else 'alcune'} vie è vietata la sosta.",)


def _own(text: str, notice: Notice, pattern: re.Pattern[str]) -> Iterator[str]:
    """The office's sentence, where it can stand in a message."""
    for sentence in notice.prose:
        said = worded(sentence)
        if pattern.search(sentence) and said not in text and is_fit(said, said):
            yield said
            return


def relieved(text: str, notice: Notice) -> Iterator[str]:
    """Where water is fetched while it fails, and what to do when it is back."""
    if notice.kind is not Kind.supply_cut:
        return
    found = [said for pattern in _RELIEF for said in _own(text, notice, pattern)]
    if len(found) > 1:
        yield " ".join(found)
    yield from found


FOLLOWS: tuple[Callable[[str, Notice], Iterator[str]], ...] = (
    repeated,
    fetched,
    on_one_weekday,
    offered,
    relieved,
)
"""Each gives what may be added to a text, the best first; nothing where the page does not say it."""


_CLOUDY = re.compile(r"\btorbid\w+[^.]*\bscorrere\b", re.I)
_CLEARS = "Se poi l'acqua è torbida lasciala scorrere."


def cloudy(text: str, notice: Notice) -> tuple[str, ...]:
    """That cloudy water clears, where the office's own sentence had no room."""
    is_told = "torbid" in text or "nella pagina" in text
    iscloudy = notice.kind is Kind.supply_cut and _CLOUDY.search(notice.source) is not None
    return (_CLEARS, *WARNINGS) if iscloudy and not is_told else ()
