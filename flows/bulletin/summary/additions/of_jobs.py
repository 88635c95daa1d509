"""What one must have for a post: `Serve il diploma di scuola superiore.`"""

import re

from flows.bulletin.page.notice import Kind, Notice

_DIPLOMA = re.compile(
    r"\bdiploma\s(?:di\s)?(?:(?:istruzione|scuola)\s(?:secondaria\s)?(?:di\s(?:secondo|II|2°)\sgrado|superiore)|maturità)\b"
    r"(?P<rest>[^.;\n]{0,80})",
    re.I,
)
_ANY = re.compile(r"\b(?:diplom|laure|qualific|attestat)\w*", re.I)
_LICENCE = re.compile(r"\bpatente\s(?:di\sguida\s)?(?:(?:di\s)?(?:categoria|cat\.|tipo)\s)?[\"“«]?B\b", re.I)
_PREFERRED = re.compile(r"\b(?:preferenzial\w*|punteggi\w*|titol[oi] di preferenza|valutat\w*|se)\b", re.I)
_ONE_KIND = re.compile(  # of one school alone, or instead of something else
    r"(?:\s(?:di|in|ad?|o|oppure|ovvero|ad? indirizzo)\s(?!durata\b|titolo\b|cinque\b)|\se\s\w*esperienz)",
    re.I,
)
_LESS = re.compile(r"\blicenza media\b", re.I)  # enough for some
_EACH = re.compile(  # of several posts each has its own
    r"\bper (?:la figura|il profilo)\b"
    r"|\b(?:diploma|patente)\b[^.\n]{0,60}\bper (?:l['’]|il |gli |i |la |le )\s?(?!posti?\b|ammission)",
    re.I,
)
_TELLS = re.compile(r"\b(?:diplom|laure|patente)\w*", re.I)


def to_have(text: str, notice: Notice) -> tuple[str, ...]:
    """The diploma that any school gives, and the driving licence; () where another title would do, too."""
    if notice.kind is not Kind.job or _TELLS.search(text):
        return ()
    found = list(_DIPLOMA.finditer(notice.body))
    if _LESS.search(notice.body) or _EACH.search(notice.body):
        return ()
    others = len(_ANY.findall(notice.body)) - len(found)
    if len(found) != 1 or others or _ONE_KIND.match(found[0]["rest"]) or _is_preferred(notice.body, found[0]):
        return ()
    licence = _LICENCE.search(notice.body)
    diploma = "il diploma di scuola superiore"
    if licence and not _is_preferred(notice.body, licence):
        return (f"Servono {diploma} e la patente B.", f"Serve {diploma}.")
    return (f"Serve {diploma}.",)


def _is_preferred(body: str, found: re.Match[str]) -> bool:
    """Whether its line says that it counts, and not that it is asked for."""
    start = max(body.rfind(end, 0, found.start()) for end in ".;\n") + 1
    return _PREFERRED.search(re.split(r"[.;\n]", body[start:])[0]) is not None
