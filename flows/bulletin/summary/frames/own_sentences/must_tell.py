"""The office's first sentence and, behind it, those that tell what its kind of notice cannot do without.

`Il Comune cerca volontari per il servizio davanti alle scuole. Chi è interessato consegna il modulo entro
venerdì 19 febbraio.`
"""

from collections.abc import Iterator
from itertools import islice

from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.measure import utf16
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.page.told_slots import MUST, tells
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.left_to_page import OTHERS
from flows.bulletin.summary.frames.prose.wording import worded

_FIRST, _READ = 3, 20  # sentences that may open a text; those that are read


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units; none of a page that has none of these things in a sentence."""
    own = {
        sentence: spoken(worded(sentence))
        for sentence in dict.fromkeys((*islice((*notice.abstract, *notice.prose), _READ), *_of_musts(notice)))
        if is_fit(worded(sentence), sentence)
    }
    for opening in islice(own, _FIRST):
        wanted = list(dict.fromkeys([opening, *_telling(own[opening], notice, own)]))
        told = " ".join(own[sentence] for sentence in sorted(wanted, key=notice.source.find))
        if len(wanted) > 1:
            yield from (text for text in (f"{told} {OTHERS}", told) if utf16(text) <= limit)


def _of_musts(notice: Notice) -> Iterator[str]:
    """The sentences of what the kind must tell, which may stand below a heading and be no prose."""
    yield from (
        one.sentence
        for slot in MUST.get(notice.kind, ())
        for one in notice.slots.get(slot, ())
        if one.row is None
    )


def _telling(text: str, notice: Notice, own: dict[str, str]) -> Iterator[str]:
    """The sentences that tell what `text` lacks of the kind's musts."""
    for slot in MUST.get(notice.kind, ()):
        told = notice.slots.get(slot, ())
        if told and not any(tells(text, one) for one in told):
            found = next((one.sentence for one in told if one.sentence in own), "")
            if not found and slot is not Slot.until:
                found = next((said for one in told for said in own if one.words in said), "")
            if found:
                yield found
