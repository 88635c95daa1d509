"""What a call for requests lets one ask, in everyday words.

`Avviso pubblico per la presentazione delle domande finalizzate alla concessione di un contributo per …` is
`Puoi chiedere un contributo per …`.
"""

import re

from flows.bulletin.language.articles import OF_ARTICLE

_CALL = re.compile(
    r"(?:avviso|bando)(?:\s(?:pubblico|esplorativo|aperto)){0,2}\s(?:per\sla|di)\spresentazione\s(?:di|dell[ea])\s"
    r"(?P<what>domand[ae]|istanz[ae]|richiest[ae]|manifestazion[ei]\sd(?:i\s|['’]\s?)interesse|candidatur[ae]|progetti"
    r"|proposte|offerte|osservazioni)\s(?P<rest>.+)",
    re.I,
)
_GIVEN = re.compile(
    r"(?:(?:finalizzat[ae]|volt[ae]|dirett[ae])\s(?:all['’]\s?|alla\s)|per\s(?:l['’]\s?|la\s)|di\s)"
    r"(?:erogazione|concessione|assegnazione|attribuzione|ottenimento)\s"
    r"(?P<of>di\s|d['’]|del\s|dello\s|della\s|dell['’]|dei\s|degli\s|delle\s)\s?(?P<thing>\w.+)",
    re.I,
)
_OF_INTEREST = re.compile(r"manifestazion[ei]", re.I)
_ASKED = re.compile(r"(?:domand|istanz|richiest)", re.I)
FIRMS = re.compile(r"\b(?:imprese|ditte|enti|operatori|associazioni|societ\w+|professionist\w+)\b", re.I)
_DASH = re.compile(r"\s[-–]\s")
_RESIDENT = re.compile(  # `…, destinato a nuclei familiari residenti a Po`
    r",?\s(?:destinat|rivolt|riservat)[oaie]\s(?:a|ai|alle)\s(?:nuclei\sfamiliari|famiglie|cittadin[ie]|persone)"
    r"\sresidenti\s(?P<where>(?:a|ad|nel\s[Cc]omune\sdi)\s[A-ZÀ-Ý][\w'’ ]{1,40})"
)
_PLAIN = (
    (re.compile(r"(?:\s[-–]|,)\sannualità\s(?=20\d\d)"), " per il "),
    (re.compile(r"\b0?(\d)\s?[/-]\s?(\d\d)\smesi\b"), r"da \1 a \2 mesi"),
    (re.compile(r"(?<=[^,]\sanche parziale),(?=\sdel)"), ""),  # a comma between a noun and whose it is
)


def appeal(phrase: str) -> str:
    """The sentence; "" of a phrase that calls for nothing, or not for what can be told."""
    match = _CALL.fullmatch(phrase.strip(" ."))
    if match is None:
        return ""
    may = "Si possono" if FIRMS.search(phrase) else "Puoi"
    rest = match["rest"]
    if _ASKED.match(match["what"]):
        given = _GIVEN.fullmatch(rest)
        if given is None:
            return f"{may} fare domanda {rest}." if rest.startswith("per ") else ""
        article = OF_ARTICLE.get(given["of"].strip().lower().replace("’", "'"), "")
        thing = given["thing"]
        for wordy, plain in _PLAIN:
            thing = wordy.sub(plain, thing)
        resident = _RESIDENT.search(thing)
        if resident and resident.end() == len(thing) and may == "Puoi":
            return f"Se risiedi {resident['where']} puoi chiedere {article}{thing[: resident.start()]}."
        return f"{may} chiedere {article}{thing}."
    what = "manifestazioni di interesse" if _OF_INTEREST.match(match["what"]) else match["what"].lower()
    return f"{may} presentare {what} {_DASH.sub(': ', rest, count=1)}."
