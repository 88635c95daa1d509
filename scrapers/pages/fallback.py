"""The text of a page whose theme is not known: trafilatura's choice, or where the text is densest."""

import logging
from copy import deepcopy

import trafilatura
from lxml import html  # type: ignore[import-untyped]

from scrapers.article import markdown, settle
from scrapers.markup import Element, every, text, tree

logging.getLogger("trafilatura").setLevel(logging.ERROR)  # an error of ours says what it warns of
# trafilatura reads 1 MB in about a second; what is larger is no article but a list
LARGEST = 1_000_000
_BLOCKS = frozenset(("p", "li", "td", "blockquote", "dd", "pre"))
_LISTS = frozenset(("ul", "ol", "tr", "tbody", "dl", "table"))
_SHARES = (1, 0.5, 0.4)
_PLACES = frozenset(("div", "section", "article", "main", "td"))


def read_unknown(place: Element, url: str) -> str:
    """The article inside `place` (pruned) as Markdown; '' when there is none.

    trafilatura with `favor_recall`; `favor_precision` would drop every `.card-teaser` of bootstrap-italia.
    The densest element instead when that has clearly more, or when trafilatura gave up and took all words.
    """
    settle(place)
    dense, chosen = densest(place), _chosen(place)
    if chosen is None or (dense is not None and _prefers(dense, chosen)):
        chosen = deepcopy(dense)
    return "" if chosen is None else markdown(chosen, url)


def _prefers(dense: Element, chosen: Element) -> bool:
    flat = len(every(chosen, "p, li, td, h2, h3, h4, blockquote")) == 1
    return flat or len(text(chosen)) < 0.8 * len(text(dense))


def _chosen(place: Element) -> Element | None:
    whole = html.tostring(place, encoding="unicode", with_tail=False)
    if len(whole) > LARGEST:
        return None
    found = trafilatura.extract(
        f"<html>{whole if place.tag == 'body' else f'<body>{whole}</body>'}</html>",
        output_format="html",
        favor_recall=True,
        include_comments=False,
        include_links=True,
        include_formatting=True,
    )
    return tree(found) if found else None


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
    return max(scores, key=lambda one: scores[one]) if scores else None


def _own_text(element: Element) -> tuple[Element | None, int]:
    """The block that an element's text counts for, and how many characters of it are not links."""
    if element.tag in _BLOCKS:
        if every(element, "p, li, td, div"):
            return None, 0  # its parts count
        owner = element.getparent()
        while owner is not None and owner.tag in _LISTS and owner.getparent() is not None:
            owner = owner.getparent()
        return owner, _length(element)
    if element.tag in _PLACES:
        own = [element.text, *(child.tail for child in element)]
        length = sum(len(words.strip()) for words in own if words)
        lines_of_their_own = length and element.tag == "div" and not every(element, "p, div, ul, ol, table")
        return element.getparent() if lines_of_their_own else element, length
    return None, 0


def _length(element: Element) -> int:
    linked = sum(len(text(link)) for link in every(element, "a"))
    return max(len(text(element)) - linked, 0)
