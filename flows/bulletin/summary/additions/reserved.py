"""For whom alone something is, where a text tells of it as if everybody might come or ask.

`Il servizio è riservato a chi abita a più di 1 km dalla scuola`: who lives nearer asks in vain.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.clauses.days import days_clause
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.left_to_page import CONDITIONS as _TO_COME
from flows.bulletin.summary.frames.prose.wording import worded

_KINDS = frozenset({*OCCASIONS, Kind.deadline, Kind.service, Kind.health, Kind.campaign, Kind.hours})
_RESERVED = Cued(
    r"\b(?<!non )(?<!posti )(?<!posto )(?<!area )(?<!parcheggio )(?<!aree )(?<!spazi )riservat[oaie]\s"
    r"(?:solo\s|soltanto\s|esclusivamente\s)?(?:ai|agli|alle|alla|al|allo|a)\s(?!tutt)(?P<whom>[^.;,()\n]{3,90})",
    re.I,
)
_LEAVES = re.compile(r"\b(?:requisiti|condizioni|eccezioni|altri dettagli)\b[^.]* nella pagina", re.I)
_IT = re.compile(  # of what a text may speak: not `i posti per disabili`, nor one of a call's jobs
    r"\b(?:servizi|domand|iscrizion|contribut|bonus|band[io]\b|iniziativ|partecipazion|cors[oi]\b|soggiorn|agevolazion)\w*"
    r"[^.;:]{0,60}$",
    re.I,
)
_ITS_PART = re.compile(
    r"\b(?:incontr|serat|ingress|event|appuntament|laborator|spettacol|lezion|attivit|cors[oi]\b|torne|git[ae]\b)\w*",
    re.I,
)
_EXCLUDED = re.compile(r"(?:Sono|Restano|Rimangono) esclus[ie]\b")
_OF_BANS = frozenset({Kind.road, Kind.other, Kind.act, Kind.campaign, Kind.supply_cut, Kind.service})
_TOLD = re.compile(r"\b(?:esclus|eccezion|eccett|tranne|salv[oi]\b)", re.I)
_OF_CHANGES = frozenset({Kind.road, Kind.hours, Kind.other, Kind.service, Kind.campaign})
_FALLS_AWAY = re.compile(
    r"\b(?:è|sono|sarà|saranno|viene|verrà) (?:\w+ )?(?:annullat|sospes|soppress)[oaie]\b"
    r"|\bnon (?:si (?:tien|terr|svolg|effettu|ritir|racco)\w+|sarà (?:effettuat|raccolt|svolt)\w|avrà luogo)",
    re.I,
)
_MATTERS = re.compile(
    r"\b(?:mercat|raccolt|servizi|umid|cart|plastic|vetr|indifferenziat|rifiut|lezion|bus|cors[ae]\b|navett)",
    re.I,
)
_TELLS_CHANGES = re.compile(r"\b(?:variazioni|programma|calendario|altri dettagli)\b[^.]* nella pagina", re.I)
_NOT_THEN = re.compile(
    r"\bnon (?:c['’]è|ci sono|si (?:tien|terr|svolg)\w+|è previst[oa]) "
    r"(?:spettacol|proiezion|lezion|l['’]incontr|il mercat)"
    rf"|^(?:A|Ad|In) {MONTH}\b"
    r"[^.]{0,60}\bsi (?:sposta|ferma|trasferisce)",
    re.I,
)
_ENDED = re.compile(
    r"\b(?:di nuovo (?:potabil|apert|transitabil|percorribil|balneabil)|(?:è|sono) (?:stat\w )?revocat"
    r"|torna potabile)",
    re.I,
)
_STAYS = re.compile(
    r"\b(?:rest|riman|continu)\w+\b[^.;]{0,60}\b(?:divieto|vietat\w|chius\w|non potabile|obbligo|in vigore)",
    re.I,
)
_STAY_IN_PAGE = "Dove il divieto resta è nella pagina."
_SKIPPED = re.compile(  # `tutti i mercoledì dal 3 maggio al 5 giugno (escluso il 2 giugno)`
    rf"\b(?:esclus[oaie]|eccett[oi]|tranne|salvo|ad eccezione del(?:l['’]\s?|la\s|\s))\s?(?:i giorni\s)?"
    rf"(?P<days>(?:il\s|l['’]|la\s)?(?:{WEEKDAY}\s)?\d{{1,2}}[°º]?(?:(?:,\s|\se\s(?:il\s|l['’])?)\d{{1,2}})*\s{MONTH})",
    re.I,
)
_LASTS = re.compile(r"\b(?:ogni|tutti i|tutte le|dal|dall['’])\b", re.I)
_DAYS_IN_PAGE = re.compile(r"\b(?:giorni|date|calendario|programma|eccezioni)\b[^.]* nella pagina", re.I)
_LONGEST = 150  # characters of a sentence that is added
_SHARE = 0.5  # of the words for whom it is
_NEAR = 160  # characters
_TO_ASK = "I requisiti sono nella pagina."
CONDITIONS = _TO_COME, _TO_ASK


def reserved(text: str, notice: Notice) -> Iterator[str]:
    """The office's sentence that says for whom alone it is, or its first clause; else word of it."""
    if notice.kind not in _KINDS or _LEAVES.search(text):
        return
    told = stems(text)
    left = [
        found
        for found in _RESERVED.finditer(notice.body)
        if (own := stems(found["whom"]))
        and len(own & told) < _SHARE * len(own)
        and _is_of_it(notice.body[: found.start()], notice)
    ]
    if not left:
        return
    for sentence in () if notice.kind in OCCASIONS else notice.prose:  # one of its parts, perhaps
        said = worded(f"{sentence.partition(';')[0].rstrip('.')}.")
        is_new = not any(said.startswith(one.rstrip(".")) for one in split(text))
        if is_new and left[0][0] in sentence and len(said) <= _LONGEST and is_fit(said, said):
            yield said
    yield _TO_COME if notice.kind in OCCASIONS else _TO_ASK


