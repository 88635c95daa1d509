"""What one wants of a service, by its title.

`Richiesta certificato anagrafico` is `Per chiedere il certificato anagrafico`, `IMU – Imposta municipale
propria` is `Per l'IMU`.
"""

import re

from flows.bulletin.language.articles import OF_ARTICLE
from flows.bulletin.language.spelling import is_word
from flows.bulletin.summary.frames.titles.matter import matter_of, noun_of

_DONE = {
    "richiesta": "chiedere",
    "domanda": "chiedere",
    "rilascio": "avere",
    "rinnovo": "rinnovare",
    "pagamento": "pagare",
    "prestazione": "prestare",
    "prenotazione": "prenotare",
    "ritiro": "ritirare",
}
_ENTERED = {"iscrizione": "iscriverti", "adesione": "aderire"}
_OF = re.compile(r"(?P<of>de(?:l|llo|lla|i|gli|lle)\s|dell['’])\s?(?P<rest>\w.+)", re.I)
_BARE_OF = re.compile(r"(?:di\s|d['’]\s?)", re.I)
_TO = re.compile(r"a(?:l|llo|lla|i|gli|lle)?\s\w|all['’]\w", re.I)
_ACRONYMS = {
    **dict.fromkeys(("IMU", "AIRE", "ISEE"), "l'"),
    **dict.fromkeys(("TARI", "TASI", "TOSAP", "CIE", "SCIA", "CILA", "CIL"), "la "),
    "COSAP": "il ",
}
_ACRONYM_FIRST = re.compile(  # `TARI - Riduzione` is about the reduction
    r"(?P<name>[A-Z]{2,6})(?:\s[-–—(]|:)\s?(?:imposta|tassa|tributo|canone|anagrafe|carta|segnalazione)\b[^:–]*",
    re.I,
)
_OF_ACRONYM = re.compile(r"(?P<name>[A-Z]{2,6})(?:\s[-–—]|:)\s(?P<noun>\w+)\b\s?(?P<rest>[^:–]*)")
_ACRONYM_LAST = re.compile(r"(?P<rest>.+?)\s(?:[-–—]\s)?\(?(?P<name>[A-Z]{2,6})\)?")
_NOUNS = {
    "sacchetti": "i ",
    "sacchi": "i ",
    "contenitori": "i ",
    "bidoni": "i ",
    "kit": "il ",
    "passo": "il ",
    "contrassegno": "il ",
    "cambiamento": "il ",
    "nulla": "il ",
    "tesserino": "il ",
    "duplicato": "il ",
    "certificati": "i ",
    "documento": "il ",
    "pubblicazioni": "le ",
    "stato": "lo ",
    "estratto": "l'",
    "estratti": "gli ",
    "attestazione": "l'",
    "attestato": "l'",
    "segnalazione": "la ",
    "copia": "la ",
    "riduzione": "la ",
    "unione": "l'",
    "convivenza": "la ",
}
_EITHER = re.compile(r"\w+\s/\s(?=\w+\s\w)")  # `Voucher / contributi per il nido`
_ALBO = re.compile(r"\balbo (?P<who>scrutatori|presidenti|volontari|giudici|fornitori)\b", re.I)
_LETTERS = re.compile(r"[^\W\d_]+")
_JOINT = re.compile(r"(?:d|n|a|s)?(?:e|u)?ll[aeo']?|degli|negli|sugli|agli|dalla|dalle")
_SMALL = 3  # letters: words so short have no capital in a title, and no letter in an acronym


def purpose_of(title: str) -> str:
    """`Per chiedere il permesso`, `Per l'autorizzazione allo scarico`; "" where no article is sure."""
    text = calm(title)
    either = _EITHER.match(text)
    if either and noun_of(text[either.end() :]) is not None:
        text = text[either.end() :]
    text = _ALBO.sub(lambda albo: f"albo {'degli' if albo['who'][0] == 's' else 'dei'} {albo['who']}", text)
    text = re.sub(r"\b(occupazione) (?=suolo\b)", r"\1 di ", text, flags=re.I)
    first, _, rest = text.partition(" ")
    head = first.lower()
    if rest and head in _DONE and (thing := _thing(rest)):
        return f"Per {_DONE[head]} {thing}"
    if head in _ENTERED and (_TO.match(rest) or noun_of(rest) is not None):
        noun = None if _TO.match(rest) else noun_of(rest)
        return f"Per {_ENTERED[head]} {noun.to if noun else rest}"
    if (acronym := _ACRONYM_FIRST.fullmatch(text)) and (article := _ACRONYMS.get(acronym["name"])):
        return f"Per {article}{acronym['name']}"
    if (part := _OF_ACRONYM.fullmatch(text)) and (article := _ACRONYMS.get(part["name"])):
        of = "dell'" if article == "l'" else "della " if article == "la " else "del "
        named = _with_article(part["noun"])
        return f"Per {named} {of}{part['name']} {part['rest']}".strip() if named else ""
    matter = matter_of(text)
    if matter is not None and matter.article:
        return f"Per {matter.text}"
    named = _with_article(text) if matter is not None else ""
    return f"Per {named}" if named else ""


def calm(title: str) -> str:
    """A title without its capitals where every word has one, and without its own acronym behind it:
    `Carta d'Identità Elettronica CIE` as `Carta d'identità elettronica`.
    """
    text = title.strip(" .,;:-–")
    last = _ACRONYM_LAST.fullmatch(text)
    if last and "".join(word[0] for word in _long(last["rest"])).upper() == last["name"]:
        text = last["rest"]
    words = _long(text)
    if len(words) > 1 and all(word[0].isupper() for word in words):
        start = len(words[0])
        text = text[:start] + _LETTERS.sub(
            lambda word: word[0].lower() if not word[0].isupper() and is_word(word[0].lower()) else word[0],
            text[start:],
        )
    return text


def _long(text: str) -> list[str]:
    return [word for word in _LETTERS.findall(text) if len(word) > _SMALL and not _JOINT.fullmatch(word)]


def _thing(rest: str) -> str:
    """`il giuramento` of `del giuramento`, `l'autorizzazione` of `di autorizzazione`."""
    if said := _OF.match(rest):
        return f"{OF_ARTICLE[said['of'].strip().lower().replace('’', chr(39))]}{said['rest']}"
    bare = _BARE_OF.match(rest)
    return _with_article(rest[bare.end() :] if bare else rest)


def _with_article(text: str) -> str:
    noun = noun_of(text)
    if noun is not None:
        return noun.text
    first, _, rest = text.partition(" ")
    article = _NOUNS.get(first.lower())
    other = noun_of(rest)  # titles leave out the small words
    return f"{article}{first.lower()} {other.of if other else rest}".strip() if article else ""
