"""What an office says before its news: why it acts, what it considered, who signed. A citizen needs the news.

`Poiché il 1° maggio è festa, la raccolta passa al 2` is `La raccolta passa al 2`; a sentence of which nothing
whole is left stays as it is.
"""

import re

from flows.bulletin.facts.fact import Kind
from flows.bulletin.facts.find import facts
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
_GROUND = re.compile(  # `A seguito della comunicazione del gestore, si comunica che:`
    r"^(?P<ground>(?:a|in) seguito|facendo seguito|(?:con|in) riferimento|in relazione|vist[oaie]"
    r"|dat[oaie]|considerat[oaie]"
    r"|dal momento|atteso|stante|a causa|per|al fine|allo scopo|a scopo|nell['’]ambito|in occasione"
    r"|in vista|secondo|come da|in base"
    r"|ai sensi|in ottemperanza|in attuazione|in esecuzione|in virtù)\b(?P<why>.{5,}?)"
    r"[,;]?\s(?:si|(?:l['’]amministrazione comunale|il comune)(?:\sdi(?:\s[A-ZÀ-Ý][\w'’]+){1,3})?)\s"
    r"(?:informa(?:no)?|comunica|avvis(?:a|ano)|avverte|rende noto|dispone)"
    rf"(?:\s(?:{_WHOM}|alla cittadinanza|ai cittadini|agli utenti))?,?\sche:?,?\s(?P<news>.+)$",
    re.I | re.S,
)
_PLACE = re.compile(r"\b(?i:località|frazione|contrada|via|viale|piazza|corso|strada)\s[A-ZÀ-Ý]")
_SAYS_WHY = re.compile(r"a causa|in occasione|in vista", re.I)
_OPENS = re.compile(
    r"^(?:ravvisat[ao]|ritenut[ao]|premess[ao]|vist[aoie]|considerat[aoie]|a causa"
    r"|(?:a|in) seguito|in base a|ai sensi|in ottemperanza|in attuazione|secondo quanto|come da"
    r"|dopo (?:un[ao]?|il|lo|la|i|gli|le|alcun[ie]|l['’]|un['’]) ?(?:\w+ )?"
    r"(?:riscontr|sopralluog|incontr|confront|colloqu|verific|analis|approfondit|valutazion)\w+"
    r"|su richiesta|al fine|allo scopo|per (?:consentire|permettere|garantire|poter|effettuare"
    r"|eseguire|agevolare|evitare|l['’]esecuzione|via|motivi|esigenze))\b",
    re.I,
)
_INSERTED = Cued(
    r",\s(?=(?:a causa|(?:a|in) seguito|su richiesta|al fine|allo scopo|nell['’]ottica|in considerazione"
    r"|in ragione|per (?:venire incontro|andare incontro|consentire|permettere|garantire|motivi))\b)",
    re.I,
)
_CLAUSE = re.compile(
    r"(?:pertanto\s|quindi\s|dunque\s)?(?P<main>(?:(?:il|lo|la|i|gli|le|un|una|si|non|è|sono|sarà"
    r"|saranno|viene|vengono"
    r"|verrà|verranno|nel|nella|nelle|nei|dal|dalle|da|[a-z]+ì|sabato|domenica)\s|l['’])\S)",
    re.I,
)
_WHY_ORDERED = re.compile(  # `È stata disposta, per consentire la potatura dei pini, la chiusura`
    r"(?P<order>\b(?:(?:è|sono|sarà|saranno)\s(?:stat[oaie]\s)?(?:dispost|istituit|ordinat|previst)[oaie]|si\s(?:dispone|ordina)))"
    r",\s(?:per|al fine di|allo scopo di)\s[^,.;:]{8,120},\s(?=(?:il|lo|la|i|gli|le)\s|l['’])",
    re.I,
)
_TEASER = Cued(  # `Puoi iscriverti al coro: scopri come.`
    r"\s?[:,–]\s(?:scopri|ecco|leggi)\s(?:come|cosa|che cosa|quando|dove|perché|quali?|di più|tutto)\b"
    r"[^.:;!?\d]{0,80}[.!]$",
    re.I,
)
_FEASTS = Cued(  # which days they are, the sentence says
    r"(?P<before>^|\bche )in occasione delle (?:prossime )?fest(?:e|ività)(?: natal\w+| pasqu\w+)?, ",
    re.I,
)
_DESK = Cued(r"\s\((?:tel|telefono)\.?\s?:?\s?[\d /.+-]{6,18}\)", re.I)
_BOOKS = re.compile(r"\b(?:prenot|iscri|appuntament|emergenz|urgen|pericol|segnal)\w*", re.I)
_LONG_REASON, _LONG_SENTENCE = 70, 180  # characters: a short reason is worth its place
_REASON = re.compile(
    r"^(?:poiché|dato che|visto che|considerato che|persistendo|stante|perdurando|in considerazione "
    r"(?:del|di)"
    r"|in ragione (?:del|di))\w*\b[^.;]{5,200}?,\s(?=(?:(?:il|lo|la|i|gli|le|si|è|sono|non)\s|l['’]))",
    re.I,
)
_IN_DETAIL = re.compile(
    r"^(?:(?:nello specifico|nel dettaglio),|in particolare,?)\s(?!per\b|a\b|ai\b|alle\b)", re.I
)
_SIGNED = re.compile(  # `Il sindaco ha firmato un'ordinanza che, in attesa di …, raddoppia`
    r"^(?P<who>(?:il|la) sindac[oa])(?: [A-ZÀ-Ý][a-zà-ù]+){0,3} ha (?:firmato|emesso|emanato|adottato) "
    r"un['’]ordinanza che(?:,\s[^,]{3,90},)? (?P<what>(?!sarà|verrà|è\b|entra)[a-zà-ù]+ .+)$",
    re.I | re.S,
)
_ASIDE = re.compile(r"\s\((?:anno|a\.\s?s\.|ex|cosiddett\w+|art|di cui|così)\b[^()]{0,60}\)", re.I)
_DATED = frozenset({Kind.date, Kind.time, Kind.weekday})
_OF_A_LAW = re.compile(  # `del D.P.C.M. del 1° marzo 2020`, `nei DPCM degli ultimi giorni 8, 9 e 11 marzo`
    rf"\b(?:d\.?\s?p\.?\s?c\.?\s?m\b\.?|d\.?\s?l\b\.?|decret\w+|legge|ordinanz\w+|deliber\w+|determin\w+)[^,;:]{{0,50}}?"
    rf"\bde(?:l|gli|i|ll['’])\s?(?:ultimi\s|giorni\s)*(?:\d{{1,2}}[°º]?(?:,\s|\se\s)){{0,3}}\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?",
    re.I,
)
_UNTIL_THEN = re.compile(r"\bda oggi,?(?: e)?(?: fino)? (?=al(?:l['’])?\s?\d)", re.I)


