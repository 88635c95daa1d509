"""A call told whole to who reads: who may ask and until when, then what one gets, and who is left out.

`Se risiedi a Po e hai un ISEE fino a 9.000 euro puoi chiedere il bonus affitti entro il 3 maggio. Il
contributo è di 500 euro. Altri requisiti sono nella pagina.`
"""

import re
from collections.abc import Iterator, Sequence

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.calls.bands import bands
from flows.bulletin.summary.frames.calls.families import parent_lives
from flows.bulletin.summary.frames.calls.particulars import given
from flows.bulletin.summary.frames.calls.requirements import in_the_page
from flows.bulletin.summary.frames.calls.who_may_ask import SEVERAL, TO_YOU
from flows.bulletin.summary.frames.own_sentences.sentences import Sentence
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.wording import worded

_LEFT_OUT = re.compile(r"(?:È|Sono) esclus[oaie]\s|Non (?:può|possono) (?:fare domanda|partecipare|chiedere)")
_SHORT = 110  # UTF-16 units of an exclusion
_ANNOUNCED = 38  # of word that the rest is in the page, which stands behind where none does here


def benefit(notice: Notice, sentences: Sequence[Sentence], limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units of the sentences that `conditions` made of several conditions."""
    rest = in_the_page(notice)
    facts = list(
        filter(None, (given(notice.body), bands(notice), _left_out(notice), parent_lives(notice.body)))
    )
    for one in sentences:
        if one.place != TO_YOU or one.flaw > SEVERAL or len(split(one.text)) > 1:
            continue
        for count in range(len(facts), -1, -1):
            if not count and facts:
                return  # what one gets is told by others
            closing = "Altri requisiti sono nella pagina." if rest and count else rest
            text = " ".join(filter(None, (one.text, *facts[:count], closing)))
            if utf16(text) + (0 if closing else _ANNOUNCED) <= limit:
                yield text


def _left_out(notice: Notice) -> str:
    """The office's short sentence that says who may not ask."""
    for sentence in notice.prose:
        text = worded(sentence)
        if _LEFT_OUT.match(text) and is_fit(text, sentence) and utf16(text) <= _SHORT:
            return text
    return ""