def _is_of_it(before: str, notice: Notice) -> bool:
    words = _ITS_PART if notice.kind in OCCASIONS else _IT
    return words.search(split(before[-_NEAR:])[-1] if before.strip() else "") is not None


def skipped(text: str, notice: Notice) -> tuple[str, ...]:
    """The days of a period on which it is not: `È escluso l'8 dicembre.`"""
    days = _skipped_days(text, notice)
    clause = days_clause(days) if days else ""
    several = len(calendar_days(days)) > 1
    return (f"{'Sono esclusi' if several else 'È escluso'} {clause}.",) if clause else ()


def _skipped_days(text: str, notice: Notice) -> str:
    found = _SKIPPED.search(notice.source) if notice.kind in _KINDS and _LASTS.search(text) else None
    if found is None or _DAYS_IN_PAGE.search(text) or calendar_days(found["days"]) <= calendar_days(text):
        return ""
    return found["days"]


def leaves_exclusion(text: str, notice: Notice) -> bool:
    """Whether a text has a whole sentence of the office's without the next, `Sono esclusi i festivi.`, or
    says that a ban ended and not where it stays, or tells a period without the day that is left out of it.
    """
    is_over = _ENDED.search(text) and not (_STAYS.search(text) or _STAY_IN_PAGE in text)
    if is_over and any(map(_STAYS.search, notice.prose)):
        return True
    if _skipped_days(text, notice):
        return True
    if notice.kind not in _OF_BANS or _TOLD.search(text):
        return False
    pairs = pairwise(map(worded, notice.prose))
    return any(_EXCLUDED.match(line) and before in text for before, line in pairs)


def called_off(text: str, notice: Notice) -> Iterator[str]:
    """What falls away on a day of its own, beside what a text tells of another one; else word of it."""
    told = calendar_days(text)
    if notice.kind in OCCASIONS and told and not _TELLS_CHANGES.search(text):
        if any(_NOT_THEN.search(one) and worded(one) not in text for one in notice.prose):
            yield "Le variazioni sono nella pagina."
        return
    if notice.kind not in _OF_CHANGES or not told or "nella pagina" in text:
        return
    for sentence in notice.prose:
        days = calendar_days(sentence)
        if _FALLS_AWAY.search(sentence) and days and not days & told and _about(sentence) & _about(text):
            if is_fit(said := worded(sentence), sentence):
                yield said
            yield "Le altre variazioni sono nella pagina."
            return


def _about(text: str) -> set[str]:
    return {found[0].lower() for found in _MATTERS.finditer(text)}


def still_bound(text: str, notice: Notice) -> Iterator[str]:
    """Where a ban stays, beside a text that says that one ended: `Nelle contrade resta il divieto`."""
    if not _ENDED.search(text):
        return
    left = [one for one in notice.prose if _STAYS.search(one) and worded(one) not in text]
    for sentence in left[:1]:
        for said in (worded(sentence), worded(f"{sentence.partition(';')[0].rstrip('.')}.")):
            if is_fit(said, said):
                yield said
        yield _STAY_IN_PAGE
