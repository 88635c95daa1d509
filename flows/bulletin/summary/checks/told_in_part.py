"""What a text tells of several things of a page as if it were all: one of the lines with labels, one of the
rows, the first of what changes.
"""

import re
from collections.abc import Callable, Iterator

from flows.bulletin.guard.weekly import expressions
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import TIME, WEEKDAY
from flows.bulletin.language.titles import folded
from flows.bulletin.page.dangers import has_many_steps
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.checks.measures_told import untold_streets
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.checks.several_terms import leaves_group
from flows.bulletin.summary.frames.prose.left_to_page import (
    ALL_STEPS,
    DAYS_AND_HOURS,
    OTHER_APPOINTMENTS,
    OTHER_DAYS,
    OTHERS,
    PLACES,
)

_TWIN = re.compile(
    r"(?P<name>(?:L['’]Ufficio|Lo [Ss]portello)|(?:La|Il|Lo|Nel|Nella|Per la|Per il) (?:linea|zona|lotto"
    r"|quartiere|frazione|turno|gruppo|scuola|sede|plesso|parcheggio|nido|prova|seggio|padiglione))"
    r"\s(?!è |sono )[\w'’]+"
)
_ELLIPTIC = re.compile(r"(?:È|Sono|Sarà|Saranno|Resta|Restano|Non|Si|Apre|Chiude|Passa|Fino|Solo)\b")
_MOVED = re.compile(
    r"\b(?:è|sono|sarà|saranno|viene|vengono) (?:\w+ )?"
    r"(?:spostat|anticipat|rinviat|posticipat|annullat)[oaie]\b",
    re.I,
)
_CUT = re.compile(r"\b(?:interruzion|interrott|sospes|sospension|mancher)\w*", re.I)
_IF = re.compile(r"\b(?:in caso|se\b|rinvi|slitt|eventual|potr)", re.I)
_TELLS_MOVES = re.compile(r"\b(?:variazioni|altri dettagli|calendario|programma)\b[^.]* nella pagina", re.I)
_LINE_OF = re.compile(r"^\W{0,3}(?P<label>[A-ZÀ-Ý][^:\n.]{2,40}):\s(?P<said>[^\n]{20,})$", re.M)
_SO = Cued(
    r"\b(?:cambia\w*|varia\w*|modific\w+|recupera\w+)\b[^.;\n]{0,40}"
    r"\b(?:così|come segue|nel seguente modo)\s?:\s*(?P<first>[^.;\n]{12,})",
    re.I,
)
_OTHER_CHANGES = "Le altre variazioni sono nella pagina."
_OTHER_STREETS = "Le altre vie sono nella pagina."
_OPENING, _SHORT, _LONG_PAGE = 24, 12, 500  # characters
_PAIR, _LINES, _ROWS = 2, 3, 3  # labelled lines; rows of one list
_WITH_FIELDS = frozenset({Kind.deadline, Kind.job, *OCCASIONS, Kind.recall, Kind.alert})
_OF_SEVERAL = frozenset({Kind.hours, Kind.other, Kind.road, Kind.health})
_NEW_HOURS = re.compile(
    r"\b(?:nuov[oi] orari|orari\w* (?:estiv|invernal|nuov)|cambi\w* (?:l['’])?orari)", re.I
)
_MEETINGS = re.compile(r"\b(?:incontr[oi]|assemble[ae]|riunion[ei])\b", re.I)
_PHASE = re.compile(
    r"\b(?:fase (?:\d|i{1,3}\b|uno|due|tre)|(?:prima|seconda|terza|quarta) fase)\b(?P<said>[^.;\n]{8,})", re.I
)
_CLOSED = re.compile(r"\bchius[oaie]\b|\bchiusur[ae]\b", re.I)
_PHASES_IN_PAGE = re.compile(r"\b(?:fasi|modifiche|chiusure|dettagli|calendario)\b[^.]* nella pagina", re.I)
_BARS = re.compile(r"\b(?:senso unico|chius[oaie]|chiusura|diviet[oi]|vietat[oaie]|interdett[oaie])\b", re.I)
_SWEEPS = re.compile(r"\b(?:pulizia|spazzamento|lavaggio) (?:\w+ )?(?:delle |di )?strad\w+", re.I)
_NO_PARKING = re.compile(r"\bdiviet[oi] di sosta|\bvietata la sosta", re.I)
_SEASON = re.compile(r"\bne(?:l|i) (?:periodo|mesi|stagione) (?:invernal|estiv|primaveril|autunnal)\w", re.I)
_ALSO_SHUT = re.compile(r"\bchius[oaie] anche\s(?P<what>[^.;\n]{4,})", re.I)
_SHOUTED_STREET = re.compile(
    r"^\W*(?:VIA|VIALE|VICOLO|VICO|PIAZZA|PIAZZALE|LARGO|CORSO|CONTRADA|C\.?DA|LOC\.|LOCALIT[AÀ]['’]?|FRAZ\.|STRADA|BORGO)\s"
    r"(?P<name>[A-ZÀ-Ý'’.]{3,}(?:\s[A-ZÀ-Ý'’.]{3,})*)",
    re.M,
)
_FIELD = re.compile(  # what each page tells of the one thing it is about
    r"\W*(?:cos|che cosa|a chi|chi|come|cosa|dove|quando|perché|dat[ae]|giorn|orar|luog|sede|cost|prezz"
    r"|tariff|info|contatt|not[ae]|requisit|scaden|termin|document|modalit|descrizion|oggetto|ulterior"
    r"|attenzion|avvis|important|durata|periodo|norm|(?:il|la|lo|le|i|gli|per|in|si)\s|l['’])",
    re.I,
)

