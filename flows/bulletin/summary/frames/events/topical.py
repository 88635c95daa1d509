"""What an event's page is about, before a sentence of the office that leaves it to its headline.

`Il 12 maggio il palazzetto ospita «Alba»` under `Pallavolo: i grandi ospiti` begins with `Per la pallavolo,`;
the market of a feast with `Per la festa del vino,`; a concert with `Nell'ambito di «Autunno in musica»,`.
"""

import re

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.language.titles import folded
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import OCCASIONS, Notice
from flows.bulletin.page.told_slots import STEM, figures
from flows.bulletin.summary.frames.events.subject import PAPER, title_of
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.leads import behind, lead
from flows.bulletin.summary.frames.titles.nouns import QUOTED, guillemets, phrase_of, quoted

_SPORTS = {
    **dict.fromkeys(("pallavolo", "pallacanestro", "pallamano", "pallanuoto"), "la"),
    **dict.fromkeys(
        ("basket", "volley", "karate", "judo", "rugby", "tennis", "padel", "podismo", "beach volley"), "il"
    ),
    **dict.fromkeys(("atletica",), "l'"),
}  # of which no dictionary is sure
_FEAST = re.compile(
    r"\b(?:fest[ae]|sagra|fiera|mercatin[oi]|mercato|festival|carnevale|palio"
    r"|notte (?:bianca|dei|della|rosa|azzurra|verde))\b",
    re.I,
)
_GLOSS = re.compile(  # `"Spazio Mamma": ciclo di incontri dedicato alle donne in attesa`
    r"[\"”»]\s?(?::|,|\s[-–])\s(?P<what>(?:ciclo|percorso|serie|corso|laboratorio|rassegna|progetto)\b[^:;.!?\"“«–]{10,100}"
    r"\b(?:dedicat|rivolt|riservat|destinat)[oaie]\s[^:;.!?\"“«–]{5,80})$"
)
_ROOM = 240  # UTF-16 units
_SAID_WHY = re.compile(r"\b(?:in occasione|nell['’]ambito|in programma|durante)\b", re.I)
_FOR_TRAFFIC = re.compile(
    r"\b(?:modific|variazion|viabilit|chius|sospe|orari\b|traffic|divie|autobus)\w*", re.I
)
_THEMES = frozenset(
    [
        *("scuola", "scuole", "cultura", "sport", "ambiente", "sociale", "giovani", "turismo", "eventi"),
        *("biblioteca", "famiglie", "lavoro", "salute", "anziani", "teatro", "musica", "musei"),
    ]
)  # under which a site has many things
_YEAR = re.compile(r"\s(?:[-–]\s)?20\d\d$")
_LONGEST_NAME = 6  # words
_FIRST = 3  # sentences of a page that speak of the whole of it


def about(text: str, notice: Notice) -> str:
    """`text` behind what the page is about, where a sentence of the office opens it without that; its names
    between «».
    """
    if notice.kind in OCCASIONS and "«" not in text:
        text = guillemets(text)
    opening = [guillemets(worded(sentence)) for sentence in (*notice.abstract, *notice.prose[:_FIRST])]
    name = _name(title_of(notice))
    is_of_it = notice.kind in OCCASIONS or (name.lower() in _SPORTS and bool(figures(text)))
    if guillemets(next(iter(split(text)), "")) not in opening or not is_of_it or _SAID_WHY.search(text):
        return text
    before = _before(name) if name and _is_untold(name, text) else ""
    if not before:
        return text
    gloss = _GLOSS.search(title_of(notice))
    if gloss and (whole := behind(f"{before}, {gloss['what']},", guillemets(text))) and utf16(whole) <= _ROOM:
        return whole
    said = behind(before, guillemets(text))
    return said if said.startswith(f"{before},") else f"{before},{said[len(before) :]}"


def _name(title: str) -> str:
    """`Pallavolo`, `“Alba”`, `Festa del vino`: what opens a title; "" of a sentence, a call and a slogan."""
    own = QUOTED.match(title)
    if own and title[own.end() :].lstrip()[:1] in (",", "-", "–", ":"):
        return own[0]
    if (sport := title.partition(", ")[0]).lower() in _SPORTS:
        return sport
    head, colon, rest = title.partition(": ")
    if _FOR_TRAFFIC.search(rest) or head.lower() in _THEMES:
        return ""  # for what changes around it; a site's heading of many things
    head = _YEAR.sub("", head)
    is_said = PAPER.match(head) or speaks(head) or figures(head) or head[-1:] in "?!…"
    if not head or is_said or len(head.split()) > _LONGEST_NAME or any(mark in head for mark in '"“«|'):
        return ""
    return head if colon or _FEAST.search(head) else ""


def _before(name: str) -> str:
    bare = name.strip(' "“”«»')
    if bare == name:
        if article := _SPORTS.get(name.lower()):
            return f"Per {article}{'' if article.endswith(chr(39)) else ' '}{name.lower()}"
        if phrase := phrase_of(name):
            return f"Per {phrase}" if _FEAST.search(name) else ""  # `Incontro pubblico` is no name
        if " " not in name or _FEAST.search(name):
            named = lead(name)
            if named and "«" not in named:
                return named
            return f"Nell'ambito di {quoted(name)}" if _FEAST.search(name) else ""
    return f"Nell'ambito di {quoted(name)}"


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in folded(text).split() if len(word) >= STEM}


def _is_untold(name: str, text: str) -> bool:
    feast = _FEAST.search(name)
    return not _stems(name) & _stems(text) or (feast is not None and folded(feast[0])[:4] not in folded(text))
