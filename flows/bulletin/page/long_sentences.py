"""A sentence that is too long for any bulletin, as the sentences that its semicolons and its colon join; and
the row of a day as a sentence.

An ordinance tells in one breath what by when, what along the border, what of the branches. Each of them is
said whole, or left to the page; of the breath as one nothing could ever be said.
"""

import re

from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.verbs import speaks

_LONGEST = 275  # characters: what no text can hold whole
_SHORTEST = 40
_OWN = (
    r"(?:(?:il|lo|la|i|gli|le|un|una|si|non|chi|è|sono|sarà|saranno|nel|nella|nei|nelle|dal|dalle|per|in|tutt[ie]|ogni"
    r"|coloro|a chi|vanno|va)\s|l['’])(?=\S)"
)
_SEMICOLON = re.compile(rf";\s+(?={_OWN})", re.I)
_COLON = re.compile(rf"(?<=[a-zà-ù)»\d]):\s+(?={_OWN})", re.I)
_LISTS = re.compile(
    r"\b(?:seguent[ei]|segue|seguito|cioè|ossia|quali|precisamente|particolare|ecco|esempio|stabilisce|dispone|ordina"
    r"|prevede|comprende|anche)$",
    re.I,
)


_DAY = rf"(?:{WEEKDAY} )?\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?(?: \([^()]{{3,40}}\))?"
_DAY_ROW = (
    re.compile(  # `Lunedì 21 aprile e giovedì 1° maggio: nessun ritiro`, alone or behind what announces it
        rf"(?:^|(?P<lead>^[^:]{{30,}}):\s)(?P<days>{_DAY}(?:(?:,| e) {_DAY})*):\s(?P<said>[^:]+)$", re.I
    )
)
_NONE = re.compile(r"nessun[oa]? (?P<what>ritiro|raccolta|servizio)\b", re.I)
_ARTICLES = {"ritiro": "il", "raccolta": "la", "servizio": "il"}


def _of_a_day(sentence: str) -> list[str]:
    """`Mercoledì 30 aprile è ritirata la carta.` of the row `Mercoledì 30 aprile: è ritirata la carta`."""
    row = _DAY_ROW.match(sentence)
    if row is None:
        return [sentence]
    said = _NONE.sub(
        lambda none: f"non c'è {_ARTICLES[none['what'].lower()]} {none['what'].lower()}", row["said"]
    )
    told = f"{row['days'][:1].upper()}{row['days'][1:]} {said}"
    if not speaks(said) or (row["lead"] and not speaks(row["lead"])):
        return [sentence]
    return [f"{row['lead']}.", told] if row["lead"] else [told]


def parted(sentence: str) -> list[str]:
    """`sentence` alone where it is short, or where a part of it would be none: a list, a quotation."""
    return [part for said in _of_a_day(sentence) for part in _halves(said)]


def _halves(sentence: str) -> list[str]:
    if len(sentence) <= _LONGEST or "«" in sentence or "“" in sentence or '"' in sentence:
        return [sentence]
    parts = _SEMICOLON.split(sentence)
    if (
        len(parts) == 1
        and (colon := _COLON.search(sentence))
        and not _LISTS.search(sentence[: colon.start()])
    ):
        parts = [sentence[: colon.start()], sentence[colon.end() :]]
    is_each_whole = all(len(part) >= _SHORTEST and speaks(part) and part.count(";") == 0 for part in parts)
    if len(parts) == 1 or not is_each_whole or ":" in parts[0]:
        return [sentence]
    return [f"{part[:1].upper()}{part[1:].rstrip(' .,')}." for part in parts]
