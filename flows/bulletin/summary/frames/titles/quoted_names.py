"""The name that a headline holds in quotes, with what the page says of it."""

import re

from flows.bulletin.language.sentences import has_verb
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.titles.nouns import QUOTED, quoted

_LAST_QUOTED = re.compile(
    r"\s(?:con|per|di|a|torna|arriva|ecco)\s(?P<name>\"[^\"]{3,60}\"|“[^”]{3,60}”|«[^»]{3,60}»)$"
)
_GUESTS = re.compile(r"[\"”»]\W{0,3}\s?(?:ospit[ei]|con|insieme a)\s:?\s?(.+)$", re.I)
_NAME = r"[A-ZÀ-Ý][\w'’.]+(?:\s(?:d[aei]l?l?[aeo]?\s|De\s)?[A-ZÀ-Ý][\w'’.]+){1,3}"
_AN_ARTICLE = re.compile(r"^(?:(?:il|lo|la|i|gli|le)\s|l['’])")
_ARTICLE = r"(?:(?:il|lo|la|i|gli|le|uno?|una)\s|l['’]|un['’])"


def quoted_head(title: str) -> str:
    """`«Rotte»` of `“Rotte” con Ada Neri e molti altri`: the quoted name that opens a long title."""
    found = QUOTED.match(title)
    return quoted(found[0]) if found and re.match(r"\s[a-z]|\s?[-–,:]", title[found.end() :]) else ""


def quoted_at(title: str, notice: Notice) -> str:
    """`«Alba» al San Leonardo` of `“Alba”, il San Leonardo`, where the page has the preposition."""
    name = quoted_head(title)
    _, _, rest = title.partition(", ")
    there = _AN_ARTICLE.sub("", rest)
    found = (
        re.search(rf"\b(?:(?:al|alla|nel|nella|in)\s|all['’]){re.escape(there)}\b", notice.body)
        if there
        else None
    )
    return f"{name} {found[0]}" if name and found else name


def called_within(title: str, notice: Notice) -> str:
    """`«Alba», il festival dei burattini` of `La magia in piazza con “Alba”`, as the page calls it."""
    found = _LAST_QUOTED.search(title)
    if found is None or QUOTED.fullmatch(title):
        return ""
    name = found["name"].strip(' "“”«»')
    said = re.search(
        rf"[\"“«]\s?{re.escape(name)}\s?[\"”»],\s(?P<what>{_ARTICLE}[^.,;:()«“\"]{{8,90}})(?=[.,;\n])",
        notice.body,
    )
    what = " ".join(said["what"].split()) if said else ""
    return f"«{name}», {what}" if what and not has_verb(what) else f"«{name}»"


def guests_of(title: str) -> str:
    """`Ada Neri e Ugo Bassi` of `“Rotte” ospiti Ada Neri – esperta di ..., Ugo Bassi – attore`."""
    told = _GUESTS.search(title)
    if told is None:
        return ""
    names = [
        re.split(r"\s[-–]\s", part)[0].strip(" .") for part in re.split(r",\s|\se\s(?=[A-ZÀ-Ý])", told[1])
    ]
    if not all(re.fullmatch(_NAME, name) for name in names):
        return ""
    return f"{', '.join(names[:-1])} e {names[-1]}" if len(names) > 1 else names[0]
