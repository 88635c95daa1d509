"""Who it is for, in a phrase that follows a noun or a verb: `per le famiglie`, `dai 13 anni`;
never `tutti`.
"""

import re

from flows.bulletin.language.signals import MONTH, WEEKDAY

_TO = {
    "ai": "per i",
    "agli": "per gli",
    "alle": "per le",
    "al": "per il",
    "allo": "per lo",
    "alla": "per la",
    "a": "per",
}
_EVERYONE = re.compile(
    r"(?:(?:aperto|aperta|rivolto|rivolta|dedicato)\s)?(?:a|per|ai|alla|agli)?\s?(?:tutt[aei]\b|cittadinanza\b|chiunque\b|cittadini\b)"
    r"(?:\s(?:la|i|le|gli)\s(?:cittadinanza|cittadini|persone|interessati|cittadine e (?:i )?cittadini|età))?"
    r"(?:\s(?:di|senza)\s(?:ogni|tutte le|limiti di)\s?età)?",
    re.I,
)
_WISHES = re.compile(
    r"\b(?:vuole|vogliono|desidera|desiderano|ama|amano|appassionat|interessat(?!\w dal)|curios)", re.I
)
_NOUN = (
    r"bambini|bambine|ragazzi|ragazze|famiglie|genitori|adulti|giovani|anziani|donne|studenti|insegnanti|neogenitori"
    r"|mamme|papà|imprese|aziende|associazioni|lavoratori|cittadini|residenti|adolescenti|docenti|coppie|nonni|alunni"
    r"|chi|persone|gestanti|educatori|lettori|utenti|volontari|operatori|soci|caregiver|familiari"
)
_FOR = re.compile(
    rf"(?:evento\s|iniziativa\s|attività\s|incontro\s|corso\s)?(?:è\s)?(?:rivolt|dedicat|riservat|destinat)[oaie]\s"
    rf"(?P<to>ai|agli|alle|a|alla|al)\s(?P<rest>.+)|(?P<to2>ai|agli|alle|alla|al|a)\s(?P<rest2>.+)"
    rf"|(?:per\s)(?P<rest3>.+)|(?P<rest4>(?:{_NOUN})\b.*)",
    re.I,
)
_AGE_ONLY = re.compile(
    r"(?:et[àa]\W{1,3}|da\s|dai\s|per\s)?(?P<from>\d{1,2})\s?(?:[-–/]|ai|a)\s?(?P<to>\d{1,2})\sanni", re.I
)
_FROM = re.compile(
    r"(?:(?:a partire )?dai|da|over|dopo i)\s(\d{1,2})(?:\sanni)?(?:\sin (?:su|poi)|\scompiuti)?", re.I
)
_AT_LEAST = re.compile(r"(?:et[àa] minima|età minima)\D{0,30}(\d{1,2})\sanni", re.I)
_SAYS = re.compile(r"(?<!\bche)\s(?:è|sono|sarà|saranno|viene|vengono)\s")  # it goes on behind its people
_ON_A_DAY = re.compile(r"\b(?:prossim\w+|in avvio|in programma|si t(?:iene|err)\w*)\b", re.I)
_TO_A_MATTER = re.compile(r"(?:\w+\s)?(?:è\s)?dedicat[oaie]\s(?:ai|agli|alle|a|alla|al)\s", re.I)
_PEOPLE = re.compile(
    rf"\b(?:{_NOUN}|cittadinanza|popolazione|comunità|pubblico|terza età|infanzia|over|under|\d+\s?anni)\b",
    re.I,
)
_HANGS = re.compile(
    r"\s(?:il|lo|la|i|gli|le|un|uno|una|di|del|della|e|o|con)(?:\s[«“\"].*)?$", re.I
)  # before a quoted name
_LONGEST = 90
_ASIDE = re.compile(
    r",?\s(?:nell['’]ambito\sd|(?:promoss|organizzat|realizzat|condott|tenut|guidat)[oaie]\s"
    r"(?:da|dal|dall[ao]|dall['’]\w+|con)\b|nel\snostro\s(?:territorio|comune|paese)\b).*",
    re.I,
)  # who holds it and within what: it limits nobody

