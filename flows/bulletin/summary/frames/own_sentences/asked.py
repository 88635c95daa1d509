"""What an office asks its citizens to do, as one says it to them: `Copri il pozzo.`

`Si prega la popolazione di coprire il pozzo che dà su quei prati, finché si spruzza`: the reader needs the
deed, and whoever is told of the spraying without it leaves it open.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import OF_ARTICLE
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.infinitives import is_order, order_of
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.page.other_terms import without_wish
from flows.bulletin.summary.frames.own_sentences.sentences import MADE, Sentence
from flows.bulletin.summary.frames.prose.facets import bare
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.flaws import flaw_of
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.prose.wording import worded

_KINDS = frozenset(
    {Kind.health, Kind.supply_cut, Kind.alert, Kind.campaign, Kind.other, Kind.service, Kind.act}
)
_ALERT = re.compile(r"\ballert[ae]\b", re.I)
_ASKS = Cued(
    r"\b(?:si\s(?:invita(?:no)?|raccomanda|consiglia|prega(?:no)?|chiede|esorta(?:no)?|suggerisce)"
    r"|invitiamo|raccomandiamo"
    r"|(?:il\ssindaco|il\scomune|la\sprotezione\scivile|l['’]\w+)\s(?:invita|raccomanda|consiglia|chiede)(?=\s(?:di|a|ai|alla)\s)"
    r"|(?:cittadini|residenti|proprietari|conduttori|utenti|amministratori|famiglie|genitori)\s(?:[a-zà-ù]+\s){0,4}?"
    r"(?:devono|dovranno|sono\s(?:tenut|invitat|obbligat|pregat)[ie]|hanno\sl['’]obbligo)"
    r"|è\s(?:consigliato|opportuno|necessario|raccomandato|importante))\b"
    r"(?:\s(?:pertanto|quindi|vivamente|caldamente|cortesemente|gentilmente))?"
    r"(?:,\s(?:in particolare|soprattutto)\s[^.;:]{3,110}?,)?"
    r"(?:,?\s(?:a\s|ai\s|alla\s|i\s|la\s|gli\s|le\s|l['’]\s?|agli\s|tutt[aei]\s(?:la\s|i\s|gli\s)?)*"
    r"(?:cittadin\w+|popolazione|residenti|utenti|utenza|famiglie|abitanti)\b)?"
    r",?\s(?:di\s|ad?\s)?(?P<deed>(?:non\s)?[a-zà-ù]+(?:are|ere|ire|arsi|ersi|irsi)\s[^.;:]+)",
    re.I,
)
_END = re.compile(
    r",(?!\s(?:[a-zà-ù]+(?:,\s|\s[eo]\s))+[a-zà-ù]+\W*$)"
    r"(?!\s(?!non\s|[a-zà-ù]+(?:are|ere|ire|rsi)\b)[a-zà-ù]+(?:\s[a-zà-ù]+){0,2}\s[eo]\s(?!\w+(?:are|ere|ire|rsi)\b))"
    r"|\s\(|\se\s(?:a|ad|di|non)\s|\s(?:che|in modo|al fine|affinché|durante|per evitare"
    r"|come previsto)\b|\se\s\w+(?:are|ere|ire)\b"
)
_ANNOUNCES = Cued(
    r"\b(?:si\s(?:invita(?:no)?|raccomanda|consiglia|prega(?:no)?|chiede|esorta(?:no)?)"
    r"|è\s(?:consigliato|necessario|opportuno)"
    r"|(?:i\scittadini|i\sresidenti|la\spopolazione|tutti)\s(?:(?:sono|è)\s(?:tenut|invitat|pregat)[iae]|devono|dovranno))\b"
    r"[^.;:]{0,60}$|^\W*(?:(?:che )?cosa fare|come comportarsi|consigli(?: utili)?|raccomandazioni)\W*$",
    re.I,
)
_AND = re.compile(r"(?:,|,?\se)\s(?:(?:a|ad|di)\s)?(?=(?:non\s)?[a-zà-ù]+(?:are|ere|ire|rsi)\s)", re.I)
_IS_NOT_EACH = re.compile(  # a ban whose second deed has neither its own `non` nor its own `di`
    r"\bnon\s[a-zà-ù]+(?:are|ere|ire|rsi)\b(?:(?!\b(?:di|a|ad)\s(?:non\s)?[a-zà-ù]+(?:are|ere|ire|rsi)\b)[^;.:])*?"
    r"(?:,|\s[eo])\s(?!non\s)[a-zà-ù]+(?:are|ere|ire|rsi)\s",
    re.I,
)
_ITSELF = re.compile(r"^([a-zà-ù]+)rsi\b")
_CALLS = Cued(  # `Se avvisti un incendio, chiama subito il 112.`
    r"\b(?:chiam|telefon|contatt|avvis|avvert|segnal)\w+\b[^.;]{0,60}"
    r"\b(?:112|113|115|118|1515|803 ?555|800[ .]?\d{3}|numero verde)\b",
    re.I,
)
_CALLING = re.compile(r"^(In caso [^,.;]{3,60},? )chiamare\b")
_OF_FIRES = frozenset({Kind.campaign, Kind.other, Kind.act, Kind.health})
_BOIL = Cued(
    r"\b(?:farla bollire|bollirla|bollire l['’]acqua|(?:previa|dopo|solo dopo) (?:la )?(?:bollitura"
    r"|ebollizione))\b"
    r"(?: (?:per|di) (?P<long>almeno \d+ minuti))?",
    re.I,
)
_TO_COOK = re.compile(  # nobody may drink it, boiled or not
    r"[^.;\n]{0,40}\b(?:per (?:la cottura|la preparazione|cuocere|cucinare|lavare)|(?:solo|soltanto) per)\b",
    re.I,
)
_AS_DEED = re.compile(r"^(?:di|a|ad)\s", re.I)
_IF = re.compile(r"\b(?:in caso|nel caso|se|qualora|ove|laddove|quando)\b", re.I)
_LEANS = re.compile(
    r"\b(?:tal[ei]|quest[aeio]|suddett\w+|predett\w+|seguent[ei]|sopra|stess[aeio]|attenzione"
    r"|collabor\w+|imprudenz\w+|utilizzarla|partecip\w+)\b",
    re.I,
)
_PROVIDED = {
    "sostituzione": "sostituire",
    "pulizia": "pulire",
    "rimozione": "rimuovere",
    "chiusura": "chiudere",
    "copertura": "coprire",
    "potatura": "potare",
}
_PROVIDES = re.compile(  # `provvedere tempestivamente alla pulizia dei tombini`
    r"provvedere\s(?:\w+mente\s)?all['’a]\s?"
    rf"(?P<what>{'|'.join(_PROVIDED)})\s(?P<of>dell['’]|(?:del|dello|della|dei|degli|delle)\s)\s?",
    re.I,
)
_DESK = Cued(  # `Per le persone fragili a disposizione lo sportello «Alba»: 0444 000000`
    r"^(?P<whom>Per (?:gli |le )?(?:anziani|persone)[^.:;,]{3,60}?),? (?:(?:è|sono|resta) )?"
    r"(?:a disposizione|attiv[oa]|disponibile) (?P<desk>(?:lo sportello|il numero|il servizio)[^.:;]{0,60}?)"
    r"[:,]? (?P<phone>\d[\d /-]{6,12}\d)\W*$",
    re.I,
)
_FEWEST, _LONGEST = 3, 110  # words, characters
_MINDED = 1.0  # flaw of what nobody has to do: to ask a person on a mobile


def asked(notice: Notice) -> Iterator[Sentence]:
    """The deeds of the first sentence, or list, that asks; none of a condition, or that leans on another."""
    if notice.kind not in _KINDS and not is_of_an_alert(notice):
        return
    boils = _BOIL.search(notice.source)
    if boils and not _TO_COOK.match(notice.source, boils.end()):
        long = f" per {boils['long']}" if boils["long"] else ""
        yield _sentence(f"Fai bollire l'acqua{long} prima di berla")
        return
    if notice.kind is Kind.alert and (desk := next(filter(None, map(_DESK.search, lines(notice))), None)):
        yield _sentence(f"{desk['whom']} c'è {desk['desk']}, {desk['phone']}")
        return
    for listing in notice.listings:
        if _ANNOUNCES.search(listing.lead) and not _IF.search(listing.lead):
            deeds = [deed for item in listing.items if (deed := _deed(_AS_DEED.sub("", item)))]
            if deeds:
                yield from map(_sentence, deeds)
                return
    for sentence in map(without_wish, (*notice.abstract, *notice.prose)):
        for found in _ASKS.finditer(sentence):
            if _IF.search(sentence[: found.start()]):
                continue
            if deeds := list(_deeds(found["deed"])):
                yield from map(_sentence, deeds)
                return  # what is asked first is asked most
    for sentence in notice.prose:
        is_short = len(sentence) <= _LONGEST and flaw_of(sentence) < _MINDED
        if is_order(sentence) and is_short and is_fit(sentence, sentence) and not _IF.search(sentence):
            yield _sentence(sentence.rstrip("."))
            return
    calls = next((said for said in notice.prose if _CALLS.search(said) and len(said) <= _LONGEST), "")
    if calls and notice.kind in _OF_FIRES:
        yield _sentence(_CALLING.sub(r"\1chiama", calls.rstrip(".")))


def is_of_an_alert(notice: Notice) -> bool:
    """Whether something is shut because of an alert: who reads that must hear what to avoid, too."""
    return notice.kind is Kind.hours and _ALERT.search(notice.title) is not None


def tells_deed(text: str, deed: str) -> bool:
    """Whether a text has the words of a deed, whatever its verb: `Non usare gli ascensori`."""
    own = beginnings_of(deed)
    return bool(own) and len(own & beginnings_of(text)) >= max(1, len(own) - 1)


def beginnings_of(text: str) -> set[str]:
    """The first letters of its longer words, whatever their ending."""
    return {word[:5] for word in bare(text).split() if len(word) > 4}


def _sentence(said: str) -> Sentence:
    return Sentence(worded(f"{said}."), frozenset({Slot.todo}), False, MADE, -0.3)


def _deeds(words: str) -> Iterator[str]:
    """Each deed; of a ban whose second verb has no `non` of its own all that is banned: split, `non usare
    l'acqua per irrigare, lavare le auto` would tell people to wash them.
    """
    ban = _IS_NOT_EACH.search(words)
    head = words[: ban.start()] if ban else words
    yield from filter(None, (_deed(part) for part in _AND.split(head) if part.strip()))
    if ban:
        whole = _to_you(words[ban.start() :].strip(" ;."))
        yield from (said for said in (whole,) if said and len(said) <= _LONGEST and not _LEANS.search(said))


def _deed(words: str) -> str:
    end = _END.search(words)
    said = _to_you((words[: end.start()] if end else words).strip(" ;."))
    is_fit = len(said.split()) >= _FEWEST and len(said) <= _LONGEST and not _LEANS.search(said)
    return said if is_fit else ""


def _to_you(deed: str) -> str:
    if provided := _PROVIDES.match(deed):
        of = provided["of"].strip().lower().replace("’", "'")
        order = order_of(_PROVIDED[provided["what"].lower()])
        return f"{order} {OF_ARTICLE.get(of, '')}{deed[provided.end() :]}"
    verb, _, rest = re.sub(r"^evitare di (?=uscire)", "non ", deed).partition(" ")
    if verb.lower() == "non":
        rest = _ITSELF.sub(r"\1rti", rest)
        return f"Non {rest}" if re.match(r"[a-zà-ù]+(?:are|ere|ire|rti)\b", rest) else ""
    order = order_of(verb)
    return f"{order} {rest}" if order else ""