_LAST_AIM = Cued(
    r",?\s(?:al fine di|allo scopo di|in modo da|così da|per (?:consentire|permettere|garantire"
    r"|assicurare))\s[^;:\d]{60,}$",
    re.I,
)
_AIM = re.compile(
    r",\s(?:con l['’]obiettivo di|con lo scopo di|con la finalità di|allo scopo di|nell['’]ottica "
    r"di)\s[^.;:\d]+(?=\.$)",
    re.I,
)
_PROMOTED = Cued(  # `L'iniziativa, promossa dal Comune con …, è rivolta a`: by whom, the reader need not know
    r"^(?P<what>(?:(?:Il|La|Lo)\s|L['’])(?:iniziativa|servizio|progetto|campagna|attività|misura|giornata)),\s"
    r"(?:promoss|organizzat|realizzat|finanziat|coordinat|gestit|sostenut)[oa]\s[^,;:]{5,110},\s(?=(?:è|si|ha|sarà|prevede|offre)\s)",
    re.I,
)
_AND_ANYWAY = Cued(  # the last day is told before it
    rf"(?<=\d|[a-zà-ù])(?P<end> {MONTH}(?: 20\d\d)?),? e comunque (?:fino|sino) (?:al|alla) "
    r"(?:termine|fine|ultimazione|conclusione) (?:dei|delle) (?:lavori|opere|operazioni)\b",
    re.I,
)
_NEXT_DAY = Cued(r"(?<=\b[ia]l )prossimo (?=\d{1,2}[°º]? [a-z]{4,9}\b)|(?<=\bdal )prossimo (?=\d)", re.I)
_NEXT = Cued(rf"(?<=\d) (?P<month>{MONTH}) prossimo\b,?", re.I)  # which year's, the reader knows
_ONE_DAY = Cued(  # from the day of writing, and no day is told: `avvierà nelle prossime settimane i lavori`
    r"(?:(?<=rà)|(?<=ranno)),? (?:nelle|nei|entro le|entro i) prossim[ei] (?:settimane|giorni|mesi),?"
    r"(?= [a-zà-ù])",
    re.I,
)
_WAS_THEN = Cued(  # which morning, the reader does not know, and what was done stays done
    r"^(?:(?:questa|stessa) (?:mattina|sera)|stamattina|stamane|ieri(?: (?:mattina|pomeriggio|sera))?|oggi"
    r"|nei giorni scorsi|nelle scorse settimane)(?: pomeriggio)?,? (?=(?:il|lo|la|i|gli|le) [^,.;]{3,60}? "
    r"(?:ha|hanno) [a-zà-ù]+(?:at|ut|it|st|ert|ess)o\b)",
    re.I,
)
_DONE_TODAY = Cued(  # what is open again stays open, whichever the day was
    r"(?<=\bstat[oa] )(?P<done>(?:riapert|ripristinat|riattivat|completat|conclus)[oa])"
    r" (?:oggi|ieri|stamattina)(?:,? alle (?:ore )?\d{1,2}(?:[.:]\d\d)?)?(?=[ ,.])",
    re.I,
)
_WITH_WHOM = Cued(  # `ha riattivato in collaborazione con Alba e altre associazioni, il servizio`
    r"(?P<verb>\b(?:ha|hanno) [a-zà-ù]+(?:at|it|ut)o) (?:in collaborazione|d['’]intesa|insieme|di concerto)"
    r" con [^,.;:\d]{3,120}, (?=(?:il|lo|la|i|gli|le) |l['’])",
    re.I,
)
_DASHED = Cued(  # `Il Comune - con l'interessamento dell'assessorato - ha riattivato`
    r"\s[-–]\s(?:con|grazie|d['’]intesa|in collaborazione)\s[^.;:\d–]{5,160}?\s[-–]"
    r"(?=\s(?:ha|hanno|è|sono|si)\s)",
    re.I,
)


