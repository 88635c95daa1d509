"""The text of a page whose theme is not known: where it is densest, and what stands beside it as text."""

from scrapers.pages.article import markdown, settle
from scrapers.pages.markup import Element, every, text

_BLOCKS = frozenset(("p", "li", "td", "blockquote", "dd", "pre"))
_LISTS = frozenset(("ul", "ol", "tr", "tbody", "dl", "table"))
_SHARES = (1, 0.5, 0.4)
_MOST_LINKS = 0.1  # of the text beside an article; measured by tests/bench/pages.py
_PLACES = frozenset(("div", "section", "article", "main", "td"))


def read_unknown(place: Element, url: str) -> str:
    """The article inside `place` (pruned) as Markdown; '' when there is none."""
    settle(place)
    dense = densest(place)
    return "" if dense is None else markdown(_whole(dense, place), url)


def _whole(dense: Element, place: Element) -> Element:
    """The largest element around `dense` that adds text to it, and hardly any links.

    Editors' page builders put each part of an article into a box of its own. What a site puts around an
    article, other news above all, leads elsewhere.
    """
    chosen = dense
    for outer in dense.iterancestors() if dense is not place else ():
        added, linked = _beside(chosen, outer)
        if linked > _MOST_LINKS * added:
            break
        chosen = outer
        if outer is place:
            break
    return chosen


def _beside(inner: Element, outer: Element) -> tuple[int, int]:
    """How many characters `outer` has beside its child `inner`, and how many of them are links.

    Only what is not in `inner` is looked at: pages that are nested without end are read once.
    """
    others = [child for child in outer if child is not inner]
    own = [outer.text, *(child.tail for child in outer)]
    linked = sum(len(text(link)) for child in others for link in child.iter("a"))
    return sum(len(part.strip()) for part in own if part) + sum(map(len, map(text, others))), linked


def densest(place: Element) -> Element | None:
    """The element whose paragraphs hold most text, links not counted; None without any text.

    A paragraph counts in full for the element around it, less for those further out: cards stand in boxes of
    their own.
    """
    articles = every(place, "article")
    if len(articles) == 1 and _length(articles[0]):
        return articles[0]
    scores: dict[Element, float] = {}
    for element in place.iter():
        owner, length = _own_text(element)
        for share in _SHARES if length else ():
            if owner is None or (owner is not place and place not in owner.iterancestors()):
                break
            scores[owner] = scores.get(owner, 0) + share * length
            owner = owner.getparent()
    return max(scores, key=lambda element: scores[element]) if scores else None


def _own_text(element: Element) -> tuple[Element | None, int]:
    """The block that an element's text counts for, and how many characters of it are not links."""
    if element.tag in _BLOCKS:
        if next(element.iterdescendants("p", "li", "td", "div"), None) is not None:
            return None, 0  # its parts count
        owner = element.getparent()
        while owner is not None and owner.tag in _LISTS and owner.getparent() is not None:
            owner = owner.getparent()
        return owner, _length(element)
    if element.tag in _PLACES:
        own = [element.text, *(child.tail for child in element)]
        length = sum(len(part.strip()) for part in own if part)
        lines_of_their_own = length and element.tag == "div" and not every(element, "p, div, ul, ol, table")
        return element.getparent() if lines_of_their_own else element, length
    return None, 0


def _length(element: Element) -> int:
    linked = sum(len(text(link)) for link in element.iterdescendants("a"))
    return max(len(text(element)) - linked, 0)
