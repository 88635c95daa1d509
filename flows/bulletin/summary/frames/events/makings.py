"""What one has to make to take part, of which the next sentence speaks as of one's own: `il tuo presepe`."""

import re

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.wording import worded

_YOURS = re.compile(r"\b(?:tuo|tua|vostro|vostra)\s(?P<what>[a-zà-ù]{4,30})\b")
_MAKE = re.compile(
    r"(?:Costruisci|Costruite|Crea|Create|Allestisci|Allestite|Realizza|Realizzate|Prepara|Preparate|Disegna"
    r"|Disegnate|Scrivi|Scrivete|Scatta|Scattate|Decora|Decorate|Cuci|Cucite|Scegli|Scegliete|Porta|Portate)\b"
)
_LONGEST = 110  # UTF-16 units


def introduced(text: str, notice: Notice) -> str:
    """`text` with `Costruisci un presepe fuori casa.` before `… da mettere sul tuo presepe.`, where one makes
    it and the text does not say so.
    """
    sentences = split(text)
    for place, said in enumerate(sentences):
        yours = _YOURS.search(said)
        if yours and not re.search(rf"\b(?:un|uno|una)\s{yours['what']}\b", " ".join(sentences[:place])):
            made = _made(yours["what"], notice)
            return " ".join([*sentences[:place], made, *sentences[place:]]) if made else text
    return text


def _made(what: str, notice: Notice) -> str:
    """The office's sentence by which one makes it; "" where there is none."""
    for sentence in notice.prose:
        told = worded(sentence)
        is_it = re.search(rf"\b(?:un|uno|una)\s{what}\b", told)
        if is_it and _MAKE.match(told) and utf16(told) <= _LONGEST and is_fit(told, sentence):
            return told
    return ""
