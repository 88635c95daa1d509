"""When a council or a committee meets: `Il Consiglio comunale si riunisce martedì 4 maggio alle 20.`"""

import re

from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.times.days import period_at
from flows.bulletin.summary.frames.times.notation import plain_figures

_CALLED = re.compile(
    r"\b(?:convocazion[ei]|convocat[oa]|sessione|si riunisce|riunione|seduta|adunanza)\b", re.I
)
_BODY = re.compile(
    r"\b(?:(?P<council>consiglio\s(?:comunale|provinciale|dell['’]unione))"
    r"|(?:commissione\sconsiliare(?:\spermanente)?)"
    r"|(?P<other>commissione\s(?:mensa|pari opportunità|paesaggio|biblioteca)"
    r"|consulta\s(?:dei|degli|delle)\s[a-zà-ù]+))\b",
    re.I,
)
_COUNCILS = {
    "consiglio comunale": "Il Consiglio comunale",
    "consiglio provinciale": "Il Consiglio provinciale",
    "consiglio dell'unione": "Il Consiglio dell'Unione",
}
_DAY = re.compile(
    rf"(?:{WEEKDAY}\s)?\b\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?|(?:{WEEKDAY}\s)?\b\d{{1,2}}[./]\d{{1,2}}[./]20\d\d",
    re.I,
)
_HOUR = re.compile(r"\b(?:ore|alle|h\.?)\s?(?P<hour>\d{1,2})(?:[.:,](?P<min>[0-5]\d))?\b", re.I)
_HALL = re.compile(
    r"(?:\b(?:presso l[a'’]|c/o la|nell[a'’]|in)|[-–])\s?(?P<hall>(?:sala|aula)\s"
    r"(?:(?:consiliare|consigliare|del consiglio|magna)"
    r"(?:\s(?:del municipio|comunale))?|(?-i:[A-ZÀ-Ý][\w'’]+)(?:\s(?-i:[A-ZÀ-Ý][\w'’]+))?))(?!\w)",
    re.I,
)
_STREAMED = re.compile(
    r"\b(?:trasmess|diretta|streaming|seguit)\w*\b[^.;]{0,60}\b(?:streaming|diretta|youtube|facebook)\b", re.I
)
_PUBLIC = re.compile(r"\b(?:seduta|sessione)\s(?:\w+\s)?pubblica\b", re.I)
_OPEN = re.compile(r"\baperta\sal\spubblico\b", re.I)
_OFF = re.compile(
    r"\b(?:rinvi\w+|annull\w+|posticip\w+|sospes\w+|deliber\w+|decision\w+|resocont\w+|verbal\w+|approvat\w+)\b",
    re.I,
)
_SECOND = re.compile(  # held only where too few come to the first
    r"\b(?:ed?\s)?,?\s?(?:occorrendo\s|eventualmente\s)?(?:in\s)?(?:eventuale\s)?(?:seconda|2[ª^a°]?)\sconvocazione\b[^.;\n]{0,90}?(?=\s(?:presso|nella)\b|[.;\n]|$)",
    re.I,
)
_NOT_HELD = re.compile(  # `non viene convocato`, or it was held already
    r"\bnon\s(?:è|viene|sarà|verrà|si)\s(?:\w+\s)?(?:convocat|riuni|tien|terr|svolg)\w*"
    r"|\b(?:discuss|esaurit|conclus)[oaie]\b|\bha (?:approvat|discuss|respint|votat)o\b"
    r"|\bsi è (?:riunit|tenut|svolt)[oa]\b",
    re.I,
)
_OF_ANOTHER = re.compile(  # `la conferenza dei capigruppo del 24 aprile`: who called it together, and when
    r"\b(?:capigruppo|conferenza|nota|verbal\w|deliber\w+|determin\w+|decret\w|prot\w*|regolament\w)\b"
    r"[^.;\n]{0,40}\b(?:del|dell['’]|in data)\s?$",
    re.I,
)
_SEVERAL = re.compile(
    rf"{WEEKDAY}\s\d{{1,2}}(?:,\s{WEEKDAY}\s\d{{1,2}})*\se\s(?:{WEEKDAY}\s)?\d{{1,2}}[°º]?\s{MONTH}", re.I
)
_AGENDA = re.compile(  # what it talks about has days of its own: `verbali della seduta del 26 novembre`
    r"(?:^|\b(?:il\s|seguente\s|col\s|con il\s))\s*ordine\s+del\s+giorno\b.*", re.I | re.S | re.M
)
_SIGNED = re.compile(r"^[A-ZÀ-Ý][\w'’ ]{2,30},\s(?:l[iì]['’]?\s)?(?:il\s)?\d[^\n]{5,20}$", re.M)
_OPENING = 400  # characters
_NEAR = 160  # characters behind a day within which its hour stands
_LOOKED_AT = 1200


