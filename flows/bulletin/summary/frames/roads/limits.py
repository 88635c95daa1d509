"""Whom and when a measure leaves out: residents, rescue vehicles, Sundays, bad weather."""

import re
from dataclasses import dataclass

_PERSONS = (
    r"(?:(?:i|le|gli|ai|agli|alle|dei|delle|degli|per\si|per\sgli|per\sle|quelli?\sdei)\s)?"
    r"(?:(?:soli|veicoli\sdei|mezzi\sdei)\s)?"
    r"(?:residenti|frontisti|autorizzati|dimoranti|domiciliati|disabili|pedoni|ciclisti|velocipedi"
    r"|biciclette|autobus|bus"
    r"|scuolabus|forze\sdell['’]ordine|fornitori|clienti|(?:veicoli|mezzi|persone)\sautorizzat[ie]"
    r"|(?:mezzi|veicoli)\sdi\s(?:soccorso(?:\se\s(?:di\s)?(?:emergenza|polizia))?|emergenza|polizia"
    r"|servizio|trasporto\spubblico)"
    r"|mezzi\sdel\strasporto\spubblico|veicoli\sal\sservizio\sdi\spersone\s(?:disabili|con\sdisabilità))"
)
_EXCEPT = re.compile(
    r"\(?(?:eccett[oi]|esclus[ioae]|tranne|salvo|ad\seccezione|fatta\seccezione|con\s(?:l['’])?esclusione)\s"
    rf"(?:(?:di|dei|delle|degli|per)\s)?(?P<whom>{_PERSONS}(?:(?:,\s|\se\s"
    rf"|\sed\s){_PERSONS}){{0,5}})(?!\w)\)?",
    re.I,
)
_EXCLUDED = re.compile(
    rf"\(?(?P<whom>{_PERSONS}(?:(?:,\s|\se\s|\sed\s){_PERSONS}){{0,5}})\s(?:esclusi|eccettuati)(?!\w)\)?",
    re.I,
)
_A_DAY = (
    r"(?:(?:i|le|il|la)\s)?(?:giorni\s(?:di\s)?)?"
    r"(?:domenic(?:a|he)|sabat[oi]|(?:i\s)?festivi|prefestivi|giorno\sfestivo)"
)
_NO_DAYS = re.compile(
    rf"\(?(?:esclus[ioae]|eccett[oi]|tranne|salvo|ad\seccezione)\s(?:(?:di|dei|delle)\s)?(?:nei\s)?"
    rf"(?P<days>{_A_DAY}(?:(?:,\s|\se\s(?:nei\s)?){_A_DAY}){{0,4}})(?!\w)\)?",
    re.I,
)
_DAYS_NOT = re.compile(
    rf"\(?(?P<days>{_A_DAY}(?:(?:,\s|\se\s){_A_DAY}){{0,4}})\s(?:esclus[eoia])(?!\w)\)?", re.I
)
_WEATHER = re.compile(
    r"(?P<weather>salvo\s(?:maltempo|imprevisti|proroghe|avverse\scondizioni\s(?:meteo|meteorologiche"
    r"|climatiche|atmosferiche))"
    r"|(?:tempo|condizioni\smeteo)\spermettendo)(?!\w)",
    re.I,
)
_TO_THE_END = re.compile(
    r"(?P<also>(?:e\s)?comunque\s)?(?:fino|sino)\s(?:alla\s(?:fine|conclusione|ultimazione)"
    r"|al\s(?:termine|completamento)"
    r"|a\s(?:fine|termine|ultimazione))\s(?:dei\s|degli\s)?(?:lavori|interventi)(?!\w)",
    re.I,
)


@dataclass(frozen=True)
class Limit:
    """A limit read at a place: how one says it after a comma. `is_end`: it only says until when."""

    words: str
    end: int
    is_end: bool = False


def limit_at(text: str, start: int) -> Limit | None:
    """The limit that begins exactly at `start`."""
    for pattern in (_NO_DAYS, _DAYS_NOT):
        if match := pattern.match(text, start):
            return Limit(_days(match["days"]), match.end())
    for pattern in (_EXCEPT, _EXCLUDED):
        if match := pattern.match(text, start):
            return Limit(_persons(match["whom"]), match.end())
    if match := _WEATHER.match(text, start):
        return Limit(match["weather"].lower(), match.end())
    if match := _TO_THE_END.match(text, start):
        words = "e comunque fino alla fine dei lavori" if match["also"] else "fino alla fine dei lavori"
        return Limit(words, match.end(), not match["also"])
    return None


def _persons(words: str) -> str:
    names = [
        re.sub(r"^(?:i|le|gli|ai|agli|alle|dei|delle|degli|per i|per gli|per le|quell[io] dei)\s", "", name)
        for name in re.split(r",\s|\se[d]?\s(?!di\s|emergenza|polizia)", words.lower())
    ]
    return f"eccetto {' e '.join([', '.join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]}"


def _days(words: str) -> str:
    low = words.lower()
    names = [
        name
        for name, stem in (
            ("sabati", "sabat"),
            ("domeniche", "domenic"),
            ("prefestivi", "prefestiv"),
            ("giorni festivi", " festiv"),
        )
        if stem in f" {low}"
    ]
    names = names or ["giorni festivi"]
    end = "escluse" if names == ["domeniche"] else "esclusi"
    return f"{' e '.join([', '.join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]} {end}"
