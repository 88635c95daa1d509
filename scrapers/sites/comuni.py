"""The Comuni of Italy by ISTAT code and name, and which of them a web site belongs to.

`data/comuni.csv` holds codes, names, provinces and regions (CC BY 4.0, see its header), no alert zones. It is
of 2022: a Comune that was born since, or has another code since, is for the operator to name.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from rapidfuzz import fuzz

TABLE = Path(__file__).parent.parent / "data" / "comuni.csv"
_PREPOSITIONS = (
    "a al alla allo ai con da dal dalla de degli dei del dell della delle dello di d e ed in il l la le lo "
    "nel nell nella per su sul sulla"
)
_SMALL = frozenset(_PREPOSITIONS.split())
_SAINTS = {"san": "s", "santa": "s", "santo": "s", "sant": "s", "santi": "ss"}
_TITLE = re.compile(
    r"\b(?:comune|citt(?:à|a'|a’|a))\s+(?:(?:della|dello|del|dei|di|de)\s+|(?:dell|d)['’]\s*)(.+)",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s[-–—|·»]\s|[|»:•]|,\s")
_PROVINCE = re.compile(r"^(.*\S)\s*[\s(,/-]\(?([A-Za-z]{2})\)?$")


@dataclass(frozen=True)
class Comune:
    """One row of the register; `province` is the two letters, `region` the full ISTAT name."""

    istat: str  # six digits
    name: str
    province: str
    region: str

    def __str__(self) -> str:
        return f"{self.name} ({self.province or self.region}), ISTAT {self.istat}"


@cache
def register() -> tuple[Comune, ...]:
    """Every Comune, by ISTAT code."""
    lines = (line for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return tuple(Comune(**row) for row in csv.DictReader(lines))


def by_istat(code: str) -> Comune | None:
    return next((comune for comune in register() if comune.istat == code), None)


@lru_cache(50_000)
def fold(name: str) -> str:
    """A name without case, accents, apostrophes, hyphens: "Sant'Angelo" and "SANT ANGELO" are one."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


@lru_cache(50_000)
def damaged(name: str) -> str:
    """The same, where an accented letter may have become another one or "?" ("Cittè" for "Città")."""
    starred = re.sub(r"[^\x00-\x7f]|(?<=\w)\?(?!\w)", "*", name.replace("’", "'"))
    return " ".join(re.findall(r"[a-z0-9*]+", starred.casefold()))


@lru_cache(50_000)
def skeleton(name: str) -> str:
    """The same without prepositions, saints abbreviated: "Reggio nell'Emilia" and "Reggio Emilia" are one."""
    return " ".join(_SAINTS.get(word, word) for word in fold(name).split() if word not in _SMALL)


def named(name: str) -> tuple[Comune, ...]:
    """The Comuni of that name, homonyms included; "Samone (TN)" names the province too.

    A spelling counts that differs in case, accents, apostrophes, prepositions; nothing that only resembles.
    """
    for form in (fold, skeleton):
        comuni = tuple(comune for comune in register() if form(name) and form(comune.name) == form(name))
        if comuni:
            return comuni
    if "/" in name:  # Bolzano/Bozen: the register has the Italian name
        return named(name.partition("/")[0])
    if match := _PROVINCE.match(name.strip()):
        return tuple(comune for comune in named(match[1]) if comune.province == match[2].upper())
    return ()


def resembles(name: str, other: str) -> bool:
    """Whether two names may be meant for each other: a slip of the pen, or the one is part of the other."""
    left, right = set(skeleton(name).split()), set(skeleton(other).split())
    if left and right and (left <= right or right <= left):
        return True
    return fuzz.ratio(fold(name), fold(other)) >= 80


def close(name: str, among: Iterable[Comune] | None = None, limit: int = 5) -> tuple[Comune, ...]:
    """Comuni whose names resemble `words`, the closest first: to ask a person, never to decide."""
    alike = [comune for comune in (register() if among is None else among) if resembles(name, comune.name)]
    return tuple(sorted(alike, key=lambda comune: -fuzz.ratio(fold(name), fold(comune.name)))[:limit])


def from_host(address: str) -> tuple[Comune, ...]:
    """The Comuni that `comune.<name>[.<province>].it` may name; the province decides among homonyms.

    A province that no longer fits (Monza left Milano, the sites kept `.mi.it`) does not rule a name out.
    """
    host = (urlsplit(address).hostname or "").lower()
    match = re.search(r"(?:^|\.)comune\.([a-z0-9-]+)(?:\.([a-z]{2}))?\.it$", host)
    if match is None or (match[2] is None and len(match[1]) == 2):
        return ()  # comune.re.it is Reggio Emilia's, not Re's
    folded = match[1].replace("-", "")
    comuni = tuple(comune for comune in register() if fold(comune.name).replace(" ", "") == folded)
    in_province = tuple(comune for comune in comuni if comune.province == (match[2] or "").upper())
    return in_province or comuni


def from_title(title: str) -> tuple[Comune, ...]:
    """The Comuni that a page title like "Comune di Marino - Homepage" names."""
    match = _TITLE.search(title)
    if match is None:
        return ()
    return named(_CUT.split(match[1])[0].strip())