def without_recitals(sentence: str) -> str:
    """`sentence` from where its news begins."""
    told = _TEASER.sub(".", sentence)
    text = _DONE_TODAY.sub(r"\g<done>", _WAS_THEN.sub("", told if speaks(told) else sentence))
    text = _ONE_DAY.sub("", _NEXT_DAY.sub("", text))
    text = _NEXT.sub(r" \g<month>", _UNTIL_THEN.sub("fino ", text))
    text = _AND_ANYWAY.sub(r"\g<end>", text)
    text = _PROMOTED.sub(r"\g<what> ", _AIM.sub("", text))
    text = _WITH_WHOM.sub(r"\g<verb> ", _DASHED.sub("", text))
    for pattern in (_CONSIDERED, _WARNS, _REASON, _IN_DETAIL):
        rest = pattern.sub("", text, count=1)
        if rest != text and speaks(rest):
            text = rest
    text = _without_grounds(text)
    if len(text) > _LONG_SENTENCE:
        text = _FEASTS.sub(r"\g<before>", _ASIDE.sub("", text))
        text = text if _BOOKS.search(text) else _DESK.sub("", text)
    if signed := _SIGNED.match(text):
        who = "della sindaca" if signed["who"].lower().endswith("a") else "del sindaco"
        text = f"Un'ordinanza {who} {signed['what']}"
    return f"{text[:1].upper()}{text[1:]}"


def _without_grounds(text: str) -> str:
    """`text` without the reasons that stand before its news, or amid it; one with a day of its own stays."""
    if (ground := _GROUND.match(text)) and speaks(ground["news"]):
        before = f"{ground['ground']}{ground['why']}"
        is_kept = _SAYS_WHY.match(before) is not None and len(before) <= _LONG_REASON
        is_kept = is_kept or (_PLACE.search(before) is not None and _PLACE.search(ground["news"]) is None)
        if is_kept or not (days_of(before) - days_of(ground["news"])):
            news = ground["news"][:1].lower() + ground["news"][1:]
            text = f"{before}, {news}" if is_kept else ground["news"]
    text = _WHY_ORDERED.sub(r"\g<order> ", text)
    if len(text) <= _LONG_SENTENCE:
        return text
    if _OPENS.match(text) and (start := _main(text, 0)) > _LONG_REASON and not days_of(text[:start]):
        return text[start:]
    aim = _LAST_AIM.search(text)
    if aim and speaks(text[: aim.start()]) and not text[: aim.start()].rstrip(" ,").endswith(" che"):
        text = f"{text[: aim.start()]}."
    for aside in _INSERTED.finditer(text):
        end = _main(text, aside.end())
        if end and not days_of(text[aside.start() : end]) and speaks(text[end:]):
            return f"{text[: aside.start()]} {text[end:]}"
    return text


def _main(text: str, start: int) -> int:
    """Where the first clause with a verb begins behind a comma; 0 where there is none."""
    commas = [match.end() for match in re.finditer(r",\s", text[start:])]
    for place, at in enumerate(commas):
        end = commas[place + 1] if place + 1 < len(commas) else len(text)
        clause = _CLAUSE.match(text, start + at)
        if clause and speaks(text[clause.start("main") : start + end if end < len(text) else end]):
            return clause.start("main")
    return 0


def days_of(text: str) -> set[str]:
    """The days and hours that a text tells, but for those of laws and orders."""
    return {fact.value[-5:] for fact in facts(_OF_A_LAW.sub(" ", text)) if fact.kind in _DATED}
