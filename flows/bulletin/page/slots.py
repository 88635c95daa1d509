"""What a citizen must be told of each kind of notice, where the page tells it, and what it lacks.

The order and choice of slots is the rubric's "must tell, if the source does".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from flows.bulletin.facts.fact import plain
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page import conditions, dangers, venues
from flows.bulletin.page.days import Days, days
from flows.bulletin.page.layout import Layout, layout
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Row, Slot, Told
from flows.bulletin.page.other_terms import is_for_asking, is_of_another_step, is_of_the_thing, opens_then
from flows.bulletin.page.row_words import AT_AN_HOUR
from flows.bulletin.page.sections import other_matters

_EVENT = (
    Slot.what, Slot.when, Slot.hours, Slot.place, Slot.who, Slot.amount, Slot.how, Slot.status,
    Slot.exception, Slot.deadline,
)  # fmt: skip
_CALL = (Slot.what, Slot.who, Slot.deadline, Slot.how, Slot.amount, Slot.status, Slot.exception)
_CUT = (Slot.place, Slot.what, Slot.when, Slot.hours, Slot.exception, Slot.status)
_REQUIRED: dict[Kind, tuple[Slot, ...]] = {
    Kind.event: _EVENT,
    Kind.programme: _EVENT,
    Kind.deadline: _CALL,
    Kind.job: _CALL,
    Kind.road: _CUT,
    Kind.supply_cut: _CUT,
    Kind.hours: (Slot.what, Slot.when, Slot.hours, Slot.status, Slot.exception, Slot.until),
    Kind.service: (Slot.what, Slot.who, Slot.when, Slot.place, Slot.todo, Slot.how, Slot.amount,
                   Slot.deadline, Slot.exception),
    Kind.health: (Slot.what, Slot.who, Slot.when, Slot.place, Slot.todo, Slot.how, Slot.amount,
                  Slot.deadline),
    Kind.recall: (Slot.product, Slot.risk, Slot.todo),
    Kind.alert: (Slot.level, Slot.hazard, Slot.zone, Slot.when, Slot.hours, Slot.until, Slot.todo,
                 Slot.exception),
    Kind.result: (Slot.what, Slot.until, Slot.deadline, Slot.exception, Slot.how),
    Kind.act: (Slot.what, Slot.until, Slot.deadline, Slot.when, Slot.place),
    Kind.campaign: (Slot.what, Slot.who, Slot.todo, Slot.how, Slot.when, Slot.fine, Slot.amount,
                    Slot.exception),
    Kind.other: (Slot.what, Slot.who, Slot.when, Slot.todo, Slot.until, Slot.fine, Slot.exception),
    Kind.nothing: (),
}  # fmt: skip
_Finder = Callable[[Layout], Iterator[tuple[int, int]]]
_FINDERS: dict[Slot, _Finder] = {
    Slot.who: conditions.audiences,
    Slot.amount: conditions.amounts,
    Slot.how: conditions.ways,
    Slot.exception: conditions.exceptions,
    Slot.todo: conditions.duties,
    Slot.fine: conditions.fines,
    Slot.status: conditions.changes,
    Slot.level: dangers.levels,
    Slot.hazard: dangers.hazards,
    Slot.zone: dangers.zones,
    Slot.product: dangers.products,
    Slot.risk: dangers.risks,
}
_OF_KIND: dict[Slot, frozenset[Kind]] = {
    Slot.level: frozenset({Kind.alert}),
    Slot.hazard: frozenset({Kind.alert}),
    Slot.zone: frozenset({Kind.alert}),
    Slot.product: frozenset({Kind.recall}),
    Slot.risk: frozenset({Kind.recall}),
}
_ROW_SLOTS = (Slot.when, Slot.hours, Slot.place, Slot.who, Slot.amount, Slot.deadline)
_YEAR_ALONE = re.compile(r"(?:nell['’])?\s*(?:anno|a\.?\s?s\.?|stagione(?:\s\w+)?)\s+20\d\d", re.I)
_SHUT = r"\b(?:(?:è|sono|rest\w+|riman\w+|rimarr\w+|sarà|saranno)\s(?:\w+\s)?chius[oaie]|chiude|chiudono)\b"
_SHUT_BEFORE = re.compile(rf"{_SHUT}[^.;\n]{{0,30}}$", re.I)
_SHUT_AFTER = re.compile(rf"[^.;\n]{{0,60}}{_SHUT}", re.I)
_IF_IT_RAINS = re.compile(
    r"\b(?:in\s+caso\s+di|se)\s(?:\w+\s)?(?:pioggia|maltempo|neve|vento|piove\w*|condizioni|cielo|nebbia|nuvol\w+"
    r"|(?:cattivo|brutto)\stempo|temporal\w+)\b"
    r"[^.;\n]{0,90}$",
    re.I,
)
_IN_RESERVE = re.compile(  # `Data di riserva: 18 giugno`: the day of nothing, yet
    r"\b(?:(?:dat[ae]|giorn\w+)\s(?:\w+\s)?di\s(?:riserva|recupero\sin\scaso)\b"
    r"|(?:in\s+caso\s+di|qualora|se|nel\s+caso)\b[^.\n]{0,140}\b(?:rinvi|rimand|slitt|posticip|spost|recuper)\w*)"
    r"[^.;\n]{0,60}$",
    re.I,
)
_ALL_DAY = re.compile(r"\bh\s?24\b|\b24\s(?:ore\s)?su\s24\b|\b0\salle\s(?:ore\s)?24(?![:\d])", re.I)
_OPENS_ITSELF = re.compile(
    r"\b(?:nido|scuol[ae]|semafor[oi]|movieri|uffici\w*|sportell\w+|delegazione|bibliotec\w+|municipio|farmacia|anagrafe|cimiter\w+|mercat\w+)\b"
    r"[^.;\n]{0,80}\b(?:apr(?:e|ono|irà|iranno)|apert[oaie]|chiude|chiuderà|attiv[oaie]|sostituit[oaie])\b",
    re.I,
)
_FEAST = re.compile(
    r"(?:(?:il|del|al)\s)?(?:25\saprile|4\snovembre|2\sgiugno|1°?\smaggio|8\smarzo|27\sgennaio|10\sfebbraio"
    r"|25\snovembre)(?:\s20\d\d)?",
    re.I,
)  # names of what is celebrated, perhaps on another day
_ON_A_WEEKDAY = re.compile(rf"\b{WEEKDAY},?\s(?P<day>\d{{1,2}}[°º]?\s{MONTH})", re.I)
_FROM = re.compile(r"(?:(?:a\s)?(?:partire|far data)\s)?da(?:l|ll['’])?\s?", re.I)
_NEAR = 160  # characters
_OTHERS_FOLLOW = re.compile(
    r"\bseguir(?:à|anno)\b[^.\n]{0,90}$|\bprossimo (?:incontro|appuntamento) $", re.I
)  # not what the page invites to
_TESTED = re.compile(
    r"\b(?:test|prov[ae]) (?:d['’]ingresso|di (?:livello|ammissione)|attitudinal)\w*[^.\n]{0,40}$", re.I
)
_SIGNING = re.compile(
    r"\b(?:iscrizion\w+|registrazion\w+|accredit\w+"
    r"|apertura (?:porte|cancelli|cassa|biglietteria))\b[^.;\n]{0,40}$",
    re.I,
)
_BOX_OFFICE = re.compile(  # and what comes after: `Rientro alle ore 20`
    r"\b(?:bigliett[ei]ri\w|segreteri\w|uffici\w*|sportell\w)\b[^.;\n]{0,20}\b(?:apert|ricev)\w*[^.;\n]{0,50}$"
    r"|\b(?:rientro|ritorno|segue|seguirà)\b[^.;,\n\d]{0,25}$", re.I)  # fmt: skip
_DISC = re.compile(r"\bdisco orario\b[^.;\n]*$", re.I)  # how long one may stay
_SEAT = re.compile(rf"\bapert[oa] al pubblico dal? {WEEKDAY} al? {WEEKDAY}[^.;\n]{{0,20}}$", re.I)
_SHOWN = re.compile(r"\b(?:mostr[ae]|esposizion[ei]|muse[oi]|installazion[ei]|presep[ei])\b", re.I)
_ANNOUNCES = re.compile(  # another day, with what it is for
    r"\b(?:con l['’]occasione|prossimo appuntamento|save the date"
    r"|(?:il|la) prossim[oa](?:,[^.\n]{2,40},)? (?:è|sarà|si terrà)"
    r"|(?:informiamo|ricordiamo|informa|ricorda) (?:inoltre|infine|anche|altresì) che)\b[^.\n]*$",
    re.I,
)
_A_DAY = re.compile(rf"\d[°º]?\s{MONTH}|\d/\d", re.I)
_EMPLOYED = re.compile(  # `a tempo determinato fino al 31 luglio`
    r"\b(?:tempo determinato|contratt\w+|incaric\w+|supplenz\w+)\b[^.;:\n]{0,30}$", re.I
)
_ENROLLING = re.compile(
    r"(?:^|[.\n])\W*(?:iscrizioni|prenotazioni|prevendit\w)\b(?![^.\n]*\bentro\b)[^.\n]{0,40}$", re.I
)
_HANDED_IN = re.compile(
    r"\b(?:premi\w*|riconosciment\w+)\s(?:sar|verr|avverr|si terr)\w*[^.;\n]{0,40}$"
    r"|\bsi (?:consegnano|ritirano|raccolgono)\s(?:[a-zà-ù]+\s){0,3}?(?:dal\s|il\s|entro\s)?$",
    re.I,
)
_OF_A_PRIZE = re.compile(r"[^\n]*\b(?:vinc\w+|premiat\w+|premiazion\w+)\b", re.I)
_HELD = re.compile(  # `la festa organizzata domenica 7 febbraio` is over
    r"\b(?:organizzat|svolt|tenut)[oaie](?:si)?\s(?:(?:il|lo scorso|nella giornata di)\s|l['’])?$"
    r"|\b(?:ha|hanno)\s(?:già\s)?(?:suonat|cantat|recitat|vint|debuttat|espost|ottenut|ricevut)[oaie]\b[^.;:\n]{0,40}$"
    r"|\b(?:è|sono)\s(?:nat|mort|scompars|uscit)[oaie]\b[^.;:\n]{0,40}$",
    re.I,
)
_ENDS = re.compile(
    r"[\s,]*(?:(?:alle|ore|h)\s[\d.:]{1,5}[\s,]*)?(?:(?:ci sarà|si (?:tiene|terrà|svolge\w*)|c['’]è)\s)?"
    r"(?:l['’]|il\s|la\s|lo\s|con\sl['’])(?P<noun>estrazion|premiazion|consegn|assegnazion)",
    re.I,
)
_PLOT = Cued(r"\b(?:regia|regista|commedia|protagonist[aie]|attor[ei]|trama|romanzo|film|spettacolo)\b", re.I)
_YEAR_OR_WEEKDAY = re.compile(rf"\b20\d\d\b|{WEEKDAY}", re.I)
_CLOCK_OR_MEETING = re.compile(
    r"\b(?:ore|alle|dalle)\s\d|\b(?:si\s(?:terr|svolg|tien|esibi)\w*|in\s(?:programma|scena|cartellone|replica|calendario)"
    r"|appuntament\w+|inizi\w+|debutt\w+|proiezion\w+|proiett\w+|present\w+|ospit\w+|teatro|sala|auditorium|cinema|bibliotec\w+)\b",
    re.I,
)
_TERMS = ("deadline", "until")
_BOOKS = re.compile(r"\bprenot\w+\b[^.;\n]{0,60}$", re.I)
_FREE_THEN = re.compile(r"\bprenot\w+\b[^.\n]*;\s*(?:il\s|l['’])?$", re.I)  # `…; l'8 novembre accesso libero`
_DONE_BY = re.compile(  # `Le prenotazioni effettuate entro il 30 settembre seguono le vecchie regole`
    r"(?:prenotazioni|domande|richieste|iscrizioni)\s(?:già\s)?(?:effettuat|presentat|inviat|pervenut)e\s$",
    re.I,
)
_RAN_OUT = re.compile(r"\b(?:concession|contratt)\w+\s(?:scadut|stipulat)[oaie]\s$", re.I)
_LAST_YEAR = re.compile(r"\b(?:scorso anno|anno (?:scorso|precedente))\b[^.;]*$", re.I)
_PROGRAMME = 3  # lines that begin with an hour
_LONG = 80  # characters
_ROADS = frozenset({Kind.road, Kind.supply_cut})
_CALLS = frozenset({Kind.deadline, Kind.job})


def required(kind: Kind) -> tuple[Slot, ...]:
    """What a citizen must be told of a notice of this kind, where the page tells it; the first first."""
    return _REQUIRED[kind]


def slots(notice: Notice) -> Mapping[Slot, tuple[Told, ...]]:
    """Where the page tells each slot, in the page's order, rows before the text; slots not told are absent.

    A phrase that a row holds comes with that row and is not told a second time from the text.
    """
    if notice.kind is Kind.nothing:
        return {}
    page = layout(notice.source)
    found: dict[Slot, list[Told]] = {}
    for row in notice.rows:
        for slot in _ROW_SLOTS:
            words = getattr(row, slot.value)
            if words and not _is_beside(slot, words, row, notice):
                found.setdefault(slot, []).append(Told(words, notice.source[row.start : row.end], row))
    for slot, start, end in _spans(notice, page):
        words = page.text[start:end].strip()
        told = found.setdefault(slot, [])
        if words and not _is_told(words, told):
            told.append(Told(words, page.sentence(start), _row(words, notice.rows)))
    found[Slot.what] = list(_matter(notice, page))
    return {slot: tuple(told) for slot, told in found.items() if told}


def _spans(notice: Notice, page: Layout) -> Iterator[tuple[Slot, int, int]]:
    found = _days(notice.source, notice.title)
    has_hours = sum(span.role == "hours" for span in found) > 1
    others_terms = [span for span in found if span.role in _TERMS and _is_of_another_step(page, span, notice)]
    found = tuple(span for span in found if span not in others_terms)
    is_open_ended = not any(span.role in _TERMS for span in found)
    is_asked = notice.kind in _CALLS and is_open_ended
    others = " ".join(said for _, said in other_matters(notice.source, notice.title))
    for span in found:
        before = page.text[max(0, span.start - 80) : span.start]
        if span.role in _TERMS and notice.kind in _CALLS and _EMPLOYED.search(before):
            continue
        if span.role in _TERMS and is_of_the_thing(before):
            yield Slot.when, span.start, span.end
            continue
        if span.role in ("deadline", "until") and others and page.sentence(span.start).strip() in others:
            continue  # the term of another matter than the title's
        if span.role == "deadline" and _FROM.match(page.text, span.start) and _is_first_of(span, found):
            continue  # `Domande dal 15 maggio`, and below `da venerdì 15 maggio a martedì 30 giugno`
        if notice.kind in OCCASIONS and _is_no_day_of_it(page, span, notice.source):
            continue
        if _LAST_YEAR.search(before) or (
            span.role in _TERMS and (_FREE_THEN.search(before) or ";" in page.text[span.start : span.end])
        ):
            continue
        if span.role in _TERMS and (_DONE_BY.search(before) or _RAN_OUT.search(before)):
            continue
        if span.role == "until" and notice.kind is Kind.health and _BOOKS.search(before):
            continue  # whoever comes later finds no place, and finds the days
        if span.role in ("when", "hours") and _TESTED.search(before):
            continue  # of the course's test
        if span.role == "hours" and notice.kind in OCCASIONS and _BOX_OFFICE.search(before):
            continue
        if span.role == "hours" and notice.kind is Kind.road and _DISC.search(before):
            continue
        if span.role in ("when", "hours") and _IN_RESERVE.search(page.text[: span.start][-_NEAR:]):
            continue
        if span.role == "hours" and notice.kind in _ROADS and _is_of_an_office(page, span):
            continue
        is_seat = _SEAT.search(before) and not _SHOWN.search(notice.title)
        if span.role == "hours" and notice.kind in OCCASIONS and is_seat:
            continue
        if span.role == "hours" and has_hours and _SIGNING.search(before):
            continue  # when one signs up on the spot
        is_then = is_open_ended and opens_then(page.text[span.end :][:_NEAR])
        if span.role == "when" and ((is_asked and is_for_asking(page, span.start, span.end)) or is_then):
            yield Slot.deadline, span.start, span.end
        if span.role in ("when", "hours", "deadline", "until") and not _YEAR_ALONE.match(
            page.text, span.start, span.end
        ):
            yield from _dated(notice.kind, span)
    for start, end in venues.streets(page) if notice.kind in _ROADS else venues.venues(page):
        yield Slot.place, start, end
    for slot, finder in _FINDERS.items():
        if notice.kind in _OF_KIND.get(slot, (notice.kind,)):
            for start, end in finder(page):
                yield slot, start, end


def _is_of_an_office(page: Layout, span: Days) -> bool:
    """Whether at these hours an office or a phone answers, and no street or supply is shut."""
    words = page.text[span.start : span.end]
    return _ALL_DAY.search(words) is not None or _OPENS_ITSELF.search(page.sentence(span.start)) is not None


def _is_of_another_step(page: Layout, span: Days, notice: Notice) -> bool:
    passage = page.passage(span.start)
    before, after = page.text[passage.start : span.start], page.text[span.end : passage.end]
    hours = AT_AN_HOUR.findall(page.text) if notice.kind in _CALLS and AT_AN_HOUR.match(before) else []
    if len(hours) >= _PROGRAMME:
        return True  # of one line of its programme
    return is_of_another_step(before, after, notice.title, notice.kind, notice.body)


def _is_beside(slot: Slot, words: str, row: Row, notice: Notice) -> bool:
    """Whether a row's term is of another step, or its hours, of a road, are the whole day."""
    if slot is not Slot.deadline:
        return slot is Slot.hours and notice.kind in _ROADS and _ALL_DAY.search(words) is not None
    before, _, after = notice.source[row.start : row.end].partition(row.deadline)
    return is_of_another_step(before, after, notice.title, notice.kind, notice.body)


