"""An event as posters write it: its hall dressed up or glued to its name, its conditions behind a comma.

`nella splendida cornice del Castello` is `nel Castello`, and of `concerto d'archi, posti limitati` the seats
are no part of what is played.
"""

import re

from flows.bulletin.language.cues import Cued

_VENUE = (
    "Chiesa|Teatro|Sala|Biblioteca|Palazzo|Villa|Piazza|Piazzetta|Parco|Auditorium|Castello|Museo|Centro|Oratorio"
    "|Cinema|Palestra|Palazzetto|Cortile|Chiostro|Abbazia|Santuario"
)
_FRAMED = Cued(
    r"\b(?P<first>n)(?:el|ell[oa]|ell['’])\s?(?:[a-zà-ù]+\s){0,2}(?:contesto|scenario|cornice)\s(?:[a-zà-ù]+\s)?"
    rf"d(?P<of>el|ello|ella|ell['’]|ei|egli|elle)(?P<space>\s?)(?=(?:{_VENUE}|Borgo|Giardin[oi]|Rocca|Pieve)\b)",
    re.I,
)
_GLUED = re.compile(
    r"^(?P<what>(?:Concert[oi]|Spettacol[oi]|Laborator[io]+|Festa|Mercatino|Conferenza|Proiezione|Recital|Commedia"
    r"|Tombola|Torneo|Serata|Letture|Cena|Pranzo|Tombolata)\b[^,.:;–-]{0,60}?[a-zà-ù])\s"
    rf"(?P<venue>(?:{_VENUE})\s[^,.:;–\n]{{2,60}}?)(?=\s-\s|$)"
)
_AT = r"(?:\b(?:in|a|al|allo|alla|nel|nello|nella|presso)\s(?:il\s|lo\s|la\s)?|ll['’])"
_TIED = re.compile(
    r"\b(?:il|lo|la|i|gli|le|di|del|dello|della|dei|a|al|allo|alla|in|nel|nello|nella|per|con|e|da|dal|dalla|su"
    r"|sul|sulla|presso|nuov[oa]|grande|antic[oa]|storic[oa]|vecchi[oa]|ex|San|Santa)$",
    re.I,
)
_TERMS = re.compile(
    r"(?<=[^\W\d_])\s?[^\w\s!-~’”»]{0,3},\s(?P<term>(?:posti\slimitati|posti\sesauriti|numero\schiuso|ingresso\s(?:libero|gratuito|a\spagamento)"
    r"|prenotazione\sobbligatoria|info\se\sprenotazioni)\b)",
    re.I,
)
_BOOKED_TOO = Cued(  # `prenotazione, tessera e casco obbligatori`
    r"\bprenotazione(?=(?:, [a-zà-ù ]{3,30}){0,3} e [a-zà-ù]{3,30} obbligator[ie]\b)", re.I
)


def as_said(body: str) -> str:
    """`body` with its places and conditions as one says them."""
    body = _BOOKED_TOO.sub(lambda found: f"{found[0]} obbligatoria", _FRAMED.sub(_plainly, body))
    return _TERMS.sub(lambda found: f". {found['term'][:1].upper()}{found['term'][1:]}", body)


def _plainly(found: re.Match[str]) -> str:
    return f"{found['first']}{found['of'].lower()}{found['space']}"


def with_hall_apart(title: str, body: str) -> str:
    """A title with a dash before the hall that it names, where the page says that it is held there."""
    found = _GLUED.match(title)
    if found is None or _TIED.search(found["what"]):
        return title
    if re.search(rf"{_AT}{re.escape(found['venue'])}", body, re.I) is None:
        return title
    return f"{found['what']} - {title[found.start('venue') :]}"
