"""What a page tells under a label of its own (`A chi è rivolto`, `Costi`, `Dove`), as a sentence.

A card of a service is written so, and its prose then says no more than what the service is.
"""

import re
from collections.abc import Iterator
from itertools import takewhile

from flows.bulletin.language.articles import with_article
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.page.sections import sections
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.own_sentences.sentences import Sentence
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.days import period_at
from flows.bulletin.summary.frames.times.field_times import booked, said_times
from flows.bulletin.summary.frames.times.notation import plain_figures
from flows.bulletin.summary.frames.titles.purposes import purpose_of

_PLACE = 60.0  # behind what the office says, before its lists
_TOLD_SO = (Kind.service, Kind.deadline, Kind.job, Kind.campaign, Kind.other, Kind.health)
_GOES = (Kind.service, Kind.campaign, Kind.health)
_WHERE = re.compile(r"(?:Dove si trova|Dov['’]è)\b[^?]{0,60}\?$", re.I)
_WHEN = re.compile(r"Quando è apert(?P<end>[oa])\b[^?]{0,60}\?$", re.I)
_ENTERED = re.compile(
    r"(?P<where>.{5,80}?),?\s(?:con\s)?ingresso\sda\s(?P<street>(?:via|viale|piazza|corso|largo)\s.+)", re.I
)
_LABEL = re.compile(r"[A-ZÀ-Ý][\wà-ù' ]{2,24}:\s")
_FROM = re.compile(r"\b(?=dal(?:l['’])?\s?\d)", re.I)
_NEEDED = -0.5  # flaw: without it nobody finds the way
_LATE = 0.6  # flaw: what the office says of it, and what to bring, comes first
_BRINGS = re.compile(r"\b(?:[Pp]resentar(?:e|si)|[Pp]resentati|munit[oi]) [^.]*\b(?:con|di|il|la) ")
_THOSE = re.compile(  # `Residenti a Po che hanno compiuto 60 anni`
    r"(?:Residenti|Cittadini|Persone|Famiglie|Giovani|Anziani|Studenti|Donne|Bambini|Ragazzi|Utenti|Genitori"
    r"|Associazioni|Imprese)\b[^,.;]*\bche\b"
)
_PAID = re.compile(r"\b(?:pagament[oi]|versament[oi]|bollettin[oi]|canone)\b", re.I)
_TERM = re.compile(
    rf"^\W{{0,4}}scadenza\s?:\s?(?P<day>(?:{WEEKDAY} )?\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?)\W*$", re.I | re.M
)
_SUM = re.compile(
    r"^\W{0,4}importo\s?:\s?(?P<sum>(?:€ ?|euro )?\d[\d.,]*\d(?: ?€| euro)?[^\n;:()]{0,40})", re.I | re.M
)
_SHORT = 110  # characters of an answer
_LONGEST = 200  # characters of a label's text that is one thing


def labelled(notice: Notice) -> Iterator[Sentence]:
    """Sentences that may follow one that names the matter; a label that comes twice tells of two things."""
    if notice.kind not in _TOLD_SO:
        return
    found = sections(notice.source)
    for kind, slot in (("audience", Slot.who), ("cost", Slot.amount)):
        texts = [notice.source[one.start : one.end] for one in found if one.kind == kind]
        if len(texts) != 1:
            continue
        said = _whom(texts[0]) if slot is Slot.who else clauses.price_sentence(_line(texts[0]))
        if said:
            yield Sentence(said, frozenset({slot}), False, _PLACE)
    yield from _answers(notice)
    yield from _fields(notice)
    places = [notice.source[one.start : one.end] for one in found if one.kind == "where"]
    times = [notice.source[one.start : one.end] for one in found if one.kind == "when"]
    if notice.kind in _GOES and len(places) == 1 and (where := _where(_line(places[0]).rstrip(" ."))):
        told = {Slot.place}
        yield Sentence(f"Vai {where}.", frozenset(told), False, _PLACE)
        is_sure = len(times) == 1 and not any(map(_BRINGS.search, notice.prose))
        said = said_times(_times(times[0])) if is_sure else ""
        if said:
            gap = ", " if "," in where else " "
            where = f"{where}{gap}{said}{booked(notice.source)}"
            told = {*told, Slot.when, Slot.hours}
            yield Sentence(f"Vai {where}.", frozenset(told), False, _PLACE - 1, _LATE)
        if purpose := purpose_of(notice.title):
            told.add(Slot.what)
            flaw = _LATE if said else _NEEDED
            yield Sentence(f"{purpose} vai {where}.", frozenset(told), True, _PLACE - 1, flaw)
    if notice.kind in _GOES and (said := _season(times)):
        yield Sentence(said, frozenset({Slot.when, Slot.hours}), False, _PLACE)


