"""What a notice's title says and a text of it does not: a ban, a closure, whom one seeks, a contest, its day.

The title is what its office thinks a reader must know first.
"""

import re
from collections.abc import Iterator

from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.summary.frames.lines import told
from flows.bulletin.summary.named import stems

_BANS = re.compile(
    r"\bdiviet[oi]\b|\bvietat[oaie]\b|\b(?:scuol[ae]|cimiter[oi]|parch?[oi]|uffici\w*|municipio)\schius[oaie]\b",
    re.I,
)
_BANNED = re.compile(
    r"\b(?:diviet|vietat|viet[ai]\b|proibi|rimoss|sospes|chius|revoc|di nuovo|cess"
    r"|non (?:si |è |sono )?(?:pu[oò]|poss|consentit|ammess|\w+re\b))",
    re.I,
)
_SHUTS = re.compile(r"\bchius[oaie] (?:il|lo|la|i|gli|le|l['’]) ?(?P<what>\w{4,}(?: \w{4,})?)", re.I)
_SEEKS = re.compile(r"\b(?:cerchiamo|cercasi|cercansi|si cerca(?:no)?|cercano)\b", re.I)
_SOUGHT = re.compile(r"\b(?:(?:ri)?cerc|volontar|candid)\w*|\bserv(?:e|ono)\b", re.I)
_CONTEST = re.compile(r"\bconcorso\b", re.I)
_CONTESTED = re.compile(r"\b(?:concors|concorr|premi|gar[ae]\b)\w*", re.I)
_COLOUR = re.compile(
    r"\b(?:allerta|criticità|codice|livello|bollino)\s(?:\w+\s)?(?:giall|aranci|ross|verd)\w+", re.I
)
_PROLONGS = re.compile(r"\bprorog\w+", re.I)
_PUT_OFF = re.compile(r"\b(?:differit|prorogat|prolungat|spostat|posticipat)\w\b", re.I)
_IN_PAGE = re.compile(r"\b(?:dettagli|resto|giorni|date|orari|termini)\b[^.]* nella pagina", re.I)
DAYS_LEFT = re.compile(
    r"\b(?:giorni|giornate|date|calendario|programma|orari|periodi|variazioni)\b[^.]* nella pagina", re.I
)


def titled_left_out(text: str, notice: Notice) -> Iterator[str]:
    """What of the title a text leaves out: Italian sentences, for the editor."""
    sought = _SEEKS.search(notice.title)
    whom = stems(" ".join(notice.title[sought.end() :].split()[:2])) if sought else set()
    if sought and not _SOUGHT.search(text) and not whom & stems(text):
        yield "Il titolo dice che si cerca qualcuno, e il testo no."
    if notice.kind is Kind.deadline and _CONTEST.search(notice.title) and not _CONTESTED.search(text):
        yield "Il titolo dice che c'è un concorso, e il testo no."
    if (ban := _BANS.search(notice.title)) and not _BANNED.search(text):
        yield f"Il titolo dice «{ban[0]}», e il testo no."
    shut = _SHUTS.search(notice.title) if notice.kind is Kind.alert else None
    if shut and not stems(shut["what"]) & stems(text):
        yield f"Il titolo dice «{shut[0]}», e il testo no."
    days = _days(notice.title) if notice.kind not in OCCASIONS else set()
    if days and not _days(text) and not DAYS_LEFT.search(text):
        yield "Il testo non dice il giorno che il titolo dice."
    is_longer = notice.kind is Kind.road and _PROLONGS.search(notice.title) is not None
    if is_longer and not (_days(text) or _IN_PAGE.search(text)):
        terms = (line for line in notice.prose if _PUT_OFF.search(line) and _days(line))
        yield from (f"Manca fino a quando: la pagina dice «{line}»." for line in terms)
    if notice.kind is Kind.alert and _COLOUR.search(notice.source) and not _COLOUR.search(text):
        yield "Il testo non dice il livello dell'allerta."


def _days(text: str) -> set[str]:
    """The days of `text` that are no act's."""
    return {fact for fact in told(text) if fact.startswith("day")}
