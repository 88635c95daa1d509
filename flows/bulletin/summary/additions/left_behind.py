"""What a text leaves to the page that one who reads it alone would miss: a day, a limit, a ban."""

import re

from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.additions.short_pages import tells_most
from flows.bulletin.summary.frames.prose.wording import worded

BARRED = re.compile(
    r"\b(?:vietat[oaie]|divieto|chius[oaie]|chiusura|sospes[oaie]|sospensione|obbligatori[oa]|obbligo"
    r"|senso unico|traffico limitato|pedonale|massimo di \d+ ore"
    r"|non (?:possono|può) (?:più )?(?:circolare|attraversare|transitare|entrare|passare|sostare))\b",
    re.I,
)
LIMITS = re.compile(
    r"\b(?:annullat|rinviat|prorogat|revocat|esclus|eccett|vietat|chius|sospes|garantit)[oaie]\b"
    r"(?! i rubinetti)|\b(?:eccezion|tranne|salvo|obblig|solo|soltanto|riapr)\w*"
    r"|\b[Gg]li altri (?:diviet|obbligh|us)\w*|\b(?:pubblico|residenti)\b",
    re.I,
)  # such a sentence stays
_OF_DESKS = re.compile(  # which no reader misses
    r"\b(?:informazioni|info|contatt\w+|telefon\w+|tel|sportello|ringrazi\w+|scus\w+|ordinanza n"
    r"|delibera\w*)\b",
    re.I,
)
_IS_OF_USE = re.compile(
    r"\b(?:Si invit|[Dd]ev[eio]|dovr|[Pp]uoi|possono|occorre|[Ss]erv[eo]|esclusivamente|gratuit"
    r"|liber[oai]|[Ii]scri|È per|Porta|Vai|Chiama|Non )"
)


def leaves_limit(text: str, notice: Notice) -> bool:
    """Whether a sentence of the office's that a text has not tells a day, an hour, or what one may not do."""
    left = [
        line
        for line in notice.prose[1:]  # the first is what frames are made of
        if worded(line) not in text and not (tells_most(text, line) or _OF_DESKS.search(line))
    ]
    return len(left) > 1 or any(figures(line) - figures(text) or BARRED.search(line) for line in left)


def without_idle(text: str) -> str:
    """`text` without a last sentence that tells no day, hour or limit: word of the rest is worth more."""
    *before, last = split(text) or [""]
    is_needed = not before or figures(last) or LIMITS.search(last) or _IS_OF_USE.search(last)
    return text if is_needed else " ".join(before)
