"""A place in a clause: `in Biblioteca`, `all'Auditorium di via Oberdan 21`, `a Palazzo Pirola`.

Italian has a preposition for each word of place, and the article follows the word's gender and first sound.
The table holds words whose use is sure; any other name stands as an apposition, which is always right.
"""

import re
from dataclasses import dataclass

from flows.bulletin.language.shorten import mended
from flows.bulletin.language.signals import MONTH, STREET

_IN = "biblioteca municipio duomo"  # said without the article when nothing but an adjective follows
_AT: dict[str, str] = {
    "al": "centro teatro teatrino cinema cineteatro museo parco palazzetto palasport campo castello santuario"
    " rifugio pala dipartimento circolo porticciolo porto liceo polo cimitero monumento "
    "mercato velodromo nido bocciodromo bar ristorante"
    " caffè caffé pub laghetto lago lido campetto ponte "
    "bosco vivaio memoriale mulino tempio convento monastero"
    " magazzino"
    " distretto consultorio ritrovo municipio comando palaghiaccio pattinodromo camping villaggio cineforum"
    " colle belvedere crossodromo planetario politecnico maneggio poliambulatorio laboratorio",
    "allo": "stadio spazio studio sportello scalo stabilimento",
    "all'": "auditorium oratorio ospedale ufficio istituto hub "
    "abbazia ex arena agriturismo asilo ostello archivio"
    " osservatorio acquedotto enoteca osteria anfiteatro oasi "
    "ecocentro isola urp informagiovani ippodromo ateneo"
    " aeroporto emporio ecomuseo ambulatorio",
    "alla": "scuola piscina cascina torre malga stazione "
    "pinacoteca galleria fiera baita bocciofila biblioteca"
    " palestra fondazione ludoteca casa residenza pieve "
    "tensostruttura darsena mediateca rocca fattoria locanda"
    " libreria cantina canonica",
    "nelle": "vie",
    "ai": "giardini portici campi magazzini musei",
    "agli": "impianti uffici scavi orti",
    "alle": "scuole scuderie terme piscine",
    "nella": "sala saletta chiesa basilica cappella sede parrocchia "
    "corte loggia barchessa chiesetta cattedrale"
    " palazzina rotonda frazione hall",
    "nell'": "aula area atrio",
    "nel": "cortile chiostro salone foyer padiglione giardino borgo parcheggio capannone",
    "in": "piazza piazzetta piazzale via viale corso largo vicolo località contrada",
    "sul": "lungolago lungomare lungofiume piazzale sagrato",
    "a": "villa palazzo porta ca' cà",
}
_PREPOSITION = {word: preposition for preposition, words in _AT.items() for word in words.split()}
_ADJECTIVE = r"(?:comunale|civica|civico|parrocchiale|centrale|pubblica|cittadina|sportivo|polivalente)"
_ALREADY = re.compile(
    r"(?:presso|in|a|ad|al|allo|alla|ai|agli|alle|nel|nello|nella|nei|nelle|sul|sulla|sui|dal|dalla"
    r"|davanti|lungo|tra)\s|(?:all|nell|sull|dall)['’]",
    re.I,
)
_PRESSO = re.compile(r"presso\s(?:il\s|lo\s|la\s|i\s|gli\s|le\s|l['’])?", re.I)
_MEETING = re.compile(r"(?:ritrovo|partenza)\s(?:al|sul|in|da|presso|davanti|a)", re.I)
_NEXT_TO = re.compile(r"\s?,\s(?:a fianco|accanto|vicino|di fronte|davanti|dietro|adiacente)\b[^,]*$", re.I)
_STREET = re.compile(
    rf"\b({STREET}(?:\s+per(?=\s[A-ZÀ-Ý])|\s+\d{{1,2}}(?=\s+[A-ZÀ-Ý]\w+))?(?:\s+(?:(?:dell|d)['’]\s?[A-ZÀ-Ý][\wà-ù'’]*|(?:del|dello|della|dei|degli|delle|di|da|de|e|la|le|lo|ex)\b|dell['’]"
    rf"|d['’]|San\b|S\.|[A-ZÀ-Ý]\.|[IVX]{{1,5}}\s{MONTH}|(?!MI\b|VI\b|BS\b)[A-ZÀ-Ý][\wà-ù'’]*|de[il]\s\d{{1,2}}(?=\s+[A-ZÀ-Ý]\w+))){{1,7}})"
    r"(?:,?\s*(?:n\.?\s*|n°\s*|civico\s*)?(\d{1,4}(?!\d)(?:\s?/\s?[A-Za-z]\b|[A-Za-z]\b|\s[A-Za-z](?=\s*(?:[,.;()]|$)))?))?"
)
_TWO_STREETS = re.compile(rf"\b{STREET}\s[^,;]{{3,30}}?\se\s(?:in\s)?{STREET}\s")
_TOWN = re.compile(r"[,(]?\s*\d{5}\b.*$|\s*[-,]\s*Italia\b.*$", re.S)
_NEXT_LABEL = re.compile(  # of the line below: `parcheggio di Contrada Fontana Durata`
    r"(?<=\w{3})\s(?:Durata|Difficoltà|Cost[oi]|Quota|Info|Prenotazion[ei]|Iscrizion[ei]|Contatti|Orari[o]?|Note|Quando)$"
)
_MAP = re.compile(r"\+ − Leaflet.*|\bLeaflet\b.*|Visualizza in mappa.*|\|.*", re.S | re.I)


