"""What an office invites to, or says that it will do, as a sentence to who reads."""

import re

_INVITES = re.compile(
    r"^(?:Invitiamo|Si invitano|Si invita|(?:Il Comune|L['’]Amministrazione(?: comunale)?) "
    r"invita)\s(?:tutt[aei]\s)?(?:i|le|la|gli)\s"
    r"(?:cittadini|cittadinanza|cittadine e i cittadini|residenti|popolazione|giovani|famiglie)\sa\s"
    r"(?P<verb>partecipare|compilare|aderire|iscriver(?:e|si)|consultare|segnalare|prenotare|visitare|candidarsi)\b",
    re.I,
)
_CARE = re.compile(
    r"^Sarà (?:cura|compito) (?P<of>de(?:l|lla|llo)\s"
    r"|dell['’]\s?)(?P<who>[^,;:]{3,60}?)\s(?P<stem>[a-zà-ù]{3,}?)(?P<end>are|ere|ire)\b"
)
_THE = {"del": "Il ", "della": "La ", "dello": "Lo ", "dell'": "L'"}


def addressed(text: str) -> str:
    """`Invitiamo i cittadini a partecipare` as `Puoi partecipare`; any other sentence as it is."""
    return _CARE.sub(_will, _INVITES.sub(_may, text))


def _may(match: re.Match[str]) -> str:
    verb = match["verb"].lower()
    return f"Puoi {verb[:-2]}ti" if verb.endswith("si") else f"Puoi {verb}"


def _will(match: re.Match[str]) -> str:
    """`Sarà cura dell'Ufficio Scuola comunicare` as `L'Ufficio Scuola comunicherà`."""
    stem, end = match["stem"], match["end"]
    if end == "ere" and not stem.endswith(("vved", "tt", "nd", "scriv", "ced")):
        return match[0]  # `tenere`, `rimanere` make their future otherwise
    if end == "are":
        stem = (
            re.sub(r"([cg])$", r"\1h", re.sub(r"([cg])i$", r"\1", stem))
            if stem[-1:] in "cg"
            else re.sub(r"([cg])i$", r"\1", stem)
        )
    article = _THE[match["of"].strip().lower().replace("’", "'")]
    return f"{article}{match['who']} {stem}{'i' if end == 'ire' else 'e'}rà"