def _is_first_of(span: Days, found: Iterable[Days]) -> bool:
    """Whether a day is the first of a longer period of the page."""
    own = {value[-5:] for value in span.values}  # month and day: a title has no year
    return len(own) == 1 and any(
        len(other.values) > 1 and own == {min(other.values)[-5:]} for other in found if other is not span
    )


def _is_no_day_of_it(page: Layout, span: Days, source: str) -> bool:
    """Whether nobody comes on these days: something is closed then, it only happens then if it rains before,
    or they name what is celebrated.
    """
    words = page.text[span.start : span.end].strip()
    before = page.text[max(0, span.start - 120) : span.start]
    is_prize = _HANDED_IN.search(before) and not _OF_A_PRIZE.match(page.text)
    if is_prize or (span.role in ("when", "hours") and _ENROLLING.search(before)):
        return True
    if _SHUT_BEFORE.search(before[-60:]) or _SHUT_AFTER.match(page.text, span.end):
        return True
    if (
        _OTHERS_FOLLOW.search(before)
        or _HELD.search(before[-80:])
        or _IF_IT_RAINS.search(before)
        or _is_of_an_end(page, span)
        or (_ANNOUNCES.search(before) and _A_DAY.search(page.text, 0, span.start))  # beside its own
        or _is_of_a_story(page, span, source)
    ):
        return True
    feast = _FEAST.fullmatch(words)
    return feast is not None and any(
        plain(found["day"]) not in plain(words) for found in _ON_A_WEEKDAY.finditer(source)
    )


