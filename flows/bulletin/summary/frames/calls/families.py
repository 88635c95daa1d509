"""Who may ask because of a child: born or adopted in a year, or at a school; and where a parent must live."""

import re

from flows.bulletin.language.cues import Cued

TOWN = r"(?P<town>[A-ZÀ-Ý][\w'’]+(?:\s(?:(?:di|del|della|dei|sul|sulla|in|al)\s|d['’])?[A-ZÀ-Ý][\w'’]+){0,3})"
_YEAR = (
    r"(?:dal(?:l['’])?\s?(?:1°?|01)\s?(?:gennaio|/01/)(?:\s?20\d\d)?\s(?:e\s)?(?:fino\s)?al\s31\s?"
    r"(?:dicembre\s|/12/)(?P<year>20\d\d)"
    r"|(?:nel\scorso\sdel(?:l['’]anno)?\s?|nell['’]anno\s|nel\s)(?P<also>20\d\d))"
)
_YEAR_BEFORE = _YEAR.replace("<year>", "<year2>").replace("<also>", "<also2>")
_BORN = re.compile(
    rf"\bnat[oiae](?:\s(?:o|e|e/o)\sadottat[oiae])?,?\s{_YEAR}"
    rf"|{_YEAR_BEFORE}[^.;\n]{{0,60}}?\bnascita(?:\so\s(?:da|de|a)?ll[a'’]\s?adozione)?\sd(?:i|el)\b",
    re.I,
)
_YEARS = re.compile(r"\b20\d\d\b")
_BORN_AT_ALL = re.compile(
    r"\bnat[oiae](?:\s(?:o|e|e/o)\sadottat[oiae])?,?\s(?:dal|nel|tra|il|prima|dopo)\b", re.I
)
_ADOPTED = re.compile(r"\b(?:adozion[ei]|adottat[oi])\b", re.I)
_NOT_ADOPTED = re.compile(r"\b(?:esclus\w+|non|tranne)\b[^.;\n]{0,30}\b(?:adozion|adottat)", re.I)
_AT_SCHOOL = re.compile(
    r"\b(?:minori|alunni|studenti|bambini|ragazzi)\s(?:che\sfrequentano|frequentanti)\s"
    r"(?P<school>(?:la|le|il|gli|i|lo|l['’])\s?[^,;.:\n]{4,80}?),?\s(?:e\s)?(?:che\s)?"
    rf"(?:residenti|risied\w+)\s(?:nel\s[Cc]omune\sdi|a)\s{TOWN}",
)
_OF_AGE = Cued(
    r"\b(?:minori|bambini|ragazzi|figli|bambini\se\sragazzi)\s(?:(?:di\setà\s)?(?:compresa\s)?(?:dai?|tra\si?|fra\si?)\s)"
    r"(?P<from>\d{1,2})\s(?:anni\s)?(?:ai?|e\si?)\s(?P<to>\d{1,2})\sanni,?\s(?:e\s)?"
    rf"residenti\s(?:nel\s[Cc]omune\sdi|a)\s{TOWN}",
)
_PARENT = re.compile(
    r"\b[Aa]lmeno\s(?P<who>uno\sdei\s(?:due\s)?genitori|un\sgenitore|la\smadre)\b[^.;\n]{0,50}?"
    r"\b(?:resident[ei]|residenza(?:\s(?:anagrafica|ininterrotta))?)\s(?:nel\s[Cc]omune\sdi|a|in)\s"
    rf"{TOWN}(?P<since>\sdal?(?:l['’])?\s?(?:almeno\s\w+\s(?:mesi|anni)|\d{{1,2}}°?\s\w+\s20\d\d))?",
)


def born(body: str) -> str:
    """`hai un figlio nato o adottato nel 2027`; "" where other years are called too."""
    found = list(_BORN.finditer(body))
    years = {year for match in found for year in _YEARS.findall(match[0])}
    if len(years) != 1 or len(_BORN_AT_ALL.findall(body)) > sum(
        "nat" in match[0][:4].lower() for match in found
    ):
        return ""
    adopted = " o adottato" if _ADOPTED.search(body) and not _NOT_ADOPTED.search(body) else ""
    return f"hai un figlio nato{adopted} nel {years.pop()}"


def at_school(body: str) -> str:
    """`tuo figlio frequenta la scuola media e risiede a Po`, `tuo figlio ha da 6 a 9 anni e risiede a Po`."""
    said = {
        *(
            f"frequenta {match['school']} e risiede {_at(match['town'])}"
            for match in _AT_SCHOOL.finditer(body)
        ),
        *(f"ha da {m['from']} a {m['to']} anni e risiede {_at(m['town'])}" for m in _OF_AGE.finditer(body)),
    }
    return f"tuo figlio {said.pop()}" if len(said) == 1 else ""


def child_lives(body: str) -> str:
    """`Tuo figlio deve risiedere a Po.`"""
    said = at_school(body)
    return f"Tuo figlio deve risiedere{said.rpartition(' risiede')[2]}." if said else ""


def parent_lives(body: str) -> str:
    """`Almeno un genitore deve risiedere a Po da almeno 12 mesi.`"""
    found = _PARENT.search(body)
    if found is None:
        return ""
    who = "la madre" if "madre" in found["who"] else "un genitore"
    return f"Almeno {who} deve risiedere {_at(found['town'])}{found['since'] or ''}."


def _at(town: str) -> str:
    return f"{'ad' if town[0] == 'A' else 'a'} {town}"
