"""What a title calls by its kind, with what the page says of its cause and its number: `la camminata Alba,
contro la violenza`, `la rassegna teatrale, con 7 spettacoli e 3 concerti`.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.sentences import split
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.events.happening import FILLER
from flows.bulletin.summary.frames.titles.nouns import phrase_of, segmented

_YEAR = re.compile(  # which its days tell, and no season's name
    r"(?<=\w)(?<!utunno)(?<!nverno)(?<!rimavera)(?<!state)\s(?:[-–]\s)?20\d\d$"
)
_YEAR_WITHIN = re.compile(r"(?<!utunno)(?<!nverno)(?<!rimavera)(?<!state)\s20\d\d(?=\s«)")
_YEARS = re.compile(r"(?<=\w)\s(?:[-–]\s)?(?P<one>20\d\d)\s?[-–/]\s?(?P<two>20\d\d)$")
_OF_A_SEASON = re.compile(r"\b(?:stagion|ann[oi]\b|scolastic|trienni|bienni|calendari)", re.I)
_FOR_A_CAUSE = re.compile(
    r"(?:la |il |lo |l['’])(?:\w+ )?(?:camminata|passeggiata|corsa|marcia|pedalata|biciclettata|fiaccolata"
    r"|staffetta|giornata|manifestazione|serata|evento|corteo|torneo|gara)\b"
)
_CAUSE = Cued(
    r"\bper\ssensibilizzare\s(?:[^.,;:()]{0,70}\s)?"
    r"su(?P<on>(?:l|llo|lla|i|gli|lle)\s|ll['’])(?P<what>[^.,;:()]{5,80})"
    r"(?=[.;]|$|,\s(?!(?:del\w*|dal|dei|degli|di|su\w*|al\w*|il|lo|la|i|gli|le)\b|l['’]))",  # of no list
    re.I,
)
_ON_THE_THEME = re.compile(
    r"(?:tema|problema|fenomeno|questione)\sde(?P<on>(?:l|llo|lla|i|lle)\s|ll['’])|tema\sd(?P<to>egli\s)"
)
_AGAINST = re.compile(  # `contrasto della violenza`, `lotta all'usura`
    r"(?:contrasto|lotta)\s(?:de|d(?=e?gli)|a)(?P<on>(?:l|llo|lla|i|e?gli|lle)\s|ll['’])(?P<what>.+)"
)
_OPENS = re.compile(  # the sentence speaks of it, and of nothing beside it
    r"(?:(?:il|lo|la|un|uno|una)\s|l['’]\s?|un['’]\s?)?(?:\w+\s)?$", re.I
)
_OF_ANOTHER = re.compile(
    r"\b(?:altr[eio]|altra|come|dopo|prima|al termine|convegno|incontro|mostra|scors\w+|precedent\w+|not[oa]"
    r"|non|inoltre|anche|poi|raccolt\w+)\b",
    re.I,
)
_OF_ANOTHER_SUM = re.compile(
    r"\b(?:abbonament\w*|carnet|pacchett\w+|scelta|scors\w+|passat\w+|precedent\w+|già|prossim\w+|tra\scui|fra\scui"
    r"|dei\squali|delle\squali|biglietto|ogni|ciascun\w*|altr[ei])\b",
    re.I,
)
_NEAR = 80  # characters before a number in which stands what it is the number of
_ARTICLES = {"l": "il ", "llo": "lo ", "lla": "la ", "i": "i ", "gli": "gli ", "lle": "le ", "ll'": "l'"}
_SERIES = re.compile(
    r"(?:il|la|lo)\s(?:rassegna|ciclo|cineforum|festival|stagione|cartellone)\b|l['’]edizione\b"
)
_COUNT = r"(?:due|tre|quattro|cinque|sei|sette|otto|nove|dieci|\d{1,2})"
_SHOWN = (
    r"(?:spettacoli|film|concerti|incontri|serate|commedie|tributi|opere|proiezioni|conferenze|letture"
    r"|laboratori|appuntamenti)"
)
_OTHER_COUNT = re.compile(rf"\b{_COUNT}\s{_SHOWN}\b")
_COUNTED = Cued(
    r"(?:^|[.:;–-]\s|\b(?:con|propone|prevede|comprende|offre|programma|sono)\s|\b[A-ZÀ-Ý][a-zà-ù]+\s)"
    rf"(?P<what>{_COUNT}\s{_SHOWN}(?:\se\s{_COUNT}\s{_SHOWN})?)"
    r"(?=[.,;:\n]|\s(?:a\spartire|dal?|dai|in|tra|fra)\s|$)",
    re.M,
)


def named(title: str, notice: Notice) -> str:
    """`la rassegna teatrale` of `Rassegna teatrale 2027-2028`; "" where no known noun opens the title."""
    years = None if _OF_A_SEASON.search(title) else _YEARS.search(title)
    if years and all(year in notice.body for year in years.group("one", "two")):
        title = title[: years.start()]
    return _YEAR.sub("", _YEAR_WITHIN.sub("", segmented(title))) or phrase_of(_YEAR.sub("", title))


def told_more(own: str, notice: Notice) -> Iterator[str]:
    """`own` with its cause, or with how many there are of what."""
    if _FOR_A_CAUSE.match(own) and (cause := _cause(own, notice)):
        yield f"{own}, {cause}"
    if not _SERIES.match(own):
        return
    counts = {
        " ".join(found["what"].lower().split())
        for line in split(notice.body)
        for found in _COUNTED.finditer(line)
        if not _OTHER_COUNT.search(line, found.end())
        and not _OF_ANOTHER_SUM.search(line[max(0, found.start("what") - _NEAR) : found.start("what")])
    }
    if len(counts) == 1:
        yield f"{own}, con {counts.pop()}"


def _cause(own: str, notice: Notice) -> str:
    """`contro la violenza` of `La camminata è un'occasione per sensibilizzare sul contrasto della violenza`,
    in a sentence that speaks of it by its noun.
    """
    noun = folded(own).split()[1:2]
    for sentence in notice.prose:
        found = _CAUSE.search(sentence)
        before = sentence[: found.start()] if found else ""
        at = folded(before).find(noun[0]) if noun else -1
        if found is None or at < 0 or not _OPENS.match(before[:at]) or _OF_ANOTHER.search(before):
            continue
        on, what = found["on"], found["what"].strip()
        if FILLER.search(what):
            return ""
        if theme := _ON_THE_THEME.match(what):
            on, what = theme["on"] or "gli ", what[theme.end() :]
        if against := _AGAINST.match(what):
            joint = against["on"].strip().replace("’", "'").removeprefix("e")
            return f"contro {_ARTICLES[joint]}{against['what']}"
        return f"per sensibilizzare su{on}{what}"
    return ""
