"""What an office announces, of a sentence that tells first why, by which act and who: its news alone.

`Premesso che venerdì è un ponte, si avverte che gli uffici non aprono` is `Gli uffici non aprono`, and
`Il Servizio Viabilità, con Ordinanza n. 43, ha stabilito che via Po resti chiusa` is `Via Po resta chiusa`.
"""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.language.verbs import speaks
from flows.bulletin.summary.frames.prose.recitals import days_of

_WHOM = (
    r"(?:\s(?:(?:a(?:l|lla|i|gli|lle)?|i|le|gli|la)\s(?:tutt[aie]\s(?:la\s|i\s|gli\s|le\s)?)?"
    r"|all['’]|tutt[aie]\s(?:la\s|i\s|gli\s|le\s)?)(?:signori\s|gentili\s)?(?:cittadin\w+|utent\w+|utenza|popolazione"
    r"|residenti|interessat[ie]|famiglie|contribuenti|genitori|elettori))?"
)
_ANNOUNCES = Cued(
    r"\b(?:(?P<bare>si)\s(?:informa(?:no)?|comunica|avvis(?:a|ano)|avvert(?:e|ono)|rende\snoto|fa\s(?:sapere|presente)"
    r"|porta\sa\sconoscenza|ricorda|rammenta|segnala|(?P<orders>dispone|ordina))"
    r"|(?P<decides>(?:ha|hanno)\s(?:stabilito|disposto|deciso|ordinato)|stabilisc(?:e|ono)|dispon(?:e|gono)"
    r"|ordina(?:no)?)"
    r"|(?:ha|hanno)\s(?:comunicato|reso\snoto|fatto\ssapere|confermato)"
    r"|rend(?:e|ono)\snoto|fa(?:nno)?\s(?:sapere|presente)|ricorda(?:no)?|comunica(?:no)?|informa(?:no)?|avvisa(?:no)?)"
    rf"{_WHOM},?\sche,?\s"
    r"(?=(?:(?:(?:ne[il]|nell[ae]|da[il]|dall[ae]|fino|per|da\ssubito|in|a)\s[^.;:]{0,90}?,?\s"
    rf"|(?:il\s|l['’])?(?:{WEEKDAY}\s)?\d{{1,2}}[°º]?\s[a-z]{{4,9}}(?:\s20\d\d)?,?\s)?"
    r"(?P<subject>(?:il|lo|la|i|gli|le|un|una|tutt[ie]|chi|chiun?que|nessun[oa]?|ogni|via|viale|piazza|corso)\s|l['’])"
    r"|(?:è|sono|sarà|saranno)\s(?:(?:temporaneamente|parzialmente)\s)?[a-z]+[oaie]\s))",
    re.I,
)
_LEADS = re.compile(  # why, by which act, who: none of them what the reader came for
    r"(?P<recital>(?:premess|vist|considerat|rilevat|richiamat|ritenut|tenut|attes|pres|dat)[oaie]\b)"
    r"|(?:con|mediante|tramite)\s(?:la\s|una?\s|propri[ao]\s|apposit[ao]\s)?"
    r"(?:nota|ordinanza|decreto|determina\w*|delibera\w*|comunicazione|provvedimento)\b"
    r"|(?:in|a)\s(?:relazione|riferimento|merito|seguito|base|attuazione|ottemperanza|esecuzione|causa)\b"
    r"|(?:(?:il|la)\s(?:sindac[oa]|responsabile|dirigente|comune|giunta|regione|provincia|prefett\w+|commissari[oa])"
    r"|l['’](?:amministrazione|area|ufficio|assessorato|assessor[ea]|ente)|(?:il|la)\s(?:servizio|settore|polizia))\b",
    re.I,
)
_OF_SOME = re.compile(r"\b(?:chi|se|qualora|quando|nel caso)\b", re.I)
_GROUND = re.compile(r"\b(?:premess|vist|considerat|rilevat|richiamat|ritenut|tenut|attes|dat)[oaie]\b", re.I)
_GOES_ON = re.compile(r"\b(?:non|e|ed|ma|né)$", re.I)  # `non ha deciso che`, `chiude la sede e comunica che`
_LONGEST, _SHORTEST = 600, 25  # characters of a lead, of news
_MAY = {  # a decision in the mood of what one finds
    "resti": "resta",
    "restino": "restano",
    "rimanga": "rimane",
    "rimangano": "rimangono",
    "possa": "può",
    "possano": "possono",
    "debba": "deve",
    "debbano": "devono",
    "abbia": "ha",
    "abbiano": "hanno",
    "osservi": "osserva",
    "osservino": "osservano",
    "si svolga": "si svolge",
    "si svolgano": "si svolgono",
    "si tenga": "si tiene",
    "avvenga": "avviene",
}
_MOOD = re.compile(rf"\b(?P<verb>{'|'.join(_MAY)})\b")
_PARTICIPLE = r"(?P<deed>[a-zà-ù]+(?:at|it|ut|s|st|tt|rt)[oaie])\b"
_NOT_DONE = re.compile(rf"\bnon (?:sia|venga)(?P<many>no)? (?P<ever>(?:in nessun caso |mai )?){_PARTICIPLE}")
_DONE = re.compile(rf"\b(?:sia|venga)(?P<many>no)? {_PARTICIPLE}")  # no `sia … sia`
_STATE = re.compile(
    r"(?:chius|apert|sospes|vietat|consentit|interdett|interrott|esclus|ammess|gratuit)[oaie]"
)
_UNDER = re.compile(
    r"\b(?:che|affinché|perché|purché|qualora|benché|finché|chi)\b", re.I
)  # it wants its mood


