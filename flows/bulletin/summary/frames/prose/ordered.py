"""What an ordinance does, of a sentence that tells who signed it, when and under which number.

`Il sindaco ha emesso ordinanza di chiusura delle scuole per lunedì 3 maggio` is
`È disposta la chiusura delle scuole per lunedì 3 maggio`.
"""

import re

from flows.bulletin.language.articles import definite, gender_of
from flows.bulletin.language.cues import Cued

_ORDER = (
    r"(?:l['’]\s?|un['’]\s?|la\s|una\s|apposita\s|propria\s|specifica\s)*ordinanza"
    r"(?:\s(?:sindacale|dirigenziale|comunale|urgente|contingibile))*"
    r"(?:\s?(?:n[.°º]?|numero)\s?\d[\d/.]*(?:\s?(?:del|dell['’])\s?[^,;:]{5,22}?)?)?"
)
_SIGNS = r"(?:emess[oa]|emanat[oa]|firmat[oa]|adottat[oa]|pubblicat[oa]|sottoscritt[oa])"
_SIGNED = Cued(
    rf"^(?:[^;:]{{0,300}}?\s)?(?:ha|è\sstata)\s(?:già\s)?{_SIGNS}(?:,?\s(?:in data\s"
    rf"|il\s)[^,;:]{{4,24}},?)?\s{_ORDER}"
    r",?\s(?:"
    r"(?:con (?:la quale|cui)|che|nella quale)\s(?:ha\s|è\s|si\s)?(?:dispo(?:ne|st[oa])|ordina(?:to)?),?\s"
    r"(?:per\s[^,]{3,40},\s)?(?P<articled>(?:(?:il|lo|la|i|gli|le)\s|l['’]).+)"
    r"|(?:di|del|per|relativa\sa|che\s(?:dispone|prevede))\s(?P<article>(?:la\s|il\s"
    r"|l['’])?)(?P<bare>[a-zà-ù]+\s.+))$",
    re.I | re.S,
)
_OFFICE = re.compile(
    r"^(?:il|lo|la|l['’])\s?(?:area|servizio|settore|sindac[oa]|comune|amministrazione|responsabile|comando|comandante|dirigente|ufficio"
    r"|polizia)\b[^.;:]{0,240}?"
    r"\s(?:ha\s(?:disposto|ordinato)|dispone|ordina)(?:,?\s(?P<when>per\s[^,]{4,60}?),?)?\s(?P<articled>(?:(?:il|lo|la|i|gli|le)\s|l['’]).+)$",
    re.I | re.S,
)
_FOR_A_TIME = re.compile(  # `ordina a tutta la cittadinanza, dal 1° luglio al 3 agosto, il divieto di`
    r"^(?:si\s)?(?:ordina|dispone)(?:\sa\stutt[aio]\s[^,;:]{3,40}|\sai?\s[a-zà-ù]+)?,\s"
    r"(?P<when>(?:dal|dall['’]|fino|dalle|nei|nel)\s?[^,;:]{5,50}),\s(?P<what>il\sdivieto\b.+)$",
    re.I | re.S,
)
_BOUND = re.compile(  # `Il Sindaco ordina a tutti i proprietari di terreni di tagliare i rami`
    r"^(?:(?:il|la)\s(?:sindac[oa]|commissari[oa])(?:\s(?-i:[A-ZÀ-Ý][a-zà-ù]+)){0,3}|si)\s(?:ordina|ha\sordinato|impone)\s"
    r"a(?:\s(?=tutt)|(?=i\s|gli\s))(?P<who>(?:tutti\s)?(?:i|gli)\s[^.;:]{5,140}?),?\sdi\s"
    r"(?P<deed>[a-zà-ù]+(?:are|ere|ire)\b.*)$",
    re.I | re.S,
)
_OBLIGED = re.compile(  # `È fatto obbligo ai proprietari di terreni di tagliare l'erba`
    r"^è (?:fatto )?obbligo (?:a(?=\stutti)|a(?=i\s)|a(?=gli\s))\s?"
    r"(?P<who>(?:tutti\s)?(?:i|gli)\s[^.;:]{5,190}?),?\sdi\s"
    r"(?P<deed>[a-zà-ù]+(?:are|ere|ire)\b.*)$",
    re.I | re.S,
)
_MAKES_BAN = re.compile(  # `L'ordinanza, valida per 60 giorni, fa divieto ai minori di usare monopattini`
    r"^(?P<act>(?:l['’]ordinanza|il provvedimento)(?:, [^.;:]{3,110},)?)\s(?:fa|pone) divieto\s"
    r"(?:a tutti(?: (?:gli utenti|i cittadini))?\s|(?P<whom>a(?:i|gli|lle)?\s[^.;:]{3,70}?\s))?"
    r"di\s(?P<deed>[a-zà-ù]+(?:are|ere|ire)\b.*)$",
    re.I | re.S,
)
_FORBIDS = re.compile(  # `Il sindaco ha firmato un'ordinanza per vietare i botti`
    r"^(?:(?:il|la) sindac[oa]|il comune|l['’]amministrazione(?: comunale)?|il provvedimento|l['’]ordinanza)"
    r"(?: (?-i:[A-ZÀ-Ý][a-zà-ù]+)){0,3} "
    r"(?:vieta(?P<where>,? (?:su|in) tutto il territorio comunale,?)?"
    r"|ha (?:emanato|firmato|emesso|adottato) (?:l['’]"
    r"|un['’])ordinanza(?: (?:n\.? ?)?\d+(?:/\d+)?(?: del \d{1,2}[°º]? [a-z]{4,9} 20\d\d)?)?"
    r" (?:che vieta|per vietare)) "
    r"(?P<what>(?:l['’]|(?:il|lo|la|i|gli|le) )?(?P<noun>[a-zà-ù]+)\b.*)$",
    re.I | re.S,
)
_TWO_DEEDS = re.compile(r"(?:l['’]|(?:il|lo|la) )[a-zà-ù]+ e (?:l['’]|(?:il|lo|la) )[a-zà-ù]", re.I)
_WARNED = re.compile(  # `La Protezione civile ha diramato un'allerta gialla`
    r"^(?:la|il|l['’])\s?[^,.;:]{5,80}?\sha\s(?:diramato|emesso|emanato|diffuso)\s(?=un['’]allerta\b)", re.I
)
_BAN = re.compile(r"(?:il\s)?divieto\b", re.I)
_NOUN = re.compile(r"(?:(?:il|lo|la|i|gli|le)\s|l['’])(?P<noun>[a-zà-ù]+)", re.I)
_DEED = re.compile(
    r"(?:chiusur|sospension|divieto|limitazion|interruzion|obblig|prorog|apertur|riapertur|istituzion"
    r"|modific|revoc)",
    re.I,
)


