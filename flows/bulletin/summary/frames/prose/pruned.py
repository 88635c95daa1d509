"""A sentence of the office's too long for a message, without the asides that no reader needs.

Who runs or promotes a thing, what for, and the cause at the end may go, each whole and between its commas;
never a day, a sum, a limit or an exception.
"""

import re
from collections.abc import Sequence

from flows.bulletin.language.measure import utf16
from flows.bulletin.page.told_slots import figures

_LONG, _ROOM, _MOST = 275, 235, 270  # UTF-16 units: too long, beside word of the rest, and alone
_BINDS = re.compile(
    r"\b(?:sol[oaie]|soltanto|esclus\w+|eccett\w+|tranne|salvo|fatt[aoie] salv\w+|purché|se|qualora|ma|però"
    r"|non|obblig\w+|vietat\w+|divieto|gratuit\w+|prenot\w+|iscri\w+|entro|fino|minim\w+|massim\w+|euro|€|almeno|oltre)\b",
    re.I,
)
_OF = r"(?:da(?:l|llo|lla|i|gli|lle)?\s|dall['’])"
_ASIDE = re.compile(
    rf",\s(?:(?:gestit|organizzat|promoss|curat|realizzat|finanziat|patrocinat|sostenut|coordinat|condott|ideat)[oaie]\s{_OF}"
    r"|(?:in\scollaborazione|d['’]intesa|in\saccordo)\scon\s|(?:con\sil|grazie\sal)\s(?:patrocinio|sostegno|contributo)\s"
    r"|nell['’]ambito\sd|nel\squadro\sd|vist[oaie]\s|stante\s|considerat[oaie]\s|dat[oa]\s(?:il|lo|la|l['’]))"
    r"[^,;:()]{3,140},",
    re.I,
)
_TAIL = re.compile(
    rf",?\s(?:(?:gestit|organizzat|promoss|curat|realizzat|finanziat|patrocinat|coordinat)[oaie]\s{_OF}"
    r"|in\scollaborazione\scon\s|con\s(?:il\spatrocinio|la\scollaborazione|il\ssostegno|il\scontributo)\s"
    r"|nell['’]ambito\sd|con\sl['’]obiettivo\sd|allo\sscopo\sdi\s|al\sfine\sdi\s|senza\s[a-zà-ù]+(?:are|ere|ire)\s"
    r"|per\sl['’]impossibilità\s|a\scausa\sd|a\sseguito\sd|in\squanto\s|poiché\s|così\sda\s|in\smodo\sda\s"
    r"|anche\sal\sfine\s|nonché\sdi\s)"
    r"[^.;:]{3,200}\.$",
    re.I,
)
_TO_ADD_TO = re.compile(  # `Ad integrazione delle attività estive dal 16 marzo`
    r"^Ad?\s(?:integrazione|completamento|supporto)\sd[^,.;:\d]{3,80}?\s(?=dal\s\d|dall['’]\d)", re.I
)
_OPEN = re.compile(
    r"\b(?:giorn[oi]|dat[ae]|ore|seguent[ei]|modalità)\.$", re.I
)  # what follows is no part of it
_APART = re.compile(r"\s(?:con|che|nel\w*|in|per|al?|alla|dal\w*|senza|fino|un[ao]?|da|su\w*)\b")
_BRACKETS = re.compile(r"\s\([^()]{3,120}\)")


def pruned(sentence: str) -> str:
    """A shorter form of a long sentence; "" where it is short enough, or none is sure."""
    if utf16(sentence) <= _LONG or _OPEN.search(sentence):
        return ""
    text = _TO_ADD_TO.sub("", sentence)
    text = _shortened(f"{text[:1].upper()}{text[1:]}", _ROOM, (_ASIDE, _BRACKETS, _TAIL))
    return text if utf16(text) <= _MOST else ""


def without_asides(sentence: str) -> str:
    """`sentence` without who runs or promotes a thing, what for, and the cause at its end; brackets stay."""
    return sentence if _OPEN.search(sentence) else _shortened(sentence, 0, (_ASIDE, _TAIL))


def _shortened(text: str, room: int, patterns: Sequence[re.Pattern[str]]) -> str:
    for pattern in patterns:
        while utf16(text) > room and (found := next(filter(_may_go, pattern.finditer(text)), None)):
            rest = text[found.end() :]
            kept = "," if pattern is _ASIDE and _APART.match(rest) else "." if pattern is _TAIL else ""
            text = f"{text[: found.start()]}{kept}{rest}"
    return text


def _may_go(found: re.Match[str]) -> bool:
    return not _BINDS.search(found[0]) and not figures(found[0])
