"""A page read into a notice: its sentences that may stand as they are, its rows and its enumerations."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from flows.bulletin.language.glue import repaired, unglued
from flows.bulletin.language.markup import parameter, plain, without_tags
from flows.bulletin.language.relative_days import resolved
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.language.shorten import mended
from flows.bulletin.language.titles import casing, same, softened
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.rows import structure
from flows.bulletin.page.sections import parts, unstamped

_CUT = re.compile(
    r"(?:\.\.\.|…|\[(?:…|\.\.\.)\]|\b(?:leggi tutto|leggi di più|continua a leggere|continua))[\W_]*$", re.I
)
_READ = 200_000  # characters of a page
_PROSE = 20_000  # of them for sentences: what a citizen is told stands at the start
_MOST = 80
_LABEL = re.compile(r"^(?:[A-ZÀ-Ý][A-ZÀ-Ý'’ ]{2,40}|[A-ZÀ-Ý][a-zà-ù]+(?: [a-zà-ù]+){0,3}):\s+")
_HANGING = re.compile(
    r"(?:\b(?:il|lo|la|i|gli|le|di|del|della|dei|a|al|alla|da|dal|in|nel|per|con|e|che|via|n|art)\.?|[,;:(–-])$",
    re.I,
)
_STAMP = re.compile(
    r"\b(?:prima pubb|ultimo aggiornamento|data di pubblicazione|tempo di lettura|varie dal tuo comune)\b",
    re.I,
)


def read(*, title: str, abstract: str, body: str, published: date | None = None) -> Notice:
    """The notice that a page is.

    Args:
        title: plain text.
        abstract: the office's short description, plain or Markdown; "" when there is none.
        body: Markdown, or the page's text on one line.
        published: the page's day in Rome, from which `domani` is counted; it is never a day of the notice.
    """
    title, abstract, body = (repaired(without_tags(text[:_READ])) for text in (title, abstract, body))
    body = unstamped(body)
    is_cut = bool(_CUT.search(abstract[-80:]) and not body.strip()) or bool(_CUT.search(body.rstrip()[-80:]))
    source = resolved("\n".join(filter(None, (title, abstract, body))), published)
    found = structure(source)
    forms = casing(split(plain(f"{abstract}\n\n{body[:_PROSE]}")))
    lines = [
        text
        for part in parts(resolved(abstract, published))
        if part.kind == "prose"
        for text in split(part.text)
    ]
    heading = parameter(title)
    described = tuple(_sentences(lines, heading, forms))
    if _CUT.search(abstract[-80:]):
        described = described[:-1] if lines and not _is_whole_end(lines[-1]) else described
    prose = [
        text
        for part in parts(resolved(body[:_PROSE], published))
        if part.kind in ("prose", "how", "more")
        for text in split(part.text)
    ]
    return Notice(
        title=heading,
        source=source,
        abstract=described,
        prose=tuple(_sentences(prose, heading, forms)),
        rows=found.rows,
        listings=tuple(each.listing for each in found.enumerations),
        unreadable=found.unreadable,
        is_cut=is_cut,
    )


def _is_whole_end(line: str) -> bool:
    return not _CUT.search(line)


def _sentences(lines: Iterable[str], heading: str, forms: Mapping[str, str]) -> Iterator[str]:
    """Of phrases those that are whole sentences, written as a citizen may read them."""
    told = 0
    for line in lines:
        if told >= _MOST:
            return
        pieces = unglued(line)
        if len(pieces) > 1 and not line.endswith((".", "!", "?")):
            pieces = pieces[:-1] if not has_verb(pieces[-1]) else pieces
        for piece in pieces:
            text = mended(parameter(softened(piece, forms)))
            text = _LABEL.sub("", text) if has_verb(_LABEL.sub("", text)) else text
            text = text[:1].upper() + text[1:]
            if _stands(text) and not same(text, heading):
                told += 1
                yield text


def _stands(text: str) -> bool:
    """Whether a phrase is a sentence that may stand alone."""
    bare = text.rstrip(' .!?»”")')
    return (
        len(text.split()) > 3
        and has_verb(text)
        and text.endswith((".", "!", "?", ".»", ".”", "»", "”", ")"))
        and not text.endswith(("...", "…", ":"))
        and not _HANGING.search(bare)
        and not _STAMP.search(text)
    )
