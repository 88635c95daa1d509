"""What one has to do or bring, in a short sentence: come in person, a duty stamp, a key, a questionnaire."""

import re

from flows.bulletin.language.plain_words import plainer
from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Kind, Notice

_SURVEY = re.compile(
    r"\b(?:compil\w+|partecip\w+|rispond\w+|dedica)\b[^.;]{0,80}\bquestionario\b|\bquestionario\b[^.;]{0,80}\bcompilat\w\b",
    re.I,
)
DRAWN = re.compile(  # whom alone a survey asks
    r"\b(?:famiglie|persone|cittadini|residenti|nuclei)\b[^.;:]{0,25}\b(?:estratt|sorteggiat|selezionat|campione)\w*",
    re.I,
)
_ABOUT_SURVEY = re.compile(r"\b(?:questionario|modulo|online|cartace\w)\b", re.I)
_ONLINE_FORM = re.compile(r"\bon[\s-]?line\b|\bmodulo digitale\b|\bforms?\.\w+", re.I)
_PAPER_FORM = re.compile(r"\b(?:cartace\w+|su carta|stampa\w*|stampand\w+)\b", re.I)
_PERSONALLY = re.compile(
    r"\b(?:deve|devono|occorre|bisogna|è necessario)\s(?:presentarsi|recarsi|andare)\s(?:personalmente"
    r"|di persona)\s"
    r"(?P<where>(?:all['’]|allo\s|al\s|alla\s|presso\s(?:l['’]|lo\s|il\s|la\s))[^.,;:|()\n]{3,50}?)"
    r"(?=\s(?:al momento|con\b|munit\w|per\b|il giorno|entro|portando|previo|su appuntamento)|[.,;:|(\n])",
    re.I,
)
_STAMP_DUTY = re.compile(
    r"\bmarca da bollo\s(?:da|di|del valore di|pari a)\s(?:€|euro)?\s?(?P<sum>\d{1,3}(?:,\d\d)?)", re.I
)
_ITEMS = re.compile(r"\n|\||(?<=[a-zà-ù]{2})[.;]\s")
_SOME_DUTY = re.compile(
    r"\b(?:esen\w+|qualora|nel caso|in caso|se\s|solo|eventual\w*|per (?:chi|le|gli|i)\s)", re.I
)
_SEVERAL_DUTIES = re.compile(r"\b(?:due|tre|n\.\s?[2-9]|[2-9])\smarche\b|\bmarche da bollo\b", re.I)
_IS_KEY = re.compile(
    r"(?:credenziali\s|identità digitale\s?)?\(?(?:SPID|CIE|CNS)(?:(?:\s?[,/]\s?|\s(?:o|oppure"
    r"|e)\s)(?:SPID|CIE|CNS)){0,2}\)?"
    r"(?:\sper\s[^.;|]{3,60})?",
)


_TERM = re.compile(  # `il questionario si può compilare da lunedì 1° a mercoledì 31 marzo`
    r"\bquestionario\b[^.;:\n]{0,90}?\b(?P<when>(?:da\s[a-zà-ù]+\s\d|dal\s\d|fino\s(?:al|a)\s|entro\s(?:il|l['’])\s?)"
    r"[^.;:,\n]{2,50}?)(?=[.;:,]|\n|$)",
    re.I,
)


def survey(notice: Notice) -> str:
    """`Puoi compilare il questionario anonimo online o su carta.`, of a consultation."""
    if notice.kind not in (Kind.campaign, Kind.other) or _SURVEY.search(notice.source) is None:
        return ""
    if DRAWN.search(notice.source):
        return ""
    about = " ".join(sentence for sentence in split(notice.body) if _ABOUT_SURVEY.search(sentence))
    ways = [
        name
        for pattern, name in ((_ONLINE_FORM, "online"), (_PAPER_FORM, "su carta"))
        if pattern.search(about)
    ]
    anonymous = " anonimo" if re.search(r"\banonim[oa]\b", about, re.I) else ""
    term = _TERM.search(about)
    until = f" {term['when']}" if term else ""
    return f"Puoi compilare il questionario{anonymous} {' o '.join(ways)}{until}." if ways else ""


def in_person(body: str) -> str:
    """`Devi andare di persona all'Ufficio Anagrafe.`, where the page sends everybody to one place."""
    places = {plainer(" ".join(found["where"].split())) for found in _PERSONALLY.finditer(body)}
    return f"Devi andare di persona {places.pop()}." if len(places) == 1 else ""


def stamp_duty(body: str) -> str:
    """`Serve una marca da bollo da 16 euro.`; "" where some pay none, or several."""
    found = list(_STAMP_DUTY.finditer(body))
    sums = {one["sum"].removesuffix(",00") for one in found}
    items = {item.strip(" .;") for item in _ITEMS.split(body) if _STAMP_DUTY.search(item)}
    if any(len(_STAMP_DUTY.findall(item)) > 1 for item in items):
        return ""  # one for the request, another for what is given
    if any(":" in item and "," in item for item in items):
        return ""  # the last thing of a list in a sentence: told alone it would stand for all
    if len(sums) != 1 or any(_SOME_DUTY.search(item) for item in items):
        return ""
    return "" if _SEVERAL_DUTIES.search(body) else f"Serve una marca da bollo da {sums.pop()} euro."


def keys(notice: Notice) -> str:
    """`SPID o CIE`, where a list of what one needs has them as items; "" elsewhere."""
    items = [item.strip(" .;") for listing in notice.listings for item in listing.items]
    found = [
        key
        for key in ("SPID", "CIE", "CNS")
        if any(_IS_KEY.fullmatch(item) and key in item for item in items)
    ]
    if not found:
        return ""
    return " o ".join(filter(None, (", ".join(found[:-1]), found[-1])))