def meeting(notice: Notice) -> str:
    """The sentence, or "" where the title calls no council, or the page names no day or several."""
    title = notice.title
    is_called = _CALLED.search(title) or (_BODY.match(title) and _CALLED.search(notice.body[:_OPENING]))
    if not is_called or _OFF.search(title):
        return ""
    whole = plain_figures(f"{title}\n{notice.body[:_LOOKED_AT]}")
    before = _AGENDA.sub("", whole)
    is_called_there = _DAY.search(before, len(title)) is not None
    said = _SECOND.sub(" ", _SIGNED.sub("", before if is_called_there else whole))
    name = _name(title)
    days = [match for match in _DAY.finditer(said) if not _OF_ANOTHER.search(said[: match.start()])]
    if not name or not days or _NOT_HELD.search(said):
        return ""
    if len({key for match in days if (key := _key(match[0]))}) != 1:
        return ""  # a second sitting: which one, a person tells
    fullest = max(days, key=lambda match: len(match[0]))
    clause = clauses.days_clause(fullest[0])
    if several := _SEVERAL.search(said):
        period = period_at(said, several.start())
        clause = period.words if period else ""
    clocks = {
        (int(at["hour"]), int(at["min"] or 0))
        for match in days
        for at in [_HOUR.search(said, match.end(), match.end() + _NEAR)]
        if at
    }
    if not clause or len(clocks) > 1:
        return ""
    hour, minute = next(iter(clocks), (0, 0))
    at = clauses.hours_clause(f"ore {hour}:{minute:02}") if clocks else ""
    hall = _HALL.search(said)
    places = [told.words for told in notice.slots.get(Slot.place, ())[:1]]
    where = _in(hall["hall"]) if hall else "".join(clauses.place_clause(words) for words in places)
    is_told = any(_OPEN.search(sentence) for sentence in notice.prose)  # in a sentence of its own
    closing = " La seduta è pubblica." if _PUBLIC.search(said) and not is_told else ""
    if _STREAMED.search(whole):
        closing += " Puoi seguire la seduta in diretta online."
    second = _second(whole)
    return f"{' '.join(filter(None, (name, 'si riunisce', clause, at, where)))}.{second}{closing}"


def _second(text: str) -> str:
    """` La seconda convocazione è mercoledì 29 settembre alle 19.`; "" where its day is not sure."""
    found = _SECOND.search(text)
    day = _DAY.search(found[0]) if found else None
    clause = clauses.days_clause(day[0]) if day else ""
    clock = _HOUR.search(found[0]) if found else None
    if not clause or clock is None:
        return ""
    hour = clauses.hours_clause(f"ore {clock['hour']}:{clock['min'] or '00'}")
    return f" La seconda convocazione è {clause} {hour}."


def _in(hall: str) -> str:
    """`nella sala consiliare`, `nell'aula magna`, `nella sala Verdi`."""
    noun, _, name = hall.partition(" ")
    small = (
        name if name[:1].isupper() and not name.lower().startswith(("cons", "magna", "del")) else name.lower()
    )
    return f"{'nell' + chr(39) if noun.lower() == 'aula' else 'nella '}{noun.lower()} {small}"


def _name(title: str) -> str:
    found = _BODY.search(title)
    if found is None:
        return ""
    if found["council"]:
        return _COUNCILS[found["council"].lower().replace("’", "'")]
    return f"La {found['other'].lower()}" if found["other"] else "La Commissione consiliare"


def _key(words: str) -> tuple[int, int] | None:
    days = clauses.days_of(words)
    return (days.spans[0].first.day, days.spans[0].first.month) if days else None
