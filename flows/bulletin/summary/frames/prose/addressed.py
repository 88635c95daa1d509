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
_WANTS = re.compile(
    r"^(?:Tutti\s)?(?:[Cc]oloro\sche|Chi(?:unque)?|(?:Tutti\s)?[Ii]\scittadini\sche|Le\spersone\sche)\s"
    r"(?:sono\sinteressat[ie]|è\sinteressat[oa]|fosse(?:ro)?\sinteressat[oaie]|intend(?:e|ono|a|ano)|desidera(?:no)?"
    r"|vuole|vogliono|volesse(?:ro)?)\s"
    r"(?:(?P<take>alla\spartecipazione)|(?:ad?\s)?(?P<verb>[a-zà-ù]+(?:are|ere|ire|orre|arsi|ersi|irsi)))"
    r"(?P<rest>\b[^.:;]{0,200}?)(?P<comma>,?)\s(?P<modal>può|possono|potrà|potranno|deve|devono|dovrà|dovranno)\s"
    r"(?P<does>[a-zà-ù]+(?:are|ere|ire|urre|arsi|ersi|irsi))\b(?P<then>.*)$"
)
_YOURS = re.compile(r"\b(?P<article>[Ii]l|[Ll]a|i|le)\s(?:loro|propri[oae]?|su[oae]i?)\b(?=\s[a-zà-ù])")
_TUO = {
    **dict.fromkeys(("il", "del"), "tuo"),
    **dict.fromkeys(("la", "della"), "tua"),
    **dict.fromkeys(("i", "dei"), "tuoi"),
    **dict.fromkeys(("le", "delle"), "tue"),
}
_TELLS = re.compile(
    r"^(?P<who>(?:Il|Lo|La|L['’])\s?[^.;:]{3,50}?)\s(?P<verb>(?:comunich|invi|consegn|rilasc|indich|fornir)\w*à)\s"
    r"(?:tempestivamente\s)?(?:ai\scittadini|agli\sinteressati|ai\srichiedenti|agli\sutenti|alle\sfamiglie)\s"
    r"(?P<rest>(?:(?:il|lo|la|i|gli|le|un|una|uno)\s|(?:l|un)['’]).+)$"
)
_OWN = re.compile(r"\b(?P<article>il|la|i|le|del|della|dei|delle)\spropri[oae]?\b(?=\s[a-zà-ù])", re.I)
_THE = {"del": "Il ", "della": "La ", "dello": "Lo ", "dell'": "L'"}


def addressed(text: str) -> str:
    """`Invitiamo i cittadini a partecipare` as `Puoi partecipare`; any other sentence as it is."""
    text = _CARE.sub(_will, _INVITES.sub(_may, _WANTS.sub(_if_you_want, text)))
    return _TELLS.sub(_tells_you, text)


def _tells_you(match: re.Match[str]) -> str:
    """`L'ufficio comunicherà ai cittadini il proprio codice` as `L'ufficio ti comunicherà il tuo codice`."""
    rest = _OWN.sub(lambda own: f"{own['article']} {_TUO[own['article'].lower()]}", match["rest"])
    return f"{match['who']} ti {match['verb']} {rest}"


def _if_you_want(match: re.Match[str]) -> str:
    """`Chi vuole esporre i propri quadri deve pagare` as `Se vuoi esporre i tuoi quadri devi pagare`."""
    wish = "partecipare" if match["take"] else _to_you(match["verb"])
    modal = "puoi" if match["modal"][0] == "p" else "devi"
    rest = _YOURS.sub(_of_yours, match["rest"])
    then = _YOURS.sub(_of_yours, match["then"])
    return f"Se vuoi {wish}{rest}{match['comma']} {modal} {_to_you(match['does'])}{then}"


def _to_you(verb: str) -> str:
    return f"{verb[:-2]}ti" if verb.endswith("si") else verb


def _of_yours(match: re.Match[str]) -> str:
    return f"{match['article']} {_TUO[match['article'].lower()]}"


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
