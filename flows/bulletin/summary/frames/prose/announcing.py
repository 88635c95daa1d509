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
    r"|(?:ha|hanno)\s(?:stabilito|disposto|deciso|ordinato|comunicato|reso\snoto|fatto\ssapere|confermato)"
    r"|stabilisc(?:e|ono)|dispon(?:e|gono)|ordina(?:no)?|rend(?:e|ono)\snoto|fa(?:nno)?\s(?:sapere|presente)"
    r"|ricorda(?:no)?|comunica(?:no)?|informa(?:no)?|avvisa(?:no)?)"
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
_LONGEST, _SHORTEST = 600, 25  # characters of a lead, of news
_MAY = (  # an order or a decision in the mood of what one finds
    ("sia", "è"),
    ("siano", "sono"),
    ("resti", "resta"),
    ("restino", "restano"),
    ("rimanga", "rimane"),
    ("rimangano", "rimangono"),
    ("possa", "può"),
    ("possano", "possono"),
    ("debba", "deve"),
    ("debbano", "devono"),
    ("abbia", "ha"),
    ("abbiano", "hanno"),
    ("venga", "viene"),
    ("vengano", "vengono"),
    ("osservi", "osserva"),
    ("osservino", "osservano"),
    ("si svolga", "si svolge"),
    ("si svolgano", "si svolgono"),
    ("si tenga", "si tiene"),
    ("avvenga", "avviene"),
)
_NOT_DONE = re.compile(  # `l'acqua non venga usata per bere`
    r"\bnon (?:sia|venga)(?P<many>no)? (?P<ever>(?:in nessun caso |mai )?)"
    r"(?P<deed>[a-zà-ù]+(?:at|it|ut|s|st|tt|rt)[oaie])\b"
)
_MOOD = re.compile(rf"\b(?P<verb>{'|'.join(verb for verb, _ in _MAY)})\b")
_INDICATIVE = dict(_MAY)


def announced(sentence: str) -> str:
    """`sentence` from its news on, where all before it is why, by which act and who; else as it is."""
    found = next(
        (one for one in _ANNOUNCES.finditer(sentence) if one.start() <= _LONGEST and _is_lead(sentence, one)),
        None,
    )
    if found is None:
        return sentence
    news = indicative(sentence[found.end() :])
    if len(news) < _SHORTEST or not speaks(news):
        return sentence
    return f"{news[:1].upper()}{news[1:]}"


def indicative(news: str) -> str:
    """`via Po resta chiusa` of `via Po resti chiusa`, `non può essere usata` of `non venga usata`."""
    said = _NOT_DONE.sub(
        lambda deed: f"non {'possono' if deed['many'] else 'può'} {deed['ever']}essere {deed['deed']}", news
    )
    head, comma, rest = said.partition(", ")  # behind it another clause may want its mood
    return f"{_MOOD.sub(lambda verb: _INDICATIVE[verb['verb']], head, count=1)}{comma}{rest}"


def _is_lead(sentence: str, found: re.Match[str]) -> bool:
    before = sentence[: found.start()].strip(" ,")
    if not before:  # `Si avverte che` is a preamble
        return found["orders"] is not None
    if found["subject"] is None and found["bare"] is None:
        return False  # `Il medico comunica che è in ferie`: he
    lead = _LEADS.match(before)
    if lead is None or _OF_SOME.search(before):
        return False
    return lead["recital"] is not None or not days_of(before) - days_of(sentence[found.end() :])
