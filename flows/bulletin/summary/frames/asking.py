"""Where one takes a request, and how much one may ask for: `all'Ufficio Protocollo`, `fino a 10 piantine`."""

import re

from flows.bulletin.page.notice import Notice, Slot, Told
from flows.bulletin.summary.frames.facets import bare
from flows.bulletin.summary.frames.sentences import NAMED, Sentence
from flows.bulletin.summary.frames.wording import worded

_OFFICE = re.compile(
    r"\b(?:iscrizion|adesion|domand|istanz|prenotazion|candidatur)\w*\b[^.;:]{0,120}?\s"
    r"(?P<where>(?:presso\s(?:l['’]\s?|lo\s|la\s|il\s)|all['’]\s?|allo\s|alla\s|al\s)"
    r"(?:ufficio|sportello|biblioteca|segreteria|protocollo|municipio)\b[^.,;:()|\n\d]{0,50})\.?$",
    re.I,
)
_OTHERWISE = re.compile(r"\b(?:ovvero|o|entro|dal|al \d)\b", re.I)
_BESIDE = re.compile(r"\b(?:pec|e-?mail|mail|online|on[- ]line|posta|oppure)\b", re.I)
_UP_TO = re.compile(
    r"\b(?:possono|può|potranno|potrà|puoi)\s(?P<verb>prenotare|richiedere|chiedere|ritirare|ricevere|acquistare)\s"
    r"(?:fino\sa(?:d)?(?:\sun\smassimo\sdi)?|un\smassimo\sdi|al\smassimo|massimo)\s"
    r"(?P<what>(?:\d{1,3}|due|tre|quattro|cinque|dieci)\s[a-zà-ù]+(?:\s(?!per\b|a\b)[a-zà-ù]+)?"
    r"(?:\s(?:per|a)\s(?:(?:ogni|ciascun\w?)\s)?[a-zà-ù]+(?:\sfamiliare)?)?)(?=[\s,.;:])",
    re.I,
)
_FREE = re.compile(r"\bgratuit[oaie]\b", re.I)


def office_of(told: Told) -> str:
    """`all'ufficio servizi sociali`; "" where there is another way, or none is told beside the term."""
    found = _OFFICE.search(told.sentence.strip())
    if found is None or _OTHERWISE.search(found["where"]) or _BESIDE.search(told.sentence):
        return ""
    where = worded(found["where"]).rstrip(".")
    return where[:1].lower() + where[1:]


def up_to(notice: Notice, clause: str, told: Told | None) -> Sentence | None:
    """`Puoi prenotare gratuitamente fino a 10 piantine per nucleo familiare entro il 30 settembre.`"""
    found = _UP_TO.search(notice.body)
    if found is None:
        return None
    verb = "chiedere" if found["verb"].lower() == "richiedere" else found["verb"].lower()
    free = " gratuitamente" if _FREE.search(notice.title) else ""
    by_when = f" {clause}" if told is not None and found[0] in told.sentence else ""
    names = _stems(found["what"]) & _stems(notice.title)
    slots = {Slot.amount, Slot.how, *([Slot.what] if names else []), *([Slot.deadline] if by_when else [])}
    return Sentence(
        f"Puoi {verb}{free} fino a {found['what']}{by_when}.", frozenset(slots), bool(names), NAMED, -0.5
    )


def _stems(text: str) -> set[str]:
    return {word[:5] for word in bare(text).split() if len(word) > 4}
