"""What keeps people out who do not know it: that one must book, the age that one needs, who pays less."""

import re
from collections.abc import Iterator

from flows.bulletin.language.cues import Cued
from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.summary.clauses.prices import EXEMPTION, SOME_PAY_LESS
from flows.bulletin.summary.frames.of_a_part import is_for_a_part

_DUTIES = (
    (
        Cued(
            r"\b(?:prenotazion|iscrizion|registrazion)\w(?:,\s[^.;:\n]{3,30})?(?:\se\s\w+)?\s+(?:(?:è|sono|online)\s+)?obbligatori\w"
            r"|\bobbligo\s+di\s+(?:prenotazione|iscrizione)|\bprevia\s+(?:prenotazione|iscrizione)"
            r"|\b(?:necessari[oa]|occorre|bisogna)\s+(?:prenota|iscriv)\w+"
            r"|\b(?:solo|soltanto|esclusivamente)\ssu\s(?:prenotazione|iscrizione)\b"
            r"|\b(?:gratuit|liber)[oaie]\s(?:ma\s)?(?:solo\s)?su\s(?:prenotazione|iscrizione|invito)\b"
            r"(?!\s(?:consigliat|facoltativ|gradit))",
            re.I,
        ),
        re.compile(r"\b(?:prenot|iscri|registr)\w+|\bappuntamento\b", re.I),
        "Manca che bisogna prenotare o iscriversi",
    ),
    (
        Cued(
            r"\betà\s+minima\b[^.;\n]{0,40}|\b(?:riservat|vietat)\w*\s+ai\s+(?:maggiorenni|minori)\b"
            r"|\bpossono\s(?:candidarsi|aderire"
            r"|presentare\s(?:la\s)?domanda)\b[^.;\n]{0,80}\b\d{2}\s(?:anni|e i)\b",
            re.I,
        ),
        re.compile(r"\b\d+\s+anni\b|\bmaggiorenn|\bcondizioni\b|\bminori\b|\brequisiti\b", re.I),
        "Manca l'età che serve",
    ),
)
_SHORT = 110  # characters
CONDITIONS = "Le condizioni per partecipare sono nella pagina."
_PRICE = re.compile(r"\d\s?(?:€|euro\b)|€\s?\d", re.I)
_WITHOUT_DUTIES = (Kind.alert, Kind.road, Kind.supply_cut, Kind.recall)


def booking(notice: Notice) -> str:
    """`Devi prenotare.` where the page says that one must; "" where it does not."""
    match = _DUTIES[0][0].search(notice.source)
    if match is None or is_for_a_part(match.start(), notice):
        return ""
    return "Devi prenotare." if "prenot" in match[0].lower() else "Devi iscriverti."


def conditions(text: str, notice: Notice) -> Iterator[str]:
    """The office's short sentence with the age that one needs, where `text` has none, then word of it."""
    duty, told, _ = _DUTIES[1]
    if duty.search(notice.source) is None or told.search(text):
        return
    yield from (said for said in notice.prose if duty.search(said) and len(said) <= _SHORT)
    yield CONDITIONS


def unsaid(text: str, notice: Notice) -> Iterator[str]:
    """What keeps people out who do not know it: that one must book, an age, that it costs them less."""
    if notice.kind in _WITHOUT_DUTIES:
        return
    for duty, told, reason in _DUTIES:
        if (match := duty.search(notice.source)) and not (
            told.search(text) or is_for_a_part(match.start(), notice, text)
        ):
            yield f"{reason}: la pagina dice «{' '.join(match[0].split())}»."
    exemption = EXEMPTION.search(notice.source)
    if exemption and _PRICE.search(text) and not SOME_PAY_LESS.search(text):
        yield f"Manca chi non paga, o paga meno: la pagina dice «{' '.join(exemption[0].split())}»."
