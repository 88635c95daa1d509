"""A strike that a teaser only names: which service may fail, on which day, and where the rest stands.

`Raccolta rifiuti, sciopero delle cooperative venerdì 29 settembre` is `Venerdì 29 settembre, per lo sciopero
delle cooperative, possono esserci disagi nella raccolta rifiuti.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import definite, gender_of
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.own_sentences.own import opened

_DAY = rf"(?P<day>{WEEKDAY}\s\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?|\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?)"
_STRIKE = (
    r"sciopero(?P<whose>(?:\s(?:generale|nazionale|regionale|de[il]|dell[ae]|dell['’])[^,:;–\d]{0,50}?)?)"
)
_WHAT = r"(?P<what>[A-Za-zÀ-ÿ][^,:;.–\d]{3,60}?)"
_TITLES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"{_WHAT}\s?[,:.–-]\s?{_STRIKE}\s(?:di\s|del\s|per\s|il\s)?{_DAY}",
        rf"{_STRIKE}\s(?:di\s|del\s|per\s|il\s)?{_DAY}\s?[,:.–-]\s?"
        rf"(?:possibili\s(?:disagi|disservizi|ritardi)\s(?:per|nel|nella|nei|nelle|negli|al|alla|ai)\s(?:il\s|la\s|i\s)?)?{_WHAT}",
    )
)
_MAY_FAIL = re.compile(
    r"\b(?:disag|disserviz|ritard)\w+|\bnon sar\w+ (?:effettuat|garantit|assicurat)[oaie]\b|\bsospes[oaie]\b",
    re.I,
)
_KEPT = re.compile(r"\b(?:garantit[oaie]|minimi|essenziali)\b", re.I)
_IN = {
    "il ": "nel ",
    "lo ": "nello ",
    "la ": "nella ",
    "l'": "nell'",
    "i ": "nei ",
    "gli ": "negli ",
    "le ": "nelle ",
}


def struck(notice: Notice) -> Iterator[str]:
    """The sentence; none where the page tells of no trouble, or the service's article is not sure."""
    title = notice.title.strip(" .")
    found = next((match for pattern in _TITLES if (match := pattern.fullmatch(title))), None)
    if found is None or not _MAY_FAIL.search(notice.source):
        return
    what = f"{found['what'][:1].lower()}{found['what'][1:]}"
    gender = gender_of(what.split()[0])
    if gender is None:
        return
    where = f"{_IN[definite(what, gender)]}{what}"
    whose = found["whose"]
    strike = f"lo sciopero{whose}" if whose else "uno sciopero"
    day = found["day"] if found["day"][:1].isalpha() else f"il {found['day']}"
    rest = (
        "I servizi garantiti sono nella pagina."
        if _KEPT.search(notice.source)
        else "I dettagli sono nella pagina."
    )
    yield f"{opened(day)}, per {strike}, possono esserci disagi {where}. {rest}"
