"""What one needs for something: a list told whole, or that it is in the page; never some items as if all."""

import re
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.page.notice import Listing, Notice
from flows.bulletin.summary.frames.matter import Matter
from flows.bulletin.summary.frames.wording import worded

_PAPERS = re.compile(r"\b(?:document\w+|allegat\w+|modul\w+|copia|fotocopi\w+|dichiarazion\w+)\b", re.I)
_NEEDS = re.compile(
    r"\b(?:occorr\w+|necessari\w*|serv(?:e|ono)|requisit\w+|condizion\w+|allegat[aeio]|allegare|presentare"
    r"|document\w+|dev(?:e|ono) essere|portare|possedere|in possesso)\b",
    re.I,
)
_CONDITIONS = re.compile(
    r"\b(?:requisit\w+|condizion\w+|resident\w+|cittadinanza|isee|in possesso|essere|avere|possedere)\b", re.I
)
_SERVICE = re.compile(
    r"^per (?:accedere al servizio|(?:poter )?presentare (?:la )?domanda|la domanda|richiederl[oa])\b", re.I
)
_SHORT_ITEM = 70
_MOST_ITEMS = 6
_VERB_ITEM = re.compile(r"^(?:essere|avere|possedere|entrare|compilare|allegare|presentare|non) ", re.I)
_SENTENCE_ITEM = re.compile(
    r"[.:;]\s+\w|^(?:i|gli|le|il|la|l['’]|per|se|in caso|è|sono)\b.*\b(?:deve|devono|è|sono|può)\b", re.I
)


def asks(listing: Listing) -> bool:
    """Whether an enumeration says what one needs or must be."""
    return _NEEDS.search(listing.lead) is not None or any(_PAPERS.search(item) for item in listing.items[:3])


def in_the_page(notice: Notice) -> str:
    """`Requisiti e documenti sono nella pagina.`; "" where the page asks for nothing."""
    asked = [listing for listing in notice.listings if asks(listing)]
    if not asked:
        return ""
    words = " ".join(
        [*(listing.lead for listing in asked), *(item for listing in asked for item in listing.items)]
    )
    wants_papers, has_conditions = _PAPERS.search(words), _CONDITIONS.search(words)
    if wants_papers and has_conditions:
        return "Requisiti e documenti sono nella pagina."
    if wants_papers:
        return "I documenti da presentare sono elencati nella pagina."
    return "Tutti i requisiti sono nella pagina."


def told_whole(listing: Listing, matter: Matter | None) -> Iterator[str]:
    """A short list as one sentence with all its items: `Per pagare l'imposta devi conoscere: a e b.`"""
    items = [_item(item) for item in listing.items]
    if not listing.is_whole or not 1 < len(items) <= _MOST_ITEMS:
        return
    if any(not item or utf16(item) > _SHORT_ITEM or _SENTENCE_ITEM.search(item) for item in items):
        return
    lead = listing.lead.strip().rstrip(":").strip()
    if _SERVICE.match(lead):
        if matter is None:
            return
        lead = _SERVICE.sub(f"per {matter.text}", lead, count=1)
    separator = ", " if not any("," in item for item in items) else "; "
    last = " e " if separator == ", " else "; "
    lead = worded(lead).rstrip(".")
    if (
        not re.search(r"\b(?:\w+re|serv(?:e|ono)|occorr\w+|è necessari\w|deve|devono|sono)$", lead, re.I)
        or separator == "; "
    ):
        lead += ":"
    yield f"{lead} {separator.join(items[:-1])}{last}{items[-1]}."


def _item(item: str) -> str:
    text = worded(item).rstrip(" .;,")
    first = text.split(" ", 1)[0]
    return text if first.isupper() and len(first) > 1 else text[:1].lower() + text[1:]
