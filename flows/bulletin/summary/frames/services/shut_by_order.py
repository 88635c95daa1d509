"""What an order shuts or suspends, told in a list below it or in the object that it is published with.

`Ordinanza n. 5 con oggetto: "Allerta meteo per il 12 febbraio: chiusura di scuole e cimitero"` is `Il 12
febbraio per l'allerta meteo è disposta la chiusura di scuole e cimitero.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.clauses.days import days_clause
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.wording import worded

_DEED = (
    r"(?:chiusura|sospensione)(?: (?:temporanea|straordinaria|al pubblico))?"
    r" (?:di|del|dello|della|dei|degli|delle|dell['’])"
)
_OBJECT = re.compile(r"\boggetto\W{1,4}[\"“«](?P<object>[^\"”»]{20,420})[\"”»]", re.I)
_MEASURES = re.compile(
    rf"(?:^|[:,;]\s|\se\s)(?P<deed>{_DEED}.+?)(?=[,;]\s{_DEED}|\se\s{_DEED}|$)", re.I | re.S
)
_ENDS = re.compile(rf"\b(?:dispo\w+|ordin\w+|stabil\w+|previst\w+|è|sono)\b.*\bla {_DEED}\s?:?$", re.I | re.S)
_ALERT = re.compile(r"\ballerta(?: meteo)?\b", re.I)
_OF_ROADS = re.compile(  # which want their hours, their stretch and who may pass
    r"\b(?:traffico|transito|circolazione|via|viale|piazza|corso|strad[ae]|ponte|carreggiata|sosta)\b", re.I
)
_COLOUR = re.compile(r"\b(?P<colour>gialla|arancione|rossa|giallo|rosso)\b", re.I)
_ORDERED = re.compile(
    r"(?:È|Sono) dispost"
    r"|(?:Per|Il|Nei|Nella|Dal|L['’]|[A-Z][a-z]+ì |Sabato|Domenica)[^.]{3,80} (?:è|sono) dispost"
)
_DAYS = re.compile(
    rf"(?:{WEEKDAY} )?\d{{1,2}}[°º]?(?:(?: e | ?[-–] ?)(?:{WEEKDAY} )?\d{{1,2}})? {MONTH}(?: 20\d\d)?", re.I
)
_MOST = 8  # items


def shut_by_order(notice: Notice, limit: int) -> Iterator[str]:
    """Whole texts of at most `limit` UTF-16 units; none where no day is told."""
    if notice.kind in OCCASIONS or _is_of_levels(notice):
        return
    for text in (*_of_object(notice), *_of_lists(notice)):
        if utf16(text) <= limit and calendar_days(text):
            yield text


def _is_of_levels(notice: Notice) -> bool:
    """Whether an alert has hours or several colours: these are told first, or the text is a person's."""
    colours = {found[0].lower()[:4] for found in _COLOUR.finditer(notice.source)}
    return _ALERT.search(notice.title) is not None and (len(colours) > 1 or Slot.hours in notice.slots)


def _of_object(notice: Notice) -> Iterator[str]:
    found = _OBJECT.search(notice.source)
    said = " ".join(found["object"].split()) if found else ""
    measures = [f"la {match['deed'][:1].lower()}{match['deed'][1:]}" for match in _MEASURES.finditer(said)]
    days = _DAYS.search(said) or _DAYS.search(notice.title)
    when = days_clause(days[0]) if days else ""
    if not measures or not when or any(_OF_ROADS.search(one) or calendar_days(one) for one in measures):
        return
    colour = _COLOUR.search(notice.title)
    alert = f" per l'allerta meteo{f' {colour[0].lower()}' if colour else ''}" if _ALERT.search(said) else ""
    yield f"{opened(when)}{alert} è disposta {joined([one.rstrip(' .') for one in measures])}."


def _of_lists(notice: Notice) -> Iterator[str]:
    for listing in notice.listings:
        if not _ENDS.search(listing.lead) or not 1 < len(listing.items) <= _MOST:
            continue
        items = [f"{item[:1].lower()}{item[1:]}".strip(" .;,") for item in listing.items]
        *others, last = items
        said = worded(
            f"{listing.lead.rstrip(' :')} {', '.join(others)}{', ' if ' e ' in last else ' e '}{last}."
        )
        if _ORDERED.match(said):
            yield _for_an_alert(said, notice)


def _for_an_alert(said: str, notice: Notice) -> str:
    """`Lunedì 23 novembre per l'allerta arancione è disposta …` of a page whose title warns."""
    colour = _COLOUR.search(notice.title)
    before, is_, rest = said.partition(" è disposta ")
    if notice.kind is not Kind.alert or colour is None or not rest or _ALERT.search(said):
        return said
    day = re.sub(r"^Per (?:l['’]intera giornata di )?", "", before)
    hazard = next((f" per {told.words.lower()}" for told in notice.slots.get(Slot.hazard, ())), "")
    return f"{day[:1].upper()}{day[1:]} per l'allerta {colour[0].lower()}{hazard}{is_}{rest}"
