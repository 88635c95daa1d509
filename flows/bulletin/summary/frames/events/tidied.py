"""A text of an event as an editor would leave it: nothing twice, its quotes and tense right, in its room."""

import re
from collections.abc import Iterable, Iterator

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.measure import utf16
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.prose.scheduled import present
from flows.bulletin.summary.frames.titles.nouns import guillemets

_LEFT = Cued(r"(?:(?<=[.!?] )|^)([A-Z][^.!?]{3,60}?) (?:è|sono) nella pagina\.")
_ONE_BY_ONE = re.compile(r",\s|\se\s(?=(?:i|gli|le|il|la|lo)\s)")
_TOLD_HOUR = re.compile(r"(\balle (?:\d|ore).*?)\bGli orari\b")
_TWICE = re.compile(
    r"(?P<first>L'appuntamento è|Gli appuntamenti sono)(?P<told> [^.!?]+(?:\.\w[^.!?]*)*\. )"
    r"(?:L'appuntamento è|Gli appuntamenti sono) (?P<whom>per )"
)
_FOR_ALL = re.compile(r" e apert[oa] a tutti(?=\.)")
_AGED_AND_FREE = re.compile(r"Si partecipa (d[ai]i? \d[^.]{0,60})\. La partecipazione è gratuita\.")
_PAID_ONLINE = re.compile(r"(Il biglietto costa \d+(?:,\d+)? euro)\. I biglietti si comprano online\.")
_AND_MEETS = Cued(r"\s[–-]\s(ritrovo|partenza)(?=\s(?:sul|al|alla|all|in|da|dal|davanti)\b)", re.I)
_TORN_BY_A_DAY = Cued(  # `ospitano, ogni domenica del mese il mercatino`: a comma without its other
    r"\b(\w+(?:ono|ano|isce|ita)),\s(ogni\s(?:\w+\s)?(?:\w{4,6}ì|sabato|domenica)(?:\sdel\smese)?\s)(?=(?:il|la|lo|i|gli|le)\s)"
)
_WHILE = Cued(
    r"\b(?:ingresso|entrata|partecipazione)\s(?:\w+\s)?(?:liber|gratuit)\w+[^.;\n]{0,30}"
    r"\bfino ad? esaurimento (?:de[il]\s)?post",
    re.I,
)
_FREE = re.compile(r"\b((?:L'ingresso|La partecipazione) è (?:libero|gratuito|libera|gratuita))\.")
_PRESENTS = Cued(  # `c'è «Amleto». La compagnia Po presenta Amleto di Shakespeare.`
    r"\bc['’]è (?:lo spettacolo |il concerto |la commedia )?«(?P<title>[^»]{3,90})»\."
    r"(?P<between>(?: [^.«»]{3,60}\.)?) (?P<who>(?:Il|Lo|La|I|Gli|Le|L['’])\s?[^.;:«»,]{3,90}?)"
    r" (?P<deed>present(?:a|ano)|propon(?:e|gono)|port(?:a|ano) in scena|mett(?:e|ono) in scena)"
    r" [«“\"]?(?P=title)[»”\"]?(?P<rest>[^.;:«»]{0,60})\.",
    re.I,
)


def fitting(made: Iterable[str], limit: int) -> Iterator[str]:
    """The texts that keep the limit, each once, with single spaces."""
    seen: set[str] = set()
    for text in made:
        said = re.sub(r"\s+(?=[,;.:!?](?:\s|$))", "", " ".join(text.split())).replace("’ ", "’")
        said = guillemets(present(said))
        said = _TORN_BY_A_DAY.sub(r"\1 \2", said)
        said = _AND_MEETS.sub(r", con \1", said)
        said = _PAID_ONLINE.sub(r"\1 e si compra online.", said)
        said = _AGED_AND_FREE.sub(r"La partecipazione, \1, è gratuita.", said)
        said = together(_TOLD_HOUR.sub(r"\1Gli altri orari", _TWICE.sub(_not_twice, said)))
        if utf16(said) > limit:
            said = _FOR_ALL.sub("", said)  # a street is worth more than that everybody may come
        if said and utf16(said) <= limit and said not in seen:
            seen.add(said)
            yield said


def while_there_is_room(text: str, notice: Notice) -> str:
    """`L'ingresso è libero fino a esaurimento dei posti.` where the page says so of it."""
    if "esaurimento" in text or _WHILE.search(notice.source) is None:
        return text
    return _FREE.sub(r"\1 fino a esaurimento dei posti.", text, count=1)


def presented(text: str) -> str:
    """`text` with who presents a thing in the clause that names it: `la compagnia Po presenta «Amleto».`"""
    return _PRESENTS.sub(_presented, text)


def _presented(match: re.Match[str]) -> str:
    who = match["who"]
    return f"{who[:1].lower()}{who[1:]} {match['deed']} «{match['title']}»{match['rest']}.{match['between']}"


def _not_twice(match: re.Match[str]) -> str:
    """`L'appuntamento è sabato. È per le famiglie.`"""
    verb = "È" if match["first"].endswith("è") else "Sono"
    return f"{match['first']}{match['told']}{verb} {match['whom']}"


def together(text: str) -> str:
    """What is left to the page in one sentence: `Gli orari e i prezzi sono nella pagina.`"""
    left = [name for found in _LEFT.findall(text) for name in _ONE_BY_ONE.split(found)]
    if len(left) < 2:
        return text
    left = list(dict.fromkeys(left))
    if any(" con gli orari" in name or name == "Giorni e orari" for name in left):
        left = [name for name in left if name != "Gli orari"]
    names = [left[0], *(f"{name[:1].lower()}{name[1:]}" for name in left[1:])]
    rest = " ".join(_LEFT.sub("", text).split())
    if len(names) == 1:
        verb = "è" if names[0].startswith(("Il ", "La ")) else "sono"
        return f"{rest} {names[0]} {verb} nella pagina.".strip()
    return f"{rest} {', '.join(names[:-1])} e {names[-1]} sono nella pagina.".strip()
