"""Who may ask, said to who reads: `Se risiedi a Po e hai un ISEE fino a 9.000 euro puoi chiedere …`."""

import re
from collections.abc import Iterator, Sequence

from flows.bulletin.facts.figures import in_words
from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary.frames.calls.duties import keys
from flows.bulletin.summary.frames.calls.families import TOWN, at_school, born
from flows.bulletin.summary.frames.calls.particulars import ceiling, way
from flows.bulletin.summary.frames.calls.requirements import in_the_page, named
from flows.bulletin.summary.frames.own_sentences.sentences import Sentence
from flows.bulletin.summary.frames.titles.matter import ASKED, Matter, is_asked

_PEOPLE = (
    r"(?:[Cc]ittadini|[Ff]amiglie|[Nn]uclei(?:\sfamiliari)?|[Pp]ersone|[Aa]nziani|[Gg]iovani"
    r"|[Cc]oppie|[Ii]nquilini|[Cc]onduttori|[Ll]avoratori|[Rr]ichiedenti?|[Ee]ssere)"
)
_LIVES = re.compile(
    rf"\b{_PEOPLE}\b[^.;:|\n]{{0,60}}?\b(?:(?:resident[ei]|residenza(?:\sanagrafica)?|risied\w+)\s)?"
    rf"(?:nel\s(?:territorio\sdel\s)?[Cc]omune\sdi|(?<=residenti\s)a|(?<=residente\s)a|(?<=residenza\s)a)\s{TOWN}"
    r"(?P<since>[^.;:|\n]{0,20}?\sda\salmeno\s\w+\s(?:mesi|anni))?",
)
_APPLICANT = re.compile(
    r"\b[Rr]ichiedent[ei]\b[^;:]{0,80}\bdev\w+\s(?:\w+\s)?(?:essere|risultare)\b(?:[^:]{0,40}:)?[^:|]{0,120}?"
    rf"\bresident[ei]\snel\s[Cc]omune\sdi\s{TOWN}(?P<since>\sda\salmeno\s\w+\s(?:mesi|anni))?",
)
_RESIDENT = re.compile(r"\b(?:resident[ei]|residenza|risied\w+)\b", re.I)
_ELSE = re.compile(
    r"^(?:,?\s(?:o|e|ed|oppure|ovvero)\s|,\s[A-ZÀ-Ý])"
)  # another town, or who only works there
_ANOTHER = re.compile(  # who lives there is not who asks, or not all who do
    r"\b(?:alunn\w+|minor[ei]|bambin\w+|student\w+|figli\w?|nat[oi]|neonat\w|deceduti|disabil\w+|impres\w+|attività|madre|padre"
    r"|almeno un\w?)\b",
    re.I,
)
_OLD = re.compile(
    r"\b(?:cittadini|persone|residenti|anziani|ospiti|soggiorn\w+)\b[^.;:|\n]{0,40}?\b(?:over|ultra)\s?(?P<age>\d\d)\b"
    r"|\b(?:over|ultra)\s?(?P<also>\d\d)\sresidenti\b",
    re.I,
)
_OLD_IN_WORDS = re.compile(
    r"\b(?:cittadini|persone|residenti|anziani|soggetti)\s(?:\w+\s)?(?P<age>ultra[a-z]{6,16}enni)\b", re.I
)
_BETWEEN = re.compile(  # `Hai tra i 18 e i 28 anni?`, `giovani dai 18 ai 28 anni`
    r"\b(?i:hai|giovani|ragazz[ie]|cittadini|persone|candidati|aspiranti|età)\b[^.;:?|\n]{0,40}?"
    r"\b(?:(?:tra|fra)\s(?:i\s|gli\s)?(?P<low>\d\d)\s(?:e|ed)\s(?:i\s|gli\s)?(?P<high>\d\d)"
    r"|dai\s(?P<from>\d\d)\sai\s(?P<to>\d\d))\sanni\b"
)
_CARED_FOR = re.compile(r"\b(?:assist\w+|familiar\w+|anzian\w+)\b", re.I)
_ADULT = 16  # years: a younger one's parents ask
_LESS_THAN_A_MUST = re.compile(  # who comes first, or pays less, is not who may ask
    r"\b(?:precedenz|priorit|preferenz|punt[ei]\b|punteggi|scont|riduzion|ridott|gratuit|gratis|agevolat|maggiorat"
    r"|maggiorazion|anche|inoltre)\w*|\bnon (?:è|sono|poss|spett|riguard|posson)",
    re.I,
)
_BE_RESIDENT = re.compile(rf"essere resident[ei] (?:nel [Cc]omune di|a) {TOWN}$")
_FINITE = tuple(
    (re.compile(rf"{infinitive}\b"), finite)
    for infinitive, finite in (
        ("non essere", "non sei"),
        ("non avere", "non hai"),
        ("essere in possesso di", "hai"),
        ("essere", "sei"),
        ("avere", "hai"),
        ("possedere", "hai"),
    )
)
_ONLINE = re.compile(r"\b(?:portale|piattaforma|accesso|domanda)\s(?:\w+\s)?online\b", re.I)
TO_YOU = 0.5  # the place of these sentences: behind what the page opens with
SEVERAL = -0.7  # flaw: what one reader needs most
_MOST = 3  # conditions of a list that are told