def _where(line: str) -> str:
    """`nell'atrio del Municipio, con ingresso da via Po 2`."""
    text = re.sub(r"\s+(?=[,;])", "", line)
    entered = _ENTERED.fullmatch(text)
    if entered is None:
        return clauses.place_clause(text)
    where, street = clauses.place_clause(entered["where"]), entered["street"]
    return f"{where}, con ingresso da {street[:1].lower()}{street[1:]}" if where else ""


def _season(times: list[str]) -> str:
    """`Giorni e orari, dal 3 marzo al 9 maggio 2027, sono nella pagina.`, of a period that holds others."""
    periods = [
        period
        for text in times[:1]
        for place in _FROM.finditer(text)
        if (period := period_at(text, place.start())) and period.form == "span"
    ]
    if len(periods) < 2 or not all(day.year for day in periods[0].days):
        return ""
    return f"Giorni e orari, {periods[0].words}, sono nella pagina."


def _fields(notice: Notice) -> Iterator[Sentence]:
    """`Si paga entro il 31 marzo 2027.` of `Scadenza: 31 marzo 2027` where one pays, and how much."""
    if _PAID.search(notice.source) is None:
        return
    terms = list(_TERM.finditer(notice.body))
    if len(terms) == 1:
        day = clauses.days_clause(terms[0]["day"])
        yield Sentence(f"Si paga entro {day}.", frozenset({Slot.deadline}), False, _PLACE - 1)
    sums = list(_SUM.finditer(notice.body))
    if len(sums) == 1:
        said = plain_figures(f"L'importo è di {sums[0]['sum'].strip()}.")
        yield Sentence(said, frozenset({Slot.amount}), False, _PLACE)


def _answers(notice: Notice) -> Iterator[Sentence]:
    """What stands below `Dove si trova lo sportello?` and `Quando è aperto?`, each asked once."""
    rows = [row.strip(" *#•-") for row in notice.body.split("\n") if row.strip(" *#•-")]
    for question, slots in ((_WHERE, {Slot.place}), (_WHEN, {Slot.when, Slot.hours})):
        places = [place for place, row in enumerate(rows) if question.match(row)]
        if len(places) != 1 or places[0] + 1 == len(rows):
            continue
        asked, answer = question.match(rows[places[0]]), rows[places[0] + 1].rstrip(" .")
        if asked is None or len(answer) > _SHORT or speaks(answer) or answer.endswith((":", "?")):
            continue
        flaw = 0.0
        if slots == {Slot.place}:
            flaw = _NEEDED
            said = f"Si trova {where}." if (where := clauses.place_clause(answer.split(" - ")[0])) else ""
        else:
            said = f"È apert{asked['end']} {plain_figures(answer[:1].lower() + answer[1:])}."
        if said:
            yield Sentence(said, frozenset(slots), False, _PLACE, flaw)


def _whom(text: str) -> str:
    """A sentence as it stands, `Alle famiglie residenti` as `È per le famiglie residenti.`"""
    first = next(iter(split(_line(text))), "")
    if not first or len(first) > _LONGEST:
        return ""
    if _THOSE.match(first) and (named := with_article(first.rstrip("."))):
        return f"È per {named}."
    if speaks(first):
        said = worded(first)
        return said if is_fit(said, first) and first.endswith(".") else ""
    if len(split(_line(text))) > 1:
        return ""  # what follows may call others
    phrase = clauses.audience_phrase(first)
    return f"È {phrase}." if phrase else ""


def _line(text: str) -> str:
    """The first line that says something."""
    return next((line for line in (row.strip(" :-•*|") for row in text.split("\n")) if line), "")


def _times(text: str) -> str:
    """The lines of a field before the next label, as one."""
    rows = [line for line in (row.strip(" :-•*|;.") for row in text.split("\n")) if line]
    return "; ".join(takewhile(lambda row: _LABEL.match(row) is None, rows))
