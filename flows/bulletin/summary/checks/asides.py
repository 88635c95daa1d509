"""Terms and acts that a page names beside its own news, and that a text need not tell."""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Kind, Notice, Told
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.checks.other_requests import of_other_requests
from flows.bulletin.summary.frames.events.of_a_part import stands_in_a_part

UNBOOKED = Cued(
    r"\b(?:senza|non\s(?:serve|occorre|bisogna|è\s(?:necessari[oa]|richiest[oa]|obbligatori[oa])))\s"
    r"(?:(?:l['’]|la\s|alcuna?\s|nessuna?\s|bisogno\sdi\s|obbligo\sdi\s))?(?:appuntamento|prenotazione|prenotare|iscrizione)\b",
    re.I,
)
BOOKING = re.compile(r"\b(?:prenot\w+|su appuntamento)\b", re.I)
_CALLING = (Kind.deadline, Kind.job)
_REACHES = re.compile(
    r"\b(?:arriv(?:a|ano|erà|eranno)|recapitat\w|spedit\w|distribuit\w"
    r"|(?:sar(?:à|anno)|verr(?:à|anno))\s(?:res[oi]|pubblicat|comunicat|espost|affiss|approvat|format|erogat|liquidat)\w*)"
    r"\b[^.;]{0,80}\bentro\b|\b(?:chi|se) non (?:l[aoie] |l['’])?(?:\w+ )?rice\w+ entro\b",
    re.I,
)
_RECALLS = re.compile(  # `Si ricorda che l'ordinanza n. 8 vieta, fino al 30 giugno, di`
    r"(?:(?:si )?ricord(?:a|iamo)|(?:si )?rammenta)\b[^.;:]{0,30}\b(?:ordinanza|regolamento|delibera\w*) n\b",
    re.I,
)


def is_of_another_act(told: Told, notice: Notice) -> bool:
    """Whether a term is one that an older act sets, of which the page reminds below its own news."""
    is_below = folded(told.sentence) not in map(folded, (*notice.abstract, *notice.prose[:1]))
    return (
        is_below
        and _RECALLS.match(told.sentence) is not None
        and not stems(notice.title) & stems(told.sentence)
    )


def is_aside(told: Told, notice: Notice) -> bool:
    """Whether a term is none that a reader must keep: by when something reaches them, or one books a thing
    beside what needs no booking.
    """
    own = figures(told.words)
    is_clock = bool(own) and all(
        ":" in figure for figure in own
    )  # `dopo le 20 ed entro le 24` of any evening
    if any(folded(line) == folded(told.sentence) for line in of_other_requests(notice)):
        return True
    at = notice.source.find(told.words)
    is_booked = notice.kind not in _CALLING and BOOKING.search(told.sentence) is not None
    if at >= 0 and is_booked and stands_in_a_part(at, notice):
        return True
    if _REACHES.search(told.sentence) or (is_clock and notice.kind not in _CALLING):
        return True
    return bool(BOOKING.search(told.sentence) and UNBOOKED.search(notice.source))
