"""A sentence that is too long, ended earlier with "…" where a reader would breathe; any text as one line."""

import re
import unicodedata
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16

_CLOSERS = {")": "(", "]": "[", "}": "{", "»": "«", "”": "“"}
_MARKS = frozenset([*_CLOSERS, *_CLOSERS.values()])
_LIST_MARK = re.compile(r"(?:^|[;:.,]\s)(\w{1,2})$")  # `a) moduli; b) documenti`

_CLAUSE_WORDS = """
    che e ed o oppure ma per con come mentre quando dove perché affinché poiché nonché oltre secondo
    attraverso tramite grazie presso durante
"""
_HANGING_WORDS = """
    il lo la i gli le un uno una l' un' di del dello della dei degli delle dell' a al allo alla ai agli alle
    all' da dal dallo dalla dai dagli dalle dall' in nel nello nella nei negli nelle nell' su sul sullo
    sulla sui sugli sulle sull' tra fra non si è sono sarà saranno verrà verranno ha hanno via viale piazza
    corso ore n art dott sig ogni questo questa questi queste tutti tutte entro fino dopo prima anche cui
"""
_CLAUSE = frozenset(_CLAUSE_WORDS.split())
_CLAUSE_STARTS = _CLAUSE - {"e", "ed", "o", "con", "per", "come", "secondo", "presso", "durante"}
HANGING = _CLAUSE | frozenset(_HANGING_WORDS.split())  # a text that ends on one of these hangs in the air
_TIES = re.compile(
    r"(?:(?:e|ed|o|a|al|alla|alle|all'|fino|-|–|€|euro|ore|anni|giorni|mesi|gradi|km|metri"
    r"|mila|milioni|gennaio|"
    r"febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre)(?!\w)|[\d€%])"
)


def mended(text: str) -> str:
    """`text` without brackets and quotes that have lost their other half."""
    if _MARKS.isdisjoint(text):
        return text
    chars, opened = list(text), list[int]()
    for place, char in enumerate(text):
        if char in _CLOSERS.values():
            opened.append(place)
        elif char in _CLOSERS and opened and text[opened[-1]] == _CLOSERS[char]:
            opened.pop()
        elif char in _CLOSERS:
            chars[place] = " "
            if mark := _LIST_MARK.search("".join(chars[:place])):
                chars[mark.start(1) : mark.end(1)] = " " * len(mark[1])
    for place in opened:
        chars[place] = " "
    if "".join(chars) == text:
        return text
    return re.sub(r"\s+(?=[,;.:!?…](?:\s|$))", "", re.sub(r"\s+", " ", "".join(chars)).strip())


def one_line(text: str, limit: int) -> str:
    """At most `limit` characters without line ends or control characters, "…" where it was longer: what a
    site calls its news becomes no header of a mail, and no second line of a list.
    """
    plain = "".join(" " if unicodedata.category(sign).startswith(("C", "Z")) else sign for sign in text)
    line = " ".join(plain.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def cut(text: str, limit: int) -> str:
    """The longest good beginning of `text` with "…", in at most `limit` UTF-16 units.

    Ends at a clause where one lies beyond half of the room, else between words; never within brackets,
    between the parts of a number, date or price, or on an article or preposition. A text that fits comes
    back whole; "" where nothing can be kept. Expects balanced brackets (`mended`).
    """
    if utf16(text) <= limit:
        return text
    best_clause = best_word = ""
    for place in _open_places(text):
        head = text[:place].rstrip(" ,;:.–—-/")
        if utf16(head) + 1 > limit:
            break
        if not _stands(head, text[place + 1 :]):
            continue
        best_word = head
        if text[place - 1] in ",;:" or text[place + 1 :].split(" ", 1)[0].lower() in _CLAUSE:
            best_clause = head
    best = best_clause if utf16(best_clause) * 2 >= limit else best_word
    return f"{best}…" if best else ""


def clauses(text: str) -> list[str]:
    """The beginnings of `text` that end where a clause ends, shortest first, each with "…"."""
    heads = []
    for place in _open_places(text):
        head = text[:place].rstrip(" ,;:.–—-/")
        following = text[place + 1 :].split(" ", 1)[0].lower()
        is_clause = text[place - 1] in ",;:–" or following in _CLAUSE_STARTS
        if is_clause and _stands(head, text[place + 1 :]):
            heads.append(f"{head}…")
    return heads


def _open_places(text: str) -> Iterator[int]:
    """The spaces of `text` outside brackets and quotes."""
    depth, in_quotes = 0, False
    paired = text.count('"') % 2 == 0  # an odd one may be a sign for inches
    for place, char in enumerate(text):
        if char == '"' and paired:
            in_quotes = not in_quotes
        depth += (char in _CLOSERS.values()) - (char in _CLOSERS)
        if char == " " and depth == 0 and not in_quotes:
            yield place


def _stands(head: str, rest: str) -> bool:
    """Whether `head` can end here: on a word that stands alone, not amid a date, a price or a range."""
    last = re.split(r"[\s(]|(?<=['’])", head)[-1]
    if not last or last.lower() in HANGING:
        return False
    return not (last[-1].isdigit() and _TIES.match(rest.lower())) and not rest[:1].isdigit()
