"""What a text must say of things that may be otherwise: a trial and its end, another day if it rains."""

import re

from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.notation import plain_figures

IF_IT_RAINS = re.compile(
    r"In caso di (?:pioggia|maltempo|neve)\b[^.;]{0,90}\b(?:rinvia|posticip|spost|slitt|recuper|annull)", re.I
)
_PUT_OFF = re.compile(  # `Nel caso in cui avverse condizioni meteo lo impediscano, sono posticipati al 27`
    r"\b(?:nel caso|in caso|qualora|se)\b[^.;]{0,50}\b(?:maltempo|pioggia|avvers\w+|meteorologic\w+)\b[^.;]*?"
    r"\b(?:posticip|rinvi|spost|slitt|rimand)\w+ (?:alla giornata di |alla data del )?"
    rf"(?P<day>a(?:l|ll['’])? ?(?:{WEEKDAY} )?\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?)",
    re.I,
)
_RESERVE = re.compile(  # `Data di riserva in caso di maltempo: 18/06/2026`
    r"\b(?:data|giorno|giornata) (?:\w+ )?di riserva(?: in caso di \w+)?\W{1,3}"
    rf"(?:(?P<weekday>{WEEKDAY}) )?(?P<day>\d{{1,2}}(?:[°º]? {MONTH}(?: 20\d\d)?|[/.]\d{{1,2}}[/.]20\d\d))",
    re.I,
)
_TRIED = re.compile(  # `La modifica è istituita in via sperimentale sino alla fine di settembre`
    r"\b(?:in via|a titolo) sperimentale,? (?:fino|sino) (?P<until>(?:al|alla|all['’])\s?(?:fine di )?"
    rf"(?:\d{{1,2}}[°º]? )?{MONTH}(?: 20\d\d)?)",
    re.I,
)


def if_it_rains(text: str, notice: Notice) -> tuple[str, ...]:
    """To when it is put off if it rains."""
    if "pioggia" in text or "maltempo" in text or "riserva" in text:
        return ()
    if said := tuple(map(worded, filter(IF_IT_RAINS.match, notice.prose)))[:1]:
        return said
    if notice.kind is Kind.programme:
        return ()  # of which part, only its own sentence says
    if reserve := _RESERVE.search(notice.body):
        day = plain_figures(f"il {reserve['day']}")
        day = day if reserve["weekday"] is None else f"{reserve['weekday'].lower()} {day.removeprefix('il ')}"
        return (f"Il giorno di riserva è {day}.",)
    found = _PUT_OFF.search(" ".join(map(worded, notice.prose)))
    return (f"In caso di maltempo si rinvia {found['day']}.",) if found else ()


def trial(text: str, notice: Notice) -> tuple[str, ...]:
    """Until when what changes is only tried."""
    found = _TRIED.search(notice.body)
    is_new = found is not None and "fino" not in text and "prova" not in text
    return (f"È una prova fino {found['until'].strip()}.",) if found and is_new else ()
