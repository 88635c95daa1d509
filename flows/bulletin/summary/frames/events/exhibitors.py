"""Who applies for a fair: those who sell or show there, and not who visits it."""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.page.notice import Notice

_FAIR = re.compile(r"\b(?:mercat\w+|fier[ae]|mostra[\s-]mercato|sagr[ae]|fest[ae])\b", re.I)
_SELLS = Cued(
    r"\b(?:esposit(?:ore|ori|rice|rici|iv\w)|(?:prodotti|articoli|opere)\sespost\w|esporre|standist\w|hobbist\w+"
    r"|bancarell\w|venditori|ambulanti|operatori\s(?:commerciali|economici)|merceologic\w+|posteggio?\b"
    r"|chi\svuole\svendere)",
    re.I,
)
_REQUEST = re.compile(
    r"La domanda (?:dev\w+ (?:arrivare|pervenire|essere \w+)|va \w+|si (?:presenta|fa|invia)) (?=entro\b)"
)
_OTHERS = re.compile(  # who applies there for something else
    r"\b(?:domand|richiest|candidatur|istanz)\w*\b[^.;\n]{0,90}"
    r"\b(?:volontar\w+|palco|esibi\w+|concors\w+|gar[ae]|cen[ae]|pranz\w+|spettacol\w+|musicist\w+|artist\w+|sfilat\w+)",
    re.I,
)
_MAY = "Puoi fare domanda "
_BARE = re.compile(r"La domanda (?=dev|va\b|si\b)")


def applied_for(booking: str, notice: Notice) -> str:
    """`Gli espositori devono fare domanda entro il 4 settembre.`; of another event `La domanda per
    partecipare deve arrivare …`.
    """
    is_fair = _FAIR.search(notice.title) and _SELLS.search(notice.body)
    is_for_sellers = is_fair and not _OTHERS.search(notice.body)
    if is_for_sellers and _REQUEST.match(booking):
        return _REQUEST.sub("Gli espositori devono fare domanda ", booking, count=1)
    if is_for_sellers and booking.startswith(_MAY):
        return booking.replace(_MAY, "Gli espositori possono fare domanda ", 1)
    return _BARE.sub("La domanda per partecipare ", booking, count=1) if _BARE.match(booking) else booking