_OPENS = re.compile(r"\b(?:è|sono|sarà|saranno|resta|restano) apert[oaie]\b|\bapr(?:e|ono)\b", re.I)
_SHUT_ON = re.compile(r"\bchius[oaie]\b[^.;\n]{0,60}", re.I)
_CALENDAR = re.compile(r"\b(?:calendario|aperture straordinarie|giornate)\b", re.I)
_OF_ANSWERS = (Kind.other, Kind.campaign)
_AT_MOST = re.compile(  # `al massimo 10 piante per nucleo familiare`, `massimo 25 buoni l'anno`
    r"\b(?:(?:al |un )?massimo(?: di)?|non più di|fino a)\s(?P<most>\d{1,3})\s[a-zà-ù]+(?:\s[a-zà-ù]+)?\s"
    r"(?:per\s|a\s|al\s|all['’]|l['’]|ogni\s)(?:ogni\s)?"
    r"(?:nucleo|famiglia|persona|utente|utenza|cittadino|giorno|anno|mese)\b",
    re.I,
)
_ENTERED_BY = re.compile(
    r"\bsi accede (?:solo )?(?:con|su|previa|previo) (?:prenotazione|appuntamento)\b", re.I
)
_PLACES_IN_PAGE = re.compile(
    r"\b(?:luogh[io]|luogo|sed[ei]|programma|dettagli|resto)\b[^.]* nella pagina", re.I
)
_BOOKED = re.compile(r"\b(?:prenot|appuntament)\w*", re.I)
_NUMBERS = re.compile(r"\d+")
_WEEKLY_ROW = re.compile(rf"^[ \t|*•-]*(?P<said>{WEEKDAY}[^\n]*\d[^\n]*)$", re.I | re.M)
_HOURS_IN_PAGE = re.compile(r"\borari\b[^.]* pagina", re.I)


def _twin_left(text: str, notice: Notice) -> bool:
    """Whether a text has `La linea 1 passa …` and not `La linea 4 passa …`, nor word of it."""
    if "nella pagina" in text or notice.kind in _WITH_FIELDS:
        return False
    twins: dict[str, list[bool]] = {}
    for sentence in notice.prose:
        if opens := _TWIN.match(sentence):
            twins.setdefault(folded(opens["name"]), []).append(folded(opens[0]) in folded(text))
    return any(len(told) > 1 and any(told) and not all(told) for told in twins.values())


def _moves_left(text: str, notice: Notice) -> bool:
    """Whether of several appointments that are put off a text has some days and not the others."""
    if notice.kind not in OCCASIONS or _TELLS_MOVES.search(text):
        return False
    moved = [calendar_days(line) for line in notice.prose if _MOVED.search(line)]
    told = [bool(days & figures(text)) for days in moved if days]
    return any(told) and not all(told)


def _cuts_left(text: str, notice: Notice) -> bool:
    """Whether of two days on which water or power fails, each in a sentence of its own, a text has one."""
    if notice.kind is not Kind.supply_cut or "nella pagina" in text:
        return False
    cuts = [calendar_days(line) for line in notice.prose if _CUT.search(line) and not _IF.search(line)]
    told = [bool(days & figures(text)) for days in cuts if days]
    return any(told) and not all(told)


def _labels_left(text: str, notice: Notice) -> bool:
    """Whether a text tells what stands behind one or two of a page's labels, and nothing of the others."""
    if "nella pagina" in text or notice.kind not in _OF_SEVERAL:
        return False
    lines = [line for line in _LINE_OF.finditer(notice.body) if not _FIELD.match(line["label"])]
    told = [bool(stems(line["label"]) & stems(text)) for line in lines if figures(line["said"])]
    return len(told) >= _LINES and any(told) and not all(told)