def _is_of_an_end(page: Layout, span: Days) -> bool:
    """Whether it is the day on which something ends that began on one before: `L'8 gennaio l'estrazione`."""
    found = _ENDS.match(page.text, span.end)
    is_second = _A_DAY.search(page.text, 0, span.start) is not None
    return (
        found is not None and is_second and found["noun"].lower() not in page.text.partition("\n")[0].lower()
    )


def _is_of_a_story(page: Layout, span: Days, source: str) -> bool:
    """Whether a day is of the plot of a film or play: bare, in a long sentence, and not as a meeting's."""
    if _PLOT.search(source) is None or page.passage(span.start).part != "prose":
        return False
    sentence = page.sentence(span.start)
    words = page.text[span.start : span.end]
    is_bare = not _YEAR_OR_WEEKDAY.search(words) and not _CLOCK_OR_MEETING.search(sentence)
    return is_bare and len(sentence) > _LONG and speaks(sentence)


def _dated(kind: Kind, span: Days) -> Iterator[tuple[Slot, int, int]]:
    if span.role == "until":
        if kind in _CALLS:
            yield Slot.deadline, span.start, span.end
        else:
            yield Slot.when, span.start, span.end
            yield Slot.until, span.start, span.end
    else:
        yield Slot(span.role), span.start, span.end


