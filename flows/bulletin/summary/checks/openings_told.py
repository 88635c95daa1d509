"""What a text tells of when and what is open, and leaves out: a closure, other offices, a reopening."""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import TIME
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days

_OF_SEASON = re.compile(
    r"\b(?:segu|osserv|hanno|ha|vige|applica)\w*(?: l['’]| un )?orario (?:invernale|estivo)\b", re.I
)
_HOURS = re.compile(r"\borar(?:i|io)\b", re.I)
_CLOCKED = re.compile(r"\bdalle\s\d|\d\s?[-–]\s?\d")
_SHUT = re.compile(
    r"\b(?:rester|rimarr|sar)(?:à|anno) chius[oaie]\b|\b(?:saremo|siamo|resteremo|restiamo) chiusi\b"
    r"|\bchiusura (?:totale|completa)\b",
    re.I,
)
_OFFICES = re.compile(r"\b(?:uffici|servizi|sportelli)\b(?!o)", re.I)
_OF_ONE_NAME = re.compile(r"\bufficio\s(?:dei\s)?servizi\b", re.I)  # `Chiusura ufficio servizi demografici`
_ONE_OFFICE = re.compile(r"\b(?:lo sportello|l['’]ufficio|il servizio) [A-ZÀ-Ý]\w+", re.I)
_ALL_OFFICES = re.compile(
    r"^(?!Per )[^.]*\b(?:gli (?:altri )?uffici|i servizi|il municipio|il comune|gli sportelli)\b"
    r"|\. (?:Gli uffici|I servizi)",
    re.I,
)
_SHUT_IN_PAGE = re.compile(r"\b(?:giorni|chiusure|dettagli|resto)\b[^.]* nella pagina", re.I)
_SHUT_TOO = re.compile(r"\b(?:è|sono|rest\w+|rimarr\w+|sarà|saranno) chius[oaie] anche\b", re.I)
_TELLS_OTHERS = re.compile(r"\banche\b|\b(?:altr[ie]|chiusure|il resto)\b[^.]* nella pagina", re.I)
_REOPENS = re.compile(r"\b(?:riapertur|riapr)\w+", re.I)
_OPENS_AGAIN = re.compile(
    r"\b(?:riapert|riapr|riatt|di nuovo|torna|aprono|apre|apert|apertur)\w*"
    r"|\b(?:revocat|tolt|rimoss|terminat|cessat)\w+ (?:la|ogni) chiusura\b"
    r"|\b(?:cessa|termina|finisce) la chiusura\b"
    r"|\bla chiusura [^.;:]{0,60}\b(?:è|viene) (?:revocat|tolt|terminat|cessat)a\b",
    re.I,
)

_EACH = re.compile(
    r"\b(?:ogni|tutt[ie] (?:i|le)) (?:giorn|settiman|luned|marted|mercoled|gioved|venerd|sabat|domenic)", re.I
)
_IS_DATED = re.compile(r"(?<!fino al )(?<!\bdal )\b\d{1,2}[°º]? [a-zà-ù]{4,9}\b")


def openings_told(text: str, notice: Notice) -> Iterator[str]:
    """Why hours are told for more or for less than they are: Italian sentences."""
    if _OF_SEASON.search(text) and "nella pagina" not in text and not _CLOCKED.search(text):
        yield "Il testo non dice qual è l'orario."
    is_of_hours = notice.kind is Kind.hours and _HOURS.search(notice.title) and Slot.hours in notice.slots
    if is_of_hours and not (TIME.search(text) or _CLOCKED.search(text) or "nella pagina" in text):
        yield "Il titolo parla di orari, e il testo non ne dice."
    if notice.kind is Kind.hours and _SHUT_TOO.search(notice.source) and not _TELLS_OTHERS.search(text):
        yield "La pagina dice che è chiuso anche altro, e il testo no."
    if _REOPENS.search(notice.title) and not _OPENS_AGAIN.search(text):
        yield "Il titolo dice che riapre, e il testo no."
    shut = [said for said in split(notice.source) if _SHUT.search(said)] if notice.kind is Kind.hours else []
    if any(calendar_days(said) - calendar_days(text) for said in shut) and not _SHUT_IN_PAGE.search(text):
        yield "La pagina dice anche una chiusura, e il testo no."
    each = notice.kind in OCCASIONS and _EACH.search(text)
    off = next((one for one in split(notice.source) if _SHUT.search(one) and _IS_DATED.search(one)), "")
    if each and off and calendar_days(off) - calendar_days(text):
        yield f"Un giorno non si tiene: la pagina dice «{off}»."
    told = " ".join(one for one in split(text) if "nella pagina" not in one)
    is_of_offices = notice.kind is Kind.hours and _OFFICES.search(_OF_ONE_NAME.sub("", notice.title))
    if is_of_offices and _ONE_OFFICE.search(told) and not _ALL_OFFICES.search(told):
        yield "Il titolo parla di tutti gli uffici, e il testo di uno."
