"""Which of the things a citizen must be told one sentence tells, by its words alone."""

import re
from functools import lru_cache

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH, TIME, WEEKDAY
from flows.bulletin.page.notice import Notice, Slot, Told

_DAY = rf"(?:\d{{1,2}}[°º]?\s+{MONTH}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}|(?:{WEEKDAY}))"
_CUES: tuple[tuple[Slot, Cued], ...] = tuple(
    (slot, Cued(pattern, re.I))
    for slot, pattern in (
        (
            Slot.deadline,
            rf"\b(?:entro|scad\w+|non oltre|termin[ei]|fino al?l?"
            rf"|prorogat\w)\b[^.;]{{0,60}}?(?:{_DAY}|\d+ giorni)"
            rf"|\b(?:domand|istanz|iscri|adesion|candidatur|prenota"
            rf"|partecipazion)\w*\b[^.;]{{0,60}}?\b(?:dal|al)l?['’ ]"
            rf"\s?{_DAY}",
        ),
        (
            Slot.amount,
            r"€|\beuro\b|\bgratuit\w+|\bgratis\b|\d\s?%|\b(?:massimo|fino a) (?:di )?\d+\b",
        ),
        (
            Slot.how,
            r"\bonline\b|\bon[- ]line\b|\bpec\b|\be-?mail\b|\bmodul[oi]\b|\bmodell[oi]\b|\bspid\b|\bcie\b"
            r"|\bpiattaforma\b|\bpresso\b|\ball['’]ufficio\b|\bsportello\b|\bprenota\w+|\bapp\b|\bprotocollo\b"
            r"|\bsenza (?:appuntamento|prenotazione)|\baccesso (?:libero|diretto)|\bpagopa\b|\ba mano\b"
            r"|\bpresenta\w*\b|\bporta\w*\b|\bcompila\w*\b|\bserv(?:e|ono)\b|\boccorr\w+\b|\bscaric\w+",
        ),
        (
            Slot.who,
            r"\b(?:rivolt[oaie]|destinat\w+|riservat\w+|rivolge|spetta|possono|beneficiar\w+|interessat\w+)\b"
            r"|\bresident\w+|\brisied\w+|\bover ?\d\d|\bisee\b"
            r"|\b\d+ anni\b|\bfamigli\w+|\bcittadin\w+|\bgenitor\w+"
            r"|\balunn\w+|\bstudent\w+|\banzian\w+|\bimpres\w+|\battività (?:economic|commercial)\w+"
            r"|\bminor[ie]\b|\bdisabil\w+|\bassociazion\w+",
        ),
        (Slot.when, rf"{_DAY}|\b(?:da|dal|fino a|entro) {MONTH}"),
        (Slot.place, r"\b(?:via|viale|piazza|corso|largo)\s+[A-Z]|\bpresso\b|\ball['’]ufficio|\bmunicipio\b"),
        (
            Slot.until,
            r"\b(?:ricors|osservazion|opposizion|reclam|impugn)\w+\b.{0,120}(?:giorni|\d)"
            r"|(?:giorni|\d).{0,120}\b(?:ricors|osservazion|opposizion|reclam)\w+",
        ),
        (
            Slot.status,
            r"\b(?:non (?:sar(?:à|anno)|è|sono|essere|verr(?:à|anno)|viene|vengono)? ?(?:garantit|effettuat"
            r"|svolt|attiv|disponibil|operativ|assicurat)\w*|sospes[oaie]\b|non si (?:svolg|effettu"
            r"|terr)\w+|disag[io]\w*|disservizi\w*)",
        ),
        (Slot.fine, r"\b(?:mult[ae]|sanzion\w+|ammend[ae])\b"),
        (
            Slot.todo,
            r"\b(?:viet\w+|divieto|obblig\w+|dev(?:e|ono)"
            r"|dovrann?[oà]|occorre|bisogna|necessari[oa]|non (?:è(?! un)|si)"
            r"|invit\w+|compila\w*|partecipa\w*|porta\w*|dedica)\b",
        ),
        (
            Slot.exception,
            r"\b(?:salv[oa]|tranne|eccett\w+|esclus\w+|solo"
            r"|soltanto|esclusivamente|ad eccezione|soggett[ei] a"
            r"|in presenza di|purché|fino ad esaurimento|provvisori\w+)\b",
        ),
    )
)
_LETTERS = re.compile(r"\w+")


@lru_cache(maxsize=2048)
def facets(text: str) -> frozenset[Slot]:
    """Every slot that the words of one sentence tell; `what` is no matter of words and never among them."""
    found = {slot for slot, pattern in _CUES if pattern.search(text)}
    if TIME.search(text) or re.search(r"\bd?alle \d", text):
        found.add(Slot.hours)
    return frozenset(found)


def tells(text: str, told: Told) -> bool:
    """Whether a sentence has the words that the page has for a slot."""
    return bool(told.words) and f" {bare(told.words)} " in f" {bare(text)} "


def known(notice: Notice) -> frozenset[Slot]:
    """The slots that the page tells, as far as it was read."""
    return frozenset(slot for slot, told in notice.slots.items() if told)


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """The words of a text in small letters, with one space between them."""
    return " ".join(_LETTERS.findall(text.casefold()))
