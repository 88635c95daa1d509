"""The subject of a sentence that a title or a card names without its article, or with a clause of its own."""

import re

from flows.bulletin.language.articles import definite, gender_of
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