def without_label(text: str, notice: Notice) -> Iterator[tuple[str, str]]:
    """Each sentence that stands behind one of several labels, of which the text has nothing: `Anagrafe: sono
    garantite solo le denunce di nascita`.
    """
    lines = list(_LINE_OF.finditer(notice.body))
    if len(lines) < _PAIR or notice.kind in _WITH_FIELDS:
        return
    subjects = [" ".join(folded(line["said"]).split()[:_PAIR]) for line in lines]
    for line, subject in zip(
        lines, subjects, strict=True
    ):  # `Andata: il servizio …`, `Ritorno: il servizio …`
        if subjects.count(subject) > 1 and not stems(line["label"]) & stems(text):
            yield from ((line["label"], said) for said in split(line["said"]) if folded(said) in folded(text))
    for sentence in filter(_ELLIPTIC.match, split(text)):
        opening = folded(sentence)[:_OPENING]
        for line in lines:
            if _FIELD.match(line["label"]):
                continue
            own = stems(line["label"])
            if own and len(opening) > _SHORT and opening in folded(line["said"]) and not own & stems(text):
                yield line["label"], sentence


def _changes_left(text: str, notice: Notice) -> bool:
    """Whether the page says how something changes, one change after another, and a text tells a later one."""
    so = _SO.search(notice.body)
    if so is None or "nella pagina" in text or notice.kind in OCCASIONS:
        return False
    if "recuper" in so[0].lower():
        return "recuper" not in text  # the day may be told of something else
    days = calendar_days(notice.body[so.start() :])
    return len(days) > 1 and not days <= figures(text)


def _days_left(text: str, notice: Notice) -> bool:
    """Whether a text tells the days of some rows of an occasion's list as if they were all."""
    if notice.kind not in OCCASIONS or "nella pagina" in text:
        return False
    rows = [row for row in notice.rows if row.list and row.when and row.hours]
    days = [calendar_days(row.when) for row in rows]
    told = calendar_days(text)
    shares = [bool(own & told) for own in days if own]
    return len(set(days)) >= _ROWS and sum(shares) == 1


def _rows_left(text: str, notice: Notice) -> bool:
    """Whether a page lists what is on which day, and a text tells something else and none of the days."""
    if notice.kind not in (*OCCASIONS, Kind.hours, Kind.health) and not _CALENDAR.search(notice.title):
        return False
    listed = [calendar_days(row.when) for row in notice.rows if row.list and row.when]
    days = {frozenset(own) for own in listed if own}
    return len(days) >= _ROWS and "nella pagina" not in text and not any(own & figures(text) for own in days)


def _timetable_left(text: str, notice: Notice) -> bool:
    """Whether a page's matter is its new hours, and a text tells none and does not say where they are."""
    rows = sum(bool(row.hours) for row in notice.rows)
    is_told = "nella pagina" in text or TIME.search(text) is not None
    return (
        notice.kind is Kind.hours and rows > 1 and _NEW_HOURS.search(notice.title) is not None and not is_told
    )


def _weekdays_left(text: str, notice: Notice) -> bool:
    """Whether of a week's timetable, a line each, a text has the hours of some days as if they were all."""
    if notice.kind in OCCASIONS or not TIME.search(text) or _HOURS_IN_PAGE.search(text):
        return False
    lines = [row["said"] for row in _WEEKLY_ROW.finditer(notice.body)]
    listed = [_weekdays(line) for line in lines if TIME.search(line) and not calendar_days(line)]
    told = _weekdays(text)
    return len(listed) > 1 and sum(not days <= told for days in listed) not in (0, len(listed))


def _weekdays(text: str) -> set[int]:
    """Those of every week that are named, and those between two of them; 0 is Monday."""
    return {day for days in expressions(text) for day in days.days}


def _meetings_left(text: str, notice: Notice) -> bool:
    """Whether the title speaks of meetings, the page lists them, and a text has none of them."""
    if notice.kind in OCCASIONS or not _MEETINGS.search(notice.title) or _MEETINGS.search(text):
        return False
    return len({frozenset(calendar_days(row.when)) for row in notice.rows if row.when}) > 1


def _phases_left(text: str, notice: Notice) -> bool:
    """Whether a page tells by phases what is shut or banned, and a text tells no ban, or no closure."""
    if _PHASES_IN_PAGE.search(text) or notice.kind in OCCASIONS:
        return False
    phases = [phase["said"] for phase in _PHASE.finditer(notice.body)]
    return len(phases) > 1 and any(
        any(map(bars.search, phases)) and not bars.search(text) for bars in (_BARS, _CLOSED)
    )


def _no_parking_left(text: str, notice: Notice) -> bool:
    """Whether a text tells that the streets are swept, and not that nobody parks there meanwhile."""
    is_swept = notice.kind not in OCCASIONS and _SWEEPS.search(text) is not None
    return is_swept and _NO_PARKING.search(notice.body) is not None and not _NO_PARKING.search(text)