@dataclass(frozen=True)
class Place:
    """A name and a street as the page gives them; either may be ""."""

    name: str
    street: str = ""


def place_of(words: str) -> Place:
    """The name and street in `words`, without post code, map and province."""
    text = _NEXT_LABEL.sub("", _MAP.sub("", " ".join(words.split())).strip(" .,;-–"))
    streets = list(_STREET.finditer(text))
    street = streets[0] if streets else None
    if len(streets) > 1 and streets[1][1].casefold() == streets[0][1].casefold() and not streets[0][2]:
        street = streets[1]  # `Auditorium via Oberdan via Oberdan 21`
    if street is None:
        return Place(_named(_TOWN.sub("", text)))
    road = street[1].strip(" .,;-–")
    number = (street[2] or "").replace(" ", "")
    name = text[: street.start()].strip(" .,;-–:(")
    if name.casefold().endswith(road.casefold()):
        name = name[: -len(road)].strip(" .,;-–")
    name = re.sub(r"\s+(?:in|di|a|da|sita? in|con sede in|presso)$", "", name)
    return Place(_named(name), f"{road[0].lower()}{_quieter(road[1:])} {number}".strip())


def place_clause(words: str) -> str:
    """`al Centro Civico di via Italia 84`; "" where no preposition is sure for the name."""
    whole = _NEXT_TO.sub("", " ".join(words.split()).strip(" .,;"))
    near = _PRESSO.match(whole)
    if near and (said := place_clause(whole[near.end() :])) and not said.startswith("in via"):
        return said  # `presso la Biblioteca`: in Biblioteca
    if whole == "online":
        return whole
    if _MEETING.match(whole):
        return f"con {whole[0].lower()}{whole[1:]}"
    if _ALREADY.match(whole) and _TWO_STREETS.search(whole):
        return f"{whole[:1].lower()}{whole[1:]}"
    if _ALREADY.match(whole):
        place = place_of(whole)
        name = place.name[:1].lower() + place.name[1:]
        if _ALREADY.fullmatch(f"{name} "):  # `nel piazzale del mercato` is said as it stands
            return f"{whole[:1].lower()}{whole[1:]}"
        if not place.street:
            return name
        return f"{name}, in {place.street}" if name else f"in {place.street}"
    whole = re.sub(r"^(?:il|lo|la)\s|^l['’]", "", whole, flags=re.I)
    place = place_of(whole)
    if not place.name:
        return f"in {place.street}" if place.street else ""
    said = _at(place.name)
    if not said or not place.street:
        return said
    noun = place.name.split()[0].lower()
    if noun in _IN.split() and said.startswith("in "):
        return f"{said} ({place.street})"
    has_own = re.search(r"[«»()]|\s-\s|,", said) or said.startswith("a ")
    return f"{said} ({place.street})" if has_own else f"{said} di {place.street}"


def place_apposition(words: str) -> str:
    """`Sala Verdi, via Roma 3`: right whatever the name is; "" where no place is named."""
    place = place_of(
        re.sub(r"^(?:presso|in|a)\s+(?:la |il |lo |l['’])?(?=[A-ZÀ-Ý])", "", words.strip(), flags=re.I)
    )
    return ", ".join(filter(None, (place.name, place.street)))


def _at(name: str) -> str:
    first = re.match(r"[\wà-ù'’]+", name)
    if first is None:
        return ""
    noun = first[0].lower().replace("’", "'")
    if noun in _IN.split() and re.fullmatch(rf"\w+(?:\s{_ADJECTIVE})?", name, re.I):
        return f"in {name}"
    if old := re.match(r"centro storico\b", name, re.I):
        return f"nel {old[0].lower()}{name[old.end() :]}"
    preposition = _PREPOSITION.get(noun)
    if preposition is None or (preposition == "a" and not name[len(noun) :].strip()[:1].isupper()):
        return ""
    return f"{preposition}{name}" if preposition.endswith("'") else f"{preposition} {name}"


def _named(name: str) -> str:
    name = name.strip(" .,;-–:")
    if not 2 < len(name) <= 90 or re.search(r"\w{3}[.!?]\s", name):
        return ""
    name = re.sub(r'"([^"]+)"|“([^”]+)”', lambda quoted: f"«{quoted[1] or quoted[2]}»", name)
    return mended(_quieter(name))


def _quieter(name: str) -> str:
    """Words in capitals with one: `CINEMA TEATRO COMUNALE` is `Cinema Teatro comunale`."""

    def word(match: re.Match[str]) -> str:
        said = match[0]
        if re.fullmatch(r"[IVXLC]+", said) or len(said) < 4:
            return said
        return said.lower() if re.fullmatch(_ADJECTIVE, said, re.I) else said.capitalize()

    return re.sub(r"\b[A-ZÀ-Ý]{2,}\b", word, name)
