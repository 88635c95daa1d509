"""The first of several steps by which one takes part, before the one that a text tells.

`Ritira in Biblioteca il cartellino per il tuo presepe.` says nothing to who was not told to build one.
"""

import re
from collections.abc import Callable
from itertools import pairwise

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.prose.wording import worded

_STEP = re.compile(
    r"(?:Addobba|Allestisci|Colora|Compila|Costruisci|Crea|Decora|Disegna|Fotografa|Installa"
    r"|Invia|Manda|Passa|Porta|Prepara|Realizza|Ritira|Scarica|Scatta|Scegli|Scrivi|Vieni)\b"
)
_ONE_OR_OTHER = re.compile(r"\b(?:oppure|in alternativa)\b", re.I)
_AND_THAT = re.compile(r"\se\sche\s[^,.]{3,90}\.$")  # the last of what is asked of the thing


def from_first(text: str, notice: Notice, limit: int, passes: Callable[[str], bool]) -> str:
    """`text` with the page's step before its own one, or with the beginning of that, which `passes`."""
    told = split(text)
    steps = [worded(one) for one in notice.prose]
    for first, second in pairwise(steps):
        if second not in told or first in text or not (_STEP.match(first) and _STEP.match(second)):
            continue
        if _ONE_OR_OTHER.search(f"{first} {second}"):
            continue
        at = told.index(second)
        if at and _STEP.match(told[at - 1]):
            continue
        shorter = _AND_THAT.sub(".", first)
        for step in (first, shorter) if figures(shorter) == figures(first) else (first,):
            said = " ".join([*told[:at], step, *told[at:]])
            if utf16(said) <= limit and passes(said):
                return said
    return text
