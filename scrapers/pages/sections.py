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
    known = {*theme.body, *theme.facts, *theme.files, *theme.aside} - _IN_HEADS
    title = next(iter(every(root, "main h1") or every(root, "h1")), None)  # other h1 are in texts
    marked = every(root, theme.section)
    wrappers = [one for one in marked if not set(one.iterancestors()) & set(marked)]
    found = [Section(_names(wrapper), wrapper) for wrapper in wrappers]
    held = {one for section in found for one in section.element.iter()}
    for mark in every(root, f"article[id], section[id], div[id], a[id], {_HEADINGS}"):
        if mark in held or next(mark.iterancestors("nav", "aside", "footer"), None) is not None:
            continue
        names = _own_names(mark) & known
        if not names:
            continue
        element = mark if mark.tag in ("article", "section", "div") else _around(mark, known, title)
        if element is not root and (title is None or title not in element.iterdescendants("h1")):
            found.append(Section(frozenset(names | _names(element)), element))
            held.update(element.iter())
    return found


def named(found: Iterable[Section], names: Collection[str]) -> list[Section]:
    """The sections with one of `names`, in the order of the names, each once."""
    chosen: list[Section] = []
    for name in names:
        chosen += [one for one in found if name in one.names and one not in chosen]
    return chosen


def _names(wrapper: Element) -> frozenset[str]:
    marks = [wrapper, *every(wrapper, "a[id]")[:1], *every(wrapper, _HEADINGS)[:1]]
    return frozenset(name for mark in marks for name in _own_names(mark))


def _own_names(mark: Element) -> set[str]:
    names = {folded(mark.get("id") or "")}
    if mark.tag in ("h2", "h3", "h4", "h5", "h6"):
        names.add(folded(one_line(mark)))
    return names - {""}


def _around(mark: Element, known: Collection[str], title: Element | None) -> Element:
    """The widest element that has this heading and no other known one; else one made of what follows it."""
    place = mark
    while (parent := place.getparent()) is not None and parent.tag not in ("body", "main", "form"):
        headings = [
            one for one in every(parent, _HEADINGS) if one is not mark and _own_names(one) & set(known)
        ]
        if headings or title in parent.iterdescendants("h1"):
            break
        place = parent
    if place is not mark:
        return place
    made = html.Element("div")
    mark.addprevious(made)
    for part in [mark, *mark.itersiblings()]:
        if part is not mark and (part is title or title in part.iterdescendants("h1")):
            break
        if part is not mark and _own_names(part) & set(known):
            break
        made.append(part)  # moves it, with the text behind it
    return made
