"""By what way one asks, enrols or books: `in Comune` of a request that its page takes online."""

import re
from collections.abc import Iterator

from flows.bulletin.guard.finding import Finding
from flows.bulletin.guard.wording import Clause, Wording

_DEEDS = re.compile(
    r"\b(?:domand|iscri|prenot|richie|chied|candid|present|invi(?=a\b|are|at|arl|ano)|inoltr|mand|ader|ades|consegn)\w*",
    re.I,
)
_ASKED = frozenset(["doma", "rich", "chie", "pres", "invi", "inol", "mand", "cand"])  # of one request
_WAYS = {  # as a text names them, and whatever on a page may stand for them
    "online": (
        re.compile(r"\bon[\s-]?line\b|\bsul (?:sito|portale)\b", re.I),
        re.compile(
            r"\bon[\s-]?line\b|\bsito\b|\bportale\b|\bweb\b|\bspid\b|\bcie\b|\bapp\b|\bform\b|\btelematic\w+"
            r"|\blink\b|\bdigital\w+|\binternet\b|https?:|\bpiattaforma\b|\bqr\b|\bmodulo\b",
            re.I,
        ),
    ),
    "di persona": (
        re.compile(
            r"\bin (?:comune|municipio|ufficio)\b|\b(?:allo|agli) sportell\w+|\ball['’]uffici\w+"
            r"|\bagli uffici\b|\bdi persona\b|\ba mano\b",
            re.I,
        ),
        re.compile(
            r"\bsportell[oi]\b(?! telematic)|\bdi persona\b|\ba mano\b|\bprotocoll\w+"
            r"|\bin (?:comune|municipio)\b"
            r"|\b(?:presso|all|agli|dall|nell|negli|in)['’]?\s?(?:l['’]|gli\s)?uffici\w*|\bpresso\s(?:il|la|lo)\b"
            r"|\bconsegn\w+|\brecars\w+|\bpresentandos\w+|\bsede\b",
            re.I,
        ),
    ),
    "per telefono": (
        re.compile(r"\b(?:per|via) telefono\b|\btelefon(?:a|ando|are)\b|\bchiam(?:a|ando|are)\b", re.I),
        re.compile(r"\btel\w*|\bchiam\w+|\bnumero\b|\bcell\w*|\b0\d{1,3}[\s./-]?\d{4,}", re.I),
    ),
    "per e-mail": (
        re.compile(r"\b(?:per|via) (?:e-?)?mail\b|\b(?:per|via) pec\b", re.I),
        re.compile(r"\be-?mail\b|\bmail\b|\bpec\b|\bposta\b|@|\bscriv\w+", re.I),
    ),
}
_ASIDE = re.compile(r"\b(?:inform|aiut|assist|ritir|graduator|affiss)\w*", re.I)  # no request itself
_ALONE = re.compile(
    r"(?<!non )\b(?:solo|soltanto|solamente|esclusivamente|unicamente)\b[^.;\n]{0,12}?"
    r"\b(?:on[\s-]?line|telematic\w+|(?:sul|dal|tramite il|attraverso il) (?:sito|portale)|tramite spid)"
    r"|\bon[\s-]?line\b[^.;\n]{0,12}\b(?:esclusivamente|unicamente)\b",
    re.I,
)


def findings(text: Wording, source: Wording) -> Iterator[Finding]:
    """Ways of the text's requests that the page shuts, or that it never speaks of where it names another."""
    for sentence in text.sentences:
        deeds = set[str]() if _ASIDE.search(sentence.text) else _deeds(sentence)
        said = [way for way, (named, _) in _WAYS.items() if named.search(sentence.text)] if deeds else []
        theirs = [one for one in source.sentences if said and _deeds(one) & deeds]
        alone = next((one for one in theirs if _is_alone(one.text)), None)
        for way in said:
            if alone and way != "online" and "online" not in said:
                quote = source.quote(alone.start, alone.end)
                yield Finding(f"«{way}»: nella pagina del sito si fa solo online: {quote}.")
                return
            if _WAYS[way][1].search(source.text):
                continue
            others = [named for other, (named, _) in _WAYS.items() if other != way]
            if named := next((one for one in theirs if any(it.search(one.text) for it in others)), None):
                quote = source.quote(named.start, named.end)
                yield Finding(f"«{way}»: la pagina del sito dice un altro modo: {quote}.")
                return


def _is_alone(sentence: str) -> bool:
    found = _ALONE.search(sentence)
    return found is not None and not re.search(r"\bnon\b[^,;:]*$", sentence[: found.start()], re.I)


def _deeds(sentence: Clause) -> set[str]:
    """What is done in a sentence, by four letters; all that one does with a request is one."""
    found = {match[0][:4].lower() for match in _DEEDS.finditer(sentence.text)}
    return found | _ASKED if found & _ASKED else found
