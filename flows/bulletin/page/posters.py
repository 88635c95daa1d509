"""An event as posters write it: its hall dressed up or glued to its name, its conditions behind a comma.

`nella splendida cornice del Castello` is `nel Castello`, and of `concerto d'archi, posti limitati` the seats
are no part of what is played.
"""

import re

from flows.bulletin.language.articles import gender_of, with_article
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH, WEEKDAY

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
_BEHIND_ITS_HOUR = re.compile(  # `Martedì 5 maggio, ore 20:30; ultimo piano Biblioteca di Rovo`
    rf"^(?P<when>\W*(?:{WEEKDAY},?\s)?\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?,?\s(?:alle\s)?ore\s\d{{1,2}}(?:[:.,]\d\d)?)"
    rf"\s?;\s(?P<where>(?:(?:ultimo piano|piano terra|(?:primo"
    rf"|secondo) piano)\s)?(?:{_VENUE})\b[^;:\n]{{0,60}}?)[ .]*$",
    re.I | re.M,
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
    r"\bprenotazione(?P<too>(?:, [a-zà-ù ]{3,30}){0,3} e [a-zà-ù]{3,30}) obbligatorie?\b", re.I
)
_INVITES = Cued(  # `La Pro Loco vi invita sabato 4 maggio alla festa del pane`
    r"(?:^|(?<=[.!?]\s))(?P<who>[^.!?:;\n]{3,160}?)\s[vt]i\sinvita(?:no)?\s(?:tutti\s)?"
    rf"(?P<when>{WEEKDAY}\s\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?)\s(?P<to>alla|allo|alle|all['’]|agli|ai|al)\s?(?=\S)",
    re.I | re.M,
)
_THERE_IS = {
    "al": "c'è il ",
    "alla": "c'è la ",
    "allo": "c'è lo ",
    "ai": "ci sono i ",
    "agli": "ci sono gli ",
    "alle": "ci sono le ",
}
_AWAITS = Cued(  # `vi aspetta una giornata all'insegna del gusto`: what there is, the title says
    r"\b[vt]i\saspetta\sun(?:o\s|a\s|['’]|\s)(?:[a-zà-ù]+\s){0,2}(?:weekend|week-end|fine settimana|giornata"
    r"|serata|pomeriggio|mattinata|domenica|sabato|notte|festa|evento)\b[^.!?;:\n]{0,200}",
    re.I,
)
_BINDS = re.compile(  # a figure, a condition, for whom: what no shorter sentence may lose
    r"\d|\b(?:sol[oiae]|soltanto|riserva|resident|soci\b|per\b|anni\b|bambin|adult|gratuit|pagament|prenot|obblig"
    r"|ingresso|iscri|annulla|rinvia|escl|salvo|tranne|non\b)",
    re.I,
)
_NAME = re.compile(r"[^\W\d_][^:;,.!?\d]{3,60}?(?=\s20\d\d$|$)")
_CREDIT = re.compile(  # `regia Ada Neri`, a line of its own
    r"^\W*(?P<what>regia|drammaturgia|interpreti|scenografi[ae]|costumi|musiche|coreografi[ae]|direttore|pianista"
    r"|violino|soprano|tenore|adattamento|produzione)\b(?!\s(?:è|sono|generale)\b)",
    re.I | re.M,
)
_CREDITS = 2


def is_staged(body: str) -> bool:
    """Whether a page names, each in a line, who made what is played: a play or a concert, whatever it won."""
    return len({found["what"].lower() for found in _CREDIT.finditer(body)}) >= _CREDITS


def as_said(body: str, title: str) -> str:
    """`body` with its places, conditions and invitations as one says them."""
    body = _BOOKED_TOO.sub(_with_duties, _FRAMED.sub(_plainly, body))
    body = _BEHIND_ITS_HOUR.sub(_at_its_place, _INVITES.sub(_held, body))
    name = _NAME.match(title)
    if name and (named := with_article(name[0])) and (gender := gender_of(name[0].split()[0].lower())):
        there_is = "ci sono" if gender.is_plural else "c'è"
        body = _AWAITS.sub(lambda found: found[0] if _BINDS.search(found[0]) else f"{there_is} {named}", body)
    return _TERMS.sub(lambda found: f". {found['term'][:1].upper()}{found['term'][1:]}", body)


def _with_duties(found: re.Match[str]) -> str:
    """`prenotazione obbligatoria. Servono anche tessera e casco.`"""
    too = found["too"].removeprefix(",").removeprefix(" e").strip()
    needs = f"Servono anche {too}" if " e " in too else f"Serve anche {with_article(too) or too}"
    return f"prenotazione obbligatoria. {needs}."


def _held(found: re.Match[str]) -> str:
    if _BINDS.search(found["who"]):
        return found[0]
    when, there = found["when"], _THERE_IS.get(found["to"].lower(), "c'è l'")
    return f"{when[:1].upper()}{when[1:]} {there}"


def _at_its_place(found: re.Match[str]) -> str:
    """`Martedì 5 maggio, ore 20:30, presso la Biblioteca di Rovo (ultimo piano)`."""
    floor, _, hall = found["where"].rpartition(" piano ")
    named = hall if floor else found["where"]
    behind = f" ({floor.lower()} piano)" if floor else ""
    return f"{found['when']}, presso {with_article(named) or named}{behind}"


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
