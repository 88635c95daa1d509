"""A themed page as its named sections: what is text, what is a fact, what is a list of files."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lxml import html  # type: ignore[import-untyped]

from scrapers.pages.markup import Element, every, folded, one_line
from scrapers.pages.themes import Theme

_IN_HEADS = {"argomenti", "condividi"}  # headings there, and sections elsewhere
_HEADINGS = "h2, h3, h4, h5, h6"


@dataclass(frozen=True)
class Section:
    names: frozenset[str]  # folded: its ids, its first heading
    element: Element


def sections(root: Element, theme: Theme) -> list[Section]:
    """The sections of a page, in its order: by the theme's wrappers, ids and headings."""
    theme_names = {*theme.body, *theme.facts, *theme.files, *theme.aside} - _IN_HEADS
    title = next(iter(every(root, "main h1") or every(root, "h1")), None)  # other h1 are in texts
    marked = every(root, theme.section)
    wrappers = [element for element in marked if not set(element.iterancestors()) & set(marked)]
    parts = [Section(_names(wrapper), wrapper) for wrapper in wrappers]
    held = {element for section in parts for element in section.element.iter()}
    for mark in every(root, f"article[id], section[id], div[id], a[id], {_HEADINGS}"):
        if mark in held or next(mark.iterancestors("nav", "aside", "footer"), None) is not None:
            continue
        names = _own_names(mark) & theme_names
        if not names:
            continue
        element = mark if mark.tag in ("article", "section", "div") else _around(mark, theme_names, title)
        if element is not root and (title is None or title not in element.iterdescendants("h1")):
            parts.append(Section(frozenset(names | _names(element)), element))
            held.update(element.iter())
    return parts


def named(sections: Iterable[Section], names: Collection[str]) -> list[Section]:
    """The sections with one of `names`, in the order of the names, each once."""
    chosen: list[Section] = []
    for name in names:
        chosen += [section for section in sections if name in section.names and section not in chosen]
    return chosen


def _names(wrapper: Element) -> frozenset[str]:
    marks = [wrapper, *every(wrapper, "a[id]")[:1], *every(wrapper, _HEADINGS)[:1]]
    return frozenset(name for mark in marks for name in _own_names(mark))


def _own_names(mark: Element) -> set[str]:
    names = {folded(mark.get("id") or "")}
    if mark.tag in ("h2", "h3", "h4", "h5", "h6"):
        names.add(folded(one_line(mark)))
    return names - {""}


def _around(mark: Element, names: Collection[str], title: Element | None) -> Element:
    """The widest element that has this heading and no other known one; else one made of what follows it."""
    place = mark
    while (parent := place.getparent()) is not None and parent.tag not in ("body", "main", "form"):
        headings = [
            part for part in every(parent, _HEADINGS) if part is not mark and _own_names(part) & set(names)
        ]
        if headings or title in parent.iterdescendants("h1"):
            break
        place = parent
    if place is not mark:
        return place
    box = html.Element("div")
    mark.addprevious(box)
    for part in [mark, *mark.itersiblings()]:
        if part is not mark and (part is title or title in part.iterdescendants("h1")):
            break
        if part is not mark and _own_names(part) & set(names):
            break
        box.append(part)  # moves it, with the text behind it
    return box
