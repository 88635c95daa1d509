"""An article page of a Comune becomes its title, abstract, body in Markdown, days, kind, topics and files.

The themes that Comuni buy are known (`themes`); any other page is read by `fallback`.
"""

import json
import re
from dataclasses import dataclass, field, replace
from datetime import date

from scrapers.bounds import require_page
from scrapers.errors import ParseError
from scrapers.pages import notices
from scrapers.pages.article import markdown, prune, scope
from scrapers.pages.attachments import Attachment, files, unique
from scrapers.pages.fallback import read_unknown
from scrapers.pages.head import Head, head_of, own_abstract, shown_date, stated_date, title_of, without_head
from scrapers.pages.markup import MAX_DEPTH, Element, every, first, text, too_deep, tree
from scrapers.pages.particulars import Particulars, crumb, is_event, labelled_date, particulars, updated
from scrapers.pages.sections import Section, named, sections
from scrapers.pages.themes import Theme, theme_of
from scrapers.text import decode

_HEADING_ALONE = re.compile(r"#+ [^\n]*$")

__all__ = ["Attachment", "Page", "parse_page"]


@dataclass(frozen=True)
class Page:
    """An article. `abstract` may be empty; `body` too, when the office wrote an abstract and nothing else.

    Where `holds` is not "text" both may be empty, or say little: the matter is in a file or on a poster, and
    `notes` tells the editor.
    """

    url: str
    title: str
    abstract: str  # the office's own short description, one line
    published: date | None  # the day that the page shows
    body: str = field(repr=False)  # Markdown
    attachments: tuple[Attachment, ...] = ()
    theme: str = "unknown"  # or the name of a record of scrapers.themes
    kind: str = ""  # as the site words it: "avviso", "Comunicati stampa", "Concerto"
    topics: tuple[str, ...] = ()
    starts: date | None = None  # of an event
    ends: date | None = None
    expires: date | None = None  # when the office takes the page down
    updated: date | None = None
    holds: str = "text"  # or "files", "pictures"
    notes: tuple[str, ...] = ()  # in Italian, for the editor


@dataclass(frozen=True)
class _Read:
    body: str
    abstract: str
    attachments: tuple[Attachment, ...]
    facts: Particulars
    picture: bool
    updated: date | None
    sure: bool = False  # the text stands where its theme keeps it


def parse_page(html: bytes | str, url: str, content_type: str = "") -> Page:
    """Read an article page; `url` makes its links absolute.

    Raises ParseError that says which, when the page is no article: empty, JSON, a login, an error page with
    status 200, a check against robots, one that needs scripts.
    """
    whole = decode(html, content_type) if isinstance(html, bytes) else html
    if _is_json(whole):
        raise ParseError(url, "JSON, which is for programs; give the address of the page that citizens read")
    require_page(whole, url, size=len(html))
    root = tree(whole)
    if root is None:
        raise ParseError(url, "the page is empty")
    if too_deep(root):
        raise ParseError(url, f"the markup is nested more than {MAX_DEPTH} deep; no article is")
    signs = notices.signs(root, whole)
    theme = theme_of(root, whole)
    title = title_of(root, theme)
    stated = stated_date(root)
    read = _themed(root, theme, url, title) if theme else _unknown(root, url, title)
    if not read.sure and (reason := notices.refusal(signs, read.body)):
        raise ParseError(url, reason)
    holds = notices.holds(title, f"{read.abstract}\n{read.body}", read.attachments, read.picture)
    if not read.body and not read.abstract and (holds == "text" or not title or signs.password):
        raise ParseError(url, notices.emptiness(signs))
    return Page(
        url=url,
        title=title,
        abstract=read.abstract,
        published=read.facts.published or stated,
        body=read.body,
        attachments=read.attachments,
        theme=theme.name if theme else "unknown",
        kind=read.facts.kind,
        topics=read.facts.topics,
        starts=read.facts.starts,
        ends=read.facts.ends,
        expires=read.facts.expires,
        updated=read.updated,
        holds=holds,
        notes=() if holds == "text" else (notices.note(holds, read.attachments),),
    )


def _is_json(whole: str) -> bool:
    if not whole.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(whole)
    except (ValueError, RecursionError):
        return False
    return True


def _themed(root: Element, theme: Theme, url: str, title: str) -> _Read:
    parts = sections(root, theme)
    main = named(parts, theme.body)
    others = [part for part in parts if part not in main]
    files_of, facts, aside = (named(others, names) for names in (theme.files, theme.facts, theme.aside))
    main += [part for part in others if part not in (*facts, *files_of, *aside) and text(part.element)]
    head, particulars_ = _head(root, theme, parts, url)
    unnamed = None if main else first(root, *theme.text)
    places = [part.element for part in main] if unnamed is None else [unnamed]
    last = updated(root)
    attachments = files([section.element for section in files_of], url, any_link=True)
    attachments += files(places, url, any_link=False)
    picture = any(map(notices.has_picture, places))
    for part in every(root, theme.drop) if theme.drop else []:
        part.drop_tree()
    written = [markdown(place, url, () if index else theme.body) for index, place in enumerate(places)]
    fact_texts = [markdown(fact.element, url) for fact in facts]
    if not places:
        for section in (*files_of, *facts, *aside):
            section.element.clear()
        rest, more, picture = _searched(root, url, title, theme.scope)
        written = [rest]
        attachments += more
    fact_texts = [fact for fact in (*written[1:], *fact_texts) if not _HEADING_ALONE.match(fact)]
    body = "\n\n".join(filter(None, [*written[:1], *fact_texts]))
    if not body and not picture:
        picture = notices.has_picture(scope(root))  # a poster between head and text
    abstract = own_abstract(head.abstract, title, body, sure=bool(places))
    return _Read(body, abstract, unique(attachments), particulars_, picture, last, sure=bool(main))


def _unknown(root: Element, url: str, title: str) -> _Read:
    facts = Particulars(published=labelled_date(scope(root)), kind=crumb(root))
    last = updated(root)
    body, attachments, picture = _searched(root, url, title)
    return _Read(body, "", unique(attachments), facts, picture, last)


def _searched(
    root: Element, url: str, title: str, places: tuple[str, ...] = ()
) -> tuple[str, list[Attachment], bool]:
    """Text, files and whether there is a picture, on a page whose places are not known."""
    place = scope(root, *places)
    prune(place)
    attachments = files([place], url, any_link=False)
    picture = notices.has_picture(place)
    return without_head(read_unknown(place, url), title), attachments, picture


def _head(root: Element, theme: Theme, sections: list[Section], url: str) -> tuple[Head, Particulars]:
    """The head and what its lines say; the tree of the head is changed."""
    path = crumb(root)
    head = head_of(root, theme, [section.element for section in sections])
    names = {name for section in sections for name in section.names}
    facts = particulars(head.lines, event=is_event(url, path, names))
    kind = facts.kind or path
    return head, replace(
        facts,
        published=facts.published or shown_date(root, theme),
        kind=kind,
        topics=tuple(topic for topic in head.topics if topic != kind) or facts.topics,
    )