def told_to_you(notice: Notice, matter: Matter | None, clause: str, action: str) -> Iterator[Sentence]:
    """The whole call in one sentence to who reads, where the page tells a condition that all must meet.

    Args:
        notice: the page.
        matter: what it is about.
        clause: until when, `entro il 30 giugno`; "" where that is not told.
        action: `puoi fare domanda`, by the page's words.
    """
    if matter is None or not (action or ASKED.match(matter.noun.lstrip("«"))):
        return
    if not matter.article and not action:
        return
    online = "online" if "online" in way(notice) or _ONLINE.search(notice.body) else ""
    if online and (with_keys := keys(notice)):
        online = f"online con {with_keys}"
    slots = {Slot.what, Slot.who} | ({Slot.deadline} if clause else set()) | ({Slot.how} if online else set())
    rest = in_the_page(notice)
    for conditions, flaw in ((_listed(notice), SEVERAL - 0.2), (_of_body(notice.body), -0.3)):
        if not conditions:
            continue
        if len(conditions) > 1 or "figlio" in conditions[0]:
            flaw = min(flaw, SEVERAL)
        text = f"Se {_and(conditions)} {_may(matter, action, online, clause)}."
        if rest:
            yield Sentence(f"{text} {rest}", frozenset(slots | {Slot.how}), True, TO_YOU, flaw - 0.1)
        yield Sentence(text, frozenset(slots), True, TO_YOU, flaw)  # the rest is announced behind it


def _may(matter: Matter, action: str, online: str, clause: str) -> str:
    """`puoi chiedere online il bonus entro il 30 giugno`."""
    if action in ("", "puoi fare domanda") and is_asked(matter):
        said = ("puoi chiedere", online, matter.text, clause)
    else:
        said = (action, online, f"per {matter.text}", clause)
    return " ".join(filter(None, said))


def _and(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} e {parts[-1]}" if len(parts) > 1 else parts[0]


def _listed(notice: Notice) -> list[str]:
    """What one must be or have, of the page's own list: its first items, and the ISEE wherever it stands."""
    for listing in notice.listings:
        said = [_said(name) for name in named(listing)]
        if not said or not said[0]:
            continue
        first = [one for one in said[:_MOST] if one]
        isee = [one for one in said[_MOST:] if "ISEE" in one]
        return list(dict.fromkeys([*first, *isee]))[:_MOST]
    return []


def _said(name: str) -> str:
    """`essere residente nel Comune di Po` as `risiedi a Po`; "" for what is no condition."""
    if lives := _BE_RESIDENT.match(name):
        return _at(lives["town"])
    for infinitive, finite in _FINITE:
        if infinitive.match(name):
            return infinitive.sub(finite, name, count=1)
    return ""


def _of_body(body: str) -> list[str]:
    child = at_school(body) or born(body)
    return list(filter(None, (child, _residence(body) or _applicant(body), _age(body), _isee(body))))


def _residence(body: str) -> str:
    """`risiedi a Po da almeno 24 mesi`; "" where others may ask too, or a child must live there."""
    towns = set()
    since = ""
    for found in _LIVES.finditer(body):
        around = body[max(0, found.start() - 40) : found.end()]
        if not _RESIDENT.search(found[0]):
            continue
        if _ANOTHER.search(around) or _ELSE.match(body[found.end("town") :]):
            return ""
        towns.add(found["town"])
        since = since or (found["since"] or "")
    if len(towns) != 1:
        return ""
    months = re.search(r"da\salmeno\s.+", since)
    return f"{_at(towns.pop())}{f' {months[0]}' if months else ''}"


def _applicant(body: str) -> str:
    """`risiedi a Po da almeno 24 mesi`, of a list of what the one who asks must be."""
    found = [match for match in _APPLICANT.finditer(body) if not _ELSE.match(body[match.end("town") :])]
    if len({match["town"] for match in found}) != 1:
        return ""
    return f"{_at(found[0]['town'])}{found[0]['since'] or ''}"


def _at(town: str) -> str:
    return f"risiedi {'ad' if town[:1] == 'A' else 'a'} {town}"


def _age(body: str) -> str:
    must = [sentence for sentence in split(body) if not _LESS_THAN_A_MUST.search(sentence)]
    ages = {found["age"] or found["also"] for one in must for found in _OLD.finditer(one)}
    ages |= {
        str(age) for one in must for found in _OLD_IN_WORDS.finditer(one) if (age := in_words(found["age"]))
    }
    if ages:
        return f"hai più di {ages.pop()} anni" if len(ages) == 1 else ""
    spans = {
        (found["low"] or found["from"], found["high"] or found["to"])
        for one in must
        if not (_ANOTHER.search(one) or _CARED_FOR.search(one))
        for found in _BETWEEN.finditer(one)
    }
    if len(spans) != 1:
        return ""
    ((low, high),) = spans
    return f"hai tra {low} e {high} anni" if int(low) >= _ADULT else ""


def _isee(body: str) -> str:
    """`hai un ISEE fino a 9.000 euro`."""
    said = ceiling(body)
    return said.removeprefix("Serve un ").removesuffix(".").join(("hai un ", "")) if said else ""
