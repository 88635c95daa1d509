"""What stands under "Date e orari": the days of a notice with their hours, as the themes write them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.page.anchors import Head, heads
from flows.bulletin.page.notice import Row
from flows.bulletin.page.programme import LONGEST, NOTHING, row_at, timetable

_DAY = r"\d{1,2}[°º]?\s[a-zà-ù]{3,9}\.?(?:\s20\d\d)?"
_CLOSED = re.compile(  # `Domande chiuse: venerdì 12 marzo 2027, ore 13.00`
    r"^\W{0,4}(?:chiusura (?:delle )?)?(?P<what>domande|iscrizioni|candidature|adesioni)(?: chiuse)?\s?:\s?"
    rf"(?P<day>(?:{WEEKDAY},?\s)?{_DAY})"
    r"(?:,? (?:ore )?(?P<hour>\d\d?[.:]\d\d))?\.?$",
    re.I | re.M,
)
_MARKED = re.compile(
    rf"(?P<first>{_DAY})\s(?P<opens>\d{{1,2}}[:.]\d\d)\s?[-–]\s?Inizio evento\W{{1,4}}"
    rf"(?P<last>{_DAY})\s(?P<closes>\d{{1,2}}[:.]\d\d)\s?[-–]\s?Fine evento",
    re.I,
)
_MARKED_FIRST = re.compile(  # the same with the hour behind its mark
    rf"(?P<first>{_DAY})\s?[-–]\s?Inizio evento\W{{1,3}}(?P<opens>\d{{1,2}}[:.]\d\d)\W{{1,4}}"
    rf"(?P<last>{_DAY})\s?[-–]\s?Fine evento\W{{1,3}}(?P<closes>\d{{1,2}}[:.]\d\d)",
    re.I,
)

_AT_A_PLACE = re.compile(  # `Visita alla città attraverso cinque itinerari. Auditorium del Centro - via Po`
    r"(?P<what>[^.]{5,200})\.\s(?P<place>(?:Auditorium|Sala|Biblioteca|Teatro|Centro|Palazzo|Piazza|Villa|Parco|Oratorio"
    r"|Chiesa|Cinema|Palestra|Municipio|Scuola|Museo)\b[^.;]{2,90}\.?)"
)

_SHOWN = re.compile(  # an exhibition's opening and last day, each above its word
    rf"^(?P<first>{_DAY})\s*\n+\W*(?P<opening>Inaugurazione|Apertura|Vernissage|Inizio)\b[^\n\d]{{0,30}}"
    rf"(?P<hour>\d{{1,2}}[:.]\d\d)?\s*\n+(?P<last>{_DAY})\s*\n+\W*(?:Chiusura|Fine|Finissage|Termine)"
    r"(?: (?:della )?(?:mostra|esposizione|evento|rassegna))?\W*$",
    re.I | re.M,
)


def date_block(text: str, start: int, end: int) -> list[list[Row]]:
    """Day after day, each with its hours and what stands beside it; one day alone is a row.

    `09 nov 16:30 - Inizio evento 09 nov 18:00 - Fine evento` is one row, of the day or of the period.
    """
    if marked := _marked(text, start, end):
        return [marked]
    found = heads(text, start, end)
    if not found or not NOTHING.fullmatch(
        re.sub(r"(?i)inizio(?: evento)?|dal", "", text[start : found[0].start])
    ):
        return []
    if any(not head.when for head in found):
        return _daily(text, found, start)
    rows = []
    for head, following in zip(found, [*found[1:], None], strict=True):
        until = following.start if following else end
        note = text[head.end : until]
        if len(note) > LONGEST or len(split(note)) > 2:
            return []
        at_a_place = _AT_A_PLACE.fullmatch(note.strip())
        row = row_at(head, at_a_place["what"] if at_a_place else note, head.start, until)
        rows.append(replace(row, place=at_a_place["place"].rstrip(" .")) if at_a_place else row)
    return [rows]


def _daily(text: str, found: Sequence[Head], start: int) -> list[list[Row]]:
    """Lines of which each begins with a day, or nothing where an hour's day is not sure."""
    table, after = timetable(text, found, 0, start)
    return [table] if len(table) > 1 and after == len(found) else []


def _marked(text: str, start: int, end: int) -> list[Row]:
    """The beginning and the end of each event, where nothing else stands there."""
    for pattern in (_MARKED, _MARKED_FIRST):
        found = list(pattern.finditer(text, start, end))
        if found and NOTHING.fullmatch(pattern.sub(" ", text[start:end])):
            return [_event(match) for match in found]
    return []


def _event(match: re.Match[str]) -> Row:
    start, end = match.span()
    if match["first"].lower() == match["last"].lower():
        hours = f"dalle {match['opens']} alle {match['closes']}"
        return Row(when=match["first"], hours=hours, start=start, end=end)
    return Row(when=f"dal {match['first']} al {match['last']}", start=start, end=end)


def termed(body: str) -> str:
    """`body` with `Scadenza delle domande: entro le ore 13 di venerdì 12 marzo` of `Domande chiuse: …`, and
    the period of what opens on one day and closes on another.
    """
    return _SHOWN.sub(_period, _CLOSED.sub(_term, body))


def _period(shown: re.Match[str]) -> str:
    """`Dal 10 ott al 25 ott`, which `10 ott Inaugurazione 25 ott Chiusura mostra` means."""
    hour = shown["hour"]
    opens = f"\nL'inaugurazione è alle {hour} del {shown['first']}." if hour else ""
    return f"Dal {shown['first']} al {shown['last']}{opens}"


def _term(closed: re.Match[str]) -> str:
    if "chius" not in closed[0].lower():
        return closed[0]
    hour = f"le ore {closed['hour']} di " if closed["hour"] else ""
    return f"Scadenza delle {closed['what'].lower()}: entro {hour}{closed['day']}."