_BOTH = re.compile(  # `e alle/agli operatrici/operatori`
    r"(?:\se(?P<joint>\s))?(?<![\w/])(?P<to>(?:all|agl|a|l|gl)[ei])/(?P<to2>(?:all|agl|a|l|gl)[ei]|i)\s"
    r"(?P<noun>[a-zà-ù]{4,30})/(?P<noun2>[a-zà-ù]{4,30})(?![\w/])",
    re.I,
)
_AGAIN = re.compile(r"(?<=,\s)per\s|(?<=\se\s)per\s")

_WHEN = re.compile(  # `per adulti, ogni martedì dalle 20`: the day follows its people
    rf",?\s(?:(?:ogni\s|il\s|tutti\si\s)?{WEEKDAY}|(?:il|dal)\s\d{{1,2}}[°º]?\s{MONTH}"
    r"|d?alle\s(?:ore\s)?\d|ore\s\d).*",
    re.I,
)


def audience_phrase(words: str, *, longest: int = _LONGEST) -> str:
    """`per i bambini da 3 a 6 anni` of `Ai bambini da 3 a 6 anni.`; "" for everybody and what is not a
    phrase.
    """
    text, is_of_both = _BOTH.subn(_both, " ".join(words.split()).strip(" .;:"))
    if found := _AT_LEAST.fullmatch(text):
        return f"dai {found[1]} anni"
    text = re.sub(r",?\s(?:per|a) tutt[ei]$", "", _WHEN.sub("", _ASIDE.sub("", text)), flags=re.I)
    text = re.sub(rf"^{_EVERYONE.pattern}(?:\s*[,;]\s*(?=\w)|$)", "", text, flags=re.I).strip(" ,")
    if (
        not text
        or len(text) > longest
        or re.search(r"(?<![A-Z])[.!?;]\s", text)
        or _WISHES.search(text)
        or _ON_A_DAY.search(text)
        or _SAYS.search(text)
        or text.count("(") != text.count(")")
    ):
        return ""
    if found := _FROM.fullmatch(text):
        return f"dai {found[1]} anni"
    if found := _AGE_ONLY.fullmatch(text):
        return f"da {found['from']} a {found['to']} anni"
    found = _FOR.fullmatch(text)
    if found is None:
        return ""
    if is_matter(text):
        return ""
    rest = found["rest"] or found["rest2"] or found["rest3"] or found["rest4"]
    to = (found["to"] or found["to2"] or "").lower()
    rest = re.sub(
        r"\b(e|ed|o)\s(ai|agli|alle|alla|al|a)\s", lambda joint: f"{joint[1]} {_TO[joint[2].lower()]} ", rest
    )
    rest = re.sub(r",\s(ai|agli|alle|alla|al|a)\s", lambda joint: f", {_TO[joint[1].lower()]} ", rest)
    if is_of_both:
        rest = _AGAIN.sub("", rest)
    if re.match(r"tutt", rest, re.I) or _HANGS.search(rest):
        return ""
    lead = _TO.get(to, "per")
    return f"{lead} {rest[0].lower()}{rest[1:]}" if not rest[:2].isupper() else f"{lead} {rest}"


def _both(found: re.Match[str]) -> str:
    """`, alle operatrici e agli operatori` of ` e alle/agli operatrici/operatori`."""
    nouns = [found["noun"], found["noun2"]]
    if nouns[0].endswith(("e", "trici")) is not found["to"].lower().endswith("le"):
        nouns.reverse()  # `alle/agli educatori/educatrici`
    lead = ", " if found["joint"] else ""
    return f"{lead}{found['to']} {nouns[0]} e {found['to2']} {nouns[1]}"


def is_matter(words: str) -> bool:
    """Whether `words` tell what it is about: `dedicata alla spedizione del 1915` calls nobody."""
    return _TO_A_MATTER.match(words) is not None and _PEOPLE.search(words) is None


def is_everyone(words: str) -> bool:
    """Whether `words` let everybody come, without a limit."""
    return _EVERYONE.fullmatch(" ".join(words.split()).strip(" .;:")) is not None


def audience_sentence(words: str) -> str:
    """`È per le famiglie.`, `Devi avere almeno 18 anni.`; "" as for `audience_phrase`."""
    text = " ".join(words.split()).strip(" .;:")
    if found := _AT_LEAST.fullmatch(text):
        return f"Devi avere almeno {found[1]} anni."
    phrase = audience_phrase(words)
    if re.match(r"d[ai]i? \d", phrase):
        return f"Si partecipa {phrase}."
    return f"L'appuntamento è {phrase}." if phrase else ""
