"""A film by its title and director: `il film «Alba» di Ada Neri`."""

import re

from flows.bulletin.language.titles import casing, softened
from flows.bulletin.page.notice import Notice

_FILM = re.compile(
    r"\bRegia(?: di|:)?\s(?P<director>[A-ZÀ-Ý][\w'’.-]+(?:\s(?:de"
    r"|di|da|van|von|al|le|la)?\s?[A-ZÀ-Ý][\w'’.-]*[\w'’]){0,3}?)"
    r"(?=\s(?:Trama|Con|Cast|Sceneggiatura|Durata|Genere|Interpreti|Anno|Attori)\b|\s*[.,;:|(]|\s[a-z]|\s*$)"
)
_LOUD = re.compile(r"(?:[A-ZÀ-Ý\d][A-ZÀ-Ý\d'’À-]*(?:[ :,&-]{1,3}|$)){1,10}")
CINEMA = re.compile(r"\bcinema\b|\bproiezion|\bcineforum\b", re.I)


def film_of(notice: Notice) -> str:
    """The film of a page that names its director; "" where none is sure."""
    body = notice.body
    found = _FILM.search(body)
    if found is None or not CINEMA.search(notice.title + body):
        return ""
    before = body[max(0, found.start() - 160) : found.start()]
    runs = [run for run in _LOUD.finditer(before) if len(run[0].strip(" -–:,")) > 1]
    name = ""
    for run in reversed(runs):
        text = run[0].strip(" -–:,")
        opens = before[: run.start()].rstrip()
        if (
            re.search(r"[A-ZÀ-Ý]{2}|\d", text)
            and not re.fullmatch(r"[\d\s:.]+", text)
            and opens[-1:] in '"”».'
        ):
            name = text
            break
    if not name:
        return ""
    words = softened(name, casing([*notice.abstract, *notice.prose])) if " " in name else name.capitalize()
    return f"il film «{words}» di {found['director'].strip(' .')}"