def _streets_left(text: str, notice: Notice) -> bool:
    """Whether a text has one line of a list of streets in capitals: `in località Coste` beside three."""
    names = {found["name"].lower() for found in _SHOUTED_STREET.finditer(notice.source)}
    told = {name for name in names if name in text.lower()}
    return notice.kind is Kind.supply_cut and 0 < len(told) < len(names) and "nella pagina" not in text


def _season_left(text: str, notice: Notice) -> bool:
    """Whether a text says `nel periodo invernale` where the page has the days."""
    is_dated = any(calendar_days(one.words) for one in notice.slots.get(Slot.when, ()))
    return (
        is_dated
        and _SEASON.search(text) is not None
        and not calendar_days(text)
        and "nella pagina" not in text
    )


def _also_shut_left(text: str, notice: Notice) -> bool:
    """Whether a page says `Chiusi anche …` of more than a text tells."""
    found = _ALSO_SHUT.search(notice.body) if len(notice.body) > _LONG_PAGE else None  # of others all is told
    return found is not None and "nella pagina" not in text and not stems(found["what"]) & stems(text)


def _term_left(text: str, notice: Notice) -> bool:
    """Whether a page that is no call has a term by which one answers, and a text has none."""
    terms = notice.slots.get(Slot.deadline, ()) if notice.kind in _OF_ANSWERS else ()
    days = [figures(term.words) for term in terms]
    return bool(days) and "nella pagina" not in text and not any(own & figures(text) for own in days)


def _most_left(text: str, notice: Notice) -> bool:
    """Whether a page says how many each may have at most, and a text that lets one have them does not."""
    most = _AT_MOST.search(notice.body)
    return most is not None and "nella pagina" not in text and most["most"] not in _NUMBERS.findall(text)


def _closure_left(text: str, notice: Notice) -> bool:
    """Whether a text tells when something is open, and not the day on which the page says that it is shut."""
    if notice.kind is not Kind.hours or not _OPENS.search(text) or "nella pagina" in text:
        return False
    shut = [calendar_days(found[0]) for found in _SHUT_ON.finditer(notice.body)]
    return any(days and not days & figures(text) for days in shut)


def _steps_left(text: str, notice: Notice) -> bool:
    """Whether a page lists what to do with a recalled product, and a text does not say that there is more."""
    return notice.kind is Kind.recall and ALL_STEPS not in text.lower() and has_many_steps(notice.body)


def _titled_left(text: str, notice: Notice) -> bool:
    """Whether a text names some of the streets of its title, and not the others."""
    left, count = untold_streets(text, notice)
    return 0 < len(left) < count


def _places_left(text: str, notice: Notice) -> bool:
    """Whether one of the days that a text tells is held elsewhere than where the text has all of them."""
    if notice.kind not in OCCASIONS or _PLACES_IN_PAGE.search(text):
        return False
    told = calendar_days(text)
    there = [
        row
        for row in notice.rows
        if row.place and calendar_days(row.when) and calendar_days(row.when) <= told
    ]
    return len(told) > 1 and any(stems(row.place) and not stems(row.place) & stems(text) for row in there)


def _booking_left(text: str, notice: Notice) -> bool:
    """Whether one enters by appointment, and a text has no word of it."""
    is_service = notice.kind in (Kind.service, Kind.health, Kind.hours)
    return is_service and _ENTERED_BY.search(notice.source) is not None and not _BOOKED.search(text)


LEFT: tuple[tuple[Callable[[str, Notice], bool], str], ...] = (
    (_changes_left, _OTHER_CHANGES),
    (_days_left, OTHER_APPOINTMENTS),
    (_rows_left, DAYS_AND_HOURS),
    (_cuts_left, OTHER_DAYS),
    (_moves_left, _OTHER_CHANGES),
    (_labels_left, OTHERS),
    (_twin_left, OTHERS),
    (_phases_left, "Le fasi dei lavori e le modifiche alla viabilità sono nella pagina."),
    (_no_parking_left, "I divieti di sosta sono nella pagina."),
    (_season_left, "I giorni sono nella pagina."),
    (_also_shut_left, "Le altre chiusure sono nella pagina."),
    (_streets_left, _OTHER_STREETS),
    (_titled_left, _OTHER_STREETS),
    (_timetable_left, DAYS_AND_HOURS),
    (_weekdays_left, "Gli orari degli altri giorni sono nella pagina."),
    (_places_left, PLACES),
    (_booking_left, "Come prenotare è nella pagina."),
    (leaves_group, "Le altre scadenze sono nella pagina."),
    (_term_left, "La scadenza è nella pagina."),
    (_most_left, "Quantità e condizioni sono nella pagina."),
    (_meetings_left, "Le date degli incontri sono nella pagina."),
    (_closure_left, "Le chiusure sono nella pagina."),
    (_steps_left, f"C{ALL_STEPS[1:]}"),
)