@lru_cache(maxsize=32)
def _days(source: str, title: str) -> tuple[Days, ...]:
    return days(layout(source), title)


def _matter(notice: Notice, page: Layout) -> Iterator[Told]:
    """What it is about: the title where it is words, then what the office says first."""
    if notice.title and not _is_number(notice.title):
        yield Told(notice.title, notice.title)
    openings = [*notice.abstract, *notice.prose[:3]] or [
        page.text[passage.start : passage.end] for passage in page.passages[:6] if passage.part == "prose"
    ]
    heading = plain(notice.title)
    for words in dict.fromkeys(openings):
        if plain(words) != heading:
            yield Told(words, words)
    for row in notice.rows:
        if row.what:
            yield Told(row.what, notice.source[row.start : row.end], row)


def _is_told(words: str, told: Iterable[Told]) -> bool:
    bare = plain(words)
    return any(f" {bare} " in f" {plain(other.words)} " for other in told)


def _row(words: str, rows: tuple[Row, ...]) -> Row | None:
    """The only row that has these words, if one has."""
    bare = plain(words)
    holding = [
        row for row in rows if bare in plain(" ".join((row.what, row.when, row.hours, row.place, row.who)))
    ]
    return holding[0] if len(holding) == 1 else None


def _is_number(title: str) -> bool:
    return not any(character.isalpha() for character in title)