def ordered(sentence: str) -> str:
    """`sentence` as what holds by it; any other as it is."""
    sentence = _forbidden(sentence)
    if for_a_time := _FOR_A_TIME.match(sentence):
        when = for_a_time["when"]
        return f"{when[:1].upper()}{when[1:]} è in vigore {for_a_time['what']}"
    if banned := _MAKES_BAN.match(sentence):
        if banned["whom"] or "," in banned["act"]:
            return f"{banned['act']} vieta {banned['whom'] or ''}di {banned['deed']}"
        return f"È vietato {banned['deed']}"
    if bound := _BOUND.match(sentence) or _OBLIGED.match(sentence):
        who = f"{bound['who'][:1].upper()}{bound['who'][1:]}"
        return f"{who} devono {bound['deed']}".replace("della presente ordinanza", "dell'ordinanza")
    if warned := _WARNED.match(sentence):
        return f"C'è {sentence[warned.end() :]}"
    sentence = sentence.replace(" c.a.", "")  # `corrente anno`
    found = _SIGNED.match(sentence) or _OFFICE.match(sentence)
    if found is None:
        return sentence
    what = found["articled"] or ""
    if not what:
        noun = found["bare"].split(" ", 1)[0].lower()
        gender = gender_of(noun)
        if gender is None or not _DEED.match(noun):
            return sentence
        what = f"{definite(noun, gender)}{found['bare']}"
    named = _NOUN.match(what)
    gender = gender_of(named["noun"].lower()) if named else None
    if gender is None:
        return sentence
    what = f"{what[:1].lower()}{what[1:]}"
    said = f"{'sono dispost' if gender.is_plural else 'è dispost'}{gender.ending} {what}"
    said = f"è in vigore {what}" if _BAN.match(what) else said
    when = found.groupdict().get("when") or ""
    return f"{when[:1].upper()}{when[1:]} {said}" if when else f"{said[:1].upper()}{said[1:]}"


def _forbidden(text: str) -> str:
    """`Sono vietati i botti`, where the office says who forbids them."""
    found = _FORBIDS.match(text)
    gender = gender_of(found["noun"].lower()) if found else None
    if found is None or gender is None:
        return text
    is_plural, ending = gender.is_plural, gender.ending
    if _TWO_DEEDS.match(found["what"]):  # `l'accensione e il lancio`
        is_plural, ending = True, "i"
    where = " in tutto il territorio comunale" if found["where"] else ""
    return f"{'Sono' if is_plural else 'È'} vietat{ending}{where} {found['what']}"
