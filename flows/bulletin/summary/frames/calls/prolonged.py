"""A call whose term was put off, told to who may ask: what for, and until when.

`Puoi fare domanda per gli alloggi comunali fino alle 12 del 31 ottobre: il termine è prorogato.`
"""

import re
from itertools import chain

from flows.bulletin.language.articles import OF
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH, TIME
from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.titles.matter import noun_of

_GIVES = re.compile(
    r"^prorog(?:a|at[aeio])\s+(?:(?:dei\s|il\s|i\s)?(?:termin[ei]|scadenza)\s+)?"
    r"(?:(?:de(?:l|lla|llo|i|gli|lle)|il|la|per)\s+|dell['’]\s?|l['’]\s?)?(?:avviso|bando)(?:\spubblico)?\s"
    r"(?:per\s(?:l['’]|la\s)|di\s)(?:assegnazione|concessione|erogazione)\s"
    r"(?P<of>di\s|del\s|dello\s|della\s|dei\s|degli\s|delle\s|dell['’])(?P<what>[^.:;]{4,150})$",
    re.I,
)
_FOR_SOME = re.compile(  # for whom alone it is put off, or for what else than asking
    r"\b(?:sol[oiae]|soltanto|esclusivamente|limitatamente|unicamente|non|tranne|esclus\w+|integr\w+|rendicont\w+"
    r"|regolarizz\w+|document\w+|ricors\w+|osservazion\w+)\b|\bper\s(?:chi|coloro|quanti|quelli|over|under|ultra)\b",
    re.I,
)
_FOR = re.compile(r"\bper\s(?:i|gli|le|la|il|lo)\s(?P<whom>[a-zà-ù]{4,})")
_PUT_OFF = re.compile(r"\bprorog\w+", re.I)
_NAMED = re.compile(r"(?:domand|present|assegn|concess|erogaz|parteci|invi|consegn)\w*")
_STAYS = re.compile(
    r"\bnon (?:si )?(?:\w+ )?(?:possono|possibile|ammess\w+|accett\w+)[^.]{0,30}\bnuove domande"
    r"|\b(?:termine|scadenza)\b[^.]{0,20}\b(?:resta|rimane)\b"
    r"|\b(?:bando|avviso|termine) è (?:chius|scadut)o\b"
    r"|\b(?:resta|rimane) (?:ferm|invariat)\w+ (?:il termine|la scadenza)",
    re.I,
)
_NOT_ASKED = re.compile(r"(?:incaric|serviz|posteggi|gestion|lavor|fornitur|appalt)\w*", re.I)  # by firms
_ASKED = re.compile(r"\bdomand[ae]\b", re.I)
_ARTICLES = {joined.strip(): article for article, joined in OF.items()}
_WHERE = r"\b(?P<where>piattaforma|portale|sito)\b"
_IS_DOWN = (
    r"(?:inutilizzabil[ei]|non\s(?:(?:sarà|è|risulterà|risulta)\s)?(?:utilizzabile|disponibile|raggiungibile"
    r"|accessibile|attiv[oa]|funzionante|funzion\w+)|fuori\sservizio)\b"
)
_DOWN = Cued(rf"{_WHERE}(?P<between>[^;\n]{{0,160}}?)\b{_IS_DOWN}(?P<after>[^;\n]{{0,80}})", re.I)
_DAYS = re.compile(
    r"\b(?:nelle\s(?:date|giornate)\s(?:del\s|di\s)?|nei\sgiorni\s(?:del\s)?|il\s(?:giorno\s)?|i\sgiorni\s)"
    rf"(?P<days>\d{{1,2}}(?:(?:,\s|\se\s)\d{{1,2}}){{0,6}}\s{MONTH})|(?P<period>dal\s\d{{1,2}}(?:\s{MONTH})?\s"
    rf"al\s\d{{1,2}}\s{MONTH})",
    re.I,
)
_ANOTHER = re.compile(r"(?:\be|\bmentre|,)\s(?:il|lo|la|i|gli|le)\s", re.I)  # that does not work
_ASKS = re.compile(r"\b(?:domand[ae]|chiedere|iscriv\w+)\b", re.I)
IS_PUT_OFF = "il termine è prorogato."
_CALLS = frozenset({Kind.deadline, Kind.job, Kind.service})


def prolonged(notice: Notice, until: str) -> str:
    """The sentence, where one asks for the thing itself and the page speaks of requests; else ""."""
    found = _GIVES.match(notice.title.strip(" ."))
    if found is None or not until.startswith("fino") or not _ASKED.search(notice.body):
        return ""
    what = found["what"]
    if _NOT_ASKED.match(what) or _STAYS.search(notice.body) or _is_for_some(notice, what):
        return ""
    joined = found["of"].strip().lower().replace("’", "'")
    noun = noun_of(what) if joined == "di" else None
    article = _ARTICLES.get(joined, noun.article if noun else "")
    if not article:
        return ""
    space = "" if article.endswith("'") else " "
    return f"Puoi fare domanda per {article}{space}{what} {until}: {IS_PUT_OFF}"


def _is_for_some(notice: Notice, what: str) -> bool:
    """Whether the sentence of the new term limits it: `per gli over 65`, `per i soli residenti`."""
    for sentence in split(notice.body):
        if not _PUT_OFF.search(sentence):
            continue
        whom = (found["whom"] for found in _FOR.finditer(sentence))
        if _FOR_SOME.search(sentence) or any(not _NAMED.match(one) and one not in what for one in whom):
            return True
    return False


def days_down(text: str, notice: Notice) -> tuple[str, ...]:
    """When the portal through which one asks does not work, else word of it; () where the text tells it."""
    if notice.kind not in _CALLS or not _ASKS.search(text):
        return ()
    found = next(chain.from_iterable(map(_DOWN.finditer, split(notice.body))), None)
    if found is None or found["where"].lower() in text.lower():
        return ()
    where = found["where"].lower()
    name = f"{'la' if where == 'piattaforma' else 'il'} {where}"
    days = [one for part in ("between", "after") for one in _DAYS.finditer(found[part])]
    if not days or _ANOTHER.search(found["between"]):
        return ()
    said = clauses.days_clause(days[0]["days"] or days[0]["period"], year=False)
    if len(days) == 1 and said and not TIME.search(f"{found['between']} {found['after']}"):
        return (f"{name[:1].upper()}{name[1:]} non funziona {said}.",)
    return (f"Quando {name} non funziona è nella pagina.",)
