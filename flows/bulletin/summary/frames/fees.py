"""What an office asks for its work: `Le spese di istruttoria sono di 120 euro e si pagano con pagoPA.`"""

import re

_SUM = (
    r"(?:(?:€|euro)\s?(?P<sum>\d{1,3}(?:\.\d{3})*(?:,\d\d)?)"
    r"|(?P<sum2>\d{1,3}(?:\.\d{3})*(?:,\d\d)?)\s?(?:€|euro\b))"
)
_FEE = re.compile(
    r"\b(?P<what>spese\sdi\sistruttoria|diritti\sdi\s(?:segreteria|istruttoria|ricerca)|diritto\sfisso"
    r"|costo\s(?:della\s(?:carta|tessera|pratica)|del\s(?:documento|servizio|rilascio|certificato)))\b"
    rf"(?:\s(?:è|sono|di|da|pari|a|ad|ammonta\w*|fissat\w|in|:|-)){{0,4}}\s?:?\s?{_SUM}",
    re.I,
)
_ITEM = re.compile(r"\n|\s\|\s|(?<=[a-zà-ù]{2})[.;]\s")
_EASED = re.compile(
    r"\b(?:esen\w+|ridott\w+|agevolat\w+|qualora|nel caso|in caso|se|solo|oppure|per (?:chi|le|gli|i))\b",
    re.I,
)
_PAGOPA = re.compile(r"\bpago\s?PA\b", re.I)


def fee(body: str) -> str:
    """The sentence; "" where there are several fees, or some pay another one."""
    found = [(item, match) for item in _ITEM.split(body) for match in _FEE.finditer(item)]
    if len({(match["what"].lower(), _sum(match)) for _, match in found}) != 1:
        return ""
    item, match = found[0]
    if _EASED.search(item[: match.end() + 40]):
        return ""
    what = " ".join(match["what"].split()).lower()
    is_plural = what.startswith(("spese", "diritti"))
    article = {"spese": "Le", "diritti": "I"}.get(what.split(" ", 1)[0], "Il")
    verb, pays = ("sono di", "si pagano") if is_plural else ("è di", "si paga")
    how = f" e {pays} con pagoPA" if _PAGOPA.search(item) else ""
    return f"{article} {what} {verb} {_sum(match)} euro{how}."


def _sum(match: re.Match[str]) -> str:
    return (match["sum"] or match["sum2"]).removesuffix(",00")
