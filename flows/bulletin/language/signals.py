"""What a citizen looks for in a text: when, where, how much, whom to call, what to do.

Weights only rank; whether a fact is true is the guard's matter. The date of an act is no signal: a citizen
who takes it for a deadline misses the real one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flows.bulletin.language.dates import MONTHS, MONTHS_BY_START

MONTH = r"(?:" + "|".join(f"{name[:3]}(?:{name[3:]}|\\.)?" for name in MONTHS) + r")(?![\wà-ù])"
WEEKDAY = r"(?:(?:luned|marted|mercoled|gioved|venerd)(?:ì|i['’]?)|sabat[oi]|domeni(?:ca|che))(?![\wà-ù])"
STREET = (
    r"(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Pp]iazzale|[Pp]iazzetta|[Ll]argo|[Cc]orso|[Vv]icolo"
    r"|[Ss]trada|[Ll]ocalità|[Ff]razione|[Ll]ungolago)"
)
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
URL = re.compile(
    r"(?:https?://|www\.)[^\s<>()\"”»]{3,300}|\b(?:[\w-]{2,40}\.){0,3}[\w-]{3,40}\.(?:it|com|org|eu"
    r"|net)\b(?:/[^\s<>()\"”»]{1,200})?"
)
PHONE = re.compile(
    r"(?<![\w.,/@-])(?:\+39[ ]?)?(?:0\d{1,3}[ ./-]?\d{3,4}[ .-]?\d{2,4}(?:[ .-]?\d{1,3})?"
    r"|3\d{2}[ ./-]?\d{3}[ .]?\d{3,4}|800[ .-]?\d{3}[ .-]?\d{3})(?![\w/]|[.,]\d)"
)
TIME = re.compile(
    r"(?<![\d.,/€:])(?:(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d)(?!\d|,\d)"
    r"|(?:(?<=\bore )|(?<=alle )|(?<=ORE )|(?<=Ore )|(?<=le )|(?<=- )|(?<=– )|(?<=dì )|(?<=-)"
    r"|(?<=–)|(?<=e ))(?P<h2>[01]?\d|2[0-4])[.,](?P<m2>[0-5]\d)(?![\d/]|\.\d|\s?€|\s?euro)"
    r"|(?:(?<=\bore )|(?<=alle )|(?<=ORE )|(?<=Ore )|(?<=Alle )|(?<=dalle )|(?<=Dalle"
    r" ))(?P<h3>1?\d|2[0-4])(?![\d:%€]|[.,]\d|\s(?:anni|persone|famiglie|mila)))"
)
_DAYS_BEFORE = re.compile(
    rf"((?:\d{{1,2}}[°º]?(?:\s*,\s*|\s+ed?\s+|\s*[-–]\s*|\s+al\s+|\s+a\s+)(?:{WEEKDAY}\s+)?){{1,8}})$", re.I
)
_MONTH_OF_YEAR = re.compile(rf"(?:mese di|(?:dal?|da|fino a|entro)) ({MONTH})(?:\s+20\d\d)?", re.I)
_CLOSING = re.compile(r"\d\s*[-–]\s*$|dalle .{1,14}alle (?:ore )?$", re.I)
_DATE = re.compile(
    rf"(?<![\d.,/])(?P<d>\d{{1,2}})[°º]?\s+(?P<month>{MONTH})"
    r"|(?<![\d.,/])(?P<d2>\d{1,2})(?P<sep>[./-])(?P<m2>\d{1,2})(?P=sep)(?:20)?\d\d(?![\d/])",
    re.I,
)
ACT = re.compile(
    r"(?:ordinanz\w|determin\w{1,9}|deliber\w{1,9}|decret\w|d\.?g\.?r\.?|d\.?lgs\.?|legge"
    r"|l\.r\.|prot(?:ocollo|\.)|d\.?p\.?r\.?|regolament\w|D\.?L\.?)"
    rf"(?:\s+[\wà'’.]{{1,20}}){{0,4}}?\s*(?:\d{{1,2}}[°º]?\s+{MONTH}\s+\d{{4}},?\s+)?(?:n[.°]?[ri]?\.?\s*"
    rf"|N°\s*)?\d{{1,5}}(?:/\d{{2,4}})?(?:\s+del(?:l['’])?\s?(?:\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}|\d{{1,2}}[°º]?\s+{MONTH}(?:\s+\d{{4}})?))?",
    re.I,
)
_MONEY = re.compile(
    r"(?:€|\beuro\b)\s*(\d[\d.]{0,9}(?:,\d{2})?)|(?<![\d.,])(\d[\d.]{0,9}(?:,\d{2})?)\s*(?:€|euro\b)", re.I
)
_NAMED_PLACE = (
    r"(?:Biblioteca|Palazzo|Sala|Auditorium|Centro|Cinema|CINEMA|Teatro|Chiesa|Municipio"
    r"|Palestra|Oratorio|Villa|Parco|Casa|Museo|Scuola"
    r"|Stadio|Castello|Campo|Cimitero|Palazzetto|Palestra|Piscina|Ospedale|Ufficio|Sportello"
    r"|URP|Casetta|Cascina|Ponte|Rifugio)"
)
_PLACE = re.compile(
    rf"(?:\b{STREET}\s+(?:(?:d[aei]l?l?[aeo]?['’]?|di|San|S\.)\s*)?[A-ZÀ-Ý]\w+"
    rf"|\b{_NAMED_PLACE}(?=\s+[“\"«A-ZÀ-Ýcd])|(?<=presso )(?:il |la |lo |l['’]|i |gli"
    rf" )?\w+(?:\s\w+)?|(?<=resso )l['’]\w+|\b[Mm]unicipio\b|\blungolago\b|borgo)"
)
_CUES: tuple[tuple[str, float, re.Pattern[str]], ...] = tuple(
    (key, weight, re.compile(pattern, re.I))
    for key, weight, pattern in (
        (
            "free",
            2.2,
            r"\bgratuit\w+|\bgratis\b|ingresso libero|partecipazione libera|offerta libera|a offerta",
        ),
        ("booking", 1.6, r"\bprenota\w+|\biscri(?:zion|ver|ve)\w+|\baderi\w*|\badesion\w+|\bpreiscrizion\w+"),
        (
            "no booking",
            1.8,
            r"senza (?:appuntamento|prenotazione)|accesso (?:libero|diretto)|ordine di arrivo",
        ),
        (
            "must",
            1.0,
            r"\bobbligatori\w+|\bobbligo|\bnecessari\w|\boccorre\b|\bdevono\b|\bdovranno\b|\bdeve\b"
            r"|\bviet\w+|\bdivieto",
        ),
        (
            "state",
            3.0,
            r"\bannull\w+|\brinvi(?:at|o\b)\w*|\bpoticip\w+|\bposticip\w+|\bprorog\w+|\bsospes\w+"
            r"|\bsospension\w+|\bda destinarsi|\brevoc\w+|\bripristin\w+|\bpotabil\w+",
        ),
        ("closed", 2.0, r"\bchius[aoei]\b|\bchiusur\w|\bchiude\b|\bchiuderà"),
        ("open", 1.2, r"\briapr\w+|\bapert[aoei]\b|\baprir\w+|\battiv[aoei]\b"),
        (
            "apply",
            1.4,
            r"\bdomand[ae]\b|\bistanz[ae]\b|\bcandidatur\w+|\bmodell[oi]\b|\bmodul[oi]\b"
            r"|\bricors[oi]\b|\bdocumentazione\b",
        ),
        (
            "bring",
            1.2,
            r"\btessera sanitaria|\bCRS\b|\bSPID\b|\bcarta d['’]identità|\bautodichiarazione"
            r"|\bauto-dichiarazione",
        ),
        ("tickets", 1.4, r"\bbigliett\w+|\babbonament\w+|\bprevendit\w+|\bcontribut\w+"),
        (
            "who",
            0.8,
            r"\bresident\w+|\bfamigli\w+|\bcittadin\w+|\bragazz\w+|\bbambin\w+|\badult\w+|\banzian\w+"
            r"|\bdisabil\w+|\battivit[àa]['’]? commercial\w+",
        ),
        ("deadline", 1.5, r"\bentro\b|\bscadenz\w+|\bnon oltre\b|\bfino al\b|\btermine\b"),
    )
)
_AGE = re.compile(r"(\d{1,2}(?:\s*(?:-|ai|a|e i|ed i)\s*\d{1,2})?)\s+anni\b|\bmaggiorenni\b", re.I)
_PERIOD = re.compile(r"(?<![\d.,])(\d{1,3})\s+(giorni|mesi|settimane|ore)\b|\bH24\b", re.I)
_COUNT = re.compile(r"(?<![\d.,/€])(\d{1,5})(?:\s+i)?\s+(?:[a-zà-ù]{4,})(?![\w'’])")
_RECURRING = re.compile(
    rf"\b(?:ogni|tutti i|tutte le|da|dal|il|di|quarta|prima|seconda|terza"
    rf"|ultima)\s+({WEEKDAY})(?:\s+(?:al?|e)\s+{WEEKDAY})?",
    re.I,
)
_NAMED = re.compile(rf"\b({WEEKDAY})", re.I)
_LISTED = re.compile(rf"(?:^|[-;:,(]\s*)({WEEKDAY})(?=\s+(?:dalle|ore|\d{{1,2}}[.:]\d\d))", re.I)


@dataclass(frozen=True)
class Signal:
    """One thing worth telling: the same `key` twice is told once; `weight` ranks it."""

    key: str
    weight: float
    start: int
    end: int


@lru_cache(maxsize=1024)
def signals(text: str) -> tuple[Signal, ...]:
    """Every signal of `text`; spans may overlap."""
    acts = [match.span() for match in ACT.finditer(text)]
    return tuple(
        signal for signal in _raw(text) if not any(start <= signal.start < end for start, end in acts)
    )


def _raw(text: str) -> Iterator[Signal]:
    for match in _DATE.finditer(text):
        month = int(match["m2"]) if match["m2"] else MONTHS_BY_START[match["month"][:3].lower()]
        day = int(match["d"] or match["d2"])
        if not (1 <= day <= 31 and 1 <= month <= 12):
            continue
        bounds = (day, month) in ((1, 1), (31, 12))  # `dal 1 gennaio al 31 dicembre` only says the year
        yield Signal(f"date {day}/{month}", 0.8 if bounds else 3.2, *match.span())
        if match["d"] and (before := _DAYS_BEFORE.search(text[max(0, match.start() - 90) : match.start()])):
            for number in re.findall(r"\d{1,2}", before[1]):
                yield Signal(f"date {int(number)}/{month}", 3.0, *match.span())
    for match in _MONTH_OF_YEAR.finditer(text):
        yield Signal("month " + match[1][:3].lower(), 2.0, *match.span())
    for match in TIME.finditer(text):
        hour = int(match["h"] or match["h2"] or match["h3"])
        minute = int(match["m"] or match["m2"] or 0)
        closes = _CLOSING.search(text[max(0, match.start() - 24) : match.start()])
        yield Signal(f"time {hour}:{minute:02}", 0.6 if closes else 2.0, *match.span())
    for match in _MONEY.finditer(text):
        amount = (match[1] or match[2]).removesuffix(",00").rstrip(".")
        yield Signal(f"money {amount}", 2.2, *match.span())
    for match in PHONE.finditer(text):
        yield Signal("phone " + re.sub(r"\D", "", match[0]), 1.5, *match.span())
    for match in EMAIL.finditer(text):
        yield Signal("email " + match[0].lower(), 0.5, *match.span())
    for match in URL.finditer(text):
        yield Signal("url " + match[0].lower(), 0.15, *match.span())
    for match in _PLACE.finditer(text):
        yield Signal("place " + re.sub(r"\W+", " ", match[0].casefold()).strip(), 1.3, *match.span())
    for match in _AGE.finditer(text):
        yield Signal("age " + re.sub(r"\D+", "-", match[0]), 1.6, *match.span())
    for match in _PERIOD.finditer(text):
        yield Signal("period " + match[0].casefold(), 1.6, *match.span())
    for match in _COUNT.finditer(text):
        yield Signal("count " + match[1], 0.5, *match.span())
    for pattern, weight in ((_RECURRING, 1.4), (_LISTED, 1.4), (_NAMED, 0.8)):
        for match in pattern.finditer(text):
            if not re.match(r"\s+\d{1,2}[°º]?\s+[a-zA-Z]", text[match.end() : match.end() + 8]):
                yield Signal("weekday " + match[1].casefold()[:3], weight, *match.span())
    for key, weight, pattern in _CUES:
        for match in pattern.finditer(text):
            name = f"state {match[0][:5].lower()}" if key == "state" else key
            yield Signal(name, weight, *match.span())
