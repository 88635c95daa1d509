"""What a sentence has for the file and not for its reader: on which law it stands, what letters stand for.

`Il saldo va pagato entro il 2 dicembre, come previsto dal vigente regolamento` ends with its day; the room
is for what one has to do.
"""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.titles import folded

_LAW = (
    r"\b(?:legg[ei]|l\.\s?r\.|normativ\w+|norm[ae]|decret\w+|d\.?\s?lgs|dpcm|d\.?\s?p\.?\s?c\.?\s?m|d\.?\s?p\.?\s?r"
    r"|regolament\w+|ordinanz\w+|deliber\w+|determin\w+|codice|art\.|articol[oi]|direttiv\w+|statut\w+"
    r"|disposizion\w+|contratt[oi]|convenzion\w+|bando"
    r"|(?<!o )(?<!\bal )piano)(?!\w)"  # `al primo piano` is no law
)
_ON = (
    r"(?:(?:così\s)?come\s(?:da|previst|dispost|stabilit|prescritt|indicat|disciplinat)\w*\s"
    r"|secondo\s(?:quanto|le\smodalità)\s(?:previst|dispost|stabilit|prescritt|indicat|disciplinat)\w+\s"
    r"|in\sbase\sa(?:\squanto|gli?|l|lla|ll['’])\s?|giusta\s|ai\ssensi\s|a\snorma\s|in\sforza\s|per\seffetto\s"
    r"|in\s(?:attuazione|applicazione|ottemperanza|esecuzione|conformità|adempimento)\s)"
)
_BINDS = (  # what holds for the reader, whatever its law
    r"\b(?:entro|fino|dalle|alle\sore|euro|esclus\w+|eccezion\w+|tranne|salvo|è|sono|si|va|vanno|deve|devono"
    r"|sarà|saranno|può|possono|non)\b|€"
)
_TAIL = Cued(
    rf"(?P<before>[^,\s]),?\s(?:e\s)?{_ON}(?=[^.;:]{{0,70}}{_LAW})(?![^;:]*{_BINDS})[^;:()]{{5,220}}?(?P<stop>\.?)$",
    re.I,
)
_AMID = Cued(
    rf",\s{_ON}(?=[^,.;:]{{0,70}}{_LAW})(?![^,;:]*{_BINDS})[^,;:()]{{5,140}},(?=\s(?!n\.|art|comm|lett|de[il]\s|dell)[a-zà-ù])",
    re.I,
)
_ASIDE = re.compile(  # `(Decreto dirigenziale n. 31 del 3 marzo)`, `[LR 32/90]`
    r"\s[(\[](?=[^()\[\]]*\d)(?![^()\[\]]*\b(?:104|entro|fino|euro|dalle|alle ore)\b)"
    r"(?:ai sensi d\w+['’]?\s?|di cui \w+['’]?\s?|ex )?"
    r"(?:legg[ei]|l\.?\s?r|l|decret[oi]|d\.?\s?lgs|d\.?\s?g\.?\s?[rc]|d\.?\s?p\.?\s?[rcm]|deliber\w*|determin\w*|ordinanz\w*"
    r"|art|artt|articol[oi]|regolament\w+)\b[^()\[\]]{3,120}[)\]]",
    re.I,
)
_BY_ARTICLE = re.compile(r"\sex\sartt?\.?\s?\d+(?:[-\s](?:bis|ter))?(?=[,.;]?(?:\s[a-zà-ù]|$))", re.I)
_SPELT = re.compile(r"\s\((?P<name>[A-Z]{2,6})(?:\s?[-–—:=]\s?[^()]{5,70})?\)")
_EVERYDAY = frozenset(
    ("IMU", "TARI", "TASI", "ISEE", "SPID", "CIE", "PEC", "URP", "ASL", "AUSL", "ATS", "IRPEF", "INPS", "IVA")
)
_LONGEST = 12  # words before the letters


def without_law(sentence: str) -> str:
    """`sentence` without the law that it stands on, and without letters that only stand for words told."""
    text = _BY_ARTICLE.sub("", _ASIDE.sub("", _AMID.sub("", sentence)))
    if (tail := _TAIL.search(text)) and tail.start() > len(text) // 4:
        text = f"{text[: tail.end('before')]}{tail['stop']}"
    return _SPELT.sub(lambda letters: "" if _is_spelt_before(letters) else letters[0], text)


def _is_spelt_before(letters: re.Match[str]) -> bool:
    """Whether the words before `(AIB)` begin with its letters; `(IMU)` says more than they do."""
    words = folded(letters.string[: letters.start()]).split()[-_LONGEST:]
    initials = iter(word[0] for word in reversed(words))
    name = letters["name"]
    if name in _EVERYDAY:
        return False
    return len(letters[0]) > len(name) + 3 or all(letter.lower() in initials for letter in reversed(name))
