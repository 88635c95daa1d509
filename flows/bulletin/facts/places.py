"""Streets, named places, and the other names that a capital gives away."""

import re
from bisect import bisect_right

from flows.bulletin.facts.dates import FULL_MONTH
from flows.bulletin.facts.fact import Kind, Sheet, plain

_STREETS = {
    "v.le": "viale",
    "p.zza": "piazza",
    "p.za": "piazza",
    "p.le": "piazzale",
    "c.so": "corso",
    "l.go": "largo",
    "vic.": "vicolo",
    "c.da": "contrada",
    "fraz.": "frazione",
    "loc.": "località",
    "str.": "strada",
}
_X = re.VERBOSE
_RUNS_ON = r"""(?!(?:Il|Lo|La|I|Gli|Le|Un|Una|In|Per|Con|Da|Dal|Dalla|Dalle|A|Al|Alla|Alle|Ai|Di|Del|Della|Dei
    |Nel|Nella|Si|E|È|Non|Chi|Che|Ore|Orario|Tel|Info|Data|Dove
    |Quando|Questo|Questa|Sarà|Sono|Ingresso|Costo|Luogo)\b)"""
_CAPITAL = rf"(?:[A-ZÀ-Ý]\.|{_RUNS_ON}[A-ZÀ-Ý][\w'’-]*)"
_PARTICLE = r"(?:d[aei]|del|dell[aeo]|dei|degli|dal|dalla|al|alla|alle|ai|la|le|lo|san|santa|e)"
_NAME = rf"{_CAPITAL}(?:[ ](?:(?:{_PARTICLE}[ ]|(?:dell|d|l|all)['’])?{_CAPITAL}))*"
_STREET = re.compile(
    rf"""(?P<type>(?i:viale|via|vie|v\.le|piazzale|piazzetta|piazza|p\.zza|p\.za|p\.le|corso|c\.so|largo|l\.go|vicolo
    |vic\.|contrada|c\.da|frazione|fraz\.|località|loc\.|strada|str\.|sottopasso|sottovia|ponte|lungolago
    |lungomare|borgo))[ ]
    (?P<name>(?:(?:(?i:{_PARTICLE})[ ]|(?i:dell|d|all)['’])*(?:{_NAME})
    |(?:[IVX]+|\d{{1,2}}[°º]?)[ ](?i:{FULL_MONTH})))""",
    _X,
)
_STREET_WORDS = """
    viale via vie v piazzale piazzetta piazza p corso c largo l vicolo vic contrada frazione fraz località loc
    strada str sottopasso sottovia ponte lungolago lungomare borgo
"""
_STREET_STARTS = frozenset(_STREET_WORDS.split())
_ROAD = re.compile(r"(?P<type>S\.?P|S\.?S|S\.?R|SP|SS|SR)\.?[ ]?(?:n\.?[ ]?)?(?P<number>\d{1,3})\b")
_VENUE_WORDS = """
    biblioteca palazzo palazzetto villa teatro cinema auditorium sala chiesa santuario parco centro oratorio
    palestra piscina museo scuola casa castello stadio galleria malga rifugio parrocchia ospedale campo aula
    giardini giardino cascina abbazia basilica duomo torre cimitero
"""
_VENUES = "|".join(_VENUE_WORDS.split())
_VENUE_STARTS = frozenset(_VENUE_WORDS.split())
_VENUE = re.compile(
    rf"""(?P<type>(?i:{_VENUES}))
    (?:[ ](?i:comunale|civica|civico|parrocchiale|sportivo|cittadina|arcipretale|sociale|polivalente))?[ ]
    (?P<name>(?:(?i:d[ei]l?|della|dei)[ ]|(?i:dell|d)['’])?{_CAPITAL}
    (?:[ ](?:d[ei]l?[ ]|della[ ]|dei[ ])?{_CAPITAL})*)""",
    _X,
)
_WAYS = "whatsapp mail email e pec web internet telefono skype teams zoom radio sms posta"
_BY_WHAT = frozenset(_WAYS.split(" "))
_MANNER = re.compile(  # `in via D'Urgenza` is no street
    r"(?:d['’]\s?)?(?:urgenz|eccezional|straordinari|sperimental|provvisori|telematic|prioritari|definitiv|preventiv)\w*",
    re.I,
)
_RUN = re.compile(rf"{_CAPITAL}(?:[ ](?:(?:d[aei]|del|della|dei|degli)[ ]|d['’])?{_CAPITAL})*", _X)
_SENTENCE_START = re.compile(r"(?:^|[.!?:…\n•«“\"(–-]\s*|[-*]\s+)$")
_ELIDED = re.compile(r"(?:All|Dall|Nell|Sull|Dell|L)['’](?=[A-ZÀ-Ý])")
_LINE = re.compile(r"^", re.MULTILINE)
_LOWER = re.compile(r"[a-zà-ù]")
_WORD = re.compile(r"\w+")


def read(sheet: Sheet) -> None:
    """Take streets and roads: first of all, because `via 2 Giugno` is no date."""
    for match in sheet.at_words(_STREET, _STREET_STARTS):
        kind = match["type"].lower()
        kind = _STREETS.get(kind, kind)
        name = _whole(match["name"])
        if (plain(name).split()[:1] and plain(name).split()[0] in _BY_WHAT) or _MANNER.fullmatch(name):
            continue
        end = match.start("name") + len(name)
        sheet.take(Kind.place, plain(f"{kind} {name}"), match.start(), end)
    for match in sheet.at_words(_ROAD, ("s", "sp", "ss", "sr")):
        value = f"{match['type'].replace('.', '').lower()} {int(match['number'])}"
        sheet.take(Kind.place, value, *match.span())


def read_venues(sheet: Sheet) -> None:
    """Take palaces, halls, schools with a name of their own."""
    for match in sheet.at_words(_VENUE, _VENUE_STARTS):
        name = _whole(match["name"])
        end = match.start("name") + len(name)
        sheet.take(Kind.place, plain(sheet.text[match.start() : end]), match.start(), end)


def read_names(sheet: Sheet) -> None:
    """Take other words with a capital that no sentence's start explains; nothing in a shouted line."""
    lines = [match.start() for match in _LINE.finditer(sheet.text)]
    shouted = [_LOWER.search(line) is None for line in sheet.text.split("\n")]
    for match in sheet.at_capitals(_RUN):
        before = sheet.before(match.start(), 3)
        if shouted[bisect_right(lines, match.start()) - 1]:
            continue
        start, words = match.start(), match[0].split(" ")
        if _SENTENCE_START.search(before):
            if len(words) == 1:
                continue
            elided = _ELIDED.match(words[0])
            if elided:  # `All'Ufficio Espropri`
                start += elided.end()
            elif words[1][0].islower():  # `Concerto degli Xverso`
                start += len(f"{words[0]} {words[1]} ")
            elif len(words) > 2:  # `Canta Gaetano Brambilla`
                start += len(f"{words[0]} ")
        name = plain(sheet.text[start : match.end()])
        if len(name) > 1:
            sheet.note(Kind.name, name, start, match.end())


def _whole(name: str) -> str:
    """The name without what runs on after it: one capital word (and its particles) where all are shouted."""
    words = name.split(" ")
    if len(words) > 1 and name == name.upper() and len(words[0]) > 2:
        keep = 1
        while keep < len(words) and len(_WORD.findall(words[keep - 1])[-1]) <= 3:
            keep += 1
        return " ".join(words[:keep])
    return " ".join(words[:5])
