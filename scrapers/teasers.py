"""Does a feed carry the whole text of an item, or only its beginning?"""

import re
from html import unescape

_ENDS = re.compile(
    r"(?:\.\.\.|…|\[\s*(?:\.{2,}|…)\s*\]|\(\s*(?:\.{2,}|…)\s*\)"
    r"|\b(?:leggi\s+(?:tutto|ancora|di\s+pi[uùú]['’`]?|l['’]articolo)|continua(?:\s+a\s+leggere)?"
    r"|vai\s+alla\s+notizia|per\s+saperne\s+di\s+pi[uùú]['’`]?|read\s+more|continue\s+reading))[\s\W]*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(  # what WordPress puts below each item of a feed
    r"\s*(?:L['’]articolo\s.{0,300}?\s(?:proviene\s+da|sembra\s+essere\s+il\s+primo\s+su)\s.{0,200}"
    r"|The\s+post\s.{0,300}?\s(?:appeared\s+first\s+on|first\s+appeared\s+on)\s.{0,200})$",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(r"<[^<>]*>")
_TAIL = 800  # characters of the markup that are enough to see how a body ends


def is_teaser(markup: str, title: str) -> bool:
    """Whether a body is no whole text: empty, cut ("...", "[…]", "Leggi tutto"), or the title again.

    A body of which only pictures would be left is empty. `title` is plain text.
    """
    tail = markup[-_TAIL:]
    text = _text(tail)
    if not text and len(markup) > _TAIL:
        text = _text(markup)
    if "articolo" in text or "The post" in text:
        text = _SIGNATURE.sub("", text).strip()
    if not text or _ENDS.search(text[-80:]):
        return True
    return len(text) < 2 * len(title) + 20 and len(markup) <= _TAIL and _letters(text) == _letters(title)


def _text(markup: str) -> str:
    """Roughly: only its end and its emptiness count."""
    text = unescape(markup) if "&" in markup else markup
    return unescape(_MARKUP.sub(" ", text)).replace("\u200b", "").strip()


def _letters(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
