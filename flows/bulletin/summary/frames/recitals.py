"""What an office says before its news: why it acts, what it considered, who signed. A citizen needs the news.

`Poiché il 1° maggio è festa, la raccolta passa al 2` is `La raccolta passa al 2`; a sentence of which nothing
whole is left stays as it is.
"""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH
from flows.bulletin.language.verbs import speaks

_WHOM = r"(?:i cittadini|la cittadinanza|gli utenti|la popolazione|le famiglie|tutti)"
_CONSIDERED = re.compile(
    r"^(?:considerat[oaie]|vist[oaie]|premess[oa]|pres[oa] atto|dat[oa] atto|ritenut[oa]|tenut[oa] "
    r"conto|attes[oa])\b"
    rf".{{10,}}?\bsi (?:informa|comunica|avvisa|rende noto|dispone)(?: {_WHOM}| alla cittadinanza)? che\s",
    re.I | re.S,
)
_WARNS = re.compile(  # `Il sindaco, al fine di …, avverte la cittadinanza che`, `Il Comune ha avvisato che`
    r"^(?:il comune(?: di (?:[A-ZÀ-Ý][\w'’]+(?: e | )?){1,5})?|(?:il|la) sindac[oa]|l['’]amministrazione(?: "
    r"comunale)?)"
    r"(?:,\s[^.;]{5,220}?,)?\s(?:avverte|avvisa|informa|comunica|ha (?:avvisato|informato|comunicato|reso "
    r"noto))"
    rf"(?:\s(?:{_WHOM}|alla cittadinanza|ai cittadini))?,? che,?\s",
    re.I,
)
_REASON = re.compile(
    r"^(?:poiché|dato che|visto che|considerato che|persistendo|stante|perdurando|in considerazione "
    r"(?:del|di)"
    r"|in ragione (?:del|di))\w*\b[^.;]{5,200}?,\s(?=(?:(?:il|lo|la|i|gli|le|si|è|sono|non)\s|l['’]))",
    re.I,
)
_IN_DETAIL = re.compile(r"^(?:nello specifico|nel dettaglio),\s", re.I)
_SIGNED = re.compile(  # `Il sindaco ha firmato un'ordinanza che, in attesa di …, raddoppia`
    r"^(?P<who>(?:il|la) sindac[oa])(?: [A-ZÀ-Ý][a-zà-ù]+){0,3} ha (?:firmato|emesso|emanato|adottato) "
    r"un['’]ordinanza che(?:,\s[^,]{3,90},)? (?P<what>(?!sarà|verrà|è\b|entra)[a-zà-ù]+ .+)$",
    re.I | re.S,
)
_UNTIL_THEN = re.compile(r"\bda oggi,?(?: e)?(?: fino)? (?=al(?:l['’])?\s?\d)", re.I)


_AIM = re.compile(
    r",\s(?:con l['’]obiettivo di|con lo scopo di|con la finalità di|allo scopo di|nell['’]ottica "
    r"di)\s[^.;:\d]+(?=\.$)",
    re.I,
)
_NEXT_DAY = Cued(r"(?<=\b[ia]l )prossimo (?=\d{1,2}[°º]? [a-z]{4,9}\b)|(?<=\bdal )prossimo (?=\d)", re.I)
_NEXT = Cued(rf"(?<=\d) (?P<month>{MONTH}) prossimo\b,?", re.I)  # which year's, the reader knows


def without_recitals(sentence: str) -> str:
    """`sentence` from where its news begins."""
    text = _NEXT_DAY.sub("", sentence)
    text = _NEXT.sub(r" \g<month>", _UNTIL_THEN.sub("fino ", text))
    text = _AIM.sub("", text)
    for pattern in (_CONSIDERED, _WARNS, _REASON, _IN_DETAIL):
        rest = pattern.sub("", text, count=1)
        if rest != text and speaks(rest):
            text = rest
    if signed := _SIGNED.match(text):
        who = "della sindaca" if signed["who"].lower().endswith("a") else "del sindaco"
        text = f"Un'ordinanza {who} {signed['what']}"
    return f"{text[:1].upper()}{text[1:]}"
