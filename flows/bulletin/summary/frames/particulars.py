"""Short sentences for what a page tells in words that no citizen reads: how one asks, for whom, if free.

`Gli interessati dovranno presentare istanza esclusivamente on line al seguente link:` is
`La domanda si fa solo online.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.sentences import Sentence

_PLACE = 60.0  # behind what the office says, before its lists
_CALLS = (Kind.deadline, Kind.job, Kind.service, Kind.campaign, Kind.other)
_ASKED = (
    (re.compile(r"\b(?:domand[ae]|istanz[ae])\b", re.I), "La domanda si fa"),
    (re.compile(r"\b(?:iscrizion[ei]|iscriver\w*)\b", re.I), "Ci si iscrive"),
    (re.compile(r"\b(?:adesion[ei]|aderir\w*)\b", re.I), "Si aderisce"),
    (re.compile(r"\b(?:candidatur[ae])\b", re.I), "La candidatura si presenta"),
)
_ONLINE = re.compile(
    r"\bon[\s-]?line\b|\b(?:per|in)\s(?:via|modalità)\s(?:esclusivamente\s)?telematica\b|\btelematicamente\b",
    re.I,
)
_ONLY = re.compile(r"\b(?:esclusivamente|solo|soltanto|unicamente|solamente)\b", re.I)
_OTHERWISE = re.compile(
    r"\b(?:oppure|ovvero|pec|e-?mail|posta|raccomandata|a mano|cartace\w+|sportello|protocollo|di persona|"
    r"personalmente|in presenza|non)\b",
    re.I,
)
_MUST = re.compile(
    r"\b(?:va|vanno|deve|devono|dovr\w+|può|possono|potr\w+|si\s\w+no?|è|sono|viene|vengono|inviar\w*|presentar\w*"
    r"|compil\w+|effettuat\w+)\b",
    re.I,
)
_KEYS = re.compile(r"\b(?:SPID|CIE|CNS)\b")
_AFTER = 220  # characters behind the way in which another one would stand
_FOR_WHOM = re.compile(
    r"\b(?:band[oi]|contribut[oi]|bonus|voucher|avviso|iniziativa|misura|servizio|progetto|agevolazione|soggiorn[oi]"
    r"|cors[oi]|percorso|attività|programma)\b[^.;:()]{0,40}?\b(?P<for>(?:rivolt|destinat|riservat)[oaie]\s"
    r"(?:solo\s|esclusivamente\s)?(?:a|ai|agli|alle|alla|al)\s[^.;:()\n]{3,100})\.?$",
    re.I,
)
_CALLED = re.compile(r"\b(?:rivolt|destinat|riservat|dedicat)[oaie]\s(?:a|ai|agli|alle|alla|al)\s", re.I)
_FREE = re.compile(
    r"\b(?P<what>il servizio|il corso|l['’]iniziativa|l['’]attività|la partecipazione|l['’]adesione)"
    r"(?:,)?\s(?:è\s)?(?:del tutto\s|completamente\s|totalmente\s)?(?P<free>gratuit[oa])\b"
    r"(?!\s(?:per|se|fino|solo|a chi))",
    re.I,
)


def particulars(notice: Notice) -> Iterator[Sentence]:
    """Sentences that may follow one that names the matter."""
    if notice.kind not in _CALLS:
        return
    sentences = split(notice.body)
    if said := _way(sentences, notice.body):
        yield Sentence(said, frozenset({Slot.how}), False, _PLACE)
    if said := _audience(sentences):
        yield Sentence(said, frozenset({Slot.who}), False, _PLACE)
    if free := _FREE.search(notice.body):
        what = free["what"]
        yield Sentence(
            f"{what[:1].upper()}{what[1:]} è {free['free'].lower()}.", frozenset({Slot.amount}), False, _PLACE
        )


def _way(sentences: list[str], body: str) -> str:
    """`La domanda si fa solo online, con SPID o CIE.`; "" where there are others beside, or none."""
    for sentence in sentences:
        online = _ONLINE.search(sentence)
        if online is None or not _MUST.search(sentence):
            continue
        asked = next((said for words, said in _ASKED if words.search(sentence[: online.start()])), "")
        at = body.find(sentence) + online.end()
        beside = sentence[: online.start()] + body[at : at + _AFTER]
        is_only = _ONLY.search(sentence[max(0, online.start() - 40) : online.start()]) is not None
        if not asked or (not is_only and _OTHERWISE.search(beside)):
            continue
        keys = list(dict.fromkeys(key[0] for key in _KEYS.finditer(sentence)))
        with_keys = f", con {' o '.join(filter(None, (', '.join(keys[:-1]), keys[-1])))}" if keys else ""
        return f"{asked} {'solo ' if is_only else ''}online{with_keys}."
    return ""


def _audience(sentences: list[str]) -> str:
    """`È per le famiglie residenti.`; "" where several people are called, each perhaps for something else."""
    if len(_CALLED.findall(" ".join(sentences))) > 1:
        return ""
    for sentence in sentences[:6]:
        found = _FOR_WHOM.search(sentence.strip())
        phrase = clauses.audience_phrase(found["for"]) if found else ""
        if phrase:
            return f"È {phrase}."
    return ""
