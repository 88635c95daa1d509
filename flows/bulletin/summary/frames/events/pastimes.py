"""What one does or hears at an event, as a citizen is told: `Si parla di api.`, `Puoi visitare le aule.`

The office says it of those who come (`potrete visitare le aule`), often in the sentence that has the day.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import TIME
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.events.happening import FILLER, has_day

_READ = 6  # sentences of a page: what stands behind is of its parts
_OF = r"(?:di|del|dello|della|dei|degli|delle)\s|dell['’]"
_TALKED = Cued(
    rf"\bsi\s(?P<verb>parl|discut|ragion)(?:erà|a|e)\s(?P<what>(?:{_OF})[^.;:!?()]{{4,110}})(?=[.!]|$)", re.I
)
_PRESENT = {"parl": "parla", "discut": "discute", "ragion": "ragiona"}
_MAY = Cued(
    r"\b(?:potrete|potrai|sarà\spossibile|si\spotr(?:à|anno)|è\spossibile)\s"
    r"(?P<what>(?:visitare|vedere|ascoltare|conoscere|provare|assaggiare|scoprire|ammirare|incontrare|osservare"
    r"|esplorare|assistere|degustare|giocare|sperimentare|ballare|cantare)\s[^.;:!?()]{5,120})(?=[.!]|$)",
    re.I,
)
_ASIDE = re.compile(
    r"\b(?:sol[oi]|soltanto|se|purché|pagamento|esclus\w+|riservat\w+|noi|vo[is]|nostr\w|vostr\w|quest[oaie]|tal[ei]|loro|stess\w+|inoltre|anche|prenot\w+|previ[ao]|iscriver\w+|dopo|prima"
    r"|successiv\w+|seguent\w+|precedent\w+)\b|\d",
    re.I,
)
_OF_SOME = re.compile(  # who, if, when or where it holds alone; and what is at another time
    r"\b(?:non|sol[oi]|soltanto|esclusivamente|se|qualora|caso|condizioni|permettendo|per\s(?:i|gli|le|la|il|chi)|chi|ai|agli|alle(?!\s(?:ore\s)?\d)"
    r"|soci|inoltre|anche|termine|seguito|success\w+|prossim\w+|scors\w+|precedent\w+|altr[oaie]|giorno|settimana"
    r"|mese|domani|poi|prima|dopo|fino|oltre|pagamento|euro|biglietto|prenota\w+|previ[oa]|invece|volta|su\srichiesta"
    r"|\w{2,}[ae]ndo(?:si)?)\b",
    re.I,
)


def pastimes(notice: Notice) -> Iterator[str]:
    """The sentence; none where the page has several, of which each may be of another part."""
    if len(notice.rows) > 1 and any(row.what for row in notice.rows):
        return
    said = []
    for sentence in notice.prose[:_READ]:
        if talked := _TALKED.search(sentence):
            said.append((sentence, f"Si {_PRESENT[talked['verb'].lower()]}", talked["what"]))
        elif may := _MAY.search(sentence):
            said.append((sentence, "Puoi", may["what"]))
    if len(said) != 1:
        return
    sentence, verb, what = said[0]
    if _ASIDE.search(what) or FILLER.search(what) or has_day(what) or TIME.search(what):
        return
    if not _OF_SOME.search(sentence[: sentence.find(what)]):
        yield f"{verb} {what.strip()}."
