"""The money that a call gives, where its title has only what it is for: `un contributo per il trasporto`.

Who reads `Per il trasporto degli alunni puoi fare domanda` expects the bus, and not the money.
"""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.prose.wording import worded

_GIVEN = Cued(
    r"\b(?:avviso|bando)(?:\spubblico)?\s(?:per|relativo\sa)\s?(?:la\sconcessione|l['’](?:assegnazione|erogazione)"
    r"|il\sriconoscimento|lla\sconcessione|ll['’](?:assegnazione|erogazione))\sdi\s"
    r"(?P<what>contributi|bonus|voucher|buoni|rimborsi|assegni|borse\sdi\sstudio)(?:\seconomici)?\s"
    r"(?P<rest>(?:per|a\sfavore\sd|in\sfavore\sd|alle|agli|ai|a\ssostegno\sd)[^.;:()\n]{5,170}?)\s?(?:[.\n]|$)",
    re.I,
)
_NAMES_MONEY = re.compile(
    r"\b(?:contribut|bonus|voucher|buon[oi]\b|rimbors|assegn|bors[ae]\b|sostegn|agevolazion|premi\b|sussid)\w*",
    re.I,
)
_NOT_YET = re.compile(
    r"\b(?:uscir|sarà|saranno|verr|prossim|a breve|presto|inoltre|anche|scors|precedent|scadut|conclus"
    r"|chius)\w*",
    re.I,
)
_STEM = 5  # letters by which a word of the title is known again
_ONE = {
    "contributi": "un contributo",
    "bonus": "un bonus",
    "voucher": "un voucher",
    "buoni": "un buono",
    "rimborsi": "un rimborso",
    "assegni": "un assegno",
    "borse di studio": "una borsa di studio",
}
_FIRMS = re.compile(r"\b(?:impres\w|associazion\w|ent[ei]|societ\w|attività\seconomic\w+|ditt\w)\b", re.I)
_ATTENDING = re.compile(r",?\sfrequentanti\s")
_LONGEST = 180  # UTF-16 units


def _stems(words: str) -> set[str]:
    return {word[:_STEM] for word in folded(words).split() if len(word) >= _STEM}


def granted(notice: Notice) -> str:
    """`un contributo per il trasporto scolastico degli alunni`; "" where the title names the money, or no
    citizen gets it.
    """
    found = None if _NAMES_MONEY.search(notice.title) else _GIVEN.search(notice.body)
    if found is None or _FIRMS.search(found["rest"]):
        return ""
    sentence = next((one for one in split(notice.body) if found["what"] in one and found[0][:30] in one), "")
    if _NOT_YET.search(sentence.partition(found[0])[0]) or not _stems(found["rest"]) & _stems(notice.title):
        return ""  # another call
    rest = _ATTENDING.sub(" che frequentano ", worded(f"{found['rest'].strip()}.").rstrip("."))
    said = f"{_ONE[' '.join(found['what'].lower().split())]} {rest[:1].lower()}{rest[1:]}"
    return said if utf16(said) <= _LONGEST else ""
