"""The unlabelled fields of an event: a day, its hours, a place and a price, each on a line of its own.

Cards of events list `giovedì 7 agosto`, `9.30 - 11.00`, `parco Alba` without saying what is what; they are
written out under the labels of the themes (`sections`), so that they are read as those are.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.date_block import termed
from flows.bulletin.page.inlined import with_matter, with_subject

_Field = Literal["day", "hours", "place", "price", "label"]

_ISO = re.compile(r"(?P<year>20\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])")
_ISO_AND_HOURS = re.compile(  # `2026-10-19 20:30–22:00`
    r"^([ \t]*20\d\d-[01]\d-[0-3]\d)[ \t]+([0-2]?\d:[0-5]\d\s?[-–]\s?[0-2]?\d:[0-5]\d)[ \t]*$", re.M
)
_NUMERIC = re.compile(r"(?P<day>\d{1,2})/(?P<month>0?[1-9]|1[0-2])/(?P<year>20\d\d)")
_DAY = re.compile(rf"(?:{WEEKDAY},?\s)?\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?", re.I)
_CLOCK = r"(?:[01]?\d|2[0-3])[:.][0-5]\d(?::00)?"
_SPAN = re.compile(
    rf"(?:dalle\s)?(?:ore\s)?(?P<first>{_CLOCK})\s?(?:[-–]|alle(?:\sore)?)\s?(?P<last>{_CLOCK})", re.I
)
_HOURS = re.compile(
    r"(?:(?:(?:inizio|orario):?\s)?(?:alle\s|dalle\s)?(?:ore|h\.?)\s|dalle\s|alle\s)\d{1,2}(?:[:.]\d\d)?"
    r"(?:\s?(?:[-–]|e(?:\salle)?|alle(?:\sore)?)\s?\d{1,2}(?:[:.]\d\d)?)?",
    re.I,
)
_LABEL = re.compile(r"(?:quando|dove|data|ora|orari?o?|luogo|sede|accesso|ingresso|costo|prezzo):?", re.I)
_PLACE = re.compile(
    r"(?:(?:presso|c/o|in|al|alla|nel|nella|sul|(?:partenza|ritrovo)\s(?:da|dal|dalla|al|alla|in|presso))\s"
    r"(?:il\s|la\s|lo\s)?|(?:(?:partenza|ritrovo)\s)?(?:all|dall|nell)['’])?"
    r"(?:sal[ae]|salone|saletta|teatro|cinema|auditorium|palazz\w+|palestra|villa|bibliotec\w+|centro|oratorio|museo"
    r"|parc\w+|piazz\w+|chies\w+|via|viale|largo|giardin\w+|campo|osservatorio|stadio|castello|municipio|cortile"
    r"|scuola|piscina|rifugio|spiaggia|autoparco|magazzino|ecocentro|lungolago|lungomare|malga|area|tensostruttura|circolo|anfiteatro|arena|borgo"
    r"|località|frazione|ludoteca|convento|abbazia|rocca|cascina|foro|aula|pala\w+|pala\s?sport|vie|sede|hotel|ristorante"
    r"|spazio|fiera(?=\s[A-Z])|dipartimento|università|ospedale|istituto|liceo|agriturismo|cantina|casa|lido|stazione"
    r"|colle|belvedere|torre|loggia|portico|chiostro|corte|bosco|lago|cappella|basilica|duomo|bar|pub|caffè|sagrato)\b"
    r"(?!\s(?:per|e)\s)(?:[^.:;!?\n]|(?<=\b[A-Z])\.){0,80}",
    re.I,
)
_PRICE = re.compile(
    r"(?:(?:la\s)?partecipazione|(?:l['’])?(?:ingresso|entrata|iscrizione)|costo|quota|bigliett[oi]|gratuito|gratis)\b"
    r"[^\n]{0,70}|€\s?\d+(?:,\d\d)?(?:\sa\s(?:persona|testa|partecipante))?|\d+(?:,\d\d)?\s?(?:€|euro)(?:\sa\s(?:persona|testa|partecipante))?",
    re.I,
)
_SEVERAL = re.compile(r"\d\se\s")
_CLOCK_ALONE = re.compile(_CLOCK)
_DESK = re.compile(r"(?:biblioteca|municipio|scuola|sede|palazzo (?:comunale|municipale))\b", re.I)
_BETWEEN = " \t,·|—–-"
_MARKS = " \t.;,•·-–*"
_LONGEST = 90  # characters
_LABELS: tuple[tuple[_Field, str], ...] = (("place", "Luogo"), ("price", "Costi"))
_AGES = re.compile(r"\b\d{1,2}\s?[-–]\s?\d{1,2}(?:\s?,\s\d{1,2}\s?[-–]\s?\d{1,2})+(?=\sanni\b)")
_WHEN = (
    rf"(?P<day>(?:{WEEKDAY},?\s)?(?:\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?|\d{{1,2}}/\d{{1,2}}/20\d\d)),?"
    r"\s(?:alle\s)?(?:ore\s)?(?P<hour>(?:[01]?\d|2[0-4])(?:[:.][0-5]\d)?)\W*$"
)
_BEGINS = re.compile(rf"^\W*inizio(?:\s(?:validità|evento|fenomeno))?\W{{0,4}}\s{_WHEN}", re.I | re.M)
_ENDS = re.compile(rf"^\W*fine(?:\s(?:validità|evento|fenomeno))?\W{{0,4}}\s{_WHEN}", re.I | re.M)
_HAZARD = re.compile(
    r"^\W*(?:fenomen[oi]|rischi[oi]|tipo di (?:evento|rischio)|evento)\W{0,4}\s(?P<what>[^\n:.;]{4,60}?)\W*$",
    re.I | re.M,
)
_LEVEL = re.compile(
    r"\b(?:allerta|criticità|codice)\s(?P<colour>gialla|arancione|rossa|giallo|rosso)\b", re.I
)

_LASTS = re.compile(  # `Periodo di validità: dal 15 giugno al 30 settembre`
    r"^\W*(?:periodo(?:\sdi\s(?:validità|vigenza|applicazione))?|validità|durata|in\svigore)\s?:\s"
    rf"(?P<period>dal(?:l['’]|\s)\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?\s(?:fino\s)?al(?:l['’]|\s)\d{{1,2}}\s{MONTH}(?:\s20\d\d)?)\W*$",
    re.I | re.M,
)
_THROUGHOUT = re.compile(
    r"(?:^|(?<=[.]\s))(?:(?:Per|Durante)\stutt[oa]\s(?:la\sdurata\sdel|il)|In\s(?:tale|detto|questo)|Durante\s(?:tale|il))\s"
    r"periodo(?:\sdi\svalidità)?(?=,?\s[a-zè])",
    re.M,
)

_FIELD_OF_LINE = re.compile(  # `Luogo: Sala Verdi`, and below a blank line what it is about
    r"^(?P<field>[ \t*]*(?:quando|dove|date?|giorn[oi]|or[ae]|orari[o]?|luogo|sede|costi|indirizzo)"
    r"\W{0,3}:[^\n]*[^\n:\s][^\n:]*)\n[ \t]*\n\s*(?=(?P<prose>[A-ZÀ-Ý][^\n]{50,}))",
    re.I | re.M,
)

_DAY_FIELD = re.compile(
    rf"^\W*(?:data|giorno|quando)\W{{0,3}}:\s*(?:(?P<day>(?:{WEEKDAY},?\s)?\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?)"
    rf"|(?P<figures>{_NUMERIC.pattern.replace('(?P<day>', '(?P<of_month>')}))\W*\n"
    r"(?:\W*(?:(?:orario?|ore)\W{0,3}:\s*)?(?P<hours>(?:dalle\s)?(?:ore\s)?(?P<first>\d{1,2}(?:[:.]\d\d)?)"
    r"\s?(?:[-–]|alle(?:\sore)?)\s?(?P<last>\d{1,2}(?:[:.]\d\d)?))\W*(?:\n|$))?",
    re.I | re.M,
)
_HOW = re.compile(  # `Come si fa domanda`, and below it `Solo online, con SPID, entro il 9 aprile`
    r"^[ \t*#_]*come\s(?:si\s(?:fa|presenta|invia)|fare|presentare|inviare|iscriversi)"
    r"(?:\s(?:la\s)?(?P<asked>domanda|richiesta))?[^\w\n]*\n\s*"
    r"(?P<said>(?:solo|soltanto|solamente|esclusivamente|unicamente|on-?line|tramite|attraverso|entro"
    r"|via (?:pec|e?-?mail))\b[^\n]*)",
    re.I | re.M,
)
_WHO_MAY = re.compile(  # `Chi può votare`, and below it `Tutti i residenti che abbiano compiuto 16 anni`
    r"^(?P<head>[ \t*#_]*chi\spuò\s(?P<deed>(?:votare|partecipare|candidarsi|iscriversi|aderire"
    r"|(?:fare|presentare)(?:\sla)?\s(?:domanda|richiesta)))[^\w\n]*\n\s*)"
    r"(?P<who>(?:Tutt[ie]\s(?:i|gli|le)|I|Gli|Le|Cittadin[ie]|Famiglie|Residenti|Giovani|Studenti|Associazioni)\s[^\n]+)",
    re.I | re.M,
)
_OF_ENTRIES = re.compile(r"\bcome\siscriversi\b|\b(?:pre)?iscri\w+", re.I)
_OF_REQUESTS = re.compile(
    r"\b(?:bando|bonus|contribut\w|domand[ae]|richiest[ae]|bors[ae]|agevolazion\w)\b", re.I
)
_SHUTS = re.compile(  # whose day stands in a field
    r"^(?=(?:Il|La|Lo|I|Gli|Le|L['’]\w+|[Vv]ia|[Pp]iazza|Per|A causa)\b)(?P<said>[^.:\n\d]{8,200}?\b"
    r"(?:sarà|saranno|verrà|verranno|rest\w+|rimarrà|rimarranno)\s"
    r"(?:\w+\s)?(?:chius|sospes|interrott|interdett|vietat)[oaie]\b[^.\n]*\.)",
    re.M,
)
_FIELDS = re.compile(  # `Luogo: Sala Verdi` above `Data: 3 maggio`: what stands below a place is taken for it
    r"(?:^[ \t*]*(?:luogo|dove|sede|data|giorno|quando|ora|ore|orari[o]?|cost[oi]|ingresso)\W{0,3}:"
    r"[^\n]*[^\n\s:][^\n]*\n){2,}(?![^\n:]{3,24}:)",
    re.I | re.M,
)
_OF_PLACE = re.compile(r"[ \t*]*(?:luogo|dove|sede)\b", re.I)
_BELOW_PLACE = re.compile(
    r"^(?P<field>[ \t*]*(?:luogo|dove|sede)\W{0,3}:[^\n]*[^\n\s:][^\n]*)\n"
    r"(?=(?:Iscrizion|Prenotazion|Ingress|Partecipazion|Per\s|Info|È\s|La\s|Il\s|Gli\s|I\s|Le\s|L['’])(?![^\n:]{0,24}:)[^\n]{8,})",
    re.M | re.I,
)
_VALID = re.compile(  # `Validità: dalle ore 14.00 di giovedì 1 luglio alle ore 24.00 di giovedì 1 luglio`
    rf"^\W*(?:validità|periodo(?: di validità)?|durata)\W{{0,4}}\sdalle(?: ore)? "
    rf"(?P<from>[\d:.]*\d) (?:di|del) (?P<first>(?:{WEEKDAY} )?"
    rf"\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?),? (?:e )?(?:fino )?alle(?: ore)? (?P<to>[\d:.]*\d) (?:di|del) "
    rf"(?P<last>(?:{WEEKDAY} )?\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?)\W*$",
    re.I | re.M,
)
_COLOUR_FIELD = re.compile(
    r"^\W*livello(?: di allerta)?\W{0,4}\s(?P<colour>gial\w+|aranc\w+|ross[oa])\W*$", re.I | re.M
)


def fielded(body: str, title: str) -> str:
    """`body` with its labelled fields as sentences, or under the labels that are read below."""
    body = asked(permitted(lasting(with_matter(with_subject(body), title))), title)
    return parted(labelled(place_last(dated(alerted(termed(body))))))


def dated(body: str) -> str:
    """`body` with the day and hours of its fields in the sentence that tells what is shut then."""
    days, shuts = list(_DAY_FIELD.finditer(body)), list(_SHUTS.finditer(body))
    if len(days) != 1 or len(shuts) != 1 or re.search(MONTH, shuts[0]["said"], re.I):
        return body
    day, said = days[0]["day"], shuts[0]["said"]
    if not day and not days[0]["hours"]:
        return body  # perhaps the page's own
    day = day or _said_of(days[0])
    clock = f", dalle {days[0]['first']} alle {days[0]['last']}" if days[0]["hours"] else ""
    day = day[:1].upper() + day[1:] if not day[:1].isdigit() else f"Il {day}"
    told = f"{day}{clock}, {said[:1].lower()}{said[1:]}"
    return f"{body[: shuts[0].start()]}{told}{body[shuts[0].end() :]}"


def asked(body: str, title: str) -> str:
    """`body` with the words below `Come si fa domanda`, which have no verb, as a sentence."""
    return _HOW.sub(lambda found: _asked(found, title), body)


def _asked(found: re.Match[str], title: str) -> str:
    first = split(found["said"])[0]
    if _OF_ENTRIES.search(f"{found[0].partition(chr(10))[0]} {title}"):
        lead = "L'iscrizione si fa"
    elif found["asked"] or _OF_REQUESTS.search(title):
        lead = "La domanda si presenta"
    else:
        return found[0]
    return found[0] if speaks(first) else f"{lead} {found['said'][:1].lower()}{found['said'][1:]}"


def permitted(body: str) -> str:
    """`Possono votare tutti i residenti.` of `Chi può votare` and the line below it."""
    return _WHO_MAY.sub(
        lambda found: found[0] if speaks(found["who"].partition(" che ")[0]) else _may(found), body
    )


def _may(found: re.Match[str]) -> str:
    who = found["who"]
    first = who.split(" ", 1)[0]
    who = who if first.isupper() and len(first) > 1 else f"{who[:1].lower()}{who[1:]}"
    return f"{found['head']}Possono {found['deed'].lower()} {who}"


def place_last(body: str) -> str:
    """`body` with the place behind the other fields of its block, and what stands below it as prose."""
    body = _FIELDS.sub(
        lambda block: "".join(
            sorted(block[0].splitlines(keepends=True), key=lambda line: bool(_OF_PLACE.match(line)))
        ),
        body,
    )
    return _BELOW_PLACE.sub(lambda found: f"{found['field']}\n\nDescrizione\n", body)


def parted(body: str) -> str:
    """`body` with what stands below its fields, each a label and its words on one line, as prose again."""
    return _FIELD_OF_LINE.sub(
        lambda found: f"{found['field']}\n\nDescrizione\n" if speaks(found["prose"]) else found[0], body
    )


def _begun_and_ended(valid: re.Match[str]) -> str:
    return f"\nInizio: {valid['first']} ore {valid['from']}\nFine: {valid['last']} ore {valid['to']}"


def alerted(body: str) -> str:
    """`body` with the fields of an alert in one sentence: `Inizio`, `Fine`, `Fenomeno`, the level."""
    body = _VALID.sub(_begun_and_ended, body)
    begins, ends = _BEGINS.search(body), _ENDS.search(body)
    hazard, level = _HAZARD.search(body), _LEVEL.search(body)
    level = level or _COLOUR_FIELD.search(body)
    if not (begins and ends and hazard and level):
        return body
    colour = {"giallo": "gialla", "rosso": "rossa"}.get(level["colour"].lower(), level["colour"].lower())
    of_what = hazard["what"].lower()
    of_what = f"rischio {of_what}" if of_what.split()[0].endswith("ico") else of_what
    said = (
        f"Dalle {begins['hour']} di {begins['day']} alle {ends['hour']} di {ends['day']} "
        f"è in vigore l'allerta {colour} per {of_what}."
    )
    kept = [
        line for line in body.split("\n") if not any(field.match(line) for field in (_BEGINS, _ENDS, _HAZARD))
    ]
    return "\n\n".join([said, "\n".join(kept)])


def labelled(body: str) -> str:
    """`body` with the fields around its one day under their labels; as it is where it has none."""
    body = _ISO_AND_HOURS.sub(r"\1\n\2", body)
    lines = _AGES.sub(_joint, body).split("\n")
    days = [place for place, line in enumerate(lines) if _is_day(line)]
    if len(days) != 1 or _is_of_a_list(lines, days[0]):
        return "\n".join(lines)
    start = end = days[0]
    if (above := _next(lines, start, -1)) is not None and _TERM.fullmatch(lines[above].strip(_MARKS)):
        term = f"Scadenza: entro {lines[start].strip(_MARKS)}."
        return "\n".join([*lines[:above], term, "", "Descrizione", *lines[start + 1 :]])
    while (before := _next(lines, start, -1)) is not None and _field(lines[before]):
        start = before
    while (after := _next(lines, end, 1)) is not None and _field(lines[after]):
        end = after
    found = [(kind, line.strip(_MARKS)) for line in lines[start : end + 1] if (kind := _field(line))]
    own = [kind for kind, _ in found]
    is_beside = {"hours", "place"} & set(own) or _hours_behind(dict(found)["day"])
    is_whole = is_beside and own.count("hours") == sum(map(_is_hours, lines))
    written = _written(found) if is_whole else []
    return "\n".join([*lines[:start], *written, *lines[end + 1 :]] if written else lines)


_TERM = re.compile(
    r"(?:scadenz[ae]|termine|entro quando|termine (?:di|per la) (?:presentazione|scadenza))", re.I
)
_ITEM = re.compile(r"[ \t]*[-*•][ \t]+\S")


def _is_of_a_list(lines: Sequence[str], place: int) -> bool:
    """Whether it is an item of several that tell more: `- sabato 20 giugno dalle 14` of closures."""
    near = [lines[at] for step in (-1, 1) if (at := _next(lines, place, step)) is not None]
    return _ITEM.match(lines[place]) is not None and any(
        _ITEM.match(line) and not _field(line) for line in near
    )


def _is_day(line: str) -> bool:
    bare = line.strip(_MARKS)
    if len(bare) > _LONGEST or not any(map(str.isdigit, bare)):
        return False
    return any(day.fullmatch(bare) for day in (_ISO, _NUMERIC, _DAY)) or _hours_behind(bare) != ""


def _is_hours(line: str) -> bool:
    bare = line.strip(_MARKS)
    return (
        len(bare) <= _LONGEST
        and any(map(str.isdigit, bare))
        and any(hours.fullmatch(bare) for hours in (_SPAN, _HOURS, _CLOCK_ALONE))
    )


def _field(line: str) -> _Field | None:
    """What a line is, where it is that and nothing else."""
    bare = line.strip(_MARKS)
    if not 0 < len(bare) <= _LONGEST:
        return None
    if _LABEL.fullmatch(bare):
        return "label"
    if _is_day(line):
        return "day"
    if _is_hours(line):
        return "hours"
    if _PRICE.fullmatch(bare):
        return "price"
    return "place" if _PLACE.fullmatch(bare) and not speaks(bare) else None


def _next(lines: Sequence[str], place: int, step: int) -> int | None:
    """The nearest line with words before or behind this one."""
    at = place + step
    while 0 <= at < len(lines) and not lines[at].strip():
        at += step
    return at if 0 <= at < len(lines) else None


def _written(found: Sequence[tuple[_Field, str]]) -> list[str]:
    """The fields under their labels; () where whose they are could be asked."""
    day = next(words for kind, words in found if kind == "day")
    if hours := _hours_behind(day):
        day, found = day[: -len(hours)].rstrip(_BETWEEN), [*found, ("hours", hours)]
    clocks = [words for kind, words in found if kind == "hours"]
    places = [words for kind, words in found if kind == "place"]
    is_bare = all(map(_CLOCK_ALONE.fullmatch, clocks))
    if len(clocks) > (2 if is_bare else 1) or len(places) > 1 or (is_bare and clocks and not places):
        return []
    is_dated = re.search(r"20\d\d", day) is not None
    is_figures = _ISO.fullmatch(day) or _NUMERIC.fullmatch(day)
    is_desk = is_dated and is_bare and len(clocks) == 1 and _DESK.match(places[0])
    is_span = any(map(_SPAN.fullmatch, clocks))  # a page's own day has an hour at most
    if (not clocks and is_dated) or (is_figures and not places and not is_span) or is_desk:
        return []  # the page's own day, perhaps with its hour and office
    several = clocks if any(_SEVERAL.search(clock) for clock in clocks) else []
    made = [
        "Date e orari",
        ", ".join(
            filter(None, (_NUMERIC.sub(_said, _ISO.sub(_said, day)), "" if several else _span(clocks)))
        ),
    ]
    for kind, label in _LABELS:
        if lines := [words for own, words in found if own == kind]:
            made += [label, *(f"{words}." for words in lines)]
    return [*made, "Descrizione", *(f"{clock}." for clock in several)]


def _hours_behind(line: str) -> str:
    """`ore 17:30 – 21:30` of `Sabato 20 giugno 2026 · ore 17:30 – 21:30`; "" where the line has no hours."""
    day = _DAY.match(line)
    rest = line[day.end() :].lstrip(_BETWEEN) if day else ""
    return rest if rest and (_SPAN.fullmatch(rest) or _HOURS.fullmatch(rest)) else ""


def _said_of(field: re.Match[str]) -> str:
    return f"{int(field['of_month'])} {MONTHS[int(field['month']) - 1]} {field['year']}"


def _said(day: re.Match[str]) -> str:
    return f"{int(day['day'])} {MONTHS[int(day['month']) - 1]} {day['year']}"


def _span(clocks: Sequence[str]) -> str:
    """`dalle 9.30 alle 11.00` of `9.30 - 11.00`, and of two clocks on a line each."""
    if len(clocks) > 1:
        return f"dalle {clocks[0]} alle {clocks[1]}"
    span = _SPAN.fullmatch(clocks[0]) if clocks else None
    if span:
        return f"dalle {span['first']} alle {span['last']}"
    return f"alle {clocks[0]}" if clocks and re.fullmatch(_CLOCK, clocks[0]) else "".join(clocks)


def _joint(ages: re.Match[str]) -> str:
    """`dai 6 ai 18` of `6 – 10, 11 – 14, 15 – 18`, where each band begins behind the one before."""
    bands = [tuple(map(int, re.findall(r"\d+", band))) for band in ages[0].split(",")]
    follow = all(last + 1 == first for (_, last), (first, _) in pairwise(bands))
    return f"dai {bands[0][0]} ai {bands[-1][1]}" if follow else ages[0]


_SINCE_AND_UNTIL = re.compile(  # `a partire da giovedì 11 marzo e fino a giovedì 24 giugno`
    rf"\ba (?:partire|decorrere) da (?P<first>{WEEKDAY} \d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?),? e (?:fino"
    rf"|sino) a"
    rf" (?P<last>{WEEKDAY} \d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?)",
    re.I,
)


def lasting(body: str) -> str:
    """`Dal 15 giugno al 30 settembre è vietato`, of `Per tutta la durata del periodo` and a field with it."""
    body = _SINCE_AND_UNTIL.sub(r"da \g<first> a \g<last>", body)
    periods = {found["period"] for found in _LASTS.finditer(body)}
    if len(periods) != 1:
        return body
    period = periods.pop()
    return _THROUGHOUT.sub(f"{period[:1].upper()}{period[1:]}", body)