def announced(sentence: str) -> str:
    """`sentence` from its news on, where all before it is why, by which act and who; else as it is."""
    found = next(
        (one for one in _ANNOUNCES.finditer(sentence) if one.start() <= _LONGEST and _is_lead(sentence, one)),
        None,
    )
    if found is None:
        return sentence
    is_decided = found["decides"] is not None or found["orders"] is not None
    news = indicative(sentence[found.end() :]) if is_decided else sentence[found.end() :]
    if len(news) < _SHORTEST or not speaks(news):
        return sentence
    return f"{news[:1].upper()}{news[1:]}"


def indicative(news: str) -> str:
    """`via Po resta chiusa` of `via Po resti chiusa`, `i cani vanno tenuti` of `i cani siano tenuti`."""
    clause = _UNDER.search(news)
    main, rest = (news[: clause.start()], news[clause.start() :]) if clause else (news, "")
    said = _NOT_DONE.sub(
        lambda deed: f"non {'possono' if deed['many'] else 'può'} {deed['ever']}essere {deed['deed']}", main
    )
    said = _DONE.sub(_is_done, said, count=1)
    return f"{_MOOD.sub(lambda verb: _MAY[verb['verb']], said, count=1)}{rest}"


def _is_done(deed: re.Match[str]) -> str:
    """`sono chiuse` of a state, `vanno tenuti` of what somebody has to do."""
    if _STATE.fullmatch(deed["deed"]):
        return f"{'sono' if deed['many'] else 'è'} {deed['deed']}"
    return f"{'vanno' if deed['many'] else 'va'} {deed['deed']}"


def _is_lead(sentence: str, found: re.Match[str]) -> bool:
    before = sentence[: found.start()].strip(" ,")
    if not before:  # `Si avverte che` is a preamble
        return found["orders"] is not None
    if found["subject"] is None and found["bare"] is None:
        return False  # `Il medico comunica che è in ferie`: he
    lead = _LEADS.match(before)
    if lead is None or _OF_SOME.search(before) or _GOES_ON.search(before):
        return False
    if lead["recital"] is None and speaks(_GROUND.split(before)[0]):
        return False  # it has news of its own: `Con ordinanza è vietata la sosta, si avvisa che`
    return lead["recital"] is not None or not days_of(before) - days_of(sentence[found.end() :])
