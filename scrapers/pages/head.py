"""The head of an article page: its title, short description, and the lines that say days, kind and topics."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scrapers.dates import italian_date
from scrapers.pages.article import prune
from scrapers.pages.markup import Element, every, folded, lines, one_line, text
from scrapers.pages.particulars import bare_day, is_labelled
from scrapers.pages.themes import Theme
from scrapers.text import line

_TITLES = ("main h1", "article h1", "h1")
_LONG = 600  # characters; no line of a head is longer
_CUT = re.compile(r"(?:\.\.\.|…|\[…\])\W{0,3}$")
_LEAD = re.compile(r"subtitle|abstract|sommario|lead|descrizione-breve|sottotitolo|occhiello")
_DATA = re.compile(r"data\W*(?:\d|$)", re.IGNORECASE)
_MARKS = "#*_>- \t"


@dataclass(frozen=True)
class Head:
    lines: tuple[str, ...]  # without the title
    abstract: str
    topics: tuple[str, ...]  # of chips


def title_of(root: Element, theme: Theme | None) -> str:
    return one_line(_heading(root, theme)) or _stated_title(root)


def head_of(root: Element, theme: Theme, parts: Sequence[Element]) -> Head:
    """What stands around the title, before the first of `parts`, the sections of the page."""
    heading = _heading(root, theme)
    around = _around(heading, parts) if heading is not None else []
    for place in around:
        prune(place)
    title = one_line(heading)
    rows = [row for place in around for row in lines(place) if row != title]
    return Head(tuple(rows), _abstract(root, heading, theme, title), _topics(root, around, theme))


def stated_date(root: Element) -> date | None:
    """The day of publication that the page states to machines."""
    for css, name in (
        ("meta[property='article:published_time']", "content"),
        ("main time[datetime]", "datetime"),
        ("article time[datetime]", "datetime"),
    ):
        for element in every(root, css)[:1]:
            if day := italian_date(element.get(name) or ""):
                return day
    return None


def shown_date(root: Element, theme: Theme) -> date | None:
    """The day in the place where the theme shows it; its head may hold another day beside an event."""
    element = next(iter(every(root, theme.published)), None) if theme.published else None
    return None if element is None else italian_date(one_line(element))


def without_head(body: str, title: str) -> str:
    """`body` as Markdown without what the head says already: its title, "Pubblicato il 12 novembre 2026".

    "Data: 5 dicembre 2026" stays: it may be that of an event.
    """
    rows = body.splitlines()
    skipped = {folded(title), ""}
    while rows:
        row = rows[0].strip(_MARKS)
        labelled = is_labelled(row) and not _DATA.match(row)
        if folded(row) not in skipped and not labelled and bare_day(row) is None:
            break
        del rows[0]
    return "\n".join(rows).strip()


def own_abstract(abstract: str, title: str, body: str, *, sure: bool = True) -> str:
    """The office's own words: neither the title again nor a beginning of the text cut by the CMS.

    Where it is not `sure` that the text has another place, its own first paragraph is no abstract either.
    """
    if folded(abstract) == folded(title) or (body and _CUT.search(abstract)):
        return ""
    return abstract if sure or not folded(body).startswith(folded(abstract)) else ""


def _heading(root: Element, theme: Theme | None) -> Element | None:
    for css in theme.title if theme else _TITLES:
        for heading in every(root, css):
            if one_line(heading):
                return heading
    return None


def _stated_title(root: Element) -> str:
    for meta in every(root, "meta[property='og:title'][content]"):
        if title := line(meta.get("content")):
            return title
    return one_line(next(iter(every(root, "title")), None))


def _around(heading: Element, parts: Sequence[Element]) -> list[Element]:
    """The widest element with the title and no section, and its siblings up to the first section."""
    outside = {element for part in parts for element in (part, *part.iterancestors())}
    if not outside:
        outside = set(heading.getparent().iterancestors()) if heading.getparent() is not None else set()
        outside |= set(heading.iterancestors("body", "main", "form", "article"))
    top = heading
    while (
        (parent := top.getparent()) is not None
        and parent not in outside
        and parent.tag not in ("body", "html")
    ):
        top = parent
    around = [top]
    for after in top.itersiblings():
        if after in outside:
            break
        around.append(after)
    if parts:
        return around
    return [top] + [part for part in around[1:4] if len(text(part)) < _LONG]  # the text may follow at once


def _abstract(root: Element, heading: Element | None, theme: Theme, title: str) -> str:
    for css in theme.abstract:
        for element in every(root, css):
            if row := one_line(element):
                return row
    if heading is None:
        return ""
    for paragraph in heading.itersiblings("p", "div"):
        classes = (paragraph.get("class") or "").split()
        row = one_line(paragraph)
        if paragraph.tag == "div" and not _LEAD.search(" ".join(classes)):
            continue
        if row and row != title and "font-monospace" not in classes and not _is_particular(paragraph):
            return row
    return ""


def _is_particular(paragraph: Element) -> bool:
    """Whether a paragraph under the title is "Data: 12 novembre 2026" or a bare day."""
    rows = list(lines(paragraph))
    return not rows or is_labelled(rows[0]) or bare_day(rows[0]) is not None


def _topics(root: Element, around: Sequence[Element], theme: Theme) -> tuple[str, ...]:
    places = [chip for place in around for chip in every(place, theme.topics)]
    places += every(root, "[data-element='service-topic']")
    return tuple(dict.fromkeys(name for chip in places if (name := one_line(chip))))
