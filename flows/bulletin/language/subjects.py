"""The subject of a sentence that a title or a card names without its article, or with a clause of its own."""

import re

from flows.bulletin.language.articles import definite, gender_of
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.verbs import speaks

_STATE_BEHIND = re.compile(  # `Carte d'identità cartacee: dal 3 agosto non saranno più valide`
    r"(?P<noun>(?!Via\b|Viale\b|Piazza\b)[A-Z][a-zà-ù]+)(?P<rest>\s[^:,.]{2,60})?:\s"
    r"(?P<when>(?:dal|dall['’]|da|fino al)\s?[^:,.]{3,30}?\s)?"
    r"(?P<said>(?:non\s)?(?:(?P<many>saranno|sono)|sarà|è)\s[^:]+)"
)
_CARD = re.compile(  # how a card of events describes itself
    r"(?P<what>(?P<noun>[A-ZÀ-Ý][a-zà-ù]+)(?:\s[^\s.;:,]+){0,6})\sche\s"
    r"(?P<said>(?:si (?:svolge|tiene|terrà|svolgerà)|ha luogo|racconta|propone|unisce|celebra|raccoglie)\b.+)"
)
_PERIOD = (
    rf"(?:a partire )?(?P<when>da(?:l\s|ll['’]\s?|\s(?={WEEKDAY}))(?:{WEEKDAY}\s)?\d{{1,2}}[°º]?"
    rf"(?:\s{MONTH})?(?:\s20\d\d)?,?\s(?:e\s)?(?:fino\s)?a(?:l\s|ll['’]\s?|\s(?={WEEKDAY}))(?:{WEEKDAY}\s)?\d{{1,2}}[°º]?\s{MONTH}"
    r"(?:\s20\d\d)?)(?:\scompres[oi])?"
)
_OFFERED = re.compile(  # what an office does for people over some days
    r"(?P<noun>consegna|distribuzione|prenotazion[ei]|raccolta|ritiro|vendita|somministrazione|vaccinazion[ei]|rinnovo"
    r"|disinfestazione|derattizzazione|controllo|controlli|rilevazione|pulizia)\s"
    r"(?:\w+[aeio]\s)?(?:di|de(?:l|llo|lla|i|gli|lle)|gratuit[aoie]|per)\b[^:;!?]*",
    re.I,
)
_IS_OFF = re.compile(  # or of something else
    r"\b(?:sospes|annullat|rinviat|spostat|modific|diviet|entro|chius|garantit|non|niente|senza)\w*", re.I
)
_IN_A_PERIOD = (
    re.compile(
        rf"(?P<what>[^\d:;.]{{8,90}}?),?\s{_PERIOD}(?P<rest>(?:,?\s(?:per|in|presso|nel\w*|al\w*)\s[^:;!?]+)?)\.?",
        re.I,
    ),
    re.compile(rf"{_PERIOD},?\s(?P<what>[^\d:;.]{{8,90}}?)(?P<rest>)\.?", re.I),
)


def with_state(line: str) -> str:
    """`Le carte cartacee dal 3 agosto non saranno più valide` of `Carte cartacee: dal 3 agosto …`; ""."""
    found = _STATE_BEHIND.fullmatch(line)
    gender = gender_of(found["noun"].lower()) if found else None
    if found is None or gender is None or gender.is_plural is not bool(found["many"]):
        return ""
    what = f"{found['noun'].lower()}{found['rest'] or ''}"
    if speaks(what):
        return ""
    return f"{definite(what, gender).capitalize()}{what} {found['when'] or ''}{found['said']}"


def of_a_card(line: str) -> str:
    """`Il mercato settimanale si svolge ogni giovedì` of `Mercato settimanale che si svolge ogni giovedì`."""
    found = _CARD.fullmatch(line)
    gender = gender_of(found["noun"].lower()) if found else None
    if found is None or gender is None or gender.is_plural or speaks(found["what"]):
        return ""
    what = f"{found['what'][:1].lower()}{found['what'][1:]}"
    return f"{definite(found['noun'].lower(), gender).capitalize()}{what} {found['said']}"


def in_a_period(line: str) -> str:
    """`Dal 13 al 20 luglio c'è la consegna delle tessere per via Po` of `Consegna delle tessere dal 13 al 20
    luglio per via Po`; "" of what an office does not offer.
    """
    found = next(filter(None, (pattern.fullmatch(line) for pattern in _IN_A_PERIOD)), None)
    offered = _OFFERED.fullmatch(found["what"]) if found else None
    gender = gender_of(offered["noun"].lower()) if offered else None
    if line.isupper() or _IS_OFF.search(line):
        return ""
    if found is None or offered is None or gender is None or speaks(f"{found['what']} {found['rest']}"):
        return ""
    what = f"{found['what'][:1].lower()}{found['what'][1:]}"
    when = f"{found['when'][:1].upper()}{found['when'][1:]}"
    verb = "ci sono" if gender.is_plural else "c'è"
    said = f"{definite(offered['noun'].lower(), gender)}{what}{found['rest'].rstrip('.')}"
    return f"{when} {verb} {said}{line[len(line.rstrip('.')) :]}"
